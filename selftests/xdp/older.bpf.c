// SPDX-License-Identifier: GPL-2.0
/* Ours, of a version that knew of fewer ways. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} ucsec_ways SEC(".maps");

SEC("xdp")
int ucsec_xdp(struct xdp_md *ctx)
{
	__u32 way = 1;

	(void)ctx;
	return bpf_map_lookup_elem(&ucsec_ways, &way) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
