// SPDX-License-Identifier: GPL-2.0
/*
 * A plain sender starts its sequence anew under the same SSRC: it goes on
 * under a fresh one, RTCP too, and no index is ever sealed twice.
 */
#include "net.h"

enum { PORT = 6300, BACK = 6310, SSRC = 0x5eed5eed, PAYLOAD = 40,
       MAX_OUT = 1 << 16, SIZE = 512 };

/* All that ever left sealed. */
static struct out {
	u32 ssrc, roc;
	u16 seq;
	u8 head[16];		/* of the keystream */
} *out;
static u32 nout;

static struct ucsec_stream spec;
static struct cm *cm;
static int a, b, a_rtcp, b_rtcp;
static u32 id;

/* The ROC that each SSRC has now, found by trying. */
static struct { u32 ssrc, roc; } rocs[4096];
static u32 nrocs;

static u32 *roc_of(u32 ssrc)
{
	u32 i;

	for (i = 0; i < nrocs && rocs[i].ssrc != ssrc; i++)
		;
	if (i == sizeof(rocs) / sizeof(rocs[0]))
		die("too many SSRCs");
	if (i == nrocs)
		rocs[nrocs++].ssrc = ssrc;
	return &rocs[i].roc;
}

/* Opens with the ROC or its neighbours, and notes what it was sealed with. */
static bool take(const u8 *pkt, int len, u8 *clear)
{
	u32 *roc = roc_of(rtp_ssrc(pkt)), try, i;
	struct out *o = &out[nout];
	int n = -1;

	for (i = 0; i < 3 && n < 0; i++) {
		static const int turn[] = { 0, 1, -1 };

		try = *roc + (u32)turn[i];
		memcpy(clear, pkt, (size_t)len);
		n = cm_open_at(cm, clear, len, try);
	}
	if (n < 0 || nout == MAX_OUT)
		return false;
	if (try == *roc + 1)
		*roc = try;
	o->ssrc = rtp_ssrc(pkt);
	o->roc = try;
	o->seq = rtp_seq(pkt);
	for (i = 0; i < 16; i++)
		o->head[i] = pkt[12 + i] ^ clear[12 + i];
	nout++;
	return true;
}

static int by_index(const void *x, const void *y)
{
	const struct out *p = x, *q = y;

	if (p->ssrc != q->ssrc)
		return p->ssrc < q->ssrc ? -1 : 1;
	if (p->roc != q->roc)
		return p->roc < q->roc ? -1 : 1;
	return (int)p->seq - (int)q->seq;
}

static int by_keystream(const void *x, const void *y)
{
	return memcmp(((const struct out *)x)->head,
		      ((const struct out *)y)->head, 16);
}

static u32 twice(int (*order)(const void *, const void *))
{
	u32 i, n = 0;

	qsort(out, nout, sizeof(*out), order);
	for (i = 1; i < nout; i++)
		n += !order(&out[i - 1], &out[i]);
	return n;
}

static void give(u32 ssrc, u16 seq)
{
	struct rtp rtp = { .ssrc = ssrc, .seq = seq, .payload = PAYLOAD,
			   .seed = random_u32() };
	u8 pkt[SIZE];

	send_udp(a, AF_INET, PORT, pkt, (size_t)rtp_make(pkt, &rtp));
}

static void open_stream(u32 window)
{
	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_tx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	/* Of plain media a source is learned only where it was named. */
	spec.have |= UCSEC_HAVE_FROM;
	spec.from = endpoint(HOST_A, AF_INET, 0);
	if (window) {
		spec.have |= UCSEC_HAVE_WINDOW;
		spec.window = window;
	}
	cm = cm_new(&spec.tx);
	id = stream_new(&spec);
	nout = nrocs = 0;
}

static void close_stream(void)
{
	struct ucsec_stats s = stream_stats(id);

	if (!adds_up(&s))
		ok(false, "every packet is counted once");
	stream_del(id);
	cm_free(cm);
}

