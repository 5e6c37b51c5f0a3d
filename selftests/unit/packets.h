/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random but valid RTP and RTCP packets.
 */
#ifndef UCSEC_UNIT_PACKETS_H
#define UCSEC_UNIT_PACKETS_H

#include "tap.h"

enum {
	MAX_CLEAR	= 1600,			/* a clear packet */
	MAX_PACKET	= MAX_CLEAR + 64,	/* with room for its trailer */
};

/* With CSRCs, extension and padding now and then; @payload bytes. */
u32 make_rtp(struct lcg *g, u8 *pkt, u32 ssrc, u16 seq, u32 payload);
/* A compound of one to four packets about @ssrc and @other. */
u32 make_rtcp(struct lcg *g, u8 *pkt, u32 ssrc, u32 other);

#endif /* UCSEC_UNIT_PACKETS_H */
