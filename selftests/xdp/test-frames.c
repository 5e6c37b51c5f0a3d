// SPDX-License-Identifier: GPL-2.0
/*
 * Frames before the XDP program, one by one: what leaves, what is refused, and
 * what goes up untouched and uncounted.
 */
#include <netinet/in.h>
#include "frame.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { PORT = FRAME_PORT, NO_MEDIA = 6500 };

/* One good packet each, of both families; opened by another implementation. */
static void try_suite(enum ucsec_suite suite, bool seal, int in, int out)
{
	struct ucsec_stream s = stream_spec(in, out, PORT);
	struct oracle *oracle;
	u8 pkt[2048], frame[2048];
	struct ucsec_stats stats;
	struct sent sent = { 0 };
	int len, n, verdict;
	bool good;
	u32 id;

	if (seal)
		with_tx(&s, suite);
	else
		with_rx(&s, suite);
	oracle = oracle_new(seal ? &s.tx : &s.rx, !seal);
	id = stream_new(&s);
	len = next_rtp(160);
	memcpy(pkt, clear, (size_t)len);
	n = seal ? len : oracle_seal(oracle, pkt, len, 0, false);
	n = frame_make(frame, &(struct frame){
		.family = in, .sport = 5000, .dport = PORT,
		.data = pkt, .len = n });
	verdict = frame_run("wa", frame, &n);
	good = verdict == XDP_REDIRECT && frame_read(frame, n, &sent);
	if (good) {
		memcpy(pkt, sent.data, (size_t)sent.len);
		n = seal ? oracle_open(oracle, pkt, sent.len, false) :
			   sent.len;
		good = n == len && !memcmp(pkt, clear, (size_t)len);
	}
	stats = stream_stats(id);
	ok(good && sent.family == out && sent.ttl == 63 &&
	   sent.sport == PORT && sent.dport == PORT &&
	   stats.rx_packets == 1 && stats.tx_packets == 1,
	   "%s %s, IPv%d to IPv%d", seal ? "seals" : "opens",
	   ucsec_suite_name(suite), in == AF_INET ? 4 : 6,
	   out == AF_INET ? 4 : 6);
	if (verdict != XDP_REDIRECT)
		note("verdict %d", verdict);
	stream_del(id);
	oracle_free(oracle);
}

static void try_suites(void)
{
	static const int families[4][2] = {
		{ AF_INET, AF_INET }, { AF_INET6, AF_INET6 },
		{ AF_INET, AF_INET6 }, { AF_INET6, AF_INET },
	};
	u32 i;

	for (i = 0; i < 20; i++)
		try_suite(i / 2 + 1, i % 2, families[(i / 2 + i) % 4][0],
			  families[(i / 2 + i) % 4][1]);
}

/* The very frame again, then one with a bit turned: refused and counted. */
static void try_attacks(enum ucsec_suite suite)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	struct oracle *seal;
	u8 pkt[2048], frame[2048], copy[2048];
	struct ucsec_stats stats;
	int len, n, m;
	u32 id;

	with_rx(&s, suite);
	seal = oracle_new(&s.rx, true);
	id = stream_new(&s);
	len = next_rtp(160);
	memcpy(pkt, clear, (size_t)len);
	len = oracle_seal(seal, pkt, len, 0, false);
	n = frame_make(frame, &(struct frame){
		.family = AF_INET, .sport = 5000, .dport = PORT,
		.data = pkt, .len = len });
	memcpy(copy, frame, (size_t)n);
	m = n;
	frame_run("wa", frame, &m);
	m = n;
	ok(frame_run("wa", copy, &m) == XDP_DROP &&
	   stream_stats(id).drops[UCSEC_DROP_REPLAY] == 1,
	   "a replay is refused, %s", ucsec_suite_name(suite));
	pkt[3]++;
	n = frame_make(frame, &(struct frame){
		.family = AF_INET, .sport = 5000, .dport = PORT,
		.data = pkt, .len = len });
	ok(frame_run("wa", frame, &n) == XDP_DROP &&
	   stream_stats(id).drops[UCSEC_DROP_AUTH] == 1,
	   "a forged one is refused, %s", ucsec_suite_name(suite));
	len = next_rtp(160);
	memcpy(pkt, clear, (size_t)len);
	len = oracle_seal(seal, pkt, len, 0, false);
	n = frame_make(frame, &(struct frame){
		.family = AF_INET, .sport = 5000, .dport = PORT,
		.data = pkt, .len = len });
	n = frame_run("wa", frame, &n);
	stats = stream_stats(id);
	ok(n == XDP_REDIRECT && adds_up(&stats) && stats.rx_packets == 4,
	   "and the next good one leaves, %s", ucsec_suite_name(suite));
	stream_del(id);
	oracle_free(seal);
}

