// SPDX-License-Identifier: GPL-2.0
/* Replies: objects to attributes. */
#include "fill.h"

int ucsec_fill_endpoint(struct sk_buff *skb, int type,
			const struct ucsec_endpoint *ep, bool mux)
{
	struct nlattr *nest;

	if (ep->family == AF_UNSPEC)
		return 0;
	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	if (ep->family == AF_INET ?
	    nla_put_in_addr(skb, UCSEC_A_ENDPOINT_ADDR4,
			    ep->addr.s6_addr32[3]) :
	    nla_put_in6_addr(skb, UCSEC_A_ENDPOINT_ADDR6, &ep->addr))
		return -EMSGSIZE;
	if (ep->port && nla_put_be16(skb, UCSEC_A_ENDPOINT_PORT, ep->port))
		return -EMSGSIZE;
	if (ep->rtcp_port && !mux &&
	    nla_put_be16(skb, UCSEC_A_ENDPOINT_RTCP_PORT, ep->rtcp_port))
		return -EMSGSIZE;
	if (ep->ifindex &&
	    nla_put_u32(skb, UCSEC_A_ENDPOINT_IFINDEX, ep->ifindex))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_crypto(struct sk_buff *skb, int type,
		       const struct ucsec_keys *keys)
{
	struct nlattr *nest;

	if (!keys)
		return 0;
	nest = nla_nest_start(skb, type);
	if (!nest ||
	    nla_put_u32(skb, UCSEC_A_CRYPTO_SUITE, keys->suite) ||
	    nla_put_u32(skb, UCSEC_A_CRYPTO_KEYS, keys->set.nkeys) ||
	    nla_put_u32(skb, UCSEC_A_CRYPTO_MKI_LEN, keys->set.mki_len))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_ssrc(struct sk_buff *skb, const struct ucsec_stream *stream,
		     const struct ucsec_ssrc *s)
{
	struct nlattr *nest = nla_nest_start(skb, UCSEC_A_STREAM_SSRC);

	if (!nest || nla_put_u32(skb, UCSEC_A_SSRC_SSRC, s->ssrc))
		return -EMSGSIZE;
	if (stream->rx_protected &&
	    (nla_put_u32(skb, UCSEC_A_SSRC_RX_ROC, s->rx.top >> 16) ||
	     nla_put_u16(skb, UCSEC_A_SSRC_RX_SEQ, s->rx.top) ||
	     nla_put_u32(skb, UCSEC_A_SSRC_RX_RTCP_INDEX, s->rx_rtcp.top)))
		return -EMSGSIZE;
	if (stream->tx_protected &&
	    (nla_put_u32(skb, UCSEC_A_SSRC_TX_ROC, s->tx.top >> 16) ||
	     nla_put_u16(skb, UCSEC_A_SSRC_TX_SEQ, s->tx.top) ||
	     nla_put_u32(skb, UCSEC_A_SSRC_OUT_SSRC, s->out_ssrc) ||
	     nla_put_u32(skb, UCSEC_A_SSRC_TX_RTCP_INDEX, s->tx_rtcp)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_ssrcs(struct sk_buff *skb, struct ucsec_stream *stream)
{
	struct ucsec_ssrc s;
	int err = 0;
	u32 i;

	for (i = 0; i < stream->max_ssrcs && !err; i++) {
		spin_lock_bh(&stream->lock);
		s = stream->ssrc[i];
		spin_unlock_bh(&stream->lock);
		if (!s.used)
			break;
		err = fill_ssrc(skb, stream, &s);
	}
	return err;
}

int ucsec_fill_stats(struct sk_buff *skb, const struct ucsec_stats *stats)
{
	static const int types[UCSEC_STAT_COUNT] = {
		[UCSEC_STAT_RX_PACKETS] = UCSEC_A_STATS_RX_PACKETS,
		[UCSEC_STAT_RX_BYTES] = UCSEC_A_STATS_RX_BYTES,
		[UCSEC_STAT_TX_PACKETS] = UCSEC_A_STATS_TX_PACKETS,
		[UCSEC_STAT_TX_BYTES] = UCSEC_A_STATS_TX_BYTES,
		[UCSEC_STAT_UP_PACKETS] = UCSEC_A_STATS_UP_PACKETS,
		[UCSEC_STAT_RTCP_PACKETS] = UCSEC_A_STATS_RTCP_PACKETS,
		[UCSEC_STAT_RESTARTS] = UCSEC_A_STATS_RESTARTS,
	};
	struct nlattr *nest;
	int i;

	for (i = 0; i < UCSEC_STAT_COUNT; i++)
		if (nla_put_u64_64bit(skb, types[i], stats->stat[i],
				      UCSEC_A_STATS_PAD))
			return -EMSGSIZE;
	for (i = UCSEC_DROP_NONE + 1; i < __UCSEC_DROP_MAX; i++) {
		if (!stats->drop[i])
			continue;
		nest = nla_nest_start(skb, UCSEC_A_STATS_DROPS);
		if (!nest || nla_put_u32(skb, UCSEC_A_DROPS_REASON, i) ||
		    nla_put(skb, UCSEC_A_DROPS_PACKETS, sizeof(u64),
			    &stats->drop[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int fill_path(struct sk_buff *skb, const struct ucsec_path *path)
{
	struct nla_bitfield32 flags = {
		.value = path->flags,
		.selector = ~0U,
	};
	bool rx_mux = path->flags & UCSEC_F_RX_RTCP_MUX;
	bool tx_mux = path->flags & UCSEC_F_TX_RTCP_MUX;

	if (ucsec_fill_endpoint(skb, UCSEC_A_STREAM_FROM, &path->from,
				rx_mux) ||
	    ucsec_fill_endpoint(skb, UCSEC_A_STREAM_TO, &path->to, tx_mux) ||
	    nla_put(skb, UCSEC_A_STREAM_FLAGS, sizeof(flags), &flags))
		return -EMSGSIZE;
	if (path->dscp >= 0 &&
	    nla_put_u8(skb, UCSEC_A_STREAM_DSCP, path->dscp))
		return -EMSGSIZE;
	return 0;
}

static int fill_latched(struct sk_buff *skb, struct ucsec_stream *stream)
{
	struct ucsec_endpoint latched;
	bool is_latched;

	spin_lock_bh(&stream->lock);
	is_latched = stream->is_latched;
	latched = stream->latched;
	spin_unlock_bh(&stream->lock);
	if (!is_latched)
		return 0;
	return ucsec_fill_endpoint(skb, UCSEC_A_STREAM_LATCHED, &latched,
				   true);
}

static int fill_state(struct sk_buff *skb, struct ucsec_stream *stream)
{
	struct ucsec_stats stats;
	struct nlattr *nest;

	nest = nla_nest_start(skb, UCSEC_A_STREAM_STATS);
	if (!nest)
		return -EMSGSIZE;
	ucsec_stream_stats(stream, &stats);
	if (ucsec_fill_stats(skb, &stats))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	if (fill_latched(skb, stream) || fill_ssrcs(skb, stream) ||
	    nla_put_u32(skb, UCSEC_A_STREAM_MEMORY,
			ucsec_stream_memory(stream)))
		return -EMSGSIZE;
	return 0;
}

int ucsec_fill_stream(struct sk_buff *skb, struct ucsec_stream *stream)
{
	const struct ucsec_path *path = ucsec_stream_path(stream);
	struct mutex *lock = &stream->un->lock;
	const struct ucsec_stream *pair;

	pair = rcu_dereference_protected(stream->pair, lockdep_is_held(lock));
	if (nla_put_u32(skb, UCSEC_A_STREAM_ID, stream->id) ||
	    ucsec_fill_endpoint(skb, UCSEC_A_STREAM_IN, &stream->in,
				path->flags & UCSEC_F_RX_RTCP_MUX) ||
	    ucsec_fill_endpoint(skb, UCSEC_A_STREAM_OUT, &stream->out,
				path->flags & UCSEC_F_TX_RTCP_MUX) ||
	    fill_path(skb, path) ||
	    fill_crypto(skb, UCSEC_A_STREAM_RX,
			rcu_dereference_protected(stream->rx,
						  lockdep_is_held(lock))) ||
	    fill_crypto(skb, UCSEC_A_STREAM_TX,
			rcu_dereference_protected(stream->tx,
						  lockdep_is_held(lock))) ||
	    nla_put_u32(skb, UCSEC_A_STREAM_WINDOW, stream->window) ||
	    nla_put_u32(skb, UCSEC_A_STREAM_MAX_SSRCS, stream->max_ssrcs) ||
	    nla_put_u32(skb, UCSEC_A_STREAM_IDLE, stream->idle))
		return -EMSGSIZE;
	if (stream->cookie_len &&
	    nla_put(skb, UCSEC_A_STREAM_COOKIE, stream->cookie_len,
		    stream->cookie))
		return -EMSGSIZE;
	if (pair && nla_put_u32(skb, UCSEC_A_STREAM_PAIR, pair->id))
		return -EMSGSIZE;
	return fill_state(skb, stream);
}

int ucsec_fill_suite(struct sk_buff *skb, u32 suite)
{
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);
	const char *cipher = ucsec_crypto_cipher_driver(suite);
	const char *mac = ucsec_crypto_mac_driver(suite);

	if (nla_put_u32(skb, UCSEC_A_SUITES_SUITE, suite) ||
	    nla_put_string(skb, UCSEC_A_SUITES_NAME, s->name) ||
	    nla_put_u32(skb, UCSEC_A_SUITES_KEY_LEN, s->key_len) ||
	    nla_put_u32(skb, UCSEC_A_SUITES_SALT_LEN, s->salt_len) ||
	    nla_put_u32(skb, UCSEC_A_SUITES_TAG_LEN, s->tag_len) ||
	    nla_put_u32(skb, UCSEC_A_SUITES_RTCP_TAG_LEN, s->rtcp_tag_len))
		return -EMSGSIZE;
	if (cipher &&
	    nla_put_string(skb, UCSEC_A_SUITES_CIPHER_DRIVER, cipher))
		return -EMSGSIZE;
	if (mac && nla_put_string(skb, UCSEC_A_SUITES_AUTH_DRIVER, mac))
		return -EMSGSIZE;
	return 0;
}

int ucsec_fill_params(struct sk_buff *skb, const struct ucsec_params *p)
{
	if (nla_put_u32(skb, UCSEC_A_PARAMS_MAX_STREAMS, p->max_streams) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_WINDOW, p->window) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_MAX_SSRCS, p->max_ssrcs) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_REKEY_OVERLAP, p->overlap_ms) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_REKEY_GRACE, p->grace_ms) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_IDLE, p->idle_s) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_AUTH_BURST, p->auth_burst) ||
	    nla_put_u32(skb, UCSEC_A_PARAMS_REPLAY_BURST, p->replay_burst))
		return -EMSGSIZE;
	return 0;
}
