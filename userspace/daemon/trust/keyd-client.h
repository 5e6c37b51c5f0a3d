/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's end of the socket to ucsec-keyd: requests that are answered
 * later, in any order, time-outs, a connection that comes back by itself.
 */
#ifndef TRUST_KEYD_CLIENT_H
#define TRUST_KEYD_CLIENT_H

#include "keyd/request.h"

struct event_base;
struct keyd_client;

/* Each may be NULL. */
struct keyd_client_ops {
	/*
	 * Connected and greeted. Every request of an earlier connection has
	 * been answered with -ECONNRESET before; whether it was done is not
	 * known: SIGN_LSC can be asked again as it was, after MAKE and the
	 * like LIST tells.
	 */
	void (*up)(void *arg);
	/* Gone; why is a sentence. Tried again with growing pauses. */
	void (*down)(void *arg, const char *why);
};

/*
 * err: 0, -errno as keyd says, -ETIMEDOUT, -ECONNRESET. The answer is NULL if
 * there was none; it is valid during the call only, and wiped then. LIST calls
 * back once per key with a KEYD_ITEM, then with the reply.
 */
typedef void (*keyd_client_fn)(void *arg, int err,
			       const union keyd_buffer *answer);

struct keyd_client *keyd_client_new(struct event_base *base, const char *path,
				    const struct keyd_client_ops *ops,
				    void *arg);
/* Call-backs of what is unanswered never come. */
void keyd_client_free(struct keyd_client *client);
bool keyd_client_is_up(const struct keyd_client *client);
/* For all but the making of keys and what asks security tokens; 10 s if it was never called. */
void keyd_client_set_timeout(struct keyd_client *client, unsigned int ms);

/*
 * Takes a copy of the request, whose payload and tail are the caller's and whose
 * head is filled in here; the copy is wiped once it was sent. Errors: -ENOTCONN,
 * -ENOBUFS too many unanswered, -EINVAL a request that keyd would refuse. *id,
 * if not NULL, is for keyd_client_forget().
 */
int keyd_client_send(struct keyd_client *client, unsigned int type,
		     union keyd_buffer *request, size_t tail,
		     keyd_client_fn fn, void *arg, uint32_t *id);
/* The answer will be ignored. */
void keyd_client_forget(struct keyd_client *client, uint32_t id);

#endif /* TRUST_KEYD_CLIENT_H */
