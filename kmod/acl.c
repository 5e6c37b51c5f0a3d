// SPDX-License-Identifier: GPL-2.0
/*
 * The judge: what becomes of one message of signalling, and why.
 *
 * Cheap questions come first, so that a flood costs little: whose it is, the
 * rate of its source, then the rate of the trunk where the first byte tells
 * that it can only be a request; only then is it read.
 */
#include <linux/bottom_half.h>
#include <linux/ctype.h>
#include <linux/inetdevice.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include "acl.h"
#include "ucsec.h"

int ucsec_acl_init(struct ucsec_acl *acl)
{
	acl->params = (struct ucsec_acl_params){
		.unknown = UCSEC_UNKNOWN_COUNT,
		.mark = UCSEC_ACL_MARK,
		.reject = {
			.per_second = UCSEC_DEFAULT_REJECT_RATE,
			.burst = UCSEC_DEFAULT_REJECT_BURST,
		},
		.max_trunks = UCSEC_DEFAULT_MAX_TRUNKS,
		.max_prefixes = UCSEC_DEFAULT_MAX_PREFIXES,
		.denial_burst = UCSEC_DEFAULT_DENIAL_BURST,
	};
	acl->unknown = ucsec_account_new();
	return acl->unknown ? 0 : -ENOMEM;
}

/* No packet uses them any more. */
void ucsec_acl_exit(struct ucsec_acl *acl)
{
	ucsec_account_put(acl->unknown);
	ucsec_sources_free(acl->sources);
}

/* By the rules, as the stack will ask for it: a local route of any table. */
static bool has_local_route4(struct net *net, const struct net_device *dev,
			     struct flowi4 *flow)
{
	struct fib_result res;

	flow->flowi4_iif = dev ? dev->ifindex : LOOPBACK_IFINDEX;
	flow->flowi4_scope = RT_SCOPE_UNIVERSE;
	return !fib_lookup(net, flow, &res, 0) &&
	       (res.type == RTN_LOCAL || res.type == RTN_BROADCAST);
}

/*
 * A socket of any address hears broadcasts and, unless it was told not to,
 * every group that the host is in.
 */
bool ucsec_acl_is_heard4(struct net *net, const struct net_device *dev,
			 struct flowi4 *flow)
{
	if (__ip_dev_find(net, flow->daddr, false))
		return true;
	switch (inet_addr_type_dev_table(net, dev, flow->daddr)) {
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_MULTICAST:
		return true;
	default:
		return has_local_route4(net, dev, flow);
	}
}

/*
 * Anycast addresses, which routers have, and local routes: of no interface.
 * Nothing is made for the answer, so that none fails when memory is short.
 */
static bool has_local_route6(struct net *net, const struct net_device *dev,
			     struct flowi6 *flow)
{
	struct fib6_result res = {};

	flow->flowi6_iif = dev ? dev->ifindex : LOOPBACK_IFINDEX;
	return !ipv6_stub->fib6_lookup(net, 0, flow, &res,
				       RT6_LOOKUP_F_HAS_SADDR) &&
	       (res.fib6_type == RTN_LOCAL || res.fib6_type == RTN_ANYCAST);
}

bool ucsec_acl_is_heard6(struct net *net, const struct net_device *dev,
			 struct flowi6 *flow)
{
	if (ipv6_addr_is_multicast(&flow->daddr))
		return true;
	/* Link-local ones are of one link. */
	if (ipv6_chk_addr(net, &flow->daddr, dev, dev &&
			  ipv6_addr_type(&flow->daddr) & IPV6_ADDR_LINKLOCAL))
		return true;
	return has_local_route6(net, dev, flow);
}

static const struct ucsec_slot *find_slot(const struct ucsec_ruleset *rules,
					  u32 key)
{
	const struct ucsec_slot *slot = rules->slot;
	u32 n, half;

	for (n = rules->nslots; n > 1; n -= half) {
		half = n / 2;
		if (slot[half].key <= key)
			slot += half;
	}
	return n && slot->key == key ? slot : NULL;
}

static void deny(struct ucsec_acl_result *r, enum ucsec_verdict verdict,
		 enum ucsec_denial reason)
{
	r->verdict = verdict;
	r->reason = reason;
}