/* How many packets went missing after a leap from 30000 + 300 to @seq. */
static void restart_at(u16 seq, const char *what, bool fresh)
{
	u32 i, missing = 0, ssrc = 0;
	u8 pkt[SIZE], clear[SIZE];
	struct ucsec_stats s;
	int len;

	open_stream(0);
	for (i = 0; i < 300; i++)
		give(SSRC, (u16)(30000 + i));
	for (i = 0; i < 300; i++) {
		len = receive(b, pkt, sizeof(pkt), ARRIVAL_MS);
		if (len < 0 || !take(pkt, len, clear))
			break;
	}
	for (i = 0; i < 100; i++) {
		give(SSRC, (u16)(seq + i));
		/* What the gateway sent on comes; what it dropped does not. */
		s = wait_rx(id, 301 + i);
		if (s.tx_packets == 300 + i - missing) {
			missing++;
			continue;
		}
		len = receive(b, pkt, sizeof(pkt), ARRIVAL_MS);
		if (len < 0 || !take(pkt, len, clear))
			break;
		ssrc = rtp_ssrc(pkt);
	}
	s = stream_stats(id);
	ok(i == 100 && missing < 3 && (ssrc != SSRC) == fresh &&
	   s.restarts == fresh && s.drops[UCSEC_DROP_TX_REPLAY] == missing,
	   "restart %s: %u lost, %s SSRC", what, missing,
	   ssrc == SSRC ? "the same" : "a fresh");
	close_stream();
}

static u32 report_block_of(const u8 *pkt)
{
	return get32(pkt + 28);
}

/* One RTCP packet from @from, sealed on its way out; the clear text. */
static int rtcp_out(u32 ssrc, u8 *pkt)
{
	int len = rtcp_make(pkt, ssrc, 1);

	send_udp(a_rtcp, AF_INET, PORT + 1, pkt, (size_t)len);
	len = receive(b_rtcp, pkt, SIZE, ARRIVAL_MS);
	return len < 0 ? -1 : cm_open(cm, pkt, len, true);
}

