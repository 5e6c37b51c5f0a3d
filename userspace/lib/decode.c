// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Attributes of streams and events to structures; -EPROTO for what no ucsec.ko would send.
 *
 * Attributes this library does not know are skipped: the ABI grows.
 */
#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "internal.h"

#define U32	{ .type = NLA_U32 }
#define U64	{ .type = NLA_U64 }
#define NEST	{ .type = NLA_NESTED }

static const struct nla_policy endpoint_policy[UCSEC_A_ENDPOINT_MAX + 1] = {
	[UCSEC_A_ENDPOINT_ADDR4] = U32,
	[UCSEC_A_ENDPOINT_ADDR6] = { .minlen = 16, .maxlen = 16 },
	[UCSEC_A_ENDPOINT_PORT] = { .type = NLA_U16 },
	[UCSEC_A_ENDPOINT_RTCP_PORT] = { .type = NLA_U16 },
	[UCSEC_A_ENDPOINT_IFINDEX] = U32,
};

static const struct nla_policy crypto_policy[UCSEC_A_CRYPTO_MAX + 1] = {
	[UCSEC_A_CRYPTO_SUITE] = U32,
	[UCSEC_A_CRYPTO_KEYS] = U32,
	[UCSEC_A_CRYPTO_MKI_LEN] = U32,
};

static const struct nla_policy ssrc_policy[UCSEC_A_SSRC_MAX + 1] = {
	[UCSEC_A_SSRC_SSRC] = U32,
	[UCSEC_A_SSRC_RX_ROC] = U32,
	[UCSEC_A_SSRC_TX_ROC] = U32,
	[UCSEC_A_SSRC_RX_SEQ] = { .type = NLA_U16 },
	[UCSEC_A_SSRC_TX_SEQ] = { .type = NLA_U16 },
	[UCSEC_A_SSRC_OUT_SSRC] = U32,
	[UCSEC_A_SSRC_RX_RTCP_INDEX] = U32,
	[UCSEC_A_SSRC_TX_RTCP_INDEX] = U32,
};

static const struct nla_policy stream_policy[UCSEC_A_STREAM_MAX + 1] = {
	[UCSEC_A_STREAM_ID] = U32,
	[UCSEC_A_STREAM_IN] = NEST,
	[UCSEC_A_STREAM_FROM] = NEST,
	[UCSEC_A_STREAM_OUT] = NEST,
	[UCSEC_A_STREAM_TO] = NEST,
	[UCSEC_A_STREAM_RX] = NEST,
	[UCSEC_A_STREAM_TX] = NEST,
	[UCSEC_A_STREAM_FLAGS] = { .minlen = sizeof(struct nla_bitfield32) },
	[UCSEC_A_STREAM_WINDOW] = U32,
	[UCSEC_A_STREAM_MAX_SSRCS] = U32,
	[UCSEC_A_STREAM_COOKIE] = { .maxlen = UCSEC_MAX_COOKIE_LEN },
	[UCSEC_A_STREAM_PAIR] = U32,
	[UCSEC_A_STREAM_DSCP] = { .type = NLA_U8 },
	[UCSEC_A_STREAM_IDLE] = U32,
	[UCSEC_A_STREAM_LATCHED] = NEST,
	[UCSEC_A_STREAM_STATS] = NEST,
	[UCSEC_A_STREAM_MEMORY] = U32,
	[UCSEC_A_STREAM_EVENT] = U32,
	[UCSEC_A_STREAM_COUNT] = U64,
};

static int get_endpoint(const struct nlattr *nla, struct ucsec_endpoint *ep,
			uint32_t *have, uint32_t bit)
{
	struct nlattr *tb[UCSEC_A_ENDPOINT_MAX + 1];

	if (!nla)
		return 0;
	if (ucsec_parse_nest(tb, UCSEC_A_ENDPOINT_MAX, nla, endpoint_policy))
		return -EPROTO;
	if (tb[UCSEC_A_ENDPOINT_ADDR4]) {
		ep->family = AF_INET;
		memcpy(&ep->addr.addr4, nla_data(tb[UCSEC_A_ENDPOINT_ADDR4]),
		       sizeof(ep->addr.addr4));
	} else if (tb[UCSEC_A_ENDPOINT_ADDR6]) {
		ep->family = AF_INET6;
		memcpy(&ep->addr.addr6, nla_data(tb[UCSEC_A_ENDPOINT_ADDR6]),
		       sizeof(ep->addr.addr6));
	}
	ucsec_get_u16_bit(tb[UCSEC_A_ENDPOINT_PORT], &ep->port, &ep->have,
		    UCSEC_EP_PORT);
	ucsec_get_u16_bit(tb[UCSEC_A_ENDPOINT_RTCP_PORT], &ep->rtcp_port, &ep->have,
		    UCSEC_EP_RTCP_PORT);
	ucsec_get_u32_bit(tb[UCSEC_A_ENDPOINT_IFINDEX], &ep->ifindex, &ep->have,
		    UCSEC_EP_IFINDEX);
	ep->port = ntohs(ep->port);
	ep->rtcp_port = ntohs(ep->rtcp_port);
	*have |= bit;
	return 0;
}

