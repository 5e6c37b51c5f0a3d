// SPDX-License-Identifier: GPL-2.0
/*
 * Packet indices: the receiver's estimate, and windows against replay.
 *
 * A window of n covers exactly the indices top - n + 1 .. top. Bit i % n tells
 * whether index i was seen, so advancing moves nothing: it clears the bits of
 * the indices that come in, which are those of the ones that fall out.
 */
#include "internal.h"
#include "srtp.h"

/* @index modulo @size, without the 64-bit division some machines lack. */
static u32 position(u64 index, u32 size)
{
	return ((u32)(index >> 16) % size << 16 | (u16)index) % size;
}

static bool seen(const u64 *bits, u32 pos)
{
	return bits[pos / 64] >> (pos % 64) & 1;
}

/* Clears @n bits from @pos on, which may run over the end of the bitmap. */
static void clear(u64 *bits, u32 size, u32 pos, u32 n)
{
	while (n) {
		u32 take = 64 - pos % 64;

		if (take > n)
			take = n;
		bits[pos / 64] &= ~(~0ULL >> (64 - take) << (pos % 64));
		n -= take;
		pos += take;
		if (pos == size)
			pos = 0;
	}
}

/* Marks the index at @pos, which is @ahead of the highest one so far. */
static void mark(u64 *bits, u32 size, u32 pos, u64 ahead)
{
	if (ahead >= size)
		memset(bits, 0, size / 8);
	else if (ahead)
		clear(bits, size,
		      pos + 1 - (u32)ahead + (pos + 1 < ahead ? size : 0),
		      (u32)ahead);
	bits[pos / 64] |= 1ULL << (pos % 64);
}

u64 ucsec_srtp_window_estimate(const struct ucsec_srtp_window *w, u16 seq)
{
	u64 index = (w->top & ~0xffffULL) | seq;
	u32 top_seq = w->top & 0xffff;

	/* Nothing was heard yet, so the ROC is known and only that. */
	if (!w->started)
		return index;
	/*
	 * Appendix A: of ROC - 1, ROC and ROC + 1 the one that is closest. No
	 * packet came before ROC 0; past the last ROC the check refuses.
	 */
	if (top_seq < 0x8000) {
		if (seq > top_seq + 0x8000 && index > 0xffff)
			index -= 0x10000;
	} else if (seq < top_seq - 0x8000) {
		index += 0x10000;
	}
	return index;
}

int ucsec_srtp_window_check(const struct ucsec_srtp_window *w, const u64 *bits,
			    u32 size, u64 index)
{
	if (index > UCSEC_SRTP_INDEX_MAX)
		return -EKEYEXPIRED;
	if (!w->started || index > w->top)
		return 0;
	if (w->top - index >= size || seen(bits, position(index, size)))
		return -EALREADY;
	return 0;
}

int ucsec_srtp_window_commit(struct ucsec_srtp_window *w, u64 *bits, u32 size,
			     u64 index)
{
	int err = ucsec_srtp_window_check(w, bits, size, index);
	u64 ahead = 0;

	if (err)
		return err;
	if (!w->started)
		ahead = size;	/* whatever the bitmap held is void */
	else if (index > w->top)
		ahead = index - w->top;

	mark(bits, size, position(index, size), ahead);
	if (ahead) {
		w->top = index;
		w->started = true;
	}
	return 0;
}

int ucsec_srtp_window_reserve(struct ucsec_srtp_window *w, u64 *bits, u32 size,
			      u16 seq, u64 *index)
{
	*index = ucsec_srtp_window_estimate(w, seq);
	/*
	 * At ROC 0 the estimate may leap further ahead than a receiver, whose
	 * window may have moved on, would follow.
	 */
	if (w->started && *index > w->top && *index - w->top > 0x8000)
		return -EALREADY;
	return ucsec_srtp_window_commit(w, bits, size, *index);
}

int ucsec_srtp_rtcp_window_check(const struct ucsec_srtp_rtcp_window *w,
				 u32 index)
{
	if (index > UCSEC_SRTP_RTCP_INDEX_MAX)
		return -EKEYEXPIRED;
	if (index > w->top)
		return 0;
	if (w->top - index >= UCSEC_SRTP_RTCP_WINDOW ||
	    seen(w->bits, index % UCSEC_SRTP_RTCP_WINDOW))
		return -EALREADY;
	return 0;
}

int ucsec_srtp_rtcp_window_commit(struct ucsec_srtp_rtcp_window *w, u32 index)
{
	int err = ucsec_srtp_rtcp_window_check(w, index);
	u32 ahead;

	if (err)
		return err;
	ahead = index > w->top ? index - w->top : 0;
	mark(w->bits, UCSEC_SRTP_RTCP_WINDOW, index % UCSEC_SRTP_RTCP_WINDOW,
	     ahead);
	w->top += ahead;
	return 0;
}
