// SPDX-License-Identifier: GPL-2.0
// A phone's public key judged: its encoding byte by byte, then its numbers.

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capf/key.h"

const struct capf_key_policy capf_key_policy_default = {
	.rsa_min = 1024, .security_level = 2,
};

enum {
	EXPONENT_MAX = 64,		/* bits; 65537 has 17 */
	FACTOR_LIMIT = 2048,		/* primes below are tried */
};

static const struct {
	unsigned int bits;
	int nid, strength;
} curves[] = {
	[CAPF_P256] = { 256, NID_X9_62_prime256v1, 128 },
	[CAPF_P384] = { 384, NID_secp384r1, 192 },
	[CAPF_P521] = { 521, NID_secp521r1, 256 },
};

__attribute__((format(printf, 3, 4)))
static int refuse(int err, char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, CAPF_KEY_WHY_SIZE, format, args);
	va_end(args);
	return err;
}

int capf_key_curve(unsigned int bits)
{
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (curves[i].bits == bits)
			return (int)i;
	}
	return -EINVAL;
}

/* NIST SP 800-57 part 1, table 2, as OpenSSL counts. */
static int rsa_strength(unsigned int bits)
{
	return bits >= 3072 ? 128 : bits >= 2048 ? 112 : bits >= 1024 ? 80 : 0;
}

static int level_strength(int level)
{
	static const int strengths[] = { 0, 80, 112, 128, 192, 256 };

	return strengths[level < 0 ? 0 : level > 5 ? 5 : level];
}

static bool rsa_is_offered(unsigned int bits)
{
	return bits == 512 || (bits >= 1024 && bits <= 4096 && !(bits % 1024));
}

int capf_key_kind_check(const struct capf_key_kind *kind,
			const struct capf_key_policy *policy,
			char why[CAPF_KEY_WHY_SIZE])
{
	const char *type = kind->type == CAPF_RSA ? "RSA" : "EC";
	int wanted = level_strength(policy->security_level);
	int curve = capf_key_curve(kind->bits), strength;

	if (kind->type == CAPF_RSA ? !rsa_is_offered(kind->bits) : curve < 0)
		return refuse(-EINVAL, why, "there are no %s keys of %u bits",
			      type, kind->bits);
	if (kind->type == CAPF_RSA && kind->bits < policy->rsa_min)
		return refuse(-EKEYREJECTED, why,
			      "RSA keys below %u bits are refused",
			      policy->rsa_min);
	strength = kind->type == CAPF_RSA ? rsa_strength(kind->bits) :
					    curves[curve].strength;
	if (strength < wanted)
		return refuse(-EKEYREJECTED, why,
			      "OpenSSL's security level %d wants %d bits of "
			      "strength, %s keys of %u bits have %d",
			      policy->security_level, wanted, type, kind->bits,
			      strength);
	return 0;
}

/*
 * What OpenSSL writes for what it read must be what was sent: so nothing is
 * left of BER, of trailing bytes at any depth, of odd ways to write a number.
 */
static bool is_canonical(EVP_PKEY *pkey, struct element_bytes spki)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);
	bool same = len > 0 && (size_t)len == spki.len &&
		    !memcmp(der, spki.at, spki.len);

	OPENSSL_free(der);
	return same;
}

/* Is it odd, without small factors? The primes are found as they are needed. */
static bool has_small_factor(const BIGNUM *n)
{
	unsigned int i, j;

	if (!BN_is_odd(n))
		return true;
	for (i = 3; i < FACTOR_LIMIT; i += 2) {
		for (j = 3; j * j <= i && i % j; j += 2)
			;
		if (j * j > i && !BN_mod_word(n, i))
			return true;
	}
	return false;
}

static int check_rsa_numbers(const BIGNUM *n, const BIGNUM *e,
			     unsigned int bits, char *why)
{
	if ((unsigned int)BN_num_bits(n) != bits)
		return refuse(-EKEYREJECTED, why,
			      "the RSA key has %d bits, asked for were %u",
			      BN_num_bits(n), bits);
	if (!BN_is_odd(e) || BN_is_one(e))
		return refuse(-EKEYREJECTED, why, "the RSA exponent is not an "
			      "odd number above 1");
	if (BN_num_bits(e) > EXPONENT_MAX)
		return refuse(-EKEYREJECTED, why, "the RSA exponent is larger "
			      "than %d bits", EXPONENT_MAX);
	if (has_small_factor(n))
		return refuse(-EKEYREJECTED, why,
			      "the RSA modulus has a small factor");
	return 0;
}

