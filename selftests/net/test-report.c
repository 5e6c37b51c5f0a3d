// SPDX-License-Identifier: GPL-2.0
/*
 * A stream with as much to tell as can be, among others like it: what was sent
 * to it is what the library's list and ucsecctl's JSON say, to the last number.
 */
#include "net.h"

enum { PORT = 7800, STREAMS = 5, SIZE = 512, SSRC = 0x51000000, RTCP = 3 };

static struct ucsec_stream spec[STREAMS];
static struct oracle *seal;
static int fd[STREAMS], stranger;
static u32 ids[STREAMS];
static u64 sent, bytes;

static void put(int from, u16 port, const u8 *pkt, int len)
{
	send_udp(from, AF_INET, port, pkt, (size_t)len);
	sent++;
	bytes += (u32)len;
}

/* The n-th of its SSRCs starts with its own ROC, and sends n + 1 packets. */
static u32 roc_of(u32 n)
{
	return 0x100000 + n * 7;
}

static u16 seq_of(u32 n)
{
	return (u16)(1000 + 100 * n);
}

static void make_stream(u32 i)
{
	struct ucsec_stream *s = &spec[i];
	u16 port = (u16)(PORT + 10 * i);
	u32 n;

	*s = stream_spec(AF_INET, AF_INET, port);
	with_rx(s, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	random_keys(&s->rx, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 8, 4);
	with_tx(s, UCSEC_SUITE_AEAD_AES_256_GCM);
	s->have |= UCSEC_HAVE_FROM | UCSEC_HAVE_COOKIE | UCSEC_HAVE_DSCP |
		   UCSEC_HAVE_IDLE | UCSEC_HAVE_MAX_SSRCS | UCSEC_HAVE_FLAGS;
	s->from = endpoint(HOST_A, AF_INET, port);
	s->flags = s->flags_mask = UCSEC_F_LATCH;
	s->cookie_len = (u32)snprintf((char *)s->cookie, sizeof(s->cookie),
				      "a-cookie-as-long-as-they-come-%u", i);
	s->dscp = 46;
	s->idle = 3600;
	s->max_ssrcs = s->ssrc_count = UCSEC_MAX_SSRCS;
	for (n = 0; n < UCSEC_MAX_SSRCS; n++)
		s->ssrcs[n] = (struct ucsec_ssrc){
			.have = UCSEC_SSRC_RX_ROC | UCSEC_SSRC_TX_ROC,
			.ssrc = SSRC + n,
			.rx_roc = roc_of(n),
			.tx_roc = roc_of(n) + 1,
		};
	fd[i] = udp_socket(A, AF_INET, port);
	ids[i] = stream_new(s);
}

/* Every SSRC's packets, and some RTCP of each. */
static void good(u32 i)
{
	u8 pkt[SIZE];
	u32 n, k;
	int len;

	seal = oracle_new(&spec[i].rx, true);
	for (n = 0; n < UCSEC_MAX_SSRCS; n++) {
		oracle_add(seal, SSRC + n, roc_of(n));
		for (k = 0; k <= n; k++) {
			struct rtp rtp = { .ssrc = SSRC + n,
					   .seq = (u16)(seq_of(n) + k),
					   .payload = 20 };

			len = rtp_make(pkt, &rtp);
			len = oracle_seal(seal, pkt, len, n % 8, false);
			put(fd[i], spec[i].in.port, pkt, len);
		}
		/* The last one once more. */
		put(fd[i], spec[i].in.port, pkt, len);
	}
	for (k = 0; k < RTCP; k++) {
		len = rtcp_make(pkt, SSRC, SSRC);
		len = oracle_seal(seal, pkt, len, 0, true);
		put(fd[i], spec[i].in.port + 1, pkt, len);
	}
	oracle_free(seal);
}

enum { FORGED = 2, NAMELESS = 3, STRANGE = 4, SHORT = 5, OTHER = 6 };

/* So many of each reason, no number twice. */
static void bad(u32 i)
{
	struct rtp rtp = { .ssrc = SSRC, .seq = 30000, .payload = 40 };
	u16 port = spec[i].in.port;
	u8 pkt[SIZE];
	int len, k;

	seal = oracle_new(&spec[i].rx, true);
	oracle_add(seal, SSRC, roc_of(0));
	len = rtp_make(pkt, &rtp);
	len = oracle_seal(seal, pkt, len, 1, false);
	pkt[20] ^= 1;
	for (k = 0; k < FORGED; k++)
		put(fd[i], port, pkt, len);
	pkt[len - 14] ^= 0x55;
	for (k = 0; k < NAMELESS; k++)
		put(fd[i], port, pkt, len);
	for (k = 0; k < STRANGE; k++)
		put(stranger, port, pkt, len);
	for (k = 0; k < SHORT; k++)
		put(fd[i], port, pkt, 13);
	pkt[0] = 0;
	for (k = 0; k < OTHER; k++)
		put(fd[i], port, pkt, len);
	oracle_free(seal);
}

static const struct {
	enum ucsec_drop reason;
	u64 packets;
} drops[] = {
	{ UCSEC_DROP_AUTH, FORGED },
	{ UCSEC_DROP_MKI, NAMELESS },
	{ UCSEC_DROP_SOURCE, STRANGE },
	{ UCSEC_DROP_MALFORMED, SHORT },
	{ UCSEC_DROP_NOT_RTP, OTHER },
	{ UCSEC_DROP_REPLAY, UCSEC_MAX_SSRCS },
};

enum { DROPS = sizeof(drops) / sizeof(drops[0]),
       ACCEPTED = UCSEC_MAX_SSRCS * (UCSEC_MAX_SSRCS + 1) / 2 + RTCP };

static bool right_ssrcs(const struct ucsec_stream *s)
{
	u32 n;

	for (n = 0; n < UCSEC_MAX_SSRCS; n++) {
		const struct ucsec_ssrc *got = &s->ssrcs[n];
		u16 seq = (u16)(seq_of(n) + n);

		if (got->ssrc != SSRC + n || got->out_ssrc != SSRC + n ||
		    got->rx_roc != roc_of(n) || got->rx_seq != seq ||
		    got->tx_roc != roc_of(n) + 1 || got->tx_seq != seq)
			return false;
	}
	return s->ssrc_count == UCSEC_MAX_SSRCS;
}

static bool right_stats(const struct ucsec_stats *s)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < DROPS; i++) {
		sum += drops[i].packets;
		if (s->drops[drops[i].reason] != drops[i].packets)
			note("%s: %llu", ucsec_drop_name(drops[i].reason),
			     (unsigned long long)s->drops[drops[i].reason]);
		else
			continue;
		return false;
	}
	return drops_total(s) == sum && adds_up(s) &&
	       s->rx_packets == sent / STREAMS &&
	       s->rx_bytes == bytes / STREAMS && s->tx_packets == ACCEPTED &&
	       s->rtcp_packets == RTCP;
}

