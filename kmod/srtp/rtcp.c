// SPDX-License-Identifier: GPL-2.0
/*
 * RTCP compound packets, and SRTCP.
 *
 *   CM, NULL   header | rest | E, index | MKI | tag   RFC 3711 section 3.4
 *   GCM        header | rest | tag | E, index | MKI   RFC 7714 section 9.2
 *
 * The header is the first 8 bytes, up to the first sender's SSRC; the rest is
 * encrypted if E is set. All of it is authenticated, and the word with E.
 */
#include "internal.h"
#include "srtp.h"

enum {
	RTCP_COUNT	= 0x1f,
	RTCP_PADDING	= 0x20,

	RTCP_SR		= 200,
	RTCP_RR		= 201,
	RTCP_SDES	= 202,
	RTCP_BYE	= 203,
	RTCP_APP	= 204,
	RTCP_RTPFB	= 205,	/* RFC 4585 */
	RTCP_PSFB	= 206,
	RTCP_XR		= 207,	/* RFC 3611 */

	RTPFB_TMMBR	= 3,	/* RFC 5104 */
	RTPFB_TMMBN	= 4,
	PSFB_FIR	= 4,

	REPORT_LEN	= 24,
	WORD_LEN	= 4,	/* the E flag and the index */
};

#define E_FLAG	0x80000000U

/* Bytes of the packet at @pkt as it says itself; 0 if it is none. */
static u32 packet_len(const u8 *pkt, u32 left)
{
	u32 len;

	if (left < 4 || pkt[0] >> 6 != 2 || !ucsec_srtp_is_rtcp(pkt, left))
		return 0;
	len = (get_unaligned_be16(pkt + 2) + 1) * 4;
	return len <= left ? len : 0;
}

int ucsec_srtp_rtcp_parse(const u8 *pkt, u32 len,
			  struct ucsec_srtp_rtcp_hdr *hdr)
{
	u32 off, n, pad, fixed = UCSEC_SRTP_RTCP_MIN;

	for (off = 0; off < len; off += n, fixed = 4) {
		n = packet_len(pkt + off, len - off);
		if (n < fixed)
			return -EINVAL;
		if (!(pkt[off] & RTCP_PADDING))
			continue;
		/* RFC 3550 section 6.4.1: of the last one only, in words */
		pad = pkt[len - 1];
		if (off + n != len || !pad || pad % 4 || pad > n - fixed)
			return -EINVAL;
	}
	if (!len)
		return -EINVAL;

	hdr->ssrc = get_unaligned_be32(pkt + 4);
	hdr->index = 0;
	hdr->encrypted = false;
	return 0;
}

/* Bytes from the start of the word with E and the index to the packet's end. */
static u32 word_to_end(const struct ucsec_srtp_keyset *ks)
{
	if (ks->suite->cipher == UCSEC_CRYPTO_GCM)
		return WORD_LEN + ks->mki_len;
	return WORD_LEN + ks->mki_len + ks->suite->rtcp_tag_len;
}

int ucsec_srtp_srtcp_parse(const struct ucsec_srtp_keyset *ks, const u8 *pkt,
			   u32 len, struct ucsec_srtp_rtcp_hdr *hdr)
{
	u32 word, trailer = WORD_LEN + ks->mki_len + ks->suite->rtcp_tag_len;

	if (len < UCSEC_SRTP_RTCP_MIN + trailer || pkt[0] >> 6 != 2 ||
	    !ucsec_srtp_is_rtcp(pkt, len))
		return -EINVAL;

	word = get_unaligned_be32(pkt + len - word_to_end(ks));
	hdr->ssrc = get_unaligned_be32(pkt + 4);
	hdr->index = word & ~E_FLAG;
	hdr->encrypted = word & E_FLAG;
	return 0;
}

/* The SSRCs of one packet to change. */
struct swap {
	u8 *pkt;
	u32 len;
	u32 from, to;
};

static void swap_at(const struct swap *s, u32 off)
{
	if (get_unaligned_be32(s->pkt + off) == s->from)
		put_unaligned_be32(s->to, s->pkt + off);
}

/* @n entries of @step bytes that begin with an SSRC, as far as there are. */
static void swap_each(const struct swap *s, u32 off, u32 n, u32 step)
{
	for (; n-- && off + step <= s->len; off += step)
		swap_at(s, off);
}

/* RFC 3550 section 6.5: chunks of an SSRC, items, and zeros up to a word. */
static void swap_sdes(const struct swap *s, u32 n)
{
	u32 off = 4;

	while (n-- && off + 4 <= s->len) {
		swap_at(s, off);
		off += 4;
		while (off + 2 <= s->len && s->pkt[off])
			off += 2 + s->pkt[off + 1];
		off = off / 4 * 4 + 4;
	}
}

/* Sender and source; intra requests and rate limits name one per entry. */
static void swap_feedback(const struct swap *s)
{
	u8 type = s->pkt[1], format = s->pkt[0] & RTCP_COUNT;

	swap_each(s, 4, 2, 4);
	if ((type == RTCP_PSFB && format == PSFB_FIR) ||
	    (type == RTCP_RTPFB &&
	     (format == RTPFB_TMMBR || format == RTPFB_TMMBN)))
		swap_each(s, 12, s->len / 8, 8);
}

