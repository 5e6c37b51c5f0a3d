/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packets behind digests.h, to be made again by anything that has the
 * generator of tap.h.
 *
 * Per suite: the generator starts at the suite's number and first gives the
 * master key and salt. Then, for n = 0..1500, an RTP packet with SEQ n, the
 * fixed header below and n bytes of payload; then, for n = 0..31, a receiver
 * report of n blocks, 24 n bytes, with SRTCP index n + 1. The digest is the
 * SHA-256 of all sealed packets, one after the other.
 */
#ifndef UCSEC_UNIT_DIGEST_INPUT_H
#define UCSEC_UNIT_DIGEST_INPUT_H

#include "tap.h"

enum {
	DIGEST_PAYLOADS	= 1501,
	DIGEST_REPORTS	= 32,
	DIGEST_PACKETS	= DIGEST_PAYLOADS + DIGEST_REPORTS,
	DIGEST_MAX	= 12 + 1500 + 64,
	DIGEST_LEN	= 32,		/* SHA-256 */
};

struct digest_input {
	struct lcg rng;
	u32 next;		/* number of the next packet */
};

/* Gives the key_len + salt_len bytes of the suite. */
void digest_begin(struct digest_input *in, u32 suite, u8 *material);
/* The next packet; tells its length. */
u32 digest_next(struct digest_input *in, u8 *pkt, bool *rtcp);

#endif /* UCSEC_UNIT_DIGEST_INPUT_H */
