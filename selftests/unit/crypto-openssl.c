// SPDX-License-Identifier: GPL-2.0
/*
 * The primitives of kmod/srtp/crypto.h over OpenSSL: the twin of kmod/crypto.c.
 *
 * A session's contexts are reused, so unlike the kernel's it serves one thread.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdlib.h>

#include <openssl/aes.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "srtp.h"
#include "crypto-openssl.h"

bool ucsec_test_portable;
int ucsec_test_init_error;
int ucsec_test_error;
int ucsec_test_pass;
int ucsec_test_handles;

static int injected(int error)
{
	if (!error || ucsec_test_pass-- > 0)
		return 0;
	return error;
}

static const EVP_CIPHER *cipher_of(const struct ucsec_crypto_session *s)
{
	bool gcm = s->type == UCSEC_CRYPTO_GCM;

	switch (s->key_len) {
	case 16:
		return gcm ? EVP_aes_128_gcm() : EVP_aes_128_ctr();
	case 24:
		return gcm ? NULL : EVP_aes_192_ctr();
	case 32:
		return gcm ? EVP_aes_256_gcm() : EVP_aes_256_ctr();
	}
	return NULL;
}

static EVP_MAC_CTX *mac_new(const u8 *key)
{
	char digest[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string("digest", digest, 4),
		OSSL_PARAM_END
	};
	static EVP_MAC *mac;	/* fetching is slow, so but once */
	EVP_MAC_CTX *ctx;

	if (!mac)
		mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	ctx = EVP_MAC_CTX_new(mac);
	if (ctx && !EVP_MAC_init(ctx, key, UCSEC_CRYPTO_MAC_KEY, params)) {
		EVP_MAC_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

int ucsec_crypto_session_init(struct ucsec_crypto_session *s,
			      const u8 *mac_key, bool fast)
{
	int err = injected(ucsec_test_init_error);

	if (err)
		return err;
	if (mac_key) {
		s->mac = mac_new(mac_key);
		if (!s->mac)
			goto err_exit;
		ucsec_test_handles++;
	}
	if (fast && s->type != UCSEC_CRYPTO_NULL) {
		s->cipher = EVP_CIPHER_CTX_new();
		if (!s->cipher)
			goto err_exit;
		ucsec_test_handles++;
		if (!cipher_of(s) ||
		    !EVP_EncryptInit_ex(s->cipher, cipher_of(s), NULL, s->key,
					NULL))
			goto err_exit;
	}
	return 0;

err_exit:
	ucsec_crypto_session_exit(s);
	return -ENOMEM;
}

void ucsec_test_rekey(struct ucsec_crypto_session *s)
{
	if (!EVP_EncryptInit_ex(s->cipher, cipher_of(s), NULL, s->key, NULL))
		abort();
}

void ucsec_crypto_session_exit(struct ucsec_crypto_session *s)
{
	ucsec_test_handles -= !!s->mac + !!s->cipher;
	EVP_MAC_CTX_free(s->mac);
	EVP_CIPHER_CTX_free(s->cipher);
	memzero_explicit(s, sizeof(*s));
}

int ucsec_crypto_ctr(const struct ucsec_crypto_session *s,
		     const u8 iv[UCSEC_CRYPTO_BLOCK], u8 *data, u32 len)
{
	int n, err = injected(ucsec_test_error);

	if (err)
		return err;
	if (!s->cipher || ucsec_test_portable)
		return ucsec_srtp_soft_ctr(s, iv, data, len);
	if (!EVP_EncryptInit_ex(s->cipher, NULL, NULL, NULL, iv) ||
	    !EVP_EncryptUpdate(s->cipher, data, &n, data, (int)len))
		return -EIO;
	return 0;
}

int ucsec_crypto_mac(const struct ucsec_crypto_session *s, const u8 *data,
		     u32 len, u8 out[UCSEC_CRYPTO_MAC])
{
	int err = injected(ucsec_test_error);
	size_t n;

	if (err)
		return err;
	if (!EVP_MAC_init(s->mac, NULL, 0, NULL) ||
	    !EVP_MAC_update(s->mac, data, len) ||
	    !EVP_MAC_final(s->mac, out, &n, UCSEC_CRYPTO_MAC))
		return -EIO;
	return 0;
}

int ucsec_crypto_gcm_seal(const struct ucsec_crypto_session *s,
			  const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf,
			  u32 aad_len, u32 len)
{
	u8 *text = buf + aad_len, *tag = text + len;
	int n, err = injected(ucsec_test_error);

	if (err)
		return err;
	if (!s->cipher || ucsec_test_portable)
		return ucsec_srtp_soft_gcm(s, iv, buf, aad_len, NULL, 0, text,
					   len, tag, true);
	if (!EVP_EncryptInit_ex(s->cipher, NULL, NULL, NULL, iv) ||
	    !EVP_EncryptUpdate(s->cipher, NULL, &n, buf, (int)aad_len) ||
	    !EVP_EncryptUpdate(s->cipher, text, &n, text, (int)len) ||
	    !EVP_EncryptFinal_ex(s->cipher, tag, &n) ||
	    !EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_GET_TAG,
				 UCSEC_CRYPTO_GCM_TAG, tag))
		return -EIO;
	return 0;
}

int ucsec_crypto_gcm_open(const struct ucsec_crypto_session *s,
			  const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf,
			  u32 aad_len, u32 len)
{
	u8 *text = buf + aad_len, *tag = text + len;
	int n, err = injected(ucsec_test_error);

	if (err)
		return err;
	if (!s->cipher || ucsec_test_portable)
		return ucsec_srtp_soft_gcm(s, iv, buf, aad_len, NULL, 0, text,
					   len, tag, false);
	if (!EVP_DecryptInit_ex(s->cipher, NULL, NULL, NULL, iv) ||
	    !EVP_DecryptUpdate(s->cipher, NULL, &n, buf, (int)aad_len) ||
	    !EVP_DecryptUpdate(s->cipher, text, &n, text, (int)len) ||
	    !EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_SET_TAG,
				 UCSEC_CRYPTO_GCM_TAG, tag))
		return -EIO;
	return EVP_DecryptFinal_ex(s->cipher, tag, &n) > 0 ? 0 : -EBADMSG;
}

_Static_assert(sizeof(AES_KEY) <= sizeof(struct ucsec_crypto_aes),
	       "struct ucsec_crypto_aes has room for OpenSSL's key");

int ucsec_crypto_aes_expand(struct ucsec_crypto_aes *aes, const u8 *key,
			    u32 key_len)
{
	int err = injected(ucsec_test_error);

	if (err)
		return err;
	return AES_set_encrypt_key(key, (int)key_len * 8, (AES_KEY *)aes) ?
		-EINVAL : 0;
}

void ucsec_crypto_aes_encrypt(const struct ucsec_crypto_aes *aes,
			      u8 out[UCSEC_CRYPTO_BLOCK],
			      const u8 in[UCSEC_CRYPTO_BLOCK])
{
	AES_encrypt(in, out, (const AES_KEY *)aes);
}
