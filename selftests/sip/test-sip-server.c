// SPDX-License-Identifier: GPL-2.0
// Requests that come to us: transactions, where answers go, what is refused.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sip/internal.h"
#include "tap.h"
#include "wire.h"

static struct wire wire;
static char buf[65536];
static int fd;
static uint16_t port;

/* What the handler saw. */
static struct {
	unsigned int calls, cancelled, acked, ended;
	int err;
	struct sip_request *req;	/* a reference */
} seen;

static void on_cancelled(void *arg, struct sip_request *req,
			 const osip_message_t *cancel)
{
	(void)arg;
	(void)req;
	(void)cancel;
	seen.cancelled++;
}

static void on_acked(void *arg, struct sip_request *req, osip_message_t *ack)
{
	(void)arg;
	(void)req;
	seen.acked += MSG_IS_ACK(ack);
}

static void on_ended(void *arg, struct sip_request *req, int err)
{
	(void)arg;
	(void)req;
	seen.ended++;
	seen.err = err;
}

static const struct sip_request_ops ops = { on_cancelled, on_acked, on_ended };

static void on_request(void *arg, struct sip_request *req)
{
	(void)arg;
	seen.calls++;
	seen.req = sip_request_get(req);
	sip_request_watch(req, &ops, NULL);
}

static void reset(void)
{
	if (seen.req)
		sip_request_put(seen.req);
	memset(&seen, 0, sizeof(seen));
}

static void put(const char *method, const char *branch, const char *via,
		const char *more)
{
	wire_put(fd, "%s sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%s\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>%s\n"
		 "Call-ID: c%s\nCSeq: 7 %s\nContent-Length: 0\n\n", method,
		 port, branch, via, more, branch, method);
}

static int get(void)
{
	wire_get(&wire, fd, buf, sizeof(buf));
	return wire_status(buf);
}

