// SPDX-License-Identifier: GPL-2.0
/* Packet memory. The only allocations of the packet path are here. */
#include <linux/if_vlan.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include "skb.h"

bool ucsec_skb_own(struct sk_buff *skb, unsigned int tail)
{
	int need;

	if (skb_is_nonlinear(skb) && __skb_linearize(skb))
		return false;
	/* Taps hold clones: what they saw must not change under them. */
	need = (int)tail - skb_tailroom(skb);
	if (!skb_cloned(skb) && need <= 0)
		return true;
	return !pskb_expand_head(skb, 0, max(need, 0), GFP_ATOMIC);
}

bool ucsec_skb_headroom(struct sk_buff *skb, unsigned int head)
{
	int need = (int)head - (int)skb_headroom(skb);

	if (likely(need <= 0))
		return true;
	return !pskb_expand_head(skb, SKB_DATA_ALIGN(need), 0, GFP_ATOMIC);
}

void ucsec_skb_resize(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len)
		__skb_put(skb, len - skb->len);
	else
		__skb_trim(skb, len);
}

void ucsec_skb_forget(struct sk_buff *skb)
{
	skb_scrub_packet(skb, false);
	/* A receive time would be taken for a departure time by fq. */
	skb_clear_tstamp(skb);
	skb_clear_hash(skb);
	skb->mark = 0;
	skb->encapsulation = 0;
	__vlan_hwaccel_clear_tag(skb);
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
#endif
}
