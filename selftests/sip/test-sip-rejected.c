// SPDX-License-Identifier: GPL-2.0
// Datagrams with the mark of the kernel's ACL: a stateless 403 and nothing else.

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

#define MARK	0x20000000u

static struct wire wire;
static char buf[65536], first[65536];
static unsigned int handled;

static void on_request(void *arg, struct sip_request *req)
{
	(void)arg;
	handled++;
	sip_reply(req, 200, NULL, NULL);
}

static bool set_mark(int fd, uint32_t mark)
{
	return !setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
}

static void put(int fd, const char *method, const char *more)
{
	wire_put(fd, "%s sip:5551@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 192.0.2.77:5999;rport;branch=z9hG4bKr1,"
		 " SIP/2.0/UDP 192.0.2.78;branch=z9hG4bKr0\n"
		 "Via: SIP/2.0/UDP 192.0.2.79;branch=z9hG4bKq\n"
		 "From: <sip:1@far>;tag=f\nTo: <sip:5551@ucsec>\n"
		 "Call-ID: rejected@far\nCSeq: 7 %s\nMax-Forwards: 70\n"
		 "%sContent-Length: 0\n\n", method, method, more);
}

static bool is(const char *name, const char *value)
{
	return !strncmp(wire_header(buf, name), value, strlen(value));
}

/* Everything that would leave a trace. */
static uint64_t traces(void)
{
	const struct sip_counters *c = sip_counters(wire.sip);

	return handled + c->requests + c->responses + c->challenges +
	       c->denied + c->refused_strict + c->transactions_now;
}

static void test_one(int fd)
{
	uint64_t before = traces(), rejected;
	const char *tag;

	rejected = sip_counters(wire.sip)->rejected;
	put(fd, "REFER", "Refer-To: <sip:1@far>\n");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(!strncmp(buf, "SIP/2.0 403 Forbidden\r\n", 23), "403: %.30s", buf);
	ok(is("Via", "SIP/2.0/UDP 192.0.2.77:5999;rport=") &&
	   strstr(buf, ";received=127.0.0.1") &&
	   strstr(buf, "z9hG4bKr0") && strstr(buf, "z9hG4bKq"),
	   "its Vias, the top one with where it came from");
	ok(is("From", "<sip:1@far>;tag=f") && is("Call-ID", "rejected@far") &&
	   is("CSeq", "7 REFER") && is("Content-Length", "0"),
	   "its From, Call-ID and CSeq");
	tag = wire_header(buf, "To");
	ok(!strncmp(tag, "<sip:5551@ucsec>;tag=s", 22), "a tag in To");
	ok(wire_is_quiet(&wire, fd), "exactly one");
	strcpy(first, buf);
	put(fd, "REFER", "Refer-To: <sip:1@far>\n");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(!strcmp(first, buf), "sent again it gets the same");
	ok(traces() == before, "no transaction, no check, no challenge");
	ok(sip_counters(wire.sip)->rejected == rejected + 2, "counted");
}

static void test_silence(int fd)
{
	uint64_t before = traces();

	put(fd, "ACK", "");
	ok(wire_is_quiet(&wire, fd), "nothing for an ACK");
	wire_put(fd, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 127.0.0.1;branch=z\n"
		 "From: <sip:1@far>;tag=f\nTo: <sip:2@far>;tag=t\n"
		 "Call-ID: x\nCSeq: 1 REFER\nContent-Length: 0\n\n");
	ok(wire_is_quiet(&wire, fd), "nothing for a response");
	wire_put(fd, "\n\n");
	ok(wire_is_quiet(&wire, fd), "nothing for a keepalive");
	wire_put(fd, "REFER sip:5551@ucsec SIP/2.0\nno header\n\n");
	ok(wire_is_quiet(&wire, fd), "nothing for what is no message");
	put(fd, "REFER", "To: <sip:2@ucsec>\n");
	ok(wire_is_quiet(&wire, fd), "nor for one that says two things");
	put(fd, "REFER", "Content-Length: 9\n");
	ok(wire_is_quiet(&wire, fd), "nor for one that is cut off");
	ok(traces() == before, "no trace of them");
}

static void test_unsupported(int fd)
{
	put(fd, "REFER", "Require: nothing-we-know\n");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 403, "403, whatever else it wants: %d",
	   wire_status(buf));
	put(fd, "BREW", "");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 403, "403 for a method that nobody knows");
}

static void test_other_marks(int fd)
{
	unsigned int before = handled;

	set_mark(fd, MARK | 0x123);
	put(fd, "OPTIONS", "");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 403 && handled == before, "other bits beside");
	set_mark(fd, MARK >> 1 | 0x123);
	put(fd, "OPTIONS", "");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 200 && handled == before + 1,
	   "other bits alone: it is judged as ever");
	set_mark(fd, 0);
	put(fd, "REFER", "Refer-To: <sip:1@far>\n");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 403 && sip_counters(wire.sip)->denied == 1,
	   "without a mark the daemon denies it itself");
	strcpy(first, buf);
	set_mark(fd, MARK);
	put(fd, "REFER", "Refer-To: <sip:1@far>\n");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(!strcmp(first, buf), "in the very same words");
	net_set_mark(sip_net(wire.sip), 0);
	put(fd, "REGISTER", "");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 401,
	   "where no ACL is ours a mark means nothing: %d", wire_status(buf));
	net_set_mark(sip_net(wire.sip), MARK | 1);
	put(fd, "REGISTER", "");
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 401, "half of the bits mean nothing");
}

int main(void)
{
	uint16_t port;
	int fd;

	wire_open(&wire, 0);
	sip_handle(wire.sip, "OPTIONS", on_request, NULL);
	fd = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, &port);
	if (!net_reads_marks(sip_net(wire.sip)) || !set_mark(fd, MARK)) {
		ok(true, "marks # SKIP no CAP_NET_ADMIN, or an old kernel");
		wire_close(&wire);
		return tap_end();
	}
	wire_add_trunk(&wire, "a", "127.0.0.1", port, "", "");
	net_set_mark(sip_net(wire.sip), MARK);
	test_one(fd);
	test_silence(fd);
	test_unsupported(fd);
	test_other_marks(fd);
	close(fd);
	wire_close(&wire);
	return tap_end();
}
