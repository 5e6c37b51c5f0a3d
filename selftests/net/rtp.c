// SPDX-License-Identifier: GPL-2.0
/* RTP and RTCP packets, RFC 3550. */
#include "net.h"

u32 get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

void put16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

void put32(u8 *p, u32 v)
{
	put16(p, (u16)(v >> 16));
	put16(p + 2, (u16)v);
}

u16 rtp_seq(const u8 *pkt)
{
	return (u16)(pkt[2] << 8 | pkt[3]);
}

u32 rtp_ssrc(const u8 *pkt)
{
	return get32(pkt + 8);
}

int rtp_header_len(const u8 *pkt)
{
	int len = 12 + (pkt[0] & 15) * 4;

	if (pkt[0] & 0x10)
		len += 4 + (pkt[len + 2] << 8 | pkt[len + 3]) * 4;
	return len;
}

int rtp_make(u8 *pkt, const struct rtp *rtp)
{
	u64 x = rtp->seed ^ (u64)rtp->ssrc << 16 ^ rtp->seq;
	u8 *p = pkt + 12;
	u32 i;

	pkt[0] = (u8)(0x80 | (rtp->padding ? 0x20 : 0) |
		      (rtp->extension ? 0x10 : 0) | rtp->csrcs);
	pkt[1] = (u8)(rtp->marker << 7 | rtp->pt);
	put16(pkt + 2, rtp->seq);
	put32(pkt + 4, rtp->timestamp);
	put32(pkt + 8, rtp->ssrc);
	for (i = 0; i < rtp->csrcs; i++, p += 4)
		put32(p, 0xc0ffee00 + i);
	if (rtp->extension) {
		put32(p, 0xbede0000 | rtp->extension_words);
		p += 4;
		for (i = 0; i < rtp->extension_words; i++, p += 4)
			put32(p, 0x10203040 * (i + 1));
	}
	for (i = 0; i < rtp->payload; i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = (u8)(x >> 56);
	}
	if (rtp->padding) {
		memset(p, 0, rtp->padding);
		p += rtp->padding;
		p[-1] = rtp->padding;
	}
	return (int)(p - pkt);
}

int rtcp_make(u8 *pkt, u32 ssrc, u32 about)
{
	static const u8 cname[] = { 1, 5, 'a', '@', 'b', '.', 'c', 0 };

	memset(pkt, 0x5a, 52);
	put32(pkt, 0x81c8000c);
	put32(pkt + 4, ssrc);
	put32(pkt + 28, about);
	put32(pkt + 52, 0x81ca0003);
	put32(pkt + 56, ssrc);
	memcpy(pkt + 60, cname, sizeof(cname));
	return 68;
}
