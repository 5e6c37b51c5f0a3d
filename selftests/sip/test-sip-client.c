// SPDX-License-Identifier: GPL-2.0
// Requests that we send to trunks: transactions, failover, challenges, pings.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocated.h"
#include "nameserver.h"
#include "sip/credentials.h"
#include "store/trunk.h"
#include "tap.h"
#include "wire.h"

static struct wire wire;
static char buf[65536];
static int fd;

static struct {
	unsigned int responses, failed;
	int status, err;
	char cseq[64], to_tag[64];
} seen;

static void on_response(void *arg, struct sip_client *client,
			osip_message_t *response)
{
	(void)arg;
	(void)client;
	seen.responses++;
	seen.status = response->status_code;
	snprintf(seen.cseq, sizeof(seen.cseq), "%s", response->cseq->number);
	snprintf(seen.to_tag, sizeof(seen.to_tag), "%s",
		 sip_to_tag(response) ?: "");
}

static void on_failed(void *arg, struct sip_client *client, int err)
{
	(void)arg;
	(void)client;
	seen.failed++;
	seen.err = err;
}

static const struct sip_client_ops ops = { on_response, on_failed };

static struct sip_client *start_to(const char *method, int64_t trunk)
{
	struct sip_target target = { .kind = SIP_PEER_TRUNK, .id = trunk };
	struct sip_client *client = NULL;

	memset(&seen, 0, sizeof(seen));
	if (sip_send(wire.sip, wire_request(method, "call-1"), &target, &ops, NULL, &client))
		printf("# sip_send failed\n");
	return client;
}

static struct sip_client *start(const char *method)
{
	return start_to(method, wire_trunk(&wire, "t"));
}

static bool get(int from, const char *method)
{
	wire_get(&wire, from, buf, sizeof(buf));
	return wire_is(buf, method);
}

/* An answer to what is in buf. */
static void put_from(int from, int status, const char *tag, const char *more)
{
	wire_answer(from, buf, status, tag, more);
}

static void put(int status, const char *tag, const char *more)
{
	put_from(fd, status, tag, more);
}

/* Written for an encrypted connection, this goes over no other. */
static void test_keys(void)
{
	static const char sdp[] = "v=0\r\nm=audio 4000 RTP/SAVP 0\r\n"
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQF\r\n";
	struct sip_target target = { .kind = SIP_PEER_TRUNK,
				     .id = wire_trunk(&wire, "t") };
	osip_message_t *msg = wire_request("INVITE", "call-1");
	struct sip_client *client = NULL;

	memset(&seen, 0, sizeof(seen));
	osip_message_set_body(msg, sdp, sizeof(sdp) - 1);
	if (sip_send(wire.sip, msg, &target, &ops, NULL, &client))
		abort();
	WIRE_WAIT(&wire, seen.failed);
	ok(seen.err == -EPERM && wire_is_quiet(&wire, fd),
	   "no keys where others can read them");
	sip_client_release(client);
}

static void drain(void)
{
	while (!wire_is_quiet(&wire, fd))
		wire_get(&wire, fd, buf, sizeof(buf));
}

static void test_plain(void)
{
	struct sip_client *client = start("MESSAGE");
	char branch[512];

	ok(get(fd, "MESSAGE") && !seen.responses, "sent from the loop");
	ok(strstr(wire_header(buf, "Via"), ";rport;branch=z9hG4bK") &&
	   !strcmp(wire_header(buf, "Max-Forwards"), "70") &&
	   !strcmp(wire_header(buf, "Content-Length"), "0") &&
	   wire_header(buf, "User-Agent")[0], "completed");
	strcpy(branch, wire_header(buf, "Via"));
	ok(get(fd, "MESSAGE") && !strcmp(branch, wire_header(buf, "Via")),
	   "repeated, the same");
	put(100, "t", "");
	put(200, "t", "");
	WIRE_WAIT(&wire, seen.status == 200);
	drain();
	put(200, "t", "");
	ok(wire_is_quiet(&wire, fd) && seen.responses == 2 && !seen.failed,
	   "one final response");
	sip_client_release(client);

	client = start("MESSAGE");
	WIRE_WAIT(&wire, seen.failed);
	ok(seen.err == -ETIMEDOUT && !seen.responses, "no answer at all");
	sip_client_release(client);
	drain();

	client = start("MESSAGE");
	get(fd, "MESSAGE");
	sip_client_release(client);
	put(200, "t", "");
	ok(wire_is_quiet(&wire, fd) && !seen.responses,
	   "released: no call-back");
	drain();
}

