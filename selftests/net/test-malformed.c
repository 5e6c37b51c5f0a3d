// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that lie or were cut: each ends under its reason, none is forwarded,
 * and what came equals what left and was dropped.
 */
#include <linux/in6.h>
#include "net.h"

enum { PORT = 6400, SSRC = 0x01020304, SIZE = 2048 };

static u32 id;
static int a, b, family;

/* Sends by @send and tells the only reason under which a packet ended. */
static int reason_of(u64 rx_before, const struct ucsec_stats *before)
{
	struct ucsec_stats s = wait_rx(id, rx_before + 1);
	int i, reason = -1;

	if (!adds_up(&s) || s.rx_packets != rx_before + 1)
		return -2;
	for (i = 0; i < UCSEC_DROP_ROOM; i++)
		if (s.drops[i] != before->drops[i])
			reason = i;
	return reason;
}

static void raw_case(const char *name, const struct raw *raw, int want)
{
	struct ucsec_stats before = stream_stats(id);
	int got;

	raw_send(raw);
	got = reason_of(before.rx_packets, &before);
	if (got == -1)
		got = 0;
	ok(got == want && (want ? !drain(b) : receive(b, (u8[SIZE]){ 0 }, SIZE,
						     1000) >= 0),
	   "v%d: %s: %s", family == AF_INET ? 4 : 6, name,
	   got < 0 ? "not counted once" :
	   got ? ucsec_drop_name((enum ucsec_drop)got) : "forwarded");
}

static struct raw valid(u8 *pkt, u16 seq)
{
	struct rtp rtp = { .ssrc = SSRC, .seq = seq, .payload = 160 };
	struct raw raw = { .family = family, .sport = PORT, .dport = PORT,
			   .data = pkt, .len = rtp_make(pkt, &rtp) };

	return raw;
}

static void open_stream(int fam, struct ucsec_stream *spec)
{
	family = fam;
	a = udp_socket(A, fam, PORT);
	b = udp_socket(B, fam, PORT);
	id = stream_new(spec);
}

static void close_stream(void)
{
	stream_del(id);
	close(a);
	close(b);
}

/* RTP headers that promise more than there is. */
static const struct lie {
	const char *name;
	u8 first;		/* byte 0 */
	int len;
	int at;			/* a byte to set, if not 0 */
	u8 value;
	int want;
} lies[] = {
	{ "nothing at all", 0, 0, 0, 0, UCSEC_DROP_NOT_RTP },
	{ "one byte", 0x80, 1, 0, 0, UCSEC_DROP_MALFORMED },
	{ "eleven bytes", 0x80, 11, 0, 0, UCSEC_DROP_MALFORMED },
	{ "a header alone", 0x80, 12, 0, 0, 0 },
	{ "version 0", 0x00, 172, 0, 0, UCSEC_DROP_NOT_RTP },
	{ "version 1", 0x40, 172, 0, 0, UCSEC_DROP_NOT_RTP },
	{ "version 3", 0xc0, 172, 0, 0, UCSEC_DROP_NOT_RTP },
	{ "15 CSRCs in 71 bytes", 0x8f, 71, 0, 0, UCSEC_DROP_MALFORMED },
	{ "15 CSRCs in 72 bytes", 0x8f, 72, 0, 0, 0 },
	{ "extension in 15 bytes", 0x90, 15, 0, 0, UCSEC_DROP_MALFORMED },
	{ "extension of 0 words", 0x90, 16, 0, 0, 0 },
	{ "extension of 1 word in 16 bytes", 0x90, 16, 15, 1,
	  UCSEC_DROP_MALFORMED },
	{ "extension of 65280 words", 0x90, 1200, 14, 255,
	  UCSEC_DROP_MALFORMED },
	{ "padding of 0", 0xa0, 172, 0, 0, UCSEC_DROP_MALFORMED },
	{ "padding of 160 in 160", 0xa0, 172, 171, 160, 0 },
	{ "padding of 161 in 160", 0xa0, 172, 171, 161, UCSEC_DROP_MALFORMED },
	{ "padding in a header alone", 0xa0, 12, 0, 0, UCSEC_DROP_MALFORMED },
	{ "padding over the extension", 0xb0, 24, 23, 9,
	  UCSEC_DROP_MALFORMED },
};

