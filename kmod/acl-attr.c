// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about trunks and the ACL: attributes to configurations, each fault
 * with its sentence. The core has held them against their policies.
 */
#include <asm/unaligned.h>
#include <linux/mm.h>
#include <net/ipv6.h>
#include "acl-attr.h"
#include "policy.h"
#include "ucsec.h"

static int refuse(struct genl_info *info, const struct nlattr *attr, int err,
		  const char *sentence)
{
	if (info->extack) {
		info->extack->bad_attr = attr;
		info->extack->_msg = sentence;
	}
	return err;
}

static int refuse_missing(struct genl_info *info, struct nlattr *nest,
			  int type, const char *sentence)
{
	if (info->extack) {
		info->extack->_msg = sentence;
		info->extack->miss_type = type;
		info->extack->miss_nest = nest;
	}
	return -EINVAL;
}

/*
 * Prefixes
 */

static void set_addr4(struct ucsec_prefix *p, __be32 addr)
{
	p->hi = (u64)ntohl(addr) << 32;
	p->lo = 0;
	p->v6 = false;
}

static void set_addr6(struct ucsec_prefix *p, const void *addr)
{
	p->hi = get_unaligned_be64(addr);
	p->lo = get_unaligned_be64(addr + 8);
	p->v6 = true;
}

static bool is_mapped(const struct ucsec_prefix *p)
{
	return p->v6 && !p->hi && p->lo >> 32 == 0xffff && p->len >= 96;
}

static int parse_prefix(struct genl_info *info, struct nlattr *nest,
			struct ucsec_prefix *p)
{
	struct nlattr *tb[ARRAY_SIZE(ucsec_prefix_nl_policy)];
	struct nlattr *a4, *a6, *len;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       ucsec_prefix_nl_policy, info->extack);
	if (err)
		return err;
	a4 = tb[UCSEC_A_PREFIX_ADDR4];
	a6 = tb[UCSEC_A_PREFIX_ADDR6];
	len = tb[UCSEC_A_PREFIX_LEN];
	if (a4 && a6)
		return refuse(info, a6, -EINVAL, "a prefix has one address");
	if (!a4 && !a6)
		return refuse_missing(info, nest, UCSEC_A_PREFIX_ADDR4,
				      "a prefix needs an address");
	if (!len)
		return refuse_missing(info, nest, UCSEC_A_PREFIX_LEN,
				      "a prefix needs a length");
	memset(p, 0, sizeof(*p));
	if (a4)
		set_addr4(p, nla_get_in_addr(a4));
	else
		set_addr6(p, nla_data(a6));
	p->len = nla_get_u8(len);
	if (p->len > (p->v6 ? 128 : 32))
		return refuse(info, len, -EINVAL,
			      "longer than an address of that family");
	if (is_mapped(p))
		return refuse(info, a6, -EINVAL,
			      "an IPv4 address belongs in addr4");
	if (!ucsec_prefix_is_sound(p))
		return refuse(info, a4 ?: a6, -EINVAL,
			      "bits are set behind the prefix");
	return 0;
}

static int parse_prefixes(struct genl_info *info,
			  struct ucsec_trunk_config *cfg)
{
	const struct ucsec_net *un = info->user_ptr[0];
	struct nlattr *attr;
	u32 n = 0;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == UCSEC_A_TRUNK_PREFIX;
	if (!n)
		return 0;
	if (n > un->acl.params.max_prefixes)
		return refuse(info, cfg->attrs[UCSEC_A_TRUNK_PREFIX], -ENOSPC,
			      "more prefixes than there may be");
	cfg->prefixes = kvmalloc_array(n, sizeof(*cfg->prefixes), GFP_KERNEL);
	if (!cfg->prefixes)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != UCSEC_A_TRUNK_PREFIX)
			continue;
		err = parse_prefix(info, attr, &cfg->prefixes[cfg->nprefixes]);
		if (err)
			return err;
		cfg->nprefixes++;
	}
	return 0;
}

/* Of several alike the last one, which is the one that is too much. */
static struct nlattr *find_prefix(struct genl_info *info,
				  const struct ucsec_prefix *p)
{
	struct nlattr *attr, *found = NULL;
	struct ucsec_prefix q;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == UCSEC_A_TRUNK_PREFIX &&
		    !parse_prefix(info, attr, &q) &&
		    !ucsec_prefix_compare(p, &q))
			found = attr;
	return found;
}

