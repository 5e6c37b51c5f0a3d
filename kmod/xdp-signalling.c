// SPDX-License-Identifier: GPL-2.0
/*
 * Signalling in XDP: what the judge will drop is dropped before an skb is
 * made of it. What is to pass is judged again by the hook, which takes the
 * tokens of the rates and marks what is rejected: a frame has no mark.
 */
#include <asm/unaligned.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/xdp.h>
#include "departure.h"
#include "signalling.h"
#include "xdp.h"

static bool is_heard4(const struct ucsec_frame *f, const struct iphdr *iph)
{
	struct flowi4 flow = {
		.daddr = iph->daddr,
		.saddr = iph->saddr,
		.fl4_sport = f->uh->source,
		.fl4_dport = f->uh->dest,
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_tos = iph->tos & IPTOS_RT_MASK,
	};

	return ucsec_acl_is_heard4(f->un->net, f->dev, &flow);
}

static bool is_heard6(const struct ucsec_frame *f, const struct ipv6hdr *ip6h)
{
	struct flowi6 flow = {
		.daddr = ip6h->daddr,
		.saddr = ip6h->saddr,
		.flowlabel = ip6_flowinfo(ip6h),
		.fl6_sport = f->uh->source,
		.fl6_dport = f->uh->dest,
		.flowi6_proto = IPPROTO_UDP,
	};

	return ucsec_acl_is_heard6(f->un->net, f->dev, &flow);
}

/*
 * What is dropped is judged for real: nobody else will, and it is to take the
 * tokens that it takes anywhere, lest what is dropped for what it says had no
 * rate, and all of a flood of it were read.
 */
static void judge(struct ucsec_acl *acl, const struct ucsec_acl_packet *p,
		  struct ucsec_acl_result *r)
{
	const struct ucsec_acl_result looked_up = *r;

	ucsec_acl_judge(acl, p, UCSEC_ACL_PEEK, r);
	if (likely(r->verdict != UCSEC_VERDICT_DROP) ||
	    (!r->trunk->limited && r->reason != UCSEC_DENIAL_REJECT_RATE))
		return;
	*r = looked_up;
	ucsec_acl_judge(acl, p, UCSEC_ACL_REAL, r);
}

enum ucsec_xdp_way ucsec_xdp_signalling(const struct ucsec_frame *f)
{
	const void *l3 = f->xdp->data + f->offset;
	bool mapped = ipv6_addr_v4mapped(&f->saddr);
	struct ucsec_acl *acl = &f->un->acl;
	struct ucsec_acl_packet p = {
		.hi = get_unaligned_be64(&f->saddr.s6_addr[0]),
		.lo = get_unaligned_be64(&f->saddr.s6_addr[8]),
		.v6 = !mapped,
		.dport = ntohs(f->uh->dest),
		.data = (u8 *)(f->uh + 1),
		.len = f->len - sizeof(*f->uh),
	};
	struct ucsec_acl_result r;

	/* The judge takes mapped ones of IPv6 for the same. */
	if (mapped) {
		p.hi = p.lo << 32;
		p.lo = 0;
	}
	if (!ucsec_acl_lookup(acl, &p, &r))
		return UCSEC_XDP_OTHER;
	if (r.trunk)
		judge(acl, &p, &r);
	if (r.verdict != UCSEC_VERDICT_DROP)
		return UCSEC_XDP_UP_SIGNALLING;
	if (f->v4 ? !is_heard4(f, l3) : !is_heard6(f, l3))
		return UCSEC_XDP_OTHER;
	ucsec_acl_count(acl, &r);
	ucsec_signalling_denied(&p, &r, (u8 *)f->xdp->data_end - (u8 *)l3);
	return UCSEC_XDP_DENIED;
}
