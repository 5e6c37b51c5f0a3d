/* SPDX-License-Identifier: GPL-2.0 */
/* The SSRCs of a stream and their index windows. */
#ifndef UCSEC_SSRC_H
#define UCSEC_SSRC_H

#include "srtp/internal.h"
#include "srtp/srtp.h"

struct ucsec_stream;

/*
 * State of one SSRC, both sides; @lock of the stream. The bitmaps of the
 * windows follow the array of states.
 */
struct ucsec_ssrc {
	u32 ssrc;
	u32 out_ssrc;		/* differs after a plain sender restarted */
	u32 rx_epoch;		/* keys under which it was last seen */
	u32 tx_epoch;
	struct ucsec_srtp_window rx;
	struct ucsec_srtp_window tx;
	struct ucsec_srtp_rtcp_window rx_rtcp;
	u32 tx_rtcp;		/* next SRTCP index */
	u16 refused_seq;	/* expected next of a run of refused ones */
	u8 refused_run;
	bool used;
};

/* All under the lock of the stream. */

struct ucsec_ssrc *ucsec_ssrc_find(struct ucsec_stream *stream, u32 ssrc);
struct ucsec_ssrc *ucsec_ssrc_find_or_add(struct ucsec_stream *stream,
					  u32 ssrc);
u64 *ucsec_ssrc_rx_bits(struct ucsec_stream *stream,
			const struct ucsec_ssrc *s);
u64 *ucsec_ssrc_tx_bits(struct ucsec_stream *stream,
			const struct ucsec_ssrc *s);
/* 0, or -errno of the core; may give the SSRC a fresh one to leave under. */
int ucsec_ssrc_reserve(struct ucsec_stream *stream, struct ucsec_ssrc *s,
		       u16 seq, u64 *index);
void ucsec_ssrc_reset(struct ucsec_stream *stream, bool rx, bool tx);
size_t ucsec_ssrc_size(u32 max_ssrcs, u32 window);

#endif /* UCSEC_SSRC_H */
