// SPDX-License-Identifier: GPL-2.0
/*
 * Offer and answer between two legs: profile of A, profile of B, menu,
 * fallback, requirement; wrong answers; what of a description goes through.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "offered.h"
#include "tap.h"

static const char *suite_answer(const char *offer_text, const char *suite)
{
	static char text[1024];
	char needle[80];
	unsigned int tag = 0;
	const char *at;

	snprintf(needle, sizeof(needle), " %s inline:", suite);
	at = strstr(offer_text, needle);
	while (at && at > offer_text && at[-1] != ':')
		at--;
	if (at)
		tag = (unsigned int)strtoul(at, NULL, 10);
	snprintf(text, sizeof(text), TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		 "a=crypto:%u %s inline:%s\r\n", tag, suite,
		 strstr(suite, "GCM") ? GCM : KEY2);
	return text;
}

static const struct {
	const char *text;
	bool savp, aead, cm;
} offers[] = {
	{ TOP("1") AVP EVENTS, false, false, false },
	{ TOP("1") SAVP EVENTS CM("1", KEY1), true, false, true },
	{ TOP("1") SAVP CM("7", KEY1) "a=crypto:9 AEAD_AES_128_GCM "
	  "inline:" GCM "\r\n", true, true, true },
	{ TOP("1") SAVP, true, false, false },
};
#define OFFERS	(sizeof(offers) / sizeof(*offers))

/* One combination, and what is to come of it. */
struct row {
	struct call_policy a, b;
	int menu;
	size_t offer;
	bool b_plain;		/* B answers so */
	bool a_srtp, b_can;
};

static struct row make_row(unsigned int bits, int menu, size_t o)
{
	struct row r = {
		.a = {
			.class = bits & 1 ? CALL_CLASS_ENCRYPTED :
					    CALL_CLASS_AUTHENTICATED,
			.srtp_allowed = bits & 2, .srtp_required = bits & 4,
			.peer_fallback = bits & 8,
			.menu = (enum call_menu)menu,
		}, .b = {
			.class = bits & 16 ? CALL_CLASS_ENCRYPTED :
					     CALL_CLASS_CLEAR,
			.srtp_allowed = bits & 32, .srtp_required = bits & 64,
			.own_fallback = bits & 128,
			.menu = (enum call_menu)menu,
		},
		.menu = menu, .offer = o, .b_plain = bits & 256,
	};
	bool admitted = menu == CALL_MENU_ALL ? offers[o].cm || offers[o].aead :
		menu == CALL_MENU_MEDIUM && offers[o].aead;

	r.a_srtp = r.a.class == CALL_CLASS_ENCRYPTED && r.a.srtp_allowed &&
		offers[o].savp && admitted;
	r.b_can = r.b.class == CALL_CLASS_ENCRYPTED && r.b.srtp_allowed;
	return r;
}

/* What A is told at once, 0 if B is asked. */
static int offer_status(const struct row *r)
{
	bool refused_a = !r->a_srtp && (r->a.srtp_required ||
		(offers[r->offer].savp && !r->a.peer_fallback));

	return refused_a || (r->b.srtp_required && !r->b_can) ? 488 : 0;
}

static bool is_offer_right(const struct row *r)
{
	unsigned int n = r->menu == CALL_MENU_ALL ? 5 :
		r->menu == CALL_MENU_MEDIUM ? 2 : 1;

	return count(call.offer, "a=crypto:") == (r->b_can ? n : 0) &&
		count(call.offer, "RTP/SAVP 0") == r->b_can;
}

/* B answers: what becomes of that. */
static int answer_status(const struct row *r)
{
	if (!r->b_can)
		return 0;
	if (r->b_plain)
		return r->b.srtp_required || !r->b.own_fallback ? 488 : 0;
	/* The key that is sent is too short for AES-256. */
	return r->menu == CALL_MENU_STRONGEST ? 502 : 0;
}

static int answer_row(const struct row *r)
{
	if (!r->b_can || r->b_plain)
		return answer(CALL_LEG_B, TOP("1") AVP);
	return answer(CALL_LEG_B, suite_answer(call.offer,
		r->menu == CALL_MENU_STRONGEST ? "AEAD_AES_256_GCM" :
						 "AEAD_AES_128_GCM"));
}

