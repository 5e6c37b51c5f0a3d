// SPDX-License-Identifier: GPL-2.0
/* The longest match among address prefixes, against a look at each of them. */
#include <stdlib.h>
#include "../../kmod/prefix.h"
#include "tap.h"

enum { MOST = 4096, LOOKS = 2000 };

static struct ucsec_prefix p[MOST], scratch[MOST];
static u32 start4[2 * MOST + 1], owner4[2 * MOST + 1];
static u32 owner6[2 * MOST + 1];
static struct ucsec_prefix_start start6[2 * MOST + 1];
static struct ucsec_prefix_table table = {
	.start4 = start4,
	.owner4 = owner4,
	.start6 = start6,
	.owner6 = owner6,
};

static u64 state = 1;

static u64 next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static bool covers(const struct ucsec_prefix *q, u64 hi, u64 lo)
{
	int i;

	for (i = 0; i < q->len; i++) {
		u64 a = i < 64 ? q->hi : q->lo, b = i < 64 ? hi : lo;

		if ((a ^ b) >> (63 - i % 64) & 1)
			return false;
	}
	return true;
}

static u32 reference(u32 n, bool v6, u64 hi, u64 lo)
{
	u32 i, owner = UCSEC_PREFIX_NOBODY;
	int longest = -1;

	for (i = 0; i < n; i++)
		if (p[i].v6 == v6 && p[i].len > longest &&
		    covers(&p[i], hi, lo)) {
			longest = p[i].len;
			owner = p[i].owner;
		}
	return owner;
}

static void cut(struct ucsec_prefix *q)
{
	if (q->len < 64)
		q->hi &= q->len ? ~0ULL << (64 - q->len) : 0;
	if (q->len < 128)
		q->lo &= q->len > 64 ? ~0ULL << (128 - q->len) : 0;
}

/* Addresses from few bits, so that prefixes meet and contain each other. */
static void address(bool v6, u64 *hi, u64 *lo)
{
	u64 few = next() & next() & 0x0f0f0f0fULL;

	*hi = v6 ? few << 32 | (next() & 3) : few << 32;
	*lo = v6 ? (next() & 1 ? ~0ULL : 0) ^ (next() & 7) : 0;
	if (!(next() % 8))
		*hi |= v6 ? ~0ULL : ~0ULL << 32;
}

static u32 fill(u32 n)
{
	u32 i, kept = 0;

	for (i = 0; i < n; i++) {
		p[i] = (struct ucsec_prefix){ .v6 = next() & 1, .owner = i };
		p[i].len = (u8)(next() % (p[i].v6 ? 129 : 33));
		address(p[i].v6, &p[i].hi, &p[i].lo);
		cut(&p[i]);
	}
	ucsec_prefix_sort(p, n, scratch);
	for (i = 0; i < n; i++)
		if (!i || ucsec_prefix_compare(&p[kept - 1], &p[i]))
			p[kept++] = p[i];
	return kept;
}

static u32 look(u32 n, bool v6, u64 hi, u64 lo)
{
	return ucsec_prefix_find(&table, v6, hi, lo) !=
	       reference(n, v6, hi, lo);
}

/* Just before, at and behind each border, and anywhere. */
static u32 mismatches(u32 n)
{
	u32 i, bad = 0;

	for (i = 0; i < n && i < LOOKS; i++) {
		struct ucsec_prefix q = p[next() % n];
		u64 one = q.v6 ? 1 : 0, step = q.v6 ? 0 : 1ULL << 32;

		bad += look(n, q.v6, q.hi, q.lo);
		bad += look(n, q.v6, q.hi + step, q.lo + one);
		bad += look(n, q.v6, q.hi - step - (one && !q.lo),
			    q.lo - one);
		address(q.v6, &q.hi, &q.lo);
		bad += look(n, q.v6, q.hi, q.lo);
	}
	return bad;
}

