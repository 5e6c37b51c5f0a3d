// SPDX-License-Identifier: GPL-2.0
// Authentication strings: right, wrong, wrong again, locked, used.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capf/guard.h"
#include "tap.h"

static struct capf_guard *guard;

/* Each is set once: its digits are its id. */
static const struct capf_string *string(const char *digits)
{
	static struct capf_string set;

	set.id = strtoull(digits, NULL, 10);
	strcpy(set.text, digits);
	return &set;
}

static bool guess(const char *device, const char *set, const char *said,
		  int64_t now, enum capf_guess expected)
{
	enum capf_guess got = capf_guard_check(guard, device, string(set), said,
					       now);

	if (got != expected)
		printf("# %d in place of %d\n", got, expected);
	return got == expected;
}

static bool repeat(const char *device, unsigned int times, int64_t now)
{
	bool good = true;

	while (times--)
		good = guess(device, "123456", "000000", now,
			     CAPF_GUESS_WRONG) && good;
	return good;
}

static void test_compare(void)
{
	static const struct {
		const char *set, *said;
		enum capf_guess guess;
	} rows[] = {
		{ "1234", "1234", CAPF_GUESS_RIGHT },
		{ "1234567890123456", "1234567890123456", CAPF_GUESS_RIGHT },
		{ "1234", "", CAPF_GUESS_WRONG },
		{ "1234", "123", CAPF_GUESS_WRONG },
		{ "1234", "12345", CAPF_GUESS_WRONG },
		{ "1234", "1235", CAPF_GUESS_WRONG },
		{ "1234", "0234", CAPF_GUESS_WRONG },
		{ "1234567890123456", "123456789012345", CAPF_GUESS_WRONG },
		{ "", "", CAPF_GUESS_UNSET },
		{ "", "1234", CAPF_GUESS_UNSET },
	};
	char device[20];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(device, sizeof(device), "CSF%zu", i);
		ok(guess(device, rows[i].set, rows[i].said, 0, rows[i].guess),
		   "\"%s\" to \"%s\"", rows[i].said, rows[i].set);
	}
}

static void test_lock(void)
{
	const struct capf_string again = { "123456", 1 };

	ok(repeat("a", 3, 100), "three wrong ones");
	ok(guess("a", "123456", "123456", 100, CAPF_GUESS_LOCKED),
	   "then even the right one is not looked at");
	ok(guess("a", "123456", "123456", 999, CAPF_GUESS_LOCKED),
	   "for 15 minutes");
	ok(guess("b", "123456", "123456", 100, CAPF_GUESS_RIGHT),
	   "another device is not locked");
	ok(guess("a", "123456", "123456", 1000, CAPF_GUESS_RIGHT),
	   "then it is");
	ok(repeat("a", 2, 1000) &&
	   guess("a", "123456", "123456", 1000, CAPF_GUESS_RIGHT) &&
	   repeat("a", 2, 1000) &&
	   guess("a", "123456", "123456", 1000, CAPF_GUESS_RIGHT),
	   "only those in a row count");
	ok(repeat("a", 3, 1000) &&
	   guess("a", "654321", "654321", 1001, CAPF_GUESS_RIGHT),
	   "a new string unlocks");
	ok(repeat("a", 3, 2000) &&
	   capf_guard_check(guard, "a", &again, "123456", 2000) ==
	   CAPF_GUESS_RIGHT, "so does the same one, set again");
}

static void test_total(void)
{
	int64_t now = 10000;
	unsigned int i;
	bool good = true;

	for (i = 0; i < 4; i++, now += 900)
		good = repeat("slow", 3, now) && good;
	ok(good, "12 wrong ones, with all the patience");
	ok(guess("slow", "123456", "123456", now + 1000000,
		 CAPF_GUESS_SPENT), "end the string for good");
	ok(guess("slow", "999999", "999999", now, CAPF_GUESS_RIGHT),
	   "a new one works");
}

