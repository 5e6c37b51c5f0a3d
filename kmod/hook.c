// SPDX-License-Identifier: GPL-2.0
/*
 * Arrival: netfilter hooks that pick the packets of media and signalling ports
 * out of all others; media they take from there to departure.
 *
 * Before conntrack, so that media makes no entries there and is not rewritten,
 * and what the ACL drops makes none either; after defragmentation and the raw
 * table, so that both have their say. INPUT rules never see media.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <linux/netfilter_bridge.h>
#include <net/xfrm.h>
#include "forward.h"
#include "hook.h"
#include "media.h"
#include "signalling.h"
#include "skb.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

#define HOOK_PRIORITY	(NF_IP_PRI_CONNTRACK - 1)

/* A packet that reached a media port. */
struct arrival {
	struct ucsec_stream *stream;
	struct ucsec_entry *entry;
	struct in6_addr saddr;
	struct ucsec_hop hop;
	unsigned int thoff;
	u16 family;
};

/* Counts and frees. */
static void drop_skb(struct ucsec_stream *stream, struct sk_buff *skb,
		     enum ucsec_drop reason)
{
	ucsec_media_refuse(stream, reason, skb->len);
	kfree_skb(skb);
}

static enum ucsec_drop check_policy(const struct arrival *a,
				    struct sk_buff *skb)
{
	bool ok = a->family == AF_INET ?
		  xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb) :
		  xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb);

	return ok ? UCSEC_DROP_NONE : UCSEC_DROP_POLICY;
}

/* Length and checksum of the datagram; trims what is behind it. */
static enum ucsec_drop check_udp(const struct arrival *a, struct sk_buff *skb)
{
	const struct udphdr *uh = (void *)(skb->data + a->thoff);
	unsigned int len = ntohs(uh->len);

