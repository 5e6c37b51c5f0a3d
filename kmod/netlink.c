// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family, and what is asked of a namespace as a whole. */
#include <linux/module.h>
#include <net/sock.h>
#include <net/genetlink.h>
#include "fill.h"
#include "netlink.h"
#include "policy.h"

static bool unprivileged_userns;
module_param(unprivileged_userns, bool, 0444);
MODULE_PARM_DESC(unprivileged_userns,
		 "let CAP_NET_ADMIN of the namespace's own user namespace do");

/*
 * Requests with keys are validated by their handlers, not by the core: what
 * the core refuses never reaches post_doit, which wipes the keys. The core
 * only sees that the attributes are well-formed and in some range, which has
 * room for those of later versions.
 */
enum {
	UNCHECKED_MAX	= 127,
};

static const struct nla_policy ucsec_unchecked_nl_policy[UNCHECKED_MAX + 1] = {
	[1 ... UCSEC_A_STREAM_IN - 1] = { .type = NLA_BINARY },
	[UCSEC_A_STREAM_IN ... UCSEC_A_STREAM_TX] = { .type = NLA_NESTED },
	[UCSEC_A_STREAM_FLAGS ... UCSEC_A_STREAM_SSRC - 1] = {
		.type = NLA_BINARY,
	},
	[UCSEC_A_STREAM_SSRC] = { .type = NLA_NESTED },
	[UCSEC_A_STREAM_COOKIE ... UCSEC_A_STREAM_RELATCH] = {
		.type = NLA_BINARY,
	},
	[UCSEC_A_STREAM_LATCHED ... UCSEC_A_STREAM_STATS] = {
		.type = NLA_NESTED,
	},
	[UCSEC_A_STREAM_STATS + 1 ... UNCHECKED_MAX] = { .type = NLA_BINARY },
};

/* A request is the namespace's alone; the lock is held throughout. */
static int ucsec_nl_pre_doit(const struct genl_ops *ops, struct sk_buff *skb,
			     struct genl_info *info)
{
	struct ucsec_net *un = ucsec_net(genl_info_net(info));

	mutex_lock(&un->lock);
	info->user_ptr[0] = un;
	return 0;
}

static void ucsec_nl_post_doit(const struct genl_ops *ops, struct sk_buff *skb,
			       struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];

	mutex_unlock(&un->lock);
	/* Also keeps the keys out of the echo of a refused request. */
	if (ops->policy == ucsec_unchecked_nl_policy)
		memzero_explicit(genlmsg_data(info->genlhdr),
				 genlmsg_len(info->genlhdr));
}

int ucsec_nl_refuse(struct genl_info *info, const struct nlattr *attr, int err,
		    const char *sentence)
{
	if (info->extack) {
		info->extack->bad_attr = attr;
		info->extack->_msg = sentence;
	}
	return err;
}

int ucsec_nl_no_memory(struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack, "the kernel has no memory left for this");
	return -ENOMEM;
}

struct sk_buff *ucsec_nl_reply_new(struct genl_info *info, void **hdr)
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!msg) {
		ucsec_nl_no_memory(info);
		return NULL;
	}
	*hdr = genlmsg_put_reply(msg, info, &ucsec_netlink_family, 0,
				 info->genlhdr->cmd);
	if (*hdr)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

int ucsec_nl_reply_send(struct genl_info *info, struct sk_buff *msg, void *hdr,
			int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/*
 * The namespace
 */

static int ucsec_nl_suite_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	u32 suite = cb->args[0] ?: UCSEC_SUITE_UNSPEC + 1;
	void *hdr;

	for (; suite <= UCSEC_SUITE_MAX; suite++) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &ucsec_netlink_family,
				  NLM_F_MULTI, UCSEC_CMD_SUITE_GET);
		if (!hdr)
			break;
		if (ucsec_fill_suite(skb, suite)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	cb->args[0] = suite;
	return skb->len;
}

static int ucsec_nl_stats_get_doit(struct sk_buff *skb,
				   struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];
	struct ucsec_stats stats;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	ucsec_netns_stats(un, &stats);
	err = ucsec_fill_stats(msg, &stats);
	if (!err && (nla_put_u32(msg, UCSEC_A_STATS_STREAMS, un->nstreams) ||
		     nla_put_u64_64bit(msg, UCSEC_A_STATS_EVENTS_SENT,
				       atomic64_read(&un->events_sent),
				       UCSEC_A_STATS_PAD) ||
		     nla_put_u64_64bit(msg, UCSEC_A_STATS_EVENTS_LOST,
				       atomic64_read(&un->events_lost),
				       UCSEC_A_STATS_PAD)))
		err = -EMSGSIZE;
	return ucsec_nl_reply_send(info, msg, hdr, err);
}

static int ucsec_nl_param_get_doit(struct sk_buff *skb,
				   struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];
	struct sk_buff *msg;
	void *hdr;

	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	return ucsec_nl_reply_send(info, msg, hdr,
			  ucsec_fill_params(msg, &un->params));
}

