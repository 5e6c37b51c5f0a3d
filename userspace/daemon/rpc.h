/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The client's end of a Unix SOCK_SEQPACKET socket to a daemon beside ours:
 * requests that are answered later, in any order, time-outs, a connection that
 * comes back by itself. One packet is one message and begins with a rpc_head.
 */
#ifndef UCSECD_RPC_H
#define UCSECD_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct rpc;

/* Protocols have heads of their own, which are laid out so. */
struct rpc_head {
	uint32_t protocol;
	uint32_t len;		/* of the whole message, bytes */
	uint32_t id;		/* of the request, not 0; 0 of an event */
	uint16_t type;
	uint16_t spare;
} __attribute__((may_alias));

/* Of the protocol's own type: answer() knows which. */
typedef void (*rpc_fn)(void);

struct rpc_protocol {
	const char *peer;		/* its name, for sentences */
	uint32_t number;		/* rpc_head.protocol */
	uint16_t hello, item, event;	/* types; event 0: there are none */
	unsigned int requests;		/* unanswered ones, at most */
	unsigned int timeout_ms;
	int send_buffer;		/* bytes; 0: what the system gives */
	size_t message_max;		/* bytes; a head is the least */
	/* NULL, or what is wrong with a message, byte for byte. */
	const char *(*check)(const void *message, size_t len, bool request);
	/* Calls @fn with 0 or -errno and the message; NULL: none came. */
	void (*answer)(rpc_fn fn, void *arg, int err, const void *message);
	/* 0 or -errno that a reply tells. */
	int (*error)(const void *reply);
};

/* Each may be NULL. */
struct rpc_ops {
	/* Connected and greeted; all of an earlier connection was answered. */
	void (*up)(void *arg);
	/* Gone; why is a sentence. Tried again with growing pauses. */
	void (*down)(void *arg, const char *why);
	void (*event)(void *arg, const void *message);
};

/* NULL: no memory, or no such path. Connects from within the loop. */
struct rpc *rpc_new(struct event_base *base, const char *path,
		    const struct rpc_protocol *protocol,
		    const struct rpc_ops *ops, void *arg);
/* Call-backs of what is unanswered never come. NULL is taken. */
void rpc_free(struct rpc *rpc);
bool rpc_is_up(const struct rpc *rpc);
/* For what is sent from now on without a time of its own. */
void rpc_set_timeout(struct rpc *rpc, unsigned int ms);

/*
 * Takes a copy of the request, which is complete but for its id; the copy is
 * wiped once it was sent. @fn, which may be NULL, is called once for each item
 * and then for the reply, or with -ECONNRESET or -ETIMEDOUT: what was done of
 * it is not known then. @timeout_ms 0: the usual one. *@id, if not NULL, is for
 * rpc_forget(). Errors: -ENOTCONN, -ENOBUFS too many unanswered, -EINVAL a
 * request that the peer would refuse, -ENOMEM.
 */
int rpc_send(struct rpc *rpc, struct rpc_head *request, unsigned int timeout_ms,
	     rpc_fn fn, void *arg, uint32_t *id);
/* The answer will be ignored. */
void rpc_forget(struct rpc *rpc, uint32_t id);

#endif /* UCSECD_RPC_H */