static void test_once(void)
{
	char first[4096];

	reset();
	put("MESSAGE", "m1", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	put("MESSAGE", "m1", ";rport", "");
	ok(wire_is_quiet(&wire, fd) && seen.calls == 1,
	   "a repeated request is no second one");
	ok(!sip_reply(seen.req, 200, NULL, "X-Test", "yes", NULL) &&
	   get() == 200, "answered");
	strcpy(first, buf);
	ok(strstr(buf, "rport=") && strstr(buf, ";received=127.0.0.1") &&
	   strstr(wire_header(buf, "To"), ";tag=") &&
	   !strcmp(wire_header(buf, "X-Test"), "yes"),
	   "with rport, received and our tag");
	put("MESSAGE", "m1", ";rport", "");
	ok(get() == 200 && !strcmp(first, buf) && seen.calls == 1,
	   "the same answer again");
	ok(sip_reply(seen.req, 500, NULL, NULL) == -ESTALE,
	   "only one final answer");
	ok(seen.req->msg && MSG_IS_MESSAGE(seen.req->msg),
	   "the request stays as long as we hold it");
	WIRE_WAIT(&wire, seen.ended);
	reset();
	put("MESSAGE", "m1", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	ok(seen.calls == 1, "forgotten after timer J");
	WIRE_WAIT(&wire, seen.ended);
	ok(!seen.err && sip_reply(seen.req, 200, NULL, NULL) == -ESTALE,
	   "not answered until timer F of the client");
	reset();
}

/* RFC 3261 section 18.2.2: the port of Via, unless it says rport. */
static void test_where(void)
{
	struct net_addr addr;
	socklen_t len = sizeof(addr);
	int other = socket(AF_INET, SOCK_DGRAM, 0);

	net_addr_parse(&addr, "127.0.0.1", 0);
	if (bind(other, &addr.sa, sizeof(addr.in)) ||
	    getsockname(other, &addr.sa, &len))
		abort();
	wire_put(fd, "NOSUCH sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 10.9.9.9:%u;branch=z9hG4bKw1\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: w1\nCSeq: 1 NOSUCH\n\n", net_addr_port(&addr));
	wire_get(&wire, other, buf, sizeof(buf));
	ok(wire_status(buf) == 501 && strstr(buf, ";received=127.0.0.1"),
	   "without rport: to the source's host, the Via's port");
	wire_put(fd, "NOSUCH sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 10.9.9.9:%u;rport;branch=z9hG4bKw2\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: w1\nCSeq: 1 NOSUCH\n\n", net_addr_port(&addr));
	ok(get() == 501 && strstr(buf, ";rport="),
	   "with rport: where it came from");
	close(other);
}

static void test_invite(void)
{
	char tag[64];

	reset();
	put("INVITE", "i1", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	ok(get() == 100 && !strstr(wire_header(buf, "To"), "tag="),
	   "100 Trying, if nobody else is fast");
	sip_reply(seen.req, 180, NULL, NULL);
	ok(get() == 180, "180");
	put("INVITE", "i1", ";rport", "");
	ok(get() == 180 && seen.calls == 1, "again for a repeated INVITE");
	sip_reply(seen.req, 200, NULL, NULL);
	ok(get() == 200, "200");
	ok(get() == 200, "and again, until ACK");
	snprintf(tag, sizeof(tag), ";tag=%s", seen.req->to_tag);
	wire_put(fd, "ACK sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKotherbranch\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>%s\n"
		 "Call-ID: ci1\nCSeq: 7 ACK\n\n", port, tag);
	WIRE_WAIT(&wire, seen.acked);
	ok(seen.ended == 1 && !seen.err, "ACK with a branch of its own");
	while (!wire_is_quiet(&wire, fd))
		get();
	put("INVITE", "i1", ";rport", "");
	ok(wire_is_quiet(&wire, fd) && seen.calls == 1,
	   "a late INVITE is still no second one");
	reset();

	put("INVITE", "i2", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	sip_reply(seen.req, 200, NULL, NULL);
	WIRE_WAIT(&wire, seen.ended);
	ok(seen.err == -ETIMEDOUT && !seen.acked, "no ACK for ever");
	while (!wire_is_quiet(&wire, fd))
		get();
	reset();

	put("INVITE", "i3", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	sip_reply(seen.req, 486, NULL, NULL);
	ok(get() == 486 && get() == 486, "486, and again");
	put("ACK", "i3", ";rport", "");
	WIRE_WAIT(&wire, seen.ended);
	ok(!seen.err && !seen.acked, "until its ACK");
	while (!wire_is_quiet(&wire, fd))
		get();
	reset();
}

static void put_ack(int from, const char *branch)
{
	wire_put(from, "ACK sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKack%s\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>;tag=%s\n"
		 "Call-ID: c%s\nCSeq: 7 ACK\n\n", port, branch,
		 seen.req->to_tag, branch);
}

/* An ACK may bring an answer: whose dialog it is must have sent it. */
static void test_foreign_ack(void)
{
	int stranger = wire_dial(&wire, "127.0.0.2", SOCK_DGRAM, NULL);
	int same = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, NULL);

	reset();
	put("INVITE", "f1", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	sip_reply(seen.req, 200, NULL, NULL);
	put_ack(stranger, "f1");
	ok(wire_is_quiet(&wire, stranger) && !seen.acked,
	   "a stranger's ACK is none");
	put_ack(same, "f1");
	WIRE_WAIT(&wire, seen.ended);
	ok(seen.acked == 1, "the trunk's other port is the trunk");
	while (!wire_is_quiet(&wire, fd))
		get();
	reset();
	close(stranger);
	close(same);
}

static void test_cancel(void)
{
	int stranger = wire_dial(&wire, "127.0.0.2", SOCK_DGRAM, NULL);

	reset();
	put("INVITE", "k1", ";rport", "");
	WIRE_WAIT(&wire, seen.calls);
	sip_reply(seen.req, 180, NULL, NULL);
	get();
	wire_put(stranger, "CANCEL sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKk1\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: ck1\nCSeq: 7 CANCEL\n\n", port);
	wire_get(&wire, stranger, buf, sizeof(buf));
	ok(wire_status(buf) == 481 && !seen.cancelled,
	   "a stranger cannot cancel");
	put("CANCEL", "k1", ";rport", "");
	ok(get() == 200 && strstr(wire_header(buf, "CSeq"), "CANCEL"),
	   "CANCEL is answered");
	ok(get() == 487 && seen.cancelled == 1, "and the INVITE with 487");
	put("CANCEL", "k1", ";rport", "");
	do {
		get();
	} while (!strstr(wire_header(buf, "CSeq"), "CANCEL"));
	ok(wire_status(buf) == 200 && seen.cancelled == 1, "once");
	put("ACK", "k1", ";rport", "");
	WIRE_WAIT(&wire, seen.ended);
	while (!wire_is_quiet(&wire, fd))
		get();
	put("CANCEL", "never", ";rport", "");
	ok(get() == 481, "nothing to cancel");
	reset();
	close(stranger);
}

static void test_refused(void)
{
	char branch[SIP_BRANCH_SIZE];
	int stranger = wire_dial(&wire, "127.0.0.3", SOCK_DGRAM, NULL);
	const struct sip_counters *counters = sip_counters(wire.sip);
	uint64_t stray = counters->stray;

	put("UPDATE", "r1", ";rport", "");
	ok(get() == 405 && wire_header(buf, "Allow")[0], "no handler: 405");
	put("OPTIONS", "r2", ";rport", "");
	ok(get() == 200 && wire_header(buf, "Allow")[0], "OPTIONS");
	put("OPTIONS", "r3", ";rport", "\nRequire: teleport");
	ok(get() == 420 && !strcmp(wire_header(buf, "Unsupported"),
				   "teleport"), "420 says what");
	sip_branch_new(wire.sip, branch, sizeof(branch));
	wire_put(fd, "OPTIONS sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKr4\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;branch=%s\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;branch=%s, "
		 "SIP/2.0/UDP 127.0.0.1;branch=%s\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: r4\nCSeq: 1 OPTIONS\n\n", port, branch, branch,
		 branch);
	ok(get() == 482, "through us three times: a loop");
	put("OPTIONS", "r5", ";rport", "\nMax-Forwards: 0");
	ok(get() == 483, "no more hops");
	wire_put(fd, "\n\n");
	ok(wire_get(&wire, fd, buf, sizeof(buf)) == 2, "keepalive");
	wire_put(stranger, "INVITE sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.3;rport;branch=z9hG4bKr6\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: r6\nCSeq: 1 INVITE\n\n");
	wire_get(&wire, stranger, buf, sizeof(buf));
	ok(wire_status(buf) == 503 &&
	   !strncmp(wire_header(buf, "Warning"), "399 ", 4) && !seen.calls,
	   "nobody's trunk");
	wire_put(fd, "SIP/2.0 200 OK\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;branch=%s\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>;tag=t\n"
		 "Call-ID: r7\nCSeq: 1 INVITE\n\n", branch);
	ok(wire_is_quiet(&wire, fd) && counters->stray == stray + 1,
	   "a stray response is dropped");
	close(stranger);
}

static void test_stream(void)
{
	uint16_t tcp_port;
	int tcp = wire_dial(&wire, "127.0.0.1", SOCK_STREAM, &tcp_port);
	size_t used = 0, n = 0;

	wire_put(tcp, "\n\nOPTIONS sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKs1\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: s1\nCSeq: 1 OPTIONS\nContent-Length: 3\n\nabc"
		 "OPTIONS sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKs2\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: s2\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n");
	while (n < 2) {
		used += wire_get(&wire, tcp, buf + used, sizeof(buf) - used);
		n = !!strstr(buf, "s1") + !!strstr(buf, "Call-ID: s2");
	}
	ok(!strncmp(buf, "\r\nSIP/2.0 200", 13), "two of a stream");
	wire_put(tcp, "OPTIONS sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKs3\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: s3\nCSeq: 1 OPTIONS\n\n");
	wire_get(&wire, tcp, buf, sizeof(buf));
	ok(wire_status(buf) == 400, "no length on a stream: 400");
	ok(!wire_get(&wire, tcp, buf, sizeof(buf)), "and its end");
	close(tcp);
}

static void on_unanswered(void *arg, struct sip_request *req)
{
	(void)arg;
	(void)req;
}

/* Whatever it is, an answer is waited for to OPTIONS alone. */
static int ask_once(struct wire *small, const char *method, int i)
{
	int s = wire_dial(small, "127.0.0.1", SOCK_DGRAM, NULL);

	wire_put(s, "%s sip:1@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKo%d\n"
		 "From: <sip:a@b>;tag=f\nTo: <sip:1@ucsec>\n"
		 "Call-ID: o%d\nCSeq: 1 %s\n\n", method, i, i, method);
	*buf = '\0';
	if (!strcmp(method, "OPTIONS"))
		wire_get(small, s, buf, sizeof(buf));
	close(s);
	return wire_status(buf);
}

/* What is answered makes room; what is not ends in 503. */
static void test_overload(void)
{
	unsigned int answered = 0;
	struct wire small;
	int i, status;

	wire_open(&small, 6);
	wire_add_trunk(&small, "t", "127.0.0.1", 9, "", "");
	sip_handle(small.sip, "MESSAGE", on_unanswered, NULL);
	for (i = 0; i < 20; i++)
		answered += ask_once(&small, "OPTIONS", i) == 200;
	ok(answered == 20, "answers that are kept take half: %u", answered);
	for (; i < 26; i++)
		ask_once(&small, "MESSAGE", i);
	status = ask_once(&small, "OPTIONS", i);
	ok(status == 503 && wire_header(buf, "Retry-After")[0],
	   "too many transactions: later");
	wire_close(&small);
}

int main(void)
{
	wire_open(&wire, 0);
	fd = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port);
	wire_add_trunk(&wire, "t", "127.0.0.1", port, "", "");
	sip_handle(wire.sip, "MESSAGE", on_request, NULL);
	sip_handle(wire.sip, "INVITE", on_request, NULL);
	test_once();
	test_where();
	test_invite();
	test_foreign_ack();
	test_cancel();
	test_refused();
	test_stream();
	test_overload();
	reset();
	close(fd);
	wire_close(&wire);
	return tap_end();
}