int ucsec_attr_refused(struct genl_info *info,
		       const struct ucsec_trunk_config *cfg, int err,
		       const struct ucsec_ruleset_fault *fault)
{
	struct nlattr *attr = cfg ? cfg->attrs[UCSEC_A_TRUNK_PREFIX] : NULL;

	if (!fault->sentence)
		return err;
	if (attr && (err == -EEXIST || err == -ENOENT))
		attr = find_prefix(info, &fault->prefix);
	return refuse(info, attr, err, fault->sentence);
}

/*
 * The rest of a trunk
 */

static int parse_ports(struct genl_info *info, u32 type, u16 *port,
		       u32 *nports)
{
	struct nlattr *attr;
	u32 i, n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		u16 value;

		if (nla_type(attr) != type)
			continue;
		value = ntohs(nla_get_be16(attr));
		if (!value)
			return refuse(info, attr, -EINVAL,
				      "port 0 carries no signalling");
		if (n == UCSEC_MAX_TRUNK_PORTS)
			return refuse(info, attr, -ERANGE,
				      "more ports than there may be");
		for (i = 0; i < n; i++)
			if (port[i] == value)
				return refuse(info, attr, -EINVAL,
					      "the same port twice");
		port[n++] = value;
	}
	*nports = n;
	return 0;
}

static int parse_rates(struct genl_info *info, struct ucsec_trunk_config *cfg)
{
	struct nlattr *tb[ARRAY_SIZE(ucsec_rate_nl_policy)];
	struct ucsec_rate *rate;
	struct nlattr *attr;
	u32 kind, seen = 0;
	int i, rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != UCSEC_A_TRUNK_RATE)
			continue;
		err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, attr,
				       ucsec_rate_nl_policy, info->extack);
		if (err)
			return err;
		for (i = 1; i < ARRAY_SIZE(tb); i++)
			if (!tb[i])
				return refuse_missing(info, attr, i,
					"a rate needs kind, number and burst");
		kind = nla_get_u32(tb[UCSEC_A_RATE_KIND]);
		if (seen & BIT(kind))
			return refuse(info, attr, -EINVAL,
				      "the same kind of rate twice");
		seen |= BIT(kind);
		rate = &cfg->rate[kind];
		rate->per_second = nla_get_u32(tb[UCSEC_A_RATE_PER_SECOND]);
		rate->burst = nla_get_u32(tb[UCSEC_A_RATE_BURST]);
		if (!rate->per_second != !rate->burst)
			return refuse(info, attr, -EINVAL,
				"a rate and its burst are both 0 or neither");
	}
	return 0;
}

static int parse_scalars(struct genl_info *info,
			 struct ucsec_trunk_config *cfg)
{
	struct nlattr **tb = cfg->attrs;
	struct nlattr *attr;

	attr = tb[UCSEC_A_TRUNK_ID];
	if (attr) {
		cfg->id = nla_get_u32(attr);
		if (!cfg->id)
			return refuse(info, attr, -EINVAL, "0 is no id");
	}
	attr = tb[UCSEC_A_TRUNK_TRANSPORTS];
	if (attr) {
		cfg->transports = nla_get_u32(attr);
		if (!cfg->transports)
			return refuse(info, attr, -EINVAL,
				      "a trunk needs a transport");
	}
	attr = tb[UCSEC_A_TRUNK_DENIAL];
	if (attr) {
		cfg->denial = nla_get_u32(attr);
		if (cfg->denial == UCSEC_VERDICT_PASS)
			return refuse(info, attr, -EINVAL,
				      "what is denied does not pass");
	}
	attr = tb[UCSEC_A_TRUNK_COOKIE];
	if (attr) {
		cfg->cookie_len = nla_len(attr);
		nla_memcpy(cfg->cookie, attr, sizeof(cfg->cookie));
		if (!cfg->cookie_len)
			return refuse(info, attr, -EINVAL,
				      "a cookie has at least one byte");
	}
	if (tb[UCSEC_A_TRUNK_METHODS])
		cfg->methods = nla_get_u32(tb[UCSEC_A_TRUNK_METHODS]);
	if (tb[UCSEC_A_TRUNK_BOXES])
		cfg->boxes = nla_get_u32(tb[UCSEC_A_TRUNK_BOXES]);
	if (tb[UCSEC_A_TRUNK_UNPARSED])
		cfg->unparsed = nla_get_u32(tb[UCSEC_A_TRUNK_UNPARSED]);
	if (tb[UCSEC_A_TRUNK_STAGE])
		cfg->stage = nla_get_u32(tb[UCSEC_A_TRUNK_STAGE]);
	if (tb[UCSEC_A_TRUNK_KIND])
		cfg->kind = nla_get_u32(tb[UCSEC_A_TRUNK_KIND]);
	return 0;
}

