/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of net/ share.
 */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

#include "crowd.h"
#include "net/net.h"

struct evbuffer;
struct evconnlistener;
struct net_tls_context;

struct net_listener {
	LIST_ENTRY(net_listener) entry;
	struct net *net;
	enum net_transport transport;
	bool legacy;
	bool blind;			/* cannot read marks */
	int fd;
	struct net_addr addr;
	struct event event;			/* datagrams */
	struct evconnlistener *acceptor;	/* streams */
};

/* A walk over all streams, some of them a turn of the loop. */
struct net_review {
	struct event turn;
	net_review_fn *fn;
	void *arg;
	struct net_stream *next;
	bool runs, outgoing;		/* outgoing: the second list */
	bool again;			/* asked for anew meanwhile */
};

struct net {
	struct event_base *base;
	struct net_limits limits;
	const struct net_ops *ops;
	void *arg;
	unsigned int refs;		/* one of its owner, one a connection */
	bool freed;			/* no call-backs any more */
	struct net_counters counters;
	LIST_HEAD(, net_listener) listeners;
	uint32_t mark;			/* of rejected datagrams, 0: none */
	LIST_HEAD(net_streams, net_stream) accepted, outgoing;
	struct crowd *crowd, *handshakes;	/* incoming ones */
	unsigned int fresh;			/* streams that are */
	TAILQ_HEAD(, net_stream) waiting;	/* for their handshake */
	struct event turns;
	struct event retry_accept;	/* after we were out of descriptors */
	struct net_tls_context *tls;
	const char *null_refused;	/* why not NULL suites; NULL: admitted */
	struct net_resolver *resolver;
	struct net_review review;
	uint8_t *buffer;		/* what a stream without rest reads to */
	size_t buffer_size;
};

enum net_state {
	NET_ACCEPTED,			/* for TLS, not begun yet */
	NET_CONNECTING,			/* TCP is under way */
	NET_HANDSHAKE,			/* TLS is */
	NET_OPEN,
	NET_CLOSING,			/* ours to flush, or to tell the end */
	NET_CLOSED,			/* closed() was called */
};

struct net_conn {
	struct net *net;
	unsigned int refs;
	struct net_peer peer;
	void *data;
	struct net_stream *stream;	/* NULL: datagrams, */
	struct net_listener *listener;	/* which leave by this socket */
};

/* The part that only a stream has, in one piece with its net_conn. */
struct net_stream {
	LIST_ENTRY(net_stream) entry;
	struct net_conn *conn;
	enum net_state state;
	int err;			/* what closed() will be told */
	int fd;
	SSL *ssl;
	struct event reader, writer, timer;
	/* Incoming ones: among all, and while its handshake is under way. */
	struct crowd_member place, turn;
	TAILQ_ENTRY(net_stream) waits;
	bool waiting, delayed;		/* for its turn; it had to */
	bool counted;			/* among the handshakes */
	bool fresh;			/* kept, for it has begun one lately */
	bool legacy;			/* came to a legacy listener */
	bool skipped;			/* by a review, as it was not open */
	bool want_write;		/* TLS waits for room, not for bytes */
	char *identity;			/* outgoing TLS */
	const char **names;
	enum net_class wanted;
	uint8_t *rest;			/* arrived, not consumed */
	size_t rest_len, rest_size;
	struct evbuffer *queue;		/* unsent */
	int64_t started;		/* net_now() */
	int64_t opened;			/* its handshake was through */
	int64_t active;			/* its last bytes; the peer's turn since */
	int64_t partial;		/* 0: no rest */
	unsigned int holds;
};

int64_t net_now(void);			/* CLOCK_MONOTONIC, ms */
void net_hold(struct net *net);
void net_put(struct net *net);

/* conn.c; the one reference is the caller's. NULL without memory. */
struct net_conn *net_conn_new(struct net *net, enum net_transport transport,
			      bool stream);

/* listen.c */
void net_listeners_free(struct net *net);
struct net_listener *net_listener_find(struct net *net,
				       enum net_transport transport,
				       const struct net_addr *remote,
				       const struct net_addr *local);

