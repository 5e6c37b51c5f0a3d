// SPDX-License-Identifier: GPL-2.0
/*
 * The core against libsrtp2: equal bytes and equal verdicts.
 *
 * diff-libsrtp [PACKETS [SEED]]
 *
 * Both seal every packet, and the results are compared; a network loses,
 * delays, repeats and forges them; both open what arrives. Each episode has
 * keys, SSRCs, windows and MKIs of its own, and rekeys on its way.
 */
#include "peer.h"
#include "packets.h"
#include "crypto-openssl.h"
#include "ucsec.h"

enum {
	EPISODE		= 2000,		/* packets */
	DELAYED		= 48,		/* packets under way */
	HISTORY		= 256,		/* packets to repeat */
};

struct packet {
	bool rtcp;
	u32 clear_len, len;
	u8 clear[MAX_CLEAR];
	u8 sealed[MAX_PACKET];
};

static struct episode {
	u64 seed;
	struct lcg rng;
	struct peer_config config;
	const struct ucsec_srtp_suite *suite;
	u8 material[PEER_KEYS * UCSEC_MAX_KEY_LEN];
	u32 nssrcs, ssrcs[FLOW_SSRCS];
	u32 key;			/* the sender's */
	struct flow tx, rx;
	struct peer *peer_tx, *peer_rx;
	struct packet slots[DELAYED];
	struct packet *delayed[DELAYED];	/* oldest first, then free ones */
	u32 ndelayed;
	struct packet history[HISTORY];
	u32 nhistory;
	u32 sent, failed;
} e;

static u64 counts[VERDICT_OTHER + 1], accepted_of_suite;
static u64 forgeries, rekeys, wraps;

static void fail(const char *what, const struct packet *p, int ours,
		 int theirs)
{
	u32 i;

	e.failed++;
	tap_note("%s: episode %#llx, packet %u: ours %s, libsrtp %s", what,
		 (unsigned long long)e.seed, e.sent, verdict_names[ours],
		 verdict_names[theirs]);
	tap_note("%s, %s, MKI %u, %u SSRCs, window %u, ROC %#x",
		 e.suite->name, p->rtcp ? "RTCP" : "RTP", e.config.mki_len,
		 e.nssrcs, e.config.window, e.config.roc);
	printf("# ");
	for (i = 0; i < p->len && i < 120; i++)
		printf("%02x", p->sealed[i]);
	printf(" (%u)\n", p->len);
}

static bool one_in(u32 n)
{
	return !lcg_below(&e.rng, n);
}

static u32 rtp_hdr_len(const u8 *pkt, u32 len)
{
	u32 n = 12 + 4 * (pkt[0] & 15);

	if (pkt[0] & 0x10 && len >= n + 4)
		n += 4 + 4 * get_unaligned_be16(pkt + n + 2);
	return n;
}

/*
 * libsrtp computes what is left of an RTP packet without its trailer with
 * unsigned numbers, and reads 4 GB if that is less than nothing. And it looks
 * for the MKI of SRTCP as if the tag were as short as SRTP's, so that no
 * SRTCP of the _32 suites with an MKI is ever accepted. Neither is asked.
 */
static bool peer_cannot(const struct packet *p)
{
	u32 trailer = e.suite->tag_len + e.config.mki_len;

	if (p->rtcp)
		return e.config.mki_len && e.suite->tag_len == 4;
	return p->len < UCSEC_SRTP_RTP_MIN + trailer;
}

/*
 * Where both refuse a forgery, but not with the same word: libsrtp looks
 * neither at the version nor at the packet type, has no bounds where it does
 * not decrypt (NULL), names a missing MKI first, and insists on the E flag of
 * its policy (RFC 3711 section 3.4 lets a receiver take both).
 */
static bool same_refusal(const struct packet *p, enum verdict ours,
			 enum verdict theirs)
{
	u32 trailer = e.suite->tag_len + e.config.mki_len;

	if (ours == VERDICT_OK || theirs == VERDICT_OK)
		return false;
	if (p->rtcp && theirs == VERDICT_EFLAG)
		return ours == VERDICT_REPLAY || ours == VERDICT_AUTH ||
		       ours == VERDICT_PARSE;
	if (ours != VERDICT_PARSE)
		return false;
	if (p->len < 8 || p->sealed[0] >> 6 != 2)
		return true;
	if (p->rtcp)
		return p->sealed[1] < 192 || p->sealed[1] > 223 ||
		       p->len < 12u + e.suite->rtcp_tag_len + e.config.mki_len;
	return p->len < rtp_hdr_len(p->sealed, p->len) + trailer;
}

