// SPDX-License-Identifier: GPL-2.0
// A phone's AUTH_RES, signed without a line of the server's code.

#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "phone.h"

static void must(bool good)
{
	if (!good)
		abort();
}

/*
 * The block is put together by hand, and RSA applied to the whole of it, so
 * that no library decides how it looks.
 */
static size_t sign_rsa(EVP_PKEY *key, const uint8_t *digest, size_t len,
		       enum phone_fault fault, uint8_t *sig)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t k = (size_t)EVP_PKEY_get_size(key), sig_len = k;
	uint8_t block[512];

	must(k <= sizeof(block));
	memset(block, 0xff, sizeof(block));
	block[0] = 0;
	block[1] = 1;
	block[k - len - 1] = 0;
	memcpy(block + k - len, digest, len);
	if (fault == PHONE_SHORT_PAD) {
		memset(block + 11, 0x5a, k - 11);
		block[10] = 0;
		memcpy(block + 11, digest, len);
	}
	must(EVP_PKEY_sign_init(ctx) == 1 &&
	     EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	     EVP_PKEY_sign(ctx, sig, &sig_len, block, k) == 1);
	EVP_PKEY_CTX_free(ctx);
	return sig_len;
}

static size_t sign_plainly(EVP_PKEY *key, const EVP_MD *md,
			   const struct bytes *text, uint8_t *sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 512;

	must(EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
	     EVP_DigestSign(ctx, sig, &len, text->at, text->len) == 1);
	EVP_MD_CTX_free(ctx);
	return len;
}

static const EVP_MD *md_of(uint8_t hash)
{
	return hash == 1 ? EVP_sha1() : hash == 2 ? EVP_sha256() :
						    EVP_sha512();
}

static size_t sign(const struct phone *phone, const struct cert *cert,
		   uint8_t hash, enum phone_fault fault,
		   const struct bytes *text, uint8_t *sig)
{
	EVP_PKEY *key = fault == PHONE_OTHER_KEY ? phone->other->key :
						   cert->key;
	static struct bytes changed;
	unsigned int len = 0;
	uint8_t digest[64];

	changed = *text;
	if (fault == PHONE_OTHER_TEXT)
		changed.at[changed.len - 1] ^= 1;
	/* ECDSA is as everybody does it. */
	if (fault == PHONE_DIGEST_INFO || !EVP_PKEY_is_a(key, "RSA"))
		return sign_plainly(key, md_of(hash), &changed, sig);
	must(EVP_Digest(changed.at, changed.len, digest, &len, md_of(hash),
			NULL));
	return sign_rsa(key, digest, len, fault, sig);
}

static void add_der(struct bytes *to, const struct cert *cert)
{
	uint8_t *der = NULL;
	int len = i2d_X509(cert->x509, &der);

	must(len > 0);
	bytes_add(to, der, (size_t)len);
	OPENSSL_free(der);
}

static void add_certificate(struct bytes *to, const struct cert *cert)
{
	static struct bytes value;

	bytes_set(&value, "01 0000 00 01");
	add_der(&value, cert);
	value.at[1] = (value.len - 3) >> 8 & 0xff;
	value.at[2] = (value.len - 3) & 0xff;
	bytes_add_element(to, 4, value.at, value.len);
}

static void add_signatures(const struct phone *phone, struct bytes *to)
{
	uint8_t hash = phone->sha2_hash ?: 3, sig[512];
	static struct bytes text, value;
	size_t len;

	text.len = value.len = 0;
	bytes_add(&text, phone->name, strlen(phone->name) + 1);
	add_der(&text, phone->cert);
	if (phone->sha1 != PHONE_ABSENT) {
		len = sign(phone, phone->cert, 1, phone->sha1, &text, sig);
		bytes_add_element(to, 6, sig, len);
	}
	if (phone->sha2 == PHONE_ABSENT)
		return;
	len = sign(phone, phone->cert, hash, phone->sha2, &text, sig);
	bytes_add_element(&value, hash, sig, len);
	bytes_add_element(to, 20, value.at, value.len);
}

static void add_sudi_signature(const struct phone *phone, struct bytes *to,
			       uint8_t hash, enum phone_fault fault)
{
	uint32_t id = phone->session ^ (fault == PHONE_OTHER_SESSION);
	uint8_t little[] = { id & 0xff, id >> 8 & 0xff, id >> 16 & 0xff,
			     id >> 24 };
	uint8_t big[] = { little[3], little[2], little[1], little[0] };
	static struct bytes text;
	uint8_t sig[512];

	if (fault == PHONE_ABSENT)
		return;
	text.len = 0;
	bytes_add(&text, fault == PHONE_OTHER_BYTE_ORDER ? big : little, 4);
	add_der(&text, phone->sudi);
	bytes_add_element(to, hash, sig,
			  sign(phone, phone->sudi, hash, fault, &text, sig));
}

static void add_sudi(const struct phone *phone, struct bytes *to)
{
	static struct bytes value, der;

	value.len = der.len = 0;
	add_der(&der, phone->sudi);
	bytes_add_element(&value, 0, der.at, der.len);
	add_sudi_signature(phone, &value, 1, phone->sudi_sha1);
	add_sudi_signature(phone, &value, 3, phone->sudi_sha2);
	bytes_add_element(to, 16, value.at, value.len);
}

void phone_auth_res(const struct phone *phone, struct bytes *to)
{
	bytes_capf(to, 2, phone->session);
	bytes_add_element(to, 1, "\1", 1);
	bytes_add_element(to, 7, &phone->version, 1);
	bytes_add_element(to, 13, phone->name, strlen(phone->name) + 1);
	if (phone->string)
		bytes_add_element(to, 11, phone->string,
				  strlen(phone->string) + 1);
	if (phone->cert) {
		add_certificate(to, phone->cert);
		add_signatures(phone, to);
	}
	if (phone->sudi)
		add_sudi(phone, to);
	bytes_capf_done(to);
}
