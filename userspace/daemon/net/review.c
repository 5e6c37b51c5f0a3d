// SPDX-License-Identifier: GPL-2.0
// Streams that exist, looked at again: what the policy wants may have changed.

#include <openssl/err.h>
#include <string.h>

#include "net/internal.h"

enum { STREAMS_A_TURN = 32 };		/* then others have theirs */

static void look(struct net *net, struct net_stream *stream)
{
	if (stream->state == NET_OPEN)
		net->review.fn(net->review.arg, stream->conn);
	else if (stream->state < NET_OPEN)
		stream->skipped = true;
}

static void begin(struct net_review *review, struct net *net)
{
	review->again = false;
	review->outgoing = false;
	review->next = LIST_FIRST(&net->accepted);
}

/* New streams come in front of the next one: they know the latest policy. */
static struct net_stream *next(struct net *net)
{
	struct net_review *review = &net->review;
	struct net_stream *stream = review->next;

	if (!stream && !review->outgoing) {
		review->outgoing = true;
		stream = LIST_FIRST(&net->outgoing);
	}
	review->next = stream ? LIST_NEXT(stream, entry) : NULL;
	return stream;
}

static void turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon;
	struct net *net = arg;
	struct net_stream *stream;
	int i;

	(void)fd;
	(void)what;
	for (i = 0; i < STREAMS_A_TURN; i++) {
		stream = next(net);
		if (!stream) {
			net->review.runs = net->review.again;
			if (!net->review.again)
				return;
			begin(&net->review, net);
			break;
		}
		look(net, stream);
	}
	evtimer_add(&net->review.turn, &soon);
}

void net_review(struct net *net, net_review_fn *fn, void *arg)
{
	static const struct timeval soon;
	struct net_review *review = &net->review;

	review->fn = fn;
	review->arg = arg;
	/* One under way goes to its end: changes must not keep it from that. */
	if (review->runs) {
		review->again = true;
		return;
	}
	if (!event_initialized(&review->turn))
		evtimer_assign(&review->turn, net->base, turn, net);
	review->runs = true;
	begin(review, net);
	evtimer_add(&review->turn, &soon);
}

void net_review_opened(struct net_stream *stream)
{
	struct net *net = stream->conn->net;

	if (!stream->skipped || stream->state != NET_OPEN)
		return;
	stream->skipped = false;
	net->review.fn(net->review.arg, stream->conn);
}

void net_review_gone(struct net_stream *stream)
{
	struct net_review *review = &stream->conn->net->review;

	if (review->next == stream)
		review->next = LIST_NEXT(stream, entry);
}

void net_review_stop(struct net *net)
{
	if (event_initialized(&net->review.turn))
		event_del(&net->review.turn);
}

static bool has_suite(STACK_OF(SSL_CIPHER) *suites, const SSL_CIPHER *suite)
{
	int i;

	for (i = 0; i < sk_SSL_CIPHER_num(suites); i++) {
		if (SSL_CIPHER_get_id(sk_SSL_CIPHER_value(suites, i)) ==
		    SSL_CIPHER_get_id(suite))
			return true;
	}
	return false;
}

/*
 * Of a NULL suite: who connected to us may have it where some profile is
 * Authenticated; where we connected we had offered nothing else. Suites of a
 * legacy listener are not of the menu.
 */
static const char *suite_fault(const struct net *net,
			       const struct net_stream *stream, SSL_CTX *ctx)
{
	const SSL_CIPHER *suite = SSL_get_current_cipher(stream->ssl);

	if (stream->conn->peer.class == NET_AUTHENTICATED)
		return stream->conn->peer.outgoing || !net->null_refused ?
			NULL : "NULL suites are not admitted any more";
	if (stream->legacy || has_suite(SSL_CTX_get_ciphers(ctx), suite))
		return NULL;
	return "its cipher is not of the menu any more";
}

/* As the handshake verified it, by what is trusted now. */
static const char *chain_fault(const struct net_stream *stream, SSL_CTX *ctx)
{
	X509 *cert = SSL_get0_peer_certificate(stream->ssl);
	X509_STORE_CTX *verify = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	const char *why = NULL;

	if (!cert || !verify ||
	    !X509_STORE_CTX_init(verify, SSL_CTX_get_cert_store(ctx), cert,
				 SSL_get_peer_cert_chain(stream->ssl)) ||
	    !X509_STORE_CTX_set_default(verify,
					stream->conn->peer.outgoing ?
					"ssl_server" : "ssl_client")) {
		why = "its certificate cannot be verified";
		goto out;
	}
	param = X509_STORE_CTX_get0_param(verify);
	X509_VERIFY_PARAM_set_depth(param, SSL_CTX_get_verify_depth(ctx));
	X509_VERIFY_PARAM_set_auth_level(param,
					 SSL_get_security_level(stream->ssl));
	X509_STORE_CTX_set_verify_cb(verify, net_policy_verify);
	if (X509_verify_cert(verify) != 1)
		why = X509_verify_cert_error_string(
			X509_STORE_CTX_get_error(verify));
out:
	X509_STORE_CTX_free(verify);
	ERR_clear_error();
	return why;
}

const char *net_conn_fault(const struct net_conn *conn)
{
	const struct net_stream *stream = conn->stream;
	SSL_CTX *ctx;

	if (!stream || !stream->ssl || stream->state != NET_OPEN)
		return NULL;
	ctx = net_tls_context(conn->net, !conn->peer.outgoing);
	/* Nothing has changed since its handshake. */
	if (!ctx || SSL_get_SSL_CTX(stream->ssl) == ctx)
		return NULL;
	return suite_fault(conn->net, stream, ctx) ?: chain_fault(stream, ctx);
}
