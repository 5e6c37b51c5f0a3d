// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Attributes of the trunk ACL to structures; -EPROTO for what no ucsec.ko would send.
 *
 * Attributes this library does not know are skipped: the ABI grows.
 */
#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "internal.h"

#define U16	{ .type = NLA_U16 }
#define U32	{ .type = NLA_U32 }
#define U64	{ .type = NLA_U64 }
#define NEST	{ .type = NLA_NESTED }
#define COOKIE	{ .maxlen = UCSEC_MAX_COOKIE_LEN }

static const struct nla_policy prefix_policy[UCSEC_A_PREFIX_MAX + 1] = {
	[UCSEC_A_PREFIX_ADDR4] = U32,
	[UCSEC_A_PREFIX_ADDR6] = { .minlen = 16, .maxlen = 16 },
	[UCSEC_A_PREFIX_LEN] = { .type = NLA_U8 },
};

static const struct nla_policy rate_policy[UCSEC_A_RATE_MAX + 1] = {
	[UCSEC_A_RATE_KIND] = U32,
	[UCSEC_A_RATE_PER_SECOND] = U32,
	[UCSEC_A_RATE_BURST] = U32,
};

static const struct nla_policy denials_policy[UCSEC_A_DENIALS_MAX + 1] = {
	[UCSEC_A_DENIALS_REASON] = U32,
	[UCSEC_A_DENIALS_PACKETS] = U64,
};

static const struct nla_policy verdicts_policy[UCSEC_A_VERDICTS_MAX + 1] = {
	[UCSEC_A_VERDICTS_REQUESTS] = U64,
	[UCSEC_A_VERDICTS_RESPONSES] = U64,
	[UCSEC_A_VERDICTS_KEEPALIVES] = U64,
	[UCSEC_A_VERDICTS_STUN] = U64,
	[UCSEC_A_VERDICTS_CONNECTS] = U64,
	[UCSEC_A_VERDICTS_UNPARSED] = U64,
	[UCSEC_A_VERDICTS_PASSED] = U64,
	[UCSEC_A_VERDICTS_DROPPED] = U64,
	[UCSEC_A_VERDICTS_REJECTED] = U64,
};

static const struct nla_policy trunk_policy[UCSEC_A_TRUNK_MAX + 1] = {
	[UCSEC_A_TRUNK_ID] = U32,
	[UCSEC_A_TRUNK_KIND] = U32,
	[UCSEC_A_TRUNK_PREFIX] = NEST,
	[UCSEC_A_TRUNK_PORT] = U16,
	[UCSEC_A_TRUNK_TRANSPORTS] = U32,
	[UCSEC_A_TRUNK_METHODS] = U32,
	[UCSEC_A_TRUNK_BOXES] = U32,
	[UCSEC_A_TRUNK_UNPARSED] = U32,
	[UCSEC_A_TRUNK_DENIAL] = U32,
	[UCSEC_A_TRUNK_RATE] = NEST,
	[UCSEC_A_TRUNK_COOKIE] = COOKIE,
	[UCSEC_A_TRUNK_STAGE] = U32,
	[UCSEC_A_TRUNK_VERDICTS] = NEST,
	[UCSEC_A_TRUNK_EVENT] = U32,
	[UCSEC_A_TRUNK_COUNT] = U64,
};

static const struct nla_policy acl_policy[UCSEC_A_ACL_MAX + 1] = {
	[UCSEC_A_ACL_UNKNOWN] = U32,
	[UCSEC_A_ACL_PORT] = U16,
	[UCSEC_A_ACL_MARK] = U32,
	[UCSEC_A_ACL_REJECT_RATE] = U32,
	[UCSEC_A_ACL_REJECT_BURST] = U32,
	[UCSEC_A_ACL_MAX_TRUNKS] = U32,
	[UCSEC_A_ACL_MAX_PREFIXES] = U32,
	[UCSEC_A_ACL_DENIAL_BURST] = U32,
	[UCSEC_A_ACL_TRUNKS] = U32,
	[UCSEC_A_ACL_PREFIXES] = U32,
	[UCSEC_A_ACL_SOURCES] = U32,
	[UCSEC_A_ACL_VERDICTS] = NEST,
	[UCSEC_A_ACL_GENERATION] = U32,
};