static void try_lies(void)
{
	static u16 seq = 100;
	u8 pkt[SIZE];
	u32 i;

	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const struct lie *l = &lies[i];
		struct raw raw = valid(pkt, seq++);

		memset(pkt + 12, 0, sizeof(pkt) - 12);
		pkt[0] = l->first;
		if (l->at)
			pkt[l->at] = l->value;
		raw.len = l->len;
		raw_case(l->name, &raw, l->want);
	}
}

static void try_datagrams(void)
{
	u8 pkt[SIZE];
	struct raw ok_ = valid(pkt, 1000), raw;
	bool four = family == AF_INET;

	raw = ok_;
	raw_case("a good one", &raw, 0);
	valid(pkt, 1001);
	raw.bad_csum = true;
	raw_case("wrong checksum", &raw, UCSEC_DROP_CSUM);
	raw = ok_;
	raw.no_csum = true;
	raw_case("no checksum", &raw, four ? 0 : UCSEC_DROP_CSUM);
	raw = ok_;
	raw.udp_len = 181;
	raw_case("longer than the packet", &raw, UCSEC_DROP_MALFORMED);
	raw.udp_len = 7;
	raw_case("shorter than its header", &raw, UCSEC_DROP_MALFORMED);
	raw = ok_;
	raw.cut = 1;
	raw_case("cut by a byte", &raw, UCSEC_DROP_MALFORMED);
	raw = ok_;
	raw.ttl = 1;
	raw_case("its last hop", &raw, UCSEC_DROP_TTL);
	raw = ok_;
	raw.fragment = 104;
	raw.only_first = true;
	raw_case("a first fragment", &raw, UCSEC_DROP_FRAGMENT);
	raw.only_first = false;
	raw_case("fragments", &raw, UCSEC_DROP_FRAGMENT);
	if (four) {
		raw = ok_;
		raw.options = 4;
		raw_case("four bytes of options", &raw, UCSEC_DROP_OPTIONS);
		raw.options = 40;
		raw_case("forty bytes of options", &raw, UCSEC_DROP_OPTIONS);
		return;
	}
	raw = ok_;
	raw.extended = true;
	raw.ext = IPPROTO_HOPOPTS;
	raw_case("hop-by-hop options", &raw, UCSEC_DROP_OPTIONS);
	raw.ext = IPPROTO_DSTOPTS;
	raw_case("destination options", &raw, UCSEC_DROP_OPTIONS);
	raw.ext = IPPROTO_ROUTING;
	raw_case("a routing header", &raw, UCSEC_DROP_OPTIONS);
}

/* Every prefix of a sealed packet; then the packet itself goes through. */
static void try_truncations(enum ucsec_suite suite, u8 mki_len, bool rtcp)
{
	struct ucsec_stream spec = stream_spec(AF_INET, AF_INET, PORT);
	struct ucsec_stats s;
	struct oracle *seal;
	u8 pkt[SIZE];
	int len, i, from, to;
	u16 port = PORT + rtcp;
	u64 sum;

	with_rx(&spec, suite);
	random_keys(&spec.rx, suite, 1, mki_len);
	seal = oracle_new(&spec.rx, true);
	open_stream(AF_INET, &spec);
	from = rtcp ? udp_socket(A, AF_INET, port) : a;
	to = rtcp ? udp_socket(B, AF_INET, port) : b;
	len = rtcp ? rtcp_make(pkt, SSRC, 1) :
	      rtp_make(pkt, &(struct rtp){ .ssrc = SSRC, .csrcs = 2,
					   .extension = true, .padding = 3,
					   .extension_words = 2,
					   .payload = 80 });
	len = oracle_seal(seal, pkt, len, 0, rtcp);
	for (i = 0; i < len; i++)
		send_udp(from, AF_INET, port, pkt, (size_t)i);
	s = wait_rx(id, (u64)len);
	sum = s.drops[UCSEC_DROP_NOT_RTP] + s.drops[UCSEC_DROP_MALFORMED] +
	      s.drops[UCSEC_DROP_AUTH] + s.drops[UCSEC_DROP_MKI];
	ok(adds_up(&s) && sum == (u64)len && !s.tx_packets && !drain(to) &&
	   s.drops[UCSEC_DROP_NOT_RTP] == 1 && !stream_get(id).ssrc_count,
	   "%d truncations of %s, MKI %u%s", len, ucsec_suite_name(suite),
	   mki_len, rtcp ? ", RTCP" : "");
	send_udp(from, AF_INET, port, pkt, (size_t)len);
	ok(receive(to, pkt, sizeof(pkt), ARRIVAL_MS) > 0,
	   "the whole goes through");
	if (rtcp) {
		close(from);
		close(to);
	}
	close_stream();
	oracle_free(seal);
}

