/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trunk: whose signalling may be what.
 *
 * A trunk does not change once it is in a ruleset: a change makes a new one,
 * which shares the account with the old one, so that counters and buckets go
 * on. Rulesets and staged sets hold references; packets hold none.
 */
#ifndef UCSEC_TRUNK_H
#define UCSEC_TRUNK_H

#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/u64_stats_sync.h>
#include <uapi/linux/ucsec.h>
#include "prefix.h"
#include "rate.h"

struct nlattr;

/* Counters by verdict, class and reason of denial, one after the other. */
enum ucsec_count {
	UCSEC_COUNT_VERDICT,
	UCSEC_COUNT_CLASS = UCSEC_COUNT_VERDICT + __UCSEC_VERDICT_MAX,
	UCSEC_COUNT_DENIAL = UCSEC_COUNT_CLASS + __UCSEC_CLASS_MAX,
	UCSEC_COUNTS = UCSEC_COUNT_DENIAL + __UCSEC_DENIAL_MAX
};

struct ucsec_counts {
	u64 count[UCSEC_COUNTS];
};

struct ucsec_counts_cpu {
	u64_stats_t count[UCSEC_COUNTS];
	struct u64_stats_sync syncp;
};

/* What a trunk has used up and met, or what unknown sources have. */
struct ucsec_account {
	refcount_t refs;
	struct ucsec_counts_cpu __percpu *counts;
	struct ucsec_bucket bucket[UCSEC_RATE_SOURCE];

	/* Of the watch, under un->lock. */
	u64 denials_seen;	/* at the last look */
	u64 burst_began;	/* denials before the burst */
	bool in_burst;
	u8 calm;		/* seconds below the limit in a burst */
};

/* A request about a trunk; the have bits are 1 << UCSEC_A_TRUNK_x. */
struct ucsec_trunk_config {
	struct nlattr *attrs[UCSEC_A_TRUNK_MAX + 1];	/* for its faults */
	u64 have;
	u32 id;
	u32 stage;
	u32 kind;
	u32 transports;
	u32 methods;
	u32 boxes;
	u32 unparsed;
	u32 denial;
	struct ucsec_rate rate[__UCSEC_RATE_MAX];
	u32 nports;
	u16 port[UCSEC_MAX_TRUNK_PORTS];
	u8 cookie_len;
	u8 cookie[UCSEC_MAX_COOKIE_LEN];
	u32 nprefixes;
	struct ucsec_prefix *prefixes;	/* the caller frees them */
};

#define UCSEC_TRUNK_HAVE(cfg, attr) \
	((cfg)->have & BIT_ULL(UCSEC_A_TRUNK_##attr))

struct ucsec_trunk {
	refcount_t refs;
	struct ucsec_account *account;
	u32 id;
	u32 kind;
	u32 transports;
	u32 methods;
	u32 boxes;
	u32 unparsed;
	u32 denial;
	bool limited;			/* it has a rate at all */
	struct ucsec_rate rate[__UCSEC_RATE_MAX];
	u32 nports;
	u16 port[UCSEC_MAX_TRUNK_PORTS];	/* host order */
	u8 cookie_len;
	u8 cookie[UCSEC_MAX_COOKIE_LEN];
	u32 nprefixes;
	u32 room;			/* for prefixes, while staged */
	struct ucsec_prefix *prefixes;	/* sorted, once in a ruleset */
};

struct ucsec_account *ucsec_account_new(void);
void ucsec_account_put(struct ucsec_account *account);
/* Sums over CPUs. */
void ucsec_account_counts(const struct ucsec_account *account,
			  struct ucsec_counts *sum);
u64 ucsec_account_denials(const struct ucsec_account *account);

/*
 * A trunk as @from, if there is one, with what @cfg has; ERR_PTR. Its account
 * is that of @from or a new one.
 */
struct ucsec_trunk *ucsec_trunk_new(const struct ucsec_trunk *from,
				    const struct ucsec_trunk_config *cfg);
void ucsec_trunk_hold(struct ucsec_trunk *trunk);
/* Process context: the last one frees. */
void ucsec_trunk_put(struct ucsec_trunk *trunk);
/* More prefixes for a trunk that no ruleset has. */
int ucsec_trunk_add(struct ucsec_trunk *trunk, const struct ucsec_prefix *p,
		    u32 n);
/* Brings them in order; the same one twice: -EEXIST and *@twice. */
int ucsec_trunk_sort(struct ucsec_trunk *trunk, struct ucsec_prefix *twice);
/*
 * Takes away those that are in @p, which it sorts; one that is not there:
 * -ENOENT and *@missing. @trunk is sorted and in no ruleset.
 */
int ucsec_trunk_subtract(struct ucsec_trunk *trunk, struct ucsec_prefix *p,
			 u32 n, struct ucsec_prefix *missing);
/* Does the cookie begin so? All do with nothing. */
bool ucsec_trunk_is_of(const struct ucsec_trunk *trunk, const u8 *cookie,
		       u32 len);

#endif /* UCSEC_TRUNK_H */