static const struct nla_policy trial_policy[UCSEC_A_TRIAL_MAX + 1] = {
	[UCSEC_A_TRIAL_VERDICT] = U32,
	[UCSEC_A_TRIAL_REASON] = U32,
	[UCSEC_A_TRIAL_CLASS] = U32,
	[UCSEC_A_TRIAL_METHOD] = U32,
	[UCSEC_A_TRIAL_NEEDS] = U32,
	[UCSEC_A_TRIAL_FAULT] = U32,
	[UCSEC_A_TRIAL_TRUNK] = U32,
	[UCSEC_A_TRIAL_COOKIE] = COOKIE,
};

int ucsec_decode_prefix(const struct nlattr *nla, struct ucsec_prefix *prefix)
{
	struct nlattr *tb[UCSEC_A_PREFIX_MAX + 1];

	memset(prefix, 0, sizeof(*prefix));
	if (ucsec_parse_nest(tb, UCSEC_A_PREFIX_MAX, nla, prefix_policy) ||
	    !tb[UCSEC_A_PREFIX_LEN])
		return -EPROTO;
	prefix->len = nla_get_u8(tb[UCSEC_A_PREFIX_LEN]);
	if (tb[UCSEC_A_PREFIX_ADDR4]) {
		prefix->family = AF_INET;
		memcpy(&prefix->addr.addr4, nla_data(tb[UCSEC_A_PREFIX_ADDR4]),
		       sizeof(prefix->addr.addr4));
		return prefix->len > 32 ? -EPROTO : 0;
	}
	if (!tb[UCSEC_A_PREFIX_ADDR6])
		return -EPROTO;
	prefix->family = AF_INET6;
	memcpy(&prefix->addr.addr6, nla_data(tb[UCSEC_A_PREFIX_ADDR6]),
	       sizeof(prefix->addr.addr6));
	return prefix->len > 128 ? -EPROTO : 0;
}

ssize_t ucsec_decode_prefixes(const struct nlmsghdr *nlh,
			      struct ucsec_prefix *prefixes)
{
	struct nlattr *nla;
	ssize_t count = 0;
	int rem;

	nlmsg_for_each_attr(nla, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != UCSEC_A_TRUNK_PREFIX)
			continue;
		if (prefixes && ucsec_decode_prefix(nla, &prefixes[count]))
			return -EPROTO;
		count++;
	}
	return count;
}

/* Of a message that was parsed: each port has at least its two bytes. */
static int get_ports(const struct nlmsghdr *nlh, int type, uint16_t *ports,
		     uint32_t room, uint32_t *count)
{
	struct nlattr *nla;
	int rem;

	nlmsg_for_each_attr(nla, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != type)
			continue;
		if (*count == room)
			return -EPROTO;
		ports[(*count)++] = ntohs(nla_get_u16(nla));
	}
	return 0;
}

static int get_denial(const struct nlattr *nla,
		      struct ucsec_verdicts *verdicts)
{
	struct nlattr *tb[UCSEC_A_DENIALS_MAX + 1];
	uint32_t reason = 0;
	uint64_t packets = 0;

	if (ucsec_parse_nest(tb, UCSEC_A_DENIALS_MAX, nla, denials_policy))
		return -EPROTO;
	ucsec_get_u32(tb[UCSEC_A_DENIALS_REASON], &reason);
	ucsec_get_u64(tb[UCSEC_A_DENIALS_PACKETS], &packets);
	verdicts->denials[reason < UCSEC_DENIAL_ROOM ? reason : 0] += packets;
	return 0;
}

static int get_verdicts(const struct nlattr *nest, struct ucsec_verdicts *v)
{
	struct nlattr *tb[UCSEC_A_VERDICTS_MAX + 1];
	struct nlattr *nla;
	int rem;

	if (ucsec_parse_nest(tb, UCSEC_A_VERDICTS_MAX, nest, verdicts_policy))
		return -EPROTO;
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_REQUESTS], &v->requests);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_RESPONSES], &v->responses);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_KEEPALIVES], &v->keepalives);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_STUN], &v->stun);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_CONNECTS], &v->connects);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_UNPARSED], &v->unparsed);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_PASSED], &v->passed);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_DROPPED], &v->dropped);
	ucsec_get_u64(tb[UCSEC_A_VERDICTS_REJECTED], &v->rejected);
	nla_for_each_nested(nla, (struct nlattr *)nest, rem)
		if (nla_type(nla) == UCSEC_A_VERDICTS_DENIALS &&
		    get_denial(nla, v))
			return -EPROTO;
	return 0;
}

