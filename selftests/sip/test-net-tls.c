// SPDX-License-Identifier: GPL-2.0
// TLS policy with real sockets: who gets in, and as what (SIG-2, SIG-3, SIG-4).

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "net/net.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NULLS	"NULL-SHA256:NULL-SHA:ECDHE-RSA-NULL-SHA:@SECLEVEL=0"

static struct event_base *base;
static struct net *net;
static struct net_addr addr;

/* What our side saw last. */
static struct {
	bool received, closed;
	enum net_class class;
	char cn[64], cipher[64];
	int err;
} seen;

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	const struct net_peer *peer = net_conn_peer(conn);

	(void)arg;
	(void)data;
	seen.received = true;
	seen.class = peer->class;
	snprintf(seen.cn, sizeof(seen.cn), "%s",
		 peer->cert ? peer->cert->cn : "");
	snprintf(seen.cipher, sizeof(seen.cipher), "%s", peer->cipher ?: "");
	net_conn_send(conn, data, len);
	return (ssize_t)len;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg;
	(void)conn;
	seen.closed = true;
	seen.err = err;
}

static const struct net_ops ops = {
	.received = on_received,
	.closed = on_closed,
};

enum { CA, OTHER_CA, SERVER, SERVER_EC, PHONE, PHONE_EC, FOREIGN, EXPIRED,
	EARLY, WEAK_KEY, WEAK_HASH, WRONG_EKU, LEAF_CA, FORGED, SELF, CERTS };
static struct cert certs[CERTS];

static void make_certs(void)
{
	const struct cert *ca = &certs[CA];
	const struct cert_spec specs[CERTS] = {
		[CA] = { .cn = "Phones CA", .ca = true, .rsa_bits = 2048 },
		[OTHER_CA] = { .cn = "Strangers CA", .ca = true },
		[SERVER] = { .cn = "ccm1", .issuer = ca, .rsa_bits = 2048 },
		[SERVER_EC] = { .cn = "ccm1-ec", .issuer = ca },
		[PHONE] = { .cn = "SEP001122334455", .issuer = ca,
			    .rsa_bits = 2048, .eku = "clientAuth" },
		[PHONE_EC] = { .cn = "SEP001122334456", .issuer = ca,
			       .san = "DNS:shared,URI:sip:phones.example" },
		[FOREIGN] = { .cn = "SEP001122334455",
			      .issuer = &certs[OTHER_CA] },
		[EXPIRED] = { .cn = "SEP001122334455", .issuer = ca,
			      .from_days = -3, .to_days = -1 },
		[EARLY] = { .cn = "SEP001122334455", .issuer = ca,
			    .from_days = 2, .to_days = 3 },
		[WEAK_KEY] = { .cn = "SEP001122334455", .issuer = ca,
			       .rsa_bits = 1024 },
		[WEAK_HASH] = { .cn = "SEP001122334455", .issuer = ca,
				.sha1 = true, .rsa_bits = 2048 },
		[WRONG_EKU] = { .cn = "SEP001122334455", .issuer = ca,
				.eku = "serverAuth" },
		[LEAF_CA] = { .cn = "SEP0000000000AA", .issuer = ca,
			      .rsa_bits = 2048 },
		[FORGED] = { .cn = "SEP001122334455",
			     .issuer = &certs[LEAF_CA] },
		[SELF] = { .cn = "pbx.example", .rsa_bits = 2048 },
	};
	int i;

	for (i = 0; i < CERTS; i++)
		cert_make(&certs[i], &specs[i]);
}

static int set_policy(enum net_menu menu, bool ecdsa, bool authenticated)
{
	const char *trusted[] = { certs[CA].pem, certs[SELF].pem, NULL };
	struct net_tls tls = {
		.cert_pem = certs[SERVER].pem,
		.key_pem = certs[SERVER].key_pem,
		.ecdsa_cert_pem = certs[SERVER_EC].pem,
		.ecdsa_key_pem = certs[SERVER_EC].key_pem,
		.trusted_pem = trusted,
		.menu = menu,
		.ecdsa_preferred = ecdsa,
		.authenticated = authenticated,
	};
	char why[128] = "";
	int err = net_tls_set(net, &tls, why, sizeof(why));

	if (err)
		printf("# %s\n", why);
	return err;
}

