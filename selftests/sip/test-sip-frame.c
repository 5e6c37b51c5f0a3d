// SPDX-License-Identifier: GPL-2.0
// Where messages end on a stream: splits, lies, what is too long.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/head.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define HEAD(length)	"OPTIONS sip:a@b SIP/2.0\r\n" length "\r\n"

/* Bytes come one by one; the search goes on where it stopped. */
static void test_splits(void)
{
	static const char text[] =
		"\r\n\r\n" HEAD("Content-Length: 5\r\n") "hello"
		HEAD("l : 0\r\n") "\r\n"
		HEAD("X: 1\r\nCONTENT-LENGTH:\r\n 3\r\n") "abc";
	static const size_t bodies[] = { 5, 0, 3 };
	size_t len = sizeof(text) - 1, start = 0, n = 0, i;
	struct sip_progress progress = { 0 };
	bool good = true;

	for (i = 1; i <= len; i++) {
		/* In memory of its own, so that reading on is seen. */
		char *copy = malloc(i - start);
		struct sip_frame frame;
		int got;

		memcpy(copy, text + start, i - start);
		got = sip_frame_stream(copy, i - start, &progress, &frame);
		good &= got == 0 || (got == 1 && n < 3 &&
				     frame.body == bodies[n]);
		if (got == 1) {
			start += frame.skip + frame.head + frame.body;
			n++;
			good &= start == i;
		}
		free(copy);
	}
	ok(good && n == 3, "three messages, a byte at a time");
}

static const struct {
	const char *name, *text;
	int result;
} rows[] = {
	{ "no length", HEAD(""), -EBADMSG },
	{ "two lengths", HEAD("Content-Length: 0\r\nl: 0\r\n"), -EBADMSG },
	{ "negative", HEAD("Content-Length: -1\r\n"), -EBADMSG },
	{ "with a sign", HEAD("Content-Length: +1\r\n"), -EBADMSG },
	{ "hexadecimal", HEAD("Content-Length: 0x1\r\n"), -EBADMSG },
	{ "empty", HEAD("Content-Length: \r\n"), -EBADMSG },
	{ "a list", HEAD("Content-Length: 0, 0\r\n"), -EBADMSG },
	{ "too long", HEAD("Content-Length: 65536\r\n"), -EMSGSIZE },
	{ "wraps 32 bits", HEAD("Content-Length: 4294967296\r\n"), -EMSGSIZE },
	{ "wraps 64 bits", HEAD("Content-Length: 18446744073709551616\r\n"),
	  -EMSGSIZE },
	{ "too long with its head", HEAD("Content-Length: 65530\r\n"),
	  -EMSGSIZE },
	{ "not all there", HEAD("Content-Length: 2\r\n") "x", 0 },
	{ "all there", HEAD("Content-Length: 2\r\n") "xy", 1 },
	{ "hidden in a value", HEAD("X: a\r\n Content-Length: 9\r\nl: 0\r\n"),
	  1 },
	{ "in another name", HEAD("X-Content-Length: 9\r\nl: 0\r\n"), 1 },
	{ "bare line feeds", "OPTIONS sip:a@b SIP/2.0\nl: 0\n\n", 0 },
	{ "a bare line feed", HEAD("X: 1\nl: 9\r\nl: 0\r\n"), -EBADMSG },
	{ "keepalive", "\r\n\r\n", 0 },
	{ "half a keepalive", "\r", 0 },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sip_progress progress = { 0 };
		size_t len = strlen(rows[i].text);
		char *copy = malloc(len);
		struct sip_frame frame;
		int got;

		memcpy(copy, rows[i].text, len);
		got = sip_frame_stream(copy, len, &progress, &frame);
		ok(got == rows[i].result, "%s: %d", rows[i].name, got);
		free(copy);
	}
}

static void test_endless(void)
{
	struct sip_progress progress = { 0 };
	size_t len = SIP_MESSAGE_MAX;
	char *text = malloc(len);
	struct sip_frame frame;

	memset(text, 'x', len);
	ok(!sip_frame_stream(text, len - 1, &progress, &frame) &&
	   progress.seen == len - 4, "a head without end is waited for");
	ok(sip_frame_stream(text, len, &progress, &frame) == -EMSGSIZE,
	   "but not for ever");
	free(text);
}

/* A long head, and then a body byte by byte, would keep the loop busy. */
static void test_dripping(void)
{
	static const char whole[] = HEAD("Content-Length: 5\r\n") "hello";
	struct sip_progress progress = { 0 };
	size_t len = sizeof(whole) - 1, i;
	size_t digit = (size_t)(strchr(whole, '5') - whole);
	char text[sizeof(whole)];
	struct sip_frame frame;
	bool waits = true;

	memcpy(text, whole, sizeof(whole));
	waits &= !sip_frame_stream(text, len - 5, &progress, &frame);
	text[digit] = 'x';		/* would be a bad head */
	for (i = len - 4; i < len; i++)
		waits &= !sip_frame_stream(text, i, &progress, &frame);
	ok(waits, "for a body's bytes the head is not read again");
	text[digit] = '5';
	ok(sip_frame_stream(text, len, &progress, &frame) == 1 &&
	   frame.body == 5 && !progress.whole, "but when all is there");
}

static void test_datagram(void)
{
	static const char longer[] = HEAD("Content-Length: 2\r\n") "xyz";
	static const char none[] = HEAD("") "xyz";
	struct sip_frame frame;

	ok(sip_frame_datagram(longer, sizeof(longer) - 1, &frame) == 1 &&
	   frame.body == 2, "a datagram's body is cut");
	ok(sip_frame_datagram(none, sizeof(none) - 1, &frame) == 1 &&
	   frame.body == 3, "or ends with it");
	ok(!sip_frame_datagram("\r\n\r\n", 4, &frame) && frame.skip == 4,
	   "a keepalive");
	ok(sip_frame_datagram("\0\0\0\0", 4, &frame) == -EBADMSG &&
	   !frame.head, "no head at all");
}

int main(void)
{
	test_splits();
	test_rows();
	test_endless();
	test_dripping();
	test_datagram();
	return tap_end();
}
