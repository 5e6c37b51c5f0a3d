// SPDX-License-Identifier: GPL-2.0
/* Notifications: what is told to the listeners of the event group. */
#include <net/sock.h>
#include <net/genetlink.h>
#include "acl-fill.h"
#include "event.h"
#include "fill.h"

static void tell(struct ucsec_net *un, struct sk_buff *msg, void *hdr)
{
	int err;

	genlmsg_end(msg, hdr);
	err = genlmsg_multicast_netns(&ucsec_netlink_family, un->net, msg, 0,
				      UCSEC_NETLINK_EVENTS, GFP_KERNEL);
	/*
	 * A full listener shows as -ENOBUFS or, unless it asked for broadcast
	 * errors, as none at all: -ESRCH.
	 */
	if (!err)
		atomic64_inc(&un->events_sent);
	else
		atomic64_inc(&un->events_lost);
}

void ucsec_notify_stream(struct ucsec_stream *stream, enum ucsec_event event,
			 u64 count)
{
	struct ucsec_net *un = stream->un;
	struct ucsec_endpoint latched;
	struct sk_buff *msg;
	void *hdr;

	lockdep_assert_held(&un->lock);
	if (!genl_has_listeners(&ucsec_netlink_family, un->net,
				UCSEC_NETLINK_EVENTS))
		return;
	spin_lock_bh(&stream->lock);
	latched = stream->latched;
	spin_unlock_bh(&stream->lock);
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		goto lost;
	hdr = genlmsg_put(msg, 0, 0, &ucsec_netlink_family, 0,
			  UCSEC_CMD_STREAM_NTF);
	if (!hdr || nla_put_u32(msg, UCSEC_A_STREAM_ID, stream->id) ||
	    nla_put_u32(msg, UCSEC_A_STREAM_EVENT, event) ||
	    ucsec_fill_endpoint(msg, UCSEC_A_STREAM_IN, &stream->in,
				!stream->has_rtcp_port) ||
	    (stream->cookie_len &&
	     nla_put(msg, UCSEC_A_STREAM_COOKIE, stream->cookie_len,
		     stream->cookie)) ||
	    (event == UCSEC_EVENT_LATCHED &&
	     ucsec_fill_endpoint(msg, UCSEC_A_STREAM_LATCHED,
				 &latched, true)) ||
	    (count && nla_put_u64_64bit(msg, UCSEC_A_STREAM_COUNT, count,
					UCSEC_A_STREAM_PAD)))
		goto lost;
	tell(un, msg, hdr);
	return;

lost:
	nlmsg_free(msg);
	atomic64_inc(&un->events_lost);
}

void ucsec_notify_acl(struct ucsec_net *un, const struct ucsec_trunk *trunk,
		      enum ucsec_event event, u64 count)
{
	struct sk_buff *msg;
	void *hdr;

	lockdep_assert_held(&un->lock);
	if (!genl_has_listeners(&ucsec_netlink_family, un->net,
				UCSEC_NETLINK_EVENTS))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		goto lost;
	hdr = genlmsg_put(msg, 0, 0, &ucsec_netlink_family, 0,
			  UCSEC_CMD_ACL_NTF);
	if (!hdr || nla_put_u32(msg, UCSEC_A_TRUNK_EVENT, event) ||
	    (trunk && nla_put_u32(msg, UCSEC_A_TRUNK_ID, trunk->id)) ||
	    (trunk && trunk->cookie_len &&
	     nla_put(msg, UCSEC_A_TRUNK_COOKIE, trunk->cookie_len,
		     trunk->cookie)) ||
	    nla_put_u64_64bit(msg, UCSEC_A_TRUNK_COUNT, count,
			      UCSEC_A_TRUNK_PAD) ||
	    ucsec_fill_verdicts(msg, UCSEC_A_TRUNK_VERDICTS,
				trunk ? trunk->account : un->acl.unknown))
		goto lost;
	tell(un, msg, hdr);
	return;

lost:
	nlmsg_free(msg);
	atomic64_inc(&un->events_lost);
}
