// SPDX-License-Identifier: GPL-2.0
// Destinations of a trunk: silent ones, dead ones, and whom we answer to.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nameserver.h"
#include "store/private.h"
#include "tap.h"
#include "wire.h"

static struct wire wire;
static char buf[65536];

static struct {
	unsigned int responses, failed;
	int status, err;
} seen;

static void on_response(void *arg, struct sip_client *client,
			osip_message_t *response)
{
	(void)arg;
	(void)client;
	seen.responses++;
	seen.status = response->status_code;
}

static void on_failed(void *arg, struct sip_client *client, int err)
{
	(void)arg;
	(void)client;
	seen.failed++;
	seen.err = err;
}

static struct sip_client *start(const char *method,
				const struct sip_target *target)
{
	static const struct sip_client_ops ops = { on_response, on_failed };
	struct sip_client *client = NULL;

	memset(&seen, 0, sizeof(seen));
	if (sip_send(wire.sip, wire_request(method, "call-1"), target, &ops, NULL, &client))
		abort();
	return client;
}

static struct sip_client *start_to(const char *method, const char *trunk,
				   bool impatient)
{
	return start(method, &(struct sip_target){
		.kind = SIP_PEER_TRUNK, .id = wire_trunk(&wire, trunk),
		.impatient = impatient });
}

static bool get(int from, const char *method)
{
	wire_get(&wire, from, buf, sizeof(buf));
	return wire_is(buf, method);
}

/* How often it came, with those that wait in the socket. */
static unsigned int count(int from, const char *method)
{
	unsigned int n = 0;

	while (!wire_is_quiet(&wire, from))
		n += get(from, method);
	return n;
}

/* An answer to what is in buf. */
static void put(int from, int status, const char *more)
{
	wire_answer(from, buf, status, "t", more);
}

/* A trunk with two destinations, at sockets of ours. */
static void add_two(const char *name, int fd[2], const char *fields)
{
	uint16_t port[2];
	char text[512];
	int i;

	for (i = 0; i < 2; i++)
		fd[i] = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port[i]);
	snprintf(text, sizeof(text), "{\"name\": \"%s\", \"profile\": "
		 "\"t-profile\", \"destinations\": [{\"address\": "
		 "\"127.0.0.1\", \"port\": %u}, {\"address\": \"127.0.0.1\", "
		 "\"port\": %u}], %s}", name, port[0], port[1], fields);
	if (env_add(&wire.env, "trunk", text) != 200)
		abort();
}

/* A hop that says nothing costs a few T1; should it wake up, it is cancelled. */
static void test_silent_first(void)
{
	struct sip_client *client;
	char via[512], invite[2048];
	int fd[2];

	add_two("two", fd, "\"options_ping\": false");
	client = start_to("INVITE", "two", false);
	get(fd[0], "INVITE");
	strcpy(invite, buf);
	strcpy(via, wire_header(buf, "Via"));
	ok(get(fd[1], "INVITE") && strcmp(via, wire_header(buf, "Via")),
	   "the next is asked, with a new branch");
	put(fd[1], 180, "");
	WIRE_WAIT(&wire, seen.responses);
	ok(count(fd[0], "INVITE") == 3, "after four transmissions");
	strcpy(buf, invite);
	put(fd[0], 180, "");
	ok(get(fd[0], "CANCEL") && !strcmp(via, wire_header(buf, "Via")),
	   "the first rings at last: it is cancelled");
	put(fd[0], 200, "");
	strcpy(buf, invite);
	put(fd[0], 487, "");
	while (!get(fd[0], "ACK"))
		;
	ok(seen.responses == 1 && !seen.failed, "487, acknowledged, unseen");
	sip_client_cancel(client, NULL);
	sip_client_release(client);
	close(fd[0]);
	close(fd[1]);
}

/* The last one has the whole of timer B, unless someone else can be asked. */
static void test_silent_last(void)
{
	static const struct {
		const char *method;
		bool impatient;
		unsigned int count;
	} rows[] = {
		/* T1 doubled up to 64 T1; then up to T2 = 4 T1. */
		{ "INVITE", false, 7 }, { "INVITE", true, 4 },
		{ "MESSAGE", false, 18 }, { "MESSAGE", true, 4 },
	};
	struct sip_client *client;
	uint16_t port;
	int fd = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port);
	size_t i;

	wire_add_trunk(&wire, "one", "127.0.0.1", port, "", "");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		client = start_to(rows[i].method, "one", rows[i].impatient);
		WIRE_WAIT(&wire, seen.failed);
		ok(seen.err == -ETIMEDOUT && count(fd, rows[i].method) ==
		   rows[i].count, "%s, %s: %u times", rows[i].method,
		   rows[i].impatient ? "impatient" : "patient", rows[i].count);
		sip_client_release(client);
	}
	close(fd);
}