	if (len < sizeof(*uh) || len > skb->len - a->thoff)
		return UCSEC_DROP_MALFORMED;
	if (!uh->check) {
		/* IPv6 forbids it, RFC 8200 section 8.1. */
		if (a->family == AF_INET6)
			return UCSEC_DROP_CSUM;
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	if (len < skb->len - a->thoff &&
	    pskb_trim_rcsum(skb, a->thoff + len))
		return UCSEC_DROP_NOMEM;
	if (skb_csum_unnecessary(skb) || skb->ip_summed == CHECKSUM_PARTIAL)
		return UCSEC_DROP_NONE;
	if (a->family == AF_INET ?
	    nf_ip_checksum(skb, NF_INET_PRE_ROUTING, a->thoff, IPPROTO_UDP) :
	    nf_ip6_checksum(skb, NF_INET_PRE_ROUTING, a->thoff, IPPROTO_UDP))
		return UCSEC_DROP_CSUM;
	return UCSEC_DROP_NONE;
}

static bool hands_up(const struct ucsec_path *path, const struct sk_buff *skb,
		     unsigned int offset)
{
	u8 buf[2], *first;

	if (!(path->flags & UCSEC_F_HAND_UP))
		return false;
	first = skb_header_pointer(skb, offset, sizeof(buf), buf);
	return !first || !ucsec_srtp_is_rtp_or_rtcp(first, sizeof(buf));
}

/*
 * What is neither RTP nor RTCP, for the local socket if the stream says so:
 * left to the stack, before anything of it is touched.
 */
static bool take_up(const struct arrival *a, const struct sk_buff *skb)
{
	struct ucsec_stream *stream = a->stream;
	unsigned int payload = a->thoff + sizeof(struct udphdr);

	if (!hands_up(rcu_dereference(stream->path), skb, payload))
		return false;
	ucsec_stats_packet(stream->un->stats, stream->stats,
			   UCSEC_STAT_RX_PACKETS, skb->len - payload);
	ucsec_stats_inc(stream->un->stats, stream->stats,
			UCSEC_STAT_UP_PACKETS);
	return true;
}

/* The whole way of one datagram; consumes it. */
static unsigned int take(const struct arrival *a, struct sk_buff *skb)
{
	struct ucsec_stream *stream = a->stream;
	struct ucsec_path *path = rcu_dereference(stream->path);
	unsigned int payload = a->thoff + sizeof(struct udphdr);
	struct ucsec_packet pkt;
	enum ucsec_drop drop;

	ucsec_stats_packet(stream->un->stats, stream->stats,
			   UCSEC_STAT_RX_PACKETS, skb->len - payload);
	drop = check_policy(a, skb);
	if (!drop)
		drop = check_udp(a, skb);
	if (drop)
		goto drop;
	drop = UCSEC_DROP_NOMEM;
	if (!ucsec_skb_own(skb, stream->tx_protected ?
				UCSEC_SRTP_TRAILER_MAX : 0))
		goto drop;
	/* One large datagram of a tap: ours now, whatever it was to be. */
	if (unlikely(skb_is_gso(skb)))
		skb_gso_reset(skb);
	pkt.sport = ((struct udphdr *)(skb->data + a->thoff))->source;
	pkt.saddr = a->saddr;
	pkt.rtcp_port = a->entry->rtcp;
	__skb_pull(skb, payload);
	pkt.data = skb->data;
	pkt.len = skb->len;
	pkt.cap = skb->len + skb_tailroom(skb);
	drop = UCSEC_DROP_NOT_RTP;
	if (!ucsec_srtp_is_rtp_or_rtcp(pkt.data, pkt.len))
		goto drop;
	drop = ucsec_media_process(stream, path, &pkt);
	if (drop)
		goto drop;
	ucsec_skb_resize(skb, pkt.len);
	drop = ucsec_forward(stream, path, skb, &a->hop, pkt.rtcp);
	if (drop == UCSEC_DROP_SEND) {
		ucsec_media_refuse(stream, drop, pkt.len);
		return NF_STOLEN;
	}
	if (drop)
		goto drop;
	ucsec_media_sent(stream, &pkt);
	return NF_STOLEN;

drop:
	drop_skb(stream, skb, drop);
	return NF_STOLEN;
}

/* Of a media port, but not in a form that is taken. */
static unsigned int refuse(const struct arrival *a, struct sk_buff *skb,
			   enum ucsec_drop reason)
{
	ucsec_stats_packet(a->stream->un->stats, a->stream->stats,
			   UCSEC_STAT_RX_PACKETS, skb->len - a->thoff -
			   sizeof(struct udphdr));
	drop_skb(a->stream, skb, reason);
	return NF_STOLEN;
}

/* One by one. */
static unsigned int take_train(const struct arrival *a, struct sk_buff *skb)
{
	struct sk_buff *segs, *seg, *next;

	/* A train is of one kind: its first datagram speaks for all. */
	if (take_up(a, skb))
		return NF_ACCEPT;
	segs = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segs))
		return refuse(a, skb, PTR_ERR(segs) == -ENOMEM ?
			      UCSEC_DROP_NOMEM : UCSEC_DROP_MALFORMED);
	consume_skb(skb);
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		take(a, seg);
	}
	return NF_STOLEN;
}

/*
 * Softirqs stay off while a stream is worked on: its lock and its counters are
 * taken by them, and a packet that comes back from NFQUEUE comes in a process.
 */
static unsigned int dispatch(const struct arrival *a, struct sk_buff *skb,
			     enum ucsec_drop refusal)
{
	unsigned int verdict;

	local_bh_disable();
	if (unlikely(refusal))
		verdict = refuse(a, skb, refusal);
	else if (unlikely(ucsec_skb_is_train(skb)))
		verdict = take_train(a, skb);
	else if (unlikely(take_up(a, skb)))
		verdict = NF_ACCEPT;
	else
		verdict = take(a, skb);
	local_bh_enable();
	return verdict;
}

static bool find_stream(struct arrival *a, const struct sk_buff *skb,
			struct ucsec_net *un, __be16 port)
{
	struct ucsec_entry_key key = { .port = port };

	if (a->family == AF_INET) {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &key.addr);
	} else {
		key.addr = ipv6_hdr(skb)->daddr;
		if (ipv6_addr_type(&key.addr) & IPV6_ADDR_LINKLOCAL)
			key.scope = skb->dev->ifindex;
	}
	a->entry = ucsec_media_find(un, &key, skb->dev);
	if (!a->entry)
		return false;
	a->stream = ucsec_entry_stream(a->entry);
	return true;
}

/* The UDP header is there, in one piece. */
static bool is_readable(struct sk_buff *skb, unsigned int thoff)
{
	return pskb_may_pull(skb, thoff + sizeof(struct udphdr));
}

/*
 * It is too short, which the stack will see, or there is no memory to read it:
 * then it is not passed on unseen.
 */
