// SPDX-License-Identifier: GPL-2.0
/*
 * Whose packets a stream takes.
 *
 * Without "from" any source is taken. With it the address must match, and
 * with the strict flag the port too; otherwise a port that is named may turn
 * out to be another one once. The latch flag, and such a port, hold the stream
 * to the source of the first accepted packet until it is told to forget it.
 */
#include "source.h"
#include "stream.h"

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
			const struct in6_addr *addr, __be16 port)
{
	bool latched = false;

	if ((path->flags & UCSEC_F_STRICT) || READ_ONCE(stream->is_latched))
		return;
	spin_lock(&stream->lock);
	if (!stream->is_latched) {
		stream->latched.addr = *addr;
		stream->latched.port = port;
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
