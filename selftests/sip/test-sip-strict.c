// SPDX-License-Identifier: GPL-2.0
// The torture messages of RFC 4475, and what else must be refused.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/internal.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum { PASS = 0, DROP = -1 };

/* Verdict by section of RFC 4475: a status, to be parsed, or no answer. */
static const struct {
	const char *name;
	int verdict;
} torture[] = {
	/* 3.1.1: valid */
	{ "wsinv", PASS }, { "intmeth", 501 }, { "esc01", PASS },
	{ "escnull", PASS }, { "esc02", 501 }, { "lwsdisp", PASS },
	{ "longreq", PASS }, { "dblreq", PASS }, { "semiuri", PASS },
	{ "transports", PASS }, { "mpart01", PASS }, { "unreason", PASS },
	{ "noreason", PASS },
	/* 3.1.2: invalid */
	{ "badinv01", 400 }, { "clerr", 400 }, { "ncl", 400 },
	{ "scalar02", 400 }, { "scalarlg", DROP }, { "quotbal", 400 },
	{ "ltgtruri", 400 }, { "lwsruri", 400 }, { "lwsstart", 400 },
	{ "trws", 400 }, { "escruri", 400 }, { "baddate", 400 },
	{ "regbadct", 400 }, { "badaspec", 400 }, { "baddn", 400 },
	{ "badvers", 505 }, { "mismatch01", 400 }, { "mismatch02", 400 },
	{ "bigcode", DROP },
	/* 3.2 to 3.4: the transaction's, the application's, the old ones */
	{ "badbranch", PASS }, { "insuf", 400 }, { "unkscm", 416 },
	{ "novelsc", 416 }, { "unksm2", PASS }, { "bext01", 420 },
	{ "invut", PASS }, { "regaut01", PASS }, { "multi01", 400 },
	{ "mcl01", 400 }, { "bcast", PASS }, { "zeromf", 483 },
	{ "cparam01", PASS }, { "cparam02", PASS }, { "regescrt", PASS },
	{ "sdp01", PASS }, { "inv2543", PASS },
};

static char reason[256];

/* The way of a datagram; PASS only if it parses, too. */
static int judge(const char *data, size_t len)
{
	/* Exactly as long as it is, so that reading on is seen. */
	char *copy = malloc(len);
	struct sip_outline outline = { 0 };
	struct sip_frame frame;
	struct sip_fault fault = { 0 };
	osip_message_t *msg;
	int verdict;

	memcpy(copy, data, len);
	reason[0] = '\0';
	if (sip_frame_datagram(copy, len, &frame) != 1) {
		verdict = 400;
	} else if (!sip_strict(copy, &frame, &outline, &fault)) {
		verdict = outline.request ? fault.status : DROP;
		snprintf(reason, sizeof(reason), "%s %s", fault.reason,
			 fault.unsupported);
	} else if (sip_parse(copy + frame.skip, frame.head + frame.body,
			     &msg)) {
		verdict = 400;
		strcpy(reason, "parser");
	} else {
		verdict = sip_check_parsed(msg) ? 400 : PASS;
		osip_message_free(msg);
	}
	free(copy);
	return verdict;
}

static size_t read_file(const char *name, char *buf, size_t size)
{
	char path[256];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "selftests/sip/rfc4475/%s.dat", name);
	file = fopen(path, "rb");
	if (!file)
		return 0;
	len = fread(buf, 1, size, file);
	fclose(file);
	return len;
}

static void test_torture(void)
{
	static char buf[65536];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(torture); i++) {
		size_t len = read_file(torture[i].name, buf, sizeof(buf));
		int verdict = judge(buf, len);

		ok(len && verdict == torture[i].verdict, "%s: %d %s",
		   torture[i].name, verdict, reason);
	}
}

#define T_VIA	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
#define T_FROM	"From: <sip:a@example.com>;tag=1\r\n"
#define T_TO	"To: <sip:b@example.com>\r\n"
#define T_CALL_ID	"Call-ID: 1@example.com\r\n"
#define T_CSEQ	"CSeq: 1 OPTIONS\r\n"
#define T_LINE	"OPTIONS sip:b@example.com SIP/2.0\r\n"
#define T_REST	T_FROM T_TO T_CALL_ID T_CSEQ "\r\n"

#define T_PARTS	"Content-Type: multipart/mixed;boundary=b\r\n"

