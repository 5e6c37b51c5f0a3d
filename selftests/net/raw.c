// SPDX-License-Identifier: GPL-2.0
/* IP packets made by hand. */
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include "net.h"

static u32 sum(const void *data, int len, u32 start)
{
	const u8 *p = data;

	for (; len > 1; len -= 2, p += 2)
		start += (u32)(p[0] << 8 | p[1]);
	if (len)
		start += (u32)p[0] << 8;
	return start;
}

static u16 fold(u32 s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (u16)~s;
}

/* The datagram with its checksum; returns its length. */
static int make_udp(const struct raw *raw, u8 *out, const void *src,
		    const void *dst, int alen)
{
	int len = raw->len + 8;
	u16 csum;

	put16(out, raw->sport);
	put16(out + 2, raw->dport);
	put16(out + 4, (u16)(raw->udp_len ? raw->udp_len : len));
	put16(out + 6, 0);
	memcpy(out + 8, raw->data, (size_t)raw->len);
	csum = fold(sum(src, alen, sum(dst, alen,
					(u32)IPPROTO_UDP + (u32)len +
						sum(out, len, 0))));
	if (!csum)
		csum = 0xffff;
	if (raw->bad_csum)
		csum ^= 0x1234;
	put16(out + 6, raw->no_csum ? 0 : csum);
	return len;
}

static void emit(const struct raw *raw, const u8 *pkt, int len)
{
	struct sockaddr_storage ss;
	socklen_t sslen = address(HOST_GA, raw->family, 0, &ss);
	int fd;

	enter(A);
	fd = socket(raw->family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 ||
	    sendto(fd, pkt, (size_t)len, 0, (void *)&ss, sslen) < 0)
		note("raw send of %d: %s", len, strerror(errno));
	close(fd);
}

static void send4(const struct raw *raw)
{
	static u8 udp[MAX_PACKET], pkt[MAX_PACKET];
	static u16 id = 0x4000;
	int head = 20 + raw->options, len, at = 0, take;
	struct sockaddr_storage src, dst;
	struct iphdr *ip = (void *)pkt;

	address(HOST_A, AF_INET, 0, &src);
	address(HOST_GA, AF_INET, 0, &dst);
	memset(pkt, 1, sizeof(pkt));		/* options: no operation */
	ip->version = 4;
	ip->ihl = (u8)(head / 4) & 15;
	ip->tos = raw->tos;
	ip->id = htons(++id);
	ip->ttl = raw->ttl ? raw->ttl : 64;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = raw->src.s_addr ? raw->src.s_addr :
			((struct sockaddr_in *)&src)->sin_addr.s_addr;
	ip->daddr = ((struct sockaddr_in *)&dst)->sin_addr.s_addr;
	len = make_udp(raw, udp, &ip->saddr, &ip->daddr, 4) - raw->cut;
	for (; at < len; at += take) {
		bool more;

		take = raw->fragment && len - at > raw->fragment ?
			       raw->fragment : len - at;
		more = at + take < len;
		ip->frag_off = htons((u16)(at / 8 | (more ? 0x2000 : 0)));
		memcpy(pkt + head, udp + at, (size_t)take);
		emit(raw, pkt, head + take);
		if (raw->only_first)
			break;
	}
}

static void send6(const struct raw *raw)
{
	static u8 udp[MAX_PACKET], pkt[MAX_PACKET];
	static u32 id = 0x4000;
	struct sockaddr_storage src, dst;
	struct ip6_hdr *ip = (void *)pkt;
	int head = 40, len, at = 0, take;

	address(HOST_A, AF_INET6, 0, &src);
	address(HOST_GA, AF_INET6, 0, &dst);
	memset(pkt, 0, 64);
	ip->ip6_flow = htonl(6U << 28 | (u32)raw->tos << 20);
	ip->ip6_hlim = raw->ttl ? raw->ttl : 64;
	ip->ip6_src = ((struct sockaddr_in6 *)&src)->sin6_addr;
	ip->ip6_dst = ((struct sockaddr_in6 *)&dst)->sin6_addr;
	ip->ip6_nxt = IPPROTO_UDP;
	if (raw->extended || raw->fragment) {
		ip->ip6_nxt = raw->extended ? raw->ext : IPPROTO_FRAGMENT;
		pkt[40] = IPPROTO_UDP;
		head += 8;
		/* PadN of six, or no route left in a routing header */
		if (raw->ext != IPPROTO_ROUTING && !raw->fragment) {
			pkt[42] = 1;
			pkt[43] = 4;
		}
	}
	len = make_udp(raw, udp, &ip->ip6_src, &ip->ip6_dst, 16) - raw->cut;
	id++;
	for (; at < len; at += take) {
		bool more;

		take = raw->fragment && len - at > raw->fragment ?
			       raw->fragment : len - at;
		more = at + take < len;
		if (raw->fragment) {
			put16(pkt + 42, (u16)(at | more));
			put32(pkt + 44, id);
		}
		ip->ip6_plen = htons((u16)(head - 40 + take));
		memcpy(pkt + head, udp + at, (size_t)take);
		emit(raw, pkt, head + take);
		if (raw->only_first)
			break;
	}
}

void raw_send(const struct raw *raw)
{
	if (raw->family == AF_INET)
		send4(raw);
	else
		send6(raw);
}