static int ucsec_nl_param_set_doit(struct sk_buff *skb,
				   struct genl_info *info)
{
	struct ucsec_net *un = info->user_ptr[0];
	struct ucsec_params *p = &un->params;
	const struct {
		int type;
		u32 *value;
	} params[] = {
		{ UCSEC_A_PARAMS_MAX_STREAMS, &p->max_streams },
		{ UCSEC_A_PARAMS_WINDOW, &p->window },
		{ UCSEC_A_PARAMS_MAX_SSRCS, &p->max_ssrcs },
		{ UCSEC_A_PARAMS_REKEY_OVERLAP, &p->overlap_ms },
		{ UCSEC_A_PARAMS_REKEY_GRACE, &p->grace_ms },
		{ UCSEC_A_PARAMS_IDLE, &p->idle_s },
		{ UCSEC_A_PARAMS_AUTH_BURST, &p->auth_burst },
		{ UCSEC_A_PARAMS_REPLAY_BURST, &p->replay_burst },
	};
	struct nlattr *window = info->attrs[UCSEC_A_PARAMS_WINDOW];
	struct nlattr *idle = info->attrs[UCSEC_A_PARAMS_IDLE];
	int i;

	if (window && nla_get_u32(window) % 64) {
		NL_SET_ERR_MSG_ATTR(info->extack, window,
				    "a window is a multiple of 64");
		return -EINVAL;
	}
	if (idle && nla_get_u32(idle) > UCSEC_LIMIT_IDLE_S) {
		NL_SET_ERR_MSG_ATTR(info->extack, idle,
				    "an idle time of more than 30 days");
		return -ERANGE;
	}
	for (i = 0; i < ARRAY_SIZE(params); i++) {
		struct nlattr *attr = info->attrs[params[i].type];

		if (attr)
			WRITE_ONCE(*params[i].value, nla_get_u32(attr));
	}
	return 0;
}

/* Flags are set at init, as the module parameter says. */
static struct genl_ops ucsec_nl_ops[] __ro_after_init = {
	{
		.cmd = UCSEC_CMD_STREAM_NEW,
		.doit = ucsec_nl_stream_new_doit,
		.policy = ucsec_unchecked_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_unchecked_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_STREAM_SET,
		.doit = ucsec_nl_stream_set_doit,
		.policy = ucsec_unchecked_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_unchecked_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_STREAM_DEL,
		.doit = ucsec_nl_stream_del_doit,
		.policy = ucsec_stream_id_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_stream_id_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_STREAM_GET,
		.doit = ucsec_nl_stream_get_doit,
		.dumpit = ucsec_nl_stream_get_dumpit,
		.policy = ucsec_stream_id_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_stream_id_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_STREAM_FLUSH,
		.doit = ucsec_nl_stream_flush_doit,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_SUITE_GET,
		.dumpit = ucsec_nl_suite_get_dumpit,
	}, {
		.cmd = UCSEC_CMD_STATS_GET,
		.doit = ucsec_nl_stats_get_doit,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_PARAM_GET,
		.doit = ucsec_nl_param_get_doit,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_PARAM_SET,
		.doit = ucsec_nl_param_set_doit,
		.policy = ucsec_param_set_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_param_set_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_TRUNK_NEW,
		.doit = ucsec_nl_trunk_new_doit,
		.policy = ucsec_trunk_new_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_trunk_new_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_TRUNK_SET,
		.doit = ucsec_nl_trunk_set_doit,
		.policy = ucsec_trunk_set_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_trunk_set_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_TRUNK_DEL,
		.doit = ucsec_nl_trunk_del_doit,
		.policy = ucsec_trunk_id_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_trunk_id_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_TRUNK_GET,
		.dumpit = ucsec_nl_trunk_get_dumpit,
		.policy = ucsec_trunk_id_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_trunk_id_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_TRUNK_FLUSH,
		.doit = ucsec_nl_trunk_flush_doit,
		.policy = ucsec_trunk_cookie_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_trunk_cookie_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_PREFIX_NEW,
		.doit = ucsec_nl_prefix_new_doit,
		.policy = ucsec_prefix_new_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_prefix_new_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_PREFIX_DEL,
		.doit = ucsec_nl_prefix_del_doit,
		.policy = ucsec_prefix_del_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_prefix_del_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_ACL_BEGIN,
		.doit = ucsec_nl_acl_begin_doit,
		.policy = ucsec_trunk_cookie_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_trunk_cookie_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_ACL_COMMIT,
		.doit = ucsec_nl_acl_commit_doit,
		.policy = ucsec_acl_commit_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_acl_commit_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_ACL_GET,
		.doit = ucsec_nl_acl_get_doit,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_ACL_SET,
		.doit = ucsec_nl_acl_set_doit,
		.policy = ucsec_acl_set_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_acl_set_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	}, {
		.cmd = UCSEC_CMD_ACL_TEST,
		.doit = ucsec_nl_acl_test_doit,
		.policy = ucsec_acl_test_nl_policy,
		.maxattr = ARRAY_SIZE(ucsec_acl_test_nl_policy) - 1,
		.flags = GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group ucsec_nl_mcgrps[] = {
	[UCSEC_NETLINK_EVENTS] = {
		.name = UCSEC_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family ucsec_netlink_family __ro_after_init = {
	.name = UCSEC_FAMILY_NAME,
	.version = UCSEC_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.pre_doit = ucsec_nl_pre_doit,
	.post_doit = ucsec_nl_post_doit,
	.ops = ucsec_nl_ops,
	.n_ops = ARRAY_SIZE(ucsec_nl_ops),
	.mcgrps = ucsec_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(ucsec_nl_mcgrps),
};

int __init ucsec_netlink_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ucsec_nl_ops) && unprivileged_userns; i++)
		if (ucsec_nl_ops[i].flags & GENL_ADMIN_PERM)
			ucsec_nl_ops[i].flags = GENL_UNS_ADMIN_PERM;
	return genl_register_family(&ucsec_netlink_family);
}

void ucsec_netlink_exit(void)
{
	genl_unregister_family(&ucsec_netlink_family);
}
