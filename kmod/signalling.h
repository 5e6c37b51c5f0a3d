/* SPDX-License-Identifier: GPL-2.0 */
/* Packets of signalling ports: read for the judge, and done as it says. */
#ifndef UCSEC_SIGNALLING_H
#define UCSEC_SIGNALLING_H

#include <linux/skbuff.h>
#include "ucsec.h"

/*
 * Netfilter verdicts, from PRE_ROUTING. The UDP header is there to be read.
 * @broken: a fragment that nobody put together.
 */
unsigned int ucsec_signalling_datagram(struct ucsec_net *un,
				       struct sk_buff *skb, u16 family,
				       unsigned int thoff, bool broken);
unsigned int ucsec_signalling_segment(struct ucsec_net *un,
				      struct sk_buff *skb, u16 family,
				      unsigned int thoff);
/* Tells who watches; @len is that of the packet. */
void ucsec_signalling_denied(const struct ucsec_acl_packet *p,
			     const struct ucsec_acl_result *r, u32 len);

#endif /* UCSEC_SIGNALLING_H */
