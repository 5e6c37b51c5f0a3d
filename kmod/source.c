// SPDX-License-Identifier: GPL-2.0
/*
 * Whose packets a stream takes.
 *
 * Without "from" any source is taken, and of plain RTP none is learned. With it
 * the address must match, and with the strict flag the port too; otherwise a
 * port that is named may turn out to be another one once. The latch flag, and
 * such a port, hold the stream to the source of the first accepted packet until
 * it is told to forget it.
 */
#include "media.h"
#include "source.h"

static bool holds_to_latch(const struct ucsec_path *path)
{
	if (path->flags & UCSEC_F_STRICT)
		return false;
	return (path->flags & UCSEC_F_LATCH) || path->from.port;
}

bool ucsec_source_accepts(struct ucsec_stream *stream,
			  const struct ucsec_path *path,
			  const struct in6_addr *addr, __be16 port, bool rtcp)
{
	const struct ucsec_endpoint *from = &path->from;
	bool ok = true;

	if (from->family != AF_UNSPEC) {
		if (!ipv6_addr_equal(&from->addr, addr))
			return false;
		if ((path->flags & UCSEC_F_STRICT) &&
		    port != (rtcp ? from->rtcp_port : from->port))
			return false;
	}
	if (!holds_to_latch(path) || !READ_ONCE(stream->is_latched))
		return true;
	spin_lock(&stream->lock);
	/* RTCP of its own port comes from another port of the same host. */
	if (stream->is_latched)
		ok = ipv6_addr_equal(&stream->latched.addr, addr) &&
		     (rtcp || stream->latched.port == port);
	spin_unlock(&stream->lock);
	return ok;
}

void ucsec_source_learn(struct ucsec_stream *stream,
			const struct ucsec_path *path,
			const struct ucsec_packet *pkt)
{
	bool latched = false;

	if ((path->flags & UCSEC_F_STRICT) || READ_ONCE(stream->is_latched))
		return;
	/* Whoever is first is not to be believed without either. */
	if (!stream->rx_protected && path->from.family == AF_UNSPEC)
		return;
	spin_lock(&stream->lock);
	/*
	 * A packet that was judged before a rekey or a change of "from" knows
	 * nothing of the far end that came with it.
	 */
	if (!stream->is_latched && rcu_access_pointer(stream->path) == path &&
	    (!stream->rx_protected || pkt->rx_epoch == stream->rx_epoch)) {
		stream->latched.addr = pkt->saddr;
		stream->latched.port = pkt->sport;
		stream->latched.family = stream->in.family;
		WRITE_ONCE(stream->is_latched, true);
		latched = true;
	}
	spin_unlock(&stream->lock);
	if (latched)
		ucsec_event_pend(stream, UCSEC_PENDING_LATCHED);
}

void ucsec_source_forget(struct ucsec_stream *stream)
{
	spin_lock_bh(&stream->lock);
	WRITE_ONCE(stream->is_latched, false);
	spin_unlock_bh(&stream->lock);
}
