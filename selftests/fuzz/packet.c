// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: one packet from a stranger through every function that
 * reads packets, sealed and clear.
 *
 * Input: suite, length of the MKI, RTCP or not, then the packet.
 */
#include "flow.h"
#include "ucsec.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

enum { ROOM = UCSEC_SRTP_TRAILER_MAX };

static struct ucsec_srtp_keyset *sets[UCSEC_SUITE_MAX + 1][2];

static void check(bool cond)
{
	if (!cond)
		abort();
}

static struct ucsec_srtp_keyset *set_of(u32 suite, u32 mki)
{
	static const u8 material[2 * UCSEC_MAX_KEY_LEN] = { 1, 2, 3 };

	if (!sets[suite][mki])
		sets[suite][mki] = keyset_new(suite, material, mki ? 2 : 1,
					      mki ? 4 : 0);
	return sets[suite][mki];
}

/* As sealed: never accepted, for nobody has the key; intact, if asked for. */
static void receive(struct ucsec_srtp_keyset *ks, const u8 *data, u32 len,
		    bool rtcp)
{
	struct flow rx = { .keys = ks, .size = 64 };
	u8 *pkt = exact_copy(data, len);
	struct ucsec_srtp_hdr hdr;
	u32 n = len;

	check(flow_receive(&rx, pkt, &n, rtcp) != VERDICT_OK && n == len);
	free(pkt);
	if (rtcp || ucsec_srtp_rtp_parse(data, len, &hdr))
		return;
	pkt = exact_copy(data, len);
	check(ucsec_srtp_unprotect(ks, &ks->key[0], pkt, &n, &hdr, hdr.seq,
				   true));
	check(n == len && !memcmp(pkt, data, len));
	free(pkt);
}

/* As clear: what is accepted comes back as it was. */
static void pass(struct ucsec_srtp_keyset *ks, const u8 *data, u32 len,
		 bool rtcp)
{
	struct flow tx = { .keys = ks, .size = 64 };
	struct flow rx = { .keys = ks, .size = 64 };
	u8 *pkt = malloc(len + ROOM);
	struct ucsec_srtp_hdr hdr;
	u32 n = len;

	if (len)
		memcpy(pkt, data, len);
	if (!rtcp && !ucsec_srtp_rtp_parse(pkt, len, &hdr))
		ucsec_srtp_rtp_check_padding(pkt, len, &hdr);
	if (flow_send(&tx, pkt, &n, len + ROOM, rtcp) == VERDICT_OK) {
		check(flow_receive(&rx, pkt, &n, rtcp) == VERDICT_OK);
		check(n == len && !memcmp(pkt, data, len));
	}
	free(pkt);
}

/* Rewriting an SSRC and back is the identity, if the other was not there. */
static void rewrite(const u8 *data, u32 len)
{
	struct ucsec_srtp_rtcp_hdr hdr, again;
	u8 *pkt = exact_copy(data, len);

	if (!ucsec_srtp_rtcp_parse(pkt, len, &hdr)) {
		ucsec_srtp_rtcp_set_ssrc(pkt, len, hdr.ssrc, ~hdr.ssrc);
		check(!ucsec_srtp_rtcp_parse(pkt, len, &again));
	}
	free(pkt);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ucsec_srtp_keyset *ks;
	bool rtcp;

	if (size < 3)
		return 0;
	ks = set_of(data[0] % UCSEC_SUITE_MAX + 1, data[1] & 1);
	rtcp = data[2] & 1;
	data += 3;
	size -= 3;
	ucsec_srtp_is_rtcp(data, (u32)size);
	ucsec_srtp_is_rtp_or_rtcp(data, (u32)size);
	receive(ks, data, (u32)size, rtcp);
	pass(ks, data, (u32)size, rtcp);
	if (rtcp)
		rewrite(data, (u32)size);
	return 0;
}
