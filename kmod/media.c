// SPDX-License-Identifier: GPL-2.0
/*
 * The road of a packet: estimate, check, authenticate, commit; reserve, seal.
 *
 * Crypto runs outside the stream's lock. Whatever the packet claims, nothing
 * of the stream changes before its tag was found right; and whatever happens
 * to it, it leaves protected or not at all.
 */
#include "media.h"
#include "source.h"
#include "trace.h"

static enum ucsec_drop drop_reason_of(int err)
{
	switch (err) {
	case -EINVAL:
		return UCSEC_DROP_MALFORMED;
	case -ENOKEY:
		return UCSEC_DROP_MKI;
	case -EBADMSG:
		return UCSEC_DROP_AUTH;
	case -EALREADY:
		return UCSEC_DROP_REPLAY;
	case -EKEYEXPIRED:
		return UCSEC_DROP_KEY_EXPIRED;
	case -ENOSPC:
	case -ENOMEM:
		return UCSEC_DROP_NOMEM;
	default:
		return UCSEC_DROP_CRYPTO;
	}
}

/* The sending side has its own word for an index used up. */
static enum ucsec_drop tx_drop_reason_of(int err)
{
	return err == -EALREADY ? UCSEC_DROP_TX_REPLAY : drop_reason_of(err);
}

static enum ucsec_drop no_ssrc_left(struct ucsec_stream *stream)
{
	ucsec_event_pend(stream, UCSEC_PENDING_SSRC_LIMIT);
	return UCSEC_DROP_SSRC_LIMIT;
}

/* What a packet is checked against, read once. */
struct rx_view {
	const struct ucsec_keys *cur, *old;
	u32 epoch;
	u32 reset;
	bool by_old;		/* it was the old keys that it verified under */
};

/*
 * Under the lock under which keys are published, so that keys, epoch and
 * windows belong together: a packet judged by old keys is never committed to
 * windows that were zeroed with the new ones.
 */
static void read_view(struct ucsec_stream *stream, struct rx_view *v)
{
	lockdep_assert_held(&stream->lock);
	v->epoch = stream->rx_epoch;
	v->reset = stream->rx_reset;
	v->by_old = false;
	v->cur = rcu_dereference(stream->rx);
	v->old = rcu_dereference(stream->rx_old);
	if (unlikely(v->old) &&
	    time_after(jiffies, READ_ONCE(stream->rx_old_until)))
		v->old = NULL;
}

/*
 * The first packet under the new key cuts the overlap short; it must be the
 * overlap that the packet knew of.
 */
static void end_overlap_soon(struct ucsec_stream *stream,
			     const struct rx_view *v)
{
	unsigned long grace;

	if (likely(!v->old) || v->by_old || v->epoch != stream->rx_epoch)
		return;
	grace = jiffies +
		msecs_to_jiffies(READ_ONCE(stream->un->params.grace_ms));
	if (time_before(grace, READ_ONCE(stream->rx_old_until)))
		WRITE_ONCE(stream->rx_old_until, grace);
}

/* No key is named, or there is no room for a name. */
static int no_key(const struct ucsec_srtp_keyset *ks,
		  const struct ucsec_packet *pkt,
		  const struct ucsec_srtp_hdr *hdr)
{
	u32 least = hdr->hdr_len + ks->suite->tag_len + ks->mki_len;

	return pkt->len < least ? -EINVAL : -ENOKEY;
}

static int unprotect_rtp(struct rx_view *v, struct ucsec_packet *pkt,
			 const struct ucsec_srtp_hdr *hdr, u64 index)
{
	const struct ucsec_srtp_key *key;
	int err;

	key = ucsec_srtp_find_key(&v->cur->set, pkt->data, pkt->len, false);
	if (key) {
		/* If it may be a packet of the old keys by its MKI as well. */
		bool keep = v->old &&
			    ucsec_srtp_find_key(&v->old->set, pkt->data,
						pkt->len, false);

		err = ucsec_srtp_unprotect(&v->cur->set, key, pkt->data,
					   &pkt->len, hdr, index, keep);
		/* Too short for the new trailer it may fit the old one. */
		if (!keep || (err != -EBADMSG && err != -EINVAL))
			return err;
	} else if (!v->old) {
		return no_key(&v->cur->set, pkt, hdr);
	}
	key = ucsec_srtp_find_key(&v->old->set, pkt->data, pkt->len, false);
	if (!key)
		return no_key(&v->old->set, pkt, hdr);
	v->by_old = true;
	return ucsec_srtp_unprotect(&v->old->set, key, pkt->data, &pkt->len,
				    hdr, index, false);
}

