// SPDX-License-Identifier: GPL-2.0
/* What a call's sides agree on: while it rings, at the answer, on hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "call/internal.h"
#include "fake.h"

/* Another calls @other, who rings and has answered reliably. */
static struct fake_party *rings(struct fake_party **other)
{
	struct fake_party *caller = fake_calls("a", "1002", true), *b;
	const char *sdp;

	fake_expect("p2 offer\n");
	b = fake_find("p2");
	sdp = fake_answer(b, true);
	call_alerting(&b->party, 183, sdp, strlen(sdp));
	fake_expect("a alert 183 sdp\n");
	*other = b;
	return caller;
}

static void test_early_media(void **state)
{
	struct fake_party *b;

	(void)state;
	rings(&b);
	/* Answered by the same description, which 2xx need not repeat. */
	b->party.is_connected = true;
	call_answered(&b->party, NULL, 0);
	fake_expect("a encrypted\np2 encrypted\na answer\n");
}

/* Who was answered reliably must not hear another answer for that. */
static void test_early_media_repeated(void **state)
{
	struct fake_party *a, *b;
	char early[4096];

	(void)state;
	a = rings(&b);
	strcpy(early, a->sdp);
	fake_answers(b);
	fake_expect("a encrypted\np2 encrypted\na answer\n");
	assert_string_equal(a->sdp, early);
}

static void says(struct fake_party *p, void (*event)(struct call_party *party,
		 const char *sdp, size_t len), const char *sdp)
{
	event(&p->party, sdp, sdp ? strlen(sdp) : 0);
}

/* It rings, was answered reliably, and both change what was agreed on. */
static void test_early_offers(void **state)
{
	struct call_cause no = { .status = 488 };
	struct fake_party *a, *b;
	char early[4096];

	(void)state;
	a = fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	/* Not before there is an answer. */
	says(a, call_offered, fake_sdp("x", true));
	fake_expect("a refuse 491\n");
	call_alerting(&b->party, 183, fake_answer(b, true),
		      strlen(fake_answer(b, true)));
	fake_expect("a alert 183 sdp\n");
	strcpy(early, a->sdp);
	says(a, call_offered, fake_sdp("x", true));
	fake_expect("p2 offer\n");
	says(b, call_offered, fake_sdp("y", true));
	fake_expect("p2 refuse 491\n");
	call_early_refused(&b->party, &no);
	fake_expect("a refuse 488\n");
	/* Late words about the first offer say nothing new. */
	call_alerting(&b->party, 180, fake_answer(b, true),
		      strlen(fake_answer(b, true)));
	fake_expect("a alert 180\n");
	says(b, call_offered, fake_sdp("y", true));
	fake_expect("a offer\n");
	says(a, call_answered, fake_answer(a, true));
	fake_expect("p2 answer\n");
	assert_int_equal(call_system_counters(fake.system)->answered, 0);
	/* Picked up while another is under way: one after the other. */
	says(a, call_offered, fake_sdp("z", true));
	fake_expect("p2 offer\n");
	b->party.is_connected = true;
	says(b, call_answered, NULL);
	fake_expect("");
	says(b, call_answered, fake_answer(b, true));
	fake_expect("a answer\na encrypted\np2 encrypted\na answer\n");
	assert_string_equal(a->sdp, early);
	assert_int_equal(call_system_counters(fake.system)->answered, 1);
	fake_gone(a);
	fake_expect("p2 hangup 0\n");
}

/* A broken answer ends what a refusal does not. */
static void test_early_offer_broken(void **state)
{
	struct fake_party *a, *b;

	(void)state;
	a = rings(&b);
	says(a, call_offered, fake_sdp("x", true));
	fake_expect("p2 offer\n");
	says(b, call_answered, NULL);
	fake_expect("p2 hangup 488\na hangup 488\n");
}

static void test_delayed_offer(void **state)
{
	struct fake_party *a = fake_caller("a");
	struct fake_party *b;

	(void)state;
	call_setup(fake.system, &a->party, "1002", NULL, 0);
	fake_expect("p2 solicit\n");
	b = fake_find("p2");
	b->party.is_connected = true;
	fake_offers(b, true);
	fake_expect("a offer\n");
	fake_answers_by(a, true);
	fake_expect("p2 answer\na encrypted\np2 encrypted\n");
}

/* KEYS-4: a place that will have no SRTP gets the call in the clear. */
static void test_fall_back(void **state)
{
	(void)state;
	fake_calls("a", "1002", false);
	fake_expect("p2 offer\n");
	fake_refuses(fake_find("p2"), 488);
	fake_expect("p2 offer\n");
	assert_null(strstr(fake_find("p2")->sdp, "crypto"));
	fake_refuses(fake_find("p2"), 488);
	fake_expect("p2 hangup 488\na hangup 488\n");
}

/* RFC 4568: a suite that was not offered ends the call, on both sides. */
static void test_lying_answer(void **state)
{
	const char *lie = "v=0\r\no=b 1 1 IN IP4 192.0.2.2\r\ns=-\r\n"
		"c=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n"
		"a=crypto:99 AES_CM_128_HMAC_SHA1_80 "
		"inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\r\n";
	struct fake_party *b;

	(void)state;
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	b->party.is_connected = true;
	call_answered(&b->party, lie, strlen(lie));
	fake_expect("p2 hangup 502\na hangup 502\n");
	assert_int_equal(fake_records, 0);
}

static void test_hold(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");
	char hold[1100];

	(void)state;
	snprintf(hold, sizeof(hold), "%sa=sendonly\r\n", fake_sdp("a", true));
	call_offered(&a->party, hold, strlen(hold));
	fake_expect("p2 offer\n");
	assert_non_null(strstr(fake_find("p2")->sdp, "a=sendonly"));
	fake_answers_by(fake_find("p2"), true);
	fake_expect("a answer\n");
	/* Glare: one offer at a time. */
	fake_offers(a, true);
	fake_expect("p2 offer\n");
	fake_offers(fake_find("p2"), true);
	fake_expect("p2 refuse 491\n");
	/* A refusal leaves everything as it was. */
	fake_refuses(fake_find("p2"), 500);
	fake_expect("a refuse 500\n");
	fake_goes(a, 0);
	fake_expect("p2 hangup 0\n");
}

static void test_refresh(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");
	char sdp[sizeof(a->sdp)];

	(void)state;
	strcpy(sdp, a->sdp);
	fake_offers(a, true);
	fake_expect("a answer\n");
	assert_string_equal(a->sdp, sdp);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_early_media),
		TEST(test_early_media_repeated),
		TEST(test_early_offers),
		TEST(test_early_offer_broken),
		TEST(test_delayed_offer),
		TEST(test_fall_back),
		TEST(test_lying_answer),
		TEST(test_hold),
		TEST(test_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
