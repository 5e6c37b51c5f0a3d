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

#endif /* UCSEC_SIGNALLING_H */
