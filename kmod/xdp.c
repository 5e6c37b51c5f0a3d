// SPDX-License-Identifier: GPL-2.0
/*
 * Arrival in XDP: frames instead of packets, the same streams.
 *
 * All that may stand in the way is asked before anything is touched or counted,
 * so that what cannot be done here is done by the netfilter hook, as if there
 * were no XDP. From then on a frame leaves or is refused.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/dsfield.h>
#include <net/ip6_checksum.h>
#include <net/xdp.h>
#include <net/xfrm.h>
#include "departure.h"
#include "route.h"
#include "xdp.h"

/*
 * Does the datagram lie within @len bytes behind the network header? Its length
 * is read here alone: frames of AF_XDP lie in memory that a process may write.
 */
static bool fits(struct ucsec_frame *f, u32 len)
{
	f->len = ntohs(READ_ONCE(f->uh->len));
	return (u8 *)f->uh + len <= (u8 *)f->xdp->data_end &&
	       f->len >= sizeof(*f->uh) && f->len <= len;
}

/* NONE: to go on with. */
static enum ucsec_xdp_way read_v4(struct ucsec_frame *f, struct iphdr *iph)
{
	u32 len = ntohs(iph->tot_len);

	if (iph->version != 4 || iph->ihl != 5 || iph->protocol != IPPROTO_UDP ||
	    iph->frag_off & htons(IP_MF | IP_OFFSET) || len < sizeof(*iph) ||
	    !fits(f, len - sizeof(*iph)) || ip_fast_csum(iph, 5))
		return UCSEC_XDP_UP_FORM;
	ipv6_addr_set_v4mapped(iph->daddr, &f->key.addr);
	ipv6_addr_set_v4mapped(iph->saddr, &f->saddr);
	f->hop.tos = iph->tos;
	f->hop.ttl = iph->ttl;
	return UCSEC_XDP_NONE;
}

/* What the stack drops before the hook has it. */
static bool is_refused_v6(const struct net_device *dev,
			  const struct ipv6hdr *ip6h)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);

	return !idev || READ_ONCE(idev->cnf.disable_ipv6) ||
	       ipv6_addr_is_multicast(&ip6h->saddr) ||
	       ipv6_addr_loopback(&ip6h->saddr) ||
	       ipv6_addr_loopback(&ip6h->daddr);
}

static enum ucsec_xdp_way read_v6(struct ucsec_frame *f, struct ipv6hdr *ip6h)
{
	if (ip6h->version != 6 || ip6h->nexthdr != IPPROTO_UDP ||
	    !fits(f, ntohs(ip6h->payload_len)) || is_refused_v6(f->dev, ip6h))
		return UCSEC_XDP_UP_FORM;
	f->key.addr = ip6h->daddr;
	if (ipv6_addr_type(&ip6h->daddr) & IPV6_ADDR_LINKLOCAL)
		f->key.scope = f->dev->ifindex;
	f->saddr = ip6h->saddr;
	f->hop.tos = ipv6_get_dsfield(ip6h);
	f->hop.ttl = ip6h->hop_limit;
	return UCSEC_XDP_NONE;
}

static bool is_intact(const struct ucsec_frame *f)
{
	u32 len = f->len;

	/* IPv6 forbids to do without, RFC 8200 section 8.1. */
	if (!f->uh->check)
		return f->v4;
	if (f->v4)
		return !csum_tcpudp_magic(f->saddr.s6_addr32[3],
					  f->key.addr.s6_addr32[3], len,
					  IPPROTO_UDP,
					  csum_partial(f->uh, len, 0));
	return !csum_ipv6_magic(&f->saddr, &f->key.addr, len, IPPROTO_UDP,
				csum_partial(f->uh, len, 0));
}

/*
 * A tag that the device took off is beside the frame, where nobody here sees it:
 * the frame may be of a VLAN, and in generic mode would leave with that tag.
 */
static bool hides_tags(struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *at;

	if (likely(list_empty(&dev->adj_list.upper)) ||
	    !(dev->features & (NETIF_F_HW_VLAN_CTAG_RX |
			       NETIF_F_HW_VLAN_STAG_RX)))
		return false;
	netdev_for_each_upper_dev_rcu(dev, upper, at)
		if (is_vlan_dev(upper))
			return true;
	return false;
}

/*
 * The device that the stack would say it came by. Ports of bridges and bonds,
 * and what has a macvlan on it, are the business of those.
 */
