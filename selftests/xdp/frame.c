// SPDX-License-Identifier: GPL-2.0
/* Frames: made, run through the program of a device, and read again. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include "frame.h"

static u8 mac_ga[6], mac_gb[6], mac_b[6];

static void read_mac(enum place place, const char *dev, u8 *mac)
{
	unsigned int m[6];
	char path[128];
	FILE *f;
	int i;

	snprintf(path, sizeof(path),
		 "ip netns exec %s cat /sys/class/net/%s/address",
		 world_name(place), dev);
	f = popen(path, "r");
	if (!f || fscanf(f, "%x:%x:%x:%x:%x:%x", m, m + 1, m + 2, m + 3, m + 4,
			 m + 5) != 6)
		die("address of %s", dev);
	pclose(f);
	for (i = 0; i < 6; i++)
		mac[i] = (u8)m[i];
}

void frame_init(void)
{
	read_mac(G, "wa", mac_ga);
	read_mac(G, "wb", mac_gb);
	read_mac(B, "wb", mac_b);
}

static u32 sum(const void *data, int len, u32 start)
{
	const u8 *p = data;

	for (; len > 1; len -= 2, p += 2)
		start += (u32)(p[0] << 8 | p[1]);
	if (len)
		start += (u32)p[0] << 8;
	return start;
}

static u16 fold(u32 s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (u16)~s;
}

static u16 udp_csum(const u8 *addresses, int alen, const u8 *udp, int len)
{
	return fold(sum(addresses, alen, sum(udp, len, 17U + (u32)len)));
}

static int make_v4(u8 *out, const struct frame *f, int udp_len)
{
	struct sockaddr_storage src, dst;
	struct iphdr *ip = (void *)out;
	int head = 20 + f->options;

	address(HOST_A, AF_INET, 0, &src);
	address(HOST_GA, AF_INET, 0, &dst);
	memset(out, 0, 20);
	memset(out + 20, 1, f->options);
	ip->version = 4;
	ip->tos = f->tos;
	ip->ihl = (u8)(head / 4) & 15;
	ip->tot_len = htons((u16)(head + udp_len));
	ip->frag_off = htons(f->fragment);
	ip->ttl = f->ttl ? f->ttl : 64;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = ((struct sockaddr_in *)&src)->sin_addr.s_addr;
	ip->daddr = ((struct sockaddr_in *)&dst)->sin_addr.s_addr;
	put16(out + 10, fold(sum(out, head, f->bad_head)));
	return head;
}

static int make_v6(u8 *out, const struct frame *f, int udp_len)
{
	struct sockaddr_storage src, dst;
	struct ip6_hdr *ip = (void *)out;

	address(HOST_A, AF_INET6, 0, &src);
	address(HOST_GA, AF_INET6, 0, &dst);
	ip->ip6_flow = htonl(6U << 28);
	ip->ip6_plen = htons((u16)udp_len);
	ip->ip6_nxt = IPPROTO_UDP;
	ip->ip6_hlim = f->ttl ? f->ttl : 64;
	ip->ip6_src = ((struct sockaddr_in6 *)&src)->sin6_addr;
	ip->ip6_dst = ((struct sockaddr_in6 *)&dst)->sin6_addr;
	if (f->source && !inet_pton(AF_INET6, f->source, &ip->ip6_src))
		die("%s", f->source);
	return 40;
}

int frame_make(u8 *out, const struct frame *f)
{
	bool v4 = f->family == AF_INET;
	int len = f->len + 8, at = 12;
	u16 csum;
	u8 *ip;

	memset(out, 0x22, 12);
	if (!f->other_host)
		memcpy(out, mac_ga, 6);
	if (f->vlan) {
		put16(out + at, 0x8100);
		put16(out + at + 2, f->vlan);
		at += 4;
	}
	put16(out + at, v4 != f->other_type ? 0x0800 : 0x86dd);
	ip = out + at + 2;
	at += 2 + (v4 ? make_v4(ip, f, len) : make_v6(ip, f, len));
	put16(out + at, f->sport);
	put16(out + at + 2, f->dport);
	put16(out + at + 4, (u16)len);
	put16(out + at + 6, 0);
	memcpy(out + at + 8, f->data, (size_t)f->len);
	csum = udp_csum(ip + (v4 ? 12 : 8), v4 ? 8 : 32, out + at, len);
	put16(out + at + 6, f->no_csum ? 0 : f->bad_csum ? csum ^ 0x1234 :
		       csum ? csum : 0xffff);
	return at + len;
}

static int program_of(const char *dev, int *ifindex)
{
	u32 id = 0;
	int fd;

	enter(G);
	*ifindex = (int)if_nametoindex(dev);
	if (bpf_xdp_query_id(*ifindex, 0, &id) || !id)
		die("no program at %s", dev);
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		die("program at %s", dev);
	return fd;
}

int frame_run(const char *dev, u8 *frame, int *len)
{
	static u8 out[MAX_PACKET];
	struct xdp_md ctx = { .data_end = (u32)*len };
	LIBBPF_OPTS(bpf_test_run_opts, opts,
		.data_in = frame, .data_size_in = (u32)*len,
		.data_out = out, .data_size_out = sizeof(out),
		.ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = 1);
	int ifindex, fd = program_of(dev, &ifindex);

	ctx.ingress_ifindex = (u32)ifindex;
	if (bpf_prog_test_run_opts(fd, &opts))
		die("test run of %d bytes", *len);
	close(fd);
	enter(A);
	*len = (int)opts.data_size_out;
	memcpy(frame, out, (size_t)*len);
	return (int)opts.retval;
}

u64 frame_ways(const char *dev, enum ucsec_xdp_way way)
{
	u32 map_id = 0, size = sizeof(struct bpf_prog_info), key = way;
	struct bpf_prog_info info = {
		.nr_map_ids = 1, .map_ids = (uintptr_t)&map_id,
	};
	int i, cpus = libbpf_num_possible_cpus(), ifindex;
	int map, fd = program_of(dev, &ifindex);
	u64 n = 0, values[256];

	enter(A);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		die("program of %s", dev);
	map = bpf_map_get_fd_by_id(map_id);
	if (cpus > 256 || bpf_map_lookup_elem(map, &key, values))
		die("counters of %s", dev);
	for (i = 0; i < cpus; i++)
		n += values[i];
	close(map);
	close(fd);
	return n;
}

static bool wrong(const char *what)
{
	note("what left has the wrong %s", what);
	return false;
}

static u16 get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static bool read_ip(const u8 *ip, int len, struct sent *s, int *head)
{
	struct sockaddr_storage src, dst;
	bool v4 = ip[0] >> 4 == 4;

	s->family = v4 ? AF_INET : AF_INET6;
	*head = v4 ? 20 : 40;
	address(HOST_GB, s->family, 0, &src);
	address(HOST_B, s->family, 0, &dst);
	s->ttl = v4 ? ip[8] : ip[7];
	s->tos = v4 ? ip[1] : (u8)(get16(ip) >> 4);
	if (v4 ? memcmp(ip + 12, &((struct sockaddr_in *)&src)->sin_addr, 4) ||
		 memcmp(ip + 16, &((struct sockaddr_in *)&dst)->sin_addr, 4) :
		 memcmp(ip + 8, &((struct sockaddr_in6 *)&src)->sin6_addr, 16) ||
		 memcmp(ip + 24, &((struct sockaddr_in6 *)&dst)->sin6_addr, 16))
		return wrong("address");
	if (v4 ? get16(ip + 2) != len : get16(ip + 4) != len - 40)
		return wrong("length");
	if (v4 && fold(sum(ip, 20, 0)))
		return wrong("checksum of its header");
	return ip[v4 ? 9 : 6] == IPPROTO_UDP || wrong("protocol");
}

bool frame_read(const u8 *frame, int len, struct sent *s)
{
	int at = 12, head;
	const u8 *ip, *udp;

	if (memcmp(frame, mac_b, 6) || memcmp(frame + 6, mac_gb, 6))
		return wrong("link address");
	s->vlan = get16(frame + at) == 0x8100 ? get16(frame + at + 2) : 0;
	if (s->vlan)
		at += 4;
	ip = frame + at + 2;
	if (get16(ip - 2) != (ip[0] >> 4 == 4 ? 0x0800 : 0x86dd))
		return wrong("type");
	if (!read_ip(ip, (int)(frame + len - ip), s, &head))
		return false;
	udp = ip + head;
	s->sport = get16(udp);
	s->dport = get16(udp + 2);
	s->data = udp + 8;
	s->len = get16(udp + 4) - 8;
	if (s->data + s->len != frame + len)
		return wrong("length of the datagram");
	return !udp_csum(ip + (head == 20 ? 12 : 8), head == 20 ? 8 : 32, udp,
			 s->len + 8) || wrong("checksum");
}

u8 clear[2048];

int next_rtp(u32 payload)
{
	static u16 seq = 100;

	return rtp_make(clear, &(struct rtp){
		.ssrc = 0x1234567, .seq = seq++, .payload = payload,
		.seed = seq });
}

/* By any stream. */
static u64 received(void)
{
	struct ucsec_stats stats;

	if (ucsec_stats_get(gw, &stats))
		die("stats: %s", ucsec_error(gw)->sentence);
	return stats.rx_packets;
}