int ucsec_attr_trunk(struct genl_info *info, u32 max,
		     struct ucsec_trunk_config *cfg)
{
	u32 i;
	int err;

	memset(cfg, 0, sizeof(*cfg));
	for (i = 1; i <= max; i++) {
		cfg->attrs[i] = info->attrs[i];
		if (info->attrs[i])
			cfg->have |= BIT_ULL(i);
	}
	err = parse_scalars(info, cfg);
	if (!err)
		err = parse_ports(info, UCSEC_A_TRUNK_PORT, cfg->port,
				  &cfg->nports);
	if (!err)
		err = parse_rates(info, cfg);
	if (!err)
		err = parse_prefixes(info, cfg);
	return err;
}

int ucsec_attr_trunk_kind(struct genl_info *info,
			  const struct ucsec_trunk_config *cfg, u32 kind)
{
	struct nlattr *attr = cfg->attrs[UCSEC_A_TRUNK_METHODS] ?:
			      cfg->attrs[UCSEC_A_TRUNK_BOXES];

	if (kind == UCSEC_TRUNK_LINE && attr)
		return refuse(info, attr, -EINVAL,
			      "a line has no method list");
	return 0;
}

int ucsec_attr_trunk_new(struct genl_info *info,
			 const struct ucsec_trunk_config *cfg)
{
	static const struct {
		int type;
		const char *sentence;
	} required[] = {
		{ UCSEC_A_TRUNK_KIND, "a trunk or a line?" },
		{ UCSEC_A_TRUNK_PORT, "a trunk needs a port" },
		{ UCSEC_A_TRUNK_TRANSPORTS, "a trunk needs a transport" },
		{ UCSEC_A_TRUNK_PREFIX, "a trunk needs a prefix" },
	};
	int i, n = ARRAY_SIZE(required);

	/* Prefixes of a staged one may follow. */
	if (UCSEC_TRUNK_HAVE(cfg, STAGE))
		n--;
	for (i = 0; i < n; i++)
		if (!cfg->attrs[required[i].type])
			return refuse_missing(info, NULL, required[i].type,
					      required[i].sentence);
	if (cfg->kind == UCSEC_TRUNK_UNSPEC)
		return refuse(info, cfg->attrs[UCSEC_A_TRUNK_KIND], -EINVAL,
			      "a trunk or a line?");
	return ucsec_attr_trunk_kind(info, cfg, cfg->kind);
}

int ucsec_attr_trunk_id(struct genl_info *info,
			const struct ucsec_trunk_config *cfg)
{
	if (!cfg->id)
		return refuse_missing(info, NULL, UCSEC_A_TRUNK_ID,
				      "which trunk?");
	return 0;
}

int ucsec_attr_prefixes(struct genl_info *info,
			const struct ucsec_trunk_config *cfg)
{
	if (!cfg->nprefixes)
		return refuse_missing(info, NULL, UCSEC_A_TRUNK_PREFIX,
				      "which prefix?");
	return ucsec_attr_trunk_id(info, cfg);
}

/*
 * Parameters and trials
 */

/* One port that is 0 stands for none. */
static bool removes_ports(struct genl_info *info)
{
	struct nlattr *attr;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == UCSEC_A_ACL_PORT;
	attr = info->attrs[UCSEC_A_ACL_PORT];
	return n == 1 && !nla_get_be16(attr);
}