static bool find_device(struct ucsec_frame *f)
{
	const struct vlan_ethhdr *eth = f->xdp->data;
	struct net_device *dev = f->from;

	if (rcu_access_pointer(dev->rx_handler))
		return false;
	if (f->offset == VLAN_ETH_HLEN) {
		/* Programs say so; the look-up warns of any other. */
		if (!eth_type_vlan(eth->h_vlan_proto))
			return false;
		dev = __vlan_find_dev_deep_rcu(dev, eth->h_vlan_proto,
					       ntohs(eth->h_vlan_TCI) &
					       VLAN_VID_MASK);
		/* It may be another namespace's. */
		if (!dev || !(dev->flags & IFF_UP) ||
		    rcu_access_pointer(dev->rx_handler) ||
		    !net_eq(dev_net(dev), f->un->net))
			return false;
	} else if (hides_tags(dev)) {
		return false;
	}
	f->dev = dev;
	return ether_addr_equal(eth->h_dest, dev->dev_addr);
}

/*
 * In generic mode there is an skb behind the frame, and GRO may have made it of
 * several datagrams; their checksum may be none, so that nothing else tells. The
 * hook takes them one by one.
 */
static bool is_train(const struct ucsec_frame *f)
{
	return rcu_access_pointer(f->from->xdp_prog) &&
	       xdp_get_shared_info_from_buff(f->xdp)->gso_size;
}

/* The UDP header, or NULL if there is none to be read. */
static struct udphdr *find_udp(const struct ucsec_frame *f)
{
	const u8 *end = f->xdp->data_end, *l3 = f->xdp->data + f->offset;
	u32 len = sizeof(struct udphdr);

	if (f->offset != ETH_HLEN && f->offset != VLAN_ETH_HLEN)
		return NULL;
	if (l3 + sizeof(struct iphdr) + len > end)
		return NULL;
	if (l3[0] >> 4 == 4)
		l3 += (l3[0] & 15) * 4;
	else
		l3 += sizeof(struct ipv6hdr);
	return l3 + len <= end ? (struct udphdr *)l3 : NULL;
}

static enum ucsec_xdp_way read_frame(struct ucsec_frame *f)
{
	void *l3 = f->xdp->data + f->offset;
	__be16 proto = *((__be16 *)l3 - 1);

	if (!find_device(f))
		return UCSEC_XDP_UP_LINK;
	/* The version says the same, which is seen to below. */
	f->v4 = proto == htons(ETH_P_IP);
	if (!f->v4 && proto != htons(ETH_P_IPV6))
		return UCSEC_XDP_UP_FORM;
	f->key.port = f->uh->dest;
	return f->v4 ? read_v4(f, l3) : read_v6(f, l3);
}

/* The hook asks it packet by packet; here there is nothing but clear ones. */
static bool policies_apply(const struct net *net)
{
#ifdef CONFIG_XFRM
	return READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_IN]) ||
	       READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_IN]) !=
	       XFRM_USERPOLICY_ACCEPT;
#else
	return false;
#endif
}

/* From here on it is counted, and does not go up any more. */
static int take(const struct ucsec_frame *f, const struct ucsec_departure *d,
		struct ucsec_stream *stream, const struct ucsec_path *path,
		struct ucsec_packet *pkt)
{
	enum ucsec_drop drop;

	ucsec_stats_packet(f->un->stats, stream->stats, UCSEC_STAT_RX_PACKETS,
			   pkt->len);
	drop = ucsec_media_process(stream, path, pkt);
	if (drop) {
		ucsec_media_refuse(stream, drop, pkt->len);
		return -UCSEC_XDP_DROP;
	}
	ucsec_departure_write(f, d, stream, path, pkt);
	ucsec_media_sent(stream, pkt);
	return d->dev == f->from ? -UCSEC_XDP_TX : d->dev->ifindex;
}

