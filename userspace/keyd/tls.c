// SPDX-License-Identifier: GPL-2.0
/* The two things that a TLS handshake needs a private key for. */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <string.h>

#include "keyd/use.h"

/*
 * SignatureSchemes of RFC 8446. rsa_pkcs1_sha512 and _sha1 are left out for
 * good: signed files and lists are signed so, and nothing else is to be.
 */
static const struct scheme {
	uint16_t number;
	uint8_t kind;
	uint8_t padding;
	uint16_t bits;		/* of the curve, 0: any key */
	bool tls13;
	const char *digest;
} schemes[] = {
	{ 0x0401, KEYD_RSA, KEYD_PKCS1, 0, false, "SHA256" },
	{ 0x0501, KEYD_RSA, KEYD_PKCS1, 0, false, "SHA384" },
	{ 0x0804, KEYD_RSA, KEYD_PSS, 0, true, "SHA256" },
	{ 0x0805, KEYD_RSA, KEYD_PSS, 0, true, "SHA384" },
	{ 0x0806, KEYD_RSA, KEYD_PSS, 0, true, "SHA512" },
	{ 0x0403, KEYD_EC, 0, 256, true, "SHA256" },
	{ 0x0503, KEYD_EC, 0, 384, true, "SHA384" },
	{ 0x0603, KEYD_EC, 0, 521, true, "SHA512" },
};

static const struct scheme *find_scheme(unsigned int number)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (schemes[i].number == number)
			return &schemes[i];
	return NULL;
}

/* In TLS 1.2 a scheme of ECDSA names the digest, but no curve. */
static const char *check_scheme(const struct scheme *scheme, EVP_PKEY *key,
				const struct keyd_tls_sign *sign)
{
	bool tls13 = sign->content == KEYD_TLS13_SERVER ||
		     sign->content == KEYD_TLS13_CLIENT;

	if (!scheme)
		return "no handshake is signed by that scheme";
	if (scheme->kind != sign->key.kind)
		return "the scheme is of another kind of key";
	if (!tls13)
		return NULL;
	if (!scheme->tls13)
		return "TLS 1.3 does not have that scheme";
	return !scheme->bits || EVP_PKEY_get_bits(key) == scheme->bits ? NULL :
		"the scheme is of another curve";
}

int keyd_tls_sign(EVP_PKEY *key, const struct keyd_tls_sign *sign,
		  const uint8_t *content, size_t len,
		  uint8_t signature[KEYD_SIGNATURE_MAX], size_t *signature_len,
		  const char **why)
{
	const struct scheme *scheme = find_scheme(sign->scheme);
	struct keyd_piece piece = { content, len };

	*why = check_scheme(scheme, key, sign);
	if (!*why)
		*why = keyd_tls_check(sign->content, content, len);
	if (*why)
		return -EBADMSG;
	return keyd_sign_pieces(key, EVP_get_digestbyname(scheme->digest),
				scheme->padding, &piece, 1, signature,
				signature_len);
}

static int set_up(EVP_PKEY_CTX *ctx, unsigned int version)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_uint(
			OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, &version),
		OSSL_PARAM_construct_end(),
	};

	return ctx && EVP_PKEY_decrypt_init(ctx) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(ctx,
					    RSA_PKCS1_WITH_TLS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_params(ctx, params) == 1;
}

/*
 * OpenSSL's TLS padding checks padding and version in constant time, and gives
 * random bytes where either is wrong, without a branch: no error to be told
 * from success, here or by the time it takes. It fails only for a number that
 * is not less than the modulus, which everybody can see; that one gets ours,
 * drawn before and for each.
 */
int keyd_tls_unwrap(EVP_PKEY *key, uint16_t version, const uint8_t *data,
		    size_t len, uint8_t secret[KEYD_PREMASTER_LEN])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	uint8_t instead[KEYD_PREMASTER_LEN], out[512];
	size_t out_len = sizeof(out);
	int err = RAND_priv_bytes(instead, sizeof(instead)) == 1 &&
		  set_up(ctx, version) ? 0 : -EIO;

	if (!err && EVP_PKEY_decrypt(ctx, out, &out_len, data, len) == 1 &&
	    out_len == KEYD_PREMASTER_LEN)
		memcpy(secret, out, KEYD_PREMASTER_LEN);
	else
		memcpy(secret, instead, KEYD_PREMASTER_LEN);
	EVP_PKEY_CTX_free(ctx);
	explicit_bzero(out, sizeof(out));
	explicit_bzero(instead, sizeof(instead));
	ERR_clear_error();
	return err;
}