static bool right_rest(const struct ucsec_stream *s,
		       const struct ucsec_stream *want)
{
	return s->in.port == want->in.port && s->to.port == want->to.port &&
	       s->from.port == want->from.port && s->flags == want->flags &&
	       s->latched.port == want->from.port &&
	       s->rx.key_count == 8 && s->rx.mki_len == 4 &&
	       s->rx.suite == want->rx.suite && s->tx.suite == want->tx.suite &&
	       s->max_ssrcs == UCSEC_MAX_SSRCS && s->dscp == 46 &&
	       s->idle == 3600 && s->cookie_len == want->cookie_len &&
	       !memcmp(s->cookie, want->cookie, want->cookie_len);
}

static FILE *wanted;

/* What of a stream the JSON is to say, in a line. */
static void want_line(const struct ucsec_stream *s)
{
	u32 i;

	fprintf(wanted, "%u %.*s %u %u", s->id, (int)s->cookie_len,
		(const char *)s->cookie, s->in.port, s->latched.port);
	for (i = 0; i < s->ssrc_count; i++)
		fprintf(wanted, " %u:%u:%u:%u:%u", s->ssrcs[i].ssrc,
			s->ssrcs[i].rx_roc, s->ssrcs[i].rx_seq,
			s->ssrcs[i].tx_roc, s->ssrcs[i].tx_seq);
	fprintf(wanted, " %llu %llu %llu",
		(unsigned long long)s->stats.rx_packets,
		(unsigned long long)s->stats.rx_bytes,
		(unsigned long long)s->stats.tx_packets);
	for (i = 0; i < DROPS; i++)
		fprintf(wanted, " %s=%llu", ucsec_drop_name(drops[i].reason),
			(unsigned long long)drops[i].packets);
	fputc('\n', wanted);
}

static int check_one(const struct ucsec_stream *s, void *arg)
{
	u32 i = (*(u32 *)arg)++;

	if (i < STREAMS)
		ok(s->id == ids[i] && right_ssrcs(s) &&
		   right_stats(&s->stats) && right_rest(s, &spec[i]),
		   "stream %u is listed whole", i);
	want_line(s);
	return 0;
}

static const char reader[] =
	"ucsecctl --json stream show | python3 -ISc '\n"
	"import json, sys\n"
	"for s in json.load(sys.stdin):\n"
	"    t, d = s[\"stats\"], s[\"stats\"][\"drops\"]\n"
	"    print(s[\"id\"], s[\"cookie\"], s[\"in\"][\"port\"],\n"
	"          s[\"latched\"][\"port\"],\n"
	"          *(\":\".join(str(n[k]) for k in (\"ssrc\",\n"
	"            \"rx_roc\", \"rx_seq\", \"tx_roc\", \"tx_seq\"))\n"
	"            for n in s[\"ssrcs\"]),\n"
	"          t[\"rx_packets\"], t[\"rx_bytes\"], t[\"tx_packets\"],\n"
	"          *(f\"{k}={d[k]}\" for k in (\"auth\", \"mki\", \"source\",\n"
	"            \"malformed\", \"not-rtp\", \"replay\")))'";

int main(void)
{
	char path[64];
	u32 i, n = 0;

	stay();
	world_new();
	stranger = udp_socket(A, AF_INET, PORT - 2);
	for (i = 0; i < STREAMS; i++)
		make_stream(i);
	for (i = 0; i < STREAMS; i++) {
		good(i);
		bad(i);
	}
	for (i = 0; i < STREAMS; i++)
		wait_rx(ids[i], sent / STREAMS);
	snprintf(path, sizeof(path), "/run/wanted-%d", (int)getpid());
	wanted = fopen(path, "w");
	if (!wanted || ucsec_stream_dump(gw, check_one, &n))
		die("dump: %s", ucsec_error(gw)->sentence);
	fclose(wanted);
	ok(n == STREAMS, "%u streams are listed", n);
	ok(!run(G, "%s | diff - %s", reader, path),
	   "as JSON they say the same");
	unlink(path);
	return tap_end();
}