/* What cannot be compared must still be as it was sent, or refused. */
static bool plausible(const struct packet *p, enum verdict ours, bool forged)
{
	if (!p->rtcp)
		return forged && (ours == VERDICT_PARSE || ours == VERDICT_MKI
				  || ours == VERDICT_NO_SSRC ||
				  ours == VERDICT_REPLAY);
	return ours != VERDICT_OTHER && ours != VERDICT_EXPIRED;
}

/* Clear text that was accepted passes the checks of clear text. */
static bool is_sound(const u8 *pkt, u32 len, bool rtcp)
{
	struct ucsec_srtp_rtcp_hdr rtcp_hdr;
	struct ucsec_srtp_hdr hdr;

	if (rtcp)
		return !ucsec_srtp_rtcp_parse(pkt, len, &rtcp_hdr);
	return !ucsec_srtp_rtp_parse(pkt, len, &hdr) &&
	       !ucsec_srtp_rtp_check_padding(pkt, len, &hdr);
}

static void deliver(const struct packet *p, bool forged)
{
	static u8 theirs_pkt[MAX_PACKET + 64];
	u32 ours_len = p->len, theirs_len = p->len;
	u8 *pkt = exact_copy(p->sealed, p->len);
	enum verdict ours = flow_receive(&e.rx, pkt, &ours_len, p->rtcp);
	enum verdict theirs = VERDICT_OTHER;

	counts[ours]++;
	forgeries += forged;
	if (peer_cannot(p)) {
		if (!plausible(p, ours, forged))
			fail("not asked", p, ours, theirs);
	} else {
		memcpy(theirs_pkt, p->sealed, p->len);
		theirs = peer_receive(e.peer_rx, theirs_pkt, &theirs_len,
				      p->rtcp);
		if (ours != theirs && !(forged && same_refusal(p, ours, theirs)))
			fail("verdict", p, ours, theirs);
		else if (ours == VERDICT_OK &&
			 (ours_len != theirs_len ||
			  memcmp(pkt, theirs_pkt, ours_len)))
			fail("opened bytes", p, ours, theirs);
	}
	if (ours == VERDICT_OK) {
		accepted_of_suite++;
		if (forged || ours_len != p->clear_len ||
		    memcmp(pkt, p->clear, ours_len))
			fail("not what was sent", p, ours, theirs);
		else if (!is_sound(pkt, ours_len, p->rtcp))
			fail("clear text", p, ours, theirs);
	} else if ((p->rtcp || e.suite->cipher != UCSEC_CRYPTO_GCM) &&
		   (ours_len != p->len || memcmp(pkt, p->sealed, p->len))) {
		fail("refused but changed", p, ours, theirs);
	}
	free(pkt);
}

static void deliver_forged(const struct packet *p)
{
	static struct packet f;
	u32 n;

	f = *p;
	switch (lcg_below(&e.rng, 6)) {
	case 0:
		f.len = lcg_below(&e.rng, p->len);
		break;
	case 1:
		n = 1 + lcg_below(&e.rng, 32);
		lcg_fill(&e.rng, f.sealed + f.len, n);
		f.len += n;
		break;
	case 2:			/* the header */
		n = lcg_below(&e.rng, 12 * 8);
		f.sealed[n / 8] ^= 1 << n % 8;
		break;
	case 3:			/* the trailer */
		n = lcg_below(&e.rng, 40 * 8);
		n = n < 8 * f.len ? 8 * f.len - 1 - n : 0;
		f.sealed[n / 8] ^= 1 << n % 8;
		break;
	default:
		n = lcg_below(&e.rng, 8 * f.len);
		f.sealed[n / 8] ^= 1 << n % 8;
		break;
	}
	deliver(&f, true);
}

/* Of what is under way, one out of the oldest few. */
static void network(bool drain)
{
	struct packet *p;
	u32 i;

	while (e.ndelayed == DELAYED || (drain && e.ndelayed)) {
		i = one_in(8) ? lcg_below(&e.rng, e.ndelayed) : 0;
		p = e.delayed[i];
		if (one_in(12))
			deliver_forged(p);
		deliver(p, false);
		e.history[e.nhistory++ % HISTORY] = *p;
		memmove(&e.delayed[i], &e.delayed[i + 1],
			(--e.ndelayed - i) * sizeof(p));
		e.delayed[e.ndelayed] = p;
		if (one_in(20))
			deliver(&e.history[lcg_below(&e.rng, e.nhistory <
				HISTORY ? e.nhistory : HISTORY)], false);
	}
}

/*
 * Mostly the next one; also late, repeated and leaping ones. Before ROC 0
 * there is nothing: libsrtp then leaps to the end of ROC 0, which our sender
 * refuses as a leap of more than 2^15 (test-window proves that).
 */
