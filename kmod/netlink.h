/* SPDX-License-Identifier: GPL-2.0 */
/* The handlers of the family, and what they share. */
#ifndef UCSEC_NETLINK_H
#define UCSEC_NETLINK_H

#include <net/genetlink.h>
#include "stage.h"
#include "ucsec.h"

/* netlink.c */

/* -ENOMEM in words. */
int ucsec_nl_no_memory(struct genl_info *info);
struct sk_buff *ucsec_nl_reply_new(struct genl_info *info, void **hdr);
/* Frees @msg and returns @err, if there is one. */
int ucsec_nl_reply_send(struct genl_info *info, struct sk_buff *msg, void *hdr,
			int err);

/* Blames @attr, which may be NULL; returns @err. */
int ucsec_nl_refuse(struct genl_info *info, const struct nlattr *attr, int err,
		    const char *sentence);

/* stream-netlink.c; all under the lock of info->user_ptr[0], the namespace */

int ucsec_nl_stream_new_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_stream_set_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_stream_del_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_stream_flush_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_stream_get_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_stream_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);

/* trunk-netlink.c; likewise, with what others need for their requests */

struct ucsec_acl *ucsec_nl_acl(struct genl_info *info);
/* Parses into a configuration, has it handled, and frees it. */
int ucsec_nl_with_config(struct genl_info *info, u32 max,
			 int (*handle)(struct genl_info *,
				       struct ucsec_trunk_config *));
/* The staged set a request names. */
struct ucsec_stage *ucsec_nl_find_stage(struct genl_info *info,
					const struct ucsec_trunk_config *cfg);
int ucsec_nl_remove(struct genl_info *info,
		    const struct ucsec_leaving *leaving);


int ucsec_nl_trunk_new_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_trunk_set_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_trunk_del_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_trunk_flush_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_prefix_new_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_prefix_del_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_trunk_get_dumpit(struct sk_buff *skb,
			      struct netlink_callback *cb);

/* acl-netlink.c; likewise */

int ucsec_nl_acl_begin_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_acl_commit_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_acl_get_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_acl_set_doit(struct sk_buff *skb, struct genl_info *info);
int ucsec_nl_acl_test_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* UCSEC_NETLINK_H */