/* An answer to each ping that waits; how many other messages there were. */
static unsigned int answer_pings(int fd)
{
	unsigned int others = 0;

	while (!wire_is_quiet(&wire, fd)) {
		if (get(fd, "OPTIONS"))
			put(fd, 200, "");
		else
			others++;
	}
	return others;
}

static bool is_alive(const char *name, int which)
{
	static struct store_trunk trunk;

	if (store_trunk_by_name(wire.env.store, name, &trunk))
		abort();
	return sip_destination_is_alive(wire.sip, trunk.id,
					&trunk.destinations[which]);
}

/* Until the pings say so; @answering is who answers them, or -1. */
static void await(const char *name, int which, bool alive, int answering)
{
	while (is_alive(name, which) != alive) {
		event_base_loop(wire.env.base, EVLOOP_ONCE);
		if (answering >= 0)
			answer_pings(answering);
	}
}

static bool has_states(unsigned int alive, unsigned int dead)
{
	json_t *list = sip_trunk_ping(wire.sip, "pinged"), *ping;
	unsigned int n = 0;
	size_t i;

	json_array_foreach(list, i, ping)
		n += !strcmp(json_string_value(json_object_get(ping, "state")),
			     "dead");
	i = json_array_size(list);
	json_decref(list);
	return n == dead && i == alive + dead;
}

/* The place that gets this request, which it has in buf then. */
static int place_of(const char *method, const int fd[2])
{
	struct sip_client *client = start_to(method, "pinged", false);
	int i;

	for (i = 0;; i = !i) {
		event_base_loop(wire.env.base, EVLOOP_NONBLOCK);
		if (!wire_is_quiet(&wire, fd[i]) && get(fd[i], method))
			break;
	}
	put(fd[i], 200, "");
	WIRE_WAIT(&wire, seen.responses);
	sip_client_release(client);
	return i;
}

static int break_off(void *arg)
{
	(void)arg;
	return 1;
}

static void change_unread(void)
{
	sqlite3 *sql = wire.env.store->config.sql;
	json_t *body = env_json("{\"srtp_allowed\": false}");

	sqlite3_progress_handler(sql, 1, break_off, NULL);
	if (env_ask(&wire.env, STORE_SET, "trunk", "pinged", body, NULL) != 200)
		abort();
	sqlite3_progress_handler(sql, 0, NULL, NULL);
	json_decref(body);
}

/* Each destination is asked for itself: a dead one is left out at once. */
static void test_pings(void)
{
	int64_t id;
	int fd[2];

	wire_set_param(&wire, "options_interval", "1");
	wire_set_param(&wire, "options_failures", "1");
	add_two("pinged", fd, "\"options_ping\": true");
	id = wire_trunk(&wire, "pinged");
	ok(has_states(2, 0), "alive until proven otherwise");
	await("pinged", 0, false, fd[1]);
	/* For what follows the second may be slow. */
	wire_set_param(&wire, "options_failures", "10");
	ok(is_alive("pinged", 1) && sip_trunk_is_alive(wire.sip, id) &&
	   has_states(1, 1), "the first is dead, the trunk is not");
	while (!wire_is_quiet(&wire, fd[0]))
		get(fd[0], "");
	ok(place_of("MESSAGE", fd) == 1 && !answer_pings(fd[0]),
	   "the second is asked at once");
	wire_set_param(&wire, "options_failures", "1");
	await("pinged", 1, false, fd[0]);
	await("pinged", 0, false, -1);
	ok(!sip_trunk_is_alive(wire.sip, id) && has_states(0, 2),
	   "both are: so is the trunk");
	ok(place_of("MESSAGE", fd) == 0, "what must go to it is tried yet");
	await("pinged", 0, true, fd[0]);
	ok(sip_trunk_is_alive(wire.sip, id) && !is_alive("pinged", 1),
	   "one lives: so does the trunk");
	change_unread();
	ok(!is_alive("pinged", 1), "what a store that cannot be read says of "
	   "trunks is nothing");
	close(fd[0]);
	close(fd[1]);
}

static void on_names(void *times)
{
	++*(unsigned int *)times;
}

/* What the kernel's ACL is told of it. */
static void test_addresses(unsigned int told)
{
	struct net_addr addrs[4];
	char text[NET_ADDR_LEN];

	ok(told && !sip_hosts_pend(wire.sip), "who watches names was told");
	ok(sip_destination_addresses(wire.sip, "FAR.example", addrs, 4) == 1 &&
	   !strcmp(net_addr_host(&addrs[0], text, sizeof(text)), "127.0.0.8"),
	   "a name's addresses");
	ok(!sip_destination_addresses(wire.sip, "far.example", addrs, 0) &&
	   !sip_destination_addresses(wire.sip, "near.example", addrs, 4),
	   "as many as there is room for; none of a name that no trunk has");
	ok(sip_destination_addresses(wire.sip, "2001:db8::1", addrs, 4) == 1 &&
	   addrs[0].sa.sa_family == AF_INET6, "an address is its own");
}

