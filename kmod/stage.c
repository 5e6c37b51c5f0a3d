// SPDX-License-Identifier: GPL-2.0
/* Changes to the set of trunks, each of them whole or not at all. */
#include <linux/mm.h>
#include <linux/slab.h>
#include "stage.h"
#include "ucsec.h"

static bool leaves(const struct ucsec_trunk *trunk,
		   const struct ucsec_leaving *leaving)
{
	if (leaving->by_cookie)
		return ucsec_trunk_is_of(trunk, leaving->cookie,
					 leaving->cookie_len);
	return leaving->id == trunk->id;
}

/* Both are by id, and so is what comes of them. */
static int merge(const struct ucsec_ruleset *rules,
		 const struct ucsec_leaving *leaving,
		 struct ucsec_trunk **new, u32 n, struct ucsec_trunk **all,
		 u32 *nall, struct ucsec_ruleset_fault *fault)
{
	u32 i, at = 0, to = 0;

	for (i = 0; rules && i < rules->ntrunks; i++) {
		struct ucsec_trunk *trunk = rules->trunk[i];

		if (leaves(trunk, leaving))
			continue;
		while (at < n && new[at]->id < trunk->id)
			all[to++] = new[at++];
		if (at < n && new[at]->id == trunk->id) {
			fault->sentence = "another trunk has that id";
			fault->trunk = trunk->id;
			return -EEXIST;
		}
		all[to++] = trunk;
	}
	while (at < n)
		all[to++] = new[at++];
	*nall = to;
	return 0;
}

static int sort_new(struct ucsec_trunk **new, u32 n,
		    struct ucsec_ruleset_fault *fault)
{
	u32 i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		/* Without any the ruleset has its own words. */
		if (!new[i]->nprefixes)
			continue;
		err = ucsec_trunk_sort(new[i], &fault->prefix);
		if (err == -EEXIST) {
			fault->sentence = "the same prefix twice";
			fault->trunk = new[i]->id;
		}
		cond_resched();
	}
	return err;
}

int ucsec_acl_exchange(struct ucsec_net *un,
		       const struct ucsec_leaving *leaving,
		       struct ucsec_trunk **new, u32 n,
		       struct ucsec_ruleset_fault *fault)
{
	const struct ucsec_ruleset *rules = ucsec_ruleset(&un->acl);
	u32 i, nall, room = n + (rules ? rules->ntrunks : 0);
	struct ucsec_trunk **all;
	int err;

	lockdep_assert_held(&un->lock);
	all = kvmalloc_array(room ?: 1, sizeof(struct ucsec_trunk *),
			     GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	err = merge(rules, leaving, new, n, all, &nall, fault);
	if (!err)
		err = sort_new(new, n, fault);
	if (err)
		goto out;
	/* For the new rules; those of the old ones go with these. */
	for (i = 0; i < nall; i++)
		ucsec_trunk_hold(all[i]);
	err = ucsec_ruleset_publish(un, all, nall, fault);
	for (i = 0; i < nall && err; i++)
		ucsec_trunk_put(all[i]);
	for (i = 0; i < n && !err; i++)
		ucsec_trunk_put(new[i]);
	/* Rules of nothing are none, and hold no reference. */
out:
	kvfree(all);
	return err;
}

u32 ucsec_acl_free_id(struct ucsec_acl *acl)
{
	const struct ucsec_ruleset *rules = ucsec_ruleset(acl);
	u32 id = 1;

	while (rules && id <= rules->ntrunks && rules->trunk[id - 1]->id == id)
		id++;
	return id;
}

/*
 * Staged sets
 */

void ucsec_stage_discard(struct ucsec_acl *acl)
{
	struct ucsec_stage *stage = acl->stage;
	struct ucsec_trunk *trunk;
	unsigned long id;

	if (!stage)
		return;
	acl->stage = NULL;
	xa_for_each(&stage->trunks, id, trunk) {
		ucsec_trunk_put(trunk);
		cond_resched();
	}
	xa_destroy(&stage->trunks);
	kfree(stage);
}

struct ucsec_stage *ucsec_stage_begin(struct ucsec_acl *acl, const u8 *cookie,
				      u32 len)
{
	struct ucsec_stage *stage = kzalloc(sizeof(*stage), GFP_KERNEL);

	if (!stage)
		return NULL;
	ucsec_stage_discard(acl);
	/* 0 is no token. */
	if (!++acl->last_stage)
		acl->last_stage = 1;
	stage->token = acl->last_stage;
	stage->cookie_len = len;
	memcpy(stage->cookie, cookie, len);
	stage->first_free = 1;
	xa_init(&stage->trunks);
	acl->stage = stage;
	return stage;
}

struct ucsec_stage *ucsec_stage_find(struct ucsec_acl *acl, u32 token)
{
	return acl->stage && acl->stage->token == token ? acl->stage : NULL;
}

u32 ucsec_stage_free_id(struct ucsec_acl *acl, struct ucsec_stage *stage)
{
	const struct ucsec_trunk *live;
	u32 id;

	for (id = stage->first_free; id; id++) {
		if (xa_load(&stage->trunks, id))
			continue;
		live = ucsec_ruleset_find(acl, id);
		if (!live || ucsec_trunk_is_of(live, stage->cookie,
					       stage->cookie_len))
			break;
	}
	/* What a trunk that goes meanwhile leaves free is not looked for. */
	stage->first_free = id;
	return id;
}

int ucsec_stage_insert(struct ucsec_acl *acl, struct ucsec_stage *stage,
		       struct ucsec_trunk *trunk)
{
	int err;

