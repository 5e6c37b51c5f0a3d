// SPDX-License-Identifier: GPL-2.0
/*
 * No memory for a packet: it is dropped and counted so, never sent in clear.
 * Each allocation of a packet's way is made to fail in turn, then any of them
 * at random while packets come as they do.
 */
#include <netinet/udp.h>
#include "net.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* What of a payload nobody may see behind the gateway. */
#define CLEAR "clear-text-clear-text-clear-text"

enum { PORT = 7600, SSRC = 0x6d656d00, SIZE = 9000, LIMIT = 200,
       HEADERS = 28, TRAIN = 8, BURST = 800 };

static struct ucsec_stream spec;
static struct oracle *open_;
static u32 id;
static int a, b, wire, tap, tap_in[2];
static u16 seq = 1;

/* Plain RTP, full of words. */
static int next(u8 *out, u32 payload)
{
	struct rtp rtp = { .ssrc = SSRC, .seq = seq++, .payload = payload };
	int len = rtp_make(out, &rtp);
	u32 i;

	for (i = 0; i + sizeof(CLEAR) < payload; i += sizeof(CLEAR))
		memcpy(out + 12 + i, CLEAR, sizeof(CLEAR));
	return len;
}

/* As it comes from the wire of a tun device: IPv4, UDP without checksum. */
static int datagram(u8 *out, u32 payload)
{
	u32 len = (u32)next(out + HEADERS, payload) + HEADERS, sum = 0, i;

	put32(out, 0x45000000 | len);
	put32(out + 4, 0x00004000);
	put32(out + 8, 0x40110000);
	put32(out + 12, 0x0a000302);
	put32(out + 16, 0x0a000101);
	for (i = 0; i < 20; i += 2)
		sum += (u32)(out[i] << 8 | out[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(out + 10, (u16)~((sum & 0xffff) + (sum >> 16)));
	put16(out + 20, PORT);
	put16(out + 22, PORT);
	put16(out + 24, (u16)(len - 20));
	put16(out + 26, 0);
	return (int)len;
}

static void open_stream(void)
{
	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_tx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	open_ = oracle_new(&spec.tx, false);
	id = stream_new(&spec);
}

static void close_stream(void)
{
	stream_del(id);
	oracle_free(open_);
	drain(b);
}

/* What reached b: how many of it were sealed, how many were not. */
struct reached {
	u32 sealed, others;
};

static void collect(struct reached *r)
{
	static u8 pkt[MAX_PACKET];
	int len;

	while ((len = receive(b, pkt, sizeof(pkt), 0)) > 0) {
		if (oracle_open(open_, pkt, len, false) > 0)
			r->sealed++;
		else
			r->others++;
	}
}

/* How many frames passed the gateway's far side, and how many legible. */
static u32 look(u32 *legible)
{
	static u8 frame[MAX_PACKET];
	u32 n = 0;
	int len;

	drain(tap_in[0]);
	drain(tap_in[1]);
	while ((len = receive(tap, frame, sizeof(frame), 0)) > 0) {
		n++;
		*legible += memmem(frame, (size_t)len, CLEAR,
				   sizeof(CLEAR) - 1) != NULL;
	}
	return n;
}

/* The route is to be looked up anew, and the neighbour too. */
static void make_cold(void)
{
	struct ucsec_stream change = { .have = UCSEC_HAVE_ID | UCSEC_HAVE_TO,
				       .id = id, .to = spec.to };

	if (ucsec_stream_set(gw, &change))
		die("stream_set: %s", ucsec_error(gw)->sentence);
	must_run(G, "sh -c 'ip neigh flush dev wb; "
		 "echo 1 >/proc/sys/net/ipv4/route/flush'");
}

struct tally {
	u32 written, unwritten, legible, astray;
	struct reached reached;
};

/* One packet in whose way the @n-th allocation fails; false: had fewer. */
static bool starve(u32 n, u32 payload, struct tally *t)
{
	struct ucsec_stats before = stream_stats(id), s;
	static u8 pkt[SIZE];
	int len = datagram(pkt, payload);
	ssize_t written;
	bool hit;

	/* The writer itself takes the packet all the way to the far device. */
	fault_nth(n);
	written = write(wire, pkt, (size_t)len);
	hit = fault_hit();
	if (written == len)
		t->written++;
	else
		t->unwritten++;
	s = stream_stats(id);
	t->astray += !adds_up(&s) ||
		     s.rx_packets != before.rx_packets + (written == len);
	look(&t->legible);
	collect(&t->reached);
	return hit;
}

static void judge(const char *what, bool cold, u32 n, const struct tally *t)
{
	struct ucsec_stats s = stream_stats(id), all;

	ucsec_stats_get(gw, &all);
	note("%s: %u in turn, %u did not get in; dropped: nomem %llu, "
	     "route %llu, send %llu", what, n - 1, t->unwritten,
	     (unsigned long long)s.drops[UCSEC_DROP_NOMEM],
	     (unsigned long long)s.drops[UCSEC_DROP_ROUTE],
	     (unsigned long long)s.drops[UCSEC_DROP_SEND]);
	ok(n > 1 && n < LIMIT && !t->astray,
	   "%s: every packet that got in was counted once", what);
	ok(s.drops[UCSEC_DROP_NOMEM] && adds_up(&s) &&
	   !s.drops[UCSEC_DROP_ROUTE] == !cold &&
	   drops_total(&s) == s.drops[UCSEC_DROP_NOMEM] +
			      s.drops[UCSEC_DROP_ROUTE] +
			      s.drops[UCSEC_DROP_SEND],
	   "%s: want of memory was told as such", what);
	ok(all.drops[UCSEC_DROP_NOMEM] >= s.drops[UCSEC_DROP_NOMEM],
	   "%s: and to the namespace", what);
	ok(!t->legible && !t->reached.others,
	   "%s: nothing left in clear", what);
}

/* Every allocation of the way fails once. */
static void in_turn(const char *what, u32 payload, bool cold)
{
	struct tally t = { 0 };
	bool goes_on = true;
	u64 end;
	u32 n;

	open_stream();
	for (n = 1; goes_on && n < LIMIT; n++) {
		if (cold)
			make_cold();
		goes_on = starve(n, payload, &t);
	}
	judge(what, cold, n, &t);
	t.reached.sealed = 0;
	starve(0, payload, &t);
	end = now_ms() + 5000;
	while (!t.reached.sealed && now_ms() < end)
		collect(&t.reached);
	ok(t.reached.sealed && !t.reached.others,
	   "%s: then it goes on", what);
	close_stream();
}

/* As many as a train has, in one go, or one. */
static u32 give(u32 i)
{
	static u8 pkt[TRAIN * 256];
	int len = 0, size = 0, zero = 0, k;
	u32 n = i % 10 ? 1 : TRAIN;

	for (k = 0; k < (int)n; k++) {
		size = next(pkt + len, 160);
		len += size;
	}
	setsockopt(a, SOL_UDP, UDP_SEGMENT, n > 1 ? &size : &zero,
		   sizeof(size));
	send_udp(a, AF_INET, PORT, pkt, (size_t)len);
	if (i % 16 == 0)
		usleep(2000);
	return n;
}

/* In softirqs, where the failures of one thread alone do not reach. */
static void at_random(void)
{
	struct reached r = { 0 }, after = { 0 };
	struct ucsec_stats s, later;
	u32 i, n = 0, seen = 0, legible = 0;
	u64 end;

	open_stream();
	/* Everybody knows the neighbours: it is not about them. */
	give(1);
	s = wait_rx(id, 1);
	fault_random(20);
	for (i = 0; i < BURST; i++) {
		give(i);
		seen += look(&legible);
		collect(&r);
	}
	usleep(200000);
	fault_random(0);
	s = wait_rx(id, 1);
	seen += look(&legible);
	collect(&r);
	note("of %llu packets %llu lacked memory, %u were seen to leave, "
	     "%u arrived", (unsigned long long)s.rx_packets,
	     (unsigned long long)s.drops[UCSEC_DROP_NOMEM], seen, r.sealed);
	ok(s.drops[UCSEC_DROP_NOMEM] > 20 && adds_up(&s),
	   "at random: want of memory was told as such");
	ok(seen > 20 && r.sealed > 20 && !legible && !r.others,
	   "at random: nothing left in clear");
	for (i = 0; i < BURST; i++)
		n += give(i);
	later = wait_rx(id, s.rx_packets + n);
	end = now_ms() + 5000;
	while (after.sealed < n && now_ms() < end)
		collect(&after);
	look(&legible);
	ok(after.sealed == n && !after.others && !legible &&
	   later.tx_packets == s.tx_packets + n && adds_up(&later),
	   "then all of %u arrive", n);
	close_stream();
}

int main(void)
{
	if (!fault_ready()) {
		printf("1..0 # SKIP this kernel cannot make memory fail\n");
		return 0;
	}
	stay();
	world_new();
	a = udp_socket(A, AF_INET, PORT);
	b = udp_socket(B, AF_INET, PORT);
	tap = tap_at(G, "wb");
	wire = tun_new("tun9", 0);
	if (wire < 0)
		die("tun");
	/* Packets that a tap saw are shared: the module needs its own. */
	tap_in[0] = tap_at(G, "tun9");
	tap_in[1] = tap_at(G, "wa");
	in_turn("a packet", 160, false);
	in_turn("a packet in pieces", 5000, false);
	in_turn("a first packet", 160, true);
	at_random();
	return tap_end();
}
