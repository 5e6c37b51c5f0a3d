// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Attributes of counters, suites and limits to structures.
 */
#include <errno.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "internal.h"

#define U32	{ .type = NLA_U32 }
#define U64	{ .type = NLA_U64 }

static const struct nla_policy drops_policy[UCSEC_A_DROPS_MAX + 1] = {
	[UCSEC_A_DROPS_REASON] = U32,
	[UCSEC_A_DROPS_PACKETS] = U64,
};

static const struct nla_policy stats_policy[UCSEC_A_STATS_MAX + 1] = {
	[UCSEC_A_STATS_RX_PACKETS] = U64,
	[UCSEC_A_STATS_RX_BYTES] = U64,
	[UCSEC_A_STATS_TX_PACKETS] = U64,
	[UCSEC_A_STATS_TX_BYTES] = U64,
	[UCSEC_A_STATS_UP_PACKETS] = U64,
	[UCSEC_A_STATS_RTCP_PACKETS] = U64,
	[UCSEC_A_STATS_RESTARTS] = U64,
	[UCSEC_A_STATS_STREAMS] = U32,
	[UCSEC_A_STATS_EVENTS_SENT] = U64,
	[UCSEC_A_STATS_EVENTS_LOST] = U64,
};

static const struct nla_policy suites_policy[UCSEC_A_SUITES_MAX + 1] = {
	[UCSEC_A_SUITES_SUITE] = U32,
	[UCSEC_A_SUITES_KEY_LEN] = U32,
	[UCSEC_A_SUITES_SALT_LEN] = U32,
	[UCSEC_A_SUITES_TAG_LEN] = U32,
	[UCSEC_A_SUITES_RTCP_TAG_LEN] = U32,
};

static const struct nla_policy params_policy[UCSEC_A_PARAMS_MAX + 1] = {
	[UCSEC_A_PARAMS_MAX_STREAMS] = U32,
	[UCSEC_A_PARAMS_WINDOW] = U32,
	[UCSEC_A_PARAMS_MAX_SSRCS] = U32,
	[UCSEC_A_PARAMS_REKEY_OVERLAP] = U32,
	[UCSEC_A_PARAMS_REKEY_GRACE] = U32,
	[UCSEC_A_PARAMS_IDLE] = U32,
	[UCSEC_A_PARAMS_AUTH_BURST] = U32,
	[UCSEC_A_PARAMS_REPLAY_BURST] = U32,
};

static int get_drop(const struct nlattr *nla, struct ucsec_stats *stats)
{
	struct nlattr *tb[UCSEC_A_DROPS_MAX + 1];
	uint32_t reason = 0;
	uint64_t packets = 0;

	if (ucsec_parse_nest(tb, UCSEC_A_DROPS_MAX, nla, drops_policy))
		return -EPROTO;
	ucsec_get_u32(tb[UCSEC_A_DROPS_REASON], &reason);
	ucsec_get_u64(tb[UCSEC_A_DROPS_PACKETS], &packets);
	stats->drops[reason < UCSEC_DROP_ROOM ? reason : 0] += packets;
	return 0;
}

int ucsec_get_stats(const struct nlattr *head, int len,
		     struct ucsec_stats *stats)
{
	struct nlattr *tb[UCSEC_A_STATS_MAX + 1];
	const struct nlattr *nla;
	int rem;

	if (nla_parse(tb, UCSEC_A_STATS_MAX, (struct nlattr *)head, len,
		      (struct nla_policy *)stats_policy))
		return -EPROTO;
	ucsec_get_u64(tb[UCSEC_A_STATS_RX_PACKETS], &stats->rx_packets);
	ucsec_get_u64(tb[UCSEC_A_STATS_RX_BYTES], &stats->rx_bytes);
	ucsec_get_u64(tb[UCSEC_A_STATS_TX_PACKETS], &stats->tx_packets);
	ucsec_get_u64(tb[UCSEC_A_STATS_TX_BYTES], &stats->tx_bytes);
	ucsec_get_u64(tb[UCSEC_A_STATS_UP_PACKETS], &stats->up_packets);
	ucsec_get_u64(tb[UCSEC_A_STATS_RTCP_PACKETS], &stats->rtcp_packets);
	ucsec_get_u64(tb[UCSEC_A_STATS_RESTARTS], &stats->restarts);
	ucsec_get_u32(tb[UCSEC_A_STATS_STREAMS], &stats->streams);
	ucsec_get_u64(tb[UCSEC_A_STATS_EVENTS_SENT], &stats->events_sent);
	ucsec_get_u64(tb[UCSEC_A_STATS_EVENTS_LOST], &stats->events_lost);
	nla_for_each_attr(nla, (struct nlattr *)head, len, rem)
		if (nla_type(nla) == UCSEC_A_STATS_DROPS &&
		    get_drop(nla, stats))
			return -EPROTO;
	return 0;
}

int ucsec_decode_stats(const struct nlmsghdr *nlh, struct ucsec_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	if (nlmsg_datalen(nlh) < (int)GENL_HDRLEN)
		return -EPROTO;
	return ucsec_get_stats(nlmsg_attrdata(nlh, GENL_HDRLEN),
			 nlmsg_attrlen(nlh, GENL_HDRLEN), stats);
}

int ucsec_decode_suite(const struct nlmsghdr *nlh,
		       struct ucsec_suite_info *suite)
{
	struct nlattr *tb[UCSEC_A_SUITES_MAX + 1];

	memset(suite, 0, sizeof(*suite));
	if (ucsec_parse_message(tb, UCSEC_A_SUITES_MAX, nlh, suites_policy))
		return -EPROTO;
	if (tb[UCSEC_A_SUITES_SUITE])
		suite->suite = nla_get_u32(tb[UCSEC_A_SUITES_SUITE]);
	ucsec_get_u32(tb[UCSEC_A_SUITES_KEY_LEN], &suite->key_len);
	ucsec_get_u32(tb[UCSEC_A_SUITES_SALT_LEN], &suite->salt_len);
	ucsec_get_u32(tb[UCSEC_A_SUITES_TAG_LEN], &suite->tag_len);
	ucsec_get_u32(tb[UCSEC_A_SUITES_RTCP_TAG_LEN], &suite->rtcp_tag_len);
	ucsec_get_string(tb[UCSEC_A_SUITES_NAME], suite->name, sizeof(suite->name));
	ucsec_get_string(tb[UCSEC_A_SUITES_CIPHER_DRIVER], suite->cipher_driver,
		   sizeof(suite->cipher_driver));
	ucsec_get_string(tb[UCSEC_A_SUITES_AUTH_DRIVER], suite->auth_driver,
		   sizeof(suite->auth_driver));
	return 0;
}

int ucsec_decode_params(const struct nlmsghdr *nlh, struct ucsec_params *params)
{
	struct nlattr *tb[UCSEC_A_PARAMS_MAX + 1];

	memset(params, 0, sizeof(*params));
	if (ucsec_parse_message(tb, UCSEC_A_PARAMS_MAX, nlh, params_policy))
		return -EPROTO;
	for (int i = 1; i < UCSEC_PARAM_COUNT; i++)
		ucsec_get_u32_bit(tb[i], &params->value[i], &params->have, 1u << i);
	return 0;
}
