// SPDX-License-Identifier: GPL-2.0
/*
 * Every suite, every direction, both families, RTP and RTCP, with and without
 * MKI: what leaves the gateway is opened by another implementation.
 */
#include "net.h"

enum { PORT = 6000, SHAPES = 24, SSRCS = 3 };

/* One stream between two ends. */
struct flow {
	struct ucsec_stream spec;
	u32 id;
	int a, b, a_rtcp, b_rtcp;
	int family_in;
	u16 port;
	bool mux;
	struct oracle *seal, *open;
};

static void flow_open(struct flow *f)
{
	const struct ucsec_stream *s = &f->spec;

	f->family_in = s->in.family;
	f->port = s->in.port;
	f->mux = s->flags & UCSEC_F_RX_RTCP_MUX;
	f->a = udp_socket(A, s->in.family, f->port);
	f->b = udp_socket(B, s->out.family, f->port);
	f->a_rtcp = f->mux ? f->a :
			     udp_socket(A, s->in.family, f->port + 1);
	f->b_rtcp = f->mux ? f->b :
			     udp_socket(B, s->out.family, f->port + 1);
	f->seal = s->have & UCSEC_HAVE_RX ? oracle_new(&s->rx, true) : NULL;
	f->open = s->have & UCSEC_HAVE_TX ? oracle_new(&s->tx, false) : NULL;
	f->id = stream_new(s);
}

static void flow_close(struct flow *f)
{
	stream_del(f->id);
	close(f->a);
	close(f->b);
	if (!f->mux) {
		close(f->a_rtcp);
		close(f->b_rtcp);
	}
	if (f->seal)
		oracle_free(f->seal);
	if (f->open)
		oracle_free(f->open);
}

static bool left_clear(const struct flow *f, const u8 *clear, const u8 *got,
		       int got_len, int len, bool rtcp)
{
	int head = rtcp ? 8 : rtp_header_len(clear);

	if (got_len <= len)
		return true;
	if (!strncmp(ucsec_suite_name(f->spec.tx.suite), "NULL", 4))
		return false;
	return len - head > 8 &&
	       !memcmp(got + head, clear + head, (size_t)(len - head));
}

/* One packet through the gateway, equal on both ends. */
static bool pass(struct flow *f, const u8 *clear, int len, u32 key, bool rtcp)
{
	u8 pkt[2048], got[2048];
	int n = len, m;

	memcpy(pkt, clear, (size_t)len);
	if (f->seal)
		n = oracle_seal(f->seal, pkt, len, key, rtcp);
	if (n < 0)
		die("the oracle does not seal %d bytes", len);
	send_udp(rtcp ? f->a_rtcp : f->a, f->family_in,
		 rtcp && !f->mux ? f->port + 1 : f->port, pkt, (size_t)n);
	m = receive(rtcp ? f->b_rtcp : f->b, got, sizeof(got), ARRIVAL_MS);
	if (m < 0) {
		note("nothing came of %d bytes", len);
		return false;
	}
	if (f->open) {
		if (left_clear(f, clear, got, m, len, rtcp)) {
			note("%d bytes left in clear", len);
			return false;
		}
		m = oracle_open(f->open, got, m, rtcp);
	}
	if (m == len && !memcmp(got, clear, (size_t)len))
		return true;
	note("%d bytes sent, %d arrived, %s", len, m,
	     m == len ? "others" : "refused or of another length");
	return false;
}

static struct rtp shape(u32 i, u32 ssrc, u16 seq)
{
	static const u32 payloads[] = { 0, 1, 15, 16, 17, 160, 1024, 1400 };
	struct rtp rtp = {
		.ssrc = ssrc, .seq = seq, .timestamp = 160 * i,
		.payload = payloads[i % 8],
		.marker = i % 3 == 0, .pt = 96,
		.csrcs = i / 8 == 1 ? (u8)(i % 16) : 0,
		.extension = i / 8 == 2,
		.extension_words = (u8)(i % 5),
		.padding = i % 7 == 6 && payloads[i % 8] < 1400 ? 12 : 0,
	};

	/* What does not fit one frame would arrive in fragments. */
	if (rtp.payload == 1400 && (rtp.csrcs || rtp.extension))
		rtp.payload = 1300;
	return rtp;
}

static bool all_shapes(struct flow *f, u32 key)
{
	u32 i, ssrcs[SSRCS];
	bool good = true;
	u16 seq = 65530;	/* wraps on the way */
	u8 pkt[2048];
	int len;

	random_fill(ssrcs, sizeof(ssrcs));
	for (i = 0; i < SHAPES && good; i++) {
		struct rtp rtp = shape(i, ssrcs[i % SSRCS], seq++);

		len = rtp_make(pkt, &rtp);
		good = pass(f, pkt, len, key, false);
		if (i % 4 || !good)
			continue;
		len = rtcp_make(pkt, ssrcs[i % SSRCS], ssrcs[0]);
		good = pass(f, pkt, len, key, true);
	}
	return good;
}

