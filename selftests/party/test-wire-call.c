// SPDX-License-Identifier: GPL-2.0
/*
 * Calls from trunk to trunk over loopback: sockets, base, parties, call model
 * and store are the daemon's; the two ends are strangers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call/internal.h"
#include "sip/party.h"
#include "tap.h"
#include "wire.h"

#define SDP "v=0\n" "o=- 1 1 IN IP4 %s\n" "s=-\n" "c=IN IP4 %s\n" \
	"t=0 0\n" "m=audio %d RTP/AVP 0\n" "a=%s\n"

static struct wire wire;
static struct sip_parties *parties;
static struct call_system *calls;
static struct call_media_system *media;

static struct end {
	int fd;
	const char *host;
	uint16_t port;
	char tag[64];			/* ours, as it has it in To */
	unsigned long seen[64];		/* hashes of what came */
	size_t seen_count;
	char got[65536];
	char invite[65536];		/* the one that it has to answer */
} alice = { .host = "127.0.0.2" }, bob = { .host = "127.0.0.3" };

static const struct call_party *other(const struct call_party *party)
{
	return call_other_party(party);
}

static ssize_t describe(struct call_party *party, char *buf, size_t size)
{
	return party->bridge ? call_session_repeat(party->bridge->session,
						  party->side, buf, size) : -1;
}

