// SPDX-License-Identifier: GPL-2.0
/*
 * The XDP program: finds the network header of UDP and leaves the rest to the
 * module; what is not sent or refused there goes up, to the netfilter hook.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/ucsec-xdp.h>

#ifndef ETH_P_8021AD
#define ETH_P_8021AD	0x88A8
#endif

struct vlan {
	__be16 tci;
	__be16 proto;
};

extern int ucsec_xdp_datagram(struct xdp_md *ctx, __u32 offset) __ksym;

/* How many frames went which way; read by ucsecctl. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, __UCSEC_XDP_MAX);
	__type(key, __u32);
	__type(value, __u64);
} ucsec_ways SEC(".maps");

static __always_inline void count(__u32 way)
{
	__u64 *n = bpf_map_lookup_elem(&ucsec_ways, &way);

	if (n)
		(*n)++;
}

/* Offset of the network header if it is that of UDP, else 0. */
static __always_inline __u32 find_udp(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u32 offset = sizeof(*eth);
	struct ipv6hdr *ip6h;
	struct vlan *vlan;
	struct iphdr *iph;
	__be16 proto;

	if ((void *)(eth + 1) > end)
		return 0;
	proto = eth->h_proto;
	iph = (void *)(eth + 1);
	if (proto == bpf_htons(ETH_P_8021Q) ||
	    proto == bpf_htons(ETH_P_8021AD)) {
		vlan = (void *)(eth + 1);
		if ((void *)(vlan + 1) > end)
			return 0;
		proto = vlan->proto;
		iph = (void *)(vlan + 1);
		offset += sizeof(*vlan);
	}
	ip6h = (void *)iph;
	if (proto == bpf_htons(ETH_P_IP))
		return (void *)(iph + 1) <= end &&
		       iph->protocol == IPPROTO_UDP ? offset : 0;
	if (proto == bpf_htons(ETH_P_IPV6))
		return (void *)(ip6h + 1) <= end &&
		       ip6h->nexthdr == IPPROTO_UDP ? offset : 0;
	return 0;
}

SEC("xdp")
int ucsec_xdp(struct xdp_md *ctx)
{
	__u32 offset = find_udp(ctx);
	int way;

	if (!offset)
		return XDP_PASS;
	/* No look at the device: veth may have forgotten it, see the module. */
	way = ucsec_xdp_datagram(ctx, offset);
	if (way > 0) {
		count(UCSEC_XDP_REDIRECT);
		return bpf_redirect((__u32)way, 0);
	}
	count((__u32)-way);
	if (-way == UCSEC_XDP_TX)
		return XDP_TX;
	return -way == UCSEC_XDP_DROP || -way == UCSEC_XDP_DENIED ?
	       XDP_DROP : XDP_PASS;
}

/* The module's functions are the GPL's, and so is what calls them. */
char _license[] SEC("license") = "GPL";
