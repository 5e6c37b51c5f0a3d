/* SPDX-License-Identifier: GPL-2.0 */
/* The route of a path, whatever form the packets are in. */
#ifndef UCSEC_ROUTE_H
#define UCSEC_ROUTE_H

#include <net/dst.h>
#include "stream.h"

/* A new route, with a reference; cached if nobody else is caching one. */
struct dst_entry *ucsec_route_renew(struct ucsec_stream *stream,
				    struct ucsec_path *path);

/*
 * NULL if there is none. @held: the caller has a reference; else the cache has
 * it, and the route lasts as long as RCU does. Under RCU.
 */
static inline struct dst_entry *ucsec_route_get(struct ucsec_stream *stream,
						struct ucsec_path *path,
						bool *held)
{
	struct ucsec_route *route = &path->route;
	struct dst_entry *dst;
	unsigned int seq;
	u32 cookie;

	seq = raw_read_seqcount(&route->seq);
	dst = READ_ONCE(route->dst);
	cookie = READ_ONCE(route->cookie);
	*held = false;
	if (likely(dst && !(seq & 1) &&
		   !read_seqcount_retry(&route->seq, seq) &&
		   dst_check(dst, cookie)))
		return dst;
	*held = true;
	return ucsec_route_renew(stream, path);
}

#endif /* UCSEC_ROUTE_H */
