// SPDX-License-Identifier: GPL-2.0
/* Requests about the ACL as a whole: staged sets, parameters, trials. */
#include <asm/unaligned.h>
#include <net/flow.h>
#include <net/route.h>
#include "acl-attr.h"
#include "acl-fill.h"
#include "netlink.h"
#include "policy.h"
#include "stage.h"

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
	stage = ucsec_stage_begin(ucsec_nl_acl(info), cfg->cookie,
				  cfg->cookie_len);
	err = stage ? nla_put_u32(msg, UCSEC_A_TRUNK_STAGE, stage->token) :
		      -ENOMEM;
	return ucsec_nl_reply_send(info, msg, hdr, err);
}

int ucsec_nl_acl_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_trunk_cookie_nl_policy) - 1, acl_begin);
}

static int acl_commit(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct ucsec_ruleset_fault fault = {};
	struct ucsec_stage *stage;
	int err;

	if (!UCSEC_TRUNK_HAVE(cfg, STAGE)) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, UCSEC_A_TRUNK_STAGE);
		return ucsec_nl_refuse(info, NULL, -EINVAL,
				       "which staged set?");
	}
	stage = ucsec_nl_find_stage(info, cfg);
	if (IS_ERR(stage))
		return PTR_ERR(stage);
	err = ucsec_stage_commit(info->user_ptr[0], stage, &fault);
	return err ? ucsec_attr_refused(info, NULL, err, &fault) : 0;
}

int ucsec_nl_acl_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ucsec_nl_with_config(
		info, ARRAY_SIZE(ucsec_acl_commit_nl_policy) - 1, acl_commit);
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
				   ucsec_fill_acl(msg, ucsec_nl_acl(info)));
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
	struct ucsec_acl *acl = ucsec_nl_acl(info);
	struct ucsec_acl_params params = acl->params, before = acl->params;
	int err;

	err = ucsec_attr_acl(info, &params);
	if (err)
		return err;
	set_params(&acl->params, &params);
	if (!info->attrs[UCSEC_A_ACL_PORT]) {
		acl->generation++;
		return 0;
	}
	/* Ports are part of the rules, and so they are a generation. */
	err = ucsec_nl_remove(info, &nobody);
	if (err)
		set_params(&acl->params, &before);
	return err;
}

static bool is_heard(struct net *net, struct ucsec_trial *t)
{
	u8 proto = t->packet.stream ? IPPROTO_TCP : IPPROTO_UDP;
	struct flowi4 flow4 = {
		.daddr = t->daddr4,
		.saddr = htonl(t->packet.hi >> 32),
		.fl4_dport = htons(t->packet.dport),
		.flowi4_proto = proto,
	};
	struct flowi6 flow6 = {
		.daddr = t->daddr6,
		.fl6_dport = htons(t->packet.dport),
		.flowi6_proto = proto,
	};

	if (!t->packet.v6) {
		/* As it would come: to all on the link. */
		if (inet_addr_type(net, t->daddr4) == RTN_BROADCAST)
			t->packet.group = true;
		return ucsec_acl_is_heard4(net, NULL, &flow4);
	}
	put_unaligned_be64(t->packet.hi, &flow6.saddr.s6_addr[0]);
	put_unaligned_be64(t->packet.lo, &flow6.saddr.s6_addr[8]);
	return ucsec_acl_is_heard6(net, NULL, &flow6);
}

int ucsec_nl_acl_test_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];
	struct ucsec_acl_result r = {};
	struct ucsec_trial t;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = ucsec_attr_trial(info, &t);
	if (err)
		return err;
	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	rcu_read_lock();
	if (!is_heard(un->net, &t)) {
		err = ucsec_nl_refuse(info, t.daddr, -EADDRNOTAVAIL,
				      "not an address of this namespace");
	} else if (!ucsec_acl_lookup(&un->acl, &t.packet, &r)) {
		err = ucsec_nl_refuse(info, t.dport, -ENOENT,
				      "not a port of signalling");
	} else {
		ucsec_acl_judge(&un->acl, &t.packet, UCSEC_ACL_TRIAL, &r);
		err = ucsec_fill_trial(msg, &r);
	}
	rcu_read_unlock();
	return ucsec_nl_reply_send(info, msg, hdr, err);
}
