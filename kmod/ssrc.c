// SPDX-License-Identifier: GPL-2.0
/*
 * The SSRCs of a stream: a pool allocated with it, so that no packet can make
 * the kernel allocate. Everything here runs under stream->lock.
 */
#include <linux/random.h>
#include "stream.h"

/*
 * A sender that starts its sequence anew sends what looks like old packets.
 * That many of them in a row, in order and with none accepted between, are no
 * duplicates of the network (RFC 3550 appendix A.1 takes two; three keep a
 * doubled packet from being taken for a restart).
 */
#define RESTART_RUN	3

size_t ucsec_ssrc_size(u32 max_ssrcs, u32 window)
{
	return max_ssrcs * (sizeof(struct ucsec_ssrc) + 2 * window / 8);
}

u64 *ucsec_ssrc_rx_bits(struct ucsec_stream *stream,
			const struct ucsec_ssrc *s)
{
	u64 *bits = (u64 *)(stream->ssrc + stream->max_ssrcs);

	return bits + (s - stream->ssrc) * 2 * (stream->window / 64);
}

u64 *ucsec_ssrc_tx_bits(struct ucsec_stream *stream,
			const struct ucsec_ssrc *s)
{
	return ucsec_ssrc_rx_bits(stream, s) + stream->window / 64;
}

struct ucsec_ssrc *ucsec_ssrc_find(struct ucsec_stream *stream, u32 ssrc)
{
	u32 i;

	for (i = 0; i < stream->max_ssrcs && stream->ssrc[i].used; i++)
		if (stream->ssrc[i].ssrc == ssrc)
			return &stream->ssrc[i];
	return NULL;
}

/*
 * May the state be given away? Only if no key under which the SSRC was seen
 * is in use: then neither a replay nor a nonce can come back.
 */
static bool evictable(const struct ucsec_stream *stream,
		      const struct ucsec_ssrc *s)
{
	if (stream->rx_protected && s->rx_epoch == stream->rx_epoch)
		return false;
	if (stream->rx_protected && s->rx_epoch + 1 == stream->rx_epoch &&
	    !time_after(jiffies, READ_ONCE(stream->rx_old_until)))
		return false;
	if (stream->tx_protected && s->tx_epoch == stream->tx_epoch)
		return false;
	return true;
}

static struct ucsec_ssrc *pick_slot(struct ucsec_stream *stream)
{
	u32 i;

	for (i = 0; i < stream->max_ssrcs; i++)
		if (!stream->ssrc[i].used)
			return &stream->ssrc[i];
	for (i = 0; i < stream->max_ssrcs; i++)
		if (evictable(stream, &stream->ssrc[i]))
			return &stream->ssrc[i];
	return NULL;
}

static bool was_fresh(const struct ucsec_stream *stream, u32 ssrc)
{
	return ssrc - stream->fresh_first <
	       stream->fresh_next - stream->fresh_first;
}

/*
 * An SSRC that nothing left under yet: fresh ones are counted up from a
 * random first one and never given twice, and no SSRC of the pool equals one.
 */
static u32 next_fresh(struct ucsec_stream *stream)
{
	u32 i, ssrc;

	if (stream->fresh_first == stream->fresh_next) {
		stream->fresh_first = get_random_u32();
		stream->fresh_next = stream->fresh_first;
	}
again:
	ssrc = stream->fresh_next++;
	for (i = 0; i < stream->max_ssrcs && stream->ssrc[i].used; i++)
		if (stream->ssrc[i].ssrc == ssrc ||
		    stream->ssrc[i].out_ssrc == ssrc)
			goto again;
	return ssrc;
}

struct ucsec_ssrc *ucsec_ssrc_find_or_add(struct ucsec_stream *stream,
					  u32 ssrc)
{
	struct ucsec_ssrc *s = ucsec_ssrc_find(stream, ssrc);

	if (s)
		return s;
	s = pick_slot(stream);
	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	memset(ucsec_ssrc_rx_bits(stream, s), 0, 2 * stream->window / 8);
	s->ssrc = ssrc;
	/* A sender that picks an SSRC we made up must not share its nonces. */
	s->out_ssrc = was_fresh(stream, ssrc) ? next_fresh(stream) : ssrc;
	s->used = true;
	return s;
}

static void restart(struct ucsec_stream *stream, struct ucsec_ssrc *s)
{
	s->out_ssrc = next_fresh(stream);
	memset(&s->tx, 0, sizeof(s->tx));
	memset(ucsec_ssrc_tx_bits(stream, s), 0, stream->window / 8);
	s->tx_rtcp = 0;
	s->refused_run = 0;
	WRITE_ONCE(stream->has_restarted, true);
	ucsec_stats_inc(stream->un->stats, stream->stats,
			UCSEC_STAT_RESTARTS);
}

int ucsec_ssrc_reserve(struct ucsec_stream *stream, struct ucsec_ssrc *s,
		       u16 seq, u64 *index)
{
	u64 *bits = ucsec_ssrc_tx_bits(stream, s);
	int err;

	err = ucsec_srtp_window_reserve(&s->tx, bits, stream->window, seq,
					index);
	if (likely(!err)) {
		s->refused_run = 0;
		s->tx_epoch = stream->tx_epoch;
		return 0;
	}
	if (err != -EALREADY)
		return err;
	if (s->refused_run && seq == s->refused_seq)
		s->refused_run++;
	else
		s->refused_run = 1;
	s->refused_seq = seq + 1;
	if (s->refused_run < RESTART_RUN)
		return err;
	restart(stream, s);
	s->tx_epoch = stream->tx_epoch;
	return ucsec_srtp_window_reserve(&s->tx, bits, stream->window, seq,
					 index);
}

/* The peer zeroes its ROC with the key: so do the sides named. */
void ucsec_ssrc_reset(struct ucsec_stream *stream, bool rx, bool tx)
{
	struct ucsec_ssrc *s;

	for (s = stream->ssrc;
	     s < stream->ssrc + stream->max_ssrcs && s->used; s++) {
		if (rx) {
			memset(&s->rx, 0, sizeof(s->rx));
			memset(ucsec_ssrc_rx_bits(stream, s), 0,
			       stream->window / 8);
			memset(&s->rx_rtcp, 0, sizeof(s->rx_rtcp));
		}
		if (tx) {
			memset(&s->tx, 0, sizeof(s->tx));
			memset(ucsec_ssrc_tx_bits(stream, s), 0,
			       stream->window / 8);
		}
	}
}
