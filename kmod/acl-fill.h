/* SPDX-License-Identifier: GPL-2.0 */
/* Replies about trunks and the ACL: objects to attributes. */
#ifndef UCSEC_ACL_FILL_H
#define UCSEC_ACL_FILL_H

#include <net/genetlink.h>
#include "acl.h"

/* All return -EMSGSIZE if @skb is full. */
int ucsec_fill_verdicts(struct sk_buff *skb, int type,
			const struct ucsec_account *account);
/*
 * A part of a trunk, from prefix *@at on, which it advances: with the first one
 * goes the rest of the trunk. -EMSGSIZE with *@at advanced: a whole part, and
 * others have to follow.
 */
int ucsec_fill_trunk(struct sk_buff *skb, const struct ucsec_trunk *trunk,
		     u32 *at);
int ucsec_fill_acl(struct sk_buff *skb, struct ucsec_acl *acl);
int ucsec_fill_trial(struct sk_buff *skb, const struct ucsec_acl_result *r);

#endif /* UCSEC_ACL_FILL_H */
