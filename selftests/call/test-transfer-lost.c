// SPDX-License-Identifier: GPL-2.0
/*
 * Transfers that lose a party or a call half-way: who has been moved already
 * stands in two calls, and both must learn of his end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "fake.h"

static unsigned int calls(void)
{
	return call_system_counters(fake.system)->now;
}

static void clear(const struct fake_party *p)
{
	json_t *list = call_list(fake.system), *legs, *item, *leg;
	const char *id = NULL;
	size_t i, j;

	json_array_foreach(list, i, item) {
		legs = json_object_get(item, "legs");
		json_array_foreach(legs, j, leg)
			if (!strcmp(json_string_value(json_object_get(leg,
					"device")), p->name))
				id = json_string_value(json_object_get(item,
								       "id"));
	}
	assert_non_null(id);
	assert_int_equal(call_clear(fake.system, id), 0);
	json_decref(list);
}

/* a1 wants p2 to speak with t1, whom a2 speaks with; t1 was asked. */
static void attend(struct fake_party **a1, struct fake_party **a2)
{
	*a1 = fake_talk("a1", "1002", "p2");
	*a2 = fake_talk("a2", "95551", "t1");
	assert_int_equal(call_transfer(&(*a1)->party, NULL, &(*a2)->party),
			 0);
	fake_expect("t1 solicit\n");
}

static void test_target_leaves(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	fake_gone(fake_find("t1"));
	fake_expect("a1 transferring 503\na2 hangup 0\n");
	assert_int_equal(calls(), 1);
	fake_gone(a1);
	fake_expect("p2 hangup 0\n");
	assert_int_equal(calls(), 0);
}

/* t1's offer is with p2 already. */
static void test_target_leaves_late(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	fake_gone(fake_find("t1"));
	fake_expect("a1 transferring 503\na2 hangup 0\n");
	assert_int_equal(calls(), 1);
	fake_gone(fake_find("p2"));
	fake_expect("a1 hangup 0\n");
	assert_int_equal(calls(), 0);
}

static void test_kept_leaves(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	fake_gone(fake_find("p2"));
	fake_expect("a1 transferring 503\na1 hangup 0\n");
	/* The other call is as it was. */
	assert_int_equal(calls(), 1);
	fake_gone(a2);
	fake_expect("t1 hangup 0\n");
	assert_int_equal(calls(), 0);
}

static void test_kept_leaves_late(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	fake_offered(fake_find("t1"));
	fake_expect("p2 offer\n");
	fake_gone(fake_find("p2"));
	/* What t1 offered to p2 is answered by whom it speaks with again. */
	fake_expect("a1 transferring 503\na1 hangup 0\na2 offer\n");
	fake_answers(a2);
	fake_expect("t1 answer\n");
	assert_int_equal(calls(), 1);
	fake_gone(a2);
	fake_expect("t1 hangup 0\n");
	assert_int_equal(calls(), 0);
}

/* What t1 offered has a line more than its call had: for this round alone. */
static void test_kept_leaves_video(void **state)
{
	struct call_cause no = { .status = 488 };
	struct fake_party *a1, *a2, *t1;
	char sdp[2048];

	(void)state;
	attend(&a1, &a2);
	t1 = fake_find("t1");
	snprintf(sdp, sizeof(sdp), "%sm=video 4002 RTP/SAVP 96\r\n"
		 "a=rtpmap:96 H264/90000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80"
		 " inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwe\r\n",
		 fake_sdp("t1", true));
	call_offered(&t1->party, sdp, strlen(sdp));
	fake_expect("p2 offer\n");
	fake_gone(fake_find("p2"));
	fake_expect("a1 transferring 503\na1 hangup 0\na2 offer\n");
	assert_int_equal(t1->party.leg.media_count, 2);
	call_refused(&a2->party, &no);
	fake_expect("t1 refuse 488\n");
	/* It was never taken: the next offer may be without it. */
	assert_int_equal(t1->party.leg.media_count, 1);
	fake_offered(t1);
	fake_expect("a2 offer\n");
}

/* Who takes a place changes his mind before the other side has answered. */
static void test_replacing_leaves(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");
	struct fake_party *n = fake_caller("n");
	const char *sdp = fake_sdp("n", true);

	(void)state;
	call_setup_replacing(fake.system, &n->party, &a->party, sdp,
			     strlen(sdp));
	fake_expect("p2 offer\n");
	fake_gone(n);
	fake_expect("");
	assert_int_equal(calls(), 1);
	/* What it answers now belongs to nobody; they speak on. */
	fake_answers(fake_find("p2"));
	fake_expect("p2 solicit\n");
	fake_offered(fake_find("p2"));
	fake_expect("a offer\n");
	fake_answers(a);
	fake_expect("p2 answer\n");
	fake_gone(a);
	fake_expect("p2 hangup 0\n");
	assert_int_equal(calls(), 0);
}

/* An administrator, or the kernel, ends a call that is being left. */
static void test_first_cleared(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	clear(a1);
	fake_expect("a1 transferring 503\np2 hangup 0\na1 hangup 0\n");
	assert_int_equal(calls(), 1);
	fake_gone(fake_find("t1"));
	fake_expect("a2 hangup 0\n");
	assert_int_equal(calls(), 0);
}

static void test_second_cleared(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	clear(a2);
	fake_expect("a1 transferring 503\nt1 hangup 0\na2 hangup 0\n");
	assert_int_equal(calls(), 1);
	fake_gone(a1);
	fake_expect("p2 hangup 0\n");
	assert_int_equal(calls(), 0);
}

static void test_new_cleared(void **state)
{
	struct fake_party *a1, *a2;

	(void)state;
	attend(&a1, &a2);
	clear(fake_find("t1"));
	fake_expect("a1 transferring 503\n");
	assert_int_equal(calls(), 2);
	fake_gone(a1);
	fake_expect("p2 hangup 0\n");
	fake_gone(a2);
	fake_expect("t1 hangup 0\n");
	assert_int_equal(calls(), 0);
}

static void test_blind_cleared(void **state)
{
	struct fake_party *a = fake_talk("a", "1002", "p2");

	(void)state;
	assert_int_equal(call_transfer(&a->party, "95551", NULL), 0);
	fake_expect("t1 solicit\n");
	clear(a);
	fake_expect("a transferring 503\nt1 hangup 0\n"
		    "p2 hangup 0\na hangup 0\n");
	assert_int_equal(calls(), 0);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_target_leaves),
		TEST(test_target_leaves_late),
		TEST(test_kept_leaves),
		TEST(test_kept_leaves_late),
		TEST(test_kept_leaves_video),
		TEST(test_replacing_leaves),
		TEST(test_first_cleared),
		TEST(test_second_cleared),
		TEST(test_new_cleared),
		TEST(test_blind_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
