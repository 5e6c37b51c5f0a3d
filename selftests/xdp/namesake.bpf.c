// SPDX-License-Identifier: GPL-2.0
/* Somebody else's, by the name of ours: its values are larger. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value {
	__u8 bytes[4096];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct value);
} others SEC(".maps");

SEC("xdp")
int ucsec_xdp(struct xdp_md *ctx)
{
	__u32 way = 1;

	(void)ctx;
	return bpf_map_lookup_elem(&others, &way) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