static noinline unsigned int unreadable(struct ucsec_net *un,
					const struct sk_buff *skb,
					unsigned int thoff)
{
	struct udphdr buf;
	const struct udphdr *uh = skb_header_pointer(skb, thoff, sizeof(buf),
						     &buf);

	if (!uh || !READ_ONCE(un->ports[ntohs(uh->dest)]))
		return NF_ACCEPT;
	local_bh_disable();
	ucsec_stats_drop(un->stats, UCSEC_DROP_NOMEM);
	local_bh_enable();
	return NF_DROP;
}

/* Who wants what comes to its port; 0 for nobody. No lock, no copy. */
static u32 users_of(const struct ucsec_net *un, const struct sk_buff *skb,
		    unsigned int thoff)
{
	const struct udphdr *uh = (void *)(skb->data + thoff);

	return READ_ONCE(un->ports[ntohs(uh->dest)]);
}

/*
 * A port may be of media and of signalling, on different addresses: streams
 * name theirs. Media comes to one host; signalling may come to all on a link.
 */
static bool find_media(struct arrival *a, const struct sk_buff *skb,
		       struct ucsec_net *un)
{
	const struct udphdr *uh = (void *)(skb->data + a->thoff);

	return likely(skb->pkt_type == PACKET_HOST) &&
	       find_stream(a, skb, un, uh->dest);
}

/*
 * Not for this host: by its link address, or as seen by a bridge that lets
 * iptables look at what it forwards.
 */
static bool is_foreign(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *nf_bridge = nf_bridge_info_get(skb);

	if (nf_bridge && nf_bridge->pkt_otherhost)
		return true;
#endif
	return skb->pkt_type == PACKET_OTHERHOST;
}

static unsigned int take_segment(struct ucsec_net *un, struct sk_buff *skb,
				 u16 family, unsigned int thoff)
{
	if (likely(!READ_ONCE(un->acl.streams)) || is_foreign(skb))
		return NF_ACCEPT;
	return ucsec_signalling_segment(un, skb, family, thoff);
}

static unsigned int judge(struct ucsec_net *un, struct sk_buff *skb, u16 family,
			  unsigned int thoff, u32 users, bool broken)
{
	if (!(users & UCSEC_PORT_DATAGRAM))
		return NF_ACCEPT;
	return ucsec_signalling_datagram(un, skb, family, thoff, broken);
}

/* Apart from the hook, which has no need of its memory for all the others. */
static noinline unsigned int media_v4(struct ucsec_net *un,
				      struct sk_buff *skb, unsigned int thoff,
				      u32 users)
{
	const struct iphdr *iph = ip_hdr(skb);
	bool broken = iph->frag_off & htons(IP_MF);
	struct arrival a;

	a.family = AF_INET;
	a.thoff = thoff;
	if (!find_media(&a, skb, un))
		return judge(un, skb, AF_INET, thoff, users, broken);
	ipv6_addr_set_v4mapped(iph->saddr, &a.saddr);
	a.hop.tos = iph->tos;
	a.hop.ttl = iph->ttl;
	if (unlikely(broken))
		return dispatch(&a, skb, UCSEC_DROP_FRAGMENT);
	if (unlikely(iph->ihl != 5))
		return dispatch(&a, skb, UCSEC_DROP_OPTIONS);
	return dispatch(&a, skb, UCSEC_DROP_NONE);
}

static unsigned int hook_v4(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct ucsec_net *un = priv;
	unsigned int thoff = iph->ihl * 4;
	u32 users;

	/* The first fragment has the ports; the others never get whole. */
	if (unlikely(iph->frag_off & htons(IP_OFFSET)))
		return NF_ACCEPT;
	if (iph->protocol == IPPROTO_TCP)
		return take_segment(un, skb, AF_INET, thoff);
	if (iph->protocol != IPPROTO_UDP || is_foreign(skb))
		return NF_ACCEPT;
	if (unlikely(!is_readable(skb, thoff)))
		return unreadable(un, skb, thoff);
	users = users_of(un, skb, thoff);
	if (likely(!users))
		return NF_ACCEPT;
	if (users & ~UCSEC_PORT_SIGNALLING)
		return media_v4(un, skb, thoff, users);
	return judge(un, skb, AF_INET, thoff, users,
		     ip_hdr(skb)->frag_off & htons(IP_MF));
}