static void swap_in(const struct swap *s)
{
	u32 count = s->pkt[0] & RTCP_COUNT;

	switch (s->pkt[1]) {
	case RTCP_SR:
		swap_each(s, 4, 1, 4);
		swap_each(s, 28, count, REPORT_LEN);
		break;
	case RTCP_RR:
		swap_each(s, 4, 1, 4);
		swap_each(s, 8, count, REPORT_LEN);
		break;
	case RTCP_SDES:
		swap_sdes(s, count);
		break;
	case RTCP_BYE:
		swap_each(s, 4, count, 4);
		break;
	case RTCP_APP:
	case RTCP_XR:
		swap_each(s, 4, 1, 4);
		break;
	case RTCP_RTPFB:
	case RTCP_PSFB:
		swap_feedback(s);
		break;
	}
}

void ucsec_srtp_rtcp_set_ssrc(u8 *pkt, u32 len, u32 from, u32 to)
{
	struct swap s = { .pkt = pkt, .from = from, .to = to };
	u32 off;

	for (off = 0; off < len; off += s.len) {
		s.pkt = pkt + off;
		s.len = packet_len(s.pkt, len - off);
		if (!s.len)
			return;
		/* What is padded is the last one. */
		if (s.pkt[0] & RTCP_PADDING)
			s.len -= pkt[len - 1];
		swap_in(&s);
		if (s.pkt[0] & RTCP_PADDING)
			return;
	}
}

/* GCM over the whole packet: its text if encrypted, else AAD and no text. */
static int run_gcm(const struct ucsec_crypto_session *s, u8 *pkt, u32 len,
		   u32 index, u32 word, u8 *tag, bool seal)
{
	u32 aad_len = word & E_FLAG ? UCSEC_SRTP_RTCP_MIN : len;
	u8 iv[UCSEC_CRYPTO_BLOCK], aad2[WORD_LEN];

	ucsec_srtp_iv(s, get_unaligned_be32(pkt + 4), index, iv);
	put_unaligned_be32(word, aad2);
	return ucsec_srtp_soft_gcm(s, iv, pkt, aad_len, aad2, sizeof(aad2),
				   pkt + aad_len, len - aad_len, tag, seal);
}

static int run_ctr(const struct ucsec_crypto_session *s, u8 *pkt, u32 len,
		   u32 index)
{
	u8 iv[UCSEC_CRYPTO_BLOCK];

	if (s->type == UCSEC_CRYPTO_NULL || len == UCSEC_SRTP_RTCP_MIN)
		return 0;
	ucsec_srtp_iv(s, get_unaligned_be32(pkt + 4), index, iv);
	return ucsec_crypto_ctr(s, iv, pkt + UCSEC_SRTP_RTCP_MIN,
				len - UCSEC_SRTP_RTCP_MIN);
}

int ucsec_srtp_protect_rtcp(const struct ucsec_srtp_keyset *ks, u8 *pkt,
			    u32 *len, u32 cap, u32 index)
{
	const struct ucsec_crypto_session *s = &ks->key[0].rtcp;
	u32 tag_len = ks->suite->rtcp_tag_len;
	u32 trailer = WORD_LEN + ks->mki_len + tag_len;
	u32 word = index | (s->type == UCSEC_CRYPTO_NULL ? 0 : E_FLAG);
	u8 tag[UCSEC_CRYPTO_MAC], *end = pkt + *len;
	int err;

	if (index > UCSEC_SRTP_RTCP_INDEX_MAX)
		return -EKEYEXPIRED;
	if (*len < UCSEC_SRTP_RTCP_MIN)
		return -EINVAL;
	if (cap < *len || cap - *len < trailer)
		return -ENOSPC;

	if (s->type == UCSEC_CRYPTO_GCM) {
		err = run_gcm(s, pkt, *len, index, word, end, true);
		if (err)
			return err;
		put_unaligned_be32(word, end + tag_len);
		memcpy(end + tag_len + WORD_LEN, ks->key[0].mki, ks->mki_len);
	} else {
		err = run_ctr(s, pkt, *len, index);
		put_unaligned_be32(word, end);
		if (!err)
			err = ucsec_crypto_mac(s, pkt, *len + WORD_LEN, tag);
		if (err)
			return err;
		memcpy(end + WORD_LEN, ks->key[0].mki, ks->mki_len);
		memcpy(end + WORD_LEN + ks->mki_len, tag, tag_len);
	}
	*len += trailer;
	return 0;
}

int ucsec_srtp_unprotect_rtcp(const struct ucsec_srtp_keyset *ks,
			      const struct ucsec_srtp_key *key, u8 *pkt,
			      u32 *len, const struct ucsec_srtp_rtcp_hdr *hdr)
{
	const struct ucsec_crypto_session *s = &key->rtcp;
	u32 tag_len = ks->suite->rtcp_tag_len;
	u32 trailer = WORD_LEN + ks->mki_len + tag_len;
	u32 word = hdr->index | (hdr->encrypted ? E_FLAG : 0);
	u8 tag[UCSEC_CRYPTO_MAC];
	u32 clear_len;
	int err;

	if (*len < UCSEC_SRTP_RTCP_MIN + trailer)
		return -EINVAL;
	clear_len = *len - trailer;

	if (s->type == UCSEC_CRYPTO_GCM) {
		err = run_gcm(s, pkt, clear_len, hdr->index, word,
			      pkt + clear_len, false);
	} else {
		err = ucsec_crypto_mac(s, pkt, clear_len + WORD_LEN, tag);
		if (!err && crypto_memneq(tag, pkt + *len - tag_len, tag_len))
			err = -EBADMSG;
		if (!err && hdr->encrypted)
			err = run_ctr(s, pkt, clear_len, hdr->index);
	}
	if (!err)
		*len = clear_len;
	return err;
}
