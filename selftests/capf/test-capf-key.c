// SPDX-License-Identifier: GPL-2.0
// Public keys: every kind that is offered, and every way to be a bad one.

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "capf/key.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define RSA_OID		"06092a864886f70d010101"
#define EC_OID		"06072a8648ce3d0201"
#define P256_OID	"06082a8648ce3d030107"

static char why[CAPF_KEY_WHY_SIZE];
static uint8_t id[CAPF_KEY_ID_LEN];
static const struct capf_key_kind rsa2048 = { CAPF_RSA, 2048 },
				  p256 = { CAPF_EC, 256 };

static int check(const struct bytes *spki, const struct capf_key_kind *kind,
		 const struct capf_key_policy *policy)
{
	/* As much as there is, so that the sanitizer sees who reads more. */
	uint8_t *copy = malloc(spki->len ?: 1);
	int err;

	memcpy(copy, spki->at, spki->len);
	strcpy(why, "good");
	err = capf_key_check((struct element_bytes){ copy, spki->len }, kind,
			     policy, id, why);
	free(copy);
	return err;
}

static bool refused(const struct bytes *spki, const struct capf_key_kind *kind,
		    int err, const char *sentence)
{
	int got = check(spki, kind, &capf_key_policy_default);

	if (got == err && strstr(why, sentence))
		return true;
	printf("# %d: %s\n", got, why);
	return false;
}

/* The kind, where nobody knows what was asked for. */
static int read_kind(const struct bytes *spki, struct capf_key_kind *kind)
{
	uint8_t *copy = malloc(spki->len ?: 1);
	int err;

	memcpy(copy, spki->at, spki->len);
	strcpy(why, "good");
	err = capf_key_kind_read((struct element_bytes){ copy, spki->len },
				 kind, why);
	free(copy);
	return err;
}

static void set_key(struct bytes *spki, EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	if (len <= 0)
		abort();
	spki->len = 0;
	bytes_add(spki, der, (size_t)len);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

static void test_good(void)
{
	static const struct {
		struct capf_key_kind kind;
		const char *curve;
	} rows[] = {
		{ { CAPF_RSA, 2048 }, NULL }, { { CAPF_RSA, 3072 }, NULL },
		{ { CAPF_EC, 256 }, "P-256" }, { { CAPF_EC, 384 }, "P-384" },
		{ { CAPF_EC, 521 }, "P-521" },
	};
	static struct bytes spki;
	struct capf_key_kind told;
	uint8_t sha256[32];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct capf_key_kind *kind = &rows[i].kind;

		set_key(&spki, rows[i].curve ? EVP_EC_gen(rows[i].curve) :
					       EVP_RSA_gen(kind->bits));
		ok(!check(&spki, kind, &capf_key_policy_default), "%s %u: %s",
		   rows[i].curve ?: "RSA", kind->bits, why);
		EVP_Digest(spki.at, spki.len, sha256, NULL, EVP_sha256(),
			   NULL);
		ok(!memcmp(id, sha256, sizeof(id)), "and its id");
		ok(!read_kind(&spki, &told) && told.type == kind->type &&
		   told.bits == kind->bits, "and its kind");
		for (j = 0; j < ARRAY_SIZE(rows); j++) {
			if (j != i)
				ok(check(&spki, &rows[j].kind,
					 &capf_key_policy_default) ==
				   -EKEYREJECTED, "not as %u: %s",
				   rows[j].kind.bits, why);
		}
	}
}

