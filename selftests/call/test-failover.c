// SPDX-License-Identifier: GPL-2.0
/* From one trunk of a route to the next: when, and when not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "call/internal.h"
#include "fake.h"

static const struct row {
	int status;
	bool goes_on;
} rows[] = {
	/* The way there failed, or nobody spoke. */
	{ 408, true }, { 500, true }, { 502, true }, { 503, true },
	{ 504, true }, { 580, true },
	/* Someone decided: the next trunk leads to the same one. */
	{ 302, false }, { 400, false }, { 403, false }, { 404, false },
	{ 480, false }, { 484, false }, { 486, false }, { 487, false },
	{ 488, false }, { 600, false }, { 603, false }, { 606, false },
};

static void test_statuses(void **state)
{
	char expected[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_calls("a", "95551", true);
		fake_expect("t1 offer\n");
		fake_refuses(fake_find("t1"), rows[i].status);
		/* One that will have no SRTP is asked without, first. */
		if (rows[i].status == 488 || rows[i].status == 606) {
			fake_expect("t1 offer\n");
			fake_refuses(fake_find("t1"), rows[i].status);
		}
		snprintf(expected, sizeof(expected), rows[i].goes_on ?
			 "t1 hangup %d\nt2 offer\n" :
			 "t1 hangup %d\na hangup %d\n", rows[i].status,
			 rows[i].status);
		fake_expect(expected);
		if (!rows[i].goes_on)
			continue;
		fake_refuses(fake_find("t2"), 486);
		fake_expect("t2 hangup 486\na hangup 486\n");
	}
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

/* A trunk that is silent is left to its protocol; the next is asked then. */
static void test_silence(void **state)
{
	(void)state;
	fake_no_answer = 0;
	fake_calls("a", "95551", true);
	fake_expect("t1 offer\n");
	assert_true(fake_find("t1")->has_next);
	fake_refuses(fake_find("t1"), 408);
	fake_expect("t1 hangup 408\nt2 offer\n");
	assert_false(fake_find("t2")->has_next);
	call_trying(&fake_find("t2")->party);
	fake_expect("t2 hangup 480\na hangup 480\n");
}

/* The time to answer in begins with the first sign of life, not with others. */
static void test_rings(void **state)
{
	(void)state;
	fake_no_answer = 0;
	fake_calls("a", "95551", true);
	fake_expect("t1 offer\n");
	call_alerting(&fake_find("t1")->party, 180, NULL, 0);
	fake_expect("a alert 180\nt1 hangup 480\na hangup 480\n");
	/* Phones are asked all at once, and have no hops. */
	fake_calls("a", "1003", true);
	fake_expect("p2 offer\np3 offer\np3 hangup 480\np2 hangup 480\n"
		    "a hangup 480\n");
}

/* What was agreed on by then is agreed with this one alone. */
static void test_early(void **state)
{
	static const int statuses[] = { 503, 408, 488 };
	struct fake_party *a, *t;
	char expected[80];
	const char *sdp;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		a = fake_calls("a", "95551", true);
		fake_expect("t1 offer\n");
		t = fake_find("t1");
		sdp = fake_answer(t, true);
		call_alerting(&t->party, 183, sdp, strlen(sdp));
		fake_expect("a alert 183 sdp\n");
		sdp = fake_sdp("x", true);
		call_offered(&a->party, sdp, strlen(sdp));
		fake_expect("t1 offer\n");
		fake_refuses(t, statuses[i]);
		snprintf(expected, sizeof(expected),
			 "t1 hangup %d\na hangup %d\n", statuses[i],
			 statuses[i]);
		fake_expect(expected);
	}
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_statuses),
		TEST(test_silence),
		TEST(test_rings),
		TEST(test_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
