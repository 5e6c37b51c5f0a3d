// SPDX-License-Identifier: GPL-2.0
// Phones and trunks over TLS: certificate, class and profile must agree.

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "store/private.h"
#include "tap.h"
#include "wire.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define AES	"ECDHE-RSA-AES256-GCM-SHA384"
#define NULLS	"NULL-SHA256:@SECLEVEL=0"

static struct wire wire;
static struct net_addr addr;
static struct sip_peer last;
static unsigned int handled;

enum {
	CA, CCM, ALICE, BOB, SHARED, CAPITALS, LOCATOR, NOBODY, MIC, TRUNK, CERTS
};
static struct cert certs[CERTS];

static void make_certs(void)
{
	const struct cert *ca = &certs[CA];
	const struct cert_spec specs[CERTS] = {
		[CA] = { .cn = "CA", .ca = true, .rsa_bits = 2048 },
		[CCM] = { .cn = "ccm1", .issuer = ca, .rsa_bits = 2048 },
		[ALICE] = { .cn = "SEP0000000000A1", .issuer = ca },
		[BOB] = { .cn = "sep0000000000b0", .issuer = ca },
		[SHARED] = { .cn = "Fleet", .issuer = ca,
			     .san = "DNS:encrypted" },
		[CAPITALS] = { .cn = "Fleet", .issuer = ca,
			       .san = "DNS:Encrypted" },
		[LOCATOR] = { .cn = "Fleet", .issuer = ca,
			      .san = "URI:encrypted" },
		[NOBODY] = { .cn = "SEP0000000000FF", .issuer = ca },
		[MIC] = { .cn = "CP-8861-SEP0000000000A1", .issuer = ca },
		[TRUNK] = { .cn = "other", .issuer = ca,
			    .san = "URI:sip:pbx.example" },
	};
	int i;

	for (i = 0; i < CERTS; i++)
		cert_make(&certs[i], &specs[i]);
}

static void on_request(void *arg, struct sip_request *req)
{
	(void)arg;
	handled++;
	last = req->peer;
	sip_reply(req, 200, NULL, NULL);
}

struct client {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};

static bool more(SSL *ssl, int n)
{
	int err = SSL_get_error(ssl, n);

	event_base_loop(wire.env.base, EVLOOP_NONBLOCK);
	ERR_clear_error();
	return err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE;
}

static void client_open(struct client *client, int cert, const char *suites)
{
	int n;

	client->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(client->ctx, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(client->ctx, suites);
	SSL_CTX_use_certificate(client->ctx, certs[cert].x509);
	SSL_CTX_use_PrivateKey(client->ctx, certs[cert].key);
	client->ssl = SSL_new(client->ctx);
	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client->fd, &addr.sa, sizeof(addr.in)))
		abort();
	evutil_make_socket_nonblocking(client->fd);
	SSL_set_fd(client->ssl, client->fd);
	do {
		n = SSL_connect(client->ssl);
	} while (n != 1 && more(client->ssl, n));
}

static void client_close(struct client *client)
{
	SSL_free(client->ssl);
	SSL_CTX_free(client->ctx);
	close(client->fd);
}

static int ask_more(struct client *client, const char *method,
		    const char *user, const char *more_lines, char *buf,
		    size_t size)
{
	static unsigned int branch;
	char text[1024], *out = text;
	int n;

	branch++;
	n = snprintf(text, sizeof(text), "%s sip:ucsec SIP/2.0\r\n"
		     "Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKt%u\r\n"
		     "From: <sip:%s@ucsec>;tag=f\r\nTo: <sip:%s@ucsec>\r\n"
		     "Call-ID: %u\r\nCSeq: 1 %s\r\n"
		     "Contact: <sip:%s@127.0.0.1:5061;transport=tls>\r\n%s"
		     "Content-Length: 0\r\n\r\n", method, branch, user, user,
		     branch, method, user, more_lines);
	if (SSL_write(client->ssl, out, n) != n)
		return 0;
	do {
		n = SSL_read(client->ssl, buf, (int)size - 1);
	} while (n <= 0 && more(client->ssl, n));
	buf[n > 0 ? n : 0] = '\0';
	return wire_status(buf);
}

