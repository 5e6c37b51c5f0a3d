/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets without a lock: GCRA, which keeps one time for each, the one at
 * which the bucket would be full again ("theoretical arrival time"). The tests
 * build the same file, on a clock of theirs.
 */
#ifndef UCSEC_RATE_H
#define UCSEC_RATE_H

#include "rate-internal.h"

/* @per_second 0: no limit. Set once before publication. */
struct ucsec_rate {
	u32 per_second;
	u32 burst;
};

/* A bucket that is full, as a new one is, holds 0 or what is past. */
struct ucsec_bucket {
	atomic64_t full_at;	/* ns of the monotonic clock */
};

/* One more? Takes a token unless @trial. Any context. */
bool ucsec_rate_take(struct ucsec_bucket *bucket,
		     const struct ucsec_rate *rate, u64 now, bool trial);

/*
 * Buckets of single source addresses: a table of fixed size, in sets of one
 * cache line. See rate.c for what happens when a set is full.
 */
enum {
	UCSEC_SOURCES_WAYS	= 8,
	UCSEC_SOURCES_SETS	= 8192,
	UCSEC_SOURCES		= UCSEC_SOURCES_SETS * UCSEC_SOURCES_WAYS,
};

struct ucsec_sources {
	siphash_key_t key;
	struct {
		atomic64_t slot[UCSEC_SOURCES_WAYS];
	} ____cacheline_aligned set[UCSEC_SOURCES_SETS];
};

struct ucsec_sources *ucsec_sources_new(void);
void ucsec_sources_free(struct ucsec_sources *sources);
/* @hi, @lo: as of a struct ucsec_prefix. Any context. */
bool ucsec_sources_take(struct ucsec_sources *sources, u32 trunk, bool v6,
			u64 hi, const struct ucsec_rate *rate, u64 now,
			bool trial);

#endif /* UCSEC_RATE_H */