static bool counted(const struct flow *f)
{
	struct ucsec_stats s = stream_stats(f->id);

	return adds_up(&s) && s.rx_packets == SHAPES + SHAPES / 4 &&
	       s.tx_packets == s.rx_packets && s.rtcp_packets == SHAPES / 4;
}

static void try(struct flow *f, const char *name)
{
	bool good;

	flow_open(f);
	good = all_shapes(f, 0);
	ok(good && counted(f), "%s", name);
	flow_close(f);
}

static const int families[4][2] = {
	{ AF_INET, AF_INET },
	{ AF_INET6, AF_INET6 },
	{ AF_INET, AF_INET6 },
	{ AF_INET6, AF_INET },
};

static const char *const family_names[] = { "v4", "v6", "v4 to v6",
					    "v6 to v4" };

/* Suite @i on the side(s) that @way says; the family and mux vary along. */
static void try_suite(u32 i, u32 way)
{
	enum ucsec_suite suite = i + 1, other = (i + 3) % 10 + 1;
	static const char *const ways[] = { "seals", "opens",
					    "takes and gives other keys" };
	u32 fam = (i + way) % 4;
	struct flow f = {
		.spec = stream_spec(families[fam][0], families[fam][1], PORT),
	};
	char name[128];

	if (way != 0)
		with_rx(&f.spec, way == 1 ? suite : other);
	if (way != 1)
		with_tx(&f.spec, suite);
	if ((i + way) % 2) {
		f.spec.have |= UCSEC_HAVE_FLAGS;
		f.spec.flags = UCSEC_F_RX_RTCP_MUX | UCSEC_F_TX_RTCP_MUX;
		f.spec.flags_mask = f.spec.flags;
	}
	snprintf(name, sizeof(name), "%s %s, %s%s", ways[way],
		 ucsec_suite_name(suite), family_names[fam],
		 f.spec.flags ? ", RTCP multiplexed" : "");
	try(&f, name);
}

static void try_plain(u32 fam)
{
	struct flow f = {
		.spec = stream_spec(families[fam][0], families[fam][1], PORT),
	};
	char name[64];

	snprintf(name, sizeof(name), "relays plain RTP, %s",
		 family_names[fam]);
	try(&f, name);
}

/* Each of @n keys in turn; then a key that the stream does not have. */
static void try_mki(enum ucsec_suite suite, u32 n, u8 mki_len)
{
	struct flow f = { .spec = stream_spec(AF_INET, AF_INET, PORT) };
	struct ucsec_stats s;
	bool good = true;
	u8 pkt[2048];
	u32 i;
	int len;

	with_tx(&f.spec, suite);
	random_keys(&f.spec.tx, suite, 1, mki_len);
	f.spec.have |= UCSEC_HAVE_RX;
	random_keys(&f.spec.rx, suite, n, mki_len);
	flow_open(&f);
	for (i = 0; i < 4 * n && good; i++) {
		struct rtp rtp = shape(i % 8, 0xabcdef, (u16)(1000 + i));

		len = rtp_make(pkt, &rtp);
		good = pass(&f, pkt, len, i % n, false);
		len = rtcp_make(pkt, 0xabcdef, 1);
		good = good && pass(&f, pkt, len, i % n, true);
	}
	ok(good, "%u key(s) with MKI of %u bytes, %s", n, mki_len,
	   ucsec_suite_name(suite));
	len = rtp_make(pkt, &(struct rtp){ .ssrc = 0xabcdef, .seq = 2000,
					   .payload = 160 });
	len = oracle_seal(f.seal, pkt, len, 0, false);
	pkt[len - (strstr(ucsec_suite_name(suite), "GCM") ? 0 :
		   strstr(ucsec_suite_name(suite), "_32") ? 4 : 10) - 1] = 0xee;
	send_udp(f.a, AF_INET, PORT, pkt, (size_t)len);
	s = wait_rx(f.id, 8 * n + 1);
	ok(adds_up(&s) && s.drops[UCSEC_DROP_MKI] == 1,
	   "an unknown MKI ends as mki, %s", ucsec_suite_name(suite));
	flow_close(&f);
}

int main(void)
{
	u32 i, way;

	world_new();
	for (i = 0; i < 10; i++)
		for (way = 0; way < 3; way++)
			try_suite(i, way);
	for (i = 0; i < 4; i++)
		try_plain(i);
	try_mki(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 1, 1);
	try_mki(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32, 8, 4);
	try_mki(UCSEC_SUITE_AEAD_AES_128_GCM, 8, 16);
	try_mki(UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80, 8, 2);
	return tap_end();
}
