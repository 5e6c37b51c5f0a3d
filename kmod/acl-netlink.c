// SPDX-License-Identifier: GPL-2.0
/* Requests about trunks and the ACL: parse, check, call objects. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "acl-attr.h"
#include "acl-fill.h"
#include "netlink.h"
#include "policy.h"
#include "stage.h"

static int refuse(struct genl_info *info, const struct nlattr *attr, int err,
		  const char *sentence)
{
	if (info->extack) {
		info->extack->bad_attr = attr;
		info->extack->_msg = sentence;
	}
	return err;
}

/* Parses into a configuration, has it handled, and frees it. */
static int with_config(struct genl_info *info, u32 max,
		       int (*handle)(struct genl_info *,
				     struct ucsec_trunk_config *))
{
	struct ucsec_trunk_config *cfg = kzalloc(sizeof(*cfg), GFP_KERNEL);
	int err;

	if (!cfg)
		return ucsec_nl_no_memory(info);
	err = ucsec_attr_trunk(info, max, cfg);
	if (!err)
		err = handle(info, cfg);
	kvfree(cfg->prefixes);
	kfree(cfg);
	/* What lacks memory further down has no words of its own. */
	return err == -ENOMEM ? ucsec_nl_no_memory(info) : err;
}

static struct ucsec_acl *acl_of(struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];

	return &un->acl;
}

/* The staged set a request names. */
static struct ucsec_stage *find_stage(struct genl_info *info,
				      const struct ucsec_trunk_config *cfg)
{
	struct ucsec_stage *stage = ucsec_stage_find(acl_of(info), cfg->stage);

	if (stage)
		return stage;
	return ERR_PTR(refuse(info, cfg->attrs[UCSEC_A_TRUNK_STAGE], -ESTALE,
			      "that staged set is gone"));
}

/* The trunk in force that a request names. */
static struct ucsec_trunk *find_trunk(struct genl_info *info,
				      const struct ucsec_trunk_config *cfg)
{
	struct ucsec_trunk *trunk = ucsec_ruleset_find(acl_of(info), cfg->id);

	if (trunk)
		return trunk;
	return ERR_PTR(refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID], -ENOENT,
			      "no such trunk"));
}

/* In the place of @id, or of none; takes @trunk also if it fails. */
static int exchange(struct genl_info *info, struct ucsec_trunk_config *cfg,
		    u32 id, struct ucsec_trunk *trunk)
{
	const struct ucsec_leaving leaving = { .id = id };
	struct ucsec_ruleset_fault fault = {};
	int err;

	err = ucsec_acl_exchange(info->user_ptr[0], &leaving, &trunk, 1,
				 &fault);
	if (!err)
		return 0;
	ucsec_trunk_put(trunk);
	return ucsec_attr_refused(info, cfg, err, &fault);
}

static int remove(struct genl_info *info, const struct ucsec_leaving *leaving)
{
	struct ucsec_ruleset_fault fault = {};
	int err;

	err = ucsec_acl_exchange(info->user_ptr[0], leaving, NULL, 0, &fault);
	if (!err)
		return 0;
	err = ucsec_attr_refused(info, NULL, err, &fault);
	return err == -ENOMEM ? ucsec_nl_no_memory(info) : err;
}

/*
 * Trunks
 */

static int insert(struct genl_info *info, struct ucsec_trunk_config *cfg,
		  struct ucsec_stage *stage)
{
	struct ucsec_trunk *trunk = ucsec_trunk_new(NULL, cfg);
	int err;

	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	if (!stage)
		return exchange(info, cfg, 0, trunk);
	err = ucsec_stage_insert(acl_of(info), stage, trunk);
	if (!err)
		return 0;
	ucsec_trunk_put(trunk);
	if (err == -EEXIST)
		return refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID], err,
			      "another trunk has that id");
	if (err == -ENOSPC)
		return refuse(info, NULL, err,
			      "more trunks or prefixes than there may be");
	return err;
}

static int trunk_new(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_acl *acl = acl_of(info);
	struct ucsec_stage *stage = NULL;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = ucsec_attr_trunk_new(info, cfg);
	if (err)
		return err;
	if (UCSEC_TRUNK_HAVE(cfg, STAGE)) {
		stage = find_stage(info, cfg);
		if (IS_ERR(stage))
			return PTR_ERR(stage);
	}
	if (!cfg->id)
		cfg->id = stage ? ucsec_stage_free_id(acl, stage) :
				  ucsec_acl_free_id(acl);
	else if (!stage && ucsec_ruleset_find(acl, cfg->id))
		return refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID], -EEXIST,
			      "another trunk has that id");
	/* First, so that no trunk is made whose id cannot be told. */
	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	err = nla_put_u32(msg, UCSEC_A_TRUNK_ID, cfg->id);
	if (!err)
		err = insert(info, cfg, stage);
	return ucsec_nl_reply_send(info, msg, hdr, err);
}

