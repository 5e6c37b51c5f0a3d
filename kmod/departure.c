// SPDX-License-Identifier: GPL-2.0
/*
 * Departure of a frame: by which device and to whom, asked before anything is
 * touched; then the headers.
 *
 * The route is the path's own, not one of bpf_fib_lookup(): that one wants
 * forwarding switched on, which a gateway of media has no use for, and knows no
 * IPsec policy, so that what is to be encrypted would leave as it is.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/udp.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <net/xdp.h>
#include "departure.h"

static bool has_native(const struct net_device *dev)
{
	const struct bpf_xdp_entity *entity = &dev->xdp_state[XDP_MODE_DRV];

	return READ_ONCE(entity->prog) || READ_ONCE(entity->link);
}

/*
 * Frames vanish without a word in a device that has no queues for them: drivers
 * make those when they get a program of their own, and the end of a veth polls
 * what the other end sends when it has one, or GRO.
 */
static bool takes_frames(const struct ucsec_frame *f, struct net_device *dev)
{
	const struct net_device *from = f->from, *peer;

	if (dev->type != ARPHRD_ETHER || !(dev->flags & IFF_UP))
		return false;
	/* In generic mode it leaves as an skb. */
	if (rcu_access_pointer(from->xdp_prog))
		return true;
	if (dev != from && (!dev->netdev_ops->ndo_xdp_xmit || !has_native(dev)))
		return false;
	if (!dev->netdev_ops->ndo_get_peer_dev)
		return true;
	peer = dev->netdev_ops->ndo_get_peer_dev(dev);
	return peer && peer->flags & IFF_UP &&
	       (has_native(peer) || peer->wanted_features & NETIF_F_GRO);
}

static bool find_device(const struct ucsec_frame *f, struct ucsec_departure *d)
{
	struct net_device *dev = d->dst->dev;

	d->owner = dev;
	if (is_vlan_dev(dev)) {
		dev = vlan_dev_priv(dev)->real_dev;
		/* Of another namespace, its number is another device's here. */
		if (is_vlan_dev(dev) || !(d->owner->flags & IFF_UP) ||
		    !net_eq(dev_net(dev), f->un->net))
			return false;
	}
	d->dev = dev;
	return takes_frames(f, dev);
}

static struct neighbour *look_up_neighbour(const struct ucsec_path *path,
					   const struct dst_entry *dst)
{
	const struct rtable *rt = (const struct rtable *)dst;

	if (path->to.family == AF_INET6)
		return __ipv6_neigh_lookup_noref_stub(dst->dev,
				rt6_nexthop((const struct rt6_info *)dst,
					    &path->to.addr));
	if (rt->rt_gw_family == AF_INET6)
		return __ipv6_neigh_lookup_noref_stub(dst->dev, &rt->rt_gw6);
	return __ipv4_neigh_lookup_noref(dst->dev,
			(__force u32)rt_nexthop(rt, path->to.addr.s6_addr32[3]));
}

/* Known as the stack would use it; nobody is asked for it yet. */
static bool find_neighbour(const struct ucsec_path *path,
			   struct ucsec_departure *d)
{
	struct neighbour *n = look_up_neighbour(path, d->dst);

	if (!n || !(READ_ONCE(n->nud_state) & NUD_VALID))
		return false;
	d->neigh = n;
	neigh_ha_snapshot(d->mac, n, d->dst->dev);
	return true;
}

static u32 header_len(const struct ucsec_path *path,
		      const struct ucsec_departure *d)
{
	return ETH_HLEN + (d->owner != d->dev ? VLAN_HLEN : 0) +
	       sizeof(struct udphdr) +
	       (path->to.family == AF_INET ? sizeof(struct iphdr) :
					     sizeof(struct ipv6hdr));
}

