/* SPDX-License-Identifier: GPL-2.0 */
/* The road of a packet between arrival and departure. */
#ifndef UCSEC_MEDIA_H
#define UCSEC_MEDIA_H

#include <linux/netdevice.h>
#include <net/l3mdev.h>
#include "stream.h"

struct ucsec_packet {
	u8 *data;		/* UDP payload */
	u32 len;
	u32 cap;		/* bytes from @data that may be written */
	struct in6_addr saddr;
	__be16 sport;
	bool rtcp_port;		/* arrived on the RTCP port */
	bool rtcp;		/* is RTCP; set by the road */
	bool may_latch;		/* its source may be learned; likewise */
	u32 rx_epoch;		/* of the keys it was judged by; likewise */
};

/*
 * The row of a media port that takes what comes by @dev, or NULL. All of this
 * is under RCU, with bottom halves off.
 */
static inline struct ucsec_entry *
ucsec_media_find(struct ucsec_net *un, const struct ucsec_entry_key *key,
		 const struct net_device *dev)
{
	struct ucsec_entry *entry = ucsec_stream_lookup_rcu(un, key);
	int ifindex;

	if (!entry)
		return NULL;
	ifindex = ucsec_entry_stream(entry)->in.ifindex;
	if (!ifindex || ifindex == dev->ifindex ||
	    ifindex == l3mdev_master_ifindex_rcu(dev))
		return entry;
	return NULL;
}

/* By its port and, where they share one, by its first bytes. */
bool ucsec_media_is_rtcp(const struct ucsec_path *path,
			 const struct ucsec_packet *pkt);
/* Drop reason, or UCSEC_DROP_NONE if the packet may leave. */
enum ucsec_drop ucsec_media_process(struct ucsec_stream *stream,
				    const struct ucsec_path *path,
				    struct ucsec_packet *pkt);
/* What came is counted where it came; then one of these. */
void ucsec_media_refuse(struct ucsec_stream *stream, enum ucsec_drop reason,
			u32 len);
static inline void ucsec_media_sent(struct ucsec_stream *stream,
				    const struct ucsec_packet *pkt)
{
	struct ucsec_stats_cpu __percpu *stats = stream->un->stats;

	ucsec_stats_packet(stats, stream->stats, UCSEC_STAT_TX_PACKETS,
			   pkt->len);
	if (pkt->rtcp)
		ucsec_stats_inc(stats, stream->stats, UCSEC_STAT_RTCP_PACKETS);
}

#endif /* UCSEC_MEDIA_H */