/* Estimate and check. Without state the packet is judged as a first one. */
static int estimate(struct ucsec_stream *stream,
		    const struct ucsec_srtp_hdr *hdr, struct rx_view *v,
		    u64 *index)
{
	const struct ucsec_ssrc *s;
	int err = 0;

	spin_lock(&stream->lock);
	read_view(stream, v);
	s = ucsec_ssrc_find(stream, hdr->ssrc);
	if (s) {
		*index = ucsec_srtp_window_estimate(&s->rx, hdr->seq);
		err = ucsec_srtp_window_check(&s->rx,
					      ucsec_ssrc_rx_bits(stream, s),
					      stream->window, *index);
	} else {
		*index = hdr->seq;
	}
	spin_unlock(&stream->lock);
	return err;
}

/*
 * Notes under which keys the SSRC was seen, for whoever looks for one to evict.
 * Packets may come here out of order: it never goes back.
 */
static void seen_under(struct ucsec_ssrc *s, const struct rx_view *v)
{
	u32 epoch = v->epoch - v->by_old;

	if ((s32)(epoch - s->rx_epoch) > 0)
		s->rx_epoch = epoch;
}

/* Commit, under the lock; the packet is authentic. */
static enum ucsec_drop commit(struct ucsec_stream *stream,
			      struct ucsec_ssrc *s, const struct rx_view *v,
			      u64 index)
{
	int err;

	/*
	 * The ROC was zeroed since the estimate: the index belongs to the time
	 * before, and would poison the window of the new one.
	 */
	if (unlikely(v->reset != stream->rx_reset))
		return UCSEC_DROP_REPLAY;
	err = ucsec_srtp_window_commit(&s->rx, ucsec_ssrc_rx_bits(stream, s),
				       stream->window, index);
	if (err)
		return drop_reason_of(err);
	seen_under(s, v);
	return UCSEC_DROP_NONE;
}

/*
 * Commits what was received and reserves what is sent in one critical section.
 * The sending keys are read inside it: with them published under the same
 * lock, an index is reserved under the keys that seal with it.
 */
static enum ucsec_drop advance(struct ucsec_stream *stream,
			       struct ucsec_srtp_hdr *hdr,
			       const struct rx_view *v, u64 rx_index,
			       const struct ucsec_keys **tx, u64 *tx_index)
{
	enum ucsec_drop drop = UCSEC_DROP_NONE;
	struct ucsec_ssrc *s;
	int err;

	spin_lock(&stream->lock);
	if (stream->rx_protected)
		end_overlap_soon(stream, v);
	s = ucsec_ssrc_find_or_add(stream, hdr->ssrc);
	if (unlikely(!s)) {
		spin_unlock(&stream->lock);
		return no_ssrc_left(stream);
	}
	if (stream->rx_protected)
		drop = commit(stream, s, v, rx_index);
	if (!drop && stream->tx_protected) {
		*tx = rcu_dereference(stream->tx);
		err = ucsec_ssrc_reserve(stream, s, hdr->seq, tx_index);
		if (err)
			drop = tx_drop_reason_of(err);
		hdr->ssrc = s->out_ssrc;
	}
	spin_unlock(&stream->lock);
	return drop;
}

static enum ucsec_drop process_rtp(struct ucsec_stream *stream,
				   struct ucsec_packet *pkt)
{
	const struct ucsec_keys *tx = NULL;
	u64 rx_index = 0, tx_index = 0;
	struct ucsec_srtp_hdr hdr;
	enum ucsec_drop drop;
	struct rx_view v;
	u32 ssrc;
	int err;