static void test_invite(void)
{
	struct sip_client *client = start("INVITE");
	struct sip_target target = { .kind = SIP_PEER_TRUNK,
				     .id = wire_trunk(&wire, "t") };
	osip_message_t *ack;
	char branch[512], reply[1024];

	ok(get(fd, "INVITE") && get(fd, "INVITE"), "INVITE, repeated");
	strcpy(branch, wire_header(buf, "Via"));
	strcpy(reply, buf);
	put(486, "t", "");
	WIRE_WAIT(&wire, seen.status == 486);
	do {
	} while (!get(fd, "ACK"));
	ok(!strcmp(branch, wire_header(buf, "Via")) &&
	   strstr(wire_header(buf, "To"), "tag=t") &&
	   !strcmp(wire_header(buf, "CSeq"), "1 ACK"), "its ACK");
	strcpy(buf, reply);
	put(486, "t", "");
	ok(get(fd, "ACK") && seen.responses == 1, "again, unseen");
	sip_client_release(client);
	drain();

	client = start("INVITE");
	get(fd, "INVITE");
	strcpy(reply, buf);
	put(180, "t", "");
	WIRE_WAIT(&wire, seen.status == 180);
	put(200, "t", "");
	WIRE_WAIT(&wire, seen.status == 200);
	ack = wire_request("ACK", "call-1");
	osip_to_set_tag(ack->to, osip_strdup(seen.to_tag));
	ok(!sip_send_ack(client, ack, &target), "ACK for a 2xx");
	do {
	} while (!get(fd, "ACK"));
	ok(strcmp(branch, wire_header(buf, "Via")), "a branch of its own");
	strcpy(buf, reply);
	put(200, "t", "");
	ok(get(fd, "ACK") && seen.responses == 2, "again, unseen");
	strcpy(buf, reply);
	put(200, "u", "");
	WIRE_WAIT(&wire, seen.responses == 3);
	ok(!strcmp(seen.to_tag, "u"), "another dialog is told");
	sip_client_release(client);
	drain();
}

/* Each answered call waits for stragglers, without its trunk's destinations. */
static void test_memory(void)
{
	size_t before = allocated(), after;
	struct sip_client *client = start("INVITE");

	get(fd, "INVITE");
	put(200, "t", "");
	WIRE_WAIT(&wire, seen.status == 200);
	after = allocated();
	if (!ok(after < before + sizeof(struct store_trunk),
		"an answered INVITE is small"))
		printf("# %zu bytes\n", after - before);
	sip_client_release(client);
	drain();
}

static void test_cancel(void)
{
	struct sip_client *client = start("INVITE");
	char branch[512], invite[2048];

	get(fd, "INVITE");
	strcpy(invite, buf);
	strcpy(branch, wire_header(buf, "Via"));
	sip_client_cancel(client, "SIP;cause=200");
	drain();
	ok(!strstr(buf, "CANCEL "), "not before a provisional response");
	strcpy(buf, invite);
	put(180, "t", "");
	do {
	} while (!get(fd, "CANCEL"));
	ok(!strcmp(branch, wire_header(buf, "Via")) &&
	   !strcmp(wire_header(buf, "CSeq"), "1 CANCEL"), "CANCEL");
	ok(!strcmp(wire_header(buf, "Reason"), "SIP;cause=200"),
	   "with its reason");
	put(200, "t", "");
	strcpy(buf, invite);
	put(487, "t", "");
	WIRE_WAIT(&wire, seen.status == 487);
	ok(!seen.failed, "487");
	sip_client_release(client);
	drain();

	client = start("INVITE");
	get(fd, "INVITE");
	put(180, "t", "");
	WIRE_WAIT(&wire, seen.status == 180);
	sip_client_cancel(client, NULL);
	WIRE_WAIT(&wire, seen.failed);
	ok(seen.err == -ETIMEDOUT, "who ignores CANCEL is not waited for");
	sip_client_release(client);
	drain();
}

/* The credentials in buf, checked as the trunk would. */
static bool is_signed(const char *header, enum store_algorithm algorithm,
		      const char *method)
{
	const char *value = wire_header(buf, header);
	struct sip_credentials c;
	uint8_t ha1[STORE_HA1_MAX];
	char hex[SIP_HEX_MAX];
	size_t len;

	if (sip_credentials_parse((struct sip_text){ value, strlen(value) },
				  &c))
		return false;
	len = sip_digest_ha1(algorithm, "ucsec", "far", "trunk secret", ha1);
	sip_digest_response(algorithm, ha1, len, (struct sip_text){
			method, strlen(method) }, &c, hex);
	return !strcmp(hex, c.response) && !strcmp(c.uri, "sip:5551@trunk");
}

#define OFFER(header, realm, nonce, more) header ": Digest realm=\"" realm \
	"\",nonce=\"" nonce "\",qop=\"auth\"" more "\n"

