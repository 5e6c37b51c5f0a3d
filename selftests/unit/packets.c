// SPDX-License-Identifier: GPL-2.0
/*
 * Random but valid RTP and RTCP packets.
 */
#include "packets.h"

u32 make_rtp(struct lcg *g, u8 *pkt, u32 ssrc, u16 seq, u32 payload)
{
	u32 csrcs = lcg_below(g, 4) ? 0 : lcg_below(g, 16);
	u32 words = lcg_below(g, 8), len = UCSEC_SRTP_RTP_MIN;
	bool extended = !lcg_below(g, 4);

	lcg_fill(g, pkt, len + 4 * csrcs);
	pkt[0] = 0x80 | csrcs;
	pkt[1] &= 0x9f;			/* no payload type of RTCP */
	put_unaligned_be16(seq, pkt + 2);
	put_unaligned_be32(ssrc, pkt + 8);
	len += 4 * csrcs;
	if (extended) {
		pkt[0] |= 0x10;
		lcg_fill(g, pkt + len, 4 + 4 * words);
		put_unaligned_be16((u16)words, pkt + len + 2);
		len += 4 + 4 * words;
	}
	lcg_fill(g, pkt + len, payload);
	if (payload && !lcg_below(g, 8)) {
		pkt[0] |= 0x20;
		pkt[len + payload - 1] = 1 +
			lcg_below(g, payload < 255 ? payload : 255);
	}
	return len + payload;
}

/* @len bytes, a whole number of words, of type @type. */
static u32 header(u8 *pkt, u8 count, u8 type, u32 len)
{
	pkt[0] = 0x80 | count;
	pkt[1] = type;
	put_unaligned_be16((u16)(len / 4 - 1), pkt + 2);
	return len;
}

static u32 make_report(struct lcg *g, u8 *pkt, u32 ssrc, u32 other)
{
	u32 fixed = lcg_below(g, 2) ? 28 : 8, blocks = lcg_below(g, 4), i;
	u32 len = fixed + 24 * blocks;

	lcg_fill(g, pkt, len);
	put_unaligned_be32(ssrc, pkt + 4);
	for (i = 0; i < blocks; i++)
		put_unaligned_be32(i & 1 ? ssrc : other, pkt + fixed + 24 * i);
	return header(pkt, (u8)blocks, fixed == 28 ? 200 : 201, len);
}

static u32 make_sdes(struct lcg *g, u8 *pkt, u32 ssrc, u32 other)
{
	u32 chunks = 1 + lcg_below(g, 3), len = 4, i, item;

	for (i = 0; i < chunks; i++) {
		put_unaligned_be32(i & 1 ? other : ssrc, pkt + len);
		len += 4;
		item = lcg_below(g, 30);
		lcg_fill(g, pkt + len, item + 2);
		pkt[len] = 1;
		pkt[len + 1] = (u8)item;
		len += item + 2;
		do {
			pkt[len++] = 0;
		} while (len % 4);
	}
	return header(pkt, (u8)chunks, 202, len);
}

static u32 make_feedback(struct lcg *g, u8 *pkt, u32 ssrc, u32 other)
{
	bool intra = lcg_below(g, 2);
	u32 len = 20;

	lcg_fill(g, pkt, len);
	put_unaligned_be32(ssrc, pkt + 4);
	put_unaligned_be32(other, pkt + 8);
	put_unaligned_be32(ssrc, pkt + 12);
	return header(pkt, intra ? 4 : 1, intra ? 206 : 205, len);
}

u32 make_rtcp(struct lcg *g, u8 *pkt, u32 ssrc, u32 other)
{
	u32 len = make_report(g, pkt, ssrc, other);

	if (lcg_below(g, 4))
		len += make_sdes(g, pkt + len, ssrc, other);
	if (!lcg_below(g, 4))
		len += make_feedback(g, pkt + len, ssrc, other);
	if (!lcg_below(g, 4)) {
		put_unaligned_be32(ssrc, pkt + len + 4);
		len += header(pkt + len, 1, 203, 8);
	}
	return len;
}