/*
 * Where a name leads depends on the transport, which the profile has: another
 * one is looked up for.
 */
static void test_transport(void)
{
	static const struct record records[] = {
		{ "_sip._tcp.far.example", "SRV 1 1 5060 pbx.far.example", 60 },
		{ "pbx.far.example", "A 127.0.0.8", 60 }, { NULL, NULL, 0 },
	};
	int s = wire_dial(&wire, "127.0.0.8", SOCK_DGRAM, NULL), turn;
	unsigned int told = 0;
	struct net_addr server;
	int status[2];
	json_t *body;

	nameserver_start(&server, records);
	net_resolve_server(sip_net(wire.sip), &server);
	sip_hosts_watch(wire.sip, on_names, &told);
	wire_add_trunk(&wire, "named", "far.example", 0, "", "");
	ok(sip_hosts_pend(wire.sip), "a name is to be looked up");
	WIRE_WAIT(&wire, nameserver_questions() >= 2);
	for (turn = 0; turn < 2; turn++) {
		status[turn] = 0;
		do {
			wire_put(s, "OPTIONS sip:ucsec SIP/2.0\n"
				 "Via: SIP/2.0/UDP 127.0.0.8;rport;"
				 "branch=z9hG4bKh%d\nFrom: <sip:a@b>;tag=f\n"
				 "To: <sip:ucsec>\nCall-ID: h\n"
				 "CSeq: 1 OPTIONS\n\n", status[turn]++);
			wire_get(&wire, s, buf, sizeof(buf));
		} while (turn && wire_status(buf) == 503);
		status[turn] = wire_status(buf);
		body = env_json("{\"outgoing_transport\": \"tcp\"}");
		env_ask(&wire.env, STORE_SET, "profile", "named-profile",
			body, NULL);
		json_decref(body);
	}
	ok(status[0] == 503 && status[1] == 200,
	   "known by where the new transport leads");
	test_addresses(told);
	sip_hosts_watch(wire.sip, NULL, NULL);
	nameserver_stop();
	close(s);
}

static struct net_conn *conn;

static void on_message(void *arg, struct sip_request *req)
{
	(void)arg;
	conn = net_conn_get(req->conn);
	sip_reply(req, 200, NULL, NULL);
}

/* DIGEST-2: a phone that asks for our credentials gets none. */
static void test_phone_asks(void)
{
	static const char challenge[] = "WWW-Authenticate: Digest "
		"realm=\"far\",nonce=\"n\",qop=\"auth\"\n";
	struct sip_client *client;
	uint16_t port;
	int fd = wire_dial(&wire, "127.0.0.4", SOCK_DGRAM, &port);

	env_add(&wire.env, "sip-realm", "{\"realm\": \"far\", \"user\": "
		"\"ucsec\", \"password\": \"trunk secret\"}");
	wire_add_trunk(&wire, "who", "127.0.0.4", port, "", "");
	sip_handle(wire.sip, "MESSAGE", on_message, NULL);
	wire_put(fd, "MESSAGE sip:ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.4;rport;branch=z9hG4bKm\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:ucsec>\n"
		 "Call-ID: m\nCSeq: 1 MESSAGE\nContent-Length: 0\n\n");
	get(fd, "SIP/2.0");
	client = start("INFO", &(struct sip_target){
		.kind = SIP_PEER_PHONE, .id = 1, .conn = conn });
	get(fd, "INFO");
	put(fd, 401, challenge);
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 401 && !count(fd, "INFO"), "a phone: told, no more");
	sip_client_release(client);
	client = start_to("INFO", "who", false);
	get(fd, "INFO");
	put(fd, 401, challenge);
	do {
		get(fd, "INFO");
	} while (!wire_header(buf, "Authorization")[0]);
	put(fd, 200, "");
	WIRE_WAIT(&wire, seen.responses);
	ok(seen.status == 200, "a trunk at the same place: answered");
	sip_client_release(client);
	net_conn_put(conn);
	close(fd);
}

int main(void)
{
	wire_open(&wire, 0);
	wire_add_trunk(&wire, "t", "127.0.0.1", 9, "", "");
	test_silent_first();
	test_silent_last();
	test_phone_asks();
	test_pings();
	test_transport();
	wire_close(&wire);
	return tap_end();
}
