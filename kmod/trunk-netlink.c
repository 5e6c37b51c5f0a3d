// SPDX-License-Identifier: GPL-2.0
/* Requests about trunks and their prefixes: parse, check, call objects. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "acl-attr.h"
#include "acl-fill.h"
#include "netlink.h"
#include "policy.h"
#include "stage.h"

int ucsec_nl_with_config(struct genl_info *info, u32 max,
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

struct ucsec_acl *ucsec_nl_acl(struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];

	return &un->acl;
}

/* The staged set a request names. */
struct ucsec_stage *ucsec_nl_find_stage(struct genl_info *info,
					const struct ucsec_trunk_config *cfg)
{
	struct ucsec_stage *stage =
		ucsec_stage_find(ucsec_nl_acl(info), cfg->stage);

	if (stage)
		return stage;
	return ERR_PTR(ucsec_nl_refuse(info, cfg->attrs[UCSEC_A_TRUNK_STAGE],
				       -ESTALE, "that staged set is gone"));
}

/* The trunk in force that a request names. */
static struct ucsec_trunk *find_trunk(struct genl_info *info,
				      const struct ucsec_trunk_config *cfg)
{
	struct ucsec_trunk *trunk =
		ucsec_ruleset_find(ucsec_nl_acl(info), cfg->id);

	if (trunk)
		return trunk;
	return ERR_PTR(ucsec_nl_refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID],
				       -ENOENT, "no such trunk"));
}

/* In the place of @id, or of none; takes @trunk also if it fails. */
static int exchange(struct genl_info *info, struct ucsec_trunk_config *cfg,
		    u32 id, struct ucsec_trunk *trunk)
{
	const struct ucsec_leaving leaving = {.id = id};
	struct ucsec_ruleset_fault fault = {};
	int err;

	err = ucsec_acl_exchange(info->user_ptr[0], &leaving, &trunk, 1,
				 &fault);
	if (!err)
		return 0;
	ucsec_trunk_put(trunk);
	return ucsec_attr_refused(info, cfg, err, &fault);
}

int ucsec_nl_remove(struct genl_info *info, const struct ucsec_leaving *leaving)
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
	err = ucsec_stage_insert(ucsec_nl_acl(info), stage, trunk);
	if (!err)
		return 0;
	ucsec_trunk_put(trunk);
	if (err == -EEXIST)
		return ucsec_nl_refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID], err,
				       "another trunk has that id");
	if (err == -ENOSPC)
		return ucsec_nl_refuse(
			info, NULL, err,
			"more trunks or prefixes than there may be");
	return err;
}

static int trunk_new(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_acl *acl = ucsec_nl_acl(info);
	struct ucsec_stage *stage = NULL;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = ucsec_attr_trunk_new(info, cfg);
	if (err)
		return err;
	if (UCSEC_TRUNK_HAVE(cfg, STAGE)) {
		stage = ucsec_nl_find_stage(info, cfg);
		if (IS_ERR(stage))
			return PTR_ERR(stage);
	}
	if (!cfg->id)
		cfg->id = stage ? ucsec_stage_free_id(acl, stage) :
				  ucsec_acl_free_id(acl);
	else if (!stage && ucsec_ruleset_find(acl, cfg->id))
		return ucsec_nl_refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID],
				       -EEXIST, "another trunk has that id");
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
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_trunk_new_nl_policy) - 1, trunk_new);
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
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_trunk_set_nl_policy) - 1, trunk_set);
}

static int trunk_del(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_leaving leaving = {.id = cfg->id};
	struct ucsec_trunk *trunk;
	int err;

	err = ucsec_attr_trunk_id(info, cfg);
	if (err)
		return err;
	trunk = find_trunk(info, cfg);
	if (IS_ERR(trunk))
		return PTR_ERR(trunk);
	return ucsec_nl_remove(info, &leaving);
}

int ucsec_nl_trunk_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_trunk_id_nl_policy) - 1, trunk_del);
}

/* Is what is staged to replace none but those whose cookie begins so? */
static bool stage_is_of(const struct ucsec_stage *stage,
			const struct ucsec_trunk_config *cfg)
{
	return stage && stage->cookie_len >= cfg->cookie_len &&
	       !memcmp(stage->cookie, cfg->cookie, cfg->cookie_len);
}

static int trunk_flush(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_acl *acl = ucsec_nl_acl(info);
	const struct ucsec_leaving leaving = {
		.by_cookie = true,
		.cookie = cfg->cookie,
		.cookie_len = cfg->cookie_len,
	};
	int err;

	err = ucsec_nl_remove(info, &leaving);
	/* What was to come in their place is gone as well. */
	if (!err && stage_is_of(acl->stage, cfg))
		ucsec_stage_discard(acl);
	return err;
}

int ucsec_nl_trunk_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_trunk_cookie_nl_policy) - 1,
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

		if (trunk->id < id || (only && trunk->id != nla_get_u32(only)))
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
	struct ucsec_stage *stage = ucsec_nl_find_stage(info, cfg);
	struct ucsec_trunk *trunk;
	int err;

	if (IS_ERR(stage))
		return PTR_ERR(stage);
	trunk = xa_load(&stage->trunks, cfg->id);
	if (!trunk)
		return ucsec_nl_refuse(info, cfg->attrs[UCSEC_A_TRUNK_ID],
				       -ENOENT, "no such trunk");
	err = ucsec_stage_add(ucsec_nl_acl(info), stage, trunk, cfg->prefixes,
			      cfg->nprefixes);
	if (err == -ENOSPC)
		return ucsec_nl_refuse(info, cfg->attrs[UCSEC_A_TRUNK_PREFIX],
				       err, "more prefixes than there may be");
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
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_prefix_new_nl_policy) - 1, prefix_new);
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
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_prefix_del_nl_policy) - 1, prefix_del);
}
