// SPDX-License-Identifier: GPL-2.0
/* What one device may have of the calls, and what becomes of a deleted one's. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "call/internal.h"
#include "fake.h"

static uint64_t over_limit(void)
{
	return call_system_counters(fake.system)->over_limit;
}

static void test_early(void **state)
{
	(void)state;
	fake_limit[STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE] = 1;
	fake_limit[STORE_PARAM_MAX_CALLS_PER_PHONE] = 2;
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
	fake_calls("a", "1002", true);
	fake_expect("a hangup 486\n");
	assert_int_equal(over_limit(), 1);
	/* Another device has its own. */
	fake_calls("t", "1002", true);
	fake_expect("p2 offer\n");
}

static void test_answered(void **state)
{
	struct fake_party *a;

	(void)state;
	fake_limit[STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE] = 1;
	fake_limit[STORE_PARAM_MAX_CALLS_PER_PHONE] = 2;
	a = fake_talk("a", "1002", "p2");
	fake_talk("a", "1002", "p2");
	fake_calls("a", "1002", true);
	fake_expect("a hangup 486\n");
	assert_int_equal(over_limit(), 1);
	fake_gone(a);
	fake_expect("p2 hangup 0\n");
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
}

/* One that fails at once leaves nothing behind. */
static void test_failed(void **state)
{
	int i;

	(void)state;
	fake_limit[STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE] = 1;
	for (i = 0; i < 5; i++) {
		fake_calls("a", "4711", true);
		fake_expect("a hangup 404\n");
	}
	assert_int_equal(over_limit(), 0);
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static void test_trunk(void **state)
{
	(void)state;
	fake_limit[STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE] = 1;
	fake_limit[STORE_PARAM_MAX_EARLY_CALLS_PER_TRUNK] = 2;
	fake_calls("t", "1002", true);
	fake_calls("t", "1002", true);
	fake_expect("p2 offer\np2 offer\n");
	fake_calls("t", "1002", true);
	fake_expect("t hangup 486\n");
}

static void test_deleted(void **state)
{
	(void)state;
	fake_talk("a", "1002", "p2");
	call_devices_recheck(fake.system);
	fake_run();
	fake_expect("");
	fake_deleted = 2;
	call_devices_recheck(fake.system);
	fake_run();
	fake_expect("p2 hangup 480\na hangup 480\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static void test_deleted_caller(void **state)
{
	(void)state;
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
	fake_deleted = 1;
	call_devices_recheck(fake.system);
	fake_run();
	fake_expect("p2 hangup 480\na hangup 480\n");
}

/* Whoever answers, or rings, in the same turn of the loop. */
static void test_deleted_answered(void **state)
{
	(void)state;
	fake_calls("a", "1002", true);
	fake_expect("p2 offer\n");
	fake_deleted = 1;
	call_devices_recheck(fake.system);
	fake_answers(fake_find("p2"));
	fake_run();
	assert_true(fake_find("a")->is_gone);
	assert_true(fake_find("p2")->is_gone);
	fake.transcript[0] = '\0';
	fake_deleted = 0;
	fake_calls("a", "95551", true);
	fake_expect("t1 offer\n");
	fake_deleted = 1;
	call_devices_recheck(fake.system);
	call_alerting(&fake_find("t1")->party, 180, NULL, 0);
	fake_expect("a alert 180\nt1 hangup 480\na hangup 480\n");
	assert_int_equal(call_system_counters(fake.system)->now, 0);
}

static int teardown(void **state)
{
	memset(fake_limit, 0, sizeof(fake_limit));
	fake_deleted = 0;
	return fake_teardown(state);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_early),
		TEST(test_answered),
		TEST(test_failed),
		TEST(test_trunk),
		TEST(test_deleted),
		TEST(test_deleted_caller),
		TEST(test_deleted_answered),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