static int ask(struct client *client, const char *method, const char *user,
	       char *buf, size_t size)
{
	return ask_more(client, method, user, "", buf, size);
}

static const struct {
	const char *name;
	int cert;
	const char *suites, *user;
	int status;
} rows[] = {
	{ "encrypted phone, AES", ALICE, AES, "1001", 200 },
	{ "its manufacturer's certificate", MIC, AES, "1001", 200 },
	{ "encrypted phone, NULL", ALICE, NULLS, "1001", 403 },
	{ "authenticated phone, NULL", BOB, NULLS, "1002", 200 },
	{ "authenticated phone, AES", BOB, AES, "1002", 403 },
	{ "another phone's line", ALICE, AES, "1002", 404 },
	{ "shared certificate, phone of its profile", SHARED, AES, "1001",
	  200 },
	{ "shared certificate, phone of another", SHARED, AES, "1002", 503 },
	{ "shared, not exactly the profile's name", CAPITALS, AES, "1001",
	  503 },
	{ "shared, by what is no DNS name", LOCATOR, AES, "1001", 503 },
	{ "a phone that there is not", NOBODY, AES, "1001", 503 },
};

static void test_rows(void)
{
	struct client client;
	char buf[4096];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int status;

		client_open(&client, rows[i].cert, rows[i].suites);
		status = ask(&client, "REGISTER", rows[i].user, buf,
			     sizeof(buf));
		ok(status == rows[i].status, "%s: %d", rows[i].name, status);
		client_close(&client);
	}
}

/* What is sent to the phone goes by its connection, and by no other. */
static void on_response(void *arg, struct sip_client *client,
			osip_message_t *response)
{
	(void)client;
	*(int *)arg = response->status_code;
}

static void on_failed(void *arg, struct sip_client *client, int err)
{
	(void)client;
	*(int *)arg = err;
}

static void test_own_connection(void)
{
	static const struct sip_client_ops ops = { on_response, on_failed };
	struct client client;
	struct sip_client *sent;
	struct sip_target target = { .kind = SIP_PEER_PHONE };
	struct store_phone phone;
	osip_message_t *msg;
	char buf[4096];
	int result = 0, n;

	if (store_phone_find(wire.env.store, "SEP0000000000A1", &phone))
		abort();
	target.id = phone.id;
	client_open(&client, ALICE, AES);
	ask(&client, "REGISTER", "1001", buf, sizeof(buf));
	osip_message_init(&msg);
	osip_message_set_method(msg, osip_strdup("NOTIFY"));
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_uri_init(&msg->req_uri);
	osip_uri_parse(msg->req_uri, "sip:1001@127.0.0.1:5061;transport=tls");
	osip_message_set_from(msg, "<sip:ucsec>;tag=n");
	osip_message_set_to(msg, "<sip:1001@ucsec>");
	osip_message_set_call_id(msg, "notify");
	osip_message_set_cseq(msg, "1 NOTIFY");
	ok(!sip_send(wire.sip, msg, &target, &ops, &result, &sent), "sent");
	do {
		n = SSL_read(client.ssl, buf, sizeof(buf) - 1);
	} while (n <= 0 && more(client.ssl, n));
	buf[n > 0 ? n : 0] = '\0';
	ok(!strncmp(buf, "NOTIFY ", 7) &&
	   strstr(wire_header(buf, "Via"), "SIP/2.0/TLS 127.0.0.1:"),
	   "by the phone's own connection");
	client_close(&client);
	WIRE_WAIT(&wire, result);
	ok(result == -ECONNRESET, "which is lost: %d", result);
	sip_client_release(sent);
	osip_message_init(&msg);
	ok(sip_send(wire.sip, msg, &target, &ops, &result, &sent) == -EINVAL,
	   "an empty request");
}

