// SPDX-License-Identifier: GPL-2.0
/*
 * Offer and answer between two legs: profile of A, profile of B, menu,
 * fallback, requirement; wrong answers; hold, resume, re-keying.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "call/offer.h"
#include "tap.h"

#define TOP(v) "v=0\r\no=- 1 " v " IN IP4 192.0.2.1\r\ns=-\r\n" \
	"c=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define KEY1 "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define KEY2 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define GCM "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZA=="
#define CM(tag, key) "a=crypto:" tag " AES_CM_128_HMAC_SHA1_80 inline:" key \
	"\r\n"
#define AVP "m=audio 4000 RTP/AVP 0 101\r\n"
#define SAVP "m=audio 4000 RTP/SAVP 0 101\r\n"
#define EVENTS "a=rtpmap:101 telephone-event/8000\r\n"

static struct event_base *base;
static struct call_media_system *media_system;

/* One call with its two legs, and the texts of the last round. */
static struct {
	struct call_media *media;
	struct call_session *session;
	struct call_sdp_leg leg[2];
	struct call_verdict verdict;
	char offer[CALL_SDP_SIZE], answer[CALL_SDP_SIZE];
} call;

static void call_begin(const struct call_policy *a, const struct call_policy *b)
{
	static const uint8_t id[CALL_MEDIA_ID_LEN] = { 1 };

	memset(&call, 0, sizeof(call));
	call.leg[0].policy = *a;
	call.leg[1].policy = *b;
	call.media = call_media_new(media_system, id, NULL, NULL);
	call.session = call_session_new(call.media, &call.leg[0], &call.leg[1]);
}

static void call_end(void)
{
	call_session_free(call.session);
	call_media_free(call.media);
}

/* The status the offerer is told, 0 if the offer went out to the other leg. */
static int offer(enum call_leg from, const char *text)
{
	uint32_t lines;
	ssize_t n;

	call.offer[0] = '\0';
	if (call_offer_receive(call.session, from, text, strlen(text), &lines,
			      &call.verdict))
		return -1;
	if (call.verdict.status)
		return call.verdict.status;
	n = call_offer_send(call.session, call_other_leg(from), call.offer,
			   sizeof(call.offer) - 1, &call.verdict);
	if (n == -EPERM)
		return call.verdict.status;
	if (n < 0)
		return -1;
	call.offer[n] = '\0';
	return 0;
}

static int answer(enum call_leg from, const char *text)
{
	ssize_t n;

	call.answer[0] = '\0';
	if (call_answer_receive(call.session, from, text, strlen(text),
			       &call.verdict))
		return -1;
	if (call.verdict.status)
		return call.verdict.status;
	n = call_answer_send(call.session, call_other_leg(from), call.answer,
			    sizeof(call.answer) - 1, &call.verdict);
	if (n < 0)
		return -1;
	call.answer[n] = '\0';
	return 0;
}

static int applied;

static void on_applied(void *arg, int err, const char *why)
{
	(void)arg;
	(void)why;
	applied = err ? err : 1;
}

static bool settle(void)
{
	applied = 0;
	if (call_media_apply(call.media, on_applied, NULL))
		return false;
	event_base_loop(base, EVLOOP_NONBLOCK);
	call_offer_commit(call.session);
	return applied == 1;
}

static unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

/* The key of the crypto line with that suite, "" if there is none. */
static const char *key_of(const char *text, const char *suite)
{
	static char keys[4][80];
	static int turn;
	char *key = keys[turn++ % 4], needle[80];
	const char *at;

	snprintf(needle, sizeof(needle), " %s inline:", suite);
	at = strstr(text, needle);
	key[0] = '\0';
	if (at)
		sscanf(at + strlen(needle), "%79[^\r]", key);
	return key;
}

#define CM80 "AES_CM_128_HMAC_SHA1_80"

static const struct call_policy secure = {
	.class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true,
};
static const struct call_policy plain;

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

/*
 * Every profile of A and of B: what A is told, what B is offered, and why a
 * leg is not encrypted. The menu is A's and B's alike.
 */
