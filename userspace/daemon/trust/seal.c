// SPDX-License-Identifier: GPL-2.0
/*
 * Encrypted files for phones: a key of its own for each, wrapped for the device.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "trust/file-name.h"
#include "trust/file.h"

#define BLOCK		16
#define KEY_SIZE	16
#define MAX_WRAPPED	1024
#define CARRIAGE_RETURN	'\r'

/* What the header points to while it is written; wiped, it has the key. */
struct sealed {
	uint8_t key[KEY_SIZE], iv[TRUST_IV_SIZE];
	uint8_t wrapped[MAX_WRAPPED], hash[EVP_MAX_MD_SIZE];
	uint8_t *body;		/* encrypted, whole blocks */
	size_t body_len;
};

static const char *device_unfit(X509 *device)
{
	EVP_PKEY *key = X509_get0_pubkey(device);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	if (!key)
		return "the device's key cannot be read";
	if (EVP_PKEY_is_a(key, "EC"))
		return "the device's key is EC, which cannot decrypt files";
	if (!EVP_PKEY_is_a(key, "RSA"))
		return "the device's key is not RSA";
	if (bits < 512 || bits > 8 * MAX_WRAPPED)
		return "the device's key has not 512 to 8192 bits";
	return NULL;
}

static bool wrap_key(struct sealed *s, EVP_PKEY *key,
		     struct trust_sealing *sealing)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t len = sizeof(s->wrapped);
	bool good;

	good = ctx && EVP_PKEY_encrypt_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_encrypt(ctx, s->wrapped, &len, s->key,
				 sizeof(s->key)) == 1;
	EVP_PKEY_CTX_free(ctx);
	sealing->bits = (uint16_t)EVP_PKEY_get_bits(key);
	sealing->key = (struct trust_span){ s->wrapped, len };
	return good;
}

/*
 * The pad is carriage returns, harmless in XML, one to sixteen; so OpenSSL's
 * own padding, which phones do not know, is off.
 */
static bool encrypt(struct sealed *s, struct trust_span data, uint16_t pad)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t last[BLOCK];
	size_t rest = BLOCK - pad;
	int done = 0, more = 0;
	bool good;

	if (rest)
		memcpy(last, data.data + data.len - rest, rest);
	memset(last + rest, CARRIAGE_RETURN, pad);
	good = ctx && EVP_EncryptInit_ex2(ctx, EVP_aes_128_cbc(), s->key,
					  s->iv, NULL) == 1 &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		(data.len == rest ||
		 EVP_EncryptUpdate(ctx, s->body, &done, data.data,
				   (int)(data.len - rest)) == 1) &&
		EVP_EncryptUpdate(ctx, s->body + done, &more, last,
				  BLOCK) == 1 &&
		(size_t)(done + more) == s->body_len;
	EVP_CIPHER_CTX_free(ctx);
	OPENSSL_cleanse(last, sizeof(last));
	return good;
}

static bool hash(struct sealed *s, struct trust_span data,
		 struct trust_sealing *sealing)
{
	unsigned int len = 0;

	if (!EVP_Digest(data.data, data.len, s->hash, &len,
			sealing->digest == TRUST_SHA1 ? EVP_sha1() :
			EVP_sha512(), NULL))
		return false;
	sealing->hash = (struct trust_span){ s->hash, len };
	return true;
}

/* A fresh key and IV for every file: the same content never looks the same. */
static int seal(struct sealed *s, struct trust_span data, X509 *device,
		struct trust_sealing *sealing)
{
	s->body_len = data.len + sealing->pad_count;
	s->body = malloc(s->body_len);
	if (!s->body)
		return -ENOMEM;
	sealing->iv = s->iv;
	if (RAND_priv_bytes(s->key, sizeof(s->key)) != 1 ||
	    RAND_bytes(s->iv, sizeof(s->iv)) != 1 ||
	    !hash(s, data, sealing) ||
	    !encrypt(s, data, sealing->pad_count) ||
	    !wrap_key(s, X509_get0_pubkey(device), sealing)) {
		ERR_clear_error();
		return -EIO;
	}
	return 0;
}

int trust_file_seal(const struct trust_content *content,
		    const struct trust_signer *signer, X509 *device,
		    struct trust_bytes *file, struct trust_fault *fault)
{
	struct trust_header header = {
		.version = TRUST_VERSION_SEALED,
		.name = content->name,
		.time = content->time,
		.sealed = true,
		.sealing = {
			.scheme = 1,
			.digest = (uint8_t)signer->digest,
			.pad_count = BLOCK - content->data.len % BLOCK,
		},
	};
	const char *why = trust_file_name_unfit(content->name, true);
	struct sealed s = { 0 };
	int err;

	*file = (struct trust_bytes){ 0 };
	memset(fault, 0, sizeof(*fault));
	if (!why && content->data.len > TRUST_CONTENT_SIZE)
		why = "its content is longer than 16 MiB";
	if (!why)
		why = device_unfit(device);
	if (why)
		return trust_cannot(fault, why);
	err = seal(&s, content->data, device, &header.sealing);
	if (err)
		fault->why = "it could not be encrypted";
	else
		err = trust_sign(&header, signer,
				 (struct trust_span){ s.body, s.body_len },
				 file, fault);
	free(s.body);
	OPENSSL_cleanse(&s, sizeof(s));
	return err;
}