/* One fault each, beside the ones of the RFC. */
static const struct {
	const char *text;
	int verdict;
} rows[] = {
	{ T_LINE T_VIA T_REST, PASS },
	{ "\r\n\r\n" T_LINE T_VIA T_REST, PASS },
	{ T_LINE T_VIA "X: 1\n" T_REST, 400 },
	{ T_LINE T_VIA "X: a\rb\r\n" T_REST, 400 },
	{ T_LINE T_VIA "X: a\x01\r\n" T_REST, 400 },
	{ T_LINE T_VIA "no colon\r\n" T_REST, 400 },
	{ T_LINE T_VIA ": nameless\r\n" T_REST, 400 },
	{ T_LINE " X: fold first\r\n" T_VIA T_REST, 400 },
	{ T_LINE T_VIA "X: 1\r\n 2\r\n" T_REST, PASS },
	{ T_LINE T_REST, 400 },
	{ T_LINE T_VIA T_FROM T_TO T_CALL_ID "\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_TO T_CSEQ "\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_CALL_ID T_CSEQ "\r\n", 400 },
	{ T_LINE T_VIA T_TO T_CALL_ID T_CSEQ "\r\n", 400 },
	{ T_LINE T_VIA "t: <sip:c@example.com>\r\n" T_REST, 400 },
	{ T_LINE T_VIA "i: 2\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Max-Forwards: 256\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Max-Forwards: -1\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Max-Forwards: 0\r\n" T_REST, 483 },
	{ T_LINE T_VIA "Max-Forwards: 00\r\n" T_REST, 483 },
	{ T_LINE T_VIA "Max-Forwards: 1\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Content-Length: 0\r\nl: 0\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Content-Length: 1\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Content-Length: +0\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Content-Length: 0 0\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Content-Length:\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Content-Length: 18446744073709551616\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Content-Length:\r\n 0\r\n" T_REST, PASS },
	{ T_LINE T_VIA T_FROM T_TO T_CALL_ID "CSeq: 2147483648 OPTIONS\r\n\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_TO T_CALL_ID "CSeq: 2147483647 OPTIONS\r\n\r\n", PASS },
	{ T_LINE T_VIA T_FROM T_TO T_CALL_ID "CSeq: 1 options\r\n\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_TO T_CALL_ID "CSeq: 1OPTIONS\r\n\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_TO T_CALL_ID "CSeq: OPTIONS\r\n\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_TO "Call-ID: a b\r\n" T_CSEQ "\r\n", 400 },
	{ T_LINE T_VIA T_FROM T_TO "Call-ID:\r\n" T_CSEQ "\r\n", 400 },
	{ T_LINE "Via: SIP/3.0/UDP 192.0.2.1\r\n" T_REST, 400 },
	{ T_LINE "Via: XMPP/2.0/UDP 192.0.2.1\r\n" T_REST, 400 },
	{ T_LINE "Via: SIP/2.0/UDP\r\n" T_REST, 400 },
	{ T_LINE "Via: SIP/2.0/UDP 192.0.2.1:123456\r\n" T_REST, 400 },
	{ T_LINE "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=1\r\n" T_REST, PASS },
	{ T_LINE "Via: SIP/2.0/UDP [2001:db8::1;branch=1\r\n" T_REST, 400 },
	{ T_LINE "Via: SIP/2.0/UDP a,SIP/2.0/UDP b\r\n" T_REST, PASS },
	{ T_LINE "Via: SIP/2.0/UDP a,\r\n" T_REST, 400 },
	{ T_LINE "Via: SIP/2.0/UDP a;x=\"\r\n" T_REST, 400 },
	{ T_LINE T_VIA T_PARTS T_REST "--b\r\nContent-Type: a/b\r\n\r\nx\r\n"
	  "--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n", PASS },
	{ T_LINE T_VIA T_PARTS T_REST "--b\r\nContent-Type: a/b\r\n"
	  "X: y\r\n content-typeX: a/b\r\n\r\nx\r\n--b--\r\n", 400 },
	{ T_LINE T_VIA T_PARTS T_REST "--b\nContent-Type: a/b\n"
	  "Content-Type: a/b\n\nx\n--b--\n", 400 },
	{ T_LINE T_VIA "Contact: *\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Contact: <sip:a@b>, <sip:c@d>\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Contact: <sip:a@b>, *\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Contact: <sip:a@b\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Contact: <sip:>\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Contact: a@b\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Contact: \"\\\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Route: sip:a@b;lr\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Route: <sip:a@b;lr>\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Refer-To: <sip:a@b\r\n" T_REST, 400 },
	{ T_LINE T_VIA "r: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Require: 100rel, timer\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Require: 100rel, teleport\r\n" T_REST, 420 },
	{ T_LINE T_VIA "Proxy-Require: teleport\r\n" T_REST, 420 },
	{ T_LINE T_VIA "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Date: Sat, 13 Nov 2010 23:29:00 gmt\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Date: yesterday\r\n" T_REST, 400 },
	{ T_LINE T_VIA "Expires: 4294967295\r\n" T_REST, PASS },
	{ T_LINE T_VIA "Expires: 4294967296\r\n" T_REST, 400 },
	{ "OPTIONS  sip:b@example.com SIP/2.0\r\n" T_VIA T_REST, 400 },
	{ "OPTIONS sip:b@example.com SIP/2.0 \r\n" T_VIA T_REST, 400 },
	{ "OPTIONS sip:b@example.com SIP/2.00\r\n" T_VIA T_REST, 505 },
	{ "OPTIONS sip:b@example.com HTTP/1.1\r\n" T_VIA T_REST, 400 },
	{ "OPTIONS sip: SIP/2.0\r\n" T_VIA T_REST, 400 },
	{ "OPTIONS b@example.com SIP/2.0\r\n" T_VIA T_REST, 400 },
	{ "OPTIONS tel:+15551234 SIP/2.0\r\n" T_VIA T_REST, PASS },
	{ "OPTIONS http://example.com SIP/2.0\r\n" T_VIA T_REST, 416 },
	{ "options sip:b@example.com SIP/2.0\r\n" T_VIA T_FROM T_TO T_CALL_ID
	  "CSeq: 1 options\r\n\r\n", 501 },
	{ "SIP/2.0 200 OK\r\n" T_VIA T_REST, PASS },
	{ "SIP/2.0 099 No\r\n" T_VIA T_REST, DROP },
	{ "SIP/2.0 700 No\r\n" T_VIA T_REST, DROP },
	{ "SIP/2.0 20 OK\r\n" T_VIA T_REST, DROP },
	{ "SIP/2.0 2000 OK\r\n" T_VIA T_REST, DROP },
	{ "SIP/2.0 200 OK\r\n" T_REST, DROP },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int verdict = judge(rows[i].text, strlen(rows[i].text));

		ok(verdict == rows[i].verdict, "row %zu: %d, wanted %d %s", i,
		   verdict, rows[i].verdict, reason);
	}
}

/* Each prefix of a message is no message, and nothing reads beyond it. */
static void test_cut(void)
{
	static char buf[65536];
	size_t len = read_file("wsinv", buf, sizeof(buf)), i;
	bool good = true;

	for (i = 1; i < len; i++)
		good &= judge(buf, i) == 400;
	ok(good, "cut at every byte");
}

/* One byte changed at a time: whatever becomes of it, it is memory-safe. */
static void test_changed(void)
{
	static char buf[65536];
	size_t len = read_file("wsinv", buf, sizeof(buf)), i;
	unsigned int passed = 0;

	for (i = 0; i < len; i++) {
		char was = buf[i];
		const char *to;

		for (to = "\"<>;,\\\r\n :%"; *to; to++) {
			buf[i] = *to;
			passed += judge(buf, len) == PASS;
		}
		buf[i] = was;
	}
	ok(passed > 0, "changed at every byte: %u are still valid", passed);
}

/* The parser's time grows with the square of these. */
static void test_many(void)
{
	static const struct {
		const char *head, *unit, *tail;
	} lists[] = {
		{ T_LINE T_VIA "Allow: ", "a,", "a\r\n" T_REST },
		{ T_LINE "Via: SIP/2.0/UDP a", ";a", "\r\n" T_REST },
		{ T_LINE T_VIA "Contact: <sip:a@b?a=b", "&a=b",
		  ">\r\n" T_REST },
		{ T_LINE T_VIA T_PARTS T_REST "--b\r\nContent-Type: a/b",
		  ";a", "\r\n\r\nx\r\n--b--\r\n" },
		{ T_LINE T_VIA T_PARTS T_REST "--b\r\nContent-Type: a/b\r\n",
		  "a:b\r\n", "\r\nx\r\n--b--\r\n" },
	};
	static char buf[65536];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		int few, many;
		char *at;

		at = stpcpy(buf, lists[i].head);
		for (n = 0; n < 200; n++)
			at = stpcpy(at, lists[i].unit);
		few = judge(buf, (size_t)(stpcpy(at, lists[i].tail) - buf));
		for (; n < 10000; n++)
			at = stpcpy(at, lists[i].unit);
		many = judge(buf, (size_t)(stpcpy(at, lists[i].tail) - buf));
		ok(few == PASS && many == 400, "list %zu: %d, then %d %s", i,
		   few, many, reason);
	}
}

int main(void)
{
	sip_parser_start();
	test_torture();
	test_rows();
	test_cut();
	test_changed();
	test_many();
	return tap_end();
}
