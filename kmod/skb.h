/* SPDX-License-Identifier: GPL-2.0 */
/* Packet memory: what has to hold before and after the payload is rewritten. */
#ifndef UCSEC_SKB_H
#define UCSEC_SKB_H

#include <linux/skbuff.h>

/*
 * Makes @skb linear, private and with @tail bytes of room behind it, in at
 * most one allocation. False without memory; the skb stays valid. Pointers
 * into the packet must be read again.
 */
bool ucsec_skb_own(struct sk_buff *skb, unsigned int tail);
/* Makes @head bytes of room before the data. */
bool ucsec_skb_headroom(struct sk_buff *skb, unsigned int head);
/* Sets the length of the linear data at skb->data. */
void ucsec_skb_resize(struct sk_buff *skb, unsigned int len);
/* Forgets all that belongs to the way the packet came. */
void ucsec_skb_forget(struct sk_buff *skb);

/* Datagrams that the sender or GRO left in one, unlike UFO's single one. */
static inline bool ucsec_skb_is_train(const struct sk_buff *skb)
{
	return skb_is_gso(skb) &&
	       !(skb_shinfo(skb)->gso_type & SKB_GSO_UDP);
}

#endif /* UCSEC_SKB_H */