static int take_or_leave(const struct ucsec_frame *f, struct ucsec_entry *entry)
{
	struct ucsec_stream *stream = ucsec_entry_stream(entry);
	struct ucsec_path *path = rcu_dereference(stream->path);
	u32 trailer = stream->tx_protected ? UCSEC_SRTP_TRAILER_MAX : 0;
	struct ucsec_packet pkt = {
		.data = (u8 *)(f->uh + 1),
		.len = f->len - sizeof(*f->uh),
		.saddr = f->saddr,
		.sport = f->uh->source,
		.rtcp_port = entry->rtcp,
	};
	struct ucsec_departure d;
	int way;

	pkt.cap = (u8 *)xdp_data_hard_end(f->xdp) - pkt.data;
	if (!ucsec_srtp_is_rtp_or_rtcp(pkt.data, pkt.len))
		return -UCSEC_XDP_UP_NOT_RTP;
	if (policies_apply(f->un->net))
		return -UCSEC_XDP_UP_POLICY;
	if (ucsec_header_check(path, &f->hop, pkt.len,
			       ucsec_media_is_rtcp(path, &pkt)))
		return -UCSEC_XDP_UP_FORM;
	d.tos = ucsec_header_tos(path, &f->hop);
	d.dst = ucsec_route_get(stream, path, &d.held);
	if (!d.dst)
		return -UCSEC_XDP_UP_ROUTE;
	way = -ucsec_departure_find(f, path, &pkt, trailer, &d);
	if (!way)
		way = take(f, &d, stream, path, &pkt);
	if (unlikely(d.held))
		dst_release(d.dst);
	return way;
}

/* Who wants what comes to the port, as the hook asks it; 0 for nobody. */
static u32 users_of(const struct ucsec_frame *f)
{
	/* None before somebody had a stream here, or rules. */
	const u32 *ports = smp_load_acquire(&f->un->ports);

	return ports ? READ_ONCE(ports[ntohs(f->uh->dest)]) : 0;
}

static int process(struct ucsec_frame *f)
{
	struct ucsec_entry *entry = NULL;
	enum ucsec_xdp_way way;
	u32 users;

	if (xdp_buff_has_frags(f->xdp))
		return -UCSEC_XDP_UP_FORM;
	f->uh = find_udp(f);
	if (!f->uh)
		return -UCSEC_XDP_UP_FORM;
	users = users_of(f);
	if (!users)
		return -UCSEC_XDP_OTHER;
	if (is_train(f))
		return -UCSEC_XDP_UP_FORM;
	way = read_frame(f);
	if (way)
		return -way;
	if (users & ~UCSEC_PORT_SIGNALLING)
		entry = ucsec_media_find(f->un, &f->key, f->dev);
	if (entry)
		return is_intact(f) ? take_or_leave(f, entry) :
				      -UCSEC_XDP_UP_CSUM;
	if (users & UCSEC_PORT_DATAGRAM)
		return -ucsec_xdp_signalling(f);
	return -UCSEC_XDP_UP_NO_STREAM;
}

int ucsec_xdp_datagram(struct xdp_md *ctx, u32 offset)
{
	/* Programs know it by another name. */
	struct xdp_buff *xdp = (struct xdp_buff *)ctx;
	struct ucsec_frame f = { .xdp = xdp, .offset = offset };
	int way = -UCSEC_XDP_UP_LINK;

	/* Test runs come in a process. */
	local_bh_disable();
	rcu_read_lock();
	/* veth forgets it while the last frames of a program are on their way. */
	f.from = READ_ONCE(xdp->rxq->dev);
	if (likely(f.from)) {
		f.un = ucsec_net(dev_net(f.from));
		way = process(&f);
	}
	rcu_read_unlock();
	local_bh_enable();
	return way;
}

/* From 6.9 on the kernel tells sets of functions from others, and wants one. */
#ifndef BTF_KFUNCS_START
#define BTF_KFUNCS_START	BTF_SET8_START
#define BTF_KFUNCS_END		BTF_SET8_END
#endif

BTF_KFUNCS_START(xdp_kfuncs)
BTF_ID_FLAGS(func, ucsec_xdp_datagram)
BTF_KFUNCS_END(xdp_kfuncs)

static const struct btf_kfunc_id_set xdp_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &xdp_kfuncs,
};

/* The registration does not mind if there is none of it. */
static bool has_btf(void)
{
#ifdef CONFIG_DEBUG_INFO_BTF_MODULES
	/* The set is empty if nobody entered the numbers of the functions. */
	return THIS_MODULE->btf_data_size && xdp_kfuncs.cnt;
#else
	return false;
#endif
}

void ucsec_xdp_init(void)
{
	int err;

	if (!has_btf()) {
		pr_info("no XDP: this module was built without BTF\n");
		return;
	}
	err = register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &xdp_kfunc_set);
	if (err)
		pr_warn("no XDP: the kernel does not take the module's BTF (%d)\n",
			err);
}
