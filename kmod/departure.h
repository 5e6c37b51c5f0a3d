/* SPDX-License-Identifier: GPL-2.0 */
/* Frames of XDP: as they came, and how they are to leave. */
#ifndef UCSEC_DEPARTURE_H
#define UCSEC_DEPARTURE_H

#include <linux/if_ether.h>
#include <uapi/linux/ucsec-xdp.h>
#include "header.h"
#include "media.h"

struct xdp_buff;

/* A frame that came. */
struct ucsec_frame {
	struct xdp_buff *xdp;
	struct ucsec_net *un;
	struct net_device *from;	/* whose program runs */
	const struct net_device *dev;	/* the VLAN's, if it is tagged */
	struct udphdr *uh;
	struct ucsec_entry_key key;
	struct in6_addr saddr;
	struct ucsec_hop hop;
	u32 offset;			/* of the network header */
	u32 len;			/* of the datagram, with its header */
	bool v4;
};

struct ucsec_departure {
	struct dst_entry *dst;
	struct net_device *dev;		/* that takes the frame */
	const struct net_device *owner;	/* the VLAN's, or the same */
	struct neighbour *neigh;
	u8 mac[ETH_ALEN];
	u8 tos;
	bool held;			/* the route is to be released */
};

/*
 * NONE if the frame can leave by d->dst, or why not; @trailer: by how much it
 * may grow. Under RCU, with bottom halves off.
 */
enum ucsec_xdp_way ucsec_departure_find(const struct ucsec_frame *f,
					const struct ucsec_path *path,
					const struct ucsec_packet *pkt,
					u32 trailer, struct ucsec_departure *d);
/* What was before the payload is not read any more. */
void ucsec_departure_write(const struct ucsec_frame *f,
			   const struct ucsec_departure *d,
			   const struct ucsec_stream *stream,
			   const struct ucsec_path *path,
			   const struct ucsec_packet *pkt);

#endif /* UCSEC_DEPARTURE_H */
