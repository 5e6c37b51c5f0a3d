// SPDX-License-Identifier: GPL-2.0
/* The suites of SDES (RFC 4568, 6188, 7714), their menu, and master keys. */
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "call/suite.h"

/*
 * F8 is missing: the module does not serve it. Linphone prints AES-256 under
 * the name of a draft.
 */
const struct call_suite call_suites[CALL_SUITES] = {
	{ "AEAD_AES_256_GCM", NULL, 32, 12, true, true, CALL_MENU_STRONGEST },
	{ "AEAD_AES_128_GCM", NULL, 16, 12, true, true, CALL_MENU_MEDIUM },
	{ "AES_256_CM_HMAC_SHA1_80", "AES_CM_256_HMAC_SHA1_80", 32, 14,
	  false, true, CALL_MENU_ALL },
	{ "AES_256_CM_HMAC_SHA1_32", "AES_CM_256_HMAC_SHA1_32", 32, 14,
	  false, false, CALL_MENU_ALL },
	{ "AES_192_CM_HMAC_SHA1_80", "AES_CM_192_HMAC_SHA1_80", 24, 14,
	  false, false, CALL_MENU_ALL },
	{ "AES_192_CM_HMAC_SHA1_32", "AES_CM_192_HMAC_SHA1_32", 24, 14,
	  false, false, CALL_MENU_ALL },
	{ "AES_CM_128_HMAC_SHA1_80", NULL, 16, 14, false, true, CALL_MENU_ALL },
	{ "AES_CM_128_HMAC_SHA1_32", NULL, 16, 14, false, true, CALL_MENU_ALL },
};

static bool is_named(const char *name, const char *text, size_t len)
{
	return name && strlen(name) == len && !memcmp(name, text, len);
}

const struct call_suite *call_suite_find(const char *name, size_t len)
{
	for (unsigned int i = 0; i < CALL_SUITES; i++)
		if (is_named(call_suites[i].name, name, len) ||
		    is_named(call_suites[i].alias, name, len))
			return &call_suites[i];
	return NULL;
}

unsigned int call_suite_rank(const struct call_suite *suite)
{
	return (unsigned int)(suite - call_suites);
}

bool call_suite_admitted(const struct call_suite *suite, enum call_menu menu)
{
	return suite->strictest >= menu;
}

/*
 * A block more than is wanted: OpenSSL's generator keeps the last block that it
 * gave until it is asked again.
 */
int call_key_new(struct call_key *key, const struct call_suite *suite)
{
	enum { BLOCK = 16 };
	uint8_t material[CALL_KEY_LEN + BLOCK];
	uint8_t len = suite->key_len + suite->salt_len;
	int done = RAND_bytes(material, len + BLOCK);

	if (done == 1) {
		memset(key, 0, sizeof(*key));
		memcpy(key->material, material, len);
		key->len = len;
	}
	explicit_bzero(material, sizeof(material));
	return done == 1 ? 0 : -EIO;
}

bool call_key_equal(const struct call_key *a, const struct call_key *b)
{
	return a->len == b->len && !CRYPTO_memcmp(a->material, b->material,
						  sizeof(a->material));
}

void call_crypto_wipe(struct call_crypto *crypto)
{
	explicit_bzero(crypto, sizeof(*crypto));
}