static u16 next_seq(u32 ssrc)
{
	const struct flow_ssrc *s = flow_find(&e.tx, ssrc);
	u32 late = lcg_below(&e.rng, 300);

	if (!s || !s->win.started)
		return one_in(2) ? (u16)(65536 - lcg_below(&e.rng, 500)) :
				   (u16)lcg_next(&e.rng);
	if (one_in(40) && s->win.top >= late)
		return (u16)(s->win.top - late);
	if (one_in(100))
		return (u16)(s->win.top + lcg_below(&e.rng, 200));
	if (one_in(300))
		return (u16)(s->win.top + lcg_below(&e.rng, 20000));
	return (u16)(s->win.top + 1);
}

static u32 payload_len(void)
{
	switch (lcg_below(&e.rng, 4)) {
	case 0:
		return lcg_below(&e.rng, 1401);
	case 1:
		return lcg_below(&e.rng, 64);
	default:
		return 160;
	}
}

static void send_one(void)
{
	static u8 theirs_pkt[MAX_PACKET];
	struct packet *p = e.delayed[e.ndelayed];
	u32 ssrc = e.ssrcs[lcg_below(&e.rng, e.nssrcs)], theirs_len;
	enum verdict ours, theirs;

	p->rtcp = one_in(8);
	p->clear_len = p->rtcp ?
		make_rtcp(&e.rng, p->clear, ssrc, e.ssrcs[0]) :
		make_rtp(&e.rng, p->clear, ssrc, next_seq(ssrc),
			 payload_len());
	memcpy(p->sealed, p->clear, p->clear_len);
	memcpy(theirs_pkt, p->clear, p->clear_len);
	p->len = p->clear_len;
	theirs_len = p->clear_len;

	e.sent++;
	ours = flow_send(&e.tx, p->sealed, &p->len, MAX_PACKET, p->rtcp);
	theirs = peer_send(e.peer_tx, theirs_pkt, &theirs_len, e.key, p->rtcp);
	if (ours != theirs)
		fail("sending verdict", p, ours, theirs);
	else if (p->len != theirs_len ||
		 memcmp(p->sealed, theirs_pkt, theirs_len))
		fail("sealed bytes", p, ours, theirs);
	else if (ours == VERDICT_OK && !one_in(20))
		e.ndelayed++;
}

/* Our sender has one key, as the module's: that which libsrtp is told. */
static void install_keys(void)
{
	u32 i, one = e.suite->key_len + e.suite->salt_len;

	lcg_fill(&e.rng, e.material, sizeof(e.material));
	keyset_free(e.tx.keys);
	keyset_free(e.rx.keys);
	e.key = lcg_below(&e.rng, e.config.nkeys);
	e.tx.keys = keyset_new(e.config.suite, e.material + e.key * one, 1,
			       e.config.mki_len);
	for (i = 0; i < e.config.mki_len; i++)
		e.tx.keys->key[0].mki[i] += e.key;
	e.rx.keys = keyset_new(e.config.suite, e.material, e.config.nkeys,
			       e.config.mki_len);
	if (e.suite->key_len == 24) {
		peer_keys_192(e.tx.keys, e.material + e.key * one);
		peer_keys_192(e.rx.keys, e.material);
	}
}

/* Our windows forget here as libsrtp's do; the module's do not. */
static void forget(struct flow *f, struct peer *p)
{
	u32 i;

	for (i = 0; i < FLOW_SSRCS; i++) {
		if (!f->ssrcs[i].used)
			continue;
		memset(f->ssrcs[i].bits, 0, sizeof(f->ssrcs[i].bits));
		if (f->fixed && !f->ssrcs[i].win.started)
			peer_set_roc(p, f->ssrcs[i].ssrc, e.config.roc);
	}
}

static void rekey(void)
{
	rekeys++;
	install_keys();
	peer_rekey(e.peer_tx, e.material);
	peer_rekey(e.peer_rx, e.material);
	forget(&e.tx, e.peer_tx);
	forget(&e.rx, e.peer_rx);
}

