// SPDX-License-Identifier: GPL-2.0
/*
 * Building a ruleset: from trunks and ports to slots, and a prefix table for each
 * set of trunks that some slots have in common. Under un->lock.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include "ruleset.h"
#include "ucsec.h"

#define KEYS	(2 * 65536)

/*
 * A prefix table, with the trunks that it is made from. Slots that have the same
 * trunks share it; those begin with the same one, so that a list by the first
 * one is as short as a trunk has ports.
 */
struct ucsec_table {
	struct ucsec_prefix_table t;
	struct ucsec_table *next;		/* of the ruleset */
	struct ucsec_table *next_of_first;	/* while it is built */
	const u32 *member;			/* while it is built */
	u32 nmembers;
};

/* What is needed while a ruleset is built. */
struct build {
	struct ucsec_ruleset *rules;
	struct ucsec_ruleset_fault *fault;
	unsigned long *used;		/* bit by slot key */
	u32 *slot_of;			/* slot by key */
	u32 *at;			/* slot: where its members begin */
	u32 *member;			/* trunks by slot, in order */
	u32 nmembers;
	struct ucsec_table **of_first;	/* tables by their first trunk */
	struct ucsec_prefix *prefixes, *scratch;
};

static void free_table(struct ucsec_table *table)
{
	kvfree(table->t.start4);
	kvfree(table->t.owner4);
	kvfree(table->t.start6);
	kvfree(table->t.owner6);
	kfree(table);
}

void ucsec_ruleset_free(struct ucsec_ruleset *rules, bool put)
{
	struct ucsec_table *table;
	u32 i;

	while ((table = rules->tables)) {
		rules->tables = table->next;
		free_table(table);
		cond_resched();
	}
	for (i = 0; put && i < rules->ntrunks; i++)
		ucsec_trunk_put(rules->trunk[i]);
	kvfree(rules->slot);
	kvfree(rules);
	ucsec_object_destroyed(UCSEC_OBJECT_RULESET);
}

static void free_work(struct work_struct *work)
{
	ucsec_ruleset_free(container_of(to_rcu_work(work),
					struct ucsec_ruleset, free_work),
			   true);
}

/*
 * Slots
 */

/* Calls @visit for each slot of each trunk, by trunk. */
static void for_slots(struct build *b,
		      void (*visit)(struct build *, u32 key, u32 trunk))
{
	const struct ucsec_ruleset *rules = b->rules;
	u32 i, j;

	for (i = 0; i < rules->ntrunks; i++) {
		const struct ucsec_trunk *trunk = rules->trunk[i];

		for (j = 0; j < trunk->nports; j++) {
			if (trunk->transports & UCSEC_TRANSPORT_UDP)
				visit(b, ucsec_slot_key(trunk->port[j], false),
				      i);
			if (trunk->transports & ~UCSEC_TRANSPORT_UDP)
				visit(b, ucsec_slot_key(trunk->port[j], true),
				      i);
		}
		if (!(i & 1023))
			cond_resched();
	}
}

static void note_slot(struct build *b, u32 key, u32 trunk)
{
	__set_bit(key, b->used);
	b->nmembers++;
}

static void count_member(struct build *b, u32 key, u32 trunk)
{
	b->at[b->slot_of[key] + 1]++;
}

/* After all of them, at[] of a slot is where its members end. */
static void add_member(struct build *b, u32 key, u32 trunk)
{
	b->member[b->at[b->slot_of[key]]++] = trunk;
}

static int build_slots(struct build *b, const struct ucsec_acl_params *params)
{
	struct ucsec_ruleset *rules = b->rules;
	u32 i, n = 0;

	b->used = bitmap_zalloc(KEYS, GFP_KERNEL);
	b->slot_of = kvmalloc_array(KEYS, sizeof(*b->slot_of), GFP_KERNEL);
	if (!b->used || !b->slot_of)
		return -ENOMEM;
	for_slots(b, note_slot);
	for (i = 0; i < params->nports; i++) {
		__set_bit(ucsec_slot_key(params->port[i], false), b->used);
		__set_bit(ucsec_slot_key(params->port[i], true), b->used);
	}
	rules->nslots = bitmap_weight(b->used, KEYS);
	rules->slot = kvcalloc(rules->nslots ?: 1, sizeof(*rules->slot),
			       GFP_KERNEL);
	b->at = kvcalloc(rules->nslots + 1, sizeof(*b->at), GFP_KERNEL);
	b->member = kvmalloc_array(b->nmembers ?: 1, sizeof(*b->member),
				   GFP_KERNEL);
	if (!rules->slot || !b->at || !b->member)
		return -ENOMEM;
	for_each_set_bit(i, b->used, KEYS) {
		rules->slot[n].key = i;
		b->slot_of[i] = n++;
	}
	for_slots(b, count_member);
	for (i = 0; i < rules->nslots; i++)
		b->at[i + 1] += b->at[i];
	for_slots(b, add_member);
	return 0;
}

/*
 * Tables
 */

/* As ucsec_prefix_build() asks; the arrays of a family only if it is there. */
static int alloc_table(struct ucsec_table *table, u32 n4, u32 n6)
{
	struct ucsec_prefix_table *t = &table->t;
	size_t room4 = ucsec_prefix_room(n4), room6 = ucsec_prefix_room(n6);

	if (n4) {
		t->start4 = kvmalloc_array(room4, sizeof(*t->start4),
					   GFP_KERNEL);
		t->owner4 = kvmalloc_array(room4, sizeof(*t->owner4),
					   GFP_KERNEL);
		if (!t->start4 || !t->owner4)
			return -ENOMEM;
	}
	if (n6) {
		t->start6 = kvmalloc_array(room6, sizeof(*t->start6),
					   GFP_KERNEL);
		t->owner6 = kvmalloc_array(room6, sizeof(*t->owner6),
					   GFP_KERNEL);
		if (!t->start6 || !t->owner6)
			return -ENOMEM;
	}
	return 0;
}

