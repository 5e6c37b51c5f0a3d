// SPDX-License-Identifier: GPL-2.0
/* Trunks and their accounts: made, changed by copy, counted and freed. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "trunk.h"
#include "ucsec.h"

/*
 * Accounts
 */

struct ucsec_account *ucsec_account_new(void)
{
	struct ucsec_account *account = kzalloc(sizeof(*account), GFP_KERNEL);
	int cpu;

	if (!account)
		return NULL;
	account->counts = alloc_percpu(struct ucsec_counts_cpu);
	if (!account->counts) {
		kfree(account);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(account->counts, cpu)->syncp);
	refcount_set(&account->refs, 1);
	return account;
}

void ucsec_account_put(struct ucsec_account *account)
{
	if (!account || !refcount_dec_and_test(&account->refs))
		return;
	free_percpu(account->counts);
	kfree(account);
}

void ucsec_account_counts(const struct ucsec_account *account,
			  struct ucsec_counts *sum)
{
	struct ucsec_counts snap;
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ucsec_counts_cpu *c =
			per_cpu_ptr(account->counts, cpu);
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < UCSEC_COUNTS; i++)
				snap.count[i] = u64_stats_read(&c->count[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		for (i = 0; i < UCSEC_COUNTS; i++)
			sum->count[i] += snap.count[i];
	}
}

u64 ucsec_account_denials(const struct ucsec_account *account)
{
	u64 n, sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ucsec_counts_cpu *c =
			per_cpu_ptr(account->counts, cpu);
		const u64_stats_t *v = &c->count[UCSEC_COUNT_VERDICT];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			n = u64_stats_read(&v[UCSEC_VERDICT_DROP]) +
			    u64_stats_read(&v[UCSEC_VERDICT_REJECT]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		sum += n;
	}
	return sum;
}

/*
 * Trunks
 */

static void free_trunk(struct ucsec_trunk *trunk)
{
	ucsec_account_put(trunk->account);
	kvfree(trunk->prefixes);
	kfree(trunk);
	ucsec_object_destroyed(UCSEC_OBJECT_TRUNK);
}

static void apply(struct ucsec_trunk *trunk,
		  const struct ucsec_trunk_config *cfg)
{
	if (UCSEC_TRUNK_HAVE(cfg, KIND))
		trunk->kind = cfg->kind;
	if (UCSEC_TRUNK_HAVE(cfg, TRANSPORTS))
		trunk->transports = cfg->transports;
	if (UCSEC_TRUNK_HAVE(cfg, METHODS))
		trunk->methods = cfg->methods;
	if (UCSEC_TRUNK_HAVE(cfg, BOXES))
		trunk->boxes = cfg->boxes;
	if (UCSEC_TRUNK_HAVE(cfg, UNPARSED))
		trunk->unparsed = cfg->unparsed;
	if (UCSEC_TRUNK_HAVE(cfg, DENIAL))
		trunk->denial = cfg->denial;
	if (UCSEC_TRUNK_HAVE(cfg, RATE)) {
		memcpy(trunk->rate, cfg->rate, sizeof(trunk->rate));
		trunk->limited = memchr_inv(cfg->rate, 0, sizeof(cfg->rate));
	}
	if (UCSEC_TRUNK_HAVE(cfg, PORT)) {
		trunk->nports = cfg->nports;
		memcpy(trunk->port, cfg->port, sizeof(trunk->port));
	}
	if (UCSEC_TRUNK_HAVE(cfg, COOKIE)) {
		trunk->cookie_len = cfg->cookie_len;
		memcpy(trunk->cookie, cfg->cookie, sizeof(trunk->cookie));
	}
}

