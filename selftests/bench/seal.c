// SPDX-License-Identifier: GPL-2.0
/* The sending side of RFC 3711 and RFC 7714 on OpenSSL's EVP interface. */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"

enum {
	RTP_HEADER_LEN = 12,
	AUTH_KEY_LEN = 20,
	MAC_LEN = 20,
	ROC_LEN = 4,
	LABEL_CIPHER = 0,
	LABEL_AUTH = 1,
	LABEL_SALT = 2,
};

struct seal {
	const struct suite *suite;
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac; /* NULL for an AEAD */
	uint8_t salt[14];
};

/* The key derivation of RFC 3711, 4.3: AES-CM over nothing. */
static int derive(const struct side *side, uint8_t label, uint8_t *out,
		  size_t len)
{
	const EVP_CIPHER *aes = side->suite->key_len == 16 ? EVP_aes_128_ctr() :
							     EVP_aes_256_ctr();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[16] = {0};
	int done, ok;

	memcpy(iv, side->key + side->suite->key_len, side->suite->salt_len);
	iv[7] ^= label;
	memset(out, 0, len);
	ok = ctx && EVP_EncryptInit_ex(ctx, aes, NULL, side->key, iv) &&
	     EVP_EncryptUpdate(ctx, out, &done, out, (int)len);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -EINVAL;
}

static const EVP_CIPHER *cipher_of(const struct suite *suite)
{
	if (!suite->aead)
		return EVP_aes_128_ctr();
	return suite->key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

static EVP_MAC_CTX *mac_new(const uint8_t *key)
{
	char sha1[] = "SHA1";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", sha1, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac);

	EVP_MAC_free(hmac);
	if (ctx && EVP_MAC_init(ctx, key, AUTH_KEY_LEN, params))
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

struct seal *seal_new(const struct side *side)
{
	uint8_t key[32], auth[AUTH_KEY_LEN];
	struct seal *seal = calloc(1, sizeof(*seal));

	if (!seal)
		return NULL;
	seal->suite = side->suite;
	seal->cipher = EVP_CIPHER_CTX_new();
	if (!seal->cipher ||
	    derive(side, LABEL_CIPHER, key, side->suite->key_len) ||
	    derive(side, LABEL_AUTH, auth, sizeof(auth)) ||
	    derive(side, LABEL_SALT, seal->salt, side->suite->salt_len) ||
	    !EVP_EncryptInit_ex(seal->cipher, cipher_of(side->suite), NULL, key,
				NULL))
		goto err_seal;
	if (side->suite->aead)
		return seal;
	seal->mac = mac_new(auth);
	if (seal->mac)
		return seal;
err_seal:
	seal_free(seal);
	return NULL;
}

void seal_free(struct seal *seal)
{
	EVP_CIPHER_CTX_free(seal->cipher);
	EVP_MAC_CTX_free(seal->mac);
	free(seal);
}

static int seal_gcm(struct seal *seal, uint8_t *packet, int len)
{
	uint8_t *payload = packet + RTP_HEADER_LEN;
	uint8_t iv[12];
	int done;

	memcpy(iv, seal->salt, sizeof(iv));
	for (int i = 0; i < 4; i++)
		iv[2 + i] ^= packet[8 + i]; /* SSRC */
	iv[10] ^= packet[2]; /* sequence number */
	iv[11] ^= packet[3];
	if (!EVP_EncryptInit_ex(seal->cipher, NULL, NULL, NULL, iv) ||
	    !EVP_EncryptUpdate(seal->cipher, NULL, &done, packet,
			       RTP_HEADER_LEN) ||
	    !EVP_EncryptUpdate(seal->cipher, payload, &done, payload,
			       len - RTP_HEADER_LEN) ||
	    !EVP_EncryptFinal_ex(seal->cipher, packet + len, &done) ||
	    !EVP_CIPHER_CTX_ctrl(seal->cipher, EVP_CTRL_AEAD_GET_TAG,
				 (int)seal->suite->tag_len, packet + len))
		return -EINVAL;
	return len + (int)seal->suite->tag_len;
}

static int seal_cm(struct seal *seal, uint8_t *packet, int len)
{
	static const uint8_t roc[ROC_LEN];
	uint8_t *payload = packet + RTP_HEADER_LEN;
	uint8_t iv[16] = {0}, mac[MAC_LEN];
	size_t mac_len;
	int done;

	memcpy(iv, seal->salt, sizeof(seal->salt));
	for (int i = 0; i < 4; i++)
		iv[4 + i] ^= packet[8 + i]; /* SSRC */
	iv[12] ^= packet[2]; /* sequence number */
	iv[13] ^= packet[3];
	if (!EVP_EncryptInit_ex(seal->cipher, NULL, NULL, NULL, iv) ||
	    !EVP_EncryptUpdate(seal->cipher, payload, &done, payload,
			       len - RTP_HEADER_LEN) ||
	    !EVP_MAC_init(seal->mac, NULL, 0, NULL) ||
	    !EVP_MAC_update(seal->mac, packet, (size_t)len) ||
	    !EVP_MAC_update(seal->mac, roc, sizeof(roc)) ||
	    !EVP_MAC_final(seal->mac, mac, &mac_len, sizeof(mac)))
		return -EINVAL;
	memcpy(packet + len, mac, seal->suite->tag_len);
	return len + (int)seal->suite->tag_len;
}

int seal_packet(struct seal *seal, uint8_t *packet, int len)
{
	if (seal->suite->aead)
		return seal_gcm(seal, packet, len);
	return seal_cm(seal, packet, len);
}
