// SPDX-License-Identifier: GPL-2.0
// Which of our two certificates a peer is shown, by what is preferred (SIG-3).

#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs.h"
#include "net/net.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define E256	"ECDHE-ECDSA-AES256-GCM-SHA384"
#define E128	"ECDHE-ECDSA-AES128-GCM-SHA256"
#define R256	"ECDHE-RSA-AES256-GCM-SHA384"
#define R128	"ECDHE-RSA-AES128-GCM-SHA256"
#define ALL	E256 ":" E128 ":" R256 ":" R128 ":AES128-SHA"
#define RSA_NULLS "NULL-SHA256:NULL-SHA:ECDHE-RSA-NULL-SHA"
#define EC_NULL	"ECDHE-ECDSA-NULL-SHA"

#define PSS	"rsa_pss_rsae_sha256"
#define BOTH	"ECDSA+SHA256:" PSS ":RSA+SHA256"
#define RSA_ONLY PSS ":RSA+SHA256"
#define EC_ONLY	"ECDSA+SHA256"

static struct event_base *base;
static struct net *net;
static struct net_addr usual, legacy;

enum { CA, RSA_PAIR, EC_PAIR, PEER, PEER_EC, CERTS };
static struct cert certs[CERTS];

static struct {
	bool received, closed;
	enum net_class class;
} seen;

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	(void)arg;
	(void)data;
	seen.received = true;
	seen.class = net_conn_peer(conn)->class;
	return (ssize_t)len;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg;
	(void)conn;
	(void)err;
	seen.closed = true;
}

static const struct net_ops ops = {
	.received = on_received,
	.closed = on_closed,
};

static void make_certs(void)
{
	const struct cert_spec specs[CERTS] = {
		[CA] = { .cn = "CA", .ca = true, .rsa_bits = 2048 },
		[RSA_PAIR] = { .cn = "rsa", .issuer = &certs[CA],
			       .rsa_bits = 2048 },
		[EC_PAIR] = { .cn = "ec", .issuer = &certs[CA] },
		[PEER] = { .cn = "peer", .issuer = &certs[CA],
			   .rsa_bits = 2048 },
		[PEER_EC] = { .cn = "peer", .issuer = &certs[CA] },
	};
	int i;

	for (i = 0; i < CERTS; i++)
		cert_make(&certs[i], &specs[i]);
}

static int set_pairs(int first, int second, enum net_menu menu, bool ecdsa)
{
	const char *trusted[] = { certs[CA].pem, NULL };
	struct net_tls tls = {
		.cert_pem = certs[first].pem,
		.key_pem = certs[first].key_pem,
		.ecdsa_cert_pem = second ? certs[second].pem : NULL,
		.ecdsa_key_pem = second ? certs[second].key_pem : NULL,
		.trusted_pem = trusted,
		.menu = menu,
		.ecdsa_preferred = ecdsa,
		.authenticated = true,
	};
	char why[128];

	return net_tls_set(net, &tls, why, sizeof(why));
}

struct peer {
	const char *suites;		/* of TLS 1.2; NULL: 1.3 alone */
	const char *signatures;		/* that it can verify */
	const char *groups;		/* NULL: all */
	bool server, to_legacy, has_ecdsa;
	bool null;			/* of class Authenticated */
};

#define CLIENT(s, g) \
	.peer.suites = (s), .peer.signatures = (g)
#define SERVER(s, g) CLIENT(s, g), .peer.server = true

static SSL *peer_new(const struct peer *peer)
{
	SSL_CTX *ctx = SSL_CTX_new(peer->server ? TLS_server_method() :
						  TLS_client_method());
	int own = peer->has_ecdsa ? PEER_EC : PEER;
	int version = peer->suites ? TLS1_2_VERSION : TLS1_3_VERSION;
	SSL *ssl;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	if ((peer->suites && !SSL_CTX_set_cipher_list(ctx, peer->suites)) ||
	    (peer->groups && !SSL_CTX_set1_groups_list(ctx, peer->groups)) ||
	    (peer->server ?
	     !SSL_CTX_set1_client_sigalgs_list(ctx, peer->signatures) :
	     !SSL_CTX_set1_sigalgs_list(ctx, peer->signatures)))
		abort();
	if (peer->server)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER |
				   SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certs[CA].x509);
	SSL_CTX_use_certificate(ctx, certs[own].x509);
	SSL_CTX_use_PrivateKey(ctx, certs[own].key);
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	return ssl;
}