struct client {
	const char *suites;		/* of TLS 1.2, NULL: none but 1.3 */
	int version;			/* the highest */
	int min_version;
	int cert;			/* -1: none */
	int chain;			/* sent after it; 0: none */
	SSL_SESSION *session;
};

static SSL *client_new(const struct client *client, SSL_CTX **out)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;

	/* Its own rules must not be what refuses. */
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, client->min_version ?:
				      client->suites ? TLS1_2_VERSION :
						       TLS1_3_VERSION);
	SSL_CTX_set_max_proto_version(ctx, client->version);
	if (client->suites && !SSL_CTX_set_cipher_list(ctx, client->suites))
		abort();
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT);
	if (client->cert >= 0) {
		SSL_CTX_use_certificate(ctx, certs[client->cert].x509);
		SSL_CTX_use_PrivateKey(ctx, certs[client->cert].key);
		if (client->chain)
			SSL_CTX_add1_chain_cert(ctx, certs[client->chain].x509);
	}
	ssl = SSL_new(ctx);
	if (client->session)
		SSL_set_session(ssl, client->session);
	*out = ctx;
	return ssl;
}

static int connect_to(const struct net_addr *to)
{
	int fd = socket(to->sa.sa_family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, &to->sa, net_addr_size(to)))
		abort();
	evutil_make_socket_nonblocking(fd);
	return fd;
}

static bool wants_more(SSL *ssl, int n)
{
	int err = SSL_get_error(ssl, n);

	return err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE;
}