static void begin(u32 suite, u64 seed)
{
	static const u32 windows[] = { 64, 128, 128, 192, 1024, 32704 };
	static const u32 rocs[] = { 0, 1, 6, 0x7fffffff, 0xffffffe0 };
	u32 i;

	memset(&e, 0, sizeof(e));
	for (i = 0; i < DELAYED; i++)
		e.delayed[i] = &e.slots[i];
	e.seed = seed;
	e.rng.x = seed;
	e.suite = ucsec_srtp_suite(suite);
	e.config.suite = suite;
	e.config.window = windows[lcg_below(&e.rng, 6)];
	e.config.nkeys = 1;
	if (one_in(2)) {
		e.config.mki_len = 1 + lcg_below(&e.rng, UCSEC_MAX_MKI_LEN);
		e.config.nkeys = 1 + lcg_below(&e.rng, PEER_KEYS);
	}
	e.nssrcs = 1 + lcg_below(&e.rng, 4);
	for (i = 0; i < e.nssrcs; i++)
		e.ssrcs[i] = lcg_next(&e.rng);
	if (one_in(2)) {
		e.config.nssrcs = (u8)e.nssrcs;
		memcpy(e.config.ssrcs, e.ssrcs, sizeof(e.ssrcs));
		e.config.roc = rocs[lcg_below(&e.rng, 5)];
		e.tx.fixed = true;
		e.rx.fixed = true;
		for (i = 0; i < e.nssrcs; i++) {
			flow_add(&e.tx, e.ssrcs[i], e.config.roc);
			flow_add(&e.rx, e.ssrcs[i], e.config.roc);
		}
	}
	e.tx.size = e.config.window;
	e.rx.size = e.config.window;
	install_keys();
	e.peer_rx = peer_new(&e.config, e.material);
	e.config.outbound = true;
	e.peer_tx = peer_new(&e.config, e.material);
	ucsec_test_portable = one_in(2);
}

static void end(void)
{
	static const struct packet none;
	struct flow_ssrc *s;
	u32 i;

	network(true);
	for (i = 0; i < e.nssrcs; i++) {
		s = flow_find(&e.rx, e.ssrcs[i]);
		if (!s || !s->win.started)
			continue;
		wraps += (s->win.top >> 16) - e.config.roc;
		if (peer_roc(e.peer_rx, s->ssrc) != s->win.top >> 16)
			fail("ROC at the end", &none, 0, 0);
	}
	peer_free(e.peer_tx);
	peer_free(e.peer_rx);
	keyset_free(e.tx.keys);
	keyset_free(e.rx.keys);
}

static bool run_episode(u32 suite, u64 seed, u32 packets)
{
	begin(suite, seed);
	while (e.sent < packets && e.failed < 5) {
		send_one();
		network(false);
		if (one_in(700))
			rekey();
	}
	end();
	return !e.failed;
}

/* Packets that are not encrypted are accepted, as libsrtp sends them. */
static void test_clear_rtcp(u32 suite)
{
	struct peer_config config = {
		.suite = suite, .nkeys = 1, .outbound = true,
		.rtcp_clear = true,
	};
	u8 clear[MAX_CLEAR], pkt[MAX_PACKET];
	struct flow rx = { .size = 128 };
	u32 i, len, clear_len, good = 0;
	struct lcg rng = { suite };
	struct peer *peer;

	lcg_fill(&rng, e.material, sizeof(e.material));
	rx.keys = keyset_new(suite, e.material, 1, 0);
	if (rx.keys->suite->key_len == 24)
		peer_keys_192(rx.keys, e.material);
	peer = peer_new(&config, e.material);
	for (i = 0; i < 500; i++) {
		clear_len = make_rtcp(&rng, clear, 7, 9);
		memcpy(pkt, clear, clear_len);
		len = clear_len;
		if (peer_send(peer, pkt, &len, 0, true) == VERDICT_OK &&
		    !memcmp(pkt, clear, clear_len) &&
		    flow_receive(&rx, pkt, &len, true) == VERDICT_OK)
			good += len == clear_len && !memcmp(pkt, clear, len);
	}
	tap_ok(good == 500, "%s: unencrypted SRTCP of libsrtp",
	       rx.keys->suite->name);
	keyset_free(rx.keys);
	peer_free(peer);
}

int main(int argc, char **argv)
{
	u64 packets = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	u64 each = (packets + UCSEC_SUITE_MAX - 1) / UCSEC_SUITE_MAX, done;
	u32 suite, i;
	bool good;

	setvbuf(stdout, NULL, _IOLBF, 0);
	tap_note("seed %llu", (unsigned long long)seed);
	peer_init();
	for (suite = 1; suite <= UCSEC_SUITE_MAX; suite++) {
		good = true;
		accepted_of_suite = 0;
		for (done = 0; done < each && good; done += EPISODE)
			good = run_episode(suite, seed << 32 | suite << 24 |
					   done / EPISODE, EPISODE);
		tap_ok(good && accepted_of_suite > done / 2,
		       "%s: %llu packets, %llu accepted", e.suite->name,
		       (unsigned long long)done,
		       (unsigned long long)accepted_of_suite);
	}
	for (suite = 1; suite <= UCSEC_SUITE_MAX; suite++)
		test_clear_rtcp(suite);
	tap_note("%llu forgeries, %llu rekeys, %llu ROC wraps",
		 (unsigned long long)forgeries, (unsigned long long)rekeys,
		 (unsigned long long)wraps);
	for (i = 0; i <= VERDICT_OTHER; i++)
		tap_note("%llu %s", (unsigned long long)counts[i],
			 verdict_names[i]);
	peer_shutdown();
	return tap_done();
}