/* A kind of rate that this library does not know is not told of. */
static int get_rates(const struct nlmsghdr *nlh, struct ucsec_trunk *trunk)
{
	struct nlattr *tb[UCSEC_A_RATE_MAX + 1];
	struct nlattr *nla;
	uint32_t kind;
	int rem;

	nlmsg_for_each_attr(nla, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != UCSEC_A_TRUNK_RATE)
			continue;
		if (ucsec_parse_nest(tb, UCSEC_A_RATE_MAX, nla, rate_policy) ||
		    !tb[UCSEC_A_RATE_KIND])
			return -EPROTO;
		kind = nla_get_u32(tb[UCSEC_A_RATE_KIND]);
		if (kind >= UCSEC_RATE_ROOM)
			continue;
		ucsec_get_u32(tb[UCSEC_A_RATE_PER_SECOND],
			      &trunk->rates[kind].per_second);
		ucsec_get_u32(tb[UCSEC_A_RATE_BURST], &trunk->rates[kind].burst);
		trunk->have |= UCSEC_TR_RATES;
	}
	return 0;
}

static void get_policy(struct nlattr **tb, struct ucsec_trunk *trunk)
{
	uint32_t *have = &trunk->have;

	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_ID], &trunk->id, have, UCSEC_TR_ID);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_KIND], &trunk->kind, have,
			  UCSEC_TR_KIND);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_TRANSPORTS], &trunk->transports,
			  have, UCSEC_TR_TRANSPORTS);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_METHODS], &trunk->methods, have,
			  UCSEC_TR_METHODS);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_BOXES], &trunk->boxes, have,
			  UCSEC_TR_BOXES);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_UNPARSED], &trunk->unparsed, have,
			  UCSEC_TR_UNPARSED);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_DENIAL], &trunk->denial, have,
			  UCSEC_TR_DENIAL);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_STAGE], &trunk->stage, have,
			  UCSEC_TR_STAGE);
	ucsec_get_cookie(tb[UCSEC_A_TRUNK_COOKIE], trunk->cookie,
			 &trunk->cookie_len, have, UCSEC_TR_COOKIE);
}

int ucsec_decode_trunk(const struct nlmsghdr *nlh, struct ucsec_trunk *trunk)
{
	struct nlattr *tb[UCSEC_A_TRUNK_MAX + 1];

	memset(trunk, 0, sizeof(*trunk));
	if (ucsec_parse_message(tb, UCSEC_A_TRUNK_MAX, nlh, trunk_policy))
		return -EPROTO;
	get_policy(tb, trunk);
	if (get_ports(nlh, UCSEC_A_TRUNK_PORT, trunk->ports,
		      UCSEC_MAX_TRUNK_PORTS, &trunk->port_count) ||
	    get_rates(nlh, trunk))
		return -EPROTO;
	if (trunk->port_count)
		trunk->have |= UCSEC_TR_PORTS;
	if (!tb[UCSEC_A_TRUNK_VERDICTS])
		return 0;
	trunk->have |= UCSEC_TR_VERDICTS;
	return get_verdicts(tb[UCSEC_A_TRUNK_VERDICTS], &trunk->verdicts);
}

int ucsec_decode_acl_notice(const struct nlmsghdr *nlh,
			    struct ucsec_notice *notice)
{
	struct nlattr *tb[UCSEC_A_TRUNK_MAX + 1];

	memset(notice, 0, sizeof(*notice));
	if (ucsec_parse_message(tb, UCSEC_A_TRUNK_MAX, nlh, trunk_policy) ||
	    !tb[UCSEC_A_TRUNK_EVENT])
		return -EPROTO;
	notice->event = nla_get_u32(tb[UCSEC_A_TRUNK_EVENT]);
	ucsec_get_u32_bit(tb[UCSEC_A_TRUNK_ID], &notice->trunk, &notice->have,
			  UCSEC_HAVE_TRUNK);
	ucsec_get_cookie(tb[UCSEC_A_TRUNK_COOKIE], notice->cookie,
			 &notice->cookie_len, &notice->have, UCSEC_HAVE_COOKIE);
	ucsec_get_u64(tb[UCSEC_A_TRUNK_COUNT], &notice->count);
	if (!tb[UCSEC_A_TRUNK_VERDICTS])
		return 0;
	notice->have |= UCSEC_HAVE_VERDICTS;
	return get_verdicts(tb[UCSEC_A_TRUNK_VERDICTS], &notice->verdicts);
}

