// SPDX-License-Identifier: GPL-2.0
/*
 * Replays, forgeries and old packets: nothing of them is forwarded, and
 * nothing they claim changes the stream.
 */
#include "net.h"

enum { PORT = 6100, SSRC = 0x11223344, PAYLOAD = 160, PACKET = 256 };

static struct ucsec_stream spec;
static struct oracle *seal;
static u32 id;
static int a, b;

static void open_stream(enum ucsec_suite suite, u32 window, u32 roc)
{
	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_rx(&spec, suite);
	if (window) {
		spec.have |= UCSEC_HAVE_WINDOW;
		spec.window = window;
	}
	seal = oracle_new(&spec.rx, true);
	if (roc) {
		spec.ssrc_count = 1;
		spec.ssrcs[0] = (struct ucsec_ssrc){
			.have = UCSEC_SSRC_RX_ROC,
			.ssrc = SSRC, .rx_roc = roc,
		};
		oracle_add(seal, SSRC, roc);
	}
	a = udp_socket(A, AF_INET, PORT);
	b = udp_socket(B, AF_INET, PORT);
	id = stream_new(&spec);
}

static void close_stream(void)
{
	struct ucsec_stats s = stream_stats(id);

	if (!adds_up(&s))
		ok(false, "every packet is counted once");
	stream_del(id);
	oracle_free(seal);
	close(a);
	close(b);
}

static int sealed(u8 *pkt, u32 ssrc, u16 seq)
{
	struct rtp rtp = { .ssrc = ssrc, .seq = seq, .payload = PAYLOAD };

	return oracle_seal(seal, pkt, rtp_make(pkt, &rtp), 0, false);
}

static void give(const u8 *pkt, int len)
{
	send_udp(a, AF_INET, PORT, pkt, (size_t)len);
}

/* Sends until the stream has seen all; tells how many arrived behind it. */
static u32 settle(u64 rx)
{
	wait_rx(id, rx);
	usleep(20000);
	return drain(b);
}

static void replay_all(enum ucsec_suite suite)
{
	static u8 pkt[100][PACKET];
	struct ucsec_stats s;
	int i, len[100];
	u32 got;

	open_stream(suite, 0, 0);
	for (i = 0; i < 100; i++) {
		len[i] = sealed(pkt[i], SSRC, (u16)(65500 + i));
		give(pkt[i], len[i]);
	}
	got = settle(100);
	ok(got == 100, "%s: 100 packets delivered (%u)",
	   ucsec_suite_name(suite), got);
	for (i = 0; i < 100; i++)
		give(pkt[i], len[i]);
	got = settle(200);
	s = stream_stats(id);
	ok(!got && s.drops[UCSEC_DROP_REPLAY] == 100,
	   "%s: replayed, %u forwarded, %llu counted", ucsec_suite_name(suite),
	   got, (unsigned long long)s.drops[UCSEC_DROP_REPLAY]);
	close_stream();
}

static bool same_state(const struct ucsec_stream *x,
		       const struct ucsec_stream *y)
{
	u32 i;

	if (x->ssrc_count != y->ssrc_count ||
	    x->stats.tx_packets != y->stats.tx_packets ||
	    (x->have ^ y->have) & UCSEC_HAVE_LATCHED)
		return false;
	for (i = 0; i < x->ssrc_count; i++)
		if (x->ssrcs[i].rx_roc != y->ssrcs[i].rx_roc ||
		    x->ssrcs[i].rx_seq != y->ssrcs[i].rx_seq ||
		    x->ssrcs[i].ssrc != y->ssrcs[i].ssrc)
			return false;
	return true;
}

/*
 * The wrap just happened: forged packets with high sequence numbers would,
 * taken at their word, drag the ROC back or ahead.
 */
static void forge_after_wrap(enum ucsec_suite suite)
{
	static const u16 seqs[6] = { 3, 0x7fff, 0x8003, 0xfff0, 200, 32000 };
	struct ucsec_stream before, after;
	u8 pkt[PACKET];
	u32 i, got = 0;
	u64 rx = 0;
	int len;

	open_stream(suite, 0, 5);
	for (i = 0; i < 20; i++, rx++) {
		len = sealed(pkt, SSRC, (u16)(65526 + i));
		give(pkt, len);
	}
	settle(rx);
	before = stream_get(id);
	for (i = 0; i < 12; i++, rx++) {
		struct rtp rtp = { .ssrc = i < 6 ? SSRC : 0x666 + i,
				   .seq = seqs[i % 6], .payload = PAYLOAD + 10 };

		len = rtp_make(pkt, &rtp);
		give(pkt, len);
	}
	got = settle(rx);
	after = stream_get(id);
	ok(!got && same_state(&before, &after) &&
	   after.stats.drops[UCSEC_DROP_AUTH] +
	   after.stats.drops[UCSEC_DROP_REPLAY] == 12,
	   "%s: 12 forged after a wrap change nothing",
	   ucsec_suite_name(suite));
	for (i = 0; i < 1000; i++, rx++) {
		len = sealed(pkt, SSRC, (u16)(10 + i));
		give(pkt, len);
		if (i % 100 == 99)
			got += settle(rx + 1);
	}
	ok(got == 1000, "%s: then 1000 genuine, %u forwarded",
	   ucsec_suite_name(suite), got);
	ok(stream_get(id).ssrcs[0].rx_roc == 6, "the ROC went on by one");
	close_stream();
}