static void test_policy(void)
{
	static const struct {
		struct capf_key_kind kind;
		unsigned int rsa_min;
		int level, err;
		const char *sentence;
	} rows[] = {
		{ { CAPF_RSA, 512 }, 1024, 2, -EKEYREJECTED, "below 1024" },
		{ { CAPF_RSA, 512 }, 512, 1, -EKEYREJECTED, "level 1" },
		{ { CAPF_RSA, 512 }, 512, 0, 0, "" },
		{ { CAPF_RSA, 1024 }, 1024, 2, -EKEYREJECTED,
		  "OpenSSL's security level 2 wants 112 bits of strength, RSA "
		  "keys of 1024 bits have 80" },
		{ { CAPF_RSA, 1024 }, 1024, 1, 0, "" },
		{ { CAPF_RSA, 2048 }, 1024, 2, 0, "" },
		{ { CAPF_RSA, 2048 }, 1024, 3, -EKEYREJECTED, "128" },
		{ { CAPF_RSA, 4096 }, 1024, 3, 0, "" },
		{ { CAPF_RSA, 1536 }, 512, 0, -EINVAL, "no RSA keys" },
		{ { CAPF_RSA, 8192 }, 512, 0, -EINVAL, "no RSA keys" },
		{ { CAPF_RSA, 0 }, 512, 0, -EINVAL, "no RSA keys" },
		{ { CAPF_EC, 256 }, 1024, 3, 0, "" },
		{ { CAPF_EC, 256 }, 1024, 4, -EKEYREJECTED, "level 4" },
		{ { CAPF_EC, 384 }, 1024, 4, 0, "" },
		{ { CAPF_EC, 521 }, 1024, 5, 0, "" },
		{ { CAPF_EC, 521 }, 1024, 99, 0, "" },
		{ { CAPF_EC, 255 }, 1024, 0, -EINVAL, "no EC keys" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct capf_key_policy policy = { rows[i].rsa_min,
						  rows[i].level };
		int err;

		why[0] = '\0';
		err = capf_key_kind_check(&rows[i].kind, &policy, why);
		ok(err == rows[i].err && strstr(why, rows[i].sentence),
		   "%u bits, level %d: %s", rows[i].kind.bits, rows[i].level,
		   *why ? why : "good");
	}
}

/* DER as it is asked for, right or wrong: tag, length, content. */
static void wrap(struct bytes *bytes, uint8_t tag)
{
	static struct bytes inner;
	uint8_t head[4] = { tag, 0x82, bytes->len >> 8 & 0xff,
			    bytes->len & 0xff };

	inner = *bytes;
	bytes->len = 0;
	if (inner.len < 128) {
		head[1] = (uint8_t)inner.len;
		bytes_add(bytes, head, 2);
	} else if (inner.len < 256) {
		head[1] = 0x81;
		head[2] = head[3];
		bytes_add(bytes, head, 3);
	} else {
		bytes_add(bytes, head, 4);
	}
	bytes_add(bytes, inner.at, inner.len);
}

/* What goes wrong: more bytes, padding, at some depth. */
struct oddity {
	const char *after_e, *after_key, *after_bits, *before_n, *algorithm,
		*unused;
};

static void make_rsa(struct bytes *spki, const BIGNUM *n, const BIGNUM *e,
		     const struct oddity *odd)
{
	static struct bytes part;
	uint8_t big[1025] = { 0 };
	int len = BN_num_bytes(n);

	bytes_set(spki, odd->before_n ?: len && BN_is_bit_set(n, 8 * len - 1) ?
					 "00" : "");
	bytes_add(spki, big, (size_t)BN_bn2bin(n, big));
	wrap(spki, 2);
	len = BN_num_bytes(e);
	bytes_set(&part, BN_is_bit_set(e, 8 * len - 1) ? "00" : "");
	bytes_add(&part, big, (size_t)BN_bn2bin(e, big));
	wrap(&part, 2);
	bytes_add(spki, part.at, part.len);
	bytes_set(&part, odd->after_e ?: "");
	bytes_add(spki, part.at, part.len);
	wrap(spki, 0x30);
	bytes_set(&part, odd->after_key ?: "");
	bytes_add(spki, part.at, part.len);
	bytes_set(&part, odd->unused ?: "00");
	bytes_add(&part, spki->at, spki->len);
	wrap(&part, 3);
	bytes_set(spki, odd->algorithm ?: "300d " RSA_OID "0500");
	bytes_add(spki, part.at, part.len);
	bytes_set(&part, odd->after_bits ?: "");
	bytes_add(spki, part.at, part.len);
	wrap(spki, 0x30);
}

/* Of so many bits, not to be divided by the small primes. */
static BIGNUM *modulus(unsigned int bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);
	BIGNUM *n = NULL;

	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n))
		abort();
	EVP_PKEY_free(key);
	return n;
}

