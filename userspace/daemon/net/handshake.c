// SPDX-License-Identifier: GPL-2.0
// A stream's TLS handshake: its steps, a key that is elsewhere, what it proved.

#include <errno.h>
#include <openssl/err.h>

#include "log.h"
#include "net/internal.h"
#include "refusal.h"

static void log_refusal(struct net_stream *stream, const char *reason)
{
	char peer[NET_ADDR_LEN + 8];

	net_addr_full(&stream->conn->peer.remote, peer, sizeof(peer));
	if (refusal_admit(peer))
		log_security("tls-refused", "peer", peer, "reason", reason,
			     "trunk", stream->identity, NULL);
}

static bool has_wanted_name(const struct net_stream *stream)
{
	const char **name;

	if (!stream->names)
		return true;
	for (name = stream->names; *name; name++) {
		if (stream->conn->peer.cert &&
		    net_cert_has_name(stream->conn->peer.cert, *name))
			return true;
	}
	return false;
}

/* From the loop, but in the middle of somebody else's call-back. */
static int on_key_answered(SSL *ssl, void *arg)
{
	struct net_stream *stream = arg;

	(void)ssl;
	event_active(&stream->reader, EV_READ, 0);
	return 1;
}

/*
 * The handshake waits for a key that is not ours. Until it is answered neither
 * event is for it: to resume it earlier is to end it.
 */
static bool waits_for_key(struct net_stream *stream)
{
	bool waits = SSL_waiting_for_async(stream->ssl);

	/* It is ours to do: not the peer's fault that it takes time. */
	crowd_keep(stream->conn->net->handshakes, &stream->turn, waits);
	if (waits) {
		stream->active = 0;
		event_del(&stream->reader);
		net_transfer_watch(stream);
	} else {
		if (!stream->active)
			stream->active = net_now();
		event_add(&stream->reader, NULL);
	}
	return waits;
}

void net_handshake_prepare(struct net_stream *stream)
{
	SSL_set_fd(stream->ssl, stream->fd);
	SSL_set_async_callback(stream->ssl, on_key_answered);
	SSL_set_async_callback_arg(stream->ssl, stream);
}

void net_handshake_count(struct net_stream *stream, bool on)
{
	struct net *net = stream->conn->net;

	if (stream->counted == on)
		return;
	stream->counted = on;
	net->counters.handshakes_now += on ? 1 : -1;
	if (on)
		return;
	crowd_leave(net->handshakes, &stream->turn);
	net_turn_free(net);
}

int net_handshake_step(struct net_stream *stream)
{
	struct net_peer *peer = &stream->conn->peer;
	const char *why = NULL;
	int n;

	stream->want_write = false;
	ERR_clear_error();
	n = SSL_do_handshake(stream->ssl);
	if (waits_for_key(stream))
		return -EAGAIN;
	if (n != 1) {
		n = SSL_get_error(stream->ssl, n);
		stream->want_write = n == SSL_ERROR_WANT_WRITE;
		net_transfer_watch(stream);
		if (n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE)
			return -EAGAIN;
		why = net_tls_why(stream->ssl);
	} else if (net_tls_facts(stream->ssl, peer)) {
		why = "no usable certificate";
	} else if (peer->outgoing && peer->class != stream->wanted) {
		why = "other class than the profile's";
	} else if (peer->outgoing && !has_wanted_name(stream)) {
		why = "certificate bears no name of the profile";
	}
	if (why) {
		stream->conn->net->counters.handshake_failures++;
		log_refusal(stream, why);
		return -EPROTO;
	}
	stream->conn->net->counters.handshakes++;
	/* No key is needed any more: no job for each read and write. */
	SSL_clear_mode(stream->ssl, SSL_MODE_ASYNC);
	return 0;
}

void net_handshake_settle(SSL *ssl)
{
	while (SSL_waiting_for_async(ssl)) {
		ERR_clear_error();
		SSL_do_handshake(ssl);
	}
	ERR_clear_error();
}
