// SPDX-License-Identifier: GPL-2.0
// ACL-2 at the edges: every truncation, 64 KiB, RFC 4475 from end to end.

#include <stdlib.h>
#include <string.h>
#include <uapi/linux/ucsec.h>

#include "guard.h"
#include "scan.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define REFER	"REFER sip:b@h SIP/2.0\r\n"
#define TO	"To: <sip:b@h>\r\n"

static const char whole[] = REFER
	"t : \"b\" <sip:b@h>\r\n ;tag=1\r\n"
	"CSeq: 1 REFER\r\nEvent: presence\r\n"
	"Refer-To: <sip:c@h?Replaces=1>\r\nReplaces: 1\r\n\r\n";

static uint8_t big[65536];

static struct ucsec_sip_facts scan(const void *data, size_t len)
{
	struct ucsec_sip_facts facts;

	ucsec_sip_scan(guarded(data, len), len, &facts);
	return facts;
}

/* All the four, read from a datagram that ends anywhere: none but the whole. */
static void test_truncation(void)
{
	struct ucsec_sip_facts f;
	size_t len, passed = 0;

	for (len = 1; len < sizeof(whole) - 1; len++) {
		f = scan(whole, len);
		passed += f.class != UCSEC_SIP_UNPARSED ||
			  f.fault != UCSEC_FAULT_NO_END || f.needs || f.method;
	}
	ok(!passed, "each truncation has no end");
	f = scan(whole, sizeof(whole) - 1);
	ok(f.class == UCSEC_SIP_REQUEST && f.in_dialog && f.presence &&
	   f.replaces && f.refer_replaces &&
	   f.needs == UCSEC_BOX_REPLACES_HEADER, "the whole is read");
}

/* Each byte in place of each: whatever it makes of it, it reads no further. */
static void test_replaced_bytes(void)
{
	static char copy[sizeof(whole)];
	unsigned long requests = 0;
	size_t i;
	int c;

	for (i = 0; i < sizeof(whole) - 1; i++) {
		memcpy(copy, whole, sizeof(whole));
		for (c = 0; c < 256; c++) {
			copy[i] = (char)c;
			requests += scan(copy, sizeof(whole) - 1).class ==
				    UCSEC_SIP_REQUEST;
		}
	}
	ok(requests > 5000 && requests < 20000, "each byte replaced: %lu",
	   requests);
}

/* A message of that many bytes: front, filling, back. */
static struct ucsec_sip_facts filled(const char *front, int filling,
				     const char *back, size_t len)
{
	memset(big, filling, len);
	memcpy(big, front, strlen(front));
	memcpy(big + len - strlen(back), back, strlen(back));
	return scan(big, len);
}

static void test_long(void)
{
	struct ucsec_sip_facts f;

	f = filled("", 'A', " sip:b@h SIP/2.0\r\n" TO "\r\n", 10000);
	ok(f.class == UCSEC_SIP_REQUEST && f.method == UCSEC_METHOD_OTHER,
	   "a method of 10,000 letters");
	f = filled("REFER ", 'A', " SIP/2.0\r\n" TO "\r\n", 65000);
	ok(f.needs == UCSEC_BOX_OUT_OF_DIALOG_REFER, "a URI of 65,000 letters");
	f = filled(REFER TO "X: ", 'A', "\r\nReplaces: 1\r\n\r\n",
		   UCSEC_SIP_HEAD_MAX);
	ok(f.replaces && f.needs & UCSEC_BOX_REPLACES_HEADER,
	   "Replaces behind an overlong line, at the very end");
	f = filled(REFER TO "X: ", 'A', "\r\nReplaces: 1\r\n\r\n",
		   UCSEC_SIP_HEAD_MAX + 1);
	ok(f.class == UCSEC_SIP_UNPARSED && f.fault == UCSEC_FAULT_LENGTH,
	   "a head that is too long by one");
	f = filled(REFER TO, 'A', "", UCSEC_SIP_HEAD_MAX);
	ok(f.fault == UCSEC_FAULT_NO_END, "64 KiB without an end");
	f = filled(REFER TO, 'A', ": 1\r\n\r\n", 65507);
	ok(f.class == UCSEC_SIP_REQUEST, "a name of 64 KiB");
	f = filled("INVITE sip:b@h SIP/2.0\r\nTo: <sip:b@h>;tag=", 'A',
		   "\r\n\r\n", 65507);
	ok(f.in_dialog, "a tag of 64 KiB");
	f = filled("INVITE sip:b@h SIP/2.0\r\n" TO "Refer-To: <sip:b@h?", '%',
		   ">\r\n\r\n", 65507);
	ok(f.fault == UCSEC_FAULT_REFER_TO, "64 KiB of percent signs");
	f = filled(REFER TO "\r\n", 0, "Replaces: 1\r\n", sizeof(big));
	ok(f.class == UCSEC_SIP_REQUEST && !f.replaces, "a body of 64 KiB");
}

