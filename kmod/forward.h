/* SPDX-License-Identifier: GPL-2.0 */
/* Departure through the stack: route, output. */
#ifndef UCSEC_FORWARD_H
#define UCSEC_FORWARD_H

#include "header.h"

struct sk_buff;

/*
 * Sends the UDP payload at skb->data along @path; consumes @skb if it returns
 * UCSEC_DROP_NONE or UCSEC_DROP_SEND, else leaves it to the caller. Under RCU.
 */
enum ucsec_drop ucsec_forward(struct ucsec_stream *stream,
			      struct ucsec_path *path, struct sk_buff *skb,
			      const struct ucsec_hop *hop, bool rtcp);

#endif /* UCSEC_FORWARD_H */