	err = ucsec_srtp_rtp_parse(pkt->data, pkt->len, &hdr);
	if (err)
		return drop_reason_of(err);
	if (stream->rx_protected) {
		err = estimate(stream, &hdr, &v, &rx_index);
		if (!err)
			err = unprotect_rtp(&v, pkt, &hdr, rx_index);
		if (err)
			return drop_reason_of(err);
		pkt->may_latch = !v.by_old;
		pkt->rx_epoch = v.epoch;
	}
	if (hdr.padding)
		err = ucsec_srtp_rtp_check_padding(pkt->data, pkt->len, &hdr);
	if (unlikely(err) && !stream->rx_protected)
		return UCSEC_DROP_MALFORMED;
	if (!stream->rx_protected && !stream->tx_protected)
		return UCSEC_DROP_NONE;
	ssrc = hdr.ssrc;
	drop = advance(stream, &hdr, &v, rx_index, &tx, &tx_index);
	if (drop)
		return drop;
	/* An authentic packet with a lie in it is spent all the same. */
	if (unlikely(err))
		return UCSEC_DROP_MALFORMED;
	if (!tx)
		return UCSEC_DROP_NONE;
	if (unlikely(hdr.ssrc != ssrc))
		ucsec_srtp_rtp_set_ssrc(pkt->data, hdr.ssrc);
	err = ucsec_srtp_protect(&tx->set, pkt->data, &pkt->len, pkt->cap,
				 &hdr, tx_index);
	return err ? tx_drop_reason_of(err) : UCSEC_DROP_NONE;
}

/*
 * RTCP
 */

static int unprotect_rtcp(struct ucsec_stream *stream,
			  const struct ucsec_keys *keys,
			  struct ucsec_packet *pkt,
			  struct ucsec_srtp_rtcp_hdr *hdr)
{
	const struct ucsec_srtp_key *key;
	const struct ucsec_ssrc *s;
	int err;

	err = ucsec_srtp_srtcp_parse(&keys->set, pkt->data, pkt->len, hdr);
	if (err)
		return err;
	key = ucsec_srtp_find_key(&keys->set, pkt->data, pkt->len, true);
	if (!key)
		return -ENOKEY;
	spin_lock(&stream->lock);
	s = ucsec_ssrc_find(stream, hdr->ssrc);
	if (s)
		err = ucsec_srtp_rtcp_window_check(&s->rx_rtcp, hdr->index);
	spin_unlock(&stream->lock);
	if (err)
		return err;
	return ucsec_srtp_unprotect_rtcp(&keys->set, key, pkt->data,
					 &pkt->len, hdr);
}

/*
 * Commits and reserves, as advance() does. The sending side counts for itself
 * and refuses rather than wraps: the counter is the nonce.
 */
static enum ucsec_drop advance_rtcp(struct ucsec_stream *stream,
				    const struct rx_view *v,
				    const struct ucsec_srtp_rtcp_hdr *hdr,
				    const struct ucsec_keys **tx,
				    u32 *out_ssrc, u32 *tx_index)
{
	enum ucsec_drop drop = UCSEC_DROP_NONE;
	struct ucsec_ssrc *s;
	int err = 0;

	spin_lock(&stream->lock);
	if (stream->rx_protected)
		end_overlap_soon(stream, v);
	s = ucsec_ssrc_find_or_add(stream, hdr->ssrc);
	if (unlikely(!s)) {
		spin_unlock(&stream->lock);
		return no_ssrc_left(stream);
	}
	if (stream->rx_protected) {
		if (v->reset == stream->rx_reset)
			err = ucsec_srtp_rtcp_window_commit(&s->rx_rtcp,
							    hdr->index);
		else
			err = -EALREADY;
		if (err)
			drop = drop_reason_of(err);
		else
			seen_under(s, v);
	}
	if (!drop && stream->tx_protected) {
		*tx = rcu_dereference(stream->tx);
		*out_ssrc = s->out_ssrc;
		s->tx_epoch = stream->tx_epoch;
		if (s->tx_rtcp > UCSEC_SRTP_RTCP_INDEX_MAX)
			drop = UCSEC_DROP_KEY_EXPIRED;
		else
			*tx_index = s->tx_rtcp++;
	}
	spin_unlock(&stream->lock);
	return drop;
}

/*
 * Reports of the far end speak of the SSRC that left here; the plain sender on
 * the other side knows only its own.
 */