int ucsec_nl_trunk_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_trunk_new_nl_policy) - 1,
			   trunk_new);
}

static int trunk_set(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_trunk *old, *trunk;
	int err;

	err = ucsec_attr_trunk_id(info, cfg);
	if (err)
		return err;
	old = find_trunk(info, cfg);
	if (IS_ERR(old))
		return PTR_ERR(old);
	err = ucsec_attr_trunk_kind(info, cfg, old->kind);
	if (err)
		return err;
	trunk = ucsec_trunk_new(old, cfg);
	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	return exchange(info, cfg, old->id, trunk);
}

int ucsec_nl_trunk_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_trunk_set_nl_policy) - 1,
			   trunk_set);
}

static int trunk_del(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_leaving leaving = { .id = cfg->id };
	struct ucsec_trunk *trunk;
	int err;

	err = ucsec_attr_trunk_id(info, cfg);
	if (err)
		return err;
	trunk = find_trunk(info, cfg);
	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	return remove(info, &leaving);
}

int ucsec_nl_trunk_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_trunk_id_nl_policy) - 1,
			   trunk_del);
}

static int trunk_flush(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	const struct ucsec_leaving leaving = {
		.by_cookie = true,
		.cookie = cfg->cookie,
		.cookie_len = cfg->cookie_len,
	};
	int err;

	err = remove(info, &leaving);
	/* What was to come is gone as well. */
	if (!err)
		ucsec_stage_discard(acl_of(info));
	return err;
}

int ucsec_nl_trunk_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_trunk_cookie_nl_policy) - 1,
			   trunk_flush);
}

/*
 * A part of a trunk as a message of its own; -EMSGSIZE if @skb is full, with
 * *@at where the next one begins.
 */
static int dump_part(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct ucsec_trunk *trunk, u32 *at)
{
	u32 from = *at;
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &ucsec_netlink_family, NLM_F_MULTI,
			  UCSEC_CMD_TRUNK_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	err = ucsec_fill_trunk(skb, trunk, at);
	if (err && *at == from)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/* args: the id and the prefix to go on with; whether it began; whether it ended */
int ucsec_nl_trunk_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ucsec_net *un = ucsec_net(sock_net(cb->skb->sk));
	const struct nlattr *only =
		genl_dumpit_info(cb)->attrs[UCSEC_A_TRUNK_ID];
	const struct ucsec_ruleset *rules;
	u32 i, id = cb->args[0], at = cb->args[1];
	int err = 0;

	if (cb->args[3])
		return 0;
	mutex_lock(&un->lock);
	rules = ucsec_ruleset(&un->acl);
	cb->seq = un->acl.generation;
	if (only && !cb->args[2] &&
	    !ucsec_ruleset_find(&un->acl, nla_get_u32(only))) {
		NL_SET_ERR_MSG_ATTR(cb->extack, only, "no such trunk");
		err = -ENOENT;
	}
	cb->args[2] = 1;
	for (i = 0; rules && i < rules->ntrunks && !err; i++) {
		const struct ucsec_trunk *trunk = rules->trunk[i];

		if (trunk->id < id ||
		    (only && trunk->id != nla_get_u32(only)))
			continue;
		/* Another one took its place: the reader is told to repeat. */
		if (trunk->id != id || at > trunk->nprefixes)
			at = 0;
		id = trunk->id;
		err = dump_part(skb, cb, trunk, &at);
		if (!err) {
			id++;
			at = 0;
		}
	}
	mutex_unlock(&un->lock);
	cb->args[0] = id;
	cb->args[1] = at;
	cb->args[3] = !err;
	return skb->len ?: err;
}

/*
 * Prefixes
 */

/* What changes nothing of a trunk. */
static const struct ucsec_trunk_config no_change;

static int stage_prefixes(struct genl_info *info,
			  struct ucsec_trunk_config *cfg)
{
	struct ucsec_stage *stage = find_stage(info, cfg);
	struct ucsec_trunk *trunk;
	int err;

	if (IS_ERR(stage))
		return PTR_ERR(stage);
	trunk = xa_load(&stage->trunks, cfg->id);
	if (!trunk)
		return refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID], -ENOENT,
			      "no such trunk");
	err = ucsec_stage_add(acl_of(info), stage, trunk, cfg->prefixes,
			      cfg->nprefixes);
	if (err == -ENOSPC)
		return refuse(info, cfg->attrs[UCSEC_A_TRUNK_PREFIX], err,
			      "more prefixes than there may be");
	return err;
}

static int prefix_new(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_trunk *old, *trunk;
	int err;

	err = ucsec_attr_prefixes(info, cfg);
	if (err)
		return err;
	if (UCSEC_TRUNK_HAVE(cfg, STAGE))
		return stage_prefixes(info, cfg);
	old = find_trunk(info, cfg);
	if (IS_ERR(old))
		return PTR_ERR(old);
	trunk = ucsec_trunk_new(old, &no_change);
	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	err = ucsec_trunk_add(trunk, cfg->prefixes, cfg->nprefixes);
	if (!err)
		return exchange(info, cfg, old->id, trunk);
	ucsec_trunk_put(trunk);
	return err;
}

