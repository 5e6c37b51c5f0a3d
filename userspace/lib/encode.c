// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Structures to attributes.
 */
#include <errno.h>
#include <sys/socket.h>

#include "internal.h"

static int put_endpoint(struct nl_msg *msg, int type,
			const struct ucsec_endpoint *ep)
{
	struct nlattr *start = ucsec_nest(msg, type);
	int err = 0;

	if (!start)
		return -EMSGSIZE;
	if (ep->family == AF_INET)
		err = ucsec_put(msg, UCSEC_A_ENDPOINT_ADDR4, &ep->addr.addr4,
			  sizeof(ep->addr.addr4));
	else if (ep->family == AF_INET6)
		err = ucsec_put(msg, UCSEC_A_ENDPOINT_ADDR6, &ep->addr.addr6,
			  sizeof(ep->addr.addr6));
	else if (ep->family != AF_UNSPEC)
		err = -EINVAL;
	if (!err && ep->have & UCSEC_EP_PORT)
		err = ucsec_put_be16(msg, UCSEC_A_ENDPOINT_PORT, ep->port);
	if (!err && ep->have & UCSEC_EP_RTCP_PORT)
		err = ucsec_put_be16(msg, UCSEC_A_ENDPOINT_RTCP_PORT, ep->rtcp_port);
	if (!err && ep->have & UCSEC_EP_IFINDEX)
		err = ucsec_put_u32(msg, UCSEC_A_ENDPOINT_IFINDEX, ep->ifindex);
	return err ? err : ucsec_unnest(msg, start);
}

static int put_key(struct nl_msg *msg, const struct ucsec_key *key)
{
	struct nlattr *start;
	int err;

	if (key->material_len > sizeof(key->material) ||
	    key->mki_len > sizeof(key->mki))
		return -EINVAL;
	start = ucsec_nest(msg, UCSEC_A_CRYPTO_KEY);
	if (!start)
		return -EMSGSIZE;
	err = ucsec_put(msg, UCSEC_A_KEY_MATERIAL, key->material, key->material_len);
	if (!err && key->mki_len)
		err = ucsec_put(msg, UCSEC_A_KEY_MKI, key->mki, key->mki_len);
	return err ? err : ucsec_unnest(msg, start);
}

static int put_crypto(struct nl_msg *msg, int type,
		      const struct ucsec_crypto *crypto)
{
	struct nlattr *start = ucsec_nest(msg, type);
	int err;

	if (!start)
		return -EMSGSIZE;
	if (crypto->key_count > UCSEC_MAX_KEYS)
		return -EINVAL;
	err = ucsec_put_u32(msg, UCSEC_A_CRYPTO_SUITE, crypto->suite);
	for (uint32_t i = 0; !err && i < crypto->key_count; i++)
		err = put_key(msg, &crypto->keys[i]);
	return err ? err : ucsec_unnest(msg, start);
}

static int put_ssrc(struct nl_msg *msg, const struct ucsec_ssrc *ssrc)
{
	struct nlattr *start = ucsec_nest(msg, UCSEC_A_STREAM_SSRC);
	int err;

	if (!start)
		return -EMSGSIZE;
	err = ucsec_put_u32(msg, UCSEC_A_SSRC_SSRC, ssrc->ssrc);
	if (!err && ssrc->have & UCSEC_SSRC_RX_ROC)
		err = ucsec_put_u32(msg, UCSEC_A_SSRC_RX_ROC, ssrc->rx_roc);
	if (!err && ssrc->have & UCSEC_SSRC_TX_ROC)
		err = ucsec_put_u32(msg, UCSEC_A_SSRC_TX_ROC, ssrc->tx_roc);
	return err ? err : ucsec_unnest(msg, start);
}

static int put_endpoints(struct nl_msg *msg, const struct ucsec_stream *stream)
{
	int err = 0;

	if (stream->have & UCSEC_HAVE_IN)
		err = put_endpoint(msg, UCSEC_A_STREAM_IN, &stream->in);
	if (!err && stream->have & UCSEC_HAVE_FROM)
		err = put_endpoint(msg, UCSEC_A_STREAM_FROM, &stream->from);
	if (!err && stream->have & UCSEC_HAVE_OUT)
		err = put_endpoint(msg, UCSEC_A_STREAM_OUT, &stream->out);
	if (!err && stream->have & UCSEC_HAVE_TO)
		err = put_endpoint(msg, UCSEC_A_STREAM_TO, &stream->to);
	return err;
}

static int put_numbers(struct nl_msg *msg, const struct ucsec_stream *stream)
{
	struct nla_bitfield32 flags = {
		.value = stream->flags, .selector = stream->flags_mask,
	};
	int err = 0;

	if (stream->have & UCSEC_HAVE_FLAGS)
		err = ucsec_put(msg, UCSEC_A_STREAM_FLAGS, &flags, sizeof(flags));
	if (!err && stream->have & UCSEC_HAVE_WINDOW)
		err = ucsec_put_u32(msg, UCSEC_A_STREAM_WINDOW, stream->window);
	if (!err && stream->have & UCSEC_HAVE_MAX_SSRCS)
		err = ucsec_put_u32(msg, UCSEC_A_STREAM_MAX_SSRCS, stream->max_ssrcs);
	if (!err && stream->have & UCSEC_HAVE_PAIR)
		err = ucsec_put_u32(msg, UCSEC_A_STREAM_PAIR, stream->pair);
	if (!err && stream->have & UCSEC_HAVE_DSCP)
		err = ucsec_put(msg, UCSEC_A_STREAM_DSCP, &stream->dscp,
			  sizeof(stream->dscp));
	if (!err && stream->have & UCSEC_HAVE_IDLE)
		err = ucsec_put_u32(msg, UCSEC_A_STREAM_IDLE, stream->idle);
	if (!err && stream->have & UCSEC_HAVE_RELATCH)
		err = ucsec_put(msg, UCSEC_A_STREAM_RELATCH, NULL, 0);
	return err;
}

int ucsec_encode_stream(struct nl_msg *msg, const struct ucsec_stream *stream)
{
	int err = 0;

	if (stream->ssrc_count > UCSEC_MAX_SSRCS ||
	    stream->cookie_len > UCSEC_MAX_COOKIE_LEN)
		return -EINVAL;
	if (stream->have & UCSEC_HAVE_ID)
		err = ucsec_put_u32(msg, UCSEC_A_STREAM_ID, stream->id);
	if (!err)
		err = put_endpoints(msg, stream);
	if (!err && stream->have & UCSEC_HAVE_RX)
		err = put_crypto(msg, UCSEC_A_STREAM_RX, &stream->rx);
	if (!err && stream->have & UCSEC_HAVE_TX)
		err = put_crypto(msg, UCSEC_A_STREAM_TX, &stream->tx);
	if (!err)
		err = put_numbers(msg, stream);
	if (!err && stream->have & UCSEC_HAVE_COOKIE)
		err = ucsec_put(msg, UCSEC_A_STREAM_COOKIE, stream->cookie,
			  stream->cookie_len);
	for (uint32_t i = 0; !err && i < stream->ssrc_count; i++)
		err = put_ssrc(msg, &stream->ssrcs[i]);
	return err;
}

int ucsec_encode_params(struct nl_msg *msg, const struct ucsec_params *params)
{
	int err = 0;

	for (int i = 1; !err && i < UCSEC_PARAM_COUNT; i++)
		if (params->have & 1u << i)
			err = ucsec_put_u32(msg, i, params->value[i]);
	return err;
}
