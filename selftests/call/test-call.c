// SPDX-License-Identifier: GPL-2.0
/* What a call asks of its parties, event by event: see test-offers, too. */
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

static void test_basic(void **state)
{
	struct fake_party *a = fake_calls("a", "1002", true);
	struct fake_party *b;

	(void)state;
	fake_expect("p2 offer\n");
	b = fake_find("p2");
	call_alerting(&b->party, 180, NULL, 0);
	fake_expect("a alert 180\n");
	assert_int_equal(call_line_state(fake.system, FAKE_LINE_B),
			 CALL_LINE_RINGS);
	fake_answers_by(b, true);
	fake_expect("a encrypted\np2 encrypted\na answer\n");
	assert_int_equal(fake_records, 1);
	assert_int_equal(call_line_state(fake.system, FAKE_LINE_B),
			 CALL_LINE_BUSY);
	/* Each leg has keys of its own. */
	assert_non_null(strstr(a->sdp, "inline:"));
	assert_null(strstr(a->sdp, "AAECAwQF"));
	assert_null(strstr(b->sdp, "AAECAwQF"));
	fake_goes(b, 0);
	fake_expect("a hangup 0\n");
	assert_int_equal(fake_records, 0);
}

/* Thousands of them are to fit: each keeps what it needs, not what it may. */
static void test_memory(void **state)
{
	size_t before = allocated(), each;

	(void)state;
	fake_talk("a", "1002", "p2");
	each = allocated() - before -
	       2 * sizeof(struct fake_party);
	if (each >= 6 * 1024)
		fail_msg("%zu bytes", each);
}

static void test_caller_gives_up(void **state)
{
	struct fake_party *a = fake_calls("a", "1002", true);

	(void)state;
	fake_expect("p2 offer\n");
	fake_goes(a, 487);
	fake_expect("p2 hangup 487\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static void test_numbers(void **state)
{
	(void)state;
	fake_calls("a", "7777", true);
	fake_expect("a hangup 404\n");
	fake_calls("a", "8123", true);
	fake_expect("a hangup 403\n");
	/* Nobody but oneself on the line. */
	fake_calls("a", "1001", true);
	fake_expect("a hangup 480\n");
}

static void test_shared_line(void **state)
{
	struct fake_party *p2, *p3;

	(void)state;
	fake_calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\n");
	p2 = fake_find("p2");
	p3 = fake_find("p3");
	call_alerting(&p2->party, 183, "x", 1);
	fake_expect("a alert 180\n");
	fake_refuses(p2, 486);
	fake_expect("p2 hangup 486\n");
	fake_answers_by(p3, true);
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
	fake_offers(p3, true);
	fake_expect("a offer\n");
	fake_answers_by(a, true);
	fake_expect("p3 answer\na encrypted\np3 encrypted\n");
}

static void test_first_wins(void **state)
{
	(void)state;
	fake_calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\n");
	fake_answers_by(fake_find("p2"), true);
	fake_expect("p3 hangup 0 SIP;cause=200;"
		    "text=\"Call completed elsewhere\"\na encrypted\np2 encrypted\na answer\n");
}

static void test_all_refuse(void **state)
{
	(void)state;
	fake_calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\n");
	fake_refuses(fake_find("p2"), 486);
	fake_refuses(fake_find("p3"), 503);
	fake_expect("p2 hangup 486\np3 hangup 503\na hangup 486\n");
}

static void test_trunk_failover(void **state)
{
	(void)state;
	fake_calls("a", "95551", true);
	fake_expect("t1 offer\n");
	fake_refuses(fake_find("t1"), 503);
	fake_expect("t1 hangup 503\nt2 offer\n");
	fake_refuses(fake_find("t2"), 486);
	fake_expect("t2 hangup 486\na hangup 486\n");
}

static void test_busy_everywhere(void **state)
{
	(void)state;
	fake_calls("a", "95551", true);
	fake_expect("t1 offer\n");
	fake_refuses(fake_find("t1"), 600);
	fake_expect("t1 hangup 600\na hangup 600\n");
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
	a = fake_calls("a", "1002", true);
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
	a = fake_calls("a", "1003", true);
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

/* STATUS-1: in mid-call, too. */
static void test_status_follows(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	fake_offers(a, false);
	fake_expect("p2 offer\n");
	fake_answers_by(fake_find("p2"), strstr(fake_find("p2")->sdp, "SAVP"));
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
	t = fake_calls("t", "95551", false);
	fake_expect("t1 offer\n");
	t1 = fake_find("t1");
	fake_refuses(t1, 488);
	fake_expect("t1 offer\n");
	t->party.signalling = t1->party.signalling = STORE_NONSECURE;
	fake_answers_by(t1, false);
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
	struct fake_party *a = fake_talk("a", "1002", "p2");
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
	fake_calls("a", "9555", true);
	fake_expect("a hangup 500\n");
}

static void test_limit(void **state)
{
	(void)state;
	fake_calls("a", "1002", true);
	fake_calls("a", "1002", true);
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\np2 offer\np2 offer\n");
	fake_calls("a", "1002", true);
	fake_expect("a hangup 503\n");
}

/* What cannot be remembered is not answered. */
static void test_no_record(void **state)
{
	(void)state;
	fake_store_fails = true;
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
	fake_answers_by(fake_find("p2"), true);
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
		TEST(test_lines),
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
