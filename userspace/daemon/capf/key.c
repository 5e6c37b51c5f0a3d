// SPDX-License-Identifier: GPL-2.0
// A phone's public key judged: its encoding byte by byte, then its numbers.

#include <endian.h>
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capf/key.h"
#include "capf/spki.h"

const struct capf_key_policy capf_key_policy_default = {
	.rsa_min = 1024, .security_level = 2,
};

enum {
	EXPONENT_MAX = 64,		/* bits; 65537 has 17 */
	FACTOR_LIMIT = 1024,		/* all primes below are tried */
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

static bool is_prime(uint32_t n)
{
	uint32_t i;

	for (i = 3; i * i <= n; i += 2) {
		if (!(n % i))
			return false;
	}
	return true;
}

static uint64_t remainder_of(struct element_bytes n, uint64_t by)
{
	unsigned __int128 rest = 0;
	uint64_t word;
	size_t i;

	for (i = 0; i < n.len % sizeof(word); i++)
		rest = rest << 8 | n.at[i];
	for (; i < n.len; i += sizeof(word)) {
		memcpy(&word, n.at + i, sizeof(word));
		rest = (rest % by) << 64 | be64toh(word);
	}
	return (uint64_t)(rest % by);
}

/* Odd primes six at a time: their product fits into 64 bits. */
static bool has_small_factor(struct element_bytes n)
{
	uint64_t product, rest;
	uint32_t primes[6], i = 3;
	size_t count;

	if (!(n.at[n.len - 1] & 1))
		return true;
	while (i < FACTOR_LIMIT) {
		product = 1;
		for (count = 0; count < 6; i += 2) {
			if (is_prime(i)) {
				primes[count++] = i;
				product *= i;
			}
		}
		rest = remainder_of(n, product);
		while (count--) {
			if (!(rest % primes[count]))
				return true;
		}
	}
	return false;
}

static unsigned int bits_of(struct element_bytes number)
{
	unsigned int bits = 8 * (unsigned int)number.len;
	uint8_t top = number.at[0];

	for (; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

static int check_rsa(const struct capf_spki *spki, unsigned int bits,
		     char *why)
{
	const struct element_bytes n = spki->n, e = spki->e;

	if (bits_of(n) != bits)
		return refuse(-EKEYREJECTED, why,
			      "the RSA key has %u bits, asked for were %u",
			      bits_of(n), bits);
	if (!(e.at[e.len - 1] & 1) || bits_of(e) < 2)
		return refuse(-EKEYREJECTED, why, "the RSA exponent is not an "
			      "odd number above 1");
	if (bits_of(e) > EXPONENT_MAX)
		return refuse(-EKEYREJECTED, why, "the RSA exponent is larger "
			      "than %d bits", EXPONENT_MAX);
	if (has_small_factor(n))
		return refuse(-EKEYREJECTED, why,
			      "the RSA modulus has a small factor");
	return 0;
}

/* The curve's co-factor is 1: on it and not infinite is all there is to it. */
static int check_point(int nid, struct element_bytes at, unsigned int bits,
		       char *why)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	int err = 0;

	if (!point)
		err = refuse(-ENOMEM, why, "out of memory");
	else if (at.len != 1 + 2 * ((bits + 7) / 8) || at.at[0] != 4)
		err = refuse(-EKEYREJECTED, why,
			     "the EC point is not an uncompressed one");
	else if (!EC_POINT_oct2point(group, point, at.at, at.len, NULL))
		err = refuse(-EKEYREJECTED, why,
			     "the EC point is not on its curve");
	EC_POINT_free(point);
	EC_GROUP_free(group);
	ERR_clear_error();
	return err;
}

static int own_curve(char *why)
{
	return refuse(-EKEYREJECTED, why,
		      "the EC key has a curve of its own");
}

static int check_ec(const struct capf_spki *spki, unsigned int bits, char *why)
{
	int curve = capf_key_curve(bits);

	if (!spki->has_curve_name)
		return own_curve(why);
	if (spki->curve != curve)
		return refuse(-EKEYREJECTED, why,
			      "the EC key's curve is not the one asked for");
	return check_point(curves[curve].nid, spki->point, bits, why);
}

int capf_key_kind_read(struct element_bytes der, struct capf_key_kind *kind,
		       char why[CAPF_KEY_WHY_SIZE])
{
	struct capf_spki spki;
	const char *sentence;

	if (capf_spki_read(der, &spki, &sentence))
		return refuse(-EBADMSG, why, "%s", sentence);
	kind->type = spki.type;
	if (spki.type == CAPF_RSA) {
		kind->bits = bits_of(spki.n);
		return 0;
	}
	if (!spki.has_curve_name)
		return own_curve(why);
	if (spki.curve < 0)
		return refuse(-EKEYREJECTED, why,
			      "the EC key's curve is none that phones have");
	kind->bits = curves[spki.curve].bits;
	return 0;
}

int capf_key_check(struct element_bytes der, const struct capf_key_kind *kind,
		   const struct capf_key_policy *policy,
		   uint8_t id[CAPF_KEY_ID_LEN], char why[CAPF_KEY_WHY_SIZE])
{
	int err = capf_key_kind_check(kind, policy, why);
	struct capf_spki spki;
	const char *sentence;

	if (err)
		return err;
	if (capf_spki_read(der, &spki, &sentence))
		return refuse(-EBADMSG, why, "%s", sentence);
	if (spki.type != kind->type)
		return refuse(-EKEYREJECTED, why, "that is no %s key",
			      kind->type == CAPF_RSA ? "RSA" : "EC");
	err = kind->type == CAPF_RSA ? check_rsa(&spki, kind->bits, why) :
				       check_ec(&spki, kind->bits, why);
	if (!err && !EVP_Digest(der.at, der.len, id, NULL, EVP_sha256(), NULL))
		err = refuse(-ENOMEM, why, "out of memory");
	return err;
}
