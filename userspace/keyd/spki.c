// SPDX-License-Identifier: GPL-2.0
/* The public key of a phone, which is a stranger's until it is certified. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "keyd/use.h"

enum {
	EXPONENT_BITS = 256,	/* no phone has more; verifying would be slow */
	FACTOR_MAX = 256,	/* a modulus by chance has one in most cases */
};

static bool is_rsa_exponent(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool is = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
		  BN_is_odd(e) && !BN_is_one(e) &&
		  BN_num_bits(e) <= EXPONENT_BITS;

	BN_free(e);
	return is;
}

/*
 * Two primes it has to be the phone's to choose: whether they are is costlier to
 * see than to sign. What was not meant for a modulus shows here.
 */
static bool is_modulus(EVP_PKEY *key)
{
	BIGNUM *n = NULL;
	bool is = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
		  BN_is_odd(n);

	for (BN_ULONG factor = 3; is && factor < FACTOR_MAX; factor += 2)
		is = BN_mod_word(n, factor) != 0;
	BN_free(n);
	return is;
}

static const char *check_rsa(EVP_PKEY *key, unsigned int flags,
			     enum keyd_reason *reason)
{
	int bits = EVP_PKEY_get_bits(key);

	*reason = KEYD_WHY_WEAK;
	if (bits == 512)
		return "RSA of 512 bits is broken in hours";
	if (bits == 1024 && !(flags & KEYD_LSC_RSA_1024))
		return "RSA of 1024 bits is weak, and was not allowed";
	*reason = KEYD_WHY_NOT_KEY;
	if (bits != 1024 && bits != 2048 && bits != 3072 && bits != 4096)
		return "RSA key is of no size that a phone makes";
	if (!is_modulus(key))
		return "modulus of the RSA key has a small factor";
	return is_rsa_exponent(key) ? NULL : "exponent of the RSA key is wrong";
}

/* Parameters that are written out may be almost those of the curve. */
static bool is_named(EVP_PKEY *key)
{
	int written_out = 1;

	return EVP_PKEY_get_int_param(key,
			OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
			&written_out) == 1 && !written_out;
}

/* The curves have no cofactor: what is on one is of its order. */
static bool is_point(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool is = ctx && EVP_PKEY_public_check_quick(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return is;
}

static const char *check_ec(EVP_PKEY *key, enum keyd_reason *reason)
{
	static const char *const curves[] = {
		"prime256v1", "secp384r1", "secp521r1",
	};
	char name[32] = "";

	*reason = KEYD_WHY_NOT_KEY;
	if (!is_named(key))
		return "EC key does not name its curve";
	EVP_PKEY_get_group_name(key, name, sizeof(name), NULL);
	for (size_t i = 0; i < sizeof(curves) / sizeof(*curves); i++)
		if (!strcmp(name, curves[i]))
			return is_point(key) ? NULL :
				"EC key is no point of its curve";
	return "EC key is of no curve that a phone has";
}

static const char *check_key(EVP_PKEY *key, unsigned int flags,
			     enum keyd_reason *reason)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return check_rsa(key, flags, reason);
	if (EVP_PKEY_is_a(key, "EC"))
		return check_ec(key, reason);
	*reason = KEYD_WHY_NOT_KEY;
	return "public key is neither RSA nor EC";
}

/* One encoding, and nothing behind it: what is signed is what was judged. */
static bool is_exact(EVP_PKEY *key, const uint8_t *der, size_t len)
{
	uint8_t *again = NULL;
	int n = i2d_PUBKEY(key, &again);
	bool is = n > 0 && (size_t)n == len && !memcmp(again, der, len);

	OPENSSL_free(again);
	return is;
}

X509_PUBKEY *keyd_spki_read(const uint8_t *der, size_t len,
			    unsigned int flags, enum keyd_reason *reason,
			    const char **why)
{
	const uint8_t *at = der;
	X509_PUBKEY *spki = d2i_X509_PUBKEY(NULL, &at, (long)len);
	EVP_PKEY *key = spki ? X509_PUBKEY_get0(spki) : NULL;

	*reason = KEYD_WHY_NOT_KEY;
	if (!key)
		*why = "that is no public key";
	else if (at != der + len || !is_exact(key, der, len))
		*why = "public key is not encoded as it must be";
	else
		*why = check_key(key, flags, reason);
	ERR_clear_error();
	if (!*why)
		return spki;
	X509_PUBKEY_free(spki);
	return NULL;
}
