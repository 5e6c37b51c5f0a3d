// SPDX-License-Identifier: GPL-2.0
/*
 * What must hold over many packets and keys: forgeries change nothing, replays
 * are refused, keys overlap and vanish, errors leave no trace.
 */
#include "flow.h"
#include "packets.h"
#include "crypto-openssl.h"
#include "ucsec.h"

enum { SSRC = 0x75637365 };

static struct lcg rng = { 21 };
static const struct ucsec_srtp_suite *suite;
static const char *mode;

/* Both sides under one key, heard up to SEQ @first - 1. */
struct pair {
	struct flow tx, rx;
	u16 seq;
};

static struct ucsec_srtp_keyset *random_keys(u32 id, u8 n, u8 mki_len)
{
	u8 material[UCSEC_MAX_KEYS * UCSEC_MAX_KEY_LEN];

	lcg_fill(&rng, material, sizeof(material));
	return keyset_new(id, material, n, mki_len);
}

static struct pair *pair_new(u32 id, u16 first)
{
	struct pair *p = calloc(1, sizeof(*p));
	struct lcg same = rng;

	p->tx.keys = random_keys(id, 1, 0);
	rng = same;
	p->rx.keys = random_keys(id, 1, 0);
	p->tx.size = 128;
	p->rx.size = 128;
	p->seq = first;
	return p;
}

static void pair_free(struct pair *p)
{
	keyset_free(p->tx.keys);
	keyset_free(p->rx.keys);
	keyset_free(p->rx.old);
	free(p);
}

static u32 seal_next(struct pair *p, u8 *pkt, bool rtcp)
{
	u32 len = rtcp ? make_rtcp(&rng, pkt, SSRC, 9) :
			 make_rtp(&rng, pkt, SSRC, p->seq++, 160);

	if (flow_send(&p->tx, pkt, &len, MAX_PACKET, rtcp))
		abort();
	return len;
}

static bool pass_next(struct pair *p, bool rtcp)
{
	u8 pkt[MAX_PACKET];
	u32 len = seal_next(p, pkt, rtcp);

	return flow_receive(&p->rx, pkt, &len, rtcp) == VERDICT_OK;
}

/* The peer that moves its index before it knows the tag goes silent here. */
static void test_forged_after_wrap(u32 id)
{
	static const u16 seqs[] = { 0, 1, 0x4000, 0x7ff0, 0x8000, 0xffff };
	struct pair *p = pair_new(id, 65000);
	struct flow_ssrc before, *state;
	u32 i, len, forged = 0, genuine = 0, changed = 0;
	u8 pkt[MAX_PACKET];

	while (p->seq != 3)
		if (!pass_next(p, false))
			abort();
	state = flow_find(&p->rx, SSRC);
	before = *state;
	for (i = 0; i < 6; i++) {
		len = make_rtp(&rng, pkt, SSRC, seqs[i], 176);
		forged += flow_receive(&p->rx, pkt, &len, false) == VERDICT_OK;
		changed += memcmp(&before, state, sizeof(before)) != 0;
	}
	for (i = 0; i < 1000; i++)
		genuine += pass_next(p, false);
	tap_ok(!forged && !changed && genuine == 1000,
	       "%s, %s: 6 forged after a wrap, then %u of 1000 accepted",
	       suite->name, mode, genuine);
	pair_free(p);
}

static void test_replay(u32 id)
{
	static u8 pkts[2][100][MAX_PACKET];
	static u32 lens[2][100];
	struct pair *p = pair_new(id, 65500);
	u32 i, len, rtcp, first = 0, again = 0;
	u8 pkt[MAX_PACKET];

	for (rtcp = 0; rtcp < 2; rtcp++)
		for (i = 0; i < 200; i++) {
			u32 n = i % 100;

			if (i < 100)
				lens[rtcp][n] = seal_next(p, pkts[rtcp][n],
							  rtcp);
			memcpy(pkt, pkts[rtcp][n], lens[rtcp][n]);
			len = lens[rtcp][n];
			*(i < 100 ? &first : &again) +=
				flow_receive(&p->rx, pkt, &len, rtcp) ==
				VERDICT_OK;
		}
	tap_ok(first == 200 && !again,
	       "%s, %s: 100 replayed of either kind, %u accepted", suite->name,
	       mode, again);
	pair_free(p);
}

