// SPDX-License-Identifier: GPL-2.0
/* Changes of partners: nobody is lost, whoever leaves when. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "fake.h"

static void test_blind(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_expect("t1 solicit\n");
	call_alerting(&fake_find("t1")->party, 180, NULL, 0);
	fake_expect("a transferring 180\n");
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	fake_answers(fake_find("p2"));
	fake_expect("t1 answer\na transferring 200\na hangup 0\n"
		    "p2 encrypted\nt1 encrypted\n");
	assert_int_equal(call_system_counters(fake.system)->now, 1);
	assert_int_equal(fake_records, 1);
	fake_gone(fake_find("t1"));
	fake_expect("p2 hangup 0\n");
}

/* Hanging up as soon as it is accepted is what most phones do. */
static void test_blind_and_leave(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_expect("t1 solicit\n");
	fake_gone(a);
	fake_expect("");
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	fake_answers(fake_find("p2"));
	fake_expect("t1 answer\np2 encrypted\nt1 encrypted\n");
	assert_int_equal(call_system_counters(fake.system)->now, 1);
}

static void test_blind_fails(void **state)
{
	struct call_cause down = { .status = 503 };
	struct call_cause busy = { .status = 486 };
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_expect("t1 solicit\n");
	call_refused(&fake_find("t1")->party, &down);
	fake_expect("t1 hangup 503\nt2 solicit\n");
	call_refused(&fake_find("t2")->party, &busy);
	fake_expect("a transferring 486\nt2 hangup 486\n");
	/* They speak on, and may try again. */
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_expect("t1 solicit\n");
	fake_gone(fake_find("p2"));
	fake_expect("a transferring 503\nt1 hangup 0\na hangup 0\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static void test_blind_left_alone(void **state)
{
	struct call_cause busy = { .status = 600 };
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_gone(a);
	fake_expect("t1 solicit\n");
	call_refused(&fake_find("t1")->party, &busy);
	fake_expect("t1 hangup 600\np2 hangup 600\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static void test_refused(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	assert_int_equal(call_transfer(&a->party, "7777", NULL), 404);
	assert_int_equal(call_transfer(&a->party, NULL, &a->party), 481);
	fake_expect("");
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 491);
	assert_int_equal(call_transfer(&fake_find("p2")->party, "95551",
				       NULL), 491);
}

static void test_attended(void **state)
{
	struct fake_party *a1 = fake_talk("a1", "1002", "p2");
	struct fake_party *a2 = fake_talk("a2", "95551", "t1");

	(void)state;
	assert_int_equal(call_transfer(&a1->party, NULL, &a2->party), 0);
	fake_expect("t1 solicit\n");
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	fake_answers(fake_find("p2"));
	fake_expect("t1 answer\na1 transferring 200\na1 hangup 0\n"
		    "a2 hangup 0\np2 encrypted\nt1 encrypted\n");
	assert_int_equal(call_system_counters(fake.system)->now, 1);
	assert_int_equal(fake_records, 1);
	fake_gone(fake_find("p2"));
	fake_expect("t1 hangup 0\n");
}

static void test_attended_refused(void **state)
{
	struct call_cause no = { .status = 488 };
	struct fake_party *a1 = fake_talk("a1", "1002", "p2");
	struct fake_party *a2 = fake_talk("a2", "95551", "t1");

	(void)state;
	assert_int_equal(call_transfer(&a1->party, NULL, &a2->party), 0);
	fake_expect("t1 solicit\n");
	call_refused(&fake_find("t1")->party, &no);
	fake_expect("a1 transferring 488\n");
	/* Both calls are as they were. */
	assert_int_equal(call_system_counters(fake.system)->now, 2);
	fake_gone(a1);
	fake_expect("p2 hangup 0\n");
	fake_gone(a2);
	fake_expect("t1 hangup 0\n");
}

/* t1's offer is out already: who speaks with t1 answers it instead. */
static void test_attended_refused_late(void **state)
{
	struct call_cause no = { .status = 488 };
	struct fake_party *a1 = fake_talk("a1", "1002", "p2");
	struct fake_party *a2 = fake_talk("a2", "95551", "t1");

	(void)state;
	assert_int_equal(call_transfer(&a1->party, NULL, &a2->party), 0);
	fake_expect("t1 solicit\n");
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	call_refused(&fake_find("p2")->party, &no);
	fake_expect("a1 transferring 488\na2 offer\n");
	fake_answers(a2);
	fake_expect("t1 answer\n");
	/* Both calls are as they were, and may try again. */
	assert_int_equal(call_system_counters(fake.system)->now, 2);
	assert_int_equal(call_transfer(&a1->party, NULL, &a2->party), 0);
	fake_expect("t1 solicit\n");
	fake_gone(fake_find("p2"));
	fake_expect("a1 transferring 503\na1 hangup 0\n");
	fake_gone(a2);
	fake_expect("t1 hangup 0\n");
}

/* p2 has said yes to what cannot be: both old pairs must agree anew. */
static void test_attended_answer_broken(void **state)
{
	struct fake_party *a1 = fake_talk("a1", "1002", "p2");
	struct fake_party *a2 = fake_talk("a2", "95551", "t1");

	(void)state;
	assert_int_equal(call_transfer(&a1->party, NULL, &a2->party), 0);
	fake_expect("t1 solicit\n");
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	call_answered(&fake_find("p2")->party, NULL, 0);
	fake_expect("a1 transferring 488\np2 solicit\na2 offer\n");
	fake_answers(a2);
	fake_expect("t1 answer\n");
	fake_offered(fake_find("p2"));
	fake_expect("a1 offer\n");
	fake_answers(a1);
	fake_expect("p2 answer\n");
	assert_int_equal(call_system_counters(fake.system)->now, 2);
}

static void ask(struct fake_party *p, uint32_t token)
{
	struct call_info info = {
		.type = "application/dtmf-relay", .body = "5", .len = 1,
		.token = token,
	};

	assert_int_equal(call_info(&p->party, &info), 0);
}

/* Who asked gets the answer, though he speaks with another by then. */
static void test_info_over_transfer(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2"), *t, *p2;
	uint32_t late, lost;

	(void)state;
	p2 = fake_find("p2");
	ask(a, 1);
	fake_expect("p2 info 5\n");
	late = p2->token;
	ask(p2, 1);
	fake_expect("a info 5\n");
	lost = a->token;
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	t = fake_find("t1");
	fake_offered(t);
	fake_expect("t1 solicit\np2 offer\n");
	/* a goes unheard; p2, who waits for a, is told so. */
	fake_answers(p2);
	fake_expect("t1 answer\na transferring 200\np2 info 1 503\n"
		    "a hangup 0\np2 encrypted\nt1 encrypted\n");
	ask(t, 1);
	fake_expect("p2 info 5\n");
	call_info_done(&p2->party, late, 200);
	call_info_done(&p2->party, lost, 200);
	fake_expect("");
	call_info_done(&p2->party, p2->token, 200);
	fake_expect("t1 info 1 200\n");
}

/* The same while the one who is asked stays. */
static void test_info_over_replaces(void **state)
{
	struct fake_party *a1 = fake_talk("a1", "1002", "p2");
	struct fake_party *a2 = fake_talk("a2", "95551", "t1");
	struct fake_party *p2 = fake_find("p2"), *t = fake_find("t1");

	(void)state;
	ask(a1, 3);
	fake_expect("p2 info 5\n");
	assert_int_equal(call_transfer(&a1->party, NULL, &a2->party), 0);
	fake_offered(t);
	fake_expect("t1 solicit\np2 offer\n");
	call_info_done(&p2->party, p2->token, 200);
	fake_expect("a1 info 3 200\n");
}

static void test_replaces(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");
	struct fake_party *n = fake_caller("n");
	const char *sdp = fake_sdp("n", true);

	(void)state;
	call_setup_replacing(fake.system, &n->party, &a->party, sdp,
			     strlen(sdp));
	fake_expect("p2 offer\n");
	fake_answers(fake_find("p2"));
	fake_expect("a hangup 0\nn encrypted\np2 encrypted\nn answer\n");
	assert_int_equal(call_system_counters(fake.system)->now, 1);
}

static void test_replaces_refused(void **state)
{
	struct call_cause no = { .status = 488 };
	struct fake_party *a = fake_talk("a", "1002", "p2");
	struct fake_party *n = fake_caller("n");
	const char *sdp = fake_sdp("n", true);

	(void)state;
	call_setup_replacing(fake.system, &n->party, &a->party, sdp,
			     strlen(sdp));
	fake_expect("p2 offer\n");
	call_refused(&fake_find("p2")->party, &no);
	fake_expect("n hangup 488\n");
	fake_gone(a);
	fake_expect("p2 hangup 0\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_blind),
		TEST(test_blind_and_leave),
		TEST(test_blind_fails),
		TEST(test_blind_left_alone),
		TEST(test_refused),
		TEST(test_attended),
		TEST(test_attended_refused),
		TEST(test_attended_refused_late),
		TEST(test_attended_answer_broken),
		TEST(test_info_over_transfer),
		TEST(test_info_over_replaces),
		TEST(test_replaces),
		TEST(test_replaces_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