/* Below the window and just inside it. */
static void window_edge(u32 window)
{
	static u8 old[PACKET], edge[PACKET];
	u32 size = window ? window : 128;
	struct ucsec_stats s;
	u8 pkt[PACKET];
	int old_len, edge_len, len;
	u32 got;

	open_stream(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, window, 0);
	old_len = sealed(old, SSRC, 1000);
	edge_len = sealed(edge, SSRC, 1001);
	/* The highest first: one is exactly a window back. */
	len = sealed(pkt, SSRC, (u16)(900));
	give(pkt, len);
	len = sealed(pkt, SSRC, (u16)(1000 + size));
	give(pkt, len);
	give(edge, edge_len);
	give(old, old_len);
	got = settle(4);
	s = stream_stats(id);
	ok(got == 3 && s.drops[UCSEC_DROP_REPLAY] == 1,
	   "window %u: the oldest inside forwarded, one older not", size);
	give(edge, edge_len);
	got = settle(5);
	ok(!got, "window %u: the oldest inside, again, is a replay", size);
	close_stream();
}

static void replay_rtcp(bool mux)
{
	static u8 pkt[100][PACKET];
	int i, len[100], fd, out;
	struct ucsec_stats s;
	u32 got;

	open_stream(UCSEC_SUITE_AEAD_AES_128_GCM, 0, 0);
	close_stream();
	spec.have |= UCSEC_HAVE_FLAGS;
	spec.flags = spec.flags_mask = mux ? UCSEC_F_RX_RTCP_MUX |
					     UCSEC_F_TX_RTCP_MUX : 0;
	seal = oracle_new(&spec.rx, true);
	id = stream_new(&spec);
	fd = udp_socket(A, AF_INET, PORT + !mux);
	out = udp_socket(B, AF_INET, PORT + !mux);
	for (i = 0; i < 100; i++) {
		len[i] = rtcp_make(pkt[i], SSRC, 7);
		len[i] = oracle_seal(seal, pkt[i], len[i], 0, true);
		send_udp(fd, AF_INET, PORT + !mux, pkt[i], (size_t)len[i]);
	}
	wait_rx(id, 100);
	got = drain(out);
	for (i = 0; i < 100; i++)
		send_udp(fd, AF_INET, PORT + !mux, pkt[i], (size_t)len[i]);
	s = wait_rx(id, 200);
	usleep(20000);
	ok(got == 100 && !drain(out) && s.drops[UCSEC_DROP_REPLAY] == 100,
	   "100 of SRTCP%s: %u delivered, replayed none",
	   mux ? ", multiplexed" : "", got);
	a = fd;
	b = out;
	close_stream();
}

/* Every byte of a packet counts, and so does every bit of the ROC. */
static void flip_bits(enum ucsec_suite suite)
{
	u8 pkt[PACKET], bad[PACKET];
	struct ucsec_stats s;
	u32 got, good;
	int i, len;

	open_stream(suite, 0, 0);
	len = sealed(pkt, SSRC, 1);
	give(pkt, len);
	good = settle(1);
	len = sealed(pkt, SSRC, 2);
	for (i = 0; i < len; i++) {
		memcpy(bad, pkt, (size_t)len);
		bad[i] ^= (u8)(1 << i % 8);
		give(bad, len);
	}
	got = settle(1 + (u64)len);
	s = stream_stats(id);
	give(pkt, len);
	good += settle(2 + (u64)len);
	ok(!got && good == 2, "%s: %d packets with a bit flipped, %u forwarded",
	   ucsec_suite_name(suite), len, got);
	ok(s.drops[UCSEC_DROP_AUTH] > (u64)len - 20 &&
	   stream_get(id).ssrc_count == 1, "they made no state");
	close_stream();
}

int main(void)
{
	static const enum ucsec_suite suites[] = {
		UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80,
		UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32,
		UCSEC_SUITE_AEAD_AES_256_GCM,
		UCSEC_SUITE_NULL_HMAC_SHA1_80,
	};
	static const u32 windows[] = { 0, 64, 1024, 32768 };
	u32 i;

	world_new();
	for (i = 0; i < 4; i++) {
		replay_all(suites[i]);
		forge_after_wrap(suites[i]);
		flip_bits(suites[i]);
	}
	replay_rtcp(false);
	replay_rtcp(true);
	for (i = 0; i < 4; i++)
		window_edge(windows[i]);
	return tap_end();
}