	/* What is staged may be in force at once: the same bounds. */
	if (stage->ntrunks >= acl->params.max_trunks ||
	    trunk->nprefixes > acl->params.max_prefixes ||
	    stage->nprefixes > acl->params.max_prefixes - trunk->nprefixes)
		return -ENOSPC;
	err = xa_insert(&stage->trunks, trunk->id, trunk, GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -EEXIST : err;
	if (trunk->id == stage->first_free)
		stage->first_free++;
	stage->ntrunks++;
	stage->nprefixes += trunk->nprefixes;
	return 0;
}

int ucsec_stage_add(struct ucsec_acl *acl, struct ucsec_stage *stage,
		    struct ucsec_trunk *trunk, const struct ucsec_prefix *p,
		    u32 n)
{
	int err;

	if (n > acl->params.max_prefixes ||
	    stage->nprefixes > acl->params.max_prefixes - n)
		return -ENOSPC;
	err = ucsec_trunk_add(trunk, p, n);
	if (!err)
		stage->nprefixes += n;
	return err;
}

/* Counters and buckets of an id go on. */
static void inherit(struct ucsec_acl *acl, const struct ucsec_leaving *leaving,
		    struct ucsec_trunk *trunk)
{
	const struct ucsec_trunk *live = ucsec_ruleset_find(acl, trunk->id);

	if (!live || !leaves(live, leaving) ||
	    live->account == trunk->account)
		return;
	refcount_inc(&live->account->refs);
	ucsec_account_put(trunk->account);
	trunk->account = live->account;
}

int ucsec_stage_commit(struct ucsec_net *un, struct ucsec_stage *stage,
		       struct ucsec_ruleset_fault *fault)
{
	const struct ucsec_leaving leaving = {
		.by_cookie = true,
		.cookie = stage->cookie,
		.cookie_len = stage->cookie_len,
	};
	struct ucsec_trunk *trunk, **new;
	unsigned long id;
	u32 n = 0;
	int err;

	new = kvmalloc_array(stage->ntrunks ?: 1, sizeof(struct ucsec_trunk *),
			     GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	xa_for_each(&stage->trunks, id, trunk) {
		inherit(&un->acl, &leaving, trunk);
		new[n++] = trunk;
	}
	/* Then the references are the ruleset's. */
	for (id = 0; id < n; id++)
		ucsec_trunk_hold(new[id]);
	err = ucsec_acl_exchange(un, &leaving, new, n, fault);
	for (id = 0; id < n && err; id++)
		ucsec_trunk_put(new[id]);
	kvfree(new);
	if (!err)
		ucsec_stage_discard(&un->acl);
	return err;
}