/* Their end of a connection from us, or to us. */
static int meet(const struct peer *peer, struct net_conn **conn)
{
	struct net_target target = {
		.transport = NET_TLS, .identity = "trunk",
		.class = peer->null ? NET_AUTHENTICATED : NET_ENCRYPTED,
	};
	const struct net_addr *to = peer->to_legacy ? &legacy : &usual;
	socklen_t len = sizeof(target.addr);
	int fd, ear = socket(AF_INET, SOCK_STREAM, 0);

	if (!peer->server) {
		if (connect(ear, &to->sa, net_addr_size(to)))
			abort();
		evutil_make_socket_nonblocking(ear);
		return ear;
	}
	net_addr_parse(&target.addr, "127.0.0.1", 0);
	if (bind(ear, &target.addr.sa, net_addr_size(&target.addr)) ||
	    listen(ear, 1) || getsockname(ear, &target.addr.sa, &len) ||
	    net_connect(net, &target, conn) || net_conn_send(*conn, "x", 1))
		abort();
	event_base_loop(base, EVLOOP_NONBLOCK);
	fd = accept(ear, NULL, NULL);
	close(ear);
	evutil_make_socket_nonblocking(fd);
	return fd;
}

static bool wants_more(SSL *ssl, int n)
{
	int err = SSL_get_error(ssl, n);

	return n <= 0 && (err == SSL_ERROR_WANT_READ ||
			  err == SSL_ERROR_WANT_WRITE);
}

/* One octet over it: to us from a client, from us to a server. */
static bool pass(SSL *ssl, bool server)
{
	char octet = 'x';
	int n = 1;

	if (!server) {
		if (SSL_write(ssl, &octet, 1) != 1)
			return false;
		while (!seen.received && !seen.closed)
			event_base_loop(base, EVLOOP_ONCE);
		return seen.received;
	}
	do {
		event_base_loop(base, EVLOOP_NONBLOCK);
		ERR_clear_error();
		n = SSL_read(ssl, &octet, 1);
	} while (wants_more(ssl, n));
	return n == 1;
}

/* The CN that we showed, "" if there was no session. */
static void talk(const struct peer *peer, char *shown, size_t size,
		 char *suite, size_t suite_size)
{
	struct net_conn *conn = NULL;
	SSL *ssl = peer_new(peer);
	int fd, n;

	memset(&seen, 0, sizeof(seen));
	fd = meet(peer, &conn);
	SSL_set_fd(ssl, fd);
	do {
		event_base_loop(base, EVLOOP_NONBLOCK);
		ERR_clear_error();
		n = peer->server ? SSL_accept(ssl) : SSL_connect(ssl);
	} while (wants_more(ssl, n));
	*shown = *suite = '\0';
	if (n == 1 && pass(ssl, peer->server)) {
		X509 *cert = SSL_get0_peer_certificate(ssl);

		snprintf(suite, suite_size, "%s", SSL_get_cipher_name(ssl));
		if (cert)
			X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
						  NID_commonName, shown, size);
		if (peer->server)
			seen.class = net_conn_peer(conn)->class;
	}
	SSL_shutdown(ssl);
	close(fd);
	while (!seen.closed)
		event_base_loop(base, EVLOOP_ONCE);
	net_conn_put(conn);
	SSL_free(ssl);
	ERR_clear_error();
}