static void test_rsa_encoding(void)
{
	static const struct {
		const char *name;
		struct oddity odd;
	} rows[] = {
		{ "more behind the exponent", { .after_e = "0500" } },
		{ "an exponent twice", { .after_e = "020103" } },
		{ "more behind the numbers", { .after_key = "0500" } },
		{ "more behind the bits", { .after_bits = "0500" } },
		{ "a modulus with 00 00", { .before_n = "0000" } },
		{ "a negative modulus", { .before_n = "" } },
		{ "no NULL", { .algorithm = "300b " RSA_OID } },
		{ "parameters that are none",
		  { .algorithm = "300e " RSA_OID "020101" } },
		{ "two NULLs", { .algorithm = "300f " RSA_OID "05000500" } },
		{ "a length in BER", { .algorithm = "30810d " RSA_OID "0500" } },
		{ "a length in BER of two bytes",
		  { .algorithm = "3082000d " RSA_OID "0500" } },
		{ "a length without end",
		  { .algorithm = "3080 " RSA_OID "0500 0000" } },
		{ "a length of three bytes",
		  { .algorithm = "308300000d " RSA_OID "0500" } },
		{ "unused bits", { .unused = "01" } },
		{ "a byte in front", { .unused = "0000" } },
	};
	static struct bytes spki;
	BIGNUM *n = modulus(2048), *e = BN_new();
	size_t i;

	BN_set_word(e, 65537);
	make_rsa(&spki, n, e, &(struct oddity){ 0 });
	ok(!check(&spki, &rsa2048, &capf_key_policy_default),
	   "a key put together: %s", why);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		make_rsa(&spki, n, e, &rows[i].odd);
		ok(refused(&spki, &rsa2048, -EBADMSG, ""), "%s: %s",
		   rows[i].name, why);
	}
	make_rsa(&spki, n, e, &(struct oddity){
		 .algorithm = "300d 06092a864886f70d01010a 0500" });
	ok(refused(&spki, &rsa2048, -EBADMSG, "no RSA or EC"),
	   "RSA for PSS alone: %s", why);
	make_rsa(&spki, n, e, &(struct oddity){ 0 });
	bytes_add(&spki, "\0", 1);
	ok(refused(&spki, &rsa2048, -EBADMSG, "bytes follow"), "a byte more");
	for (i = 0; i < spki.len - 1; i++) {
		static struct bytes cut;

		cut = spki;
		cut.len = i;
		if (!check(&cut, &rsa2048, &capf_key_policy_default))
			break;
	}
	ok(i == spki.len - 1, "cut at each of %zu bytes", i);
	BN_free(n);
	BN_free(e);
}

static bool openssl_agrees(const struct bytes *spki)
{
	const unsigned char *at = spki->at;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki->len);
	static struct bytes again;

	if (!key)
		return false;
	set_key(&again, key);
	return bytes_are(spki, again.at, again.len);
}

/* Bits of the encoding, of the ends of both numbers: a key or none, for both. */
static void test_rsa_bits(void)
{
	size_t i, accepted = 0, agreed = 0;
	static struct bytes spki;

	set_key(&spki, EVP_RSA_gen(2048));
	for (i = 0; i < 8 * spki.len; i++) {
		if (i == 8 * 40)
			i = 8 * (spki.len - 12);
		spki.at[i / 8] ^= 1 << i % 8;
		if (!check(&spki, &rsa2048, &capf_key_policy_default)) {
			accepted++;
			agreed += openssl_agrees(&spki);
		}
		spki.at[i / 8] ^= 1 << i % 8;
	}
	ok(accepted && accepted == agreed && accepted < 150,
	   "%zu other keys by one bit, to OpenSSL too", accepted);
}

static void test_rsa_numbers(void)
{
	static const struct {
		const char *e, *sentence;
	} exponents[] = {
		{ "1", "above 1" }, { "2", "odd" }, { "10000", "odd" },
		{ "10000000000000001", "larger than 64 bits" },
		{ "3", "good" }, { "11", "good" },
		{ "ffffffffffffffff", "good" },
	};
	static const unsigned int factors[] = { 2, 3, 5, 7, 251, 541, 1019, 1021 };
	static struct bytes spki;
	BIGNUM *n = modulus(2048), *e = NULL, *rest = BN_new();
	struct oddity none = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exponents); i++) {
		BN_hex2bn(&e, exponents[i].e);
		make_rsa(&spki, n, e, &none);
		check(&spki, &rsa2048, &capf_key_policy_default);
		ok(strstr(why, exponents[i].sentence), "e = 0x%s: %s",
		   exponents[i].e, why);
	}
	BN_set_word(e, 65537);
	for (i = 0; i < ARRAY_SIZE(factors); i++) {
		BN_copy(rest, n);
		BN_sub_word(rest, BN_mod_word(n, factors[i]));
		make_rsa(&spki, rest, e, &none);
		ok(refused(&spki, &rsa2048, -EKEYREJECTED, "small factor"),
		   "n can be divided by %u", factors[i]);
	}
	BN_rshift1(rest, n);
	BN_set_bit(rest, 0);
	make_rsa(&spki, rest, e, &none);
	ok(refused(&spki, &rsa2048, -EKEYREJECTED, "has 2047 bits"), "%s",
	   why);
	BN_lshift1(rest, n);
	BN_set_bit(rest, 0);
	make_rsa(&spki, rest, e, &none);
	ok(refused(&spki, &rsa2048, -EKEYREJECTED, "has 2049 bits"), "%s",
	   why);
	BN_zero(rest);
	make_rsa(&spki, rest, e, &none);
	ok(check(&spki, &rsa2048, &capf_key_policy_default) < 0, "n = 0: %s",
	   why);
	BN_free(n);
	BN_free(e);
	BN_free(rest);
}