static void test_challenge(void)
{
	struct sip_client *client = start("INVITE");

	get(fd, "INVITE");
	put(401, "t", OFFER("WWW-Authenticate", "far", "n1", ",algorithm=MD5")
	    OFFER("WWW-Authenticate", "far", "n1", ",algorithm=SHA-256")
	    OFFER("WWW-Authenticate", "other", "n1", ""));
	ok(get(fd, "ACK"), "the 401 is acknowledged");
	do {
	} while (!get(fd, "INVITE"));
	ok(is_signed("Authorization", STORE_SHA256, "INVITE") &&
	   !strcmp(wire_header(buf, "CSeq"), "2 INVITE") && !seen.responses,
	   "answered with the best algorithm");
	put(407, "t", OFFER("Proxy-Authenticate", "far", "n2", ""));
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 407, "once per nonce");
	sip_client_release(client);
	drain();

	client = start("MESSAGE");
	get(fd, "MESSAGE");
	put(407, "t", OFFER("Proxy-Authenticate", "far", "n1", ""));
	do {
	} while (!get(fd, "MESSAGE") || !wire_header(buf,
						"Proxy-Authorization")[0]);
	ok(is_signed("Proxy-Authorization", STORE_MD5, "MESSAGE"), "407");
	put(407, "t", OFFER("Proxy-Authenticate", "far", "n2", ",stale=true"));
	do {
	} while (!get(fd, "MESSAGE") ||
		 strcmp(wire_header(buf, "CSeq"), "3 MESSAGE"));
	ok(is_signed("Proxy-Authorization", STORE_MD5, "MESSAGE") &&
	   strstr(wire_header(buf, "Proxy-Authorization"), "n2"), "stale");
	put(200, "t", "");
	WIRE_WAIT(&wire, seen.status == 200);
	ok(!strcmp(seen.cseq, "3"), "the response's CSeq counts");
	sip_client_release(client);
	drain();

	client = start("MESSAGE");
	/* On a busy machine the one before has come twice. */
	do {
	} while (!get(fd, "MESSAGE") ||
		 strcmp(wire_header(buf, "CSeq"), "1 MESSAGE"));
	put(401, "t", OFFER("WWW-Authenticate", "unknown", "n1", ""));
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 401, "no credentials for that realm");
	sip_client_release(client);
	drain();
}

/* Asking in another trunk's name gets nothing that its password made. */
static void test_realm(void)
{
	uint16_t port;
	int own = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port);
	struct sip_client *client;

	env_add(&wire.env, "sip-realm", "{\"realm\": \"near\", \"user\": "
		"\"ucsec\", \"password\": \"another secret\"}");
	wire_add_trunk(&wire, "near", "127.0.0.1", port, "",
		       ", \"options_ping\": false, \"sip_realm\": \"near\"");
	client = start_to("MESSAGE", wire_trunk(&wire, "near"));
	get(own, "MESSAGE");
	put_from(own, 401, "t", OFFER("WWW-Authenticate", "far", "n1", ""));
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 401, "another trunk's realm is not answered");
	sip_client_release(client);
	client = start_to("MESSAGE", wire_trunk(&wire, "near"));
	get(own, "MESSAGE");
	put_from(own, 401, "t", OFFER("WWW-Authenticate", "near", "n1", ""));
	do {
		get(own, "MESSAGE");
	} while (!wire_header(buf, "Authorization")[0]);
	ok(strstr(wire_header(buf, "Authorization"), "realm=\"near\""),
	   "its own is");
	sip_client_release(client);
	close(own);
	wire_is_quiet(&wire, fd);
}

static void test_failover(void)
{
	uint16_t first_port, second_port;
	int first = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &first_port);
	int second = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &second_port);
	struct sip_client *client;
	char text[512], via[512];

	snprintf(text, sizeof(text), "{\"name\": \"two\", \"profile\": "
		 "\"t-profile\", \"destinations\": [{\"address\": "
		 "\"127.0.0.1\", \"port\": %u}, {\"address\": \"127.0.0.1\", "
		 "\"port\": %u}], \"options_ping\": false}", first_port, second_port);
	if (env_add(&wire.env, "trunk", text) != 200)
		abort();
	client = start_to("INVITE", wire_trunk(&wire, "two"));
	get(first, "INVITE");
	strcpy(via, wire_header(buf, "Via"));
	put_from(first, 503, "t", "");
	ok(get(second, "INVITE") && strcmp(via, wire_header(buf, "Via")),
	   "503: the next, with a new branch");
	put_from(second, 200, "t", "");
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 200, "answered there");
	sip_client_release(client);
	close(first);
	client = start_to("MESSAGE", wire_trunk(&wire, "two"));
	do {
	} while (!get(second, "MESSAGE"));
	put_from(second, 503, "t", "");
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 503, "silent first, 503 last: told");
	sip_client_release(client);
	close(second);
}

