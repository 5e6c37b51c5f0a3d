/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The primitives the SRTP core needs, bound at link time: kmod/crypto.c in the
 * kernel, an OpenSSL twin in userspace tests.
 *
 * None of them allocates, sleeps or keeps state between calls, but for
 * session_init and session_exit, which run in process context. All the others
 * may run in any context and concurrently on one session.
 */
#ifndef UCSEC_SRTP_CRYPTO_H
#define UCSEC_SRTP_CRYPTO_H

enum ucsec_crypto_cipher {
	UCSEC_CRYPTO_NULL,
	UCSEC_CRYPTO_CTR,
	UCSEC_CRYPTO_GCM,
};

enum {
	UCSEC_CRYPTO_BLOCK	= 16,
	UCSEC_CRYPTO_MAX_KEY	= 32,
	UCSEC_CRYPTO_SALT	= 14,
	UCSEC_CRYPTO_MAC_KEY	= 20,
	UCSEC_CRYPTO_MAC	= 20,
	UCSEC_CRYPTO_GCM_IV	= 12,
	UCSEC_CRYPTO_GCM_TAG	= 16,
};

/*
 * An expanded AES key for single blocks; lives on the stack, wiped by user.
 * What it holds is the implementation's business: the kernel's is 484 bytes.
 */
struct ucsec_crypto_aes {
	u32 storage[128];
};

/*
 * Session keys of SRTP, or of SRTCP, under one master key. Immutable after
 * session_init.
 */
struct ucsec_crypto_session {
	void *cipher;	/* keyed accelerated cipher; NULL: portable code only */
	void *mac;	/* keyed HMAC-SHA1; NULL with GCM */
	u8 key[UCSEC_CRYPTO_MAX_KEY];	/* for the portable code */
	u8 salt[UCSEC_CRYPTO_SALT];	/* GCM uses the first 12 bytes */
	u8 key_len;
	u8 type;	/* enum ucsec_crypto_cipher */
};

/*
 * Binds handles to a session whose key, key_len, salt and type are set.
 * @mac_key: UCSEC_CRYPTO_MAC_KEY bytes, NULL with GCM
 * @fast: an accelerated cipher is worth its memory (SRTP, not SRTCP)
 */
int ucsec_crypto_session_init(struct ucsec_crypto_session *s,
			      const u8 *mac_key, bool fast);
/* Frees the handles and wipes the keys; a zeroed session is fine. */
void ucsec_crypto_session_exit(struct ucsec_crypto_session *s);

/* En- or decrypts @len bytes in place; @iv is the whole first counter block. */
int ucsec_crypto_ctr(const struct ucsec_crypto_session *s,
		     const u8 iv[UCSEC_CRYPTO_BLOCK], u8 *data, u32 len);

/* HMAC-SHA1 over @data. */
int ucsec_crypto_mac(const struct ucsec_crypto_session *s, const u8 *data,
		     u32 len, u8 out[UCSEC_CRYPTO_MAC]);

/*
 * In place: @buf holds @aad_len bytes of AAD, then @len bytes of text, then
 * the tag, which seal writes and open checks (-EBADMSG; in constant time, and
 * the text is then unspecified).
 */
int ucsec_crypto_gcm_seal(const struct ucsec_crypto_session *s,
			  const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf,
			  u32 aad_len, u32 len);
int ucsec_crypto_gcm_open(const struct ucsec_crypto_session *s,
			  const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf,
			  u32 aad_len, u32 len);

/* Portable AES, for key derivation and where no SIMD may be used. */
int ucsec_crypto_aes_expand(struct ucsec_crypto_aes *aes, const u8 *key,
			    u32 key_len);
void ucsec_crypto_aes_encrypt(const struct ucsec_crypto_aes *aes,
			      u8 out[UCSEC_CRYPTO_BLOCK],
			      const u8 in[UCSEC_CRYPTO_BLOCK]);

#endif /* UCSEC_SRTP_CRYPTO_H */