static void try_forms(void)
{
	static const u8 stun[20] = { 0, 1 };

	try_up((struct frame){ .dport = NO_MEDIA }, UCSEC_XDP_OTHER,
	       "a port of no stream");
	try_up((struct frame){ .options = 4 }, UCSEC_XDP_UP_FORM,
	       "IPv4 with options");
	try_up((struct frame){ .fragment = 0x2000 }, UCSEC_XDP_UP_FORM,
	       "the first fragment");
	try_up((struct frame){ .bad_head = true }, UCSEC_XDP_UP_FORM,
	       "a header whose checksum is wrong");
	try_up((struct frame){ .ttl = 1 }, UCSEC_XDP_UP_FORM,
	       "a hop limit that is used up");
	try_up((struct frame){ .bad_csum = true }, UCSEC_XDP_UP_CSUM,
	       "a datagram whose checksum is wrong");
	try_up((struct frame){ .family = AF_INET6 }, UCSEC_XDP_UP_NO_STREAM,
	       "another address of a media port");
	try_up((struct frame){ .other_host = true }, UCSEC_XDP_UP_LINK,
	       "what is for another host of the link");
	try_up((struct frame){ .vlan = 77 }, UCSEC_XDP_UP_LINK,
	       "a VLAN that is not there");
	try_up((struct frame){ .data = stun, .len = sizeof(stun) },
	       UCSEC_XDP_UP_NOT_RTP, "what is no RTP");
}

static void try_v6(void)
{
	struct ucsec_stream s = stream_spec(AF_INET6, AF_INET6, PORT);
	u32 id = stream_new(&s);

	try_up((struct frame){ .family = AF_INET6, .no_csum = true },
	       UCSEC_XDP_UP_CSUM, "IPv6 without checksum");
	try_up((struct frame){ .family = AF_INET6, .bad_csum = true },
	       UCSEC_XDP_UP_CSUM, "IPv6 whose checksum is wrong");
	stream_del(id);
}

/* What stands in the way behind the stream: policies, devices, neighbours. */
static void try_ways(void)
{
	must_run(G, "ip xfrm policy add dir in src 10.7.0.0/16 dst 10.8.0.0/16");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_POLICY,
	       "anything where IPsec has a say");
	must_run(G, "ip xfrm policy flush");
	must_run(G, "ip xfrm policy add dir out src 10.0.2.1 dst 10.0.2.2 "
		 "tmpl src 10.0.2.1 dst 10.0.2.2 proto esp mode transport");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_ROUTE,
	       "what is to leave by IPsec that has no key yet");
	run(G, "modprobe -q esp4");
	must_run(G, "ip xfrm state add src 10.0.2.1 dst 10.0.2.2 proto esp "
		 "spi 0x100 mode transport enc 'cbc(aes)' "
		 "0x0123456789abcdef0123456789abcdef auth 'hmac(sha1)' "
		 "0x0123456789abcdef0123456789abcdef01234567");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_POLICY,
	       "what is to leave by IPsec");
	must_run(G, "ip xfrm policy flush");
	must_run(G, "ip xfrm state flush");
	must_run(G, "ip link set wb mtu 199");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_MTU,
	       "what may become too long for the way");
	must_run(G, "ip link set wb mtu 1500");
	must_run(G, "ip neigh replace 10.0.2.2 dev wb nud failed");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_NEIGHBOUR,
	       "what is for one whose link address is not known");
	must_run(G, "ping -q -c 1 -W 5 10.0.2.2 >/dev/null");
	must_run(G, "ip route add prohibit 10.0.2.2");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_ROUTE, "what has no route");
	must_run(G, "ip route del prohibit 10.0.2.2");
	must_run(G, "ucsecctl xdp detach wb");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_DEVICE,
	       "what leaves by a device without the program");
	must_run(G, "ucsecctl xdp attach wb");
	must_run(B, "ethtool -K wb gro off");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_DEVICE,
	       "what no end would take from the wire");
	must_run(B, "ethtool -K wb gro on");
}

/* Tags come off on the way in and on for the way out. */
static void try_vlans(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	struct sent sent = { 0 };
	u8 frame[2048];
	int n, len;
	u32 id;

	must_run(G, "ip link add link wa name wa.5 type vlan id 5");
	must_run(G, "ip link set wa.5 up");
	/* Else what has no tag may have had one. */
	must_run(G, "ethtool -K wa rxvlan off rx-vlan-stag-hw-parse off");
	id = stream_new(&s);
	len = next_rtp(160);
	n = frame_make(frame, &(struct frame){
		.family = AF_INET, .sport = 5000, .dport = PORT, .vlan = 5,
		.data = clear, .len = len });
	ok(frame_run("wa", frame, &n) == XDP_REDIRECT &&
	   frame_read(frame, n, &sent) && !sent.vlan && sent.len == len,
	   "a tagged one leaves without the tag");
	must_run(G, "ip link add link wb name wb.9 type vlan id 9");
	must_run(G, "ip link set wb.9 up");
	must_run(G, "ip neigh replace 10.0.2.2 dev wb.9 nud permanent lladdr "
		 "$(ip -n %s -j link show wb | grep -o '\"address\":\"[^\"]*' "
		 "| cut -d'\"' -f4)", world_name(B));
	must_run(G, "ip route add 10.0.2.2 dev wb.9 src 10.0.2.1");
	n = frame_make(frame, &(struct frame){
		.family = AF_INET, .sport = 5000, .dport = PORT,
		.data = clear, .len = len });
	ok(frame_run("wa", frame, &n) == XDP_REDIRECT &&
	   frame_read(frame, n, &sent) && sent.vlan == 9 && sent.len == len,
	   "one that leaves by a VLAN has its tag");
	must_run(G, "ip route del 10.0.2.2 dev wb.9");
	must_run(G, "ip link set wa.5 netns %s", world_name(A));
	must_run(A, "ip link set wa.5 up");
	try_up((struct frame){ .vlan = 5 }, UCSEC_XDP_UP_LINK,
	       "a VLAN of another namespace");
	must_run(A, "ip link del wa.5");
	must_run(G, "ip link add link wa name wa.5 type vlan id 5");
	must_run(G, "ip link set wa.5 up");
	stream_del(id);
}

