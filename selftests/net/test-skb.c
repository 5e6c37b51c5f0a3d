// SPDX-License-Identifier: GPL-2.0
/*
 * Packets in memory of every kind: in pieces, in trains, shared with taps,
 * large, reassembled. What taps saw stays as it was; nothing leaves in clear.
 */
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include "net.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY 60
#define MSG_ZEROCOPY 0x4000000
#endif

enum { PORT = 6500, SSRC = 0x0a0b0c0d };

static struct ucsec_stream spec;
static struct oracle *seal, *open_;
static u32 id;
static int a, b;
static u16 seq = 1;
static u8 clear[MAX_PACKET], pkt[MAX_PACKET], got[MAX_PACKET];

static void open_stream(void)
{
	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_rx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	with_tx(&spec, UCSEC_SUITE_AEAD_AES_256_GCM);
	seal = oracle_new(&spec.rx, true);
	open_ = oracle_new(&spec.tx, false);
	a = udp_socket(A, AF_INET, PORT);
	b = udp_socket(B, AF_INET, PORT);
	id = stream_new(&spec);
}

/* The next packet, clear in @clear and sealed in @out. */
static int next(u8 *out, u32 payload, int *clear_len)
{
	struct rtp rtp = { .ssrc = SSRC, .seq = seq++, .payload = payload };

	*clear_len = rtp_make(clear, &rtp);
	memcpy(out, clear, (size_t)*clear_len);
	return oracle_seal(seal, out, *clear_len, 0, false);
}

static bool arrives(const u8 *want, int want_len)
{
	int len = receive(b, got, sizeof(got), ARRIVAL_MS);

	if (len >= 0)
		len = oracle_open(open_, got, len, false);
	if (len != want_len)
		note("%d bytes, not %d", len, want_len);
	return len == want_len && !memcmp(got, want, (size_t)len);
}

static void sizes(int mtu)
{
	static const u32 payloads[] = { 1440, 1450, 2000, 9100, 30000, 65400 };
	int n, len;
	u32 i;

	for (i = 0; i < 6; i++) {
		n = next(pkt, payloads[i], &len);
		send_udp(a, AF_INET, PORT, pkt, (size_t)n);
		ok(arrives(clear, len), "%u bytes, out through an MTU of %d",
		   payloads[i], mtu);
	}
}

static void zero_copy(void)
{
	struct sockaddr_storage ss;
	socklen_t sslen = address(HOST_GA, AF_INET, PORT, &ss);
	int one = 1, n, len;

	n = next(pkt, 20000, &len);
	memcpy(got, pkt, (size_t)n);
	if (setsockopt(a, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)) ||
	    sendto(a, pkt, (size_t)n, MSG_ZEROCOPY, (void *)&ss, sslen) < 0)
		note("zero copy: %s", strerror(errno));
	ok(arrives(clear, len) && rtp_seq(pkt) == seq - 1,
	   "sent without copy");
	n = next(pkt, 20000, &len);
	memcpy(got, pkt, (size_t)n);
	send_udp(a, AF_INET, PORT, pkt, (size_t)n);
	ok(!memcmp(got, pkt, (size_t)n) && arrives(clear, len),
	   "the sender's memory is as it was");
}

/* Pages of a file, handed to the socket as they are. */
static void from_file(void)
{
	struct sockaddr_storage ss;
	socklen_t sslen = address(HOST_GA, AF_INET, PORT, &ss);
	int file = memfd_create("packet", 0), n, len;
	static u8 back[MAX_PACKET];
	off_t off = 0;

	n = next(pkt, 12000, &len);
	if (write(file, pkt, (size_t)n) != n || connect(a, (void *)&ss, sslen))
		die("memfd");
	if (sendfile(a, file, &off, (size_t)n) != n)
		note("sendfile: %s", strerror(errno));
	ok(arrives(clear, len), "sent from a file");
	ok(pread(file, back, sizeof(back), 0) == n &&
	   !memcmp(back, pkt, (size_t)n), "the file is as it was");
	close(file);
	ss.ss_family = AF_UNSPEC;
	connect(a, (void *)&ss, sizeof(ss));
}

/* A train of @n packets in one send; the last one is shorter. */
static void train(u32 n)
{
	static u8 text[64][256];
	int i, size = 0, len[64], at = 0, good = 0, zero = 0;
	struct ucsec_stats before = stream_stats(id), s;

	for (i = 0; i < (int)n; i++) {
		size = next(pkt + at, i == (int)n - 1 ? 40 : 120, &len[i]);
		memcpy(text[i], clear, (size_t)len[i]);
		at += size;
		if (!i && setsockopt(a, SOL_UDP, UDP_SEGMENT, &size,
				     sizeof(size)))
			die("UDP_SEGMENT");
	}
	send_udp(a, AF_INET, PORT, pkt, (size_t)at);
	setsockopt(a, SOL_UDP, UDP_SEGMENT, &zero, sizeof(zero));
	for (i = 0; i < (int)n; i++)
		good += arrives(text[i], len[i]);
	s = stream_stats(id);
	ok(good == (int)n && adds_up(&s) &&
	   s.rx_packets - before.rx_packets == n,
	   "a train of %u arrives one by one, in order", n);
}

