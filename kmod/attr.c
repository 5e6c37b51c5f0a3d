// SPDX-License-Identifier: GPL-2.0
/* Requests: attributes to configurations, each fault with its sentence. */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include "attr.h"
#include "policy.h"

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  int err, const char *sentence)
{
	if (extack) {
		extack->bad_attr = attr;
		extack->_msg = sentence;
	}
	return err;
}

static int refuse_missing(struct netlink_ext_ack *extack,
			  struct nlattr *nest, int type, const char *sentence)
{
	if (extack) {
		extack->_msg = sentence;
		extack->miss_type = type;
		extack->miss_nest = nest;
	}
	return -EINVAL;
}

/*
 * Endpoints
 */

static int parse_address(struct nlattr **tb, struct nlattr *nest,
			 struct ucsec_endpoint *ep,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *a4 = tb[UCSEC_A_ENDPOINT_ADDR4];
	struct nlattr *a6 = tb[UCSEC_A_ENDPOINT_ADDR6];
	int type;

	if (!a4 == !a6) {
		if (a4)
			return refuse(extack, a6, -EINVAL,
				      "an endpoint has one address");
		return refuse_missing(extack, nest, UCSEC_A_ENDPOINT_ADDR4,
				      "an endpoint needs an address");
	}
	if (a4) {
		__be32 addr = nla_get_in_addr(a4);

		if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
		    ipv4_is_zeronet(addr))
			return refuse(extack, a4, -EINVAL,
				      "not a unicast address");
		ep->family = AF_INET;
		ipv6_addr_set_v4mapped(addr, &ep->addr);
		return 0;
	}
	ep->family = AF_INET6;
	ep->addr = nla_get_in6_addr(a6);
	type = ipv6_addr_type(&ep->addr);
	if (type == IPV6_ADDR_ANY || (type & IPV6_ADDR_MULTICAST))
		return refuse(extack, a6, -EINVAL, "not a unicast address");
	if (type & (IPV6_ADDR_MAPPED | IPV6_ADDR_COMPATv4) &&
	    !(type & IPV6_ADDR_LOOPBACK))
		return refuse(extack, a6, -EINVAL,
			      "an IPv4 address belongs in addr4");
	return 0;
}

static int parse_ports(struct nlattr **tb, struct nlattr *nest,
		       bool port_optional, struct ucsec_endpoint *ep,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *port = tb[UCSEC_A_ENDPOINT_PORT];
	struct nlattr *rtcp = tb[UCSEC_A_ENDPOINT_RTCP_PORT];

	if (port) {
		ep->port = nla_get_be16(port);
		if (!ep->port)
			return refuse(extack, port, -EINVAL,
				      "port 0 carries no media");
	} else if (!port_optional) {
		return refuse_missing(extack, nest, UCSEC_A_ENDPOINT_PORT,
				      "an endpoint needs a port");
	}
	if (rtcp) {
		ep->rtcp_port = nla_get_be16(rtcp);
		ep->rtcp_given = true;
		if (!ep->rtcp_port || ep->rtcp_port == ep->port)
			return refuse(extack, rtcp, -EINVAL,
				      "not a port of its own for RTCP");
	} else if (ep->port && ep->port != htons(65535)) {
		/* 0 after 65535: admission asks for a port if it matters. */
		ep->rtcp_port = htons(ntohs(ep->port) + 1);
	}
	return 0;
}

static int parse_endpoint(struct nlattr *nest, bool is_local, bool is_from,
			  struct ucsec_endpoint *ep,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(ucsec_endpoint_nl_policy)];
	struct nlattr *dev;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       ucsec_endpoint_nl_policy, extack);
	if (err)
		return err;
	err = parse_address(tb, nest, ep, extack);
	if (!err)
		err = parse_ports(tb, nest, is_from, ep, extack);
	if (err)
		return err;
	dev = tb[UCSEC_A_ENDPOINT_IFINDEX];
	if (dev && !is_local)
		return refuse(extack, dev, -EINVAL,
			      "interfaces belong to \"in\" and \"out\"");
	if (dev) {
		ep->ifindex = nla_get_u32(dev);
		if (ep->ifindex <= 0)
			return refuse(extack, dev, -EINVAL,
				      "no such interface");
	}
	if (is_local && !dev &&
	    ipv6_addr_type(&ep->addr) & IPV6_ADDR_LINKLOCAL)
		return refuse_missing(extack, nest, UCSEC_A_ENDPOINT_IFINDEX,
				      "a link-local address needs an interface");
	return 0;
}

/*
 * Keys
 */