static void rtcp_follows(void)
{
	struct ucsec_stream back = {
		.have = UCSEC_HAVE_IN | UCSEC_HAVE_OUT | UCSEC_HAVE_TO |
			UCSEC_HAVE_PAIR,
		.in = endpoint(HOST_GB, AF_INET, BACK),
		.out = endpoint(HOST_GA, AF_INET, BACK),
		.to = endpoint(HOST_A, AF_INET, PORT),
	};
	int from_b, len;
	u32 i, fresh = 0, back_id;
	struct sockaddr_storage ss;
	struct oracle *seal;
	u8 pkt[SIZE];

	open_stream(0);
	back.pair = id;
	with_rx(&back, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	back_id = stream_new(&back);
	seal = oracle_new(&back.rx, true);
	from_b = udp_socket(B, AF_INET, BACK + 1);
	ok(rtcp_out(SSRC, pkt) > 0 && get32(pkt + 4) == SSRC,
	   "RTCP goes by its SSRC at first");
	for (i = 0; i < 20; i++)
		give(SSRC, (u16)(30000 + i));
	for (i = 0; i < 10; i++)
		give(SSRC, (u16)(10 + i));
	wait_rx(id, 31);
	while ((len = receive(b, pkt, sizeof(pkt), 50)) > 0)
		fresh = rtp_ssrc(pkt);
	ok(rtcp_out(SSRC, pkt) > 0 && get32(pkt + 4) == fresh &&
	   get32(pkt + 56) == fresh && fresh != SSRC,
	   "RTCP follows to the fresh SSRC, SDES too");

	len = rtcp_make(pkt, 0xbbbb, fresh);
	len = oracle_seal(seal, pkt, len, 0, true);
	address(HOST_GB, AF_INET, BACK + 1, &ss);
	sendto(from_b, pkt, (size_t)len, 0, (void *)&ss,
	       sizeof(struct sockaddr_in));
	len = receive(a_rtcp, pkt, sizeof(pkt), ARRIVAL_MS);
	ok(len == 68 && report_block_of(pkt) == SSRC &&
	   get32(pkt + 4) == 0xbbbb,
	   "reports of the far end speak of the sender's own SSRC");
	stream_del(back_id);
	oracle_free(seal);
	close(from_b);
	close_stream();
}

/* Whatever the input repeats: restarts at random, replays, several SSRCs. */
static void never_twice(u32 window)
{
	u32 i, n = 0, bad = 0, restarts = 0;
	u16 seq[3] = { 100, 40000, 65000 };
	u8 pkt[SIZE], clear[SIZE];
	u64 sent = 0;
	int len;

	open_stream(window);
	for (i = 0; i < 9000; i++, sent++) {
		u32 k = random_below(3);

		if (!random_below(40)) {
			seq[k] = (u16)random_u32();
			restarts++;
		} else if (!random_below(8)) {
			seq[k] -= (u16)random_below(5);
		}
		give(SSRC + k, seq[k]++);
		while ((len = (int)recv(b, pkt, sizeof(pkt),
					MSG_DONTWAIT)) > 0) {
			n++;
			bad += !take(pkt, len, clear);
		}
	}
	wait_rx(id, sent);
	while ((len = receive(b, pkt, sizeof(pkt), 100)) > 0) {
		n++;
		bad += !take(pkt, len, clear);
	}
	ok(!bad && nout == n, "window %u: %u packets sealed, %u leaps, %u SSRCs",
	   spec.window, n, restarts, nrocs);
	ok(n > 6000, "most of them got through");
	ok(!twice(by_index), "no SSRC, ROC and sequence number twice");
	ok(!twice(by_keystream), "no keystream twice");
	close_stream();
}

/* The sender picks the very SSRC that was made up for it. */
static void picks_fresh(void)
{
	u8 pkt[SIZE], clear[SIZE];
	u32 i, fresh = 0, bad = 0;
	int len;

	open_stream(0);
	for (i = 0; i < 50; i++)
		give(SSRC, (u16)(1000 + i));
	for (i = 0; i < 50; i++)
		give(SSRC, (u16)(1000 + i));
	wait_rx(id, 100);
	while ((len = receive(b, pkt, sizeof(pkt), 50)) > 0) {
		bad += !take(pkt, len, clear);
		fresh = rtp_ssrc(pkt);
	}
	for (i = 0; i < 50; i++) {
		give(fresh, (u16)(1000 + i));
		give(fresh + 1, (u16)(1000 + i));
	}
	wait_rx(id, 200);
	while ((len = receive(b, pkt, sizeof(pkt), 50)) > 0)
		bad += !take(pkt, len, clear);
	ok(fresh != SSRC && !bad && !twice(by_index),
	   "a sender that picks the fresh SSRC gets another (%u SSRCs)",
	   nrocs);
	close_stream();
}

int main(void)
{
	world_new();
	out = calloc(MAX_OUT, sizeof(*out));
	a = udp_socket(A, AF_INET, PORT);
	b = udp_socket(B, AF_INET, PORT);
	a_rtcp = udp_socket(A, AF_INET, PORT + 1);
	b_rtcp = udp_socket(B, AF_INET, PORT + 1);
	restart_at(30250, "in the window", true);
	restart_at(30290, "at the end of the window", true);
	restart_at(30298, "a packet back", false);
	restart_at(30000, "where it began", true);
	restart_at(20, "far below the window", true);
	restart_at(40000, "ahead, within 2^15", false);
	restart_at(64000, "ahead, beyond 2^15", true);
	rtcp_follows();
	picks_fresh();
	never_twice(0);
	never_twice(64);
	never_twice(32768);
	return tap_end();
}
