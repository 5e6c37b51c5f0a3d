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
#include "signalling.h"
#include "skb.h"
#include "trace.h"

/* Of a train; more than the stack makes one of. */
#define MAX_SEGMENTS	128

/*
 * Its source; false if it is for nobody here. What a VRF takes in passes
 * PRE_ROUTING a second time as the VRF's own, and was judged.
 */
static bool read_source(const struct ucsec_net *un, const struct sk_buff *skb,
			u16 family, struct ucsec_acl_packet *p)
{
	const struct ipv6hdr *ip6h;
	const struct iphdr *iph;

	p->group = skb->pkt_type != PACKET_HOST;
	if (family == AF_INET) {
		if (ipv4_l3mdev_skb(IPCB(skb)->flags))
			return false;
		iph = ip_hdr(skb);
		p->hi = (u64)ntohl(iph->saddr) << 32;
		p->group |= ipv4_is_multicast(iph->daddr);
		return ucsec_acl_is_heard4(un->net, iph->daddr, skb->dev);
	}
	if (ipv6_l3mdev_skb(IP6CB(skb)->flags))
		return false;
	ip6h = ipv6_hdr(skb);
	p->hi = get_unaligned_be64(&ip6h->saddr.s6_addr[0]);
	p->lo = get_unaligned_be64(&ip6h->saddr.s6_addr[8]);
	p->v6 = true;
	p->group |= ipv6_addr_is_multicast(&ip6h->daddr);
	return ucsec_acl_is_heard6(un->net, &ip6h->daddr, skb->dev);
}

static void trace_denial(const struct ucsec_acl_packet *p,
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
		trace_denial(p, r, skb->len);
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
		ucsec_acl_judge(acl, p, false, r);
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

	if (!read_source(un, skb, family, &p) ||
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
	/* Connections that are there, and those that we open, go on. */
	if (!th || !th->syn || th->ack)
		return NF_ACCEPT;
	p.dport = ntohs(th->dest);
	if (!(READ_ONCE(un->ports[p.dport]) & UCSEC_PORT_STREAM) ||
	    !read_source(un, skb, family, &p) ||
	    !ucsec_acl_lookup(&un->acl, &p, &r))
		return NF_ACCEPT;
	ucsec_acl_judge(&un->acl, &p, false, &r);
	ucsec_acl_count(&un->acl, &r);
	return apply(un, skb, &p, &r);
}