static int check_rsa(EVP_PKEY *pkey, unsigned int bits, char *why)
{
	BIGNUM *n = NULL, *e = NULL;
	int err;

	if (!EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) ||
	    !EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e))
		err = refuse(-ENOMEM, why, "out of memory");
	else
		err = check_rsa_numbers(n, e, bits, why);
	BN_free(n);
	BN_free(e);
	return err;
}

/* The curve's co-factor is 1: on it and not infinite is all there is to it. */
static int check_point(int nid, unsigned int bits, const uint8_t *at, int len,
		       char *why)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	int err = 0;

	if (!point)
		err = refuse(-ENOMEM, why, "out of memory");
	else if ((size_t)len != 1 + 2 * ((bits + 7) / 8) || at[0] != 4)
		err = refuse(-EKEYREJECTED, why,
			     "the EC point is not an uncompressed one");
	else if (!EC_POINT_oct2point(group, point, at, (size_t)len, NULL))
		err = refuse(-EKEYREJECTED, why,
			     "the EC point is not on its curve");
	EC_POINT_free(point);
	EC_GROUP_free(group);
	return err;
}

static int check_ec(X509_PUBKEY *pub, unsigned int bits, char *why)
{
	const unsigned char *at;
	const void *curve;
	X509_ALGOR *alg;
	int len, type, nid = curves[capf_key_curve(bits)].nid;

	X509_PUBKEY_get0_param(NULL, &at, &len, &alg, pub);
	X509_ALGOR_get0(NULL, &type, &curve, alg);
	if (type != V_ASN1_OBJECT)
		return refuse(-EKEYREJECTED, why,
			      "the EC key has a curve of its own");
	if (OBJ_obj2nid(curve) != nid)
		return refuse(-EKEYREJECTED, why,
			      "the EC key's curve is not the one asked for");
	return check_point(nid, bits, at, len, why);
}

static int check_type(X509_PUBKEY *pub, const struct capf_key_kind *kind,
		      char *why)
{
	ASN1_OBJECT *type;
	int nid;

	X509_PUBKEY_get0_param(&type, NULL, NULL, NULL, pub);
	nid = OBJ_obj2nid(type);
	if (kind->type == CAPF_RSA && nid != NID_rsaEncryption)
		return refuse(-EKEYREJECTED, why, "that is no RSA key");
	if (kind->type == CAPF_EC && nid != NID_X9_62_id_ecPublicKey)
		return refuse(-EKEYREJECTED, why, "that is no EC key");
	return kind->type == CAPF_EC ? check_ec(pub, kind->bits, why) : 0;
}

static int check_parts(X509_PUBKEY *pub, struct element_bytes spki,
		       const struct capf_key_kind *kind, char *why)
{
	EVP_PKEY *pkey;
	int err = check_type(pub, kind, why);

	if (err)
		return err;
	pkey = X509_PUBKEY_get0(pub);
	if (!pkey)
		return refuse(-EBADMSG, why, "that is no public key");
	if (!is_canonical(pkey, spki))
		return refuse(-EBADMSG, why, "the public key is not in DER");
	return kind->type == CAPF_RSA ? check_rsa(pkey, kind->bits, why) : 0;
}

int capf_key_check(struct element_bytes spki, const struct capf_key_kind *kind,
		   const struct capf_key_policy *policy,
		   uint8_t id[CAPF_KEY_ID_LEN], char why[CAPF_KEY_WHY_SIZE])
{
	const unsigned char *at = spki.at;
	X509_PUBKEY *pub;
	int err = capf_key_kind_check(kind, policy, why);

	if (err)
		return err;
	pub = d2i_X509_PUBKEY(NULL, &at, (long)spki.len);
	if (!pub)
		err = refuse(-EBADMSG, why, "that is no public key");
	else if (at != spki.at + spki.len)
		err = refuse(-EBADMSG, why, "bytes follow the public key");
	else
		err = check_parts(pub, spki, kind, why);
	X509_PUBKEY_free(pub);
	if (!err && !EVP_Digest(spki.at, spki.len, id, NULL, EVP_sha256(), NULL))
		err = refuse(-ENOMEM, why, "out of memory");
	ERR_clear_error();
	return err;
}
