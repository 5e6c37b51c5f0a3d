// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets against a plain model of one; and the table of sources, when it
 * is full: who is in it stays, and nobody is locked out.
 */
#include "../../kmod/rate.h"
#include "tap.h"

#define SECOND	1000000000ULL

static struct lcg random_ = { 1 };

/* Credit in nanoseconds: a token is what a step of time brings. */
struct model {
	u64 credit, at;
};

static bool model_take(struct model *m, const struct ucsec_rate *rate, u64 now)
{
	u64 step = SECOND / rate->per_second, most = step * rate->burst;

	m->credit += now - m->at;
	m->at = now;
	if (m->credit > most)
		m->credit = most;
	if (m->credit < step)
		return false;
	m->credit -= step;
	return true;
}

static void like_the_model(u32 per_second, u32 burst)
{
	const struct ucsec_rate rate = { per_second, burst };
	struct ucsec_bucket bucket = {};
	u64 now = 1000 * SECOND;
	struct model m = { .credit = ~0ULL / 2, .at = now };
	u32 i, bad = 0, taken = 0, trials = 0;

	for (i = 0; i < 100000; i++) {
		bool want;

		trials += ucsec_rate_take(&bucket, &rate, now, true);
		want = model_take(&m, &rate, now);
		bad += ucsec_rate_take(&bucket, &rate, now, false) != want;
		taken += want;
		if (lcg_below(&random_, 3))
			now += lcg_below(&random_,
					 (u32)(SECOND / per_second));
		if (!lcg_below(&random_, 5000))
			now += SECOND * lcg_below(&random_, burst + 2);
	}
	tap_ok(!bad && taken && taken < i && trials == taken,
	       "%u a second, %u at once: %u of %u passed, %u wrongly",
	       per_second, burst, taken, i, bad);
}

static void slow_then_fast(void)
{
	const struct ucsec_rate slow = { 1, 1000 }, fast = { 1000, 10 };
	struct ucsec_bucket bucket = {};
	u64 now = 5 * SECOND;

	while (ucsec_rate_take(&bucket, &slow, now, false))
		;
	tap_ok(!ucsec_rate_take(&bucket, &fast, now, false) &&
	       ucsec_rate_take(&bucket, &fast, now + SECOND / 1000, false),
	       "under a faster rate a debt is at most its burst");
	tap_ok(ucsec_rate_take(&bucket, &(struct ucsec_rate){}, now, false),
	       "no rate is no limit");
}

/*
 * Sources
 */

static const struct ucsec_rate of_source = { 1, 50 };

static bool source(struct ucsec_sources *s, u32 addr, u64 now)
{
	return ucsec_sources_take(s, 7, false, (u64)addr << 32, &of_source,
				  now, false);
}

/* At an index of time that the words of the table can hold at its end only. */
static void apart(u64 now)
{
	struct ucsec_sources *s = ucsec_sources_new();
	u32 i, n = 0, other = 0;

	for (i = 0; i < 80; i++)
		n += source(s, 1, now + i);
	for (i = 0; i < 80; i++)
		other += ucsec_sources_take(s, 8, false, 1ULL << 32,
					    &of_source, now + i, false);
	tap_ok(n == 50 && other == 50,
	       "at %llu s: %u of one source, %u of it by another trunk",
	       (unsigned long long)(now / SECOND), n, other);
	n = source(s, 1, now + SECOND / 2);
	other = source(s, 1, now + SECOND + SECOND / 100);
	tap_ok(!n && other, "then one a second");
	for (i = n = 0; i < 80; i++)
		n += source(s, 1, now + 60 * SECOND + i);
	tap_ok(n == 50, "after a minute %u again", n);
	ucsec_sources_free(s);
}

static u32 free_slots(const struct ucsec_sources *s)
{
	u32 i, j, n = 0;

	for (i = 0; i < UCSEC_SOURCES_SETS; i++)
		for (j = 0; j < UCSEC_SOURCES_WAYS; j++)
			n += !atomic64_read(&s->set[i].slot[j]);
	return n;
}

/* Ten messages each from sources that are forged, until no slot is free. */
static void flood(struct ucsec_sources *s, u64 now, u32 *passed, u32 *sent)
{
	u32 addr, i;

	for (addr = 1000; addr < 1000 + 20 * UCSEC_SOURCES; addr++)
		for (i = 0; i < 10; i++) {
			*passed += source(s, addr, now);
			++*sent;
		}
}

static void full_table(void)
{
	struct ucsec_sources *s = ucsec_sources_new();
	u64 now = 1000 * SECOND;
	u32 i, n = 0, passed = 0, sent = 0, late = 0;

	for (i = 0; i < 80; i++)
		n += source(s, 1, now);
	for (i = 0; i < 20; i++)
		n += source(s, 2, now);
	tap_ok(n == 70, "one source at its limit, one below");
	flood(s, now, &passed, &sent);
	tap_ok(!free_slots(s) && passed == sent,
	       "a flood of %u fills the table; %u are of new sources and pass",
	       sent, passed);
	for (i = n = 0; i < 40; i++)
		n += source(s, 1, now + 1);
	tap_ok(!n, "who was at his limit still is");
	for (i = n = 0; i < 40; i++)
		n += source(s, 2, now + 1);
	tap_ok(n == 30, "who was below has the %u that were left", n);
	for (i = 0; i < 1000; i++)
		late += source(s, i + 0x40000000, now + 1);
	tap_ok(late == 1000, "and of 1000 newcomers all pass");
	for (i = n = 0; i < 80; i++)
		n += source(s, 0x50000000, now + 12 * SECOND);
	tap_ok(n == 50, "when it is over a newcomer has its rate again: %u", n);
	ucsec_sources_free(s);
}

int main(void)
{
	like_the_model(1, 1);
	like_the_model(1, 100);
	like_the_model(7, 3);
	like_the_model(1000, 50);
	like_the_model(1000000, 5000);
	slow_then_fast();
	apart(SECOND);
	/* Where 46 bits of 1,024 ns come round. */
	apart((1ULL << 56) - SECOND / 2);
	apart((1ULL << 56) + SECOND / 2);
	full_table();
	return tap_done();
}
