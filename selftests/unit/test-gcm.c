// SPDX-License-Identifier: GPL-2.0
/*
 * The portable CTR and GCM against OpenSSL, for every length a packet has.
 */
#include "tap.h"
#include "crypto-openssl.h"

enum { MAX_TEXT = 1500, MAX_AAD = 80 };

static struct lcg rng = { 1 };

static struct ucsec_crypto_session *session_new(u8 type, u8 key_len)
{
	struct ucsec_crypto_session *s = calloc(1, sizeof(*s));

	s->type = type;
	s->key_len = key_len;
	lcg_fill(&rng, s->key, key_len);
	lcg_fill(&rng, s->salt, sizeof(s->salt));
	if (ucsec_crypto_session_init(s, NULL, true))
		abort();
	return s;
}

static void session_free(struct ucsec_crypto_session *s)
{
	ucsec_crypto_session_exit(s);
	free(s);
}

/* Sealed by both, opened by both; the AAD in two pieces, as for SRTCP. */
static bool same_gcm(const struct ucsec_crypto_session *s, u32 aad_len,
		     u32 len)
{
	u8 iv[UCSEC_CRYPTO_GCM_IV], text[MAX_TEXT], both[2][MAX_AAD + MAX_TEXT +
		UCSEC_CRYPTO_GCM_TAG];
	u32 all = aad_len + len + UCSEC_CRYPTO_GCM_TAG, cut;
	u8 *soft = both[1];

	lcg_fill(&rng, iv, sizeof(iv));
	lcg_fill(&rng, both[0], aad_len);
	lcg_fill(&rng, text, len);
	memcpy(both[0] + aad_len, text, len);
	memcpy(both[1], both[0], aad_len + len);
	cut = lcg_below(&rng, aad_len + 1);

	if (ucsec_crypto_gcm_seal(s, iv, both[0], aad_len, len) ||
	    ucsec_srtp_soft_gcm(s, iv, soft, cut, soft + cut, aad_len - cut,
				soft + aad_len, len, soft + aad_len + len,
				true) ||
	    memcmp(both[0], both[1], all))
		return false;
	if (ucsec_crypto_gcm_open(s, iv, both[0], aad_len, len) ||
	    ucsec_srtp_soft_gcm(s, iv, soft, cut, soft + cut, aad_len - cut,
				soft + aad_len, len, soft + aad_len + len,
				false))
		return false;
	return !memcmp(both[0], both[1], all) &&
	       !memcmp(soft + aad_len, text, len);
}

static bool same_ctr(const struct ucsec_crypto_session *s, u32 len)
{
	u8 iv[UCSEC_CRYPTO_BLOCK], both[2][MAX_TEXT];

	lcg_fill(&rng, iv, sizeof(iv));
	if (len % 3 == 0)
		memset(iv + len % 16, 0xff, 16 - len % 16);	/* carries */
	lcg_fill(&rng, both[0], len);
	memcpy(both[1], both[0], len);
	return !ucsec_crypto_ctr(s, iv, both[0], len) &&
	       !ucsec_srtp_soft_ctr(s, iv, both[1], len) &&
	       !memcmp(both[0], both[1], len);
}

/* Each bit of a short sealed packet counts, and a refused text is intact. */
static bool refuses_forgeries(const struct ucsec_crypto_session *s)
{
	const u32 aad_len = 12, len = 37, all = aad_len + len + 16;
	u8 iv[UCSEC_CRYPTO_GCM_IV] = { 1 }, good[128], pkt[128];
	u32 bit;

	lcg_fill(&rng, good, aad_len + len);
	if (ucsec_crypto_gcm_seal(s, iv, good, aad_len, len))
		return false;
	for (bit = 0; bit < all * 8; bit++) {
		u8 forged[128];

		memcpy(forged, good, all);
		forged[bit / 8] ^= 1 << bit % 8;
		memcpy(pkt, forged, all);
		if (ucsec_srtp_soft_gcm(s, iv, pkt, aad_len, NULL, 0,
					pkt + aad_len, len,
					pkt + aad_len + len, false) !=
		    -EBADMSG || memcmp(pkt, forged, all))
			return false;
		if (ucsec_crypto_gcm_open(s, iv, pkt, aad_len, len) !=
		    -EBADMSG)
			return false;
	}
	return true;
}

static void test_gcm(u8 key_len)
{
	struct ucsec_crypto_session *s = session_new(UCSEC_CRYPTO_GCM, key_len);
	u32 len, aad, bad = 0;

	for (len = 0; len <= MAX_TEXT; len++)
		for (aad = 0; aad <= MAX_AAD; aad++)
			bad += !same_gcm(s, aad, len);
	tap_ok(!bad, "AES-%d GCM: texts of 0..%d with AAD of 0..%d",
	       key_len * 8, MAX_TEXT, MAX_AAD);
	tap_ok(refuses_forgeries(s), "AES-%d GCM: no bit may change",
	       key_len * 8);
	session_free(s);
}

static void test_ctr(u8 key_len)
{
	struct ucsec_crypto_session *s = session_new(UCSEC_CRYPTO_CTR, key_len);
	u32 len, bad = 0;

	for (len = 0; len <= MAX_TEXT; len++)
		bad += !same_ctr(s, len);
	tap_ok(!bad, "AES-%d CTR: texts of 0..%d", key_len * 8, MAX_TEXT);
	session_free(s);
}

int main(void)
{
	test_ctr(16);
	test_ctr(24);
	test_ctr(32);
	test_gcm(16);
	test_gcm(32);
	return tap_done();
}