/* Handshake and one message there and back, our side's loop in between. */
static bool talk(const struct client *client, SSL_SESSION **session,
		 bool *resumed)
{
	SSL_CTX *ctx;
	SSL *ssl = client_new(client, &ctx);
	int fd = connect_to(&addr), n;
	bool good = false;
	char answer[8];

	memset(&seen, 0, sizeof(seen));
	SSL_set_fd(ssl, fd);
	do {
		event_base_loop(base, EVLOOP_NONBLOCK);
		ERR_clear_error();
		n = SSL_connect(ssl);
	} while (n != 1 && wants_more(ssl, n));
	if (n == 1 && SSL_write(ssl, "hello", 5) == 5) {
		do {
			event_base_loop(base, EVLOOP_NONBLOCK);
			ERR_clear_error();
			n = SSL_read(ssl, answer, sizeof(answer));
		} while (n <= 0 && wants_more(ssl, n));
		good = n == 5;
	}
	if (session)
		*session = SSL_get1_session(ssl);
	if (resumed)
		*resumed = SSL_session_reused(ssl);
	SSL_shutdown(ssl);
	close(fd);
	while (!seen.closed)
		event_base_loop(base, EVLOOP_ONCE);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

enum { NO = -1 };

static const struct row {
	const char *name;
	enum net_menu menu;
	bool authenticated;
	struct client client;
	int class;			/* NO: refused */
	const char *cipher;
} rows[] = {
	{ "AES client", NET_MENU_ALL, true,
	  { "ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, 0, PHONE, 0, NULL },
	  NET_ENCRYPTED, "ECDHE-RSA-AES256-GCM-SHA384" },
	{ "AES128-SHA under All", NET_MENU_ALL, true,
	  { "AES128-SHA", TLS1_2_VERSION, 0, PHONE, 0, NULL },
	  NET_ENCRYPTED, "AES128-SHA" },
	{ "AES128-SHA under Medium", NET_MENU_MEDIUM, false,
	  { "AES128-SHA", TLS1_2_VERSION, 0, PHONE, 0, NULL }, NO, NULL },
	{ "AES-128-GCM under Medium", NET_MENU_MEDIUM, false,
	  { "ECDHE-RSA-AES128-GCM-SHA256", TLS1_2_VERSION, 0, PHONE, 0, NULL },
	  NET_ENCRYPTED, NULL },
	{ "AES-128-GCM under Strongest", NET_MENU_STRONGEST, false,
	  { "ECDHE-RSA-AES128-GCM-SHA256", TLS1_2_VERSION, 0, PHONE, 0, NULL },
	  NO, NULL },
	{ "TLS 1.3 under Strongest", NET_MENU_STRONGEST, false,
	  { NULL, TLS1_3_VERSION, 0, PHONE, 0, NULL }, NET_ENCRYPTED,
	  "TLS_AES_256_GCM_SHA384" },
	{ "NULL alone, admitted", NET_MENU_ALL, true,
	  { NULLS, TLS1_2_VERSION, 0, PHONE, 0, NULL }, NET_AUTHENTICATED,
	  "ECDHE-RSA-NULL-SHA" },
	{ "NULL-SHA256 alone, admitted", NET_MENU_ALL, true,
	  { "NULL-SHA256:@SECLEVEL=0", TLS1_2_VERSION, 0, PHONE, 0, NULL },
	  NET_AUTHENTICATED, "NULL-SHA256" },
	{ "NULL alone, no Authenticated profile", NET_MENU_ALL, false,
	  { NULLS, TLS1_2_VERSION, 0, PHONE, 0, NULL }, NO, NULL },
	{ "NULL alone under Medium", NET_MENU_MEDIUM, true,
	  { NULLS, TLS1_2_VERSION, 0, PHONE, 0, NULL }, NO, NULL },
	{ "NULL and AES: AES", NET_MENU_ALL, true,
	  { NULLS ":AES128-SHA", TLS1_2_VERSION, 0, PHONE, 0, NULL },
	  NET_ENCRYPTED, "AES128-SHA" },
	{ "NULL and TLS 1.3: AES", NET_MENU_ALL, true,
	  { NULLS, TLS1_3_VERSION, 0, PHONE, 0, NULL }, NET_ENCRYPTED,
	  "TLS_AES_256_GCM_SHA384" },
	{ "TLS 1.1", NET_MENU_ALL, true,
	  { "ALL:@SECLEVEL=0", TLS1_1_VERSION, TLS1_VERSION, PHONE, 0, NULL },
	  NO, NULL },
	{ "NULL under TLS 1.1", NET_MENU_ALL, true,
	  { NULLS, TLS1_1_VERSION, TLS1_VERSION, PHONE, 0, NULL }, NO, NULL },
	{ "ECDSA certificate", NET_MENU_ALL, true,
	  { "ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, 0, PHONE_EC, 0,
	    NULL }, NET_ENCRYPTED, NULL },
	{ "a self-signed one that is trusted", NET_MENU_ALL, true,
	  { NULL, TLS1_3_VERSION, 0, SELF, 0, NULL }, NET_ENCRYPTED, NULL },
};

static void test_suites(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		bool good;

		set_policy(row->menu, false, row->authenticated);
		good = talk(&row->client, NULL, NULL);
		ok(row->class == NO ? !good && !seen.received :
		   good && seen.class == (enum net_class)row->class &&
		   (!row->cipher || !strcmp(seen.cipher, row->cipher)),
		   "%s: %s %s", row->name, !good ? "refused" :
		   seen.class == NET_CLEAR ? "clear" :
		   seen.class == NET_ENCRYPTED ? "encrypted" : "authenticated",
		   seen.cipher);
	}
}

static void test_certificates(void)
{
	static const struct {
		const char *name;
		int cert, chain;
	} bad[] = {
		{ "no certificate", -1, 0 },
		{ "a stranger's CA", FOREIGN, 0 },
		{ "expired", EXPIRED, 0 },
		{ "not valid yet", EARLY, 0 },
		{ "RSA of 1024 bits", WEAK_KEY, 0 },
		{ "signed with SHA-1", WEAK_HASH, 0 },
		{ "for servers only", WRONG_EKU, 0 },
		{ "issued by a phone", FORGED, LEAF_CA },
	};
	static const char *const suites[] = {
		"ECDHE-RSA-AES256-GCM-SHA384", "NULL-SHA256:@SECLEVEL=0", NULL,
	};
	size_t i, j;

	set_policy(NET_MENU_ALL, false, true);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (j = 0; j < ARRAY_SIZE(suites); j++) {
			struct client client = {
				.suites = suites[j],
				.version = suites[j] ? TLS1_2_VERSION :
						       TLS1_3_VERSION,
				.cert = bad[i].cert,
				.chain = bad[i].chain,
			};

			ok(!talk(&client, NULL, NULL) && !seen.received,
			   "refused: %s, %s", bad[i].name,
			   suites[j] ?: "TLS 1.3");
		}
	}
}