int ucsec_decode_acl(const struct nlmsghdr *nlh, struct ucsec_acl *acl)
{
	struct nlattr *tb[UCSEC_A_ACL_MAX + 1];
	uint32_t *have = &acl->have;

	memset(acl, 0, sizeof(*acl));
	if (ucsec_parse_message(tb, UCSEC_A_ACL_MAX, nlh, acl_policy))
		return -EPROTO;
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_UNKNOWN], &acl->unknown, have,
			  UCSEC_ACL_UNKNOWN);
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_MARK], &acl->mark, have,
			  UCSEC_ACL_MARK_BITS);
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_REJECT_RATE], &acl->reject_rate, have,
			  UCSEC_ACL_REJECT_RATE);
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_REJECT_BURST], &acl->reject_burst,
			  have, UCSEC_ACL_REJECT_BURST);
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_MAX_TRUNKS], &acl->max_trunks, have,
			  UCSEC_ACL_MAX_TRUNKS);
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_MAX_PREFIXES], &acl->max_prefixes,
			  have, UCSEC_ACL_MAX_PREFIXES);
	ucsec_get_u32_bit(tb[UCSEC_A_ACL_DENIAL_BURST], &acl->denial_burst,
			  have, UCSEC_ACL_DENIAL_BURST);
	ucsec_get_u32(tb[UCSEC_A_ACL_TRUNKS], &acl->trunks);
	ucsec_get_u32(tb[UCSEC_A_ACL_PREFIXES], &acl->prefixes);
	ucsec_get_u32(tb[UCSEC_A_ACL_SOURCES], &acl->sources);
	ucsec_get_u32(tb[UCSEC_A_ACL_GENERATION], &acl->generation);
	/* No port at all is what a report without one says. */
	*have |= UCSEC_ACL_PORTS | UCSEC_ACL_STATE;
	if (get_ports(nlh, UCSEC_A_ACL_PORT, acl->ports, UCSEC_MAX_ACL_PORTS,
		      &acl->port_count))
		return -EPROTO;
	return tb[UCSEC_A_ACL_VERDICTS] ?
		get_verdicts(tb[UCSEC_A_ACL_VERDICTS], &acl->verdicts) : 0;
}

int ucsec_decode_judgement(const struct nlmsghdr *nlh,
			   struct ucsec_judgement *j)
{
	struct nlattr *tb[UCSEC_A_TRIAL_MAX + 1];

	memset(j, 0, sizeof(*j));
	if (ucsec_parse_message(tb, UCSEC_A_TRIAL_MAX, nlh, trial_policy) ||
	    !tb[UCSEC_A_TRIAL_VERDICT])
		return -EPROTO;
	j->verdict = nla_get_u32(tb[UCSEC_A_TRIAL_VERDICT]);
	ucsec_get_u32(tb[UCSEC_A_TRIAL_REASON], &j->reason);
	ucsec_get_u32(tb[UCSEC_A_TRIAL_CLASS], &j->sip_class);
	ucsec_get_u32_bit(tb[UCSEC_A_TRIAL_METHOD], &j->method, &j->have,
			  UCSEC_JUDGED_REQUEST);
	ucsec_get_u32(tb[UCSEC_A_TRIAL_NEEDS], &j->needs);
	j->in_dialog = tb[UCSEC_A_TRIAL_IN_DIALOG];
	ucsec_get_u32_bit(tb[UCSEC_A_TRIAL_FAULT], &j->fault, &j->have,
			  UCSEC_JUDGED_FAULT);
	ucsec_get_u32_bit(tb[UCSEC_A_TRIAL_TRUNK], &j->trunk, &j->have,
			  UCSEC_JUDGED_TRUNK);
	ucsec_get_cookie(tb[UCSEC_A_TRIAL_COOKIE], j->cookie, &j->cookie_len,
			 &j->have, UCSEC_JUDGED_COOKIE);
	return 0;
}
