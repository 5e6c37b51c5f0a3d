// SPDX-License-Identifier: GPL-2.0
/*
 * Passwords: as checksums where we ask, sealed where we answer.
 */
#include "store/secret.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/seal.h"

#define TEXT_MAX	256

static const char *const algorithms[STORE_ALGORITHM_COUNT] = {
	[STORE_MD5] = "MD5",
	[STORE_SHA256] = "SHA-256",
	[STORE_SHA512_256] = "SHA-512-256",
};

const char *secret_algorithm_name(enum store_algorithm algorithm)
{
	return algorithms[algorithm];
}

static int digest_text(enum store_algorithm algorithm, const char *user,
		       const char *realm, const char *password, char *hex)
{
	const EVP_MD *md = algorithm == STORE_MD5 ? EVP_md5() :
		algorithm == STORE_SHA256 ? EVP_sha256() : EVP_sha512_256();
	uint8_t sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int len = 0;
	int good;

	good = ctx && EVP_DigestInit_ex(ctx, md, NULL) &&
		EVP_DigestUpdate(ctx, user, strlen(user)) &&
		EVP_DigestUpdate(ctx, ":", 1) &&
		EVP_DigestUpdate(ctx, realm, strlen(realm)) &&
		EVP_DigestUpdate(ctx, ":", 1) &&
		EVP_DigestUpdate(ctx, password, strlen(password)) &&
		EVP_DigestFinal_ex(ctx, sum, &len);
	EVP_MD_CTX_free(ctx);
	for (unsigned int i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", sum[i]);
	explicit_bzero(sum, sizeof(sum));
	return good ? 0 : -EIO;
}

json_t *secret_digest(const char *user, const char *password,
		      const char *const *realms)
{
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	json_t *list = json_array();

	for (; *realms; realms++) {
		for (int i = 0; i < STORE_ALGORITHM_COUNT; i++) {
			if (digest_text(i, user, *realms, password, hex)) {
				json_decref(list);
				list = NULL;
				goto wipe;
			}
			json_array_append_new(list, json_pack("{ssssss}",
					      "realm", *realms,
					      "algorithm", algorithms[i],
					      "ha1", hex));
		}
	}
wipe:
	explicit_bzero(hex, sizeof(hex));
	return list;
}

void secret_name(char *what, size_t size, const char *realm)
{
	snprintf(what, size, "sip-realm/%s", realm);
}

void secret_user_name(char *what, size_t size, const char *user)
{
	snprintf(what, size, "user/%s", user);
}

void secret_capf_name(char *what, size_t size, const char *phone)
{
	snprintf(what, size, "phone/%s/capf", phone);
}

char *secret_seal(const uint8_t *key, const char *what, const char *text)
{
	uint8_t raw[TEXT_MAX + SEAL_OVERHEAD];
	size_t len = strlen(text) + SEAL_OVERHEAD;
	char *sealed;

	if (strlen(text) >= TEXT_MAX ||
	    seal_close(key, what, text, strlen(text), raw))
		return NULL;
	sealed = malloc(4 * (len + 2) / 3 + 1);
	if (sealed)
		EVP_EncodeBlock((uint8_t *)sealed, raw, (int)len);
	return sealed;
}

int secret_unseal(const uint8_t *key, const char *what, const char *sealed,
		  char *text, size_t size)
{
	uint8_t raw[TEXT_MAX + SEAL_OVERHEAD + 3];
	char plain[TEXT_MAX];
	size_t len = strlen(sealed);
	int raw_len, err;

	if (len % 4 || len / 4 * 3 > sizeof(raw) ||
	    len / 4 * 3 < SEAL_OVERHEAD)
		return -EBADMSG;
	raw_len = EVP_DecodeBlock(raw, (const uint8_t *)sealed, len);
	/* It counts the padding as bytes. */
	for (size_t i = 1; raw_len > 0 && i < 3 && sealed[len - i] == '='; i++)
		raw_len--;
	if (raw_len < SEAL_OVERHEAD || raw_len - SEAL_OVERHEAD >= TEXT_MAX)
		return -EBADMSG;
	err = seal_open(key, what, raw, (size_t)raw_len, plain);
	plain[err ? 0 : raw_len - SEAL_OVERHEAD] = '\0';
	if (!err && strlen(plain) >= size)
		err = -EBADMSG;
	if (!err)
		strcpy(text, plain);
	explicit_bzero(plain, sizeof(plain));
	return err;
}