/* A suite that nobody serves beside them does not make NULL suites welcome. */
static void test_legacy(void)
{
	struct client client = {
		.suites = "NULL-SHA256:AES256-SHA256:@SECLEVEL=0",
		.version = TLS1_2_VERSION, .cert = PHONE,
	};
	struct net_addr usual = addr;

	set_policy(NET_MENU_MEDIUM, false, false);
	net_addr_set_port(&addr, 0);
	ok(!net_listen(net, NET_TLS, true, &addr), "legacy listener");
	ok(!talk(&client, NULL, NULL) && !seen.received,
	   "no NULL suite where no profile is Authenticated");
	client.suites = "AES128-SHA";
	ok(talk(&client, NULL, NULL) && seen.class == NET_ENCRYPTED,
	   "AES there");
	client.suites = "NULL-SHA256:@SECLEVEL=0";
	set_policy(NET_MENU_ALL, false, true);
	ok(talk(&client, NULL, NULL) && seen.class == NET_AUTHENTICATED,
	   "NULL alone, admitted");
	addr = usual;
}

static void test_preference(void)
{
	struct client client = {
		.suites = "ECDHE-RSA-AES256-GCM-SHA384:"
			  "ECDHE-ECDSA-AES256-GCM-SHA384",
		.version = TLS1_2_VERSION, .cert = PHONE,
	};

	set_policy(NET_MENU_STRONGEST, true, false);
	ok(talk(&client, NULL, NULL) &&
	   !strcmp(seen.cipher, "ECDHE-ECDSA-AES256-GCM-SHA384"),
	   "ECDSA preferred");
	set_policy(NET_MENU_STRONGEST, false, false);
	ok(talk(&client, NULL, NULL) &&
	   !strcmp(seen.cipher, "ECDHE-RSA-AES256-GCM-SHA384"),
	   "RSA preferred");
}

static void test_resumption(int version)
{
	struct client client = {
		.suites = version == TLS1_2_VERSION ?
				  "ECDHE-RSA-AES256-GCM-SHA384" : NULL,
		.version = version, .cert = PHONE,
	};
	SSL_SESSION *session = NULL;
	bool resumed = true;

	set_policy(NET_MENU_ALL, false, false);
	talk(&client, &session, NULL);
	client.session = session;
	ok(talk(&client, NULL, &resumed) && !resumed &&
	   !strcmp(seen.cn, "SEP001122334455"),
	   "an old session (%#x) is verified anew", version);
	SSL_SESSION_free(session);
}

static void test_names(void)
{
	static const char *const sans[] = {
		"pbx.example", "sip:sbc.example:5061;x=y", "sip:joe@user.example",
		NULL,
	};
	static const struct net_cert cert = {
		.cn = "SEP001122334455", .subject = "", .sans = sans,
	};
	static const struct {
		const char *name;
		bool has;
	} names[] = {
		{ "SEP001122334455", true }, { "PBX.example", true },
		{ "sbc.example", true }, { "user.example", false },
		{ "pbx", false }, { "", false }, { "example", false },
		{ "sbc.example:5061", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		ok(net_cert_has_name(&cert, names[i].name) == names[i].has,
		   "name '%s'", names[i].name);
}

int main(void)
{
	struct net_limits limits = { .handshake_ms = 60000 };

	base = event_base_new();
	net = net_new(base, &limits, &ops, NULL);
	net_addr_parse(&addr, "127.0.0.1", 0);
	ok(net_listen(net, NET_TLS, false, &addr) == -ENOKEY,
	   "no TLS without a certificate");
	make_certs();
	ok(!set_policy(NET_MENU_ALL, false, true) &&
	   !net_listen(net, NET_TLS, false, &addr), "listening");

	test_suites();
	test_certificates();
	test_preference();
	test_legacy();
	test_resumption(TLS1_2_VERSION);
	test_resumption(TLS1_3_VERSION);
	test_names();

	ok(!net_counters(net)->conns_now && !net_counters(net)->handshakes_now,
	   "nothing is left");
	net_free(net);
	event_base_free(base);
	for (int i = 0; i < CERTS; i++)
		cert_free(&certs[i]);
	return tap_end();
}
