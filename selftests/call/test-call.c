// SPDX-License-Identifier: GPL-2.0
/* What a call asks of its parties, event by event. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "allocated.h"
#include "call/internal.h"
#include "fake.h"

static void offered(struct fake_party *p, bool secure)
{
	const char *sdp = fake_sdp(p->name, secure);

	call_offered(&p->party, sdp, strlen(sdp));
}

/* Its 2xx to a call, or its answer to a re-offer. */
static void answers(struct fake_party *p, bool secure)
{
	const char *sdp = fake_answer(p, secure);

	p->party.is_connected = true;
	call_answered(&p->party, sdp, strlen(sdp));
}

static struct fake_party *calls(const char *name, const char *number,
				bool secure)
{
	struct fake_party *p = fake_caller(name);
	const char *sdp = fake_sdp(name, secure);

	call_setup(fake.system, &p->party, number, sdp, strlen(sdp));
	return p;
}

/* An encrypted call between a and p2 that is up. */
static struct fake_party *talk(void)
{
	struct fake_party *a = calls("a", "1002", true);

	fake_expect("p2 offer\n");
	answers(fake_find("p2"), true);
	fake_expect("a encrypted\np2 encrypted\na answer\n");
	return a;
}

static void gone(struct fake_party *p, int status)
{
	struct call_cause cause = { .status = status };

	p->is_gone = true;
	call_gone(&p->party, &cause);
}

static void refused(struct fake_party *p, int status)
{
	struct call_cause cause = { .status = status };

	call_refused(&p->party, &cause);
}

static void test_basic(void **state)
{
	struct fake_party *a = calls("a", "1002", true);
	struct fake_party *b;

	(void)state;
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	call_alerting(&b->party, 180, NULL, 0);
	fake_expect("a alert 180\n");
	assert_int_equal(call_line_state(fake.system, FAKE_LINE_B),
			 CALL_LINE_RINGS);
	answers(b, true);
	fake_expect("a encrypted\np2 encrypted\na answer\n");
	assert_int_equal(fake_records, 1);
	assert_int_equal(call_line_state(fake.system, FAKE_LINE_B),
			 CALL_LINE_BUSY);
	/* Each leg has keys of its own. */
	assert_non_null(strstr(a->sdp, "inline:"));
	assert_null(strstr(a->sdp, "AAECAwQF"));
	assert_null(strstr(b->sdp, "AAECAwQF"));
	gone(b, 0);
	fake_expect("a hangup 0\n");
	assert_int_equal(fake_records, 0);
}

/* Thousands of them are to fit: each keeps what it needs, not what it may. */
static void test_memory(void **state)
{
	size_t before = allocated(), each;

	(void)state;
	talk();
	each = allocated() - before -
	       2 * sizeof(struct fake_party);
	if (each >= 6 * 1024)
		fail_msg("%zu bytes", each);
}