/* After a rekey without MKI, old packets are tried with the new key first. */
static void test_overlap(u32 id)
{
	struct pair *p = pair_new(id, 100);
	u8 pkt[MAX_PACKET], sealed[MAX_PACKET];
	u32 i, len, sealed_len, bad = 0;
	struct ucsec_srtp_rtcp_hdr rtcp_hdr;
	struct ucsec_srtp_hdr hdr;
	bool rtcp;

	p->rx.old = p->rx.keys;
	p->rx.keys = random_keys(id, 1, 0);
	for (i = 0; i < 100; i++) {
		rtcp = i & 1;
		sealed_len = seal_next(p, sealed, rtcp);
		memcpy(pkt, sealed, sealed_len);
		len = sealed_len;
		if (rtcp)
			bad += ucsec_srtp_srtcp_parse(p->rx.keys, pkt, len,
						      &rtcp_hdr) ||
			       ucsec_srtp_unprotect_rtcp(p->rx.keys,
						&p->rx.keys->key[0], pkt, &len,
						&rtcp_hdr) != -EBADMSG;
		else
			bad += ucsec_srtp_rtp_parse(pkt, len, &hdr) ||
			       ucsec_srtp_unprotect(p->rx.keys,
						&p->rx.keys->key[0], pkt, &len,
						&hdr, hdr.seq, true) !=
				-EBADMSG;
		bad += len != sealed_len || memcmp(pkt, sealed, len);
		bad += flow_receive(&p->rx, pkt, &len, rtcp) != VERDICT_OK;
	}
	tap_ok(!bad, "%s, %s: old packets pass while keys overlap",
	       suite->name, mode);

	keyset_free(p->rx.old);
	p->rx.old = NULL;
	for (i = 0; i < 10; i++)
		bad += pass_next(p, i & 1);
	tap_ok(!bad, "%s, %s: and no longer", suite->name, mode);
	pair_free(p);
}

static void test_mki(u32 id)
{
	struct ucsec_srtp_keyset *all = random_keys(id, UCSEC_MAX_KEYS, 3), *one;
	u8 pkt[MAX_PACKET], *at;
	u32 i, len, bad = 0, rtcp, behind;

	for (i = 0; i < UCSEC_MAX_KEYS; i++)
		for (rtcp = 0; rtcp < 2; rtcp++) {
			one = malloc(sizeof(*one) + sizeof(one->key[0]));
			*one = *all;
			one->nkeys = 1;
			one->key[0] = all->key[i];
			struct flow tx = { .keys = one, .size = 128 };
			struct flow rx = { .keys = all, .size = 128 };

			len = rtcp ? make_rtcp(&rng, pkt, SSRC, 9) :
				     make_rtp(&rng, pkt, SSRC, 5, 50);
			bad += flow_send(&tx, pkt, &len, sizeof(pkt), rtcp);
			behind = 3;
			if (suite->cipher != UCSEC_CRYPTO_GCM)
				behind += rtcp ? suite->rtcp_tag_len :
						 suite->tag_len;
			at = pkt + len - behind;
			bad += at[0] != 0xa0 + i || at[2] != 0xa0 + i;
			*at ^= 0x10;
			bad += flow_receive(&rx, pkt, &len, rtcp) !=
			       VERDICT_MKI;
			*at ^= 0x10;
			bad += flow_receive(&rx, pkt, &len, rtcp) !=
			       VERDICT_OK;
			free(one);
		}
	tap_ok(!bad, "%s, %s: 8 keys, each by its MKI", suite->name, mode);
	keyset_free(all);
}