static void test_no_way(void)
{
	struct sip_target target = { .kind = SIP_PEER_TRUNK, .id = 4711 };
	struct sip_client *client;

	ok(sip_send(wire.sip, wire_request("MESSAGE", "call-1"), &target, &ops, NULL,
		    &client) == -EHOSTUNREACH, "no such trunk");
	target.kind = SIP_PEER_PHONE;
	ok(sip_send(wire.sip, wire_request("MESSAGE", "call-1"), &target, &ops, NULL,
		    &client) == -ENOTCONN, "a phone that is not there");
	wire_add_trunk(&wire, "tcp", "127.0.0.1", 9,
		       ", \"outgoing_transport\": \"tcp\"", "");
	client = start_to("MESSAGE", wire_trunk(&wire, "tcp"));
	WIRE_WAIT(&wire, seen.failed);
	ok(seen.err == -ECONNREFUSED, "refused");
	sip_client_release(client);
}

static struct net_conn *kept;

static void keep_conn(void *arg, struct sip_request *req)
{
	(void)arg;
	kept = net_conn_get(req->conn);
	sip_reply(req, 200, NULL, NULL);
}

/* A connection that ends between sip_send() and the sending. */
static void test_lost_before(void)
{
	int s = wire_dial(&wire, "127.0.0.1", SOCK_STREAM, NULL);
	struct sip_target target = { .kind = SIP_PEER_PHONE, .id = 9 };
	struct sip_client *client;

	sip_handle(wire.sip, "MESSAGE", keep_conn, NULL);
	wire_put(s, "MESSAGE sip:ucsec SIP/2.0\n"
		 "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKl\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:ucsec>\nCall-ID: l\n"
		 "CSeq: 1 MESSAGE\nContent-Length: 0\n\n");
	wire_get(&wire, s, buf, sizeof(buf));
	close(s);
	memset(&seen, 0, sizeof(seen));
	target.conn = kept;
	if (sip_send(wire.sip, wire_request("NOTIFY", "call-1"), &target, &ops, NULL,
		     &client))
		abort();
	WIRE_WAIT(&wire, seen.failed);
	ok(seen.err == -ENOTCONN, "told at once: %d", seen.err);
	sip_client_release(client);
	net_conn_put(kept);
}

static void test_ping(void)
{
	uint16_t port;
	int s = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port);
	int64_t id;

	wire_set_param(&wire, "options_interval", "1");
	wire_set_param(&wire, "options_failures", "1");
	wire_add_trunk(&wire, "pinged", "127.0.0.1", port, "",
		       ", \"options_ping\": true");
	id = wire_trunk(&wire, "pinged");
	ok(get(s, "OPTIONS") && sip_trunk_is_alive(wire.sip, id), "OPTIONS");
	WIRE_WAIT(&wire, !sip_trunk_is_alive(wire.sip, id));
	ok(true, "no answer: dead");
	while (!sip_trunk_is_alive(wire.sip, id)) {
		get(s, "OPTIONS");
		put_from(s, 404, "t", "");
		wire_is_quiet(&wire, fd);
	}
	ok(true, "any answer: alive");
	close(s);
}

/* A trunk whose destination is a name is known by the name's address. */
static void test_host_name(void)
{
	static const struct record records[] = {
		{ "pbx.example", "A 127.0.0.7", 60 }, { NULL, NULL, 0 },
	};
	int s = wire_dial(&wire, "127.0.0.7", SOCK_DGRAM, NULL);
	struct net_addr server;
	int status;

	nameserver_start(&server, records);
	net_resolve_server(sip_net(wire.sip), &server);
	wire_add_trunk(&wire, "named", "pbx.example", 5060, "", "");
	do {
		wire_put(s, "OPTIONS sip:ucsec SIP/2.0\n"
			 "Via: SIP/2.0/UDP 127.0.0.7;rport;branch=z9hG4bKh\n"
			 "From: <sip:a@b>;tag=f\nTo: <sip:ucsec>\n"
			 "Call-ID: h\nCSeq: 1 OPTIONS\n\n");
		wire_get(&wire, s, buf, sizeof(buf));
		status = wire_status(buf);
	} while (status == 503);
	ok(status == 200, "a trunk known by its host's address");
	nameserver_stop();
	close(s);
}

int main(void)
{
	uint16_t port;

	wire_open(&wire, 0);
	fd = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port);
	wire_add_trunk(&wire, "t", "127.0.0.1", port,
		       "", "");
	env_add(&wire.env, "sip-realm", "{\"realm\": \"far\", \"user\": "
		"\"ucsec\", \"password\": \"trunk secret\"}");
	test_plain();
	test_keys();
	test_invite();
	test_memory();
	test_cancel();
	test_challenge();
	test_realm();
	test_failover();
	test_no_way();
	test_lost_before();
	test_ping();
	test_host_name();
	close(fd);
	wire_close(&wire);
	return tap_end();
}