static void test_trunk(void)
{
	struct client client;
	char buf[4096];

	client_open(&client, TRUNK, AES);
	ok(ask(&client, "MESSAGE", "x", buf, sizeof(buf)) == 200 &&
	   last.kind == SIP_PEER_TRUNK && last.class == NET_ENCRYPTED,
	   "a trunk by its name");
	handled = 0;
	ok(ask_more(&client, "MESSAGE", "x", "Event: dialog, presence\r\n",
		    buf, sizeof(buf)) == 400 && strstr(buf, "Bad Event") &&
	   ask_more(&client, "MESSAGE", "x",
		    "r: <sip:y@z?a=%26Replaces=1>\r\n", buf, sizeof(buf)) ==
	   400 && strstr(buf, "Read In Two Ways") && !handled,
	   "not what is read in two ways");
	client_close(&client);
	client_open(&client, TRUNK, NULLS);
	handled = 0;
	ok(ask(&client, "MESSAGE", "x", buf, sizeof(buf)) == 403 && !handled,
	   "not authenticated only");
	client_close(&client);
	client_open(&client, SHARED, AES);
	ok(ask(&client, "MESSAGE", "x", buf, sizeof(buf)) == 503 && !handled,
	   "not by another's certificate");
	client_close(&client);
}

static unsigned int broken;

static int break_off(void *arg)
{
	(void)arg;
	broken++;
	return 1;
}

/* A store that cannot be read is no reason to turn anybody out. */
static void test_unreadable(void)
{
	static const int of[] = { ALICE, SHARED, TRUNK };
	static const char *const users[] = { "1001", "1001", "x" };
	uint64_t before = sip_counters(wire.sip)->withdrawn;
	sqlite3 *sql = wire.env.store->config.sql;
	json_t *body = env_json("{\"nonce_validity\": 700}");
	struct client clients[ARRAY_SIZE(of)];
	unsigned int well = 0;
	char buf[4096];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		client_open(&clients[i], of[i], AES);
		well += ask(&clients[i], "MESSAGE", users[i], buf,
			    sizeof(buf)) == 200;
	}
	sqlite3_progress_handler(sql, 1, break_off, NULL);
	env_ask(&wire.env, STORE_SET, "profile", "encrypted", body, NULL);
	broken = 0;
	for (i = 0; i < 20; i++)
		event_base_loop(wire.env.base, EVLOOP_NONBLOCK);
	sqlite3_progress_handler(sql, 0, NULL, NULL);
	json_decref(body);
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		well += ask(&clients[i], "MESSAGE", users[i], buf,
			    sizeof(buf)) == 200;
		client_close(&clients[i]);
	}
	ok(well == 2 * ARRAY_SIZE(of) && broken &&
	   sip_counters(wire.sip)->withdrawn == before,
	   "no connection ends as the store cannot be read: %u of %u answers",
	   well, (unsigned int)(2 * ARRAY_SIZE(of)));
}

/* A secure phone without TLS, and a cluster where nothing is secure. */
static void test_clear(void)
{
	int fd = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, NULL);
	struct client client;
	char buf[4096];

	wire_put(fd, "REGISTER sip:ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKc\n"
		 "From: <sip:1001@ucsec>;tag=f\nTo: <sip:1001@ucsec>\n"
		 "Call-ID: c\nCSeq: 1 REGISTER\nContent-Length: 0\n\n");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 403, "an encrypted phone without TLS: 403");
	close(fd);
	wire_set_param(&wire, "cluster_security_mode", "\"nonsecure\"");
	client_open(&client, ALICE, AES);
	ok(ask(&client, "REGISTER", "1001", buf, sizeof(buf)) == 403,
	   "TLS in a nonsecure cluster: 403");
	client_close(&client);
}

/*
 * Where we connect to, any certificate that we trust would do if no name was
 * asked for: each phone has one.
 */
