// SPDX-License-Identifier: GPL-2.0
/*
 * The RTP header, RFC 3550 section 5.1: bounds first, then fields.
 */
#include "internal.h"
#include "srtp.h"

enum {
	RTP_VERSION_MASK	= 0xc0,
	RTP_VERSION		= 0x80,
	RTP_PADDING		= 0x20,
	RTP_EXTENSION		= 0x10,
	RTP_CSRC_COUNT		= 0x0f,
};

bool ucsec_srtp_is_rtp_or_rtcp(const u8 *pkt, u32 len)
{
	return len && (pkt[0] & RTP_VERSION_MASK) == RTP_VERSION;
}

bool ucsec_srtp_is_rtcp(const u8 *pkt, u32 len)
{
	return len > 1 && pkt[1] >= 192 && pkt[1] <= 223;
}

int ucsec_srtp_rtp_parse(const u8 *pkt, u32 len, struct ucsec_srtp_hdr *hdr)
{
	u32 hdr_len = UCSEC_SRTP_RTP_MIN;

	if (len < hdr_len || (pkt[0] & RTP_VERSION_MASK) != RTP_VERSION)
		return -EINVAL;

	hdr_len += (pkt[0] & RTP_CSRC_COUNT) * 4;
	if (pkt[0] & RTP_EXTENSION) {
		/* section 5.3.1: 16 bits of profile, 16 of length in words */
		hdr_len += 4;
		if (len < hdr_len)
			return -EINVAL;
		hdr_len += get_unaligned_be16(pkt + hdr_len - 2) * 4;
	}
	if (len < hdr_len)
		return -EINVAL;

	hdr->hdr_len = hdr_len;
	hdr->padding = pkt[0] & RTP_PADDING;
	hdr->seq = get_unaligned_be16(pkt + 2);
	hdr->timestamp = get_unaligned_be32(pkt + 4);
	hdr->ssrc = get_unaligned_be32(pkt + 8);
	return 0;
}

int ucsec_srtp_rtp_check_padding(const u8 *pkt, u32 len,
				 const struct ucsec_srtp_hdr *hdr)
{
	if (!hdr->padding)
		return 0;
	/* The last byte counts the padding and itself. */
	if (len <= hdr->hdr_len || !pkt[len - 1] ||
	    pkt[len - 1] > len - hdr->hdr_len)
		return -EINVAL;
	return 0;
}

void ucsec_srtp_rtp_set_ssrc(u8 *pkt, u32 ssrc)
{
	put_unaligned_be32(ssrc, pkt + 8);
}
