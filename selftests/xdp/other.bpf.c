// SPDX-License-Identifier: GPL-2.0
/* Somebody else's program: counts what comes, and lets it pass. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} other_seen SEC(".maps");

SEC("xdp")
int other(struct xdp_md *ctx)
{
	__u64 *seen;
	__u32 key = 0;

	(void)ctx;
	seen = bpf_map_lookup_elem(&other_seen, &key);
	if (seen)
		(*seen)++;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