static void make_ec(struct bytes *spki, const char *algorithm,
		    const struct bytes *point)
{
	static struct bytes part;

	bytes_set(&part, "00");
	bytes_add(&part, point->at, point->len);
	wrap(&part, 3);
	bytes_set(spki, algorithm);
	bytes_add(spki, part.at, part.len);
	wrap(spki, 0x30);
}

#define P256_ALG	"3013 " EC_OID P256_OID
#define K256_ALG	"3010 " EC_OID "06052b8104000a"
#define GX		"6b17d1f2e12c4247f8bce6e563a440f2" \
			"77037d812deb33a0f4a13945d898c296"
#define GY		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e16" \
			"2bce33576b315ececbb6406837bf51f5"
/* P-256 with all its numbers in place of its name (SEC 1, C.2). */
#define EXPLICIT_ALG	"3081ec " EC_OID "3081e0 020101" \
	"302c 06072a8648ce3d0101 022100" \
	"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff" \
	"3044 0420" \
	"ffffffff00000001000000000000000000000000fffffffffffffffffffffffc" \
	"0420" \
	"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b" \
	"0441 04" GX GY "022100" \
	"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" \
	"020101"

static void test_ec(void)
{
	static const struct {
		const char *name, *algorithm, *point, *sentence;
		int err;
	} rows[] = {
		{ "the generator", P256_ALG, "04" GX GY, "good", 0 },
		{ "off the curve by one bit", P256_ALG,
		  "04" GX "4fe342e2fe1a7f9b8ee7eb4a7c0f9e16"
		  "2bce33576b315ececbb6406837bf51f4", "on its curve",
		  -EKEYREJECTED },
		{ "x and y the other way", P256_ALG, "04" GY GX,
		  "on its curve", -EKEYREJECTED },
		{ "y above p", P256_ALG, "04" GX
		  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		  "ffff", "on its curve", -EKEYREJECTED },
		{ "all zeroes", P256_ALG, "04"
		  "00000000000000000000000000000000"
		  "00000000000000000000000000000000"
		  "00000000000000000000000000000000"
		  "00000000000000000000000000000000", "on its curve",
		  -EKEYREJECTED },
		{ "infinity", P256_ALG, "00", "uncompressed", -EKEYREJECTED },
		{ "nothing", P256_ALG, "", "uncompressed", -EKEYREJECTED },
		{ "compressed", P256_ALG, "03" GX, "uncompressed",
		  -EKEYREJECTED },
		{ "hybrid", P256_ALG, "07" GX GY, "uncompressed",
		  -EKEYREJECTED },
		{ "a byte more", P256_ALG, "04" GX GY "00", "uncompressed",
		  -EKEYREJECTED },
		{ "secp256k1", K256_ALG, "04" GX GY, "not the one asked",
		  -EKEYREJECTED },
		{ "a curve in numbers", EXPLICIT_ALG, "04" GX GY,
		  "curve of its own", -EKEYREJECTED },
		{ "no curve", "3009 " EC_OID, "04" GX GY, "curve of its own",
		  -EKEYREJECTED },
		{ "more behind the curve", "3015 " EC_OID P256_OID "0500",
		  "04" GX GY, "", -EBADMSG },
	};
	static struct bytes spki, point;
	struct capf_key_kind kind;
	size_t i, good = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bytes_set(&point, rows[i].point);
		make_ec(&spki, rows[i].algorithm, &point);
		ok(refused(&spki, &p256, rows[i].err, rows[i].sentence),
		   "%s: %s", rows[i].name, why);
	}
	bytes_set(&point, "04" GX GY);
	make_ec(&spki, K256_ALG, &point);
	ok(read_kind(&spki, &kind) == -EKEYREJECTED &&
	   strstr(why, "none that phones have"), "secp256k1: %s", why);
	make_ec(&spki, EXPLICIT_ALG, &point);
	ok(read_kind(&spki, &kind) == -EKEYREJECTED &&
	   strstr(why, "curve of its own"), "a curve in numbers: %s", why);
	spki.len--;
	ok(read_kind(&spki, &kind) == -EBADMSG, "cut: %s", why);
	make_ec(&spki, P256_ALG, &point);
	for (i = 0; i < 8 * spki.len; i++) {
		spki.at[i / 8] ^= 1 << i % 8;
		good += !check(&spki, &p256, &capf_key_policy_default);
		spki.at[i / 8] ^= 1 << i % 8;
	}
	ok(!good && i, "each of %zu bits changed", i);
}

int main(void)
{
	test_good();
	test_policy();
	test_rsa_encoding();
	test_rsa_bits();
	test_rsa_numbers();
	test_ec();
	return tap_end();
}
