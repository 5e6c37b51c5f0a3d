// SPDX-License-Identifier: GPL-2.0
/*
 * Signalling that arrives: what is for an address of this namespace is put
 * before the judge; the rest is routed on untouched.
 */
#include <asm/unaligned.h>
#include <linux/netfilter.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/xfrm.h>
#include "signalling.h"
#include "skb.h"
#include "trace.h"

/* Of a train: the 128 that the stack makes one of, and one that is too many. */
#define MAX_SEGMENTS	(128 + 1)

/*
 * What a VRF takes in passes PRE_ROUTING a second time as the VRF's own, and was
 * judged; but not what was IPsec then, and comes out of it with the VRF's flag.
 * That of IPv6 passes with it twice, and is judged twice rather than never.
 */
static bool was_judged(const struct sk_buff *skb, bool by_vrf)
{
#ifdef CONFIG_XFRM
	const struct sec_path *sp = skb_sec_path(skb);

	if (unlikely(by_vrf && sp && sp->len))
		return sp->xvec[sp->len - 1]->props.mode !=
		       XFRM_MODE_TRANSPORT;
#endif
	return by_vrf;
}

static bool read_source4(const struct ucsec_net *un, const struct sk_buff *skb,
			 u8 proto, const __be16 *ports,
			 struct ucsec_acl_packet *p)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct flowi4 flow = {
		.daddr = iph->daddr,
		.saddr = iph->saddr,
		.fl4_sport = ports[0],
		.fl4_dport = ports[1],
		.flowi4_proto = proto,
		.flowi4_tos = iph->tos & IPTOS_RT_MASK,
		.flowi4_mark = skb->mark,
	};

	if (was_judged(skb, ipv4_l3mdev_skb(IPCB(skb)->flags)))
		return false;
	p->hi = (u64)ntohl(iph->saddr) << 32;
	p->group = skb->pkt_type != PACKET_HOST ||
		   ipv4_is_multicast(iph->daddr);
	return ucsec_acl_is_heard4(un->net, skb->dev, &flow);
}

static bool read_source6(const struct ucsec_net *un, const struct sk_buff *skb,
			 u8 proto, const __be16 *ports,
			 struct ucsec_acl_packet *p)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct flowi6 flow = {
		.daddr = ip6h->daddr,
		.saddr = ip6h->saddr,
		.flowlabel = ip6_flowinfo(ip6h),
		.fl6_sport = ports[0],
		.fl6_dport = ports[1],
		.flowi6_proto = proto,
		.flowi6_mark = skb->mark,
	};

	if (was_judged(skb, ipv6_l3mdev_skb(IP6CB(skb)->flags)))
		return false;
	p->group = skb->pkt_type != PACKET_HOST ||
		   ipv6_addr_is_multicast(&ip6h->daddr);
	p->hi = get_unaligned_be64(&ip6h->saddr.s6_addr[0]);
	p->lo = get_unaligned_be64(&ip6h->saddr.s6_addr[8]);
	p->v6 = true;
	/* A socket of both families takes it for the IPv4 address. */
	if (unlikely(ipv6_addr_v4mapped(&ip6h->saddr))) {
		p->hi = p->lo << 32;
		p->lo = 0;
		p->v6 = false;
	}
	return ucsec_acl_is_heard6(un->net, skb->dev, &flow);
}

/* Its source; false if it is for nobody here. The ports are @skb's. */
static bool read_source(const struct ucsec_net *un, const struct sk_buff *skb,
			u16 family, u8 proto, const __be16 *ports,
			struct ucsec_acl_packet *p)
{
	return family == AF_INET ?
	       read_source4(un, skb, proto, ports, p) :
	       read_source6(un, skb, proto, ports, p);
}

void ucsec_signalling_denied(const struct ucsec_acl_packet *p,
			     const struct ucsec_acl_result *r, u32 len)
{
	trace_ucsec_denial(r->trunk ? r->trunk->id : 0, r->reason, len, p->v6,
			   p->hi, p->lo);
}

/* No packet but one that is rejected has the mark of such. */
static unsigned int apply(const struct ucsec_net *un, struct sk_buff *skb,
			  const struct ucsec_acl_packet *p,
			  const struct ucsec_acl_result *r)
{
	u32 mark = READ_ONCE(un->acl.params.mark);

	switch (r->verdict) {
	case UCSEC_VERDICT_PASS:
		if (unlikely(skb->mark & mark))
			skb->mark &= ~mark;
		return NF_ACCEPT;
	case UCSEC_VERDICT_REJECT:
		skb->mark |= mark;
		return NF_ACCEPT;
	default:
		ucsec_signalling_denied(p, r, skb->len);
		return NF_DROP;
	}
}

/*
 * The bytes of the datagram, and none behind: as far as its own length says.
 * False if there is no memory to have them in one piece.
 */
static bool read_data(struct sk_buff *skb, unsigned int thoff,
		      struct ucsec_acl_packet *p)
{
	const struct udphdr *uh = (void *)(skb->data + thoff);
	unsigned int len = ntohs(uh->len), room = skb->len - thoff;

