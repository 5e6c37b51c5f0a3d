// SPDX-License-Identifier: GPL-2.0
/*
 * Many packets through a network that loses, delays, repeats and leaps: what
 * the gateway forwards is exactly what a model of the window says, bit by bit.
 */
#include "net.h"

enum {
	PORT = 6200, PACKETS = 2400, BATCH = 60, DELAYED = 24,
	WINDOW = 128, SSRCS = 3, SIZE = 1500, HISTORY = 1 << 12,
};

struct packet {
	bool rtcp;
	u32 stream;		/* of the SSRCs */
	u64 index;
	int clear_len, len;
	u8 clear[SIZE], sealed[SIZE];
};

/* What a window should know: written the slow and plain way. */
struct model {
	u64 top, seen[HISTORY];
	u32 count;
	bool started;
};

static struct sender {
	u32 ssrc;
	u64 index;
	u32 rtcp;
	struct model rtp_model, rtcp_model;
} sender[SSRCS];

static struct packet delayed[DELAYED], expected[BATCH * 3];
static u32 ndelayed, nexpected, forwarded, refused, wraps;
static struct oracle *seal, *open_;
static int a[2], b[2];
static u32 id;

static bool model_accepts(struct model *m, u64 index)
{
	u32 i;

	if (m->started && index + WINDOW <= m->top)
		return false;
	for (i = 0; i < m->count && i < HISTORY; i++)
		if (m->seen[i] == index)
			return false;
	m->seen[m->count++ % HISTORY] = index;
	if (!m->started || index > m->top)
		m->top = index;
	m->started = true;
	return true;
}

static void deliver(const struct packet *p)
{
	struct sender *s = &sender[p->stream];

	send_udp(a[p->rtcp], AF_INET, PORT + p->rtcp, p->sealed,
		 (size_t)p->len);
	if (model_accepts(p->rtcp ? &s->rtcp_model : &s->rtp_model,
			  p->index))
		expected[nexpected++] = *p;
	else
		refused++;
}

static void make(struct packet *p)
{
	struct sender *s;
	struct rtp rtp;

	p->stream = random_below(SSRCS);
	p->rtcp = !random_below(20);
	s = &sender[p->stream];
	if (p->rtcp) {
		p->clear_len = rtcp_make(p->clear, s->ssrc, 99);
		p->index = s->rtcp++;
	} else {
		u64 before = s->index;

		s->index += random_below(100) ? 1 : 1 + random_below(9000);
		wraps += before >> 16 != s->index >> 16;
		p->index = s->index;
		rtp = (struct rtp){
			.ssrc = s->ssrc, .seq = (u16)s->index,
			.payload = random_below(1200), .pt = 8,
			.csrcs = (u8)random_below(16),
			.extension = !random_below(4),
			.extension_words = 3, .seed = s->index,
		};
		p->clear_len = rtp_make(p->clear, &rtp);
	}
	memcpy(p->sealed, p->clear, (size_t)p->clear_len);
	p->len = oracle_seal(seal, p->sealed, p->clear_len, 0, p->rtcp);
	if (p->len < 0)
		die("the oracle does not seal");
}

/* Lost, delayed, doubled or just sent. */
static void pass_network(const struct packet *p)
{
	u32 fate = random_below(100), i;

	if (fate < 5)
		return;
	if (fate < 25) {
		if (ndelayed < DELAYED) {
			delayed[ndelayed++] = *p;
			return;
		}
		i = random_below(DELAYED);
		deliver(&delayed[i]);
		delayed[i] = *p;
		return;
	}
	deliver(p);
	if (fate < 30)
		deliver(p);
	if (fate == 30 && ndelayed)
		deliver(&delayed[--ndelayed]);
}

/* What came out of the gateway is what the model expects, in order. */
static u32 compare(void)
{
	u32 i, bad = 0;
	u8 pkt[2048];
	int len;

	for (i = 0; i < nexpected; i++) {
		const struct packet *p = &expected[i];

		len = receive(b[p->rtcp], pkt, sizeof(pkt), ARRIVAL_MS);
		if (len >= 0)
			len = oracle_open(open_, pkt, len, p->rtcp);
		if (len != p->clear_len ||
		    memcmp(pkt, p->clear, (size_t)len)) {
			if (!bad++)
				note("%s %llu of SSRC %u: %d bytes, not %d",
				     p->rtcp ? "RTCP" : "RTP",
				     (unsigned long long)p->index, p->stream,
				     len, p->clear_len);
		}
	}
	forwarded += nexpected;
	nexpected = 0;
	return bad;
}

static void episode(enum ucsec_suite rx, enum ucsec_suite tx)
{
	struct ucsec_stream spec = stream_spec(AF_INET, AF_INET, PORT);
	struct ucsec_stats s;
	struct packet p;
	u32 i, bad = 0;

	memset(sender, 0, sizeof(sender));
	ndelayed = forwarded = refused = wraps = 0;
	for (i = 0; i < SSRCS; i++) {
		sender[i].ssrc = random_u32();
		sender[i].index = 60000;
	}
	with_rx(&spec, rx);
	with_tx(&spec, tx);
	seal = oracle_new(&spec.rx, true);
	open_ = oracle_new(&spec.tx, false);
	id = stream_new(&spec);
	for (i = 0; i < PACKETS && !bad; i++) {
		make(&p);
		pass_network(&p);
		if (nexpected >= BATCH)
			bad += compare();
	}
	bad += compare();
	bad += drain(b[0]) + drain(b[1]);
	s = stream_stats(id);
	ok(!bad && adds_up(&s) && s.tx_packets == forwarded &&
	   drops_total(&s) == refused,
	   "%s to %s: %u forwarded, %u refused, %u wraps",
	   ucsec_suite_name(rx), ucsec_suite_name(tx), forwarded, refused,
	   wraps);
	stream_del(id);
	oracle_free(seal);
	oracle_free(open_);
}

int main(void)
{
	u32 i;

	stay();
	world_new();
	for (i = 0; i < 2; i++) {
		a[i] = udp_socket(A, AF_INET, (u16)(PORT + i));
		b[i] = udp_socket(B, AF_INET, (u16)(PORT + i));
	}
	for (i = 0; i < 10; i++)
		episode(i + 1, (i * 7 + 2) % 10 + 1);
	return tap_end();
}