static void check_matrix(void)
{
	enum { OFFERS = 4 };
	static const struct {
		const char *text;
		bool savp, aead, cm;
	} offers[OFFERS] = {
		{ TOP("1") AVP EVENTS, false, false, false },
		{ TOP("1") SAVP EVENTS CM("1", KEY1), true, false, true },
		{ TOP("1") SAVP CM("7", KEY1) "a=crypto:9 AEAD_AES_128_GCM "
		  "inline:" GCM "\r\n", true, true, true },
		{ TOP("1") SAVP, true, false, false },
	};
	unsigned int rows = 0, wrong = 0;

	for (unsigned int bits = 0; bits < 1u << 9; bits++) {
		struct call_policy a = {
			.class = bits & 1 ? CALL_CLASS_ENCRYPTED :
					    CALL_CLASS_AUTHENTICATED,
			.srtp_allowed = bits & 2, .srtp_required = bits & 4,
			.peer_fallback = bits & 8,
		}, b = {
			.class = bits & 16 ? CALL_CLASS_ENCRYPTED :
					     CALL_CLASS_CLEAR,
			.srtp_allowed = bits & 32, .srtp_required = bits & 64,
			.own_fallback = bits & 128,
		};

		for (int menu = CALL_MENU_ALL; menu <= CALL_MENU_STRONGEST;
		     menu++)
		for (int o = 0; o < OFFERS; o++) {
			bool b_plain = bits & 256;	/* B answers so */
			bool a_can = a.class == CALL_CLASS_ENCRYPTED &&
				     a.srtp_allowed;
			bool b_can = b.class == CALL_CLASS_ENCRYPTED &&
				     b.srtp_allowed;
			bool admitted = menu == CALL_MENU_ALL ?
				offers[o].cm || offers[o].aead :
				menu == CALL_MENU_MEDIUM && offers[o].aead;
			bool a_srtp = a_can && offers[o].savp && admitted;
			bool refused_a = !a_srtp && (a.srtp_required ||
				(offers[o].savp && !a.peer_fallback));
			bool refused_b = b.srtp_required && !b_can;
			int want = refused_a || refused_b ? 488 : 0, got;
			struct call_protection sa, sb;
			bool good;

			a.menu = b.menu = (enum call_menu)menu;
			call_begin(&a, &b);
			got = offer(CALL_LEG_A, offers[o].text);
			good = got == want && (!got || call.verdict.reason);
			if (!got) {
				unsigned int n = menu == CALL_MENU_ALL ? 5 :
					menu == CALL_MENU_MEDIUM ? 2 : 1;

				good = good && count(call.offer, "a=crypto:") ==
					(b_can ? n : 0) &&
				       count(call.offer, "RTP/SAVP 0") == b_can;
				want = b_can && b_plain && (b.srtp_required ||
					!b.own_fallback) ? 488 : 0;
				got = answer(CALL_LEG_B, b_can && !b_plain ?
					suite_answer(call.offer, menu ==
						CALL_MENU_STRONGEST ?
						"AEAD_AES_256_GCM" :
						"AEAD_AES_128_GCM") :
					TOP("1") AVP);
				/* That key is too short for AES-256. */
				if (b_can && !b_plain &&
				    menu == CALL_MENU_STRONGEST)
					want = 502;
				good = good && got == want;
			}
			if (!got && good) {
				good = settle() &&
				       count(call.answer, "a=crypto:") ==
				       a_srtp && !strstr(call.answer, KEY1) &&
				       count(call.answer, "RTP/SAVP") == a_srtp;
				call_session_security(call.session, CALL_LEG_A,
						     &sa);
				call_session_security(call.session, CALL_LEG_B,
						     &sb);
				good = good && sa.encrypted == a_srtp &&
				       !sa.reason == a_srtp &&
				       sb.encrypted == (b_can && !b_plain) &&
				       !sb.reason == sb.encrypted &&
				       !sa.weakest == !a_srtp;
			}
			rows++;
			if (!good && ++wrong < 10)
				ok(false, "bits %x menu %d offer %d: %d/%d %s",
				   bits, menu, o, got, want,
				   call.verdict.reason ?
				   call.verdict.reason : "-");
			call_end();
		}
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

static unsigned int version_of(const char *text)
{
	unsigned int id, version = 0;

	sscanf(strstr(text, "o="), "o=- %u %u", &id, &version);
	return version;
}

/* Hold and back, the same keys, new keys, another address, AVP to SAVP. */
static void check_again(void)
{
	struct call_policy fallback = secure;
	const char *k1, *k2, *k3;
	char again[CALL_SDP_SIZE];
	struct call_protection s;
	unsigned int v;
	ssize_t n;

	fallback.own_fallback = true;
	fallback.peer_fallback = true;
	call_begin(&secure, &fallback);
	offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1));
	k1 = strdup(key_of(call.offer, CM80));
	ok(!answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		   CM("4", KEY2)) && settle(), "a call between two SRTP legs");
	k2 = strdup(key_of(call.answer, CM80));
	v = version_of(call.answer);
	ok(strlen(k1) == 40 && strlen(k2) == 40 && strcmp(k1, k2),
	   "each leg has a key of its own");
	ok(call_session_unchanged(call.session, CALL_LEG_A, TOP("1") SAVP
				 CM("1", KEY1), strlen(TOP("1") SAVP
				 CM("1", KEY1))) &&
	   !call_session_unchanged(call.session, CALL_LEG_A, TOP("2") SAVP
				  CM("1", KEY1), strlen(TOP("2") SAVP
				  CM("1", KEY1))), "a refresh is seen as such");
	n = call_session_repeat(call.session, CALL_LEG_A, again, sizeof(again));
	ok(n == (ssize_t)strlen(call.answer) &&
	   !memcmp(again, call.answer, (size_t)n), "and answered with the same");

	ok(!offer(CALL_LEG_A, TOP("2") SAVP CM("1", KEY1) "a=sendonly\r\n") &&
	   strstr(call.offer, "a=sendonly\r\n") && !strcmp(k1,
	   key_of(call.offer, CM80)), "hold: B is offered sendonly, same key");
	ok(!answer(CALL_LEG_B, TOP("2") "m=audio 5000 RTP/SAVP 0\r\n"
		   CM("4", KEY2) "a=sendrecv\r\n") && settle() &&
	   strstr(call.answer, "a=recvonly\r\n"),
	   "B answers too much: A hears recvonly");
	ok(!strcmp(k2, key_of(call.answer, CM80)) &&
	   version_of(call.answer) == v + 1,
	   "the key towards A goes on, the version grows");
	call_session_security(call.session, CALL_LEG_A, &s);
	ok(s.held && s.encrypted, "held, still encrypted");

	ok(!offer(CALL_LEG_A, TOP("3") "m=audio 4000 RTP/SAVP 0\r\n"
		  "c=IN IP4 0.0.0.0\r\n" CM("1", KEY1)) &&
	   strstr(call.offer, "a=sendonly"), "hold as old phones say it");
	call_offer_abort(call.session);
	v = version_of(call.offer);

	offer(CALL_LEG_A, TOP("4") SAVP CM("1", KEY2));
	ok(!strcmp(k1, key_of(call.offer, CM80)) &&
	   version_of(call.offer) == v + 1, "resume with A's new key: B keeps "
	   "its own, the version never goes back");
	answer(CALL_LEG_B, TOP("3") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	ok(settle() && !strcmp(k2, key_of(call.answer, CM80)),
	   "our key towards A goes on as well");

	offer(CALL_LEG_A, TOP("5") "m=audio 4010 RTP/SAVP 0\r\n"
	      CM("1", KEY2));
	answer(CALL_LEG_B, TOP("4") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	k3 = key_of(call.answer, CM80);
	ok(settle() && strlen(k3) == 40 && strcmp(k2, k3),
	   "A moves to another port: a fresh key for it");

	offer(CALL_LEG_A, TOP("6") "m=audio 4010 RTP/AVP 0\r\n");
	ok(strcmp(k1, key_of(call.offer, CM80)), "A goes plain: the stream "
	   "to B is made anew, so B gets a fresh key");
	ok(!answer(CALL_LEG_B, TOP("5") "m=audio 5000 RTP/AVP 0\r\n") &&
	   settle() && !strstr(call.answer, "crypto"), "B falls back");
	call_session_security(call.session, CALL_LEG_B, &s);
	ok(!s.encrypted && s.reason, "B: %s", s.reason);
	ok(!offer(CALL_LEG_A, TOP("7") "m=audio 0 RTP/AVP 0\r\n") &&
	   strstr(call.offer, "m=audio 0 "), "A ends the line");
	ok(!answer(CALL_LEG_B, TOP("6") "m=audio 0 RTP/AVP 0\r\n") &&
	   settle(), "which is agreed");
	v = (unsigned int)offer(CALL_LEG_A, TOP("8"));
	ok(v == 488, "%s", call.verdict.reason);
	call_end();
	free((char *)k1);
	free((char *)k2);
}

/* 183 and 200, the same twice and another one. */
static void check_early(void)
{
	char key[64];

	call_begin(&secure, &secure);
	offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1));
	answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	strcpy(key, key_of(call.answer, CM80));
	call_media_apply(call.media, on_applied, NULL);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ok(!answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		   CM("4", KEY2)) && settle() &&
	   !strcmp(key, key_of(call.answer, CM80)),
	   "183 and 200 with the same answer: the same towards A");
	call_end();
	call_begin(&secure, &secure);
	offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1));
	answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	call_media_apply(call.media, on_applied, NULL);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ok(answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\na=crypto:2 "
		  "AEAD_AES_128_GCM inline:" GCM "\r\n") == 502,
	   "another suite: %s", call.verdict.reason);
	call_end();
}