static void test_uniform(void)
{
	static const struct {
		int c, class;
	} all[] = {
		{ 0, UCSEC_SIP_KEEPALIVE }, { ' ', UCSEC_SIP_UNPARSED },
		{ '\t', UCSEC_SIP_UNPARSED }, { '\r', UCSEC_SIP_UNPARSED },
		{ '\n', UCSEC_SIP_UNPARSED }, { 'A', UCSEC_SIP_UNPARSED },
		{ 0xff, UCSEC_SIP_UNPARSED }, { 1, UCSEC_SIP_UNPARSED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		ok(filled("", all[i].c, "", sizeof(big)).class == all[i].class,
		   "64 KiB of 0x%02x", (unsigned int)all[i].c);
	for (i = 0; i < sizeof(big); i += 2)
		memcpy(big + i, "\r\n", 2);
	ok(scan(big, sizeof(big)).class == UCSEC_SIP_KEEPALIVE,
	   "64 KiB of CRLF");
}

/* The fault of a request with that byte there, behind so many others. */
static int fault_with(const char *front, int filling, int count, int byte,
		      const char *back)
{
	struct ucsec_sip_facts f;
	size_t len = strlen(front), tail = strlen(back);

	memcpy(big, front, len);
	memset(big + len, filling, (size_t)count);
	len += (size_t)count;
	big[len++] = (uint8_t)byte;
	memcpy(big + len, back, tail);
	f = scan(big, len + tail);
	return f.class == UCSEC_SIP_REQUEST ? UCSEC_FAULT_NONE : f.fault;
}

static int fault_in_value(int c)
{
	return (c < ' ' && c != '\t') || c == 0x7f ? UCSEC_FAULT_CONTROL :
						     UCSEC_FAULT_NONE;
}

static int fault_in_name(int c)
{
	static const char others[] = "-.!%*_+`'~:";

	if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    (c && strchr(others, c)))
		return UCSEC_FAULT_NONE;
	return fault_in_value(c) ?: UCSEC_FAULT_HEADER;
}

static int fault_in_uri(int c)
{
	return fault_in_value(c) ?: c == ' ' || c == '\t' ?
	       UCSEC_FAULT_START_LINE : UCSEC_FAULT_NONE;
}

/* Each byte at each place of two words, near the end of data and far from it. */
static void test_each_byte(void)
{
	static const char body[] = "\r\n\r\n0123456789abcdef0123456789abcdef";
	unsigned long value = 0, name = 0, uri = 0;
	char back[3][64];
	int count, c, far;

	for (far = 0; far < 2; far++) {
		int rest = far ? (int)sizeof(body) - 1 : 4;

		snprintf(back[0], 64, "x%.*s", rest, body);
		snprintf(back[1], 64, "x: 1%.*s", rest, body);
		snprintf(back[2], 64, "x SIP/2.0\r\n" TO "%.*s", rest - 2,
			 body + 2);
		for (count = 1; count < 34; count++) {
			for (c = 0; c < 256; c++) {
				value += fault_with(REFER TO "X: ", 'A', count,
						    c, back[0]) !=
					 fault_in_value(c);
				name += fault_with(REFER TO, 'A', count, c,
						   back[1]) != fault_in_name(c);
				uri += fault_with("REFER ", 'A', count, c,
						  back[2]) != fault_in_uri(c);
			}
		}
	}
	ok(!value, "each byte in a value: %lu are taken for others", value);
	ok(!name, "each byte in a name: %lu are taken for others", name);
	ok(!uri, "each byte in a URI: %lu are taken for others", uri);
}

/* Each byte in place of each of the version: none but its own, in any case. */
static void test_version(void)
{
	static const char line[] = REFER;
	unsigned long others = 0;
	char front[sizeof(line)], back[64];
	size_t i;
	int c;

	for (i = sizeof("REFER sip:b@h ") - 1; i < sizeof(line) - 3; i++) {
		memcpy(front, line, sizeof(line));
		front[i] = '\0';
		snprintf(back, sizeof(back), "%s" TO "\r\n", line + i + 1);
		for (c = 0; c < 256; c++) {
			bool same = c == line[i] ||
				    (line[i] >= 'A' && c == (line[i] | 0x20));

			others += same != !fault_with(front, 0, 0, c,
						      back);
		}
	}
	ok(!others, "each byte in the version: %lu are taken for others",
	   others);
}

#define UNPARSED(name)	UCSEC_SIP_UNPARSED, UCSEC_FAULT_##name, false
#define REQUEST(name)	UCSEC_SIP_REQUEST, UCSEC_METHOD_##name, false
#define IN_DIALOG(name)	UCSEC_SIP_REQUEST, UCSEC_METHOD_##name, true
#define RESPONSE	UCSEC_SIP_RESPONSE, 0, false

/* Class, then method or fault. None of them needs a box. */
static const struct {
	const char *name;
	int class, detail;
	bool in_dialog;
} torture[] = {
	{ "badaspec", UNPARSED(TO) },
	{ "badbranch", REQUEST(OPTIONS) },
	{ "baddate", REQUEST(INVITE) },
	{ "baddn", UNPARSED(TO) },
	{ "badinv01", REQUEST(INVITE) },
	{ "badvers", UNPARSED(START_LINE) },
	{ "bcast", RESPONSE },
	{ "bext01", REQUEST(OPTIONS) },
	{ "bigcode", UNPARSED(START_LINE) },
	{ "clerr", REQUEST(INVITE) },
	{ "cparam01", REQUEST(REGISTER) },
	{ "cparam02", REQUEST(REGISTER) },
	{ "dblreq", REQUEST(REGISTER) },
	{ "esc01", REQUEST(INVITE) },
	{ "esc02", REQUEST(OTHER) },
	{ "escnull", REQUEST(REGISTER) },
	{ "escruri", REQUEST(INVITE) },
	{ "insuf", UNPARSED(NO_TO) },
	{ "intmeth", UNPARSED(CONTROL) },
	{ "inv2543", REQUEST(INVITE) },
	{ "invut", REQUEST(INVITE) },
	{ "longreq", REQUEST(INVITE) },
	{ "ltgtruri", REQUEST(INVITE) },
	{ "lwsdisp", REQUEST(OPTIONS) },
	{ "lwsruri", UNPARSED(START_LINE) },
	{ "lwsstart", UNPARSED(START_LINE) },
	{ "mcl01", REQUEST(OPTIONS) },
	{ "mismatch01", UNPARSED(HEADER) },
	{ "mismatch02", UNPARSED(HEADER) },
	{ "mpart01", REQUEST(MESSAGE) },
	{ "multi01", UNPARSED(REPEATED) },
	{ "ncl", REQUEST(INVITE) },
	{ "noreason", RESPONSE },
	{ "novelsc", REQUEST(OPTIONS) },
	{ "quotbal", UNPARSED(TO) },
	{ "regaut01", REQUEST(REGISTER) },
	{ "regbadct", REQUEST(REGISTER) },
	{ "regescrt", REQUEST(REGISTER) },
	{ "scalar02", REQUEST(REGISTER) },
	{ "scalarlg", RESPONSE },
	{ "sdp01", REQUEST(INVITE) },
	{ "semiuri", REQUEST(OPTIONS) },
	{ "transports", REQUEST(OPTIONS) },
	{ "trws", UNPARSED(START_LINE) },
	{ "unkscm", REQUEST(OPTIONS) },
	{ "unksm2", REQUEST(REGISTER) },
	{ "unreason", RESPONSE },
	{ "wsinv", IN_DIALOG(INVITE) },
	{ "zeromf", REQUEST(OPTIONS) },
};

static size_t read_file(const char *name)
{
	char path[256];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "selftests/sip/rfc4475/%s.dat", name);
	file = fopen(path, "rb");
	if (!file)
		return 0;
	len = fread(big, 1, sizeof(big), file);
	fclose(file);
	return len;
}

static void test_torture(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(torture); i++) {
		size_t len = read_file(torture[i].name);
		struct ucsec_sip_facts f = scan(big, len);
		int detail = f.class == UCSEC_SIP_UNPARSED ? f.fault : f.method;

		ok(len && f.class == torture[i].class &&
		   detail == torture[i].detail && !f.needs &&
		   f.in_dialog == torture[i].in_dialog, "RFC 4475 %s: %u %d%s",
		   torture[i].name, f.class, detail,
		   f.in_dialog ? " in a dialog" : "");
	}
	ok(ARRAY_SIZE(torture) == 49, "all of RFC 4475");
}

int main(void)
{
	test_truncation();
	test_replaced_bytes();
	test_long();
	test_uniform();
	test_each_byte();
	test_version();
	test_torture();
	return tap_end();
}