static bool is_outcome_right(const struct row *r)
{
	bool b_srtp = r->b_can && !r->b_plain;
	struct call_protection a, b;

	if (!settle())
		return false;
	call_session_security(call.session, CALL_LEG_A, &a);
	call_session_security(call.session, CALL_LEG_B, &b);
	return count(call.answer, "a=crypto:") == r->a_srtp &&
		!strstr(call.answer, KEY1) &&
		count(call.answer, "RTP/SAVP") == r->a_srtp &&
		a.encrypted == r->a_srtp && !a.reason == r->a_srtp &&
		b.encrypted == b_srtp && !b.reason == b_srtp &&
		!a.weakest == !r->a_srtp;
}

static bool is_row_right(const struct row *r)
{
	int want = offer_status(r), got = offer(CALL_LEG_A,
						offers[r->offer].text);

	if (got != want || got)
		return got == want && call.verdict.reason;
	if (!is_offer_right(r))
		return false;
	want = answer_status(r);
	got = answer_row(r);
	return got == want && (got || is_outcome_right(r));
}

/*
 * Every profile of A and of B: what A is told, what B is offered, and why a
 * leg is not encrypted. The menu is A's and B's alike.
 */
static void check_matrix(void)
{
	unsigned int rows = 0, wrong = 0;

	for (unsigned int bits = 0; bits < 1u << 9; bits++)
		for (int menu = CALL_MENU_ALL; menu <= CALL_MENU_STRONGEST;
		     menu++)
			for (size_t o = 0; o < OFFERS; o++, rows++) {
				struct row r = make_row(bits, menu, o);

				call_begin(&r.a, &r.b);
				if (!is_row_right(&r) && ++wrong < 10)
					ok(false, "bits %x menu %d offer %zu:"
					   " %s", bits, menu, o,
					   call.verdict.reason ?
					   call.verdict.reason : "-");
				call_end();
			}
	ok(rows == 6144 && !wrong, "%u combinations, %u wrong", rows, wrong);
}

/* Sentences, where there is one to tell. */
static void check_reasons(void)
{
	static const struct {
		struct call_policy a;
		const char *offer, *reason;
	} rows[] = {
		{ { .class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true,
		    .srtp_required = true }, TOP("1") AVP,
		  "encryption is required, plain RTP was offered" },
		{ { .class = CALL_CLASS_AUTHENTICATED, .srtp_allowed = true },
		  TOP("1") SAVP CM("1", KEY1), "the signalling is not "
		  "encrypted, so keys are not sent over it" },
		{ { .class = CALL_CLASS_ENCRYPTED }, TOP("1") SAVP CM("1", KEY1),
		  "the profile does not allow SRTP" },
		{ { .class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true }, TOP("1") SAVP,
		  "SRTP was offered without a key" },
		{ { .class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true },
		  TOP("1") SAVP "a=crypto:1 x inline:y\r\n",
		  "SRTP was offered, but no a=crypto line is usable" },
		{ { .class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true },
		  TOP("1") SAVP CM("1", KEY1) CM("1", KEY2),
		  "SRTP was offered, but no a=crypto line is usable" },
		{ { .class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true,
		    .menu = CALL_MENU_MEDIUM }, TOP("1") SAVP CM("1", KEY1),
		  "the SRTP cipher menu admits none of the suites offered" },
		{ { 0 }, TOP("1"), "no media is offered" },
		{ { 0 }, TOP("1") "m=image 4000 udptl t38\r\n",
		  "neither audio nor video over RTP" },
	};
	int status;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		call_begin(&rows[i].a, &plain);
		status = offer(CALL_LEG_A, rows[i].offer);
		ok(status == 488 && !strcmp(call.verdict.reason, rows[i].reason),
		   "488: %s", call.verdict.reason);
		call_end();
	}
	call_begin(&plain, &plain);
	status = offer(CALL_LEG_A, "v=0\r\n");
	ok(status == 400, "400: %s", call.verdict.reason);
	call_offer_abort(call.session);
	ok(offer(CALL_LEG_A, TOP("1") AVP) == 0, "and a good one after it");
	call_end();
}