static int get_crypto(const struct nlattr *nla, struct ucsec_crypto *crypto,
		      uint32_t *have, uint32_t bit)
{
	struct nlattr *tb[UCSEC_A_CRYPTO_MAX + 1];

	if (!nla)
		return 0;
	if (ucsec_parse_nest(tb, UCSEC_A_CRYPTO_MAX, nla, crypto_policy))
		return -EPROTO;
	if (tb[UCSEC_A_CRYPTO_SUITE])
		crypto->suite = nla_get_u32(tb[UCSEC_A_CRYPTO_SUITE]);
	ucsec_get_u32(tb[UCSEC_A_CRYPTO_KEYS], &crypto->key_count);
	ucsec_get_u32(tb[UCSEC_A_CRYPTO_MKI_LEN], &crypto->mki_len);
	*have |= bit;
	return 0;
}

static int get_ssrc(const struct nlattr *nla, struct ucsec_ssrc *ssrc)
{
	struct nlattr *tb[UCSEC_A_SSRC_MAX + 1];

	if (ucsec_parse_nest(tb, UCSEC_A_SSRC_MAX, nla, ssrc_policy))
		return -EPROTO;
	ucsec_get_u32(tb[UCSEC_A_SSRC_SSRC], &ssrc->ssrc);
	ucsec_get_u32_bit(tb[UCSEC_A_SSRC_RX_ROC], &ssrc->rx_roc, &ssrc->have,
		    UCSEC_SSRC_RX_ROC);
	ucsec_get_u32_bit(tb[UCSEC_A_SSRC_TX_ROC], &ssrc->tx_roc, &ssrc->have,
		    UCSEC_SSRC_TX_ROC);
	ucsec_get_u16_bit(tb[UCSEC_A_SSRC_RX_SEQ], &ssrc->rx_seq, &ssrc->have,
		    UCSEC_SSRC_RX_SEQ);
	ucsec_get_u16_bit(tb[UCSEC_A_SSRC_TX_SEQ], &ssrc->tx_seq, &ssrc->have,
		    UCSEC_SSRC_TX_SEQ);
	ucsec_get_u32_bit(tb[UCSEC_A_SSRC_OUT_SSRC], &ssrc->out_ssrc, &ssrc->have,
		    UCSEC_SSRC_OUT);
	ucsec_get_u32_bit(tb[UCSEC_A_SSRC_RX_RTCP_INDEX], &ssrc->rx_rtcp_index,
		    &ssrc->have, UCSEC_SSRC_RX_RTCP);
	ucsec_get_u32_bit(tb[UCSEC_A_SSRC_TX_RTCP_INDEX], &ssrc->tx_rtcp_index,
		    &ssrc->have, UCSEC_SSRC_TX_RTCP);
	return 0;
}

static int get_ssrcs(const struct nlmsghdr *nlh, struct ucsec_stream *stream)
{
	struct nlattr *nla;
	int rem;

	nlmsg_for_each_attr(nla, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		if (nla_type(nla) != UCSEC_A_STREAM_SSRC)
			continue;
		if (stream->ssrc_count == UCSEC_MAX_SSRCS ||
		    get_ssrc(nla, &stream->ssrcs[stream->ssrc_count]))
			return -EPROTO;
		stream->ssrc_count++;
	}
	return 0;
}