static bool is_repeated(struct end *end)
{
	unsigned long hash = 5381;
	const char *at;
	size_t i;

	for (at = end->got; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	for (i = 0; i < 64; i++) {
		if (end->seen[i] == hash)
			return true;
	}
	end->seen[end->seen_count++ % 64] = hash;
	return false;
}

/* The next message that is no repetition of one before. */
static const char *get(struct end *end)
{
	do {
		wire_get(&wire, end->fd, end->got, sizeof(end->got));
	} while (is_repeated(end));
	if (wire_status(end->got) > 100) {
		const char *tag = strstr(wire_header(end->got, "To"), ";tag=");

		snprintf(end->tag, sizeof(end->tag), "%s", tag ? tag : "");
	}
	return end->got;
}

static bool gets(struct end *end, const char *start)
{
	bool is = !strncmp(get(end), start, strlen(start));

	if (!is)
		printf("# not %s but\n# %.300s\n", start, end->got);
	return is;
}

/* A description's lines, with their CRs counted. */
static void put_sdp(struct end *end, const char *head, int port,
		    const char *direction)
{
	char sdp[512];
	int n;

	n = snprintf(sdp, sizeof(sdp), SDP, end->host, end->host, port,
		     direction);
	wire_put(end->fd, "%sContent-Type: application/sdp\n"
		 "Content-Length: %d\n\n%s", head, n + 7, sdp);
}

static void request(struct end *end, char *head, size_t size,
		    const char *method, int cseq, const char *call)
{
	snprintf(head, size, "%s sip:0123@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP %s:%u;branch=z9hG4bK%s%s%d\n"
		 "From: <sip:alice@%s>;tag=a\nTo: <sip:0123@ucsec>%s\n"
		 "Call-ID: %s\nCSeq: %d %s\nMax-Forwards: 20\n"
		 "Contact: <sip:alice@%s:%u>\n", method, end->host, end->port,
		 call, method, cseq, end->host, end->tag, call, cseq, method,
		 end->host, end->port);
}

static void ask(struct end *end, const char *method, int cseq,
		const char *call)
{
	char head[2048];

	request(end, head, sizeof(head), method, cseq, call);
	wire_put(end->fd, "%sContent-Length: 0\n\n", head);
}

static void invite(struct end *end, int cseq, const char *call,
		   const char *direction)
{
	char head[2048];

	request(end, head, sizeof(head), "INVITE", cseq, call);
	put_sdp(end, head, 4000, direction);
}

/* A response to @to, with Bob's tag. */
static void reply(struct end *end, const char *to, const char *status,
		  const char *direction)
{
	static const char *const copied[] = {
		"Via", "From", "To", "Call-ID", "CSeq",
	};
	char head[4096];
	size_t i;
	int n;

	n = sprintf(head, "SIP/2.0 %s\n", status);
	for (i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		n += sprintf(head + n, "%s: %.500s%s\n", copied[i],
			     wire_header(to, copied[i]), i == 2 &&
			     !strstr(wire_header(to, "To"), ";tag=") ?
			     ";tag=bob" : "");
	sprintf(head + n, "Contact: <sip:bob@%s:%u>\n", end->host, end->port);
	if (direction)
		put_sdp(end, head, 5000, direction);
	else
		wire_put(end->fd, "%sContent-Length: 0\n\n", head);
}

static void begin(const char *call)
{
	alice.tag[0] = '\0';
	invite(&alice, 1, call, "sendrecv");
	ok(gets(&alice, "SIP/2.0 100"), "%s: 100", call);
	ok(gets(&bob, "INVITE sip:0123@127.0.0.3"), "%s: INVITE", call);
	strcpy(bob.invite, bob.got);
}

static void answer(const char *call)
{
	reply(&bob, bob.invite, "200 OK", "sendrecv");
	ok(gets(&bob, "ACK sip:bob@127.0.0.3"), "%s: ACK to Bob", call);
	ok(gets(&alice, "SIP/2.0 200"), "%s: 200 to Alice", call);
	ok(strstr(alice.got, "m=audio 5000 RTP/AVP 0"), "%s: with media", call);
	ask(&alice, "ACK", 1, call);
	wire_is_quiet(&wire, alice.fd);
}

static void test_call(void)
{
	begin("one");
	ok(strstr(bob.got, "Max-Forwards: 19\r\n"), "one hop less");
	ok(strstr(bob.got, "From: <sip:alice@ucsec.example>;tag="),
	   "the caller's number");
	ok(strstr(wire_header(bob.got, "Contact"), "@127.0.0.1:"),
	   "our address by which Bob reaches us");
	ok(strstr(bob.got, "m=audio 4000 RTP/AVP 0"), "Alice's media");
	reply(&bob, bob.invite, "180 Ringing", NULL);
	ok(gets(&alice, "SIP/2.0 180"), "180");
	answer("one");
	invite(&alice, 2, "one", "sendonly");
	ok(gets(&alice, "SIP/2.0 100"), "hold: 100");
	ok(gets(&bob, "INVITE sip:bob@127.0.0.3"), "hold: re-INVITE");
	ok(strstr(bob.got, "a=sendonly"), "hold: sendonly");
	strcpy(bob.invite, bob.got);
	reply(&bob, bob.invite, "200 OK", "recvonly");
	ok(gets(&bob, "ACK "), "hold: ACK");
	ok(gets(&alice, "SIP/2.0 200"), "hold: 200");
	ok(strstr(alice.got, "a=recvonly"), "hold: recvonly");
	ask(&alice, "ACK", 2, "one");
	ask(&alice, "BYE", 3, "one");
	ok(gets(&alice, "SIP/2.0 200"), "BYE answered");
	ok(gets(&bob, "BYE sip:bob@127.0.0.3"), "BYE to Bob");
	reply(&bob, bob.got, "200 OK", NULL);
	WIRE_WAIT(&wire, !sip_parties_count(parties));
	ok(!call_system_counters(calls)->now, "no call is left");
}

static void test_bye_from_bob(void)
{
	const char *to, *from;

	begin("two");
	answer("two");
	from = wire_header(bob.invite, "From");
	to = wire_header(bob.invite, "To");
	wire_put(bob.fd, "BYE sip:x@127.0.0.1 SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.3:%u;branch=z9hG4bKbye\n"
		 "From: %s;tag=bob\nTo: %s\nCall-ID: %s\nCSeq: 1 BYE\n"
		 "Max-Forwards: 70\nContent-Length: 0\n\n", bob.port, to, from,
		 wire_header(bob.invite, "Call-ID"));
	ok(gets(&bob, "SIP/2.0 200"), "Bob's BYE answered");
	ok(gets(&alice, "BYE sip:alice@127.0.0.2"), "BYE to Alice");
	reply(&alice, alice.got, "200 OK", NULL);
	WIRE_WAIT(&wire, !sip_parties_count(parties));
	ok(!call_system_counters(calls)->now, "no call is left");
}

static void test_busy(void)
{
	begin("three");
	reply(&bob, bob.invite, "486 Busy Here", NULL);
	ok(gets(&bob, "ACK "), "486 acked");
	ok(gets(&alice, "SIP/2.0 486"), "busy");
	ask(&alice, "ACK", 1, "three");
	WIRE_WAIT(&wire, !sip_parties_count(parties));
	ok(!call_system_counters(calls)->now, "no call is left");
}

static void test_cancel(void)
{
	char tag[64];

	begin("four");
	reply(&bob, bob.invite, "180 Ringing", NULL);
	ok(gets(&alice, "SIP/2.0 180"), "180");
	strcpy(tag, alice.tag);
	alice.tag[0] = '\0';
	wire_put(alice.fd, "CANCEL sip:0123@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP %s:%u;branch=z9hG4bKfourINVITE1\n"
		 "From: <sip:alice@%s>;tag=a\nTo: <sip:0123@ucsec>\n"
		 "Call-ID: four\nCSeq: 1 CANCEL\nMax-Forwards: 70\n"
		 "Content-Length: 0\n\n", alice.host, alice.port, alice.host);
	ok(gets(&alice, "SIP/2.0 200"), "CANCEL answered");
	ok(gets(&alice, "SIP/2.0 487"), "INVITE ended");
	ask(&alice, "ACK", 1, "four");
	ok(gets(&bob, "CANCEL sip:0123@127.0.0.3"), "CANCEL to Bob");
	reply(&bob, bob.got, "200 OK", NULL);
	reply(&bob, bob.invite, "487 Request Terminated", NULL);
	ok(gets(&bob, "ACK "), "487 acked");
	WIRE_WAIT(&wire, !sip_parties_count(parties));
	ok(!call_system_counters(calls)->now, "no call is left");
}

static void test_nowhere(void)
{
	char head[2048];

	alice.tag[0] = '\0';
	request(&alice, head, sizeof(head), "INVITE", 1, "five");
	memcpy(strstr(head, "0123"), "9999", 4);
	put_sdp(&alice, head, 4000, "sendrecv");
	ok(gets(&alice, "SIP/2.0 100"), "100");
	ok(gets(&alice, "SIP/2.0 404"), "no route");
	ok(strstr(wire_header(alice.got, "Warning"), "399 ucsec.example"),
	   "and why");
	ask(&alice, "ACK", 1, "five");
	WIRE_WAIT(&wire, !sip_parties_count(parties));
}

static void start(void)
{
	static const struct call_media_conf conf = { .anchored = false };

	media = call_media_system_new(wire.env.base, &conf, NULL);
	calls = call_system_new(&(struct call_system_config){
		.base = wire.env.base, .store = wire.env.store,
		.media = media });
	parties = sip_parties_new(&(struct sip_parties_config){
		.base = wire.env.base, .sip = wire.sip,
		.store = wire.env.store, .calls = calls,
		.domain = "ucsec.example", .t1_ms = 5, .other = other,
		.describe = describe });
	call_protocol_add(calls, sip_parties_protocol(parties));
}

static void stop(void)
{
	call_system_free(calls);
	sip_parties_free(parties);
	call_media_system_free(media);
}

/* Nobody hears of it, and a BYE still ends the call properly. */
static void test_restart(void)
{
	begin("six");
	answer("six");
	stop();
	wire_restart(&wire);
	start();
	ok(!call_system_adopt(calls) && call_system_counters(calls)->now == 1,
	   "the call is taken up");
	ask(&alice, "BYE", 2, "six");
	ok(gets(&alice, "SIP/2.0 200"), "BYE answered");
	ok(gets(&bob, "BYE sip:bob@127.0.0.3"), "BYE to Bob");
	ok(strstr(wire_header(bob.got, "To"), ";tag=bob"), "in his dialog");
	reply(&bob, bob.got, "200 OK", NULL);
	WIRE_WAIT(&wire, !sip_parties_count(parties));
	ok(!call_system_counters(calls)->now, "no call is left");
}

int main(void)
{
	/* Who waits in vain must not wait for ever. */
	alarm(60);
	wire_open(&wire, 0);
	alice.fd = wire_dial(&wire, alice.host, SOCK_DGRAM, &alice.port);
	bob.fd = wire_dial(&wire, bob.host, SOCK_DGRAM, &bob.port);
	wire_add_trunk(&wire, "alice", alice.host, alice.port,
		       ", \"outgoing_transport\": \"udp\"",
		       ", \"options_ping\": false");
	wire_add_trunk(&wire, "bob", bob.host, bob.port,
		       ", \"outgoing_transport\": \"udp\"",
		       ", \"options_ping\": false");
	if (env_add(&wire.env, "route", "{\"pattern\": \"0!\", "
		    "\"trunk\": [\"bob\"]}") != 200)
		abort();
	start();
	test_call();
	test_bye_from_bob();
	test_busy();
	test_cancel();
	test_nowhere();
	test_restart();
	stop();
	wire_close(&wire);
	return tap_end();
}
