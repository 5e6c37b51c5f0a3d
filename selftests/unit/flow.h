/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One side of a stream as the module keeps it: keys, and windows per SSRC, in
 * the order estimate, check, authenticate, commit.
 */
#ifndef UCSEC_UNIT_FLOW_H
#define UCSEC_UNIT_FLOW_H

#include "tap.h"

enum {
	FLOW_SSRCS	= 8,
	FLOW_WINDOW	= 32768,
};

enum verdict {
	VERDICT_OK,
	VERDICT_PARSE,
	VERDICT_MKI,
	VERDICT_REPLAY,
	VERDICT_AUTH,
	VERDICT_EXPIRED,
	VERDICT_EFLAG,		/* libsrtp: not encrypted as the policy says */
	VERDICT_NO_SSRC,
	VERDICT_OTHER,
};

extern const char *const verdict_names[];

struct flow_ssrc {
	u32 ssrc;
	bool used;
	struct ucsec_srtp_window win;
	struct ucsec_srtp_rtcp_window rtcp;
	u32 next_rtcp;
	u64 bits[FLOW_WINDOW / 64];
};

struct flow {
	struct ucsec_srtp_keyset *keys;
	struct ucsec_srtp_keyset *old;	/* tried too, if set */
	u32 size;
	bool fixed;			/* no SSRC but those there */
	int error;			/* what the last packet met */
	struct flow_ssrc ssrcs[FLOW_SSRCS];
};

/* The first index of its ROC is @roc << 16. NULL if there is no room. */
struct flow_ssrc *flow_add(struct flow *f, u32 ssrc, u32 roc);
struct flow_ssrc *flow_find(struct flow *f, u32 ssrc);

enum verdict flow_send(struct flow *f, u8 *pkt, u32 *len, u32 cap, bool rtcp);
enum verdict flow_receive(struct flow *f, u8 *pkt, u32 *len, bool rtcp);

#endif /* UCSEC_UNIT_FLOW_H */