static void test_outgoing(const char *trunk)
{
	static const struct sip_client_ops ops = { on_response, on_failed };
	struct sip_target target = { .kind = SIP_PEER_TRUNK,
				     .id = wire_trunk(&wire, trunk) };
	unsigned int before = handled;
	struct sip_client *client;
	osip_message_t *msg;
	int err = 0;

	osip_message_init(&msg);
	osip_message_set_method(msg, osip_strdup("MESSAGE"));
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_uri_init(&msg->req_uri);
	osip_uri_parse(msg->req_uri, "sip:5551@trunk");
	osip_message_set_from(msg, "<sip:1@ucsec>;tag=f");
	osip_message_set_to(msg, "<sip:5551@trunk>");
	osip_message_set_call_id(msg, "out");
	osip_message_set_cseq(msg, "1 MESSAGE");
	if (sip_send(wire.sip, msg, &target, &ops, &err, &client))
		abort();
	WIRE_WAIT(&wire, err);
	ok(err == -EPROTO && handled == before,
	   "a trunk without subject names: %s", strerror(-err));
	sip_client_release(client);
}

static void add_objects(void)
{
	char text[512];

	env_add(&wire.env, "profile", "{\"name\": \"encrypted\", \"kind\": "
		"\"phone\", \"device_security_mode\": \"encrypted\"}");
	env_add(&wire.env, "profile", "{\"name\": \"authenticated\", \"kind\":"
		" \"phone\", \"device_security_mode\": \"authenticated\"}");
	env_add(&wire.env, "line", "{\"number\": \"1001\"}");
	env_add(&wire.env, "line", "{\"number\": \"1002\"}");
	env_add(&wire.env, "phone", "{\"name\": \"SEP0000000000A1\", "
		"\"profile\": \"encrypted\", "
		"\"lines\": [{\"number\": \"1001\"}]}");
	env_add(&wire.env, "phone", "{\"name\": \"SEP0000000000B0\", "
		"\"profile\": \"authenticated\", "
		"\"lines\": [{\"number\": \"1002\"}]}");
	snprintf(text, sizeof(text), "{\"name\": \"pbx\", \"kind\": \"trunk\","
		 " \"device_security_mode\": \"encrypted\", "
		 "\"x509_subject_name\": \"pbx.example\", "
		 "\"incoming_port\": %u}", net_addr_port(&addr));
	env_add(&wire.env, "profile", text);
	env_add(&wire.env, "trunk", "{\"name\": \"pbx\", \"profile\": \"pbx\","
		" \"destinations\": [{\"address\": \"127.0.0.1\", "
		"\"port\": 9}], \"options_ping\": false}");
	/* Ourselves, by a certificate that we trust. */
	env_add(&wire.env, "profile", "{\"name\": \"nameless\", \"kind\": "
		"\"trunk\", \"device_security_mode\": \"encrypted\", "
		"\"incoming_port\": 5099}");
	snprintf(text, sizeof(text), "{\"name\": \"nameless\", \"profile\": "
		 "\"nameless\", \"destinations\": [{\"address\": "
		 "\"127.0.0.1\", \"port\": %u}], \"options_ping\": false}",
		 net_addr_port(&addr));
	env_add(&wire.env, "trunk", text);
}

int main(void)
{
	const char *trusted[] = { NULL, NULL };
	struct net_tls tls = { .trusted_pem = trusted, .menu = NET_MENU_ALL,
			       .authenticated = true };
	char why[128];
	int i;

	make_certs();
	wire_open(&wire, 0);
	wire_set_param(&wire, "cluster_security_mode", "\"mixed\"");
	trusted[0] = certs[CA].pem;
	tls.cert_pem = certs[CCM].pem;
	tls.key_pem = certs[CCM].key_pem;
	net_addr_parse(&addr, "127.0.0.1", 0);
	if (net_tls_set(sip_net(wire.sip), &tls, why, sizeof(why)) ||
	    net_listen(sip_net(wire.sip), NET_TLS, false, &addr))
		abort();
	add_objects();
	sip_handle(wire.sip, "MESSAGE", on_request, NULL);
	test_rows();
	test_own_connection();
	test_trunk();
	test_unreadable();
	test_clear();
	test_outgoing("nameless");
	wire_close(&wire);
	for (i = 0; i < CERTS; i++)
		cert_free(&certs[i]);
	return tap_end();
}