/*
 * Behind extension headers: refused on a media port, which nothing that sends
 * media needs, judged as any other on one of signalling, passed elsewhere.
 */
static unsigned int hook_v6_ext(struct ucsec_net *un, struct sk_buff *skb)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	__be16 frag_off = 0;
	struct arrival a;
	int thoff;
	u32 users;

	if (!ipv6_ext_hdr(nexthdr) || nexthdr == NEXTHDR_NONE)
		return NF_ACCEPT;
	thoff = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &nexthdr,
				 &frag_off);
	if (thoff < 0 || (frag_off & htons(IP6_OFFSET)))
		return NF_ACCEPT;
	if (nexthdr == IPPROTO_TCP)
		return take_segment(un, skb, AF_INET6, thoff);
	if (nexthdr != IPPROTO_UDP)
		return NF_ACCEPT;
	if (!is_readable(skb, thoff))
		return unreadable(un, skb, thoff);
	users = users_of(un, skb, thoff);
	a.family = AF_INET6;
	a.thoff = thoff;
	if (!(users & ~UCSEC_PORT_SIGNALLING) || !find_media(&a, skb, un))
		return judge(un, skb, AF_INET6, thoff, users, frag_off);
	return dispatch(&a, skb, frag_off ? UCSEC_DROP_FRAGMENT :
					    UCSEC_DROP_OPTIONS);
}

static noinline unsigned int media_v6(struct ucsec_net *un,
				      struct sk_buff *skb, u32 users)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct arrival a;

	a.family = AF_INET6;
	a.thoff = sizeof(*ip6h);
	if (!find_media(&a, skb, un))
		return judge(un, skb, AF_INET6, a.thoff, users, false);
	a.saddr = ip6h->saddr;
	a.hop.tos = ipv6_get_dsfield(ip6h);
	a.hop.ttl = ip6h->hop_limit;
	return dispatch(&a, skb, UCSEC_DROP_NONE);
}

static unsigned int hook_v6(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct ucsec_net *un = priv;
	u32 users;

	if (ip6h->nexthdr == IPPROTO_TCP)
		return take_segment(un, skb, AF_INET6, sizeof(*ip6h));
	if (is_foreign(skb))
		return NF_ACCEPT;
	if (unlikely(ip6h->nexthdr != IPPROTO_UDP))
		return hook_v6_ext(un, skb);
	if (unlikely(!is_readable(skb, sizeof(*ip6h))))
		return unreadable(un, skb, sizeof(*ip6h));
	users = users_of(un, skb, sizeof(*ip6h));
	if (likely(!users))
		return NF_ACCEPT;
	if (users & ~UCSEC_PORT_SIGNALLING)
		return media_v6(un, skb, users);
	return judge(un, skb, AF_INET6, sizeof(*ip6h), users, false);
}

static const struct nf_hook_ops hook_ops[UCSEC_HOOKS] = {
	{
		.hook = hook_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = HOOK_PRIORITY,
	}, {
		.hook = hook_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = HOOK_PRIORITY,
	},
};

int ucsec_hook_hold(struct ucsec_net *un)
{
	unsigned int i;
	u32 *ports;
	int err;

	lockdep_assert_held(&un->lock);
	if (un->hook_users++)
		return 0;
	/* Stays until the namespace goes: packets may be reading it. */
	if (!un->ports) {
		ports = kvcalloc(65536, sizeof(*un->ports), GFP_KERNEL);
		/* XDP reads it before there are hooks. */
		smp_store_release(&un->ports, ports);
	}
	/* Each namespace has its own, so that a packet need not look for it. */
	memcpy(un->hook_ops, hook_ops, sizeof(un->hook_ops));
	for (i = 0; i < ARRAY_SIZE(un->hook_ops); i++)
		un->hook_ops[i].priv = un;
	err = un->ports ? nf_register_net_hooks(un->net, un->hook_ops,
						ARRAY_SIZE(un->hook_ops)) :
			  -ENOMEM;
	if (err)
		un->hook_users--;
	return err;
}

void ucsec_hook_release(struct ucsec_net *un)
{
	lockdep_assert_held(&un->lock);
	if (!--un->hook_users)
		nf_unregister_net_hooks(un->net, un->hook_ops,
					ARRAY_SIZE(un->hook_ops));
}