/* An authentic lie: sealed by the peer, with padding that does not fit. */
static void try_sealed_lie(void)
{
	struct ucsec_stream spec = stream_spec(AF_INET, AF_INET, PORT);
	struct oracle *seal;
	struct ucsec_stats s;
	u8 pkt[SIZE];
	int len;

	with_rx(&spec, UCSEC_SUITE_AEAD_AES_128_GCM);
	seal = oracle_new(&spec.rx, true);
	open_stream(AF_INET, &spec);
	len = rtp_make(pkt, &(struct rtp){ .ssrc = SSRC, .payload = 20,
					   .padding = 4 });
	pkt[len - 1] = 99;
	len = oracle_seal(seal, pkt, len, 0, false);
	send_udp(a, AF_INET, PORT, pkt, (size_t)len);
	send_udp(a, AF_INET, PORT, pkt, (size_t)len);
	s = wait_rx(id, 2);
	ok(s.drops[UCSEC_DROP_MALFORMED] == 1 &&
	   s.drops[UCSEC_DROP_REPLAY] == 1 && !drain(b),
	   "an authentic lie is spent");
	close_stream();
	oracle_free(seal);
}

/* RTCP of no length that makes sense, plain, on its own port. */
static void try_rtcp(void)
{
	struct ucsec_stream spec = stream_spec(AF_INET, AF_INET, PORT);
	struct ucsec_stats s;
	u8 pkt[SIZE], bad[SIZE];
	int len, i, fd, out;

	with_tx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	open_stream(AF_INET, &spec);
	fd = udp_socket(A, AF_INET, PORT + 1);
	out = udp_socket(B, AF_INET, PORT + 1);
	len = rtcp_make(pkt, SSRC, 1);
	for (i = 1; i < len; i++)
		if (i != 52)	/* the whole sender report */
			send_udp(fd, AF_INET, PORT + 1, pkt, (size_t)i);
	s = wait_rx(id, (u64)len - 2);
	ok(s.drops[UCSEC_DROP_MALFORMED] == (u64)len - 2 && !drain(out),
	   "RTCP cut anywhere is malformed");
	memcpy(bad, pkt, (size_t)len);
	bad[55] = 200;		/* the second packet's length */
	send_udp(fd, AF_INET, PORT + 1, bad, (size_t)len);
	memcpy(bad, pkt, (size_t)len);
	bad[1] = 96;
	send_udp(fd, AF_INET, PORT + 1, bad, (size_t)len);
	s = wait_rx(id, (u64)len);
	ok(s.drops[UCSEC_DROP_MALFORMED] == (u64)len && !drain(out),
	   "RTCP of wrong length or type is malformed");
	send_udp(fd, AF_INET, PORT + 1, pkt, (size_t)len);
	ok(receive(out, bad, sizeof(bad), ARRIVAL_MS) > len,
	   "the whole is sealed");
	close(fd);
	close(out);
	close_stream();
}

static void try_family(int fam)
{
	struct ucsec_stream spec = stream_spec(fam, fam, PORT);

	spec.have |= UCSEC_HAVE_MAX_SSRCS;
	spec.max_ssrcs = 1;
	open_stream(fam, &spec);
	try_lies();
	try_datagrams();
	close_stream();
	with_tx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	open_stream(fam, &spec);
	try_lies();
	close_stream();
}

int main(void)
{
	world_new();
	try_family(AF_INET);
	try_family(AF_INET6);
	try_truncations(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 0, false);
	try_truncations(UCSEC_SUITE_AEAD_AES_256_GCM, 4, false);
	try_truncations(UCSEC_SUITE_NULL_HMAC_SHA1_32, 0, false);
	try_truncations(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 2, true);
	try_truncations(UCSEC_SUITE_AEAD_AES_128_GCM, 0, true);
	try_sealed_lie();
	try_rtcp();
	return tap_end();
}
