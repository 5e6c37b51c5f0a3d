/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address prefixes and the longest match among many of them.
 *
 * Pure: the caller brings all memory, so that the tests build the same file. A
 * table holds disjoint intervals in order, each with the owner of the longest
 * prefix there: a look-up is one binary search, however prefixes overlap.
 */
#ifndef UCSEC_PREFIX_H
#define UCSEC_PREFIX_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

#define UCSEC_PREFIX_NOBODY	0xffffffffU

/*
 * An address of 128 bits, host order; IPv4 is in the highest 32, so that @len
 * counts from the same end in both families.
 */
struct ucsec_prefix {
	u64 hi, lo;
	u32 owner;
	u8 len;
	bool v6;
};

struct ucsec_prefix_start {
	u64 hi, lo;
};

/* An interval ends where the next one starts. The first one starts at 0. */
struct ucsec_prefix_table {
	u32 n4, n6;
	u32 *start4, *owner4;
	struct ucsec_prefix_start *start6;
	u32 *owner6;
};

/* Intervals that @n prefixes of one family make at most. */
static inline size_t ucsec_prefix_room(u32 n)
{
	return n ? 2 * (size_t)n + 1 : 0;
}

/* No bits behind its length, and the length one of its family? */
bool ucsec_prefix_is_sound(const struct ucsec_prefix *p);
/* <0, 0, >0; families apart, outer ones before those in them. */
int ucsec_prefix_compare(const struct ucsec_prefix *a,
			 const struct ucsec_prefix *b);
/* By that order; @scratch has room for @n. Quick if much is in order. */
void ucsec_prefix_sort(struct ucsec_prefix *p, u32 n,
		       struct ucsec_prefix *scratch);
/* The first one that is there twice; of sorted ones. */
const struct ucsec_prefix *ucsec_prefix_twice(const struct ucsec_prefix *p,
					      u32 n);
/*
 * Fills @t, whose arrays have room, from @n sorted ones without doubles;
 * @scratch has room for @n.
 */
void ucsec_prefix_build(struct ucsec_prefix_table *t,
			const struct ucsec_prefix *p, u32 n,
			struct ucsec_prefix *scratch);

/* The owner of the longest prefix with that address, or UCSEC_PREFIX_NOBODY. */
u32 ucsec_prefix_find(const struct ucsec_prefix_table *t, bool v6, u64 hi,
		      u64 lo);

#endif /* UCSEC_PREFIX_H */
