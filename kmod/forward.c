// SPDX-License-Identifier: GPL-2.0
/* Departure: a packet leaves through the stack, as what a socket sends does. */
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include "forward.h"
#include "route.h"
#include "skb.h"

static void push_udp(struct ucsec_stream *stream, const struct ucsec_path *path,
		     struct sk_buff *skb, bool rtcp)
{
	struct udphdr *uh = __skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	ucsec_header_udp(stream, path, uh, skb->len, rtcp);
	/* Completed by the device, or in software if it cannot. */
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
}

static int send_v4(struct ucsec_stream *stream, const struct ucsec_path *path,
		   struct sk_buff *skb, const struct ucsec_hop *hop, u8 tos)
{
	struct udphdr *uh = udp_hdr(skb);
	struct iphdr *iph;

	uh->check = ~csum_tcpudp_magic(stream->out.addr.s6_addr32[3],
				       path->to.addr.s6_addr32[3], skb->len,
				       IPPROTO_UDP, 0);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	if (ucsec_header_v4(stream, path, iph, skb->len, dst_mtu(skb_dst(skb)),
			    hop->ttl - 1, tos))
		skb->ignore_df = 1;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return ip_local_out(stream->un->net, NULL, skb);
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
	ucsec_header_v6(stream, path, ip6h, len, hop->ttl - 1, tos);
	skb->protocol = htons(ETH_P_IPV6);
	skb->ignore_df = 1;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return ip6_local_out(stream->un->net, NULL, skb);
}

enum ucsec_drop ucsec_forward(struct ucsec_stream *stream,
			      struct ucsec_path *path, struct sk_buff *skb,
			      const struct ucsec_hop *hop, bool rtcp)
{
	bool v4 = path->to.family == AF_INET, held;
	struct dst_entry *dst;
	enum ucsec_drop drop;
	unsigned int head;
	u8 tos;
	int err;

	drop = ucsec_header_check(path, hop, skb->len, rtcp);
	if (drop)
		return drop;
	tos = ucsec_header_tos(path, hop);
	ucsec_skb_forget(skb);
	dst = ucsec_route_get(stream, path, &held);
	if (!dst)
		return UCSEC_DROP_ROUTE;
	if (likely(!held))
		skb_dst_set_noref(skb, dst);
	else
		skb_dst_set(skb, dst);
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
