// SPDX-License-Identifier: GPL-2.0
/* Token buckets: of a trunk, and of each address within its prefixes. */
#include "rate.h"

/*
 * What a token costs is @step of time; a bucket is empty when it would be full
 * only @burst steps from now. Later than that it can be only after the rate
 * was changed: it counts as empty under the new one. *@next is when it is full
 * after this, also if there was no token.
 */
static bool advance(u64 now, u64 step, u32 burst, u64 full_at, u64 *next)
{
	u64 debt = full_at > now ? full_at - now : 0;
	bool pass;

	debt = min(debt, step * burst);
	pass = debt + step <= step * burst;
	*next = now + debt + (pass ? step : 0);
	return pass;
}

bool ucsec_rate_take(struct ucsec_bucket *bucket,
		     const struct ucsec_rate *rate, u64 now, bool trial)
{
	u64 step, next;
	bool pass;
	s64 old;

	if (!rate->per_second)
		return true;
	step = div_u64(NSEC_PER_SEC, rate->per_second);
	old = atomic64_read(&bucket->full_at);
	do {
		pass = advance(now, step, rate->burst, old, &next);
		/* An empty bucket costs no write, but for a debt cut short. */
		if (trial || (!pass && next >= (u64)old))
			break;
	} while (!atomic64_try_cmpxchg(&bucket->full_at, &old, next));
	return pass;
}

/*
 * Sources. A slot is one word: a tag of 18 bits over a time of 46 bits, in
 * units of 1,024 ns, which come round after 2 years. Set and tag are the keyed
 * hash of trunk and address (IPv6: its /64), so nobody can choose with whom he
 * shares either.
 *
 * A slot whose bucket is full again says nothing and is free. Others are never
 * taken away: a source that is at its limit stays there, and one that is below
 * keeps its tokens, whatever comes from elsewhere. Where a set has no free slot
 * a newcomer passes, under the rates of the trunk alone. That gives a flood of
 * forged sources nothing: each new address would have a full bucket of its own
 * in a table of any size. And it locks nobody out, as one bucket for all
 * newcomers would. Only addresses within a known prefix come here at all.
 */
#define TIME_BITS	46
#define TIME_MASK	((1ULL << TIME_BITS) - 1)
#define TIME_SHIFT	10
/* No bucket is further from full: UCSEC_MAX_RATE tokens at one a second. */
#define DEBT_MAX	(1ULL << 40)
#define TRIES		4

struct ucsec_sources *ucsec_sources_new(void)
{
	struct ucsec_sources *sources;

	sources = kvzalloc(sizeof(*sources), GFP_KERNEL);
	if (sources)
		get_random_bytes(&sources->key, sizeof(sources->key));
	return sources;
}

void ucsec_sources_free(struct ucsec_sources *sources)
{
	kvfree(sources);
}

/*
 * Time to the full bucket; 0 if it is full, as that of an empty slot is. Times
 * come round, but debts are short.
 */
static u64 debt_of(u64 slot, u64 now)
{
	u64 debt = (slot - now) & TIME_MASK;

	return slot && debt <= DEBT_MAX ? debt : 0;
}

/* The slot of @tag, else a free one; NULL if there is neither. */
static atomic64_t *find_slot(atomic64_t *set, u64 tag, u64 now, s64 *value)
{
	atomic64_t *free = NULL;
	s64 v;
	int i;

	for (i = 0; i < UCSEC_SOURCES_WAYS; i++) {
		v = atomic64_read(&set[i]);
		if ((u64)v >> TIME_BITS == tag) {
			*value = v;
			return &set[i];
		}
		if (!free && !debt_of(v, now)) {
			free = &set[i];
			*value = v;
		}
	}
	return free;
}

bool ucsec_sources_take(struct ucsec_sources *sources, u32 trunk, bool v6,
			u64 hi, const struct ucsec_rate *rate, u64 now,
			bool trial)
{
	u64 step, next, hash, tag, debt;
	atomic64_t *set, *slot;
	bool pass = true;
	s64 old;
	int i;

	if (!rate->per_second)
		return true;
	hash = siphash_2u64(hi, (u64)v6 << 32 | trunk, &sources->key);
	set = sources->set[hash % UCSEC_SOURCES_SETS].slot;
	tag = hash >> TIME_BITS;
	now = now >> TIME_SHIFT & TIME_MASK;
	step = max_t(u64, div_u64(NSEC_PER_SEC >> TIME_SHIFT,
				  rate->per_second), 1);
	/* Another processor may take the free slot first: look again. */
	for (i = 0; i < TRIES; i++) {
		slot = find_slot(set, tag, now, &old);
		if (!slot)
			return true;
		debt = debt_of(old, now);
		pass = advance(now, step, rate->burst, now + debt, &next);
		if (trial || (!pass && next >= now + debt) ||
		    atomic64_try_cmpxchg(slot, &old, tag << TIME_BITS |
						     (next & TIME_MASK)))
			break;
	}
	return pass;
}