static int get_stream_nests(struct nlattr **tb, struct ucsec_stream *stream)
{
	uint32_t *have = &stream->have;
	const struct nlattr *stats = tb[UCSEC_A_STREAM_STATS];

	if (get_endpoint(tb[UCSEC_A_STREAM_IN], &stream->in, have,
			 UCSEC_HAVE_IN) ||
	    get_endpoint(tb[UCSEC_A_STREAM_FROM], &stream->from, have,
			 UCSEC_HAVE_FROM) ||
	    get_endpoint(tb[UCSEC_A_STREAM_OUT], &stream->out, have,
			 UCSEC_HAVE_OUT) ||
	    get_endpoint(tb[UCSEC_A_STREAM_TO], &stream->to, have,
			 UCSEC_HAVE_TO) ||
	    get_endpoint(tb[UCSEC_A_STREAM_LATCHED], &stream->latched, have,
			 UCSEC_HAVE_LATCHED) ||
	    get_crypto(tb[UCSEC_A_STREAM_RX], &stream->rx, have,
		       UCSEC_HAVE_RX) ||
	    get_crypto(tb[UCSEC_A_STREAM_TX], &stream->tx, have,
		       UCSEC_HAVE_TX))
		return -EPROTO;
	if (!stats)
		return 0;
	*have |= UCSEC_HAVE_STATS;
	return ucsec_get_stats(nla_data(stats), nla_len(stats), &stream->stats);
}

static void get_stream_plain(struct nlattr **tb, struct ucsec_stream *stream)
{
	uint32_t *have = &stream->have;
	struct nla_bitfield32 flags;

	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_ID], &stream->id, have, UCSEC_HAVE_ID);
	if (tb[UCSEC_A_STREAM_FLAGS]) {
		memcpy(&flags, nla_data(tb[UCSEC_A_STREAM_FLAGS]),
		       sizeof(flags));
		stream->flags = flags.value;
		stream->flags_mask = flags.selector;
		*have |= UCSEC_HAVE_FLAGS;
	}
	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_WINDOW], &stream->window, have,
		    UCSEC_HAVE_WINDOW);
	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_MAX_SSRCS], &stream->max_ssrcs, have,
		    UCSEC_HAVE_MAX_SSRCS);
	ucsec_get_cookie(tb[UCSEC_A_STREAM_COOKIE], stream->cookie,
			 &stream->cookie_len, have, UCSEC_HAVE_COOKIE);
	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_PAIR], &stream->pair, have,
		    UCSEC_HAVE_PAIR);
	if (tb[UCSEC_A_STREAM_DSCP]) {
		stream->dscp = nla_get_u8(tb[UCSEC_A_STREAM_DSCP]);
		*have |= UCSEC_HAVE_DSCP;
	}
	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_IDLE], &stream->idle, have,
		    UCSEC_HAVE_IDLE);
	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_MEMORY], &stream->memory, have,
		    UCSEC_HAVE_MEMORY);
}

int ucsec_decode_stream(const struct nlmsghdr *nlh, struct ucsec_stream *stream)
{
	struct nlattr *tb[UCSEC_A_STREAM_MAX + 1];

	memset(stream, 0, sizeof(*stream));
	if (ucsec_parse_message(tb, UCSEC_A_STREAM_MAX, nlh, stream_policy))
		return -EPROTO;
	get_stream_plain(tb, stream);
	if (get_stream_nests(tb, stream))
		return -EPROTO;
	return get_ssrcs(nlh, stream);
}

int ucsec_decode_notice(const struct nlmsghdr *nlh, struct ucsec_notice *notice)
{
	struct nlattr *tb[UCSEC_A_STREAM_MAX + 1];

	memset(notice, 0, sizeof(*notice));
	if (ucsec_parse_message(tb, UCSEC_A_STREAM_MAX, nlh, stream_policy) ||
	    !tb[UCSEC_A_STREAM_EVENT])
		return -EPROTO;
	notice->event = nla_get_u32(tb[UCSEC_A_STREAM_EVENT]);
	ucsec_get_u32_bit(tb[UCSEC_A_STREAM_ID], &notice->id, &notice->have,
		    UCSEC_HAVE_ID);
	ucsec_get_cookie(tb[UCSEC_A_STREAM_COOKIE], notice->cookie,
			 &notice->cookie_len, &notice->have, UCSEC_HAVE_COOKIE);
	ucsec_get_u64(tb[UCSEC_A_STREAM_COUNT], &notice->count);
	if (get_endpoint(tb[UCSEC_A_STREAM_IN], &notice->in, &notice->have,
			 UCSEC_HAVE_IN) ||
	    get_endpoint(tb[UCSEC_A_STREAM_LATCHED], &notice->latched,
			 &notice->have, UCSEC_HAVE_LATCHED))
		return -EPROTO;
	return 0;
}
