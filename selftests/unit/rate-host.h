/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What token buckets need of the kernel, for the host. Given to the compiler by
 * -include, it takes the place of kmod/rate-internal.h through its guard.
 */
#ifndef UCSEC_RATE_INTERNAL_H
#define UCSEC_RATE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	u64 key[2];
} siphash_key_t;

#define ____cacheline_aligned	__attribute__((aligned(64)))
#define NSEC_PER_SEC		1000000000L
#define GFP_KERNEL		0
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))

static inline s64 atomic64_read(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline bool atomic64_try_cmpxchg(atomic64_t *v, s64 *old, s64 new)
{
	return __atomic_compare_exchange_n(&v->counter, old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline u64 div_u64(u64 a, u32 b)
{
	return a / b;
}

static inline void *kvzalloc(size_t size, int flags)
{
	void *p = aligned_alloc(64, (size + 63) & ~(size_t)63);

	(void)flags;
	return p ? memset(p, 0, size) : NULL;
}

static inline void kvfree(void *p)
{
	free(p);
}

static inline void get_random_bytes(void *p, size_t len)
{
	memset(p, 0x5a, len);
}

/* Any that spreads well will do here. */
static inline u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key)
{
	u64 x = a * 0x9e3779b97f4a7c15 ^ b * 0xc2b2ae3d27d4eb4f ^ key->key[0];

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

#endif /* UCSEC_RATE_INTERNAL_H */
