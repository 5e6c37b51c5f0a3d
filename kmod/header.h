/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The new headers of a packet, as one of the gateway's own, from "out" to "to",
 * but with the hop limit it came with less one, so that streams that send to
 * each other in a circle come to an end. Bytes, in whatever buffer; inline, as
 * every call is seen in the cost of a packet.
 */
#ifndef UCSEC_HEADER_H
#define UCSEC_HEADER_H

#include <linux/udp.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "stream.h"

/* What of the received headers matters to the new ones. */
struct ucsec_hop {
	u8 tos;
	u8 ttl;
};

/*
 * Below this nothing on a real path fragments, so the packet may do without
 * an identification (RFC 6864 section 4.1), if it fits as far as is known.
 * Otherwise it may be fragmented: an ICMP "too big" would reach no socket that
 * could act on it, but the kernel believes it, whoever sent it.
 */
#define UCSEC_ATOMIC_DATAGRAM	576

/* May @len bytes of payload leave along @path? */
static inline enum ucsec_drop
ucsec_header_check(const struct ucsec_path *path, const struct ucsec_hop *hop,
		   u32 len, bool rtcp)
{
	bool v4 = path->to.family == AF_INET;

	if (hop->ttl <= 1)
		return UCSEC_DROP_TTL;
	if (rtcp && !path->to.rtcp_port && !(path->flags & UCSEC_F_TX_RTCP_MUX))
		return UCSEC_DROP_ROUTE;
	/* A datagram as long as can be may not fit with a tag. */
	if (len + sizeof(struct udphdr) + (v4 ? sizeof(struct iphdr) : 0) >
	    65535)
		return UCSEC_DROP_MALFORMED;
	return UCSEC_DROP_NONE;
}

/* The new TOS or traffic class. */
static inline u8 ucsec_header_tos(const struct ucsec_path *path,
				  const struct ucsec_hop *hop)
{
	if (path->dscp >= 0)
		return path->dscp << 2;
	/* The ECN bits were about the way here. */
	return hop->tos & ~INET_ECN_MASK;
}

/* All but the checksum; @len is with the header. */
static inline void ucsec_header_udp(const struct ucsec_stream *stream,
				    const struct ucsec_path *path,
				    struct udphdr *uh, u32 len, bool rtcp)
{
	bool tx_mux = path->flags & UCSEC_F_TX_RTCP_MUX;

	if (rtcp && !tx_mux) {
		uh->source = stream->out.rtcp_port;
		uh->dest = path->to.rtcp_port;
	} else {
		uh->source = stream->out.port;
		uh->dest = path->to.port;
	}
	uh->len = htons(len);
}

/*
 * All but the length and the checksum. @len is with the header; true if the
 * packet may be fragmented on its way.
 */
static inline bool ucsec_header_v4(const struct ucsec_stream *stream,
				   const struct ucsec_path *path,
				   struct iphdr *iph, u32 len, u32 mtu, u8 ttl,
				   u8 tos)
{
	*(__be16 *)iph = htons((4 << 12) | (5 << 8) | tos);
	iph->ttl = ttl;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = stream->out.addr.s6_addr32[3];
	iph->daddr = path->to.addr.s6_addr32[3];
	if (likely(len <= UCSEC_ATOMIC_DATAGRAM && len <= mtu)) {
		iph->frag_off = htons(IP_DF);
		iph->id = 0;
		return false;
	}
	iph->frag_off = 0;
	__ip_select_ident(stream->un->net, iph, 1);
	return true;
}

/* @len is without the header. */
static inline void ucsec_header_v6(const struct ucsec_stream *stream,
				   const struct ucsec_path *path,
				   struct ipv6hdr *ip6h, u32 len, u8 ttl,
				   u8 tos)
{
	ip6_flow_hdr(ip6h, tos, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->hop_limit = ttl;
	ip6h->saddr = stream->out.addr;
	ip6h->daddr = path->to.addr;
}

#endif /* UCSEC_HEADER_H */
