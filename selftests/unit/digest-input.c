// SPDX-License-Identifier: GPL-2.0
/*
 * The packets behind digests.h.
 */
#include "digest-input.h"

void digest_begin(struct digest_input *in, u32 suite, u8 *material)
{
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);

	in->rng.x = suite;
	in->next = 0;
	lcg_fill(&in->rng, material, s->key_len + s->salt_len);
}

u32 digest_next(struct digest_input *in, u8 *pkt, bool *rtcp)
{
	static const u8 rtp[12] = "\x80\0\0\0\0\1\2\3ucse";
	static const u8 report[8] = "\x80\xc9\0\1ucse";
	u32 n = in->next++;

	*rtcp = n >= DIGEST_PAYLOADS;
	if (!*rtcp) {
		memcpy(pkt, rtp, sizeof(rtp));
		put_unaligned_be16((u16)n, pkt + 2);
		lcg_fill(&in->rng, pkt + 12, n);
		return 12 + n;
	}
	n -= DIGEST_PAYLOADS;
	memcpy(pkt, report, sizeof(report));
	pkt[0] |= n;
	put_unaligned_be16((u16)(1 + 6 * n), pkt + 2);
	lcg_fill(&in->rng, pkt + 8, 24 * n);
	return 8 + 24 * n;
}