struct ucsec_trunk *ucsec_trunk_new(const struct ucsec_trunk *from,
				    const struct ucsec_trunk_config *cfg)
{
	struct ucsec_trunk *trunk;
	int err = -ENOMEM;

	trunk = kzalloc(sizeof(*trunk), GFP_KERNEL);
	if (!trunk)
		return ERR_PTR(-ENOMEM);
	ucsec_object_created(UCSEC_OBJECT_TRUNK);
	if (from) {
		*trunk = *from;
		trunk->nprefixes = 0;
		trunk->room = 0;
		trunk->prefixes = NULL;
		refcount_inc(&trunk->account->refs);
	} else {
		trunk->id = cfg->id;
		trunk->methods = 2 * UCSEC_METHOD_OTHER - 1;	/* all */
		trunk->unparsed = UCSEC_VERDICT_DROP;
		trunk->denial = UCSEC_VERDICT_DROP;
		trunk->account = ucsec_account_new();
	}
	refcount_set(&trunk->refs, 1);
	if (!trunk->account)
		goto err_trunk;
	apply(trunk, cfg);
	if (UCSEC_TRUNK_HAVE(cfg, PREFIX))
		err = ucsec_trunk_add(trunk, cfg->prefixes, cfg->nprefixes);
	else
		err = from ? ucsec_trunk_add(trunk, from->prefixes,
					     from->nprefixes) : 0;
	if (!err)
		return trunk;

err_trunk:
	free_trunk(trunk);
	return ERR_PTR(err);
}

void ucsec_trunk_hold(struct ucsec_trunk *trunk)
{
	refcount_inc(&trunk->refs);
}

void ucsec_trunk_put(struct ucsec_trunk *trunk)
{
	if (trunk && refcount_dec_and_test(&trunk->refs))
		free_trunk(trunk);
}

bool ucsec_trunk_is_of(const struct ucsec_trunk *trunk, const u8 *cookie,
		       u32 len)
{
	return trunk->cookie_len >= len && !memcmp(trunk->cookie, cookie, len);
}

/*
 * Prefixes
 */

int ucsec_trunk_add(struct ucsec_trunk *trunk, const struct ucsec_prefix *p,
		    u32 n)
{
	u32 want = trunk->nprefixes + n;
	struct ucsec_prefix *room;

	if (!n)
		return 0;
	if (want > trunk->room) {
		/* At most double, so that many small additions stay cheap. */
		u32 size = max(want, 2 * trunk->nprefixes);

		room = kvmalloc_array(size, sizeof(*room), GFP_KERNEL);
		if (!room)
			return -ENOMEM;
		if (trunk->nprefixes)
			memcpy(room, trunk->prefixes,
			       trunk->nprefixes * sizeof(*room));
		kvfree(trunk->prefixes);
		trunk->prefixes = room;
		trunk->room = size;
	}
	memcpy(&trunk->prefixes[trunk->nprefixes], p, n * sizeof(*p));
	trunk->nprefixes = want;
	return 0;
}

static int sort(struct ucsec_prefix *p, u32 n)
{
	struct ucsec_prefix *scratch;

	scratch = kvmalloc_array(n, sizeof(*scratch), GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;
	ucsec_prefix_sort(p, n, scratch);
	kvfree(scratch);
	return 0;
}

int ucsec_trunk_sort(struct ucsec_trunk *trunk, struct ucsec_prefix *twice)
{
	const struct ucsec_prefix *p;
	int err = sort(trunk->prefixes, trunk->nprefixes);

	if (err)
		return err;
	p = ucsec_prefix_twice(trunk->prefixes, trunk->nprefixes);
	if (!p)
		return 0;
	*twice = *p;
	return -EEXIST;
}

int ucsec_trunk_subtract(struct ucsec_trunk *trunk, struct ucsec_prefix *p,
			 u32 n, struct ucsec_prefix *missing)
{
	struct ucsec_prefix *have = trunk->prefixes;
	u32 i, at = 0, left = 0;
	int err = sort(p, n), order;

	if (err)
		return err;
	/* Both in order: one walk along both. */
	for (i = 0; i < trunk->nprefixes; i++) {
		order = at < n ? ucsec_prefix_compare(&p[at], &have[i]) : 1;
		if (order < 0)
			break;
		if (order)
			have[left++] = have[i];
		else
			at++;
	}
	if (at < n) {
		*missing = p[at];
		return -ENOENT;
	}
	trunk->nprefixes = left;
	return 0;
}
