// SPDX-License-Identifier: GPL-2.0
/* Address prefixes: order, and the longest match by a binary search. */
#include "prefix.h"

#ifdef __KERNEL__
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/string.h>
#else
#include <string.h>
#define cond_resched()	((void)0)
#define rounddown_pow_of_two(n)	(1U << (31 - __builtin_clz(n)))
#endif

/* The bits behind @len of an address. */
static void host_mask(u8 len, u64 *hi, u64 *lo)
{
	*hi = len >= 64 ? 0 : ~0ULL >> len;
	*lo = len >= 128 ? 0 : len > 64 ? ~0ULL >> (len - 64) : ~0ULL;
}

bool ucsec_prefix_is_sound(const struct ucsec_prefix *p)
{
	u64 hi, lo;

	if (p->len > (p->v6 ? 128 : 32))
		return false;
	host_mask(p->len, &hi, &lo);
	return !(p->hi & hi) && !(p->lo & lo);
}

int ucsec_prefix_compare(const struct ucsec_prefix *a,
			 const struct ucsec_prefix *b)
{
	if (a->v6 != b->v6)
		return a->v6 ? 1 : -1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return a->len - b->len;
}

/* Two runs of @p, [@from, @mid) and [@mid, @to), into one. */
static void merge(struct ucsec_prefix *p, u32 from, u32 mid, u32 to,
		  struct ucsec_prefix *scratch)
{
	u32 n = mid - from, i = 0, j = mid, k = from;

	if (ucsec_prefix_compare(&p[mid - 1], &p[mid]) <= 0)
		return;
	memcpy(scratch, &p[from], n * sizeof(*p));
	while (i < n && j < to)
		if (ucsec_prefix_compare(&scratch[i], &p[j]) <= 0)
			p[k++] = scratch[i++];
		else
			p[k++] = p[j++];
	memcpy(&p[k], &scratch[i], (n - i) * sizeof(*p));
}

/*
 * Bottom-up: no recursion, and the processor can be given away meanwhile,
 * which sort() does not do.
 */
void ucsec_prefix_sort(struct ucsec_prefix *p, u32 n,
		       struct ucsec_prefix *scratch)
{
	u32 width, at;

	for (width = 1; width < n; width *= 2) {
		for (at = 0; n - at > width; at += 2 * width) {
			u32 left = n - at;

			merge(p, at, at + width,
			      at + (left < 2 * width ? left : 2 * width),
			      scratch);
			if (left <= 2 * width)
				break;
			if (!(at & 4095))
				cond_resched();
		}
		cond_resched();
	}
}

const struct ucsec_prefix *ucsec_prefix_twice(const struct ucsec_prefix *p,
					      u32 n)
{
	u32 i;

	for (i = 1; i < n; i++)
		if (!ucsec_prefix_compare(&p[i - 1], &p[i]))
			return &p[i];
	return NULL;
}

/*
 * Building: prefixes contain each other or have nothing in common, so a walk
 * in order with a stack of those around the present one meets all borders.
 */

static bool contains(const struct ucsec_prefix *outer,
		     const struct ucsec_prefix *p)
{
	u64 hi, lo;

	host_mask(outer->len, &hi, &lo);
	return outer->len <= p->len && (p->hi & ~hi) == outer->hi &&
	       (p->lo & ~lo) == outer->lo;
}

/* From @hi, @lo on it is @owner's; a later word on the same start counts. */
static void start(struct ucsec_prefix_table *t, bool v6, u64 hi, u64 lo,
		  u32 owner)
{
	if (!v6) {
		u32 addr = (u32)(hi >> 32);

		if (!t->n4 || t->start4[t->n4 - 1] != addr)
			t->start4[t->n4++] = addr;
		t->owner4[t->n4 - 1] = owner;
		return;
	}
	if (!t->n6 || t->start6[t->n6 - 1].hi != hi ||
	    t->start6[t->n6 - 1].lo != lo) {
		t->start6[t->n6].hi = hi;
		t->start6[t->n6].lo = lo;
		t->n6++;
	}
	t->owner6[t->n6 - 1] = owner;
}

/* What follows @p, which ends, is its surrounding's again. */
static void finish(struct ucsec_prefix_table *t, const struct ucsec_prefix *p,
		   u32 owner)
{
	u64 hi, lo;

	host_mask(p->len, &hi, &lo);
	hi |= p->hi;
	lo |= p->lo;
	/* The first address behind it; none if it is the last one. */
	if (!++lo && !++hi)
		return;
	start(t, p->v6, hi, lo, owner);
}

static u32 unwind(struct ucsec_prefix_table *t,
		  const struct ucsec_prefix *stack, u32 depth)
{
	depth--;
	finish(t, &stack[depth],
	       depth ? stack[depth - 1].owner : UCSEC_PREFIX_NOBODY);
	return depth;
}

void ucsec_prefix_build(struct ucsec_prefix_table *t,
			const struct ucsec_prefix *p, u32 n,
			struct ucsec_prefix *scratch)
{
	struct ucsec_prefix *stack = scratch;
	u32 i, depth = 0;

	t->n4 = 0;
	t->n6 = 0;
	for (i = 0; i < n; i++) {
		while (depth && (stack[depth - 1].v6 != p[i].v6 ||
				 !contains(&stack[depth - 1], &p[i])))
			depth = unwind(t, stack, depth);
		if (!(p[i].v6 ? t->n6 : t->n4))
			start(t, p[i].v6, 0, 0, UCSEC_PREFIX_NOBODY);
		start(t, p[i].v6, p[i].hi, p[i].lo, p[i].owner);
		stack[depth++] = p[i];
		if (!(i & 1023))
			cond_resched();
	}
	while (depth)
		depth = unwind(t, stack, depth);
}

/*
 * Both halve without a branch that depends on the address. The first step leaves
 * a power of two, which overlaps what it left out, so that the rest are even.
 */

static u32 find4(const struct ucsec_prefix_table *t, u32 addr)
{
	u32 power = rounddown_pow_of_two(t->n4), half;
	const u32 *base = t->start4;

	half = t->n4 - power;
	base += base[half] <= addr ? half : 0;
	for (half = power / 2; half; half /= 2)
		base += base[half] <= addr ? half : 0;
	return t->owner4[base - t->start4];
}

static bool starts_by(const struct ucsec_prefix_start *start, u64 hi, u64 lo)
{
	return start->hi < hi || (start->hi == hi && start->lo <= lo);
}

static u32 find6(const struct ucsec_prefix_table *t, u64 hi, u64 lo)
{
	u32 power = rounddown_pow_of_two(t->n6), half;
	const struct ucsec_prefix_start *base = t->start6;

	half = t->n6 - power;
	base += starts_by(&base[half], hi, lo) ? half : 0;
	for (half = power / 2; half; half /= 2)
		base += starts_by(&base[half], hi, lo) ? half : 0;
	return t->owner6[base - t->start6];
}

u32 ucsec_prefix_find(const struct ucsec_prefix_table *t, bool v6, u64 hi,
		      u64 lo)
{
	if (!(v6 ? t->n6 : t->n4))
		return UCSEC_PREFIX_NOBODY;
	return v6 ? find6(t, hi, lo) : find4(t, (u32)(hi >> 32));
}