/* Of what B may answer to SRTP with all suites: tags 1 to 5. */
static void check_answers(void)
{
	static const struct {
		const char *text;
		int status;
		const char *reason;
	} rows[] = {
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n" CM("4", KEY2), 0, "" },
		{ TOP("1") "m=audio 5000 RTP/SAVPF 0\r\n" CM("4", KEY2), 0, "" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		  CM("1", KEY2), 502, "the answer's suite is not that of its tag" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		  CM("6", KEY2), 502, "the answer's tag was not offered" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		  CM("0", KEY2), 502, "the answer's tag was not offered" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		  "a=crypto:4 AES_192_CM_HMAC_SHA1_80 inline:MTIzNDU2Nzg5QUJDR"
		  "EUwMTIzNDU2Nzg5QUJjZGVmZ2hpamtsbW4=\r\n", 502,
		  "the answer's suite is not that of its tag" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n", 502,
		  "the answer has no key" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n" CM("4", KEY2)
		  CM("5", KEY2), 502, "the answer has several keys" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\na=crypto:4 " CM80
		  " inline:" KEY2 " UNENCRYPTED_SRTP\r\n", 502,
		  "asks for no encryption" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\na=crypto:4 " CM80
		  " inline:" KEY2 " KDR=3\r\n", 502,
		  "key derivation rate is not 0" },
		{ TOP("1") "m=audio 5000 RTP/AVP 0\r\n", 488,
		  "plain RTP in answer to SRTP" },
		{ TOP("1") "m=audio 5000 RTP/AVP 0\r\n" CM("4", KEY2), 488,
		  "plain RTP in answer to SRTP" },
		{ TOP("1") "m=audio 5000 UDP/TLS/RTP/SAVP 0\r\n", 502,
		  "the answer is of another protocol" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 8\r\n" CM("4", KEY2), 488,
		  "the answer has none of the formats offered" },
		{ TOP("1") "m=video 5000 RTP/SAVP 0\r\n" CM("4", KEY2), 502,
		  "the answer's media lines are others" },
		{ TOP("1"), 502,
		  "the answer has another number of media lines" },
		{ TOP("1") "m=audio 5000 RTP/SAVP 0\r\n" CM("4", KEY2)
		  "m=audio 5000 RTP/SAVP 0\r\n" CM("4", KEY2), 502,
		  "the answer has another number of media lines" },
		{ TOP("1") "m=audio 0 RTP/SAVP 0\r\n", 488,
		  "all media was refused" },
		{ "nonsense", 502, "line is not LETTER=VALUE" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int status;

		call_begin(&plain, &secure);
		status = offer(CALL_LEG_A, TOP("1") AVP EVENTS) ? -1 :
			answer(CALL_LEG_B, rows[i].text);
		ok(status == rows[i].status && (!status ||
		   !strcmp(call.verdict.reason, rows[i].reason)),
		   "answer %zu: %d %s", i, status, status ?
		   call.verdict.reason : "accepted");
		call_end();
	}
}

static void check_reflection(void)
{
	char text[1024];

	call_begin(&plain, &secure);
	offer(CALL_LEG_A, TOP("1") AVP);
	snprintf(text, sizeof(text), TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		 "a=crypto:4 " CM80 " inline:%s\r\n",
		 key_of(call.offer, CM80));
	ok(answer(CALL_LEG_B, text) == 502 &&
	   !strcmp(call.verdict.reason, "the answer sends our own key back"),
	   "our own key as an answer: %s", call.verdict.reason);
	call_end();
	call_begin(&plain, &plain);
	offer(CALL_LEG_A, TOP("1") AVP);
	ok(answer(CALL_LEG_B, TOP("1") SAVP CM("1", KEY2)) == 502 &&
	   !strcmp(call.verdict.reason, "SRTP was not offered"),
	   "SRTP as an answer to RTP: %s", call.verdict.reason);
	call_end();
}

static void check_content(void)
{
	struct call_policy fallback = secure;
	uint32_t lines;

	fallback.peer_fallback = true;
	call_begin(&secure, &secure);
	ok(!offer(CALL_LEG_A, TOP("1") "a=ice-lite\r\nb=AS:90\r\n"
		  "m=audio 4000 RTP/SAVPF 0 101\r\n" EVENTS CM("7", KEY1)
		  "a=crypto:9 AEAD_AES_128_GCM inline:" GCM "\r\n"
		  "a=rtcp-fb:* nack\r\na=candidate:1\r\n"
		  "m=image 4002 udptl t38\r\n"
		  "m=video 4004 RTP/SAVP 96\r\na=rtpmap:96 VP8/90000\r\n"
		  CM("1", KEY2)), "offer of audio, fax and video");
	ok(strstr(call.offer, "m=audio 4000 RTP/SAVPF 0 101\r\n") &&
	   strstr(call.offer, "m=image 0 udptl t38\r\n") &&
	   strstr(call.offer, "m=video 4004 RTP/SAVP 96\r\n") &&
	   strstr(call.offer, "b=AS:90\r\n") && !strstr(call.offer, "ice") &&
	   !strstr(call.offer, "candidate") && !strstr(call.offer, KEY1) &&
	   !strstr(call.offer, KEY2) && !strstr(call.offer, GCM) &&
	   count(call.offer, "a=crypto:") == 10,
	   "fax refused in place, attributes filtered, keys of our own");
	ok(strcmp(key_of(call.offer, CM80), key_of(strstr(call.offer,
						"m=video"), CM80)),
	   "no key is in two lines");
	ok(!answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 101 0 9\r\n"
		   EVENTS "a=rtpmap:9 G722/8000\r\na=fmtp:9 x\r\n"
		   "a=fmtp:101 0-15\r\na=rtcp-fb:* nack\r\n" CM("4", KEY2)
		   "m=image 0 udptl t38\r\nm=video 0 RTP/SAVP 96\r\n"),
	   "B takes audio only: %s", call.verdict.reason ?
	   call.verdict.reason : "-");
	ok(strstr(call.answer, "m=audio 5000 RTP/SAVPF 101 0\r\n") &&
	   strstr(call.answer, "m=image 0 udptl t38\r\n") &&
	   strstr(call.answer, "m=video 0 RTP/SAVP 96\r\n") &&
	   count(call.answer, "a=crypto:9 AEAD_AES_128_GCM") == 1 &&
	   count(call.answer, "a=crypto:") == 1 &&
	   !strstr(call.answer, ":9 G722") && !strstr(call.answer, "fmtp:9") &&
	   strstr(call.answer, "fmtp:101") && strstr(call.answer, "rtcp-fb:*"),
	   "A hears its own profile, one AEAD key, no format it did not offer");
	call_end();

	call_begin(&fallback, &plain);
	fallback.class = CALL_CLASS_CLEAR;
	call.leg[0].policy = fallback;
	ok(!offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1)) &&
	   !answer(CALL_LEG_B, TOP("1") AVP) && settle() &&
	   strstr(call.answer, "m=audio 4000 RTP/AVP 0 101\r\n") &&
	   !strstr(call.answer, "crypto"), "the tag allows RTP/AVP to SRTP");
	call_end();

	call_begin(&plain, &plain);
	ok(!offer(CALL_LEG_B, TOP("1") AVP) &&
	   !answer(CALL_LEG_A, TOP("1") AVP) && settle(),
	   "a delayed offer comes from B");
	ok(call_answer_receive(call.session, CALL_LEG_A, "x", 1, &call.verdict)
	   == -EINVAL && call_offer_receive(call.session, CALL_LEG_A,
	   TOP("2") AVP, strlen(TOP("2") AVP), &lines, &call.verdict) == 0 &&
	   lines == 1 && call_offer_receive(call.session, CALL_LEG_B, "x", 1,
	   &lines, &call.verdict) == -EINVAL, "everything in its turn");
	call_end();
}

static void check_dead_line(void)
{
	call_begin(&secure, &plain);
	ok(!offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1)
		  "m=video 0 RTP/SAVP 96\r\n") &&
	   strstr(call.offer, "m=video 0 RTP/AVP 96\r\n"),
	   "a dead line does not say SAVP to who may have no keys");
	call_end();
}

int main(void)
{
	offered_start();
	check_matrix();
	check_reasons();
	check_answers();
	check_reflection();
	check_content();
	check_dead_line();
	offered_stop();
	return tap_end();
}