/* The UDP payload of the next packet of the stream that a tap saw. */
static int tapped(int fd, u8 *out)
{
	static u8 ip[MAX_PACKET];
	int n;

	while ((n = receive(fd, ip, sizeof(ip), 1000)) > 0) {
		if (ip[0] != 0x45 || ip[9] != IPPROTO_UDP ||
		    (ip[22] << 8 | ip[23]) != PORT)
			continue;
		memcpy(out, ip + 28, (size_t)n - 28);
		return n - 28;
	}
	return -1;
}

/* Taps hold clones: what they saw must be what was sent, and no clear text. */
static void taps(void)
{
	int in = tap_at(G, "wa"), out = tap_at(G, "wb"), i, n, len, clean = 0;
	int same = 0;
	static u8 seen[MAX_PACKET];

	for (i = 0; i < 50; i++) {
		n = next(pkt, 200 + (u32)i * 20, &len);
		send_udp(a, AF_INET, PORT, pkt, (size_t)n);
		if (!arrives(clear, len))
			break;
		same += tapped(in, seen) == n && !memcmp(seen, pkt, (size_t)n);
		clean += tapped(out, seen) > len &&
			 !memmem(seen, sizeof(seen), clear + 12, 32);
	}
	ok(i == 50 && same == i, "a tap on the way in saw what was sent");
	ok(clean == i, "a tap on the way out saw no clear text");
	close(in);
	close(out);
}

static void reassembled(void)
{
	struct ucsec_stats before, s;
	struct raw raw = { .family = AF_INET, .sport = PORT, .dport = PORT,
			   .data = pkt, .fragment = 400 };
	int len;

	must_run(G, "nft 'add table ip t; add chain ip t c { type filter hook "
		 "prerouting priority 0; }; add rule ip t c ct state new "
		 "accept'");
	raw.len = next(pkt, 1300, &len);
	before = stream_stats(id);
	raw_send(&raw);
	ok(arrives(clear, len), "fragments that conntrack put together");
	s = stream_stats(id);
	ok(s.rx_packets == before.rx_packets + 1 && adds_up(&s),
	   "count as one");
	must_run(G, "nft delete table ip t");
}

/* A datagram that a guest left to its host to cut into IP fragments. */
static void uncut(void)
{
	static u8 frame[MAX_PACKET];
	struct virtio_net_hdr *vh = (void *)frame;
	struct ucsec_stats before = stream_stats(id), s;
	u8 *ip = frame + sizeof(*vh), *udp = ip + 20;
	int len, fd = tun_new("tun9", IFF_VNET_HDR);
	u32 n, sum = 0, i;

	if (fd < 0) {
		ok(true, "a datagram of a tap, uncut # SKIP no tun device");
		return;
	}
	n = (u32)next(pkt, 3000, &len);
	vh->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	vh->gso_type = VIRTIO_NET_HDR_GSO_UDP;
	vh->hdr_len = 28;
	vh->gso_size = 1480;
	vh->csum_start = 20;
	vh->csum_offset = 6;
	put32(ip, 0x45000000 | (n + 28));
	put32(ip + 4, 0x12340000);
	put32(ip + 8, 0x40110000);
	put32(ip + 12, 0x0a000302);
	put32(ip + 16, 0x0a000101);
	for (i = 0; i < 20; i += 2)
		sum += (u32)(ip[i] << 8 | ip[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, (u16)~((sum & 0xffff) + (sum >> 16)));
	put16(udp, PORT);
	put16(udp + 2, PORT);
	put16(udp + 4, (u16)(n + 8));
	sum = 0x0a00 + 0x0302 + 0x0a00 + 0x0101 + 17 + n + 8;
	sum = (sum & 0xffff) + (sum >> 16);
	put16(udp + 6, (u16)sum);
	memcpy(udp + 8, pkt, n);
	if (write(fd, frame, sizeof(*vh) + 28 + n) < 0)
		note("tun: %s", strerror(errno));
	s = wait_rx(id, before.rx_packets + 1);
	note("came %llu, went %llu, malformed %llu, csum %llu, fragment %llu",
	     (unsigned long long)(s.rx_packets - before.rx_packets),
	     (unsigned long long)(s.tx_packets - before.tx_packets),
	     (unsigned long long)s.drops[UCSEC_DROP_MALFORMED],
	     (unsigned long long)s.drops[UCSEC_DROP_CSUM],
	     (unsigned long long)s.drops[UCSEC_DROP_FRAGMENT]);
	ok(s.rx_packets == before.rx_packets + 1 && adds_up(&s) &&
	   (s.tx_packets == before.tx_packets ? !drain(b) :
						arrives(clear, len)),
	   "a datagram of a tap, uncut, is one packet");
	close(fd);
}

int main(void)
{
	world_new();
	open_stream();
	must_run(A, "ip link set wa mtu 65535");
	must_run(G, "ip link set wa mtu 65535");
	sizes(1500);
	must_run(G, "ip link set wb mtu 65535");
	must_run(B, "ip link set wb mtu 65535");
	sizes(65535);
	zero_copy();
	from_file();
	train(2);
	train(40);
	taps();
	must_run(A, "ip link set wa mtu 1500");
	reassembled();
	uncut();
	return tap_end();
}