static int build_table(struct build *b, struct ucsec_table *table)
{
	const struct ucsec_prefix *twice;
	u32 i, j, n = 0, n6 = 0;
	int err;

	for (i = 0; i < table->nmembers; i++) {
		u32 member = table->member[i];
		const struct ucsec_trunk *trunk = b->rules->trunk[member];

		for (j = 0; j < trunk->nprefixes; j++) {
			b->prefixes[n] = trunk->prefixes[j];
			b->prefixes[n].owner = member;
			n6 += b->prefixes[n++].v6;
		}
		cond_resched();
	}
	ucsec_prefix_sort(b->prefixes, n, b->scratch);
	twice = ucsec_prefix_twice(b->prefixes, n);
	if (twice) {
		b->fault->sentence =
			"two trunks have that prefix for one port and transport";
		b->fault->prefix = *twice;
		return -EEXIST;
	}
	err = alloc_table(table, n - n6, n6);
	if (err)
		return err;
	ucsec_prefix_build(&table->t, b->prefixes, n, b->scratch);
	return 0;
}

static struct ucsec_table *find_table(struct build *b, const u32 *member,
				      u32 nmembers)
{
	struct ucsec_table *table = b->of_first[member[0]];

	while (table && (table->nmembers != nmembers ||
			 memcmp(table->member, member,
				nmembers * sizeof(*member))))
		table = table->next_of_first;
	return table;
}

static int build_tables(struct build *b)
{
	struct ucsec_ruleset *rules = b->rules;
	struct ucsec_table *table;
	u32 i, from = 0;
	int err;

	b->of_first = kvcalloc(rules->ntrunks ?: 1, sizeof(*b->of_first),
			       GFP_KERNEL);
	b->prefixes = kvmalloc_array(rules->nprefixes ?: 1,
				     sizeof(*b->prefixes), GFP_KERNEL);
	b->scratch = kvmalloc_array(rules->nprefixes ?: 1,
				    sizeof(*b->scratch), GFP_KERNEL);
	if (!b->of_first || !b->prefixes || !b->scratch)
		return -ENOMEM;
	for (i = 0; i < rules->nslots; from = b->at[i++]) {
		const u32 *member = &b->member[from];
		u32 nmembers = b->at[i] - from;

		if (!nmembers)
			continue;
		table = find_table(b, member, nmembers);
		if (!table) {
			table = kzalloc(sizeof(*table), GFP_KERNEL);
			if (!table)
				return -ENOMEM;
			table->next = rules->tables;
			rules->tables = table;
			table->member = member;
			table->nmembers = nmembers;
			table->next_of_first = b->of_first[member[0]];
			b->of_first[member[0]] = table;
			err = build_table(b, table);
			if (err)
				return err;
		}
		rules->slot[i].table = &table->t;
	}
	return 0;
}

/* A limit that was lowered refuses growth, and nothing that makes it less. */
static int check(struct ucsec_acl *acl, struct ucsec_trunk **trunk, u32 n,
		 u64 *nprefixes, struct ucsec_ruleset_fault *fault)
{
	const struct ucsec_ruleset *old = ucsec_ruleset(acl);
	u32 max_trunks = max(acl->params.max_trunks, old ? old->ntrunks : 0);
	u32 max_prefixes = max(acl->params.max_prefixes,
			       old ? old->nprefixes : 0);
	u32 i;

	if (n > max_trunks) {
		fault->sentence = "more trunks than there may be";
		return -ENOSPC;
	}
	*nprefixes = 0;
	for (i = 0; i < n; i++) {
		*nprefixes += trunk[i]->nprefixes;
		if (trunk[i]->nprefixes)
			continue;
		fault->sentence = "a trunk needs a prefix";
		fault->trunk = trunk[i]->id;
		return -EINVAL;
	}
	if (*nprefixes > max_prefixes) {
		fault->sentence = "more prefixes than there may be";
		return -ENOSPC;
	}
	return 0;
}

struct ucsec_ruleset *ucsec_ruleset_build(struct ucsec_acl *acl,
					  struct ucsec_trunk **trunk, u32 n,
					  struct ucsec_ruleset_fault *fault)
{
	struct build b = { .fault = fault };
	u64 nprefixes;
	int err;

	err = check(acl, trunk, n, &nprefixes, fault);
	if (err)
		return ERR_PTR(err);
	b.rules = kvzalloc(struct_size(b.rules, trunk, n), GFP_KERNEL);
	if (!b.rules)
		return ERR_PTR(-ENOMEM);
	ucsec_object_created(UCSEC_OBJECT_RULESET);
	INIT_RCU_WORK(&b.rules->free_work, free_work);
	b.rules->ntrunks = n;
	b.rules->nprefixes = nprefixes;
	memcpy(b.rules->trunk, trunk, n * sizeof(*trunk));
	err = build_slots(&b, &acl->params);
	if (!err)
		err = build_tables(&b);
	bitmap_free(b.used);
	kvfree(b.slot_of);
	kvfree(b.at);
	kvfree(b.member);
	kvfree(b.of_first);
	kvfree(b.prefixes);
	kvfree(b.scratch);
	if (!err)
		return b.rules;
	ucsec_ruleset_free(b.rules, false);
	return ERR_PTR(err);
}
