// SPDX-License-Identifier: GPL-2.0
/*
 * Departure: a packet leaves as one of the gateway's own, from "out" to "to",
 * but with the hop limit it came with less one, so that streams that send to
 * each other in a circle come to an end.
 */
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include "forward.h"
#include "skb.h"

/*
 * Below this nothing on a real path fragments, so the packet may do without
 * an identification (RFC 6864 section 4.1), if it fits as far as is known.
 * Otherwise it may be fragmented: an ICMP "too big" would reach no socket that
 * could act on it, but the kernel believes it, whoever sent it.
 */
#define ATOMIC_DATAGRAM	576

static struct dst_entry *look_up_v4(struct ucsec_stream *stream,
				    const struct ucsec_endpoint *to)
{
	struct flowi4 fl4 = {
		.daddr = to->addr.s6_addr32[3],
		.saddr = stream->out.addr.s6_addr32[3],
		.flowi4_oif = stream->out.ifindex,
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.fl4_sport = stream->out.port,
		.fl4_dport = to->port,
	};
	struct rtable *rt = ip_route_output_flow(stream->un->net, &fl4, NULL);

	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return NULL;
	}
	return &rt->dst;
}

static struct dst_entry *look_up_v6(struct ucsec_stream *stream,
				    const struct ucsec_endpoint *to)
{
	struct flowi6 fl6 = {
		.daddr = to->addr,
		.saddr = stream->out.addr,
		.flowi6_oif = stream->out.ifindex,
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
		.fl6_sport = stream->out.port,
		.fl6_dport = to->port,
	};
	struct dst_entry *dst;

	dst = ip6_dst_lookup_flow(stream->un->net, NULL, &fl6, NULL);
	return IS_ERR(dst) ? NULL : dst;
}

/*
 * A new route, cached if nobody else is caching one. Readers under RCU may
 * still use the old one: dst_release() frees after a grace period.
 */
static struct dst_entry *renew_route(struct ucsec_stream *stream,
				     struct ucsec_path *path)
{
	struct ucsec_route *route = &path->route;
	struct dst_entry *dst, *old;
	u32 cookie = 0;

	if (path->to.family == AF_INET) {
		dst = look_up_v4(stream, &path->to);
	} else {
		dst = look_up_v6(stream, &path->to);
		if (dst && !dst->xfrm)
			cookie = rt6_get_cookie((struct rt6_info *)dst);
	}
	if (!dst)
		return NULL;
	if (!spin_trylock(&route->lock))
		return dst;
	old = route->dst;
	write_seqcount_begin(&route->seq);
	WRITE_ONCE(route->dst, dst_clone(dst));
	WRITE_ONCE(route->cookie, cookie);
	write_seqcount_end(&route->seq);
	spin_unlock(&route->lock);
	dst_release(old);
	return dst;
}

/* Gives @skb its route; without reference where the cache holds one. */
static struct dst_entry *set_route(struct ucsec_stream *stream,
				   struct ucsec_path *path,
				   struct sk_buff *skb)
{
	struct ucsec_route *route = &path->route;
	struct dst_entry *dst;
	unsigned int seq;
	u32 cookie;

	seq = raw_read_seqcount(&route->seq);
	dst = READ_ONCE(route->dst);
	cookie = READ_ONCE(route->cookie);
	if (likely(dst && !(seq & 1) &&
		   !read_seqcount_retry(&route->seq, seq) &&
		   dst_check(dst, cookie))) {
		skb_dst_set_noref(skb, dst);
		return dst;
	}
	dst = renew_route(stream, path);
	if (dst)
		skb_dst_set(skb, dst);
	return dst;
}

static void push_udp(struct ucsec_stream *stream, const struct ucsec_path *path,
		     struct sk_buff *skb, bool rtcp)
{
	struct udphdr *uh = __skb_push(skb, sizeof(*uh));
	bool tx_mux = path->flags & UCSEC_F_TX_RTCP_MUX;