/* The ROC is authenticated, the index ends, and E can not be flipped. */
static void test_index(u32 id)
{
	struct ucsec_srtp_keyset *ks = random_keys(id, 1, 0);
	const struct ucsec_srtp_key *key = &ks->key[0];
	struct ucsec_srtp_rtcp_hdr rtcp_hdr;
	struct ucsec_srtp_hdr hdr;
	u8 clear[MAX_PACKET], pkt[MAX_PACKET];
	u32 len, clear_len = make_rtp(&rng, clear, SSRC, 7, 20), bad = 0;
	u64 index = UCSEC_SRTP_INDEX_MAX & ~0xffffULL, other;

	memcpy(pkt, clear, clear_len);
	len = clear_len;
	bad += ucsec_srtp_rtp_parse(pkt, len, &hdr);
	bad += ucsec_srtp_protect(ks, pkt, &len, sizeof(pkt), &hdr,
				  UCSEC_SRTP_INDEX_MAX + 1) != -EKEYEXPIRED;
	bad += ucsec_srtp_protect(ks, pkt, &len, sizeof(pkt), &hdr, index + 7);
	bad += ucsec_srtp_unprotect(ks, key, pkt, &len, &hdr,
				    UCSEC_SRTP_INDEX_MAX + 1, true) !=
	       -EKEYEXPIRED;
	for (other = 1ULL << 16; other < 1ULL << 48; other <<= 1)
		bad += ucsec_srtp_unprotect(ks, key, pkt, &len, &hdr,
					    (index + 7) ^ other, true) !=
		       -EBADMSG;
	bad += ucsec_srtp_unprotect(ks, key, pkt, &len, &hdr, index + 7, true);
	bad += len != clear_len || memcmp(pkt, clear, len);
	tap_ok(!bad, "%s, %s: each bit of the ROC counts", suite->name, mode);

	len = make_rtcp(&rng, pkt, SSRC, 9);
	bad += ucsec_srtp_protect_rtcp(ks, pkt, &len, sizeof(pkt), 1U << 31) !=
	       -EKEYEXPIRED;
	bad += ucsec_srtp_protect_rtcp(ks, pkt, &len, sizeof(pkt),
				       UCSEC_SRTP_RTCP_INDEX_MAX);
	bad += ucsec_srtp_srtcp_parse(ks, pkt, len, &rtcp_hdr);
	bad += rtcp_hdr.index != UCSEC_SRTP_RTCP_INDEX_MAX;
	bad += rtcp_hdr.encrypted != (suite->cipher != UCSEC_CRYPTO_NULL);
	/* E, in the word before the tag, or behind it with GCM */
	pkt[len - 4 - (suite->cipher == UCSEC_CRYPTO_GCM ? 0 :
		       suite->rtcp_tag_len)] ^= 0x80;
	bad += ucsec_srtp_srtcp_parse(ks, pkt, len, &rtcp_hdr);
	bad += rtcp_hdr.encrypted != (suite->cipher == UCSEC_CRYPTO_NULL);
	bad += ucsec_srtp_unprotect_rtcp(ks, key, pkt, &len, &rtcp_hdr) !=
	       -EBADMSG;
	tap_ok(!bad, "%s, %s: the last SRTCP index, and E", suite->name, mode);
	keyset_free(ks);
}

/* With NULL, E changes nothing: an authentic packet with it is accepted. */
static void test_null_with_e(void)
{
	struct ucsec_srtp_keyset *ks =
		random_keys(UCSEC_SUITE_NULL_HMAC_SHA1_80, 1, 0);
	u8 clear[MAX_CLEAR], pkt[MAX_PACKET], tag[UCSEC_CRYPTO_MAC];
	u32 len, clear_len = make_rtcp(&rng, clear, SSRC, 9);
	struct ucsec_srtp_rtcp_hdr hdr;

	memcpy(pkt, clear, clear_len);
	put_unaligned_be32(0x80000005, pkt + clear_len);
	if (ucsec_crypto_mac(&ks->key[0].rtcp, pkt, clear_len + 4, tag))
		abort();
	memcpy(pkt + clear_len + 4, tag, 10);
	len = clear_len + 14;
	tap_ok(!ucsec_srtp_srtcp_parse(ks, pkt, len, &hdr) && hdr.encrypted &&
	       !ucsec_srtp_unprotect_rtcp(ks, &ks->key[0], pkt, &len, &hdr) &&
	       len == clear_len && !memcmp(pkt, clear, len),
	       "NULL: SRTCP with E set");
	keyset_free(ks);
}

static bool is_zero(const void *p, size_t len)
{
	const u8 *b = p;

	while (len--)
		if (*b++)
			return false;
	return true;
}