static void check_saved(void)
{
	struct call_protection before, after;
	char *text, *again;

	call_begin(&secure, &plain);
	offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1));
	answer(CALL_LEG_B, TOP("1") AVP);
	settle();
	call_session_security(call.session, CALL_LEG_B, &before);
	text = call_session_save(call.session);
	call_session_free(call.session);
	memset(call.leg, 0, sizeof(call.leg));
	call.session = call_session_new(call.media, &call.leg[0], &call.leg[1]);
	ok(!call_session_restore(call.session, text), "restored: %s", text);
	again = call_session_save(call.session);
	call_session_security(call.session, CALL_LEG_B, &after);
	ok(!strcmp(text, again) && before.reason == after.reason &&
	   after.lines == 1, "the same as before");
	ok(call_session_restore(call.session, "{}") == -EINVAL &&
	   call_session_restore(call.session, "") == -EINVAL &&
	   call_session_restore(call.session, "{\"lines\":[[99,[0,\"\",0],"
	   "[0,\"\",0]]],\"a\":[1,1,1],\"b\":[1,1,1]}") == -EINVAL,
	   "nonsense is not restored");
	free(text);
	free(again);
	call_end();
}

/* IPv6 where there are addresses of it, and not two families on one leg. */
static void check_families(void)
{
	static const char v6[] = "v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\n"
		"c=IN IP6 2001:db8::1\r\nt=0 0\r\n" AVP;
	static const char mixed[] = TOP("1") AVP
		"m=audio 4002 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n";
	struct call_media_conf conf = { .anchored = true };
	struct call_media_system *before = media_system;
	struct call_range *range = conf.ranges[CALL_REALM_LINE];
	char out[1024];
	int status;

	for (int both = 0; both <= 1; both++) {
		range[both].addr.family = both ? AF_INET6 : AF_INET;
		range[both].first = 20000;
		range[both].last = 20099;
		media_system = call_media_system_new(base, &conf, NULL);
		call_begin(&plain, &plain);
		status = offer(CALL_LEG_A, v6);
		ok(status == (both ? -1 : 488),
		   "IPv6, addresses of it %d: %s", both, call.verdict.reason ?
		   call.verdict.reason : "accepted");
		ok(call_offer_send(call.session, CALL_LEG_B, out, sizeof(out),
				  &call.verdict) == -EINVAL,
		   "ports have to be reserved first");
		call_end();
		call_media_system_free(media_system);
	}
	media_system = call_media_system_new(base, &conf, NULL);
	call_begin(&plain, &plain);
	range[1].addr.family = AF_UNSPEC;
	ok(offer(CALL_LEG_A, TOP("1") AVP) == -1, "IPv4 as well");
	call_offer_abort(call.session);
	call_end();
	call_media_system_free(media_system);
	media_system = call_media_system_new(base, &conf, NULL);
	call_begin(&plain, &plain);
	status = offer(CALL_LEG_A, mixed);
	ok(status == 488, "both in one: %s", call.verdict.reason);
	call_end();
	call_media_system_free(media_system);
	media_system = before;
}

int main(void)
{
	static const struct call_media_conf conf;

	base = event_base_new();
	media_system = call_media_system_new(base, &conf, NULL);
	check_matrix();
	check_reasons();
	check_answers();
	check_reflection();
	check_content();
	check_again();
	check_early();
	check_saved();
	check_families();
	call_media_system_free(media_system);
	event_base_free(base);
	return tap_end();
}