static void against_reference(u32 n, u32 times)
{
	u32 i, bad = 0, unsorted = 0, room = 0, made = 0;

	for (i = 0; i < times; i++) {
		u32 kept = fill(n), j, n6 = 0;

		for (j = 0; j < kept; j++)
			n6 += p[j].v6;
		for (j = 1; j < kept; j++)
			unsorted += ucsec_prefix_compare(&p[j - 1], &p[j]) >= 0;
		ucsec_prefix_build(&table, p, kept, scratch);
		room += table.n6 > ucsec_prefix_room(n6) ||
			table.n4 > ucsec_prefix_room(kept - n6);
		made += kept;
		bad += mismatches(kept);
	}
	tap_ok(!bad && !unsorted && !room && made,
	       "%u prefixes, %u times: %u wrong, %u out of order, %u too large", n,
	       times, bad, unsorted, room);
}

static void soundness(void)
{
	static const struct {
		struct ucsec_prefix p;
		bool sound;
	} rows[] = {
		{ { .len = 0 }, true },
		{ { .hi = 1ULL << 32, .len = 0 }, false },
		{ { .hi = 0x0a000000ULL << 32, .len = 8 }, true },
		{ { .hi = 0x0a000001ULL << 32, .len = 31 }, false },
		{ { .hi = 0x0a000001ULL << 32, .len = 32 }, true },
		{ { .hi = 0x0a000001ULL << 32, .len = 33 }, false },
		{ { .v6 = true, .len = 0 }, true },
		{ { .v6 = true, .lo = 1, .len = 0 }, false },
		{ { .v6 = true, .hi = 1, .len = 64 }, true },
		{ { .v6 = true, .hi = 1, .len = 63 }, false },
		{ { .v6 = true, .lo = 1ULL << 63, .len = 65 }, true },
		{ { .v6 = true, .lo = 1ULL << 63, .len = 64 }, false },
		{ { .v6 = true, .lo = 1, .len = 128 }, true },
		{ { .v6 = true, .lo = 1, .len = 127 }, false },
		{ { .v6 = true, .len = 129 }, false },
	};
	u32 i, bad = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		bad += ucsec_prefix_is_sound(&rows[i].p) != rows[i].sound;
	tap_ok(!bad, "%u of %u judged wrongly by their host bits", bad, i);
}

static void doubles(void)
{
	u32 n = fill(64);

	tap_ok(!ucsec_prefix_twice(p, n), "none is there twice");
	p[n] = p[n / 2];
	ucsec_prefix_sort(p, n + 1, scratch);
	tap_ok(ucsec_prefix_twice(p, n + 1) == &p[n / 2 + 1],
	       "one that is is found");
}

/* The whole space, and both ends of it. */
static void ends(void)
{
	u32 n = 0;

	p[n++] = (struct ucsec_prefix){ .owner = 7 };
	p[n++] = (struct ucsec_prefix){ .hi = ~0ULL << 32, .len = 32,
					.owner = 8 };
	p[n++] = (struct ucsec_prefix){ .v6 = true, .hi = ~0ULL, .lo = ~0ULL,
					.len = 128, .owner = 9 };
	ucsec_prefix_build(&table, p, n, scratch);
	tap_ok(ucsec_prefix_find(&table, false, 0, 0) == 7 &&
	       ucsec_prefix_find(&table, false, ~0ULL << 33, 0) == 7 &&
	       ucsec_prefix_find(&table, false, ~0ULL << 32, 0) == 8,
	       "from 0.0.0.0 to 255.255.255.255");
	tap_ok(ucsec_prefix_find(&table, true, ~0ULL, ~0ULL) == 9 &&
	       ucsec_prefix_find(&table, true, ~0ULL, ~0ULL - 1) ==
	       UCSEC_PREFIX_NOBODY, "the last address of IPv6");
	ucsec_prefix_build(&table, p, 0, scratch);
	tap_ok(ucsec_prefix_find(&table, false, 0, 0) == UCSEC_PREFIX_NOBODY &&
	       ucsec_prefix_find(&table, true, 0, 0) == UCSEC_PREFIX_NOBODY,
	       "nothing in an empty table");
}

int main(void)
{
	soundness();
	doubles();
	ends();
	against_reference(1, 200);
	against_reference(2, 200);
	against_reference(17, 200);
	against_reference(300, 30);
	against_reference(MOST, 2);
	return tap_done();
}