static void test_wipe(u32 id)
{
	struct ucsec_srtp_keyset *ks = random_keys(id, 1, 0);
	struct ucsec_srtp_key *key = &ks->key[0];
	u8 material[UCSEC_MAX_KEY_LEN] = { 1 };
	int handles = ucsec_test_handles, pass, bad = 0;

	ucsec_srtp_key_exit(key);
	bad += !is_zero(&key->rtp, sizeof(key->rtp));
	bad += !is_zero(&key->rtcp, sizeof(key->rtcp));
	bad += ucsec_test_handles >= handles;
	handles = ucsec_test_handles;
	ucsec_srtp_key_exit(key);	/* of zeros: nothing to do */
	tap_ok(!bad, "%s, %s: no key is left behind", suite->name, mode);

	for (pass = 0; pass < 2; pass++) {
		ucsec_test_init_error = -ENOMEM;
		ucsec_test_pass = pass;
		memset(key, 0xff, sizeof(*key));
		bad += ucsec_srtp_key_init(key, suite, material) != -ENOMEM;
		ucsec_test_init_error = 0;
		bad += !is_zero(&key->rtp, sizeof(key->rtp));
		bad += !is_zero(&key->rtcp, sizeof(key->rtcp));
	}
	ucsec_test_error = -EIO;
	ucsec_test_pass = 0;
	bad += ucsec_srtp_key_init(key, suite, material) != -EIO;
	ucsec_test_error = 0;
	bad += !is_zero(&key->rtp, sizeof(key->rtp));
	tap_ok(!bad && ucsec_test_handles == handles,
	       "%s, %s: nor if setting it up fails", suite->name, mode);
	memset(key, 0, sizeof(*key));
	keyset_free(ks);
}

/* Each primitive in turn fails: lengths stay, and the error comes through. */
static void test_errors(u32 id)
{
	struct pair *p = pair_new(id, 5);
	u8 sealed[2][MAX_PACKET], pkt[MAX_PACKET];
	u32 lens[2], len, before, bad = 0, failures = 0;
	int rtcp, pass, send;
	enum verdict v;

	for (rtcp = 0; rtcp < 2; rtcp++)
		lens[rtcp] = seal_next(p, sealed[rtcp], rtcp);
	for (rtcp = 0; rtcp < 2; rtcp++)
		for (pass = 0; pass < 3; pass++)
			for (send = 0; send < 2; send++) {
				memcpy(pkt, sealed[rtcp], lens[rtcp]);
				len = lens[rtcp];
				if (send)
					len = rtcp ? make_rtcp(&rng, pkt, SSRC,
							       9) :
					      make_rtp(&rng, pkt, SSRC,
						       p->seq++, 50);
				before = len;
				p->rx.ssrcs[0].used = false;
				ucsec_test_error = -ENXIO;
				ucsec_test_pass = pass;
				v = send ? flow_send(&p->tx, pkt, &len,
						     MAX_PACKET, rtcp) :
					   flow_receive(&p->rx, pkt, &len,
							rtcp);
				ucsec_test_error = 0;
				if (v == VERDICT_OK)
					continue;
				failures++;
				bad += p->tx.error != -ENXIO &&
				       p->rx.error != -ENXIO;
				bad += len != before;
				/* the first failure meets it as it came */
				bad += !send && !pass &&
				       memcmp(pkt, sealed[rtcp], len);
			}
	tap_ok(!bad && failures >= 4, "%s, %s: %u errors of the cipher",
	       suite->name, mode, failures);
	pair_free(p);
}

int main(void)
{
	u32 id;
	int i;

	for (i = 0; i < 2; i++) {
		ucsec_test_portable = i;
		mode = i ? "portable" : "OpenSSL";
		for (id = 1; id <= UCSEC_SUITE_MAX; id++) {
			suite = ucsec_srtp_suite(id);
			test_forged_after_wrap(id);
			test_replay(id);
			test_overlap(id);
			test_mki(id);
			test_index(id);
			test_wipe(id);
			test_errors(id);
		}
	}
	test_null_with_e();
	tap_ok(!ucsec_test_handles, "no handle is left");
	return tap_done();
}