static int parse_key(struct nlattr *nest, const struct ucsec_srtp_suite *suite,
		     struct ucsec_keys_config *keys,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(ucsec_key_nl_policy)];
	struct nlattr *material, *mki;
	u32 i, n = keys->nkeys;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       ucsec_key_nl_policy, extack);
	if (err)
		return err;
	material = tb[UCSEC_A_KEY_MATERIAL];
	mki = tb[UCSEC_A_KEY_MKI];
	if (!material)
		return refuse_missing(extack, nest, UCSEC_A_KEY_MATERIAL,
				      "a key needs its material");
	if (nla_len(material) != suite->key_len + suite->salt_len)
		return refuse(extack, material, -EINVAL,
			      "key and salt are not as long as the suite asks");
	if (n && (mki ? nla_len(mki) : 0) != keys->mki_len)
		return refuse(extack, mki ?: nest, -EINVAL,
			      "MKIs of one side have one length");
	keys->mki_len = mki ? nla_len(mki) : 0;
	if (n && !keys->mki_len)
		return refuse(extack, nest, -EINVAL,
			      "several keys need MKIs to tell them apart");
	if (mki)
		nla_memcpy(keys->key[n].mki, mki, sizeof(keys->key[n].mki));
	for (i = 0; i < n; i++)
		if (!memcmp(keys->key[i].mki, keys->key[n].mki,
			    keys->mki_len))
			return refuse(extack, mki, -EINVAL,
				      "two keys have the same MKI");
	nla_memcpy(keys->key[n].material, material,
		   sizeof(keys->key[n].material));
	keys->nkeys++;
	return 0;
}

static int parse_crypto(struct nlattr *nest, u32 max_keys,
			struct ucsec_keys_config *keys,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(ucsec_crypto_nl_policy)];
	const struct ucsec_srtp_suite *suite;
	struct nlattr *attr;
	int rem, err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       ucsec_crypto_nl_policy, extack);
	if (err)
		return err;
	if (!tb[UCSEC_A_CRYPTO_SUITE])
		return refuse_missing(extack, nest, UCSEC_A_CRYPTO_SUITE,
				      "protection needs a suite");
	keys->suite = nla_get_u32(tb[UCSEC_A_CRYPTO_SUITE]);
	suite = ucsec_srtp_suite(keys->suite);
	if (!suite)
		return refuse(extack, tb[UCSEC_A_CRYPTO_SUITE], -EOPNOTSUPP,
			      "unknown suite");
	if (!tb[UCSEC_A_CRYPTO_KEY])
		return refuse_missing(extack, nest, UCSEC_A_CRYPTO_KEY,
				      "protection needs a key");
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != UCSEC_A_CRYPTO_KEY)
			continue;
		if (keys->nkeys == max_keys)
			return refuse(extack, attr, -ERANGE, max_keys == 1 ?
				      "a side sends under one key" :
				      "more keys than a side may have");
		err = parse_key(attr, suite, keys, extack);
		if (err)
			return err;
	}
	keys->present = true;
	return 0;
}

/*
 * The rest
 */

static int parse_ssrc(struct nlattr *nest, struct ucsec_stream_config *cfg,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(ucsec_ssrc_nl_policy)];
	struct ucsec_ssrc_config *s;
	u32 i;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest,
			       ucsec_ssrc_nl_policy, extack);
	if (err)
		return err;
	if (!tb[UCSEC_A_SSRC_SSRC])
		return refuse_missing(extack, nest, UCSEC_A_SSRC_SSRC,
				      "which SSRC?");
	if (cfg->nssrcs == UCSEC_MAX_SSRCS)
		return refuse(extack, nest, -ERANGE,
			      "more SSRCs than a stream may have");
	s = &cfg->ssrc[cfg->nssrcs];
	s->ssrc = nla_get_u32(tb[UCSEC_A_SSRC_SSRC]);
	for (i = 0; i < cfg->nssrcs; i++)
		if (cfg->ssrc[i].ssrc == s->ssrc)
			return refuse(extack, nest, -EINVAL,
				      "the same SSRC twice");
	if (tb[UCSEC_A_SSRC_RX_ROC])
		s->rx_roc = nla_get_u32(tb[UCSEC_A_SSRC_RX_ROC]);
	if (tb[UCSEC_A_SSRC_TX_ROC])
		s->tx_roc = nla_get_u32(tb[UCSEC_A_SSRC_TX_ROC]);
	cfg->nssrcs++;
	return 0;
}

