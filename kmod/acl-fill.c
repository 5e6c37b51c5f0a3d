// SPDX-License-Identifier: GPL-2.0
/* Replies about trunks and the ACL: objects to attributes. */
#include <asm/unaligned.h>
#include "acl-fill.h"

int ucsec_fill_verdicts(struct sk_buff *skb, int type,
			const struct ucsec_account *account)
{
	static const int types[UCSEC_COUNT_DENIAL] = {
		[UCSEC_COUNT_CLASS + UCSEC_CLASS_REQUEST] =
			UCSEC_A_VERDICTS_REQUESTS,
		[UCSEC_COUNT_CLASS + UCSEC_CLASS_RESPONSE] =
			UCSEC_A_VERDICTS_RESPONSES,
		[UCSEC_COUNT_CLASS + UCSEC_CLASS_KEEPALIVE] =
			UCSEC_A_VERDICTS_KEEPALIVES,
		[UCSEC_COUNT_CLASS + UCSEC_CLASS_STUN] =
			UCSEC_A_VERDICTS_STUN,
		[UCSEC_COUNT_CLASS + UCSEC_CLASS_CONNECT] =
			UCSEC_A_VERDICTS_CONNECTS,
		[UCSEC_COUNT_CLASS + UCSEC_CLASS_UNPARSED] =
			UCSEC_A_VERDICTS_UNPARSED,
		[UCSEC_COUNT_VERDICT + UCSEC_VERDICT_PASS] =
			UCSEC_A_VERDICTS_PASSED,
		[UCSEC_COUNT_VERDICT + UCSEC_VERDICT_DROP] =
			UCSEC_A_VERDICTS_DROPPED,
		[UCSEC_COUNT_VERDICT + UCSEC_VERDICT_REJECT] =
			UCSEC_A_VERDICTS_REJECTED,
	};
	struct nlattr *nest, *denial;
	struct ucsec_counts sum;
	int i;

	ucsec_account_counts(account, &sum);
	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < UCSEC_COUNT_DENIAL; i++)
		if (nla_put_u64_64bit(skb, types[i], sum.count[i],
				      UCSEC_A_VERDICTS_PAD))
			return -EMSGSIZE;
	for (i = UCSEC_DENIAL_NONE + 1; i < __UCSEC_DENIAL_MAX; i++) {
		const u64 *count = &sum.count[UCSEC_COUNT_DENIAL + i];

		if (!*count)
			continue;
		denial = nla_nest_start(skb, UCSEC_A_VERDICTS_DENIALS);
		if (!denial || nla_put_u32(skb, UCSEC_A_DENIALS_REASON, i) ||
		    nla_put(skb, UCSEC_A_DENIALS_PACKETS, sizeof(u64), count))
			return -EMSGSIZE;
		nla_nest_end(skb, denial);
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Leaves nothing behind if there is no room. */
static int fill_prefix(struct sk_buff *skb, const struct ucsec_prefix *p)
{
	struct nlattr *nest = nla_nest_start(skb, UCSEC_A_TRUNK_PREFIX);
	u8 addr6[16];
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (p->v6) {
		put_unaligned_be64(p->hi, addr6);
		put_unaligned_be64(p->lo, addr6 + 8);
		err = nla_put(skb, UCSEC_A_PREFIX_ADDR6, sizeof(addr6), addr6);
	} else {
		err = nla_put_in_addr(skb, UCSEC_A_PREFIX_ADDR4,
				      htonl(p->hi >> 32));
	}
	if (err || nla_put_u8(skb, UCSEC_A_PREFIX_LEN, p->len)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_rates(struct sk_buff *skb, const struct ucsec_trunk *trunk)
{
	struct nlattr *nest;
	int i;

	for (i = 0; i < __UCSEC_RATE_MAX; i++) {
		const struct ucsec_rate *rate = &trunk->rate[i];

		if (!rate->per_second)
			continue;
		nest = nla_nest_start(skb, UCSEC_A_TRUNK_RATE);
		if (!nest || nla_put_u32(skb, UCSEC_A_RATE_KIND, i) ||
		    nla_put_u32(skb, UCSEC_A_RATE_PER_SECOND,
				rate->per_second) ||
		    nla_put_u32(skb, UCSEC_A_RATE_BURST, rate->burst))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int fill_ports(struct sk_buff *skb, int type, const u16 *port, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (nla_put_be16(skb, type, htons(port[i])))
			return -EMSGSIZE;
	return 0;
}

/* All but the prefixes. */
static int fill_head(struct sk_buff *skb, const struct ucsec_trunk *trunk)
{
	bool line = trunk->kind == UCSEC_TRUNK_LINE;

	if (nla_put_u32(skb, UCSEC_A_TRUNK_KIND, trunk->kind) ||
	    fill_ports(skb, UCSEC_A_TRUNK_PORT, trunk->port, trunk->nports) ||
	    nla_put_u32(skb, UCSEC_A_TRUNK_TRANSPORTS, trunk->transports) ||
	    nla_put_u32(skb, UCSEC_A_TRUNK_UNPARSED, trunk->unparsed) ||
	    nla_put_u32(skb, UCSEC_A_TRUNK_DENIAL, trunk->denial) ||
	    nla_put_u32(skb, UCSEC_A_TRUNK_PREFIXES, trunk->nprefixes) ||
	    fill_rates(skb, trunk))
		return -EMSGSIZE;
	if (!line && (nla_put_u32(skb, UCSEC_A_TRUNK_METHODS, trunk->methods) ||
		      nla_put_u32(skb, UCSEC_A_TRUNK_BOXES, trunk->boxes)))
		return -EMSGSIZE;
	if (trunk->cookie_len &&
	    nla_put(skb, UCSEC_A_TRUNK_COOKIE, trunk->cookie_len,
		    trunk->cookie))
		return -EMSGSIZE;
	return ucsec_fill_verdicts(skb, UCSEC_A_TRUNK_VERDICTS,
				   trunk->account);
}

int ucsec_fill_trunk(struct sk_buff *skb, const struct ucsec_trunk *trunk,
		     u32 *at)
{
	if (nla_put_u32(skb, UCSEC_A_TRUNK_ID, trunk->id) ||
	    (!*at && fill_head(skb, trunk)))
		return -EMSGSIZE;
	for (; *at < trunk->nprefixes; ++*at)
		if (fill_prefix(skb, &trunk->prefixes[*at]))
			return -EMSGSIZE;
	return 0;
}

int ucsec_fill_acl(struct sk_buff *skb, struct ucsec_acl *acl)
{
	const struct ucsec_ruleset *rules = ucsec_ruleset(acl);
	const struct ucsec_acl_params *p = &acl->params;

	if (nla_put_u32(skb, UCSEC_A_ACL_UNKNOWN, p->unknown) ||
	    fill_ports(skb, UCSEC_A_ACL_PORT, p->port, p->nports) ||
	    nla_put_u32(skb, UCSEC_A_ACL_MARK, p->mark) ||
	    nla_put_u32(skb, UCSEC_A_ACL_REJECT_RATE, p->reject.per_second) ||
	    nla_put_u32(skb, UCSEC_A_ACL_REJECT_BURST, p->reject.burst) ||
	    nla_put_u32(skb, UCSEC_A_ACL_MAX_TRUNKS, p->max_trunks) ||
	    nla_put_u32(skb, UCSEC_A_ACL_MAX_PREFIXES, p->max_prefixes) ||
	    nla_put_u32(skb, UCSEC_A_ACL_DENIAL_BURST, p->denial_burst) ||
	    nla_put_u32(skb, UCSEC_A_ACL_TRUNKS, rules ? rules->ntrunks : 0) ||
	    nla_put_u32(skb, UCSEC_A_ACL_PREFIXES,
			rules ? rules->nprefixes : 0) ||
	    nla_put_u32(skb, UCSEC_A_ACL_SOURCES,
			acl->sources ? UCSEC_SOURCES : 0) ||
	    nla_put_u32(skb, UCSEC_A_ACL_GENERATION, acl->generation))
		return -EMSGSIZE;
	return ucsec_fill_verdicts(skb, UCSEC_A_ACL_VERDICTS, acl->unknown);
}

int ucsec_fill_trial(struct sk_buff *skb, const struct ucsec_acl_result *r)
{
	if (nla_put_u32(skb, UCSEC_A_TRIAL_VERDICT, r->verdict) ||
	    nla_put_u32(skb, UCSEC_A_TRIAL_REASON, r->reason) ||
	    nla_put_u32(skb, UCSEC_A_TRIAL_CLASS, r->class))
		return -EMSGSIZE;
	if (r->class == UCSEC_CLASS_REQUEST &&
	    (nla_put_u32(skb, UCSEC_A_TRIAL_METHOD, r->facts.method) ||
	     nla_put_u32(skb, UCSEC_A_TRIAL_NEEDS, r->facts.needs) ||
	     (r->facts.in_dialog &&
	      nla_put_flag(skb, UCSEC_A_TRIAL_IN_DIALOG))))
		return -EMSGSIZE;
	if (r->class == UCSEC_CLASS_UNPARSED &&
	    nla_put_u32(skb, UCSEC_A_TRIAL_FAULT, r->facts.fault))
		return -EMSGSIZE;
	if (!r->trunk)
		return 0;
	if (nla_put_u32(skb, UCSEC_A_TRIAL_TRUNK, r->trunk->id) ||
	    (r->trunk->cookie_len &&
	     nla_put(skb, UCSEC_A_TRIAL_COOKIE, r->trunk->cookie_len,
		     r->trunk->cookie)))
		return -EMSGSIZE;
	return 0;
}
