// SPDX-License-Identifier: GPL-2.0
/* The least that XDP can do to send a frame on: what ours is compared with. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct way {
	__u8 addresses[2 * ETH_ALEN];
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct way);
} way SEC(".maps");

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u32 key = 0;
	struct way *to = bpf_map_lookup_elem(&way, &key);

	if (!to || (void *)(eth + 1) > end ||
	    eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__builtin_memcpy(eth, to->addresses, sizeof(to->addresses));
	return bpf_redirect(to->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