	/* In IPv6 it is a jumbogram's, as the stack takes it. */
	if (!len && p->v6)
		len = room;
	if (p->broken || len < sizeof(*uh) || len > room) {
		p->broken = true;
		return true;
	}
	if (!pskb_may_pull(skb, thoff + len))
		return false;
	p->data = skb->data + thoff + sizeof(*uh);
	p->len = len - sizeof(*uh);
	return true;
}

static void judge(struct ucsec_acl *acl, const struct ucsec_acl_packet *p,
		  bool readable, struct ucsec_acl_result *r)
{
	if (likely(readable)) {
		ucsec_acl_judge(acl, p, UCSEC_ACL_REAL, r);
		return;
	}
	r->verdict = UCSEC_VERDICT_DROP;
	r->reason = UCSEC_DENIAL_NOMEM;
}

/*
 * Datagrams that came as one: each is judged and counted, and all share the fate
 * of the worst, as they are one packet here. They have one sender.
 */
static void judge_train(struct ucsec_acl *acl, struct sk_buff *skb,
			unsigned int thoff, struct ucsec_acl_packet *p,
			struct ucsec_acl_result *r)
{
	unsigned int at = thoff + sizeof(struct udphdr);
	unsigned int size = skb_shinfo(skb)->gso_size;
	struct {
		u8 class, reason;
	} car[MAX_SEGMENTS];
	struct ucsec_acl_result worst = *r;
	struct sk_buff *copy = NULL;
	u32 i, n = 0;
	bool readable;

	/* Cut it is by the packet's length, heard by its own: both or none. */
	if (skb->len - thoff != ntohs(((struct udphdr *)(skb->data + thoff))->len))
		p->broken = true;
	/* A copy: made linear, some trains could not be cut any more. */
	if (r->trunk)
		copy = skb_copy(skb, GFP_ATOMIC);
	readable = !r->trunk || (copy && size);
	do {
		struct ucsec_acl_result one = *r;

		p->data = copy ? copy->data + at : NULL;
		p->len = min(size, skb->len - at);
		judge(acl, p, readable && n < MAX_SEGMENTS - 1, &one);
		car[n].class = one.class;
		car[n++].reason = one.reason;
		if (one.verdict == UCSEC_VERDICT_DROP ||
		    worst.verdict == UCSEC_VERDICT_PASS)
			if (worst.verdict != UCSEC_VERDICT_DROP)
				worst = one;
		at += p->len;
	} while (at < skb->len && n < MAX_SEGMENTS && p->len);
	*r = worst;
	for (i = 0; i < n; i++) {
		worst.class = car[i].class;
		/* What goes with a denied one goes for its reason. */
		worst.reason = car[i].reason ?: r->reason;
		ucsec_acl_count(acl, &worst);
	}
	kfree_skb(copy);
}

unsigned int ucsec_signalling_datagram(struct ucsec_net *un,
				       struct sk_buff *skb, u16 family,
				       unsigned int thoff, bool broken)
{
	const struct udphdr *uh = (void *)(skb->data + thoff);
	struct ucsec_acl_packet p = {
		.dport = ntohs(uh->dest),
		.broken = broken,
	};
	struct ucsec_acl_result r;

	if (!read_source(un, skb, family, IPPROTO_UDP, &uh->source, &p) ||
	    !ucsec_acl_lookup(&un->acl, &p, &r))
		return NF_ACCEPT;
	if (unlikely(ucsec_skb_is_train(skb))) {
		judge_train(&un->acl, skb, thoff, &p, &r);
	} else {
		/* Who is unknown is not read. */
		if (r.trunk)
			judge(&un->acl, &p, read_data(skb, thoff, &p), &r);
		ucsec_acl_count(&un->acl, &r);
	}
	return apply(un, skb, &p, &r);
}

unsigned int ucsec_signalling_segment(struct ucsec_net *un,
				      struct sk_buff *skb, u16 family,
				      unsigned int thoff)
{
	struct ucsec_acl_packet p = { .stream = true };
	struct ucsec_acl_result r;
	const struct tcphdr *th;
	struct tcphdr buf;

	th = skb_header_pointer(skb, thoff, sizeof(buf), &buf);
	/*
	 * A fragment that nobody puts together before us, and that hides what it
	 * is (RFC 1858 section 3); or no segment at all.
	 */
	if (!th)
		return NF_DROP;
	/* Connections that are there, and those that we open, go on. */
	if (!th->syn || th->ack)
		return NF_ACCEPT;
	p.dport = ntohs(th->dest);
	if (!(READ_ONCE(un->ports[p.dport]) & UCSEC_PORT_STREAM) ||
	    !read_source(un, skb, family, IPPROTO_TCP, &th->source, &p) ||
	    !ucsec_acl_lookup(&un->acl, &p, &r))
		return NF_ACCEPT;
	ucsec_acl_judge(&un->acl, &p, UCSEC_ACL_REAL, &r);
	ucsec_acl_count(&un->acl, &r);
	return apply(un, skb, &p, &r);
}