int ucsec_attr_acl(struct genl_info *info, struct ucsec_acl_params *p)
{
	const struct {
		int type;
		u32 *value;
		u32 limit;
	} params[] = {
		{ UCSEC_A_ACL_UNKNOWN, &p->unknown, U32_MAX },
		{ UCSEC_A_ACL_MARK, &p->mark, U32_MAX },
		{ UCSEC_A_ACL_REJECT_RATE, &p->reject.per_second, U32_MAX },
		{ UCSEC_A_ACL_REJECT_BURST, &p->reject.burst, U32_MAX },
		{ UCSEC_A_ACL_MAX_TRUNKS, &p->max_trunks,
		  UCSEC_LIMIT_MAX_TRUNKS },
		{ UCSEC_A_ACL_MAX_PREFIXES, &p->max_prefixes,
		  UCSEC_LIMIT_MAX_PREFIXES },
		{ UCSEC_A_ACL_DENIAL_BURST, &p->denial_burst, U32_MAX },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		struct nlattr *attr = info->attrs[params[i].type];

		if (!attr)
			continue;
		if (nla_get_u32(attr) > params[i].limit)
			return refuse(info, attr, -ERANGE,
				      "more than a namespace can have");
		*params[i].value = nla_get_u32(attr);
	}
	if (!info->attrs[UCSEC_A_ACL_PORT])
		return 0;
	if (removes_ports(info)) {
		p->nports = 0;
		return 0;
	}
	return parse_ports(info, UCSEC_A_ACL_PORT, p->port, &p->nports);
}

static int parse_trial_addresses(struct genl_info *info,
				 struct ucsec_trial *trial)
{
	struct nlattr **tb = info->attrs;
	struct nlattr *s4 = tb[UCSEC_A_TRIAL_SADDR4];
	struct nlattr *s6 = tb[UCSEC_A_TRIAL_SADDR6];
	struct nlattr *d4 = tb[UCSEC_A_TRIAL_DADDR4];
	struct nlattr *d6 = tb[UCSEC_A_TRIAL_DADDR6];
	struct ucsec_prefix source;

	if (!s4 && !s6)
		return refuse_missing(info, NULL, UCSEC_A_TRIAL_SADDR4,
				      "where does it come from?");
	if (s4 && s6)
		return refuse(info, s6, -EINVAL, "a message has one source");
	if (!d4 && !d6)
		return refuse_missing(info, NULL, s4 ? UCSEC_A_TRIAL_DADDR4 :
						       UCSEC_A_TRIAL_DADDR6,
				      "where does it go?");
	if (d4 && d6)
		return refuse(info, d6, -EINVAL,
			      "a message has one destination");
	if (!s4 != !d4)
		return refuse(info, d4 ?: d6, -EINVAL,
			      "source and destination are of one family");
	if (s4) {
		set_addr4(&source, nla_get_in_addr(s4));
		trial->daddr4 = nla_get_in_addr(d4);
	} else {
		set_addr6(&source, nla_data(s6));
		source.len = 128;
		if (is_mapped(&source))
			return refuse(info, s6, -EINVAL,
				      "an IPv4 address belongs in saddr4");
		trial->daddr6 = nla_get_in6_addr(d6);
	}
	trial->packet.hi = source.hi;
	trial->packet.lo = source.lo;
	trial->packet.v6 = source.v6;
	trial->packet.group = s4 ? ipv4_is_multicast(trial->daddr4) :
				   ipv6_addr_is_multicast(&trial->daddr6);
	trial->daddr = d4 ?: d6;
	return 0;
}

int ucsec_attr_trial(struct genl_info *info, struct ucsec_trial *trial)
{
	struct nlattr *dport = info->attrs[UCSEC_A_TRIAL_DPORT];
	struct nlattr *transport = info->attrs[UCSEC_A_TRIAL_TRANSPORT];
	struct nlattr *payload = info->attrs[UCSEC_A_TRIAL_PAYLOAD];
	u32 bits = transport ? nla_get_u32(transport) : UCSEC_TRANSPORT_UDP;
	int err;

	memset(trial, 0, sizeof(*trial));
	err = parse_trial_addresses(info, trial);
	if (err)
		return err;
	if (!dport)
		return refuse_missing(info, NULL, UCSEC_A_TRIAL_DPORT,
				      "to which port?");
	if (hweight32(bits) != 1)
		return refuse(info, transport, -EINVAL,
			      "a message has one transport");
	trial->dport = dport;
	trial->packet.dport = ntohs(nla_get_be16(dport));
	trial->packet.stream = bits != UCSEC_TRANSPORT_UDP;
	if (payload) {
		trial->packet.data = nla_data(payload);
		trial->packet.len = nla_len(payload);
	}
	return 0;
}