static void judge_unknown(const struct ucsec_acl *acl,
			  struct ucsec_acl_result *r)
{
	switch (READ_ONCE(acl->params.unknown)) {
	case UCSEC_UNKNOWN_DROP:
		deny(r, UCSEC_VERDICT_DROP, UCSEC_DENIAL_SOURCE);
		break;
	case UCSEC_UNKNOWN_PASS:
		r->uncounted = true;
		break;
	}
}

bool ucsec_acl_lookup(const struct ucsec_acl *acl,
		      const struct ucsec_acl_packet *p,
		      struct ucsec_acl_result *r)
{
	const struct ucsec_ruleset *rules = rcu_dereference(acl->rules);
	const struct ucsec_slot *slot;
	u32 owner = UCSEC_PREFIX_NOBODY;

	slot = rules ? find_slot(rules, ucsec_slot_key(p->dport, p->stream)) :
		       NULL;
	if (!slot)
		return false;
	if (slot->table)
		owner = ucsec_prefix_find(slot->table, p->v6, p->hi, p->lo);
	r->verdict = UCSEC_VERDICT_PASS;
	r->reason = UCSEC_DENIAL_NONE;
	r->class = p->stream ? UCSEC_CLASS_CONNECT : UCSEC_CLASS_UNREAD;
	r->uncounted = false;
	if (owner == UCSEC_PREFIX_NOBODY) {
		r->trunk = NULL;
		judge_unknown(acl, r);
	} else {
		r->trunk = rules->trunk[owner];
	}
	return true;
}

static void read_message(const struct ucsec_acl_packet *p,
			 struct ucsec_acl_result *r)
{
	if (p->stream)
		return;
	if (p->broken) {
		memset(&r->facts, 0, sizeof(r->facts));
		r->facts.class = UCSEC_SIP_UNPARSED;
		r->facts.fault = UCSEC_FAULT_LENGTH;
	} else {
		ucsec_sip_scan(p->data, p->len, &r->facts);
	}
	r->class = r->facts.class;
}

/* Whatever the rest says, it is a request or cannot be parsed. */
static bool can_only_be_request(const struct ucsec_acl_packet *p)
{
	return p->stream || p->broken ||
	       (p->len >= 4 && isalpha(p->data[0]) &&
		strncasecmp(p->data, "SIP/", 4));
}

static bool take(const struct ucsec_trunk *trunk, enum ucsec_rate_kind kind,
		 u64 now, bool trial)
{
	return ucsec_rate_take(&trunk->account->bucket[kind],
			       &trunk->rate[kind], now, trial);
}

static enum ucsec_rate_kind rate_of(u8 class)
{
	switch (class) {
	case UCSEC_CLASS_RESPONSE:
		return UCSEC_RATE_RESPONSES;
	case UCSEC_CLASS_KEEPALIVE:
	case UCSEC_CLASS_STUN:
		return UCSEC_RATE_KEEPALIVES;
	default:
		return UCSEC_RATE_REQUESTS;
	}
}

/*
 * Rates, and the reading between them. False if one is used up: then it is
 * dropped, as an answer would cost what the rate is to save.
 */
static bool within_rates(struct ucsec_acl *acl,
			 const struct ucsec_acl_packet *p, bool trial,
			 struct ucsec_acl_result *r)
{
	const struct ucsec_trunk *trunk = r->trunk;
	bool early;
	u64 now;

	if (!trunk->limited) {
		read_message(p, r);
		return true;
	}
	early = can_only_be_request(p);
	now = ktime_get_ns();
	/* The first one, lest one source empty the bucket of all. */
	if (trunk->rate[UCSEC_RATE_SOURCE].per_second &&
	    !ucsec_sources_take(acl->sources, trunk->id, p->v6, p->hi,
				&trunk->rate[UCSEC_RATE_SOURCE], now, trial)) {
		deny(r, UCSEC_VERDICT_DROP, UCSEC_DENIAL_SOURCE_RATE);
		return false;
	}
	if (early && !take(trunk, UCSEC_RATE_REQUESTS, now, trial)) {
		deny(r, UCSEC_VERDICT_DROP, UCSEC_DENIAL_RATE);
		return false;
	}
	read_message(p, r);
	if (!early && !take(trunk, rate_of(r->class), now, trial)) {
		deny(r, UCSEC_VERDICT_DROP, UCSEC_DENIAL_RATE);
		return false;
	}
	return true;
}