static int parse_scalars(struct nlattr **tb, struct ucsec_stream_config *cfg,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attr;

	attr = tb[UCSEC_A_STREAM_FLAGS];
	if (attr) {
		cfg->flags = nla_get_bitfield32(attr).value;
		cfg->flags_mask = nla_get_bitfield32(attr).selector;
	}
	attr = tb[UCSEC_A_STREAM_WINDOW];
	if (attr) {
		cfg->window = nla_get_u32(attr);
		if (cfg->window % 64)
			return refuse(extack, attr, -EINVAL,
				      "a window is a multiple of 64");
	}
	attr = tb[UCSEC_A_STREAM_MAX_SSRCS];
	if (attr)
		cfg->max_ssrcs = nla_get_u32(attr);
	attr = tb[UCSEC_A_STREAM_COOKIE];
	if (attr) {
		cfg->cookie_len = nla_len(attr);
		nla_memcpy(cfg->cookie, attr, sizeof(cfg->cookie));
		if (!cfg->cookie_len)
			return refuse(extack, attr, -EINVAL,
				      "a cookie has at least one byte");
	}
	attr = tb[UCSEC_A_STREAM_PAIR];
	if (attr)
		cfg->pair = nla_get_u32(attr);
	attr = tb[UCSEC_A_STREAM_DSCP];
	if (attr)
		cfg->dscp = nla_get_u8(attr);
	attr = tb[UCSEC_A_STREAM_IDLE];
	if (attr)
		cfg->idle = nla_get_u32(attr);
	if (cfg->idle > UCSEC_LIMIT_IDLE_S)
		return refuse(extack, attr, -ERANGE,
			      "an idle time of more than 30 days");
	return 0;
}

static int parse_nests(struct nlattr **tb, struct ucsec_stream_config *cfg,
		       struct netlink_ext_ack *extack)
{
	int err = 0;

	if (tb[UCSEC_A_STREAM_IN])
		err = parse_endpoint(tb[UCSEC_A_STREAM_IN], true, false,
				     &cfg->in, extack);
	if (!err && tb[UCSEC_A_STREAM_OUT])
		err = parse_endpoint(tb[UCSEC_A_STREAM_OUT], true, false,
				     &cfg->out, extack);
	if (!err && tb[UCSEC_A_STREAM_TO])
		err = parse_endpoint(tb[UCSEC_A_STREAM_TO], false, false,
				     &cfg->to, extack);
	if (!err && tb[UCSEC_A_STREAM_FROM])
		err = parse_endpoint(tb[UCSEC_A_STREAM_FROM], false, true,
				     &cfg->from, extack);
	if (!err && tb[UCSEC_A_STREAM_RX])
		err = parse_crypto(tb[UCSEC_A_STREAM_RX], UCSEC_MAX_KEYS,
				   &cfg->rx, extack);
	if (!err && tb[UCSEC_A_STREAM_TX])
		err = parse_crypto(tb[UCSEC_A_STREAM_TX], 1, &cfg->tx,
				   extack);
	return err;
}

static int parse(struct genl_info *info, struct nlattr **tb, u32 max,
		 const struct nla_policy *policy,
		 struct ucsec_stream_config *cfg)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *attr;
	int rem, err;
	u32 i;

	memset(tb, 0, (UCSEC_A_STREAM_MAX + 1) * sizeof(*tb));
	err = genlmsg_parse(info->nlhdr, &ucsec_netlink_family, tb, max,
			    policy, extack);
	if (err)
		return err;
	cfg->attrs = tb;
	for (i = 1; i <= UCSEC_A_STREAM_MAX; i++)
		if (tb[i])
			cfg->have |= BIT_ULL(i);
	err = parse_nests(tb, cfg, extack);
	if (!err)
		err = parse_scalars(tb, cfg, extack);
	if (err)
		return err;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != UCSEC_A_STREAM_SSRC)
			continue;
		err = parse_ssrc(attr, cfg, extack);
		if (err)
			return err;
	}
	return 0;
}

int ucsec_attr_stream_new(struct genl_info *info, struct nlattr **tb,
			  struct ucsec_stream_config *cfg)
{
	static const struct {
		int type;
		const char *sentence;
	} required[] = {
		{ UCSEC_A_STREAM_IN, "where does media arrive?" },
		{ UCSEC_A_STREAM_OUT, "where does media leave from?" },
		{ UCSEC_A_STREAM_TO, "where does media go?" },
	};
	int i, err;

	err = parse(info, tb, ARRAY_SIZE(ucsec_stream_new_nl_policy) - 1,
		    ucsec_stream_new_nl_policy, cfg);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(required); i++)
		if (!tb[required[i].type])
			return refuse_missing(info->extack, NULL,
					      required[i].type,
					      required[i].sentence);
	return 0;
}

int ucsec_attr_stream_set(struct genl_info *info, struct nlattr **tb,
			  struct ucsec_stream_config *cfg)
{
	int err;

	err = parse(info, tb, ARRAY_SIZE(ucsec_stream_set_nl_policy) - 1,
		    ucsec_stream_set_nl_policy, cfg);
	if (err)
		return err;
	if (!tb[UCSEC_A_STREAM_ID])
		return refuse_missing(info->extack, NULL, UCSEC_A_STREAM_ID,
				      "which stream?");
	cfg->id = nla_get_u32(tb[UCSEC_A_STREAM_ID]);
	return 0;
}