/* datagram.c */
void net_datagram_event(evutil_socket_t fd, short what, void *listener);
int net_datagram_send(struct net_conn *conn, const void *data, size_t len);
int net_datagram_connect(struct net *net, const struct net_target *target,
			 struct net_conn **conn);

/* accept.c: takes fd over in every case */
void net_stream_accept(struct net_listener *listener, int fd,
		       const struct net_addr *remote);
void net_turn_open(struct net *net);
void net_turn_close(struct net *net);
/* Its handshake begins when there is a place for it. */
void net_turn_wait(struct net_stream *stream);
void net_turn_forget(struct net_stream *stream);
/* It is not fresh any more. Was it? */
bool net_turn_over(struct net_stream *stream);
/* There may be one. */
void net_turn_free(struct net *net);

/* stream.c */
/* From here on the list has the reference that net_conn_new() gave. */
void net_stream_publish(struct net_stream *stream);
int net_stream_connect(struct net *net, const struct net_target *target,
		       struct net_conn **conn);
/* Ends it from the loop: at once, or with err 0 when the queue is empty. */
void net_stream_end(struct net_stream *stream, int err);
/* Frees what is left when the last reference went. */
void net_stream_release(struct net_stream *stream);
/* Ends it now and tells; for call-backs of the loop alone. */
void net_stream_finish(struct net_stream *stream, int err);
void net_stream_arm(struct net_stream *stream);

/* handshake.c */
void net_handshake_prepare(struct net_stream *stream);
void net_handshake_count(struct net_stream *stream, bool on);
/* 0 it is through, -EAGAIN, or -EPROTO, which was counted and logged. */
int net_handshake_step(struct net_stream *stream);
/*
 * Ends a handshake that waits for a key: resumed before the answer is there, it
 * gives up. Before SSL_free(), as that would lose what it holds.
 */
void net_handshake_settle(SSL *ssl);

/* transfer.c */
int net_stream_send(struct net_stream *stream, const void *data, size_t len);
bool net_transfer_has_queue(const struct net_stream *stream);
/* Wait for room to write, or do not. */
void net_transfer_watch(struct net_stream *stream);
/* Returns 0 or the error that ends the stream. */
int net_transfer_flush(struct net_stream *stream);
/* What it holds unsent and unread. */
void net_transfer_drop(struct net_stream *stream);
/* One read; -EAGAIN when there is no more, -ESHUTDOWN at the peer's end. */
int net_transfer_take(struct net_stream *stream);

/* tls.c */
SSL *net_tls_accept(struct net *net, bool legacy);
SSL *net_tls_connect(struct net *net, enum net_class class);
/* After the handshake: class, cipher and certificate of the peer. */
int net_tls_facts(SSL *ssl, struct net_peer *peer);
/* Why the handshake failed, for the log. */
const char *net_tls_why(SSL *ssl);
void net_tls_free(struct net *net);
bool net_tls_is_set(const struct net *net);
/* Of the next handshake; NULL before net_tls_set. */
SSL_CTX *net_tls_context(const struct net *net, bool server);

/* policy.c: which suites, versions and keys are good enough */
int net_policy_apply(SSL_CTX *ctx, const struct net_tls *tls, bool server);
int net_policy_hello(SSL *ssl, int *alert, void *null_refused);
int net_policy_null_only(SSL *ssl);
int net_policy_legacy(SSL *ssl, bool ecdsa_preferred);
/* Of our pairs the one to show to a server that asks for one. */
int net_policy_show(SSL *ssl, void *unused);
int net_policy_verify(int ok, X509_STORE_CTX *ctx);

/* review.c: a stream has become open; it is about to leave its list */
void net_review_opened(struct net_stream *stream);
void net_review_gone(struct net_stream *stream);
void net_review_stop(struct net *net);

/* cert.c: one allocation; NULL without memory */
struct net_cert *net_cert_new(X509 *x509);

/* resolve.c */
void net_resolver_free(struct net_resolver *resolver);

#endif /* NET_INTERNAL_H */