static void test_once(void)
{
	ok(guess("once", "4711", "4711", 0, CAPF_GUESS_RIGHT) &&
	   guess("once", "4711", "4711", 0, CAPF_GUESS_RIGHT),
	   "right until it was of use: a phone may have to come again");
	capf_guard_spend(guard, "once", string("4711"), 0);
	ok(guess("once", "4711", "4711", 0, CAPF_GUESS_SPENT), "then no more");
	ok(guess("once", "4712", "4712", 0, CAPF_GUESS_RIGHT),
	   "until there is another");
	capf_guard_spend(guard, "never", string(""), 0);
	ok(guess("never", "1", "1", 0, CAPF_GUESS_RIGHT),
	   "no string was not used up");
}

/* Counts of guesses stay, whatever others do. */
static void test_full(void)
{
	struct capf_guard_limits limits = capf_guard_limits_default;
	char device[20];
	unsigned int i;

	capf_guard_free(guard);
	limits.devices = 20;
	guard = capf_guard_new(&limits);
	ok(repeat("victim", 3, 0), "one is locked");
	for (i = 0; i < 40; i++) {
		snprintf(device, sizeof(device), "done%u", i);
		capf_guard_spend(guard, device, string("1234"), i);
	}
	ok(guess("done39", "1234", "1234", 50, CAPF_GUESS_SPENT) &&
	   guess("done21", "1234", "1234", 50, CAPF_GUESS_SPENT),
	   "the latest used strings are known");
	ok(guess("victim", "123456", "123456", 50, CAPF_GUESS_LOCKED),
	   "the lock too");
	for (i = 0; i < 19; i++) {
		snprintf(device, sizeof(device), "wrong%u", i);
		if (!repeat(device, 1, 60))
			break;
	}
	ok(i == 19, "guesses push used strings out");
	ok(guess("late", "1", "1", 70, CAPF_GUESS_LOCKED),
	   "guesses push no guesses out");
	ok(guess("victim", "123456", "123456", 70, CAPF_GUESS_LOCKED),
	   "and no lock");
	ok(guess("wrong3", "123456", "123456", 80, CAPF_GUESS_RIGHT) &&
	   guess("late", "1", "1", 90, CAPF_GUESS_RIGHT),
	   "a right one makes room");
}

static void test_recall(void)
{
	struct capf_guard_count count, none = { 0 };
	struct capf_guard *first = guard;

	ok(repeat("old", 2, 100) &&
	   capf_guard_count(guard, "old", string("123456"), &count) &&
	   count.row == 2 && count.total == 2 && !count.until,
	   "what was counted can be asked for");
	ok(!capf_guard_count(guard, "old", string("654321"), &none) &&
	   !capf_guard_count(guard, "new", string("123456"), &none),
	   "of that string and device");
	guard = capf_guard_new(&capf_guard_limits_default);
	capf_guard_recall(guard, "old", string("123456"), &count, 0);
	ok(repeat("old", 1, 5) &&
	   guess("old", "123456", "123456", 5, CAPF_GUESS_LOCKED),
	   "another guard goes on counting");
	capf_guard_count(guard, "old", string("123456"), &count);
	capf_guard_free(guard);
	guard = capf_guard_new(&capf_guard_limits_default);
	capf_guard_recall(guard, "old", string("123456"), &count, 5);
	ok(guess("old", "123456", "123456", 904, CAPF_GUESS_LOCKED) &&
	   guess("old", "123456", "123456", 905, CAPF_GUESS_RIGHT),
	   "and locking");
	ok(!capf_guard_count(guard, "old", string("123456"), &none),
	   "a right one ends the counts");
	capf_guard_free(guard);
	guard = first;
}

int main(void)
{
	guard = capf_guard_new(&capf_guard_limits_default);
	test_compare();
	test_lock();
	test_total();
	test_once();
	test_full();
	test_recall();
	capf_guard_free(guard);
	return tap_end();
}
