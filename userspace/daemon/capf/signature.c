// SPDX-License-Identifier: GPL-2.0
// Bare-digest signatures verified.

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "capf/signature.h"

static const EVP_MD *md_of(uint8_t hash)
{
	return hash == CAPF_SHA1   ? EVP_sha1() :
	       hash == CAPF_SHA256 ? EVP_sha256() :
	       hash == CAPF_SHA512 ? EVP_sha512() : NULL;
}

static bool digest(const EVP_MD *md, struct element_bytes first,
		   struct element_bytes second, uint8_t *to, unsigned int *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, md, NULL) &&
		    EVP_DigestUpdate(ctx, first.at, first.len) &&
		    EVP_DigestUpdate(ctx, second.at, second.len) &&
		    EVP_DigestFinal_ex(ctx, to, len);

	EVP_MD_CTX_free(ctx);
	return good;
}

/*
 * No signature md is set: OpenSSL then takes the digest for all there is to
 * sign, and compares what the block holds with it to the last byte.
 */
static bool verify(EVP_PKEY *key, const struct capf_signature *sig,
		   const uint8_t *md, size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool good = ctx && EVP_PKEY_verify_init(ctx) == 1;

	if (good && EVP_PKEY_is_a(key, "RSA"))
		good = EVP_PKEY_CTX_set_rsa_padding(ctx,
						    RSA_PKCS1_PADDING) == 1;
	good = good && EVP_PKEY_verify(ctx, sig->bytes.at, sig->bytes.len, md,
				       len) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

bool capf_signature_is_good(EVP_PKEY *key, const struct capf_signature *sig,
			    struct element_bytes first,
			    struct element_bytes second)
{
	const EVP_MD *md = md_of(sig->hash);
	uint8_t value[EVP_MAX_MD_SIZE];
	unsigned int len;
	bool good;

	if (!md || !sig->bytes.len ||
	    !(EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")))
		return false;
	good = digest(md, first, second, value, &len) &&
	       verify(key, sig, value, len);
	ERR_clear_error();
	return good;
}