static void restore_reported(struct ucsec_stream *stream,
			     struct ucsec_packet *pkt)
{
	struct ucsec_stream *pair = rcu_dereference(stream->pair);
	u32 i, from, to;

	if (!pair || !READ_ONCE(pair->has_restarted))
		return;
	for (i = 0; i < pair->max_ssrcs; i++) {
		spin_lock(&pair->lock);
		from = pair->ssrc[i].out_ssrc;
		to = pair->ssrc[i].ssrc;
		if (!pair->ssrc[i].used)
			from = to;
		spin_unlock(&pair->lock);
		if (from != to)
			ucsec_srtp_rtcp_set_ssrc(pkt->data, pkt->len, from,
						 to);
	}
}

static enum ucsec_drop process_rtcp(struct ucsec_stream *stream,
				    struct ucsec_packet *pkt)
{
	const struct ucsec_keys *tx = NULL;
	struct ucsec_srtp_rtcp_hdr hdr, plain;
	u32 out_ssrc = 0, tx_index = 0;
	enum ucsec_drop drop;
	struct rx_view v;
	int err;

	if (stream->rx_protected) {
		spin_lock(&stream->lock);
		read_view(stream, &v);
		spin_unlock(&stream->lock);
		err = unprotect_rtcp(stream, v.cur, pkt, &hdr);
		if (v.old &&
		    (err == -EBADMSG || err == -ENOKEY || err == -EINVAL)) {
			v.by_old = true;
			err = unprotect_rtcp(stream, v.old, pkt, &hdr);
		}
		if (err)
			return drop_reason_of(err);
		err = ucsec_srtp_rtcp_parse(pkt->data, pkt->len, &plain);
	} else {
		err = ucsec_srtp_rtcp_parse(pkt->data, pkt->len, &hdr);
		if (err)
			return drop_reason_of(err);
	}
	if (stream->rx_protected || stream->tx_protected) {
		drop = advance_rtcp(stream, &v, &hdr, &tx, &out_ssrc,
				    &tx_index);
		if (drop)
			return drop;
	}
	if (err)
		return UCSEC_DROP_MALFORMED;
	restore_reported(stream, pkt);
	if (!tx)
		return UCSEC_DROP_NONE;
	if (out_ssrc != hdr.ssrc)
		ucsec_srtp_rtcp_set_ssrc(pkt->data, pkt->len, hdr.ssrc,
					 out_ssrc);
	err = ucsec_srtp_protect_rtcp(&tx->set, pkt->data, &pkt->len, pkt->cap,
				      tx_index);
	return err ? tx_drop_reason_of(err) : UCSEC_DROP_NONE;
}

bool ucsec_media_is_rtcp(const struct ucsec_path *path,
			 const struct ucsec_packet *pkt)
{
	return pkt->rtcp_port || (path->flags & UCSEC_F_RX_RTCP_MUX &&
				  ucsec_srtp_is_rtcp(pkt->data, pkt->len));
}

enum ucsec_drop ucsec_media_process(struct ucsec_stream *stream,
				    const struct ucsec_path *path,
				    struct ucsec_packet *pkt)
{
	enum ucsec_drop drop;

	if (!ucsec_source_accepts(stream, path, &pkt->saddr, pkt->sport,
				  pkt->rtcp_port))
		return UCSEC_DROP_SOURCE;
	pkt->rtcp = ucsec_media_is_rtcp(path, pkt);
	pkt->may_latch = !stream->rx_protected && !pkt->rtcp;
	pkt->rx_epoch = 0;
	drop = pkt->rtcp ? process_rtcp(stream, pkt) :
			   process_rtp(stream, pkt);
	if (drop)
		return drop;
	if (pkt->may_latch)
		ucsec_source_learn(stream, path, pkt);
	if (READ_ONCE(stream->last_media) != jiffies)
		WRITE_ONCE(stream->last_media, jiffies);
	return UCSEC_DROP_NONE;
}

void ucsec_media_refuse(struct ucsec_stream *stream, enum ucsec_drop reason,
			u32 len)
{
	atomic64_inc(&stream->drop[reason]);
	ucsec_stats_drop(stream->un->stats, reason);
	trace_ucsec_drop(stream->id, reason, len);
}
