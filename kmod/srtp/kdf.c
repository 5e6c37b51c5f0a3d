// SPDX-License-Identifier: GPL-2.0
/*
 * Key derivation, RFC 3711 section 4.3: session keys from a master key.
 *
 * The pseudo-random function is AES in counter mode under the master key, so
 * its strength follows the key's length (RFC 6188 section 3). GCM suites use
 * the same function; their salt of 96 bits is padded with zeros to the 112 it
 * takes (RFC 7714 section 11). The derivation rate is 0: each key is derived
 * once.
 */
#include "internal.h"
#include "srtp.h"

enum {
	LABEL_RTP_KEY	= 0,
	LABEL_RTP_MAC	= 1,
	LABEL_RTP_SALT	= 2,
	/* RFC 3711 section 4.3.2: SRTCP has the same three after these. */
	LABEL_RTCP	= 3,

	LABEL_POS	= 7,	/* the byte of key_id || r, in x, with the label */
};

/* The master key, ready for use; wiped by ucsec_srtp_key_init. */
struct prf {
	struct ucsec_crypto_aes aes;
	u8 salt[UCSEC_CRYPTO_SALT];
	u8 mac_key[UCSEC_CRYPTO_MAC_KEY];
};

/* Section 4.3.3: the keystream whose first block is (key_id ^ salt) * 2^16. */
static void derive(const struct prf *prf, u8 label, u8 *out, u32 len)
{
	u8 x[UCSEC_CRYPTO_BLOCK], block[UCSEC_CRYPTO_BLOCK];
	u32 n;

	memcpy(x, prf->salt, sizeof(prf->salt));
	x[LABEL_POS] ^= label;
	x[14] = 0;
	for (x[15] = 0; len; x[15]++) {
		n = len < sizeof(block) ? len : sizeof(block);
		ucsec_crypto_aes_encrypt(&prf->aes, block, x);
		memcpy(out, block, n);
		out += n;
		len -= n;
	}
	memzero_explicit(x, sizeof(x));
	memzero_explicit(block, sizeof(block));
}

static int session_init(struct prf *prf, u8 first_label,
			const struct ucsec_srtp_suite *suite,
			struct ucsec_crypto_session *s)
{
	bool rtp = first_label == LABEL_RTP_KEY;

	s->type = suite->cipher;
	if (suite->cipher != UCSEC_CRYPTO_NULL) {
		s->key_len = suite->key_len;
		derive(prf, first_label + LABEL_RTP_KEY, s->key, s->key_len);
		derive(prf, first_label + LABEL_RTP_SALT, s->salt,
		       suite->salt_len);
	}
	if (suite->cipher == UCSEC_CRYPTO_GCM)
		return ucsec_crypto_session_init(s, NULL, rtp);

	derive(prf, first_label + LABEL_RTP_MAC, prf->mac_key,
	       sizeof(prf->mac_key));
	return ucsec_crypto_session_init(s, prf->mac_key, rtp);
}

int ucsec_srtp_key_init(struct ucsec_srtp_key *key,
			const struct ucsec_srtp_suite *suite,
			const u8 *material)
{
	struct prf prf;
	int err;

	memset(&key->rtp, 0, sizeof(key->rtp));
	memset(&key->rtcp, 0, sizeof(key->rtcp));

	memset(prf.salt, 0, sizeof(prf.salt));
	memcpy(prf.salt, material + suite->key_len, suite->salt_len);
	err = ucsec_crypto_aes_expand(&prf.aes, material, suite->key_len);
	if (!err)
		err = session_init(&prf, LABEL_RTP_KEY, suite, &key->rtp);
	if (!err)
		err = session_init(&prf, LABEL_RTCP, suite, &key->rtcp);
	memzero_explicit(&prf, sizeof(prf));
	if (err)
		ucsec_srtp_key_exit(key);
	return err;
}

void ucsec_srtp_key_exit(struct ucsec_srtp_key *key)
{
	ucsec_crypto_session_exit(&key->rtp);
	ucsec_crypto_session_exit(&key->rtcp);
}
