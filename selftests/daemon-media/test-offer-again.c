// SPDX-License-Identifier: GPL-2.0
/*
 * Offers and answers after the first: hold, resume, re-keying, early and final
 * answers, a restart, families of addresses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "offered.h"
#include "tap.h"

static unsigned int version_of(const char *text)
{
	unsigned int id, version = 0;

	sscanf(strstr(text, "o="), "o=- %u %u", &id, &version);
	return version;
}

/* Our keys towards B and towards A, as they were agreed first. */
static char key_b[80], key_a[80];

/* A call between two SRTP legs, and the same offer again. */
static void check_first(void)
{
	char again[CALL_SDP_SIZE];
	ssize_t n;

	offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1));
	strcpy(key_b, key_of(call.offer, CM80));
	ok(!answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		   CM("4", KEY2)) && settle(), "a call between two SRTP legs");
	strcpy(key_a, key_of(call.answer, CM80));
	ok(strlen(key_b) == 40 && strlen(key_a) == 40 && strcmp(key_b, key_a),
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
}

static void check_hold(void)
{
	unsigned int v = version_of(call.answer);
	struct call_protection s;

	ok(!offer(CALL_LEG_A, TOP("2") SAVP CM("1", KEY1) "a=sendonly\r\n") &&
	   strstr(call.offer, "a=sendonly\r\n") && !strcmp(key_b,
	   key_of(call.offer, CM80)), "hold: B is offered sendonly, same key");
	ok(!answer(CALL_LEG_B, TOP("2") "m=audio 5000 RTP/SAVP 0\r\n"
		   CM("4", KEY2) "a=sendrecv\r\n") && settle() &&
	   strstr(call.answer, "a=recvonly\r\n"),
	   "B answers too much: A hears recvonly");
	ok(!strcmp(key_a, key_of(call.answer, CM80)) &&
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
	ok(!strcmp(key_b, key_of(call.offer, CM80)) &&
	   version_of(call.offer) == v + 1, "resume with A's new key: B keeps "
	   "its own, the version never goes back");
	answer(CALL_LEG_B, TOP("3") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	ok(settle() && !strcmp(key_a, key_of(call.answer, CM80)),
	   "our key towards A goes on as well");
}

/* To another port, to plain RTP, and to an end. */
static void check_moves(void)
{
	struct call_protection s;
	const char *key;

	offer(CALL_LEG_A, TOP("5") "m=audio 4010 RTP/SAVP 0\r\n"
	      CM("1", KEY2));
	answer(CALL_LEG_B, TOP("4") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	key = key_of(call.answer, CM80);
	ok(settle() && strlen(key) == 40 && strcmp(key_a, key),
	   "A moves to another port: a fresh key for it");

	offer(CALL_LEG_A, TOP("6") "m=audio 4010 RTP/AVP 0\r\n");
	ok(strcmp(key_b, key_of(call.offer, CM80)), "A goes plain: the stream "
	   "to B is made anew, so B gets a fresh key");
	ok(!answer(CALL_LEG_B, TOP("5") "m=audio 5000 RTP/AVP 0\r\n") &&
	   settle() && !strstr(call.answer, "crypto"), "B falls back");
	call_session_security(call.session, CALL_LEG_B, &s);
	ok(!s.encrypted && s.reason, "B: %s", s.reason);
	ok(!offer(CALL_LEG_A, TOP("7") "m=audio 0 RTP/AVP 0\r\n") &&
	   strstr(call.offer, "m=audio 0 "), "A ends the line");
	ok(!answer(CALL_LEG_B, TOP("6") "m=audio 0 RTP/AVP 0\r\n") &&
	   settle(), "which is agreed");
	ok(offer(CALL_LEG_A, TOP("8")) == 488, "%s", call.verdict.reason);
}

static void check_again(void)
{
	struct call_policy fallback = secure;

	fallback.own_fallback = true;
	fallback.peer_fallback = true;
	call_begin(&secure, &fallback);
	check_first();
	check_hold();
	check_moves();
	call_end();
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
	settle_early();
	ok(!answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
		   CM("4", KEY2)) && settle() &&
	   !strcmp(key, key_of(call.answer, CM80)),
	   "183 and 200 with the same answer: the same towards A");
	call_end();
	call_begin(&secure, &secure);
	offer(CALL_LEG_A, TOP("1") SAVP CM("1", KEY1));
	answer(CALL_LEG_B, TOP("1") "m=audio 5000 RTP/SAVP 0\r\n"
	       CM("4", KEY2));
	settle_early();
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
	offered_start();
	check_again();
	check_early();
	check_saved();
	check_families();
	offered_stop();
	return tap_end();
}