enum ucsec_xdp_way ucsec_departure_find(const struct ucsec_frame *f,
					const struct ucsec_path *path,
					const struct ucsec_packet *pkt,
					u32 trailer, struct ucsec_departure *d)
{
	const struct xdp_buff *xdp = f->xdp;
	u32 head;

	if (d->dst->xfrm)
		return UCSEC_XDP_UP_POLICY;
	/*
	 * A tunnel, a multicast router, or IPsec that has no key yet. Some
	 * tunnels (MPLS) come in behind this output.
	 */
	if (d->dst->lwtstate ||
	    (d->dst->output != ip_output && d->dst->output != ip6_output))
		return UCSEC_XDP_UP_ROUTE;
	if (!find_device(f, d))
		return UCSEC_XDP_UP_DEVICE;
	head = header_len(path, d);
	if (head - ETH_HLEN + pkt->len + trailer > dst_mtu(d->dst))
		return UCSEC_XDP_UP_MTU;
	if (pkt->data - (u8 *)xdp->data_hard_start <
	    (long)(head + sizeof(struct xdp_frame)) ||
	    pkt->cap < pkt->len + trailer)
		return UCSEC_XDP_UP_ROOM;
	if (!find_neighbour(path, d))
		return UCSEC_XDP_UP_NEIGHBOUR;
	return UCSEC_XDP_NONE;
}

static void write_v4(const struct ucsec_stream *stream,
		     const struct ucsec_path *path, struct udphdr *uh, u32 len,
		     const struct ucsec_frame *f, const struct ucsec_departure *d)
{
	struct iphdr *iph = (struct iphdr *)uh - 1;

	ucsec_header_v4(stream, path, iph, len + sizeof(*iph), dst_mtu(d->dst),
			f->hop.ttl - 1, d->tos);
	iph->tot_len = htons(len + sizeof(*iph));
	ip_send_check(iph);
	uh->check = csum_tcpudp_magic(iph->saddr, iph->daddr, len, IPPROTO_UDP,
				      csum_partial(uh, len, 0));
}

static void write_v6(const struct ucsec_stream *stream,
		     const struct ucsec_path *path, struct udphdr *uh, u32 len,
		     const struct ucsec_frame *f, const struct ucsec_departure *d)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)uh - 1;

	ucsec_header_v6(stream, path, ip6h, len, f->hop.ttl - 1, d->tos);
	uh->check = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len,
				    IPPROTO_UDP, csum_partial(uh, len, 0));
}

static void write_link(const struct ucsec_departure *d, void *data,
		       __be16 proto)
{
	struct vlan_ethhdr *tagged = data;
	struct ethhdr *eth = data;

	ether_addr_copy(eth->h_dest, d->mac);
	ether_addr_copy(eth->h_source, d->owner->dev_addr);
	eth->h_proto = proto;
	if (d->owner == d->dev)
		return;
	tagged->h_vlan_encapsulated_proto = proto;
	tagged->h_vlan_proto = vlan_dev_vlan_proto(d->owner);
	tagged->h_vlan_TCI = htons(vlan_dev_vlan_id(d->owner) |
		vlan_dev_get_egress_qos_mask((struct net_device *)d->owner,
					     rt_tos2priority(d->tos)));
}

void ucsec_departure_write(const struct ucsec_frame *f,
			   const struct ucsec_departure *d,
			   const struct ucsec_stream *stream,
			   const struct ucsec_path *path,
			   const struct ucsec_packet *pkt)
{
	struct udphdr *uh = (struct udphdr *)pkt->data - 1;
	bool no_meta = xdp_data_meta_unsupported(f->xdp);
	u32 len = pkt->len + sizeof(*uh);
	bool v4 = path->to.family == AF_INET;

	/* Asked for again where that is due, but not for what was refused. */
	neigh_event_send(d->neigh, NULL);
	ucsec_header_udp(stream, path, uh, len, pkt->rtcp);
	uh->check = 0;
	if (v4)
		write_v4(stream, path, uh, len, f, d);
	else
		write_v6(stream, path, uh, len, f, d);
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
	f->xdp->data = pkt->data - header_len(path, d);
	f->xdp->data_end = pkt->data + pkt->len;
	f->xdp->data_meta = f->xdp->data;
	if (no_meta)
		xdp_set_data_meta_invalid(f->xdp);
	write_link(d, f->xdp->data, v4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6));
}