static void judge_request(const struct ucsec_trunk *trunk,
			  struct ucsec_acl_result *r)
{
	u32 lacks = r->facts.needs & ~trunk->boxes;

	if (!(r->facts.method & trunk->methods))
		deny(r, trunk->denial, UCSEC_DENIAL_METHOD);
	else if (lacks & UCSEC_BOX_PRESENCE_SUBSCRIPTION)
		deny(r, trunk->denial, UCSEC_DENIAL_PRESENCE);
	else if (lacks & UCSEC_BOX_OUT_OF_DIALOG_REFER)
		deny(r, trunk->denial, UCSEC_DENIAL_REFER);
	else if (lacks & UCSEC_BOX_UNSOLICITED_NOTIFICATION)
		deny(r, trunk->denial, UCSEC_DENIAL_NOTIFICATION);
	else if (lacks & UCSEC_BOX_REPLACES_HEADER)
		deny(r, trunk->denial, UCSEC_DENIAL_REPLACES);
}

void ucsec_acl_judge(struct ucsec_acl *acl, const struct ucsec_acl_packet *p,
		     enum ucsec_acl_mode mode, struct ucsec_acl_result *r)
{
	const struct ucsec_trunk *trunk = r->trunk;
	bool trial = mode != UCSEC_ACL_REAL;

	if (mode == UCSEC_ACL_TRIAL)
		read_message(p, r);
	if (!trunk || !within_rates(acl, p, trial, r))
		return;
	/* A line has no method list: phones may ask for anything. */
	if (trunk->kind == UCSEC_TRUNK_TRUNK) {
		if (r->class == UCSEC_CLASS_REQUEST)
			judge_request(trunk, r);
		else if (r->class == UCSEC_CLASS_UNPARSED &&
			 trunk->unparsed != UCSEC_VERDICT_PASS)
			deny(r, trunk->unparsed, UCSEC_DENIAL_UNPARSED);
	}
	/* All who hear it would answer whoever is named as its sender. */
	if (r->verdict == UCSEC_VERDICT_REJECT && p->group)
		r->verdict = UCSEC_VERDICT_DROP;
	/* The daemon answers what is rejected: no more than it is to. */
	if (r->verdict == UCSEC_VERDICT_REJECT) {
		struct ucsec_rate rate = {
			.per_second = READ_ONCE(acl->params.reject.per_second),
			.burst = READ_ONCE(acl->params.reject.burst),
		};

		if (!rate.per_second || !rate.burst ||
		    !ucsec_rate_take(&acl->reject, &rate, ktime_get_ns(),
				     trial))
			deny(r, UCSEC_VERDICT_DROP, UCSEC_DENIAL_REJECT_RATE);
	}
}

static void add_up(const struct ucsec_account *account,
		   const struct ucsec_acl_result *r)
{
	struct ucsec_counts_cpu *c = this_cpu_ptr(account->counts);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->count[UCSEC_COUNT_VERDICT + r->verdict]);
	if (r->class != UCSEC_CLASS_UNREAD)
		u64_stats_inc(&c->count[UCSEC_COUNT_CLASS + r->class]);
	if (r->reason)
		u64_stats_inc(&c->count[UCSEC_COUNT_DENIAL + r->reason]);
	u64_stats_update_end(&c->syncp);
}

/*
 * With bottom halves off, so that no CPU interrupts itself: they are, but for a
 * packet that comes in a process, from NFQUEUE.
 */
void ucsec_acl_count(struct ucsec_acl *acl, const struct ucsec_acl_result *r)
{
	const struct ucsec_account *account;

	if (r->uncounted)
		return;
	account = r->trunk ? r->trunk->account : acl->unknown;
	if (likely(in_softirq())) {
		add_up(account, r);
		return;
	}
	local_bh_disable();
	add_up(account, r);
	local_bh_enable();
}