	skb_reset_transport_header(skb);
	if (rtcp && !tx_mux) {
		uh->source = stream->out.rtcp_port;
		uh->dest = path->to.rtcp_port;
	} else {
		uh->source = stream->out.port;
		uh->dest = path->to.port;
	}
	uh->len = htons(skb->len);
	/* Completed by the device, or in software if it cannot. */
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
}

static int send_v4(struct ucsec_stream *stream, const struct ucsec_path *path,
		   struct sk_buff *skb, const struct ucsec_hop *hop, u8 tos)
{
	struct net *net = stream->un->net;
	struct udphdr *uh = udp_hdr(skb);
	struct iphdr *iph;

	uh->check = ~csum_tcpudp_magic(stream->out.addr.s6_addr32[3],
				       path->to.addr.s6_addr32[3], skb->len,
				       IPPROTO_UDP, 0);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	*(__be16 *)iph = htons((4 << 12) | (5 << 8) | tos);
	iph->ttl = hop->ttl - 1;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = stream->out.addr.s6_addr32[3];
	iph->daddr = path->to.addr.s6_addr32[3];
	if (likely(skb->len <= ATOMIC_DATAGRAM &&
		   skb->len <= dst_mtu(skb_dst(skb)))) {
		iph->frag_off = htons(IP_DF);
		iph->id = 0;
	} else {
		iph->frag_off = 0;
		skb->ignore_df = 1;
		__ip_select_ident(net, iph, 1);
	}
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return ip_local_out(net, NULL, skb);
}

static int send_v6(struct ucsec_stream *stream, const struct ucsec_path *path,
		   struct sk_buff *skb, const struct ucsec_hop *hop, u8 tos)
{
	struct udphdr *uh = udp_hdr(skb);
	u32 len = skb->len;
	struct ipv6hdr *ip6h;

	uh->check = ~csum_ipv6_magic(&stream->out.addr, &path->to.addr, len,
				     IPPROTO_UDP, 0);
	ip6h = __skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, tos, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->hop_limit = hop->ttl - 1;
	ip6h->saddr = stream->out.addr;
	ip6h->daddr = path->to.addr;
	skb->protocol = htons(ETH_P_IPV6);
	skb->ignore_df = 1;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return ip6_local_out(stream->un->net, NULL, skb);
}

enum ucsec_drop ucsec_forward(struct ucsec_stream *stream,
			      struct ucsec_path *path, struct sk_buff *skb,
			      const struct ucsec_hop *hop, bool rtcp)
{
	bool v4 = path->to.family == AF_INET;
	struct dst_entry *dst;
	unsigned int head;
	u8 tos = hop->tos;
	int err;

	if (hop->ttl <= 1)
		return UCSEC_DROP_TTL;
	if (rtcp && !path->to.rtcp_port && !(path->flags & UCSEC_F_TX_RTCP_MUX))
		return UCSEC_DROP_ROUTE;
	/* The ECN bits were about the way here. */
	tos &= ~INET_ECN_MASK;
	if (path->dscp >= 0)
		tos = path->dscp << 2;
	ucsec_skb_forget(skb);
	/* A datagram as long as can be may not fit with a tag. */
	if (skb->len + sizeof(struct udphdr) +
	    (v4 ? sizeof(struct iphdr) : 0) > 65535)
		return UCSEC_DROP_MALFORMED;
	dst = set_route(stream, path, skb);
	if (!dst)
		return UCSEC_DROP_ROUTE;
	head = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
	       sizeof(struct udphdr) +
	       (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	if (!ucsec_skb_headroom(skb, head))
		return UCSEC_DROP_NOMEM;
	skb->priority = rt_tos2priority(tos);
	push_udp(stream, path, skb, rtcp);
	err = v4 ? send_v4(stream, path, skb, hop, tos) :
		   send_v6(stream, path, skb, hop, tos);
	/* NET_XMIT_CN means sent, with a hint. */
	return net_xmit_eval(err) ? UCSEC_DROP_SEND : UCSEC_DROP_NONE;
}