static void all_ways(u64 *ways)
{
	u32 i;

	for (i = 0; i < __UCSEC_XDP_MAX; i++)
		ways[i] = frame_ways("wa", i);
}

static void note_way(int verdict, const u64 *was)
{
	u64 now[__UCSEC_XDP_MAX];
	u32 i;

	all_ways(now);
	for (i = 0; i < __UCSEC_XDP_MAX; i++)
		if (now[i] != was[i])
			note("verdict %d, way %u", verdict, i);
}

void try_up(struct frame f, enum ucsec_xdp_way way, const char *name)
{
	u64 was[__UCSEC_XDP_MAX], counted = received();
	u8 frame[FRAME_MAX], copy[FRAME_MAX];
	int n, m, verdict;

	if (!f.data) {
		f.len = next_rtp(160);
		f.data = clear;
	}
	if (!f.dport)
		f.dport = FRAME_PORT;
	f.sport = 5000;
	if (!f.family)
		f.family = AF_INET;
	n = frame_make(frame, &f);
	memcpy(copy, frame, (size_t)n);
	m = n;
	all_ways(was);
	verdict = frame_run("wa", frame, &m);
	ok(verdict == XDP_PASS && m == n && !memcmp(frame, copy, (size_t)n) &&
	   received() == counted && frame_ways("wa", way) == was[way] + 1,
	   "goes up as it came: %s", name);
	note_way(verdict, was);
}
