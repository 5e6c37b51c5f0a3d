// SPDX-License-Identifier: GPL-2.0
/*
 * The stack or the device refuses what the module sends: it is dropped and
 * counted as "send", nobody sees it in clear, and the stream goes on.
 */
#include "net.h"

/* What of a payload nobody may see behind the gateway. */
#define CLEAR "clear-text-clear-text-clear-text"

enum { PORT = 7400, SSRC = 0x73656e64, SIZE = 1024, MANY = 20 };

static struct ucsec_stream spec;
static struct oracle *open_;
static u32 id;
static int a, b, tap, family;
static u16 seq;
static u32 payload = 400;

static void give(u32 n)
{
	u8 pkt[SIZE];
	u32 i;
	int len;

	while (n--) {
		struct rtp rtp = { .ssrc = SSRC, .seq = seq++,
				   .payload = payload };

		len = rtp_make(pkt, &rtp);
		for (i = 0; i + sizeof(CLEAR) < payload; i += sizeof(CLEAR))
			memcpy(pkt + 12 + i, CLEAR, sizeof(CLEAR));
		send_udp(a, family, PORT, pkt, (size_t)len);
	}
}

/* How many came that were sealed; others count as a thousand. */
static u32 arrived(u32 wanted)
{
	u8 pkt[SIZE];
	u32 n = 0;
	int len;

	for (;;) {
		len = receive(b, pkt, sizeof(pkt), n < wanted ? ARRIVAL_MS : 100);
		if (len <= 0)
			return n;
		n += oracle_open(open_, pkt, len, false) > 0 ? 1 : 1000;
	}
}

static bool legible(void)
{
	static u8 frame[MAX_PACKET];
	bool found = false;
	int len;

	while ((len = receive(tap, frame, sizeof(frame), 0)) > 0)
		found |= memmem(frame, (size_t)len, CLEAR,
				sizeof(CLEAR) - 1) != NULL;
	return found;
}

static u64 told_of_all(void)
{
	struct ucsec_stats s;

	if (ucsec_stats_get(gw, &s))
		die("stats: %s", ucsec_error(gw)->sentence);
	return s.drops[UCSEC_DROP_SEND];
}

/* Sends while @obstacle stands, of which @pass get by or are kept. */
static void refused(const char *what, const char *obstacle, u32 pass,
		    const char *removal)
{
	struct ucsec_stats before = stream_stats(id), s;
	const char *version = family == AF_INET ? "IPv4" : "IPv6";
	u64 all = told_of_all();
	u32 n;

	must_run(G, "%s", obstacle);
	give(MANY);
	s = wait_rx(id, before.rx_packets + MANY);
	n = arrived(0);
	note("%s, %s: sent %llu, refused %llu", what, version,
	     (unsigned long long)(s.tx_packets - before.tx_packets),
	     (unsigned long long)s.drops[UCSEC_DROP_SEND]);
	ok(s.drops[UCSEC_DROP_SEND] - before.drops[UCSEC_DROP_SEND] ==
	   MANY - pass && s.tx_packets - before.tx_packets == pass &&
	   drops_total(&s) == s.drops[UCSEC_DROP_SEND] && adds_up(&s) &&
	   told_of_all() - all == MANY - pass,
	   "%s, %s: counted as send", what, version);
	ok(!n && !legible(), "%s, %s: nothing is seen of it", what, version);
	must_run(G, "%s", removal);
	give(5);
	ok(arrived(5) == 5 && !legible(), "%s, %s: then it goes on", what,
	   version);
}

static void open_stream(int version)
{
	family = version;
	spec = stream_spec(family, family, PORT);
	with_tx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	open_ = oracle_new(&spec.tx, false);
	a = udp_socket(A, family, PORT);
	b = udp_socket(B, family, PORT);
	id = stream_new(&spec);
	seq = 1;
	give(5);
	ok(arrived(5) == 5, "unhindered they arrive");
}

static void close_stream(void)
{
	stream_del(id);
	oracle_free(open_);
	close(a);
	close(b);
}

static void by_all(int version)
{
	open_stream(version);
	refused("by OUTPUT rules",
		"nft 'add table inet o; add chain inet o c { type filter hook "
		"output priority 0; }; add rule inet o c udp dport 7400 drop'",
		0, "nft delete table inet o");
	refused("by the device's own rules",
		"nft 'add table netdev e; add chain netdev e c { type filter "
		"hook egress device wb priority 0; }; add rule netdev e c "
		"meta l4proto udp drop'", 0, "nft delete table netdev e");
	/* One waits there and is gone with it. */
	refused("by a full queue",
		"tc qdisc add dev wb root netem delay 200s limit 1", 1,
		"tc qdisc del dev wb root");
	close_stream();
}

/* From b: the way to it takes no more than @mtu bytes, so it says. */
static void claim_narrow(u16 mtu)
{
	struct sockaddr_storage ss;
	socklen_t len = address(HOST_GB, AF_INET, 0, &ss);
	u8 icmp[36] = { 3, 4 };
	u32 sum = 0, i;
	int fd;

	put16(icmp + 6, mtu);
	put32(icmp + 8, 0x45000000 | (payload + 50));
	put32(icmp + 16, 0x3f110000);
	put32(icmp + 20, 0x0a000201);
	put32(icmp + 24, 0x0a000202);
	put16(icmp + 28, PORT);
	put16(icmp + 30, PORT);
	for (i = 0; i < sizeof(icmp); i += 2)
		sum += (u32)(icmp[i] << 8 | icmp[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(icmp + 2, (u16)~((sum & 0xffff) + (sum >> 16)));
	enter(B);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0 || sendto(fd, icmp, sizeof(icmp), 0, (void *)&ss, len) < 0)
		die("ICMP");
	close(fd);
	enter(A);
}

static void pass(const char *what)
{
	struct ucsec_stats s;

	give(MANY);
	s = wait_rx(id, 5 + MANY);
	ok(arrived(MANY) == MANY && !legible() && !drops_total(&s),
	   "%s: all arrive", what);
}

/*
 * What is too long for the way is cut, not refused: an ICMP about it reaches
 * no socket, and the media of a stream does not get shorter. Below 552 bytes
 * the kernel believes no ICMP, so this one is about a device alone.
 */
static void narrow(void)
{
	bool believed = false;
	u64 end;

	open_stream(AF_INET);
	must_run(G, "ip link set wb mtu 300");
	pass("through an MTU of 300");
	must_run(G, "ip link set wb mtu 1500");
	close_stream();
	/* Of all the bytes between 552 and 576. */
	payload = 520;
	open_stream(AF_INET);
	claim_narrow(68);
	for (end = now_ms() + 3000; !believed && now_ms() < end;)
		believed = !run(G, "ip route get 10.0.2.2 | "
				"grep -q 'mtu lock 552'");
	ok(believed, "the kernel believes an ICMP");
	pass("in spite of an ICMP that claims one of 68");
	close_stream();
}

int main(void)
{
	stay();
	world_new();
	tap = tap_at(G, "wb");
	by_all(AF_INET);
	by_all(AF_INET6);
	narrow();
	return tap_end();
}
