// SPDX-License-Identifier: GPL-2.0
/*
 * Requests from the pieces that evasions are made of: case, folds, compact
 * names, space, quotes, escapes, repeated headers, control characters.
 */
#include <stdbool.h>
#include <string.h>

#include "mutate.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PICK(m, table)	((table)[below(m, ARRAY_SIZE(table))])
/* Of the first ones, which are sound, but now and then. */
#define PICK_SOUND(m, table, sound) \
	((table)[below(m, one_in(m, (m)->rare) ? ARRAY_SIZE(table) : (sound))])

enum { ROOM = 4096 };		/* the rest of bytes is for single ones */

static uint32_t below(struct mutator *m, uint32_t n)
{
	m->x = m->x * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((m->x >> 32) * n >> 32);
}

static bool one_in(struct mutator *m, uint32_t n)
{
	return !below(m, n);
}

static void put(struct mutator *m, const char *text)
{
	size_t len = strlen(text);

	if (m->len + len > ROOM)
		return;
	memcpy(m->bytes + m->len, text, len);
	m->len += len;
}

/* The letters in another case, now and then. */
static void put_name(struct mutator *m, const char *name, uint32_t rare)
{
	size_t start = m->len;

	put(m, name);
	if (!one_in(m, rare))
		return;
	for (; start < m->len; start++) {
		char *c = &m->bytes[start];

		if (((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z') && one_in(m, 2))
			*c ^= 0x20;
	}
}

/* Linear white space where the grammar has it, folds among it. */
static void put_space(struct mutator *m)
{
	static const char *const spaces[] = {
		"", "", "", " ", " ", "  ", "\t", " \t", "\r\n ", " \r\n\t",
		/* odd from here on: 10 */ "\r\n \r\n ",
	};

	put(m, one_in(m, 4) ? PICK_SOUND(m, spaces, 10) : "");
}

static void put_header(struct mutator *m, const char *name)
{
	static const char *const colons[] = {
		" :", "\t:", "  : ", ":", ": ", ":\t", ":\r\n ", " \r\n :", "",
	};

	put_name(m, name, 4);
	put(m, one_in(m, 4) ? PICK_SOUND(m, colons, 7) : ": ");
	put_space(m);
}

static void put_end(struct mutator *m)
{
	static const char *const ends[] = { "\n", "\r", "\r\r\n", "\n\r", "" };

	put_space(m);
	put(m, one_in(m, 50 * m->rare) ? PICK(m, ends) : "\r\n");
}

static const char *const displays[] = {
	"", "", "", "b ", "b", "b c ", "\"b\" ", "\"b\"", "\"\" ",
	"\";tag=d\" ", "\"<sip:x@y>;tag=d\" ", "\"\\\"\" ", "\"\\\\\" ",
	"\"a, b\" ", "\"who?\" ", "\"?Replaces=d\" ", "\"\xc3\xa9\" ",
	/* odd from here on: 17 */
	"\"\\\\\";tag=d\" ", "\"a\\", "\"", "(;tag=c) ", "\xc3\xa9 ", "<", ",",
};
static const char *const uris[] = {
	"<sip:b@h>", "<sip:b@h>", "<sip:b@h>", "sip:b@h", "sip:b@h",
	"<sip:b@h;tag=u>", "<sip:b@h;x=y>", "<tel:1>", "tel:1", "<sips:[::1]:5>",
	"<sip:b;tag=u@h>", "<sip:b?tag=u@h>", "<sip:b@h?x=y>",
	"<http://b/?;tag=u>", "<sip:b,c@h>",
	/* odd from here on: 15 */
	"sip:b@h?x=y", "<sip:b@h>x", "<sip:b@h", "sip:b@h>", "<>", "",
	"<<sip:b@h>>", "<b@h>", "< sip:b@h>", "<sip:b@h >", "*",
};
static const char *const params[] = {
	";TAG=1", ";Tag=1", ";tag", ";tag=\"1\"", ";%74ag=1", ";tags=1",
	";xtag=1", ";x", ";x=y", ";x=[::1]", ";x=\"y\"",
	/* odd from here on: 11 */
	";tag=1", ";tag=", ";tag=\"", ";tag=<1>", ";x=\";tag=1\"", ";x=\"",
	";x=\"\\\"", ";x=\"<sip:c@h>\"", ";x=<sip:c@h>", ";", ";;", ",",
	", <sip:c@h>",
	", <sip:c@h>;tag=1", "(;tag=1)", "?tag=1", "&tag=1", "=", ">", " tag=1",
};

static void put_params(struct mutator *m)
{
	while (one_in(m, 3)) {
		const char *param = PICK_SOUND(m, params, 11);
		size_t name = 1 + strcspn(param + !!*param, "=");
		char part[32];

		put_space(m);
		if (*param != ';' || name > sizeof(part) - 1) {
			put(m, param);
			continue;
		}
		put(m, ";");
		put_space(m);
		memcpy(part, param + 1, name - 1);
		part[name - 1] = '\0';
		put(m, part);
		put_space(m);
		if (param[name]) {
			put(m, "=");
			put_space(m);
			put(m, param + name + 1);
		}
	}
}

static void put_address(struct mutator *m, const char *name)
{
	put_header(m, name);
	put(m, PICK_SOUND(m, displays, 17));
	put(m, PICK_SOUND(m, uris, 15));
	put_params(m);
	put_end(m);
}

static void put_to(struct mutator *m)
{
	put_header(m, one_in(m, 4) ? "t" : "To");
	put(m, one_in(m, 3) ? PICK_SOUND(m, displays, 17) : "");
	put(m, one_in(m, 3) ? PICK_SOUND(m, uris, 15) : "<sip:b@h>");
	if (one_in(m, 2))
		put(m, ";tag=1");
	if (one_in(m, 3))
		put_params(m);
	put_end(m);
}

static void put_event(struct mutator *m)
{
	static const char *const events[] = {
		"presence", "presence", "presence", "presence.winfo", "dialog",
		"presences", "presenc", "presence%2ewinfo", "dialog;presence",
		"presence.", /* odd from here on: 10 */ "\"presence\"",
		"dialog, presence", "presence, dialog", ";presence",
		"dialog presence", "", "presence;id=\"a, b\"",
		"pres\xc3\xa9nce",
	};

	put_header(m, one_in(m, 4) ? "o" : "Event");
	put_name(m, PICK_SOUND(m, events, 10), 4);
	if (one_in(m, 3))
		put_params(m);
	put_end(m);
}

/* Some of its letters escaped, badly now and then. */
static void put_escaped(struct mutator *m, const char *text)
{
	static const char hex[] = "0123456789abcdef0123456789ABCDEF";
	char escape[4] = "%";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		uint32_t upper = 16 * below(m, 2);

		if (one_in(m, 30 * m->rare))
			put(m, one_in(m, 2) ? "%00" : "%4");
		if (one_in(m, 12)) {
			escape[1] = hex[c >> 4];
			escape[2] = hex[(c & 15) + upper];
			put(m, one_in(m, 20) ? "%25" : "%");
			put(m, escape + 1);
		} else {
			escape[1] = *text;
			escape[2] = '\0';
			put(m, escape + 1);
		}
	}
}

static void put_refer_to(struct mutator *m)
{
	static const char *const fronts[] = {
		"<sip:c@h", "<sip:c@h", "<sip:c@h", "<sip:c?d@h",
		"\"?\" <sip:c@h", "<sip:c@h;method=INVITE", "<sip:c%40d@h",
		"<tel:1", "\"?Replaces=1\" <sip:c@h", "<sip:c,d@h", "c <sip:c@h",
		"sip:c@h",
	};
	static const char *const starts[] = {
		"?", "?", "?", "?a=b&", "?a&", "?a=b;", "?%20", "%3f",
		"?a=b%26", "?a=%0d%0a", "??", "&", "?=&", ";", "? ",
	};
	static const char *const names[] = {
		"Replaces", "Replaces", "replaces", "REPLACES", "Replaces-X",
		"XReplaces", "Subject", "Replace",
	};
	static const char *const ends[] = {
		"=1%3Bto-tag%3Da>", "=1>", "=1>", "=1>", ">", "=Replaces>",
		"%20=1>", "=1&b=c>", "&b=c>", "%3d1>", " =1>", "", "=1",
	};

	put_header(m, one_in(m, 4) ? "r" : "Refer-To");
	put(m, PICK_SOUND(m, fronts, 11));
	if (one_in(m, 3)) {
		put(m, ">");
	} else {
		size_t start;

		put(m, PICK_SOUND(m, starts, 14));
		start = m->len;
		put_escaped(m, PICK(m, names));
		if (one_in(m, 4) && start < m->len)
			m->bytes[start] ^= one_in(m, 9) ? 1 : 0x20;
		put(m, PICK_SOUND(m, ends, 10));
	}
	if (one_in(m, 6))
		put_params(m);
	put_end(m);
}

static void put_replaces(struct mutator *m)
{
	static const char *const names[] = {
		"Replaces", "Replaces", "Replaces", "%52eplaces", "Replaces-X",
		"Replace", "\"Replaces\"", " Replaces", "Replaces;x", "Re places",
	};

	put_header(m, PICK_SOUND(m, names, 6));
	put(m, one_in(m, 8) ? "" : "1@h;to-tag=a;from-tag=b");
	put_end(m);
}

static void put_other(struct mutator *m)
{
	static const char *const others[] = {
		"Subject: Replaces: 1\r\n", "X: \"\r\n", "X:\r\n Replaces: 1\r\n",
		"X: <sip:x@y>;tag=1\r\n", "Max-Forwards: 70\r\n", "X:\r\n",
		"Subject: x\r\n y\r\n\tEvent: presence\r\n", "Supported: \"\\\r\n",
		"Contact: <sip:a@h>\r\n", "m: \"a\" <sip:a@h>;x=\"\r\n",
		"Via: SIP/2.0/UDP h;x=\"\r\n", "Via: SIP/2.0/UDP h (\r\n",
		"Route: <sip:r@h;lr>, <sip:s@h>\r\n", "Content-Length: 0\r\n",
		"Referred-By: <sip:x?Replaces=1>\r\n", "X: (Replaces: 1)\r\n",
		"Content-Type: application/sdp\r\n", "Toto: 1\r\n", "-: 1\r\n",
		/* odd from here on: 19 */
		"From: \"\r\n", "no colon\r\n", ":\r\n", "\xc3\xa9: 1\r\n",
		"Subject: x\r\n \r\nEvent: presence\r\n",
	};

	put(m, PICK_SOUND(m, others, 19));
}

/* The method as it was written goes to method, for CSeq. */
static void put_start(struct mutator *m, char method[16])
{
	static const char *const methods[] = {
		"INVITE", "REFER", "REFER", "REFER", "SUBSCRIBE", "SUBSCRIBE",
		"SUBSCRIBE", "NOTIFY", "NOTIFY", "OPTIONS", "MESSAGE", "BYE",
		"ACK", "CANCEL", "REGISTER", "PRACK", "UPDATE", "INFO",
		"PUBLISH", "X", "RE%46ER", "INVITES", "SIP/2.0", "",
	};
	static const char *const fronts[] = {
		"\r\n", "\r\n\r\n", "\n", " ", "\r", "\t",
	};
	static const char *const rests[] = {
		"  sip:b@h SIP/2.0", " sip:b@h  SIP/2.0", " sip:b@h SIP/2.0 ",
		"\tsip:b@h SIP/2.0", " sip:b@h sip/2.0", " sip:b@h SIP/3.0",
		" sip:b@h", " sip:b@h SIP/2.0\r\n ", " tel:1 SIP/2.0",
		" sip:b@h;x?Replaces=1 SIP/2.0", " b SIP/2.0", "",
	};
	size_t start;

	if (one_in(m, 10 * m->rare))
		put(m, PICK(m, fronts));
	start = m->len;
	put_name(m, methods[below(m, one_in(m, 8) ? ARRAY_SIZE(methods) : 9)],
		 10 * m->rare);
	memcpy(method, m->bytes + start, m->len - start);
	method[m->len - start] = '\0';
	put(m, one_in(m, 10 * m->rare) ? PICK(m, rests) : " sip:b@h SIP/2.0");
	put(m, one_in(m, 50 * m->rare) ? "\n" : "\r\n");
}

static void put_basics(struct mutator *m, const char *method)
{
	put(m, "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\n");
	if (one_in(m, 5 * m->rare))
		put_address(m, one_in(m, 2) ? "f" : "From");
	else
		put(m, "From: <sip:a@h>;tag=a\r\n");
	put(m, "Call-ID: 1\r\n");
	if (one_in(m, 10 * m->rare))
		method = one_in(m, 2) ? "OPTIONS" : "REFER";
	put_header(m, "CSeq");
	put(m, "1");
	put_space(m);
	put(m, " ");
	put(m, method);
	put_end(m);
}

/* Single bytes, wherever: the grammar above would not think of them. */
static void spoil(struct mutator *m)
{
	static const char bytes[] = "\0\r\n\t\x7f\x01\x0b \"<>;,=?&%\\:@()'tTrR\xff";
	size_t at = below(m, (uint32_t)m->len + 1);
	char byte = bytes[below(m, sizeof(bytes) - 1)];

	switch (below(m, 3)) {
	case 0:
		memmove(m->bytes + at + 1, m->bytes + at, m->len - at);
		m->bytes[at] = byte;
		m->len++;
		break;
	case 1:
		if (at < m->len)
			m->bytes[at] = byte;
		break;
	default:
		if (at == m->len)
			break;
		m->len--;
		memmove(m->bytes + at, m->bytes + at + 1, m->len - at);
		break;
	}
}

void mutate(struct mutator *m)
{
	char method[16];
	bool early;
	int i;

	m->len = 0;
	m->rare = 2u << below(m, 6);
	put_start(m, method);
	early = one_in(m, 2);
	if (early)
		put_to(m);
	put_basics(m, method);
	if (!early || one_in(m, 10 * m->rare))
		put_to(m);
	for (i = 0; i < 3; i++) {
		switch (below(m, 10)) {
		case 0 ... 1:
			put_event(m);
			break;
		case 2 ... 3:
			put_refer_to(m);
			break;
		case 4:
			put_replaces(m);
			break;
		case 5:
			put_other(m);
			break;
		case 6:
			if (one_in(m, 3 * m->rare))
				put_address(m, "t");
			break;
		}
	}
	put(m, one_in(m, 50 * m->rare) ? "\n" : "\r\n");
	if (one_in(m, 10 * m->rare))
		put(m, " x\r\nReplaces: 1\r\n\r\n");
	for (i = 0; i < 2 && one_in(m, m->rare); i++)
		spoil(m);
}
