/* SPDX-License-Identifier: GPL-2.0 */
/* Replies: objects to attributes, for get, dump and notify alike. */
#ifndef UCSEC_FILL_H
#define UCSEC_FILL_H

#include <net/genetlink.h>
#include "stream.h"

/* All return -EMSGSIZE if @skb is full. Never put key material. */
/* @mux: RTCP has no port of its own, and none is told. */
int ucsec_fill_endpoint(struct sk_buff *skb, int type,
			const struct ucsec_endpoint *ep, bool mux);
int ucsec_fill_stream(struct sk_buff *skb, struct ucsec_stream *stream);
int ucsec_fill_stats(struct sk_buff *skb, const struct ucsec_stats *stats);
int ucsec_fill_suite(struct sk_buff *skb, u32 suite);
int ucsec_fill_params(struct sk_buff *skb, const struct ucsec_params *params);

#endif /* UCSEC_FILL_H */
