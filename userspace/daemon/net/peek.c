// SPDX-License-Identifier: GPL-2.0
// A handshake for the certificate that the other side shows.

#include "net/peek.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/internal.h"

enum {
	TRY_MS = 4000,
	ALL_S = 15,
	CHAIN_BYTES = 32 * 1024,	/* of certificates */
};

struct net_peek {
	struct net *net;
	struct net_peek_query query;
	net_peek_fn *fn;
	void *arg;
	struct net_lookup *lookup;
	struct net_hop hops[NET_HOPS_MAX];
	size_t count, next;		/* hops; tries so far */
	struct net_addr addr;
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;				/* -1: none */
	bool connected;
	int64_t until;			/* net_now() of this try's end */
	struct event io, deadline;
	char why[160];
};

/*
 * Old gateways have small keys and TLS 1.0. That is good enough to look at what
 * is public; whether phones are to trust it, a person decides.
 */
static SSL_CTX *new_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_max_cert_list(ctx, CHAIN_BYTES);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) == 1)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static void end_try(struct net_peek *peek)
{
	if (event_initialized(&peek->io))
		event_del(&peek->io);
	SSL_free(peek->ssl);
	peek->ssl = NULL;
	if (peek->fd >= 0)
		close(peek->fd);
	peek->fd = -1;
	peek->connected = false;
	ERR_clear_error();
}

void net_peek_cancel(struct net_peek *peek)
{
	if (!peek)
		return;
	end_try(peek);
	net_resolve_cancel(peek->lookup);
	event_del(&peek->deadline);
	SSL_CTX_free(peek->ctx);
	free(peek);
}

static void finish(struct net_peek *peek, X509 *cert)
{
	net_peek_fn *fn = peek->fn;
	struct net_addr addr = peek->addr;
	void *arg = peek->arg;
	char why[sizeof(peek->why)];

	memcpy(why, peek->why, sizeof(why));
	net_peek_cancel(peek);
	fn(arg, cert, &addr, why);
	X509_free(cert);
}

static void set_why(struct net_peek *peek, const char *reason)
{
	char place[NET_ADDR_LEN + 8];

	snprintf(peek->why, sizeof(peek->why), "%s: %s",
		 net_addr_full(&peek->addr, place, sizeof(place)), reason);
}

static void wait_for(struct net_peek *peek, short what);

/* Each address by the first port, then by the next one. */
static void try_next(struct net_peek *peek)
{
	for (;;) {
		size_t port = peek->count ? peek->next / peek->count : 0;
		struct net_addr *addr = &peek->addr;

		end_try(peek);
		if (!peek->count || port >= NET_PEEK_PORTS ||
		    !peek->query.ports[port]) {
			finish(peek, NULL);
			return;
		}
		*addr = peek->hops[peek->next++ % peek->count].addr;
		net_addr_set_port(addr, peek->query.ports[port]);
		peek->until = net_now() + TRY_MS;
		peek->fd = socket(addr->sa.sa_family, SOCK_STREAM |
				  SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (peek->fd >= 0 &&
		    (!connect(peek->fd, &addr->sa, net_addr_size(addr)) ||
		     errno == EINPROGRESS)) {
			wait_for(peek, EV_WRITE);
			return;
		}
		set_why(peek, strerror(errno));
	}
}

static void handshake(struct net_peek *peek)
{
	int done = SSL_do_handshake(peek->ssl);
	int error = SSL_get_error(peek->ssl, done);
	X509 *cert;

	if (done != 1 && (error == SSL_ERROR_WANT_READ ||
			  error == SSL_ERROR_WANT_WRITE)) {
		wait_for(peek, error == SSL_ERROR_WANT_READ ? EV_READ :
			 EV_WRITE);
		return;
	}
	/* Who wants one of ours may end it, and has shown its own before. */
	cert = SSL_get1_peer_certificate(peek->ssl);
	if (cert) {
		finish(peek, cert);
		return;
	}
	set_why(peek, done == 1 ? "it shows no certificate" :
		net_tls_why(peek->ssl));
	try_next(peek);
}

static bool is_connected(struct net_peek *peek)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (peek->connected)
		return true;
	getsockopt(peek->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	peek->ssl = err ? NULL : SSL_new(peek->ctx);
	if (peek->ssl && SSL_set_fd(peek->ssl, peek->fd) == 1) {
		SSL_set_connect_state(peek->ssl);
		peek->connected = true;
		return true;
	}
	set_why(peek, strerror(err ? err : ENOMEM));
	return false;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct net_peek *peek = arg;

	(void)fd;
	if (what & EV_TIMEOUT) {
		set_why(peek, "no answer in time");
		try_next(peek);
	} else if (is_connected(peek)) {
		handshake(peek);
	} else {
		try_next(peek);
	}
}

/* What is left of this try, not of the time between two bytes. */
static void wait_for(struct net_peek *peek, short what)
{
	int64_t left = peek->until - net_now();
	struct timeval tv = { 0 };

	if (left > 0)
		tv = (struct timeval){ left / 1000, left % 1000 * 1000 };
	event_assign(&peek->io, peek->net->base, peek->fd, what, on_ready,
		     peek);
	event_add(&peek->io, &tv);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct net_peek *peek = arg;

	(void)fd, (void)what;
	if (peek->lookup)
		snprintf(peek->why, sizeof(peek->why),
			 "its name was not found in time");
	else
		set_why(peek, "no answer in time");
	finish(peek, NULL);
}

static void on_resolved(void *arg, int err, const struct net_hop *hops,
			size_t n)
{
	struct net_peek *peek = arg;

	peek->lookup = NULL;
	peek->count = err ? 0 : n < NET_HOPS_MAX ? n : NET_HOPS_MAX;
	memcpy(peek->hops, hops, peek->count * sizeof(*hops));
	snprintf(peek->why, sizeof(peek->why), err == -ENOENT ?
		 "there is no such name" : "its name was not answered for");
	try_next(peek);
}

struct net_peek *net_peek(struct net *net, const struct net_peek_query *query,
			  net_peek_fn *fn, void *arg)
{
	struct net_query name = { .host = query->host, .port = query->ports[0],
				  .transport = NET_TLS };
	struct net_peek *peek = calloc(1, sizeof(*peek));
	struct timeval all = { ALL_S, 0 };

	if (!peek)
		return NULL;
	*peek = (struct net_peek){ .net = net, .query = *query, .fn = fn,
				   .arg = arg, .fd = -1 };
	peek->query.host = NULL;	/* the caller's */
	evtimer_assign(&peek->deadline, net->base, on_deadline, peek);
	evtimer_add(&peek->deadline, &all);
	peek->ctx = new_context();
	peek->lookup = peek->ctx ? net_resolve(net, &name, on_resolved, peek) :
		NULL;
	if (peek->lookup)
		return peek;
	net_peek_cancel(peek);
	return NULL;
}
