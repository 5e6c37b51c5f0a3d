// SPDX-License-Identifier: GPL-2.0
/* Routes of paths: looked up once, cached, asked again when they change. */
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include "route.h"

static struct dst_entry *look_up_v4(struct ucsec_stream *stream,
				    const struct ucsec_endpoint *to)
{
	struct flowi4 fl4 = {
		.daddr = to->addr.s6_addr32[3],
		.saddr = stream->out.addr.s6_addr32[3],
		.flowi4_oif = stream->out.ifindex,
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.fl4_sport = stream->out.port,
		.fl4_dport = to->port,
	};
	struct rtable *rt = ip_route_output_flow(stream->un->net, &fl4, NULL);

	if (IS_ERR(rt))
		return NULL;
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return NULL;
	}
	return &rt->dst;
}

static struct dst_entry *look_up_v6(struct ucsec_stream *stream,
				    const struct ucsec_endpoint *to)
{
	struct flowi6 fl6 = {
		.daddr = to->addr,
		.saddr = stream->out.addr,
		.flowi6_oif = stream->out.ifindex,
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
		.fl6_sport = stream->out.port,
		.fl6_dport = to->port,
	};
	struct dst_entry *dst;

	dst = ip6_dst_lookup_flow(stream->un->net, NULL, &fl6, NULL);
	return IS_ERR(dst) ? NULL : dst;
}

/*
 * Readers under RCU may still use the old route: dst_release() frees it after a
 * grace period.
 */
struct dst_entry *ucsec_route_renew(struct ucsec_stream *stream,
				    struct ucsec_path *path)
{
	struct ucsec_route *route = &path->route;
	struct dst_entry *dst, *old;
	u32 cookie = 0;

	if (path->to.family == AF_INET) {
		dst = look_up_v4(stream, &path->to);
	} else {
		dst = look_up_v6(stream, &path->to);
		if (dst && !dst->xfrm)
			cookie = rt6_get_cookie((struct rt6_info *)dst);
	}
	if (!dst)
		return NULL;
	if (!spin_trylock(&route->lock))
		return dst;
	old = route->dst;
	write_seqcount_begin(&route->seq);
	WRITE_ONCE(route->dst, dst_clone(dst));
	WRITE_ONCE(route->cookie, cookie);
	write_seqcount_end(&route->seq);
	spin_unlock(&route->lock);
	dst_release(old);
	return dst;
}