static void test_caller_gives_up(void **state)
{
	struct fake_party *a = calls("a", "1002", true);

	(void)state;
	fake_expect("p2 offer\n");
	gone(a, 487);
	fake_expect("p2 hangup 487\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static void test_numbers(void **state)
{
	(void)state;
	calls("a", "7777", true);
	fake_expect("a hangup 404\n");
	calls("a", "8123", true);
	fake_expect("a hangup 403\n");
	/* Nobody but oneself on the line. */
	calls("a", "1001", true);
	fake_expect("a hangup 480\n");
}

static void test_shared_line(void **state)
{
	struct fake_party *p2, *p3;

	(void)state;
	calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\n");
	p2 = fake_find("p2");
	p3 = fake_find("p3");
	call_alerting(&p2->party, 183, "x", 1);
	fake_expect("a alert 180\n");
	refused(p2, 486);
	fake_expect("p2 hangup 486\n");
	answers(p3, true);
	fake_expect("a encrypted\np3 encrypted\na answer\n");
}

/* A place that cannot be asked does not end the call for the others. */
static void test_one_unreachable(void **state)
{
	struct fake_party *a = fake_caller("a");
	struct fake_party *p3;

	(void)state;
	fake.unreachable = "p2";
	call_setup(fake.system, &a->party, "1003", NULL, 0);
	fake_expect("p2 solicit\np2 hangup 503\np3 solicit\n");
	p3 = fake_find("p3");
	p3->party.is_connected = true;
	offered(p3, true);
	fake_expect("a offer\n");
	answers(a, true);
	fake_expect("p3 answer\na encrypted\np3 encrypted\n");
}

static void test_first_wins(void **state)
{
	(void)state;
	calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\n");
	answers(fake_find("p2"), true);
	fake_expect("p3 hangup 0 SIP;cause=200;"
		    "text=\"Call completed elsewhere\"\na encrypted\np2 encrypted\na answer\n");
}

static void test_all_refuse(void **state)
{
	(void)state;
	calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\n");
	refused(fake_find("p2"), 486);
	refused(fake_find("p3"), 503);
	fake_expect("p2 hangup 486\np3 hangup 503\na hangup 486\n");
}

static void test_trunk_failover(void **state)
{
	(void)state;
	calls("a", "95551", true);
	fake_expect("t1 offer\n");
	refused(fake_find("t1"), 503);
	fake_expect("t1 hangup 503\nt2 offer\n");
	refused(fake_find("t2"), 486);
	fake_expect("t2 hangup 486\na hangup 486\n");
}

static void test_busy_everywhere(void **state)
{
	(void)state;
	calls("a", "95551", true);
	fake_expect("t1 offer\n");
	refused(fake_find("t1"), 600);
	fake_expect("t1 hangup 600\na hangup 600\n");
}

static void test_early_media(void **state)
{
	struct fake_party *b;
	const char *sdp;

	(void)state;
	calls("a", "1002", true);
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	sdp = fake_answer(b, true);
	call_alerting(&b->party, 183, sdp, strlen(sdp));
	fake_expect("a alert 183 sdp\n");
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
	a = calls("a", "1002", true);
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	call_alerting(&b->party, 183, fake_answer(b, true),
		      strlen(fake_answer(b, true)));
	fake_expect("a alert 183 sdp\n");
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

static void expect_lines(const char *changes)
{
	fake_run();
	fake.transcript[0] = '\0';
	assert_string_equal(fake.lines, changes);
	fake.lines[0] = '\0';
}

/* Each change is told at once, and no call is counted for good. */
static void test_lines(void **state)
{
	struct fake_party *a, *c;

	(void)state;
	a = calls("a", "1002", true);
	expect_lines("1 busy\n2 rings\n");
	fake_answers(fake_find("p2"));
	expect_lines("2 busy\n");
	/* A second call of a line that is busy is no change of it. */
	c = fake_talk("c", "95551", "t1");
	expect_lines("");
	fake_gone(a);
	expect_lines("2 idle\n");
	assert_int_equal(call_line_state(fake.system, FAKE_LINE),
			 CALL_LINE_BUSY);
	fake_gone(c);
	expect_lines("1 idle\n");
	/* A line that rings at two phones. */
	a = calls("a", "1003", true);
	expect_lines("1 busy\n3 rings\n");
	fake_gone(a);
	expect_lines("1 idle\n3 idle\n");
	/* Who is transferred to stays in a call, who did it does not. */
	a = fake_talk("a", "1002", "p2");
	expect_lines("1 busy\n2 rings\n2 busy\n");
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_run();
	fake_offered(fake_find("t1"));
	fake_run();
	fake_answers(fake_find("p2"));
	expect_lines("1 idle\n");
}

/* It rings, was answered reliably, and both change what was agreed on. */
static void test_early_offers(void **state)
{
	struct call_cause no = { .status = 488 };
	struct fake_party *a, *b;
	char early[4096];

	(void)state;
	a = calls("a", "1002", true);
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
	a = calls("a", "1002", true);
	b = fake_find("p2");
	fake_run();
	call_alerting(&b->party, 183, fake_answer(b, true),
		      strlen(fake_answer(b, true)));
	fake_expect("p2 offer\na alert 183 sdp\n");
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
	offered(b, true);
	fake_expect("a offer\n");
	answers(a, true);
	fake_expect("p2 answer\na encrypted\np2 encrypted\n");
}

/* KEYS-4: a place that will have no SRTP gets the call in the clear. */
static void test_fall_back(void **state)
{
	(void)state;
	calls("a", "1002", false);
	fake_expect("p2 offer\n");
	refused(fake_find("p2"), 488);
	fake_expect("p2 offer\n");
	assert_null(strstr(fake_find("p2")->sdp, "crypto"));
	refused(fake_find("p2"), 488);
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
	calls("a", "1002", true);
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	b->party.is_connected = true;
	call_answered(&b->party, lie, strlen(lie));
	fake_expect("p2 hangup 502\na hangup 502\n");
	assert_int_equal(fake_records, 0);
}

static void test_hold(void **state)
{
	struct fake_party *a = talk();
	char hold[1100];

	(void)state;
	snprintf(hold, sizeof(hold), "%sa=sendonly\r\n", fake_sdp("a", true));
	call_offered(&a->party, hold, strlen(hold));
	fake_expect("p2 offer\n");
	assert_non_null(strstr(fake_find("p2")->sdp, "a=sendonly"));
	answers(fake_find("p2"), true);
	fake_expect("a answer\n");
	/* Glare: one offer at a time. */
	offered(a, true);
	fake_expect("p2 offer\n");
	offered(fake_find("p2"), true);
	fake_expect("p2 refuse 491\n");
	/* A refusal leaves everything as it was. */
	refused(fake_find("p2"), 500);
	fake_expect("a refuse 500\n");
	gone(a, 0);
	fake_expect("p2 hangup 0\n");
}

static void test_refresh(void **state)
{
	struct fake_party *a = talk();
	char sdp[sizeof(a->sdp)];

	(void)state;
	strcpy(sdp, a->sdp);
	offered(a, true);
	fake_expect("a answer\n");
	assert_string_equal(a->sdp, sdp);
}

/* STATUS-1: in mid-call, too. */
static void test_status_follows(void **state)
{
	struct fake_party *a = talk();

	(void)state;
	offered(a, false);
	fake_expect("p2 offer\n");
	answers(fake_find("p2"), strstr(fake_find("p2")->sdp, "SAVP"));
	fake_expect("a authenticated\np2 authenticated\na answer\n");
	a->party.signalling = STORE_NONSECURE;
	call_party_changed(&a->party);
	fake_expect("a nonsecure\np2 nonsecure\n");
}

/*
 * STATUS-1, STATUS-2: "secure by SRTP alone" says nothing of a trunk without
 * SRTP, whatever the far end claims in clear.
 */
static void test_plain_trunk(void **state)
{
	const enum call_security claims[] = { CALL_NONSECURE, CALL_ENCRYPTED };
	struct call_leg_facts facts;
	struct fake_party *t, *t1;
	char why[100];
	size_t i;

	(void)state;
	fake_trunk.profile.mode = STORE_NONSECURE;
	fake_trunk.secure_by_srtp_alone = true;
	t = calls("t", "95551", false);
	fake_expect("t1 offer\n");
	t1 = fake_find("t1");
	refused(t1, 488);
	fake_expect("t1 offer\n");
	t->party.signalling = t1->party.signalling = STORE_NONSECURE;
	answers(t1, false);
	fake_expect("t nonsecure\nt1 nonsecure\nt answer\n");
	t1->party.has_claim = true;
	for (i = 0; i < 2; i++) {
		t1->party.claim = claims[i];
		call_leg_facts_of(&t1->party, &facts);
		assert_false(facts.is_media_encrypted);
		assert_int_equal(call_status_of_leg(&facts, why, sizeof(why)),
				 CALL_NONSECURE);
		assert_string_equal(why, "the trunk's profile is not secure");
	}
}

static void test_info(void **state)
{
	struct fake_party *a = talk();
	struct call_info info = {
		.type = "application/dtmf-relay", .body = "5", .len = 1,
		.token = 7,
	};

	(void)state;
	assert_int_equal(call_info(&a->party, &info), 0);
	fake_expect("p2 info 5\n");
	call_info_done(&fake_find("p2")->party, fake_find("p2")->token, 200);
	fake_expect("a info 7 200\n");
	/* Once only. */
	call_info_done(&fake_find("p2")->party, fake_find("p2")->token, 200);
	fake_expect("");
}

/* A party that is busy with its own cannot be asked for an offer now. */
static void test_key_ends(void **state)
{
	struct fake_party *a = fake_caller("a");
	const char *sdp = fake_sdp("a", true);

	(void)state;
	call_setup(fake.system, &a->party, "1002", sdp, strlen(sdp));
	fake_run();
	sdp = fake_answer(fake_find("p2"), true);
	fake_find("p2")->party.is_connected = true;
	call_answered(&fake_find("p2")->party, sdp, strlen(sdp));
	fake_run();
	fake.transcript[0] = '\0';
	fake.solicit_error = -EBUSY;
	call_alarm(a->party.bridge, 0, CALL_LEG_A, CALL_MEDIA_KEY_ENDS, 1);
	fake_expect("a solicit\n");
	/* Nothing is under way: it may go on. */
	sdp = fake_sdp("b", true);
	call_offered(&a->party, sdp, strlen(sdp));
	fake_expect("p2 offer\n");
}

/* A line that cannot be read: the call does not go to a trunk instead. */
static void test_unreadable(void **state)
{
	(void)state;
	fake_line_error = -EIO;
	calls("a", "9555", true);
	fake_expect("a hangup 500\n");
}

static void test_limit(void **state)
{
	(void)state;
	calls("a", "1002", true);
	calls("a", "1002", true);
	calls("a", "1002", true);
	fake_expect("p2 offer\np2 offer\np2 offer\n");
	calls("a", "1002", true);
	fake_expect("a hangup 503\n");
}

/* What cannot be remembered is not answered. */
static void test_no_record(void **state)
{
	(void)state;
	fake_store_fails = true;
	calls("a", "1002", true);
	fake_expect("p2 offer\n");
	answers(fake_find("p2"), true);
	fake_expect("p2 hangup 500\na hangup 500\n");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_basic),
		TEST(test_memory),
		TEST(test_caller_gives_up),
		TEST(test_numbers),
		TEST(test_shared_line),
		TEST(test_one_unreachable),
		TEST(test_first_wins),
		TEST(test_all_refuse),
		TEST(test_trunk_failover),
		TEST(test_busy_everywhere),
		TEST(test_early_media),
		TEST(test_early_media_repeated),
		TEST(test_lines),
		TEST(test_early_offers),
		TEST(test_early_offer_broken),
		TEST(test_delayed_offer),
		TEST(test_fall_back),
		TEST(test_lying_answer),
		TEST(test_hold),
		TEST(test_refresh),
		TEST(test_status_follows),
		TEST(test_plain_trunk),
		TEST(test_info),
		TEST(test_key_ends),
		TEST(test_unreadable),
		TEST(test_limit),
		TEST(test_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