static const struct row {
	const char *name;
	struct peer peer;
	const char *rsa, *ecdsa;	/* shown if preferred; "": refused */
} rows[] = {
	{ .name = "1.2, both", CLIENT(E256 ":" R256, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "1.2, both, EC first in its own order", CLIENT(ALL, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "1.2, RSA with the weaker suite", CLIENT(E256 ":" R128, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "1.2, EC with the weaker suite", CLIENT(E128 ":" R256, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "1.2, RSA for key exchange", CLIENT(E256 ":AES128-SHA", BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "1.2, only RSA suites", CLIENT(R256 ":" R128, BOTH),
	  .rsa = "rsa", .ecdsa = "rsa" },
	{ .name = "1.2, only AES128-SHA", CLIENT("AES128-SHA", BOTH),
	  .rsa = "rsa", .ecdsa = "rsa" },
	{ .name = "1.2, only EC suites", CLIENT(E256 ":" E128, BOTH),
	  .rsa = "ec", .ecdsa = "ec" },
	{ .name = "1.2, verifies only RSA", CLIENT(E256 ":" R256, RSA_ONLY),
	  .rsa = "rsa", .ecdsa = "rsa" },
	{ .name = "1.2, verifies only EC", CLIENT(E256 ":" R256, EC_ONLY),
	  .rsa = "ec", .ecdsa = "ec", .peer.has_ecdsa = true },
	{ .name = "1.2, without the curve", CLIENT(E256 ":" R256, BOTH),
	  .rsa = "rsa", .ecdsa = "rsa", .peer.groups = "X25519" },
	{ .name = "1.3, both", CLIENT(NULL, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "1.3, verifies only RSA", CLIENT(NULL, RSA_ONLY),
	  .rsa = "rsa", .ecdsa = "rsa" },
	{ .name = "1.3, verifies only EC", CLIENT(NULL, EC_ONLY),
	  .rsa = "ec", .ecdsa = "ec", .peer.has_ecdsa = true },
	{ .name = "1.3, both, on a legacy listener", CLIENT(NULL, BOTH),
	  .rsa = "rsa", .ecdsa = "ec", .peer.to_legacy = true },
	{ .name = "1.2, on a legacy listener", CLIENT(ALL, BOTH),
	  .rsa = "rsa", .ecdsa = "rsa", .peer.to_legacy = true },
	{ .name = "NULL, both", CLIENT(EC_NULL ":" RSA_NULLS, BOTH),
	  .rsa = "rsa", .ecdsa = "rsa", .peer.null = true },
	{ .name = "NULL-SHA256", CLIENT("NULL-SHA256", BOTH),
	  .rsa = "rsa", .ecdsa = "rsa", .peer.null = true },
	{ .name = "NULL, only EC", CLIENT(EC_NULL, BOTH),
	  .rsa = "", .ecdsa = "", .peer.null = true },
	{ .name = "NULL, only EC, on a legacy listener", CLIENT(EC_NULL, BOTH),
	  .rsa = "", .ecdsa = "", .peer.null = true, .peer.to_legacy = true },
	{ .name = "to 1.2, both", SERVER(R256, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "to 1.2, verifies only RSA", SERVER(R256, RSA_ONLY),
	  .rsa = "rsa", .ecdsa = "rsa" },
	{ .name = "to 1.2, verifies only EC", SERVER(R256, EC_ONLY),
	  .rsa = "ec", .ecdsa = "ec" },
	{ .name = "to 1.3, both", SERVER(NULL, BOTH),
	  .rsa = "rsa", .ecdsa = "ec" },
	{ .name = "to 1.3, verifies only RSA", SERVER(NULL, RSA_ONLY),
	  .rsa = "rsa", .ecdsa = "rsa" },
	{ .name = "to 1.3, verifies only EC", SERVER(NULL, EC_ONLY),
	  .rsa = "ec", .ecdsa = "ec" },
	{ .name = "to NULL-SHA256", SERVER("NULL-SHA256", BOTH),
	  .rsa = "rsa", .ecdsa = "ec", .peer.null = true },
	{ .name = "to NULL with an EC certificate", SERVER(EC_NULL, BOTH),
	  .rsa = "rsa", .ecdsa = "ec", .peer.null = true,
	  .peer.has_ecdsa = true },
};

static void test_rows(bool ecdsa)
{
	char shown[64], suite[64];
	size_t i;

	set_pairs(RSA_PAIR, EC_PAIR, NET_MENU_ALL, ecdsa);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const char *wanted = ecdsa ? row->ecdsa : row->rsa;

		talk(&row->peer, shown, sizeof(shown), suite, sizeof(suite));
		ok(!strcmp(shown, wanted) &&
		   (!*wanted || seen.class == (row->peer.null ? NET_AUTHENTICATED :
							   NET_ENCRYPTED)),
		   "%s preferred, %s: %s (%s)", ecdsa ? "ECDSA" : "RSA",
		   row->name, *shown ? shown : "refused", suite);
	}
}

/* The menus without AES128-SHA have an order of their own. */
static void test_menus(void)
{
	struct peer peer = { .suites = ALL, .signatures = BOTH };
	char shown[64], suite[64];
	int menu, ecdsa;

	for (menu = NET_MENU_STRONGEST; menu <= NET_MENU_ALL; menu++) {
		for (ecdsa = 0; ecdsa < 2; ecdsa++) {
			set_pairs(RSA_PAIR, EC_PAIR, menu, ecdsa);
			talk(&peer, shown, sizeof(shown), suite,
			     sizeof(suite));
			ok(!strcmp(suite, ecdsa ? E256 : R256) &&
			   !strcmp(shown, ecdsa ? "ec" : "rsa"),
			   "menu %d: %s", menu, suite);
		}
	}
}

/* One must not silently take the other's place. */
static void test_kinds(void)
{
	struct peer peer = { .signatures = BOTH };
	char shown[64], suite[64];

	set_pairs(RSA_PAIR, EC_PAIR, NET_MENU_ALL, false);
	ok(set_pairs(EC_PAIR, PEER_EC, NET_MENU_ALL, false), "two EC pairs");
	ok(set_pairs(RSA_PAIR, PEER, NET_MENU_ALL, false), "two RSA pairs");
	talk(&peer, shown, sizeof(shown), suite, sizeof(suite));
	ok(!strcmp(shown, "rsa"), "what was set before stays: %s", shown);
	ok(!set_pairs(EC_PAIR, 0, NET_MENU_ALL, false), "an EC pair alone");
	talk(&peer, shown, sizeof(shown), suite, sizeof(suite));
	ok(!strcmp(shown, "ec"), "is shown: %s", shown);
	peer.suites = EC_NULL;
	talk(&peer, shown, sizeof(shown), suite, sizeof(suite));
	ok(!strcmp(shown, "ec") && seen.class == NET_AUTHENTICATED,
	   "with %s too", suite);
	peer.suites = R256;
	peer.server = true;
	set_pairs(RSA_PAIR, 0, NET_MENU_ALL, true);
	talk(&peer, shown, sizeof(shown), suite, sizeof(suite));
	ok(!strcmp(shown, "rsa"), "an RSA pair alone is shown: %s", shown);
}

int main(void)
{
	struct net_limits limits = { .handshake_ms = 60000 };

	base = event_base_new();
	net = net_new(base, &limits, &ops, NULL);
	make_certs();
	net_addr_parse(&usual, "127.0.0.1", 0);
	net_addr_parse(&legacy, "127.0.0.1", 0);
	ok(!set_pairs(RSA_PAIR, EC_PAIR, NET_MENU_ALL, false) &&
	   !net_listen(net, NET_TLS, false, &usual) &&
	   !net_listen(net, NET_TLS, true, &legacy), "listening");
	test_rows(false);
	test_rows(true);
	test_menus();
	test_kinds();
	net_free(net);
	event_base_free(base);
	for (int i = 0; i < CERTS; i++)
		cert_free(&certs[i]);
	return tap_end();
}