int ucsec_nl_prefix_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_prefix_new_nl_policy) - 1,
			   prefix_new);
}

static int prefix_del(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_ruleset_fault fault = {};
	struct ucsec_trunk *old, *trunk;
	int err;

	err = ucsec_attr_prefixes(info, cfg);
	if (err)
		return err;
	old = find_trunk(info, cfg);
	if (IS_ERR(old))
		return PTR_ERR(old);
	trunk = ucsec_trunk_new(old, &no_change);
	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	err = ucsec_trunk_subtract(trunk, cfg->prefixes, cfg->nprefixes,
				   &fault.prefix);
	if (err == -ENOENT) {
		fault.sentence = "the trunk has no such prefix";
	} else if (!err && !trunk->nprefixes) {
		fault.sentence = "the last prefix of a trunk stays";
		err = -EINVAL;
	}
	if (!err)
		return exchange(info, cfg, old->id, trunk);
	ucsec_trunk_put(trunk);
	return ucsec_attr_refused(info, cfg, err, &fault);
}

int ucsec_nl_prefix_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_prefix_del_nl_policy) - 1,
			   prefix_del);
}

/*
 * Staged sets
 */

static int acl_begin(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_stage *stage;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	stage = ucsec_stage_begin(acl_of(info), cfg->cookie, cfg->cookie_len);
	err = stage ? nla_put_u32(msg, UCSEC_A_TRUNK_STAGE, stage->token) :
		      -ENOMEM;
	return ucsec_nl_reply_send(info, msg, hdr, err);
}

int ucsec_nl_acl_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_trunk_cookie_nl_policy) - 1,
			   acl_begin);
}

static int acl_commit(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_ruleset_fault fault = {};
	struct ucsec_stage *stage;
	int err;

	if (!UCSEC_TRUNK_HAVE(cfg, STAGE)) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, UCSEC_A_TRUNK_STAGE);
		return refuse(info, NULL, -EINVAL, "which staged set?");
	}
	stage = find_stage(info, cfg);
	if (IS_ERR(stage))
		return PTR_ERR(stage);
	err = ucsec_stage_commit(info->user_ptr[0], stage, &fault);
	return err ? ucsec_attr_refused(info, NULL, err, &fault) : 0;
}

int ucsec_nl_acl_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_config(info, ARRAY_SIZE(ucsec_acl_commit_nl_policy) - 1,
			   acl_commit);
}

/*
 * Parameters and trials
 */

int ucsec_nl_acl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;

	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	return ucsec_nl_reply_send(info, msg, hdr,
				   ucsec_fill_acl(msg, acl_of(info)));
}

/* Packets read some of them meanwhile. */
static void set_params(struct ucsec_acl_params *to,
		       const struct ucsec_acl_params *from)
{
	WRITE_ONCE(to->unknown, from->unknown);
	WRITE_ONCE(to->mark, from->mark);
	WRITE_ONCE(to->reject.per_second, from->reject.per_second);
	WRITE_ONCE(to->reject.burst, from->reject.burst);
	to->max_trunks = from->max_trunks;
	to->max_prefixes = from->max_prefixes;
	to->denial_burst = from->denial_burst;
	to->nports = from->nports;
	memcpy(to->port, from->port, sizeof(to->port));
}

int ucsec_nl_acl_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct ucsec_leaving nobody = {};
	struct ucsec_acl *acl = acl_of(info);
	struct ucsec_acl_params params = acl->params, before = acl->params;
	int err;

	err = ucsec_attr_acl(info, &params);
	if (err)
		return err;
	set_params(&acl->params, &params);
	if (!info->attrs[UCSEC_A_ACL_PORT])
		return 0;
	/* Ports are part of the rules. */
	err = remove(info, &nobody);
	if (err)
		set_params(&acl->params, &before);
	return err;
}

int ucsec_nl_acl_test_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];
	struct ucsec_acl_result r = {};
	struct ucsec_trial t;
	struct sk_buff *msg;
	bool local;
	void *hdr;
	int err;

	err = ucsec_attr_trial(info, &t);
	if (err)
		return err;
	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	local = t.packet.v6 ? ucsec_acl_is_local6(un->net, &t.daddr6, NULL) :
			      ucsec_acl_is_local4(un->net, t.daddr4);
	if (!local) {
		err = refuse(info, t.daddr, -EADDRNOTAVAIL,
			     "not an address of this namespace");
	} else if (!ucsec_acl_lookup(&un->acl, &t.packet, &r)) {
		err = refuse(info, t.dport, -ENOENT,
			     "not a port of signalling");
	} else {
		ucsec_acl_judge(&un->acl, &t.packet, true, &r);
		err = ucsec_fill_trial(msg, &r);
	}
	rcu_read_unlock();
	return ucsec_nl_reply_send(info, msg, hdr, err);
}