/* Cut anywhere and with any byte turned: whatever it says, nothing breaks. */
static void try_garbage(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	u32 i, id, went[5] = { 0 };
	u8 frame[2048], verdict;
	struct ucsec_stats stats;
	int n;

	with_tx(&s, UCSEC_SUITE_AEAD_AES_128_GCM);
	id = stream_new(&s);
	for (i = 0; i < 20000; i++) {
		int len = next_rtp(random_below(64));

		n = frame_make(frame, &(struct frame){
			.family = AF_INET, .sport = 5000, .dport = PORT,
			.vlan = i % 3 ? 0 : 5, .data = clear, .len = len });
		if (i % 2)
			frame[random_below((u32)n)] ^= (u8)random_u32();
		if (i % 5 == 1)
			n = 14 + (int)random_below((u32)n - 14);
		verdict = (u8)frame_run("wa", frame, &n);
		went[verdict < 5 ? verdict : 0]++;
	}
	stats = stream_stats(id);
	note("up %u, refused %u, sent %u", went[XDP_PASS], went[XDP_DROP],
	     went[XDP_REDIRECT]);
	ok(!went[XDP_ABORTED] && adds_up(&stats) &&
	   stats.tx_packets == went[XDP_REDIRECT] &&
	   drops_total(&stats) == went[XDP_DROP],
	   "20,000 that are not what they say end one way each");
	stream_del(id);
}

/*
 * What the sender left in one skb comes in one frame in generic mode: it is not
 * taken for one datagram.
 */
static void try_train(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	int a, b, i, good = 0, size = 172, zero = 0;
	u8 train[10 * 172], got[2048];
	struct ucsec_stats stats;
	u64 before;
	u32 id;

	must_run(G, "ucsecctl xdp detach wa");
	must_run(G, "ucsecctl xdp attach wa --mode generic");
	must_run(A, "ethtool -K wa tx on tx-udp-segmentation on >/dev/null");
	id = stream_new(&s);
	a = udp_socket(A, AF_INET, 5000);
	b = udp_socket(B, AF_INET, PORT);
	for (i = 0; i < 10; i++) {
		next_rtp(160);
		memcpy(train + i * size, clear, (size_t)size);
	}
	before = frame_ways("wa", UCSEC_XDP_UP_FORM);
	if (setsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		die("UDP_SEGMENT");
	send_udp(a, AF_INET, PORT, train, sizeof(train));
	setsockopt(a, IPPROTO_UDP, UDP_SEGMENT, &zero, sizeof(zero));
	for (i = 0; i < 10; i++)
		good += receive(b, got, sizeof(got), ARRIVAL_MS) == size &&
			!memcmp(got, train + i * size, (size_t)size);
	stats = stream_stats(id);
	ok(good == 10 && adds_up(&stats) && stats.tx_packets == 10 &&
	   frame_ways("wa", UCSEC_XDP_UP_FORM) == before + 1,
	   "a train goes up and leaves one by one");
	note("%d arrived, %llu sent", good,
	     (unsigned long long)stats.tx_packets);
	close(a);
	close(b);
	stream_del(id);
}

int main(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	u32 id;

	setenv("UCSEC_XDP", "native", 0);
	world_new();
	frame_init();
	must_run(G, "ping -q -c 1 -W 5 10.0.2.2 >/dev/null");
	must_run(G, "ping -q -c 1 -W 5 fd00:2::2 >/dev/null");
	try_up((struct frame){ 0 }, UCSEC_XDP_OTHER,
	       "media before there is a stream");
	try_suites();
	try_attacks(UCSEC_SUITE_AEAD_AES_128_GCM);
	try_attacks(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	id = stream_new(&s);
	try_forms();
	try_v6();
	try_ways();
	stream_del(id);
	try_vlans();
	try_garbage();
	try_train();
	return tap_end();
}
