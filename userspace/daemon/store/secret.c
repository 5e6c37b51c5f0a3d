// SPDX-License-Identifier: GPL-2.0
/*
 * Passwords: as checksums where we ask, sealed where we answer.
 */
#include "store/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONCE_SIZE	12
#define TAG_SIZE	16
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

static int read_key(int fd, uint8_t *key)
{
	uint8_t more;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_mode & 077)
		return -EPERM;
	if (read(fd, key, SECRET_KEY_SIZE) != SECRET_KEY_SIZE ||
	    read(fd, &more, 1) != 0)
		return -EBADMSG;
	return 0;
}

/* The directory too: a key that power loss takes makes the secrets unreadable. */
static int sync_directory(const char *path)
{
	char dir[4096];
	char *slash;
	int fd, err = 0;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!slash)
		return 0;
	slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

/* Under another name first: half a key must not be taken for one. */
static int make_key(const char *path, uint8_t *key)
{
	char name[4096];
	int fd, err = 0;

	if (snprintf(name, sizeof(name), "%s.new", path) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	if (RAND_priv_bytes(key, SECRET_KEY_SIZE) != 1)
		return -EIO;
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return -errno;
	if (write(fd, key, SECRET_KEY_SIZE) != SECRET_KEY_SIZE || fsync(fd))
		err = errno ? -errno : -EIO;
	close(fd);
	/* Never over a key that is there. */
	if (!err && link(name, path))
		err = -errno;
	unlink(name);
	return err ? err : sync_directory(path);
}

int secret_key_load(const char *path, uint8_t key[SECRET_KEY_SIZE], bool *made,
		    char *why, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int err;

	*made = fd < 0 && errno == ENOENT;
	if (*made) {
		err = make_key(path, key);
	} else if (fd < 0) {
		err = -errno;
	} else {
		err = read_key(fd, key);
		close(fd);
	}
	if (err)
		snprintf(why, size, "%s: %s", path, err == -EPERM ?
			 "the key must be a file nobody else may read" :
			 err == -EBADMSG ? "not a key of 32 bytes" :
			 strerror(-err));
	return err;
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

/* @out: nonce, ciphertext, tag */
static int encrypt(const uint8_t *key, const char *what, const char *text,
		   uint8_t *out, int *out_len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len, good;

	good = ctx && RAND_bytes(out, NONCE_SIZE) == 1 &&
		EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) &&
		EVP_EncryptUpdate(ctx, NULL, &len, (const uint8_t *)what,
				  strlen(what)) &&
		EVP_EncryptUpdate(ctx, out + NONCE_SIZE, out_len,
				  (const uint8_t *)text, strlen(text)) &&
		EVP_EncryptFinal_ex(ctx, out + NONCE_SIZE + *out_len, &len) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE,
				    out + NONCE_SIZE + *out_len);
	*out_len += NONCE_SIZE + TAG_SIZE;
	EVP_CIPHER_CTX_free(ctx);
	return good ? 0 : -EIO;
}

static int decrypt(const uint8_t *key, const char *what, uint8_t *in,
		   int in_len, char *text)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int text_len = in_len - NONCE_SIZE - TAG_SIZE;
	int len = 0, end, good;

	good = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
					 in) &&
		EVP_DecryptUpdate(ctx, NULL, &len, (const uint8_t *)what,
				  strlen(what)) &&
		EVP_DecryptUpdate(ctx, (uint8_t *)text, &len, in + NONCE_SIZE,
				  text_len) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE,
				    in + in_len - TAG_SIZE) &&
		EVP_DecryptFinal_ex(ctx, (uint8_t *)text + len, &end) > 0;
	EVP_CIPHER_CTX_free(ctx);
	text[good ? len : 0] = '\0';
	return good ? 0 : -EBADMSG;
}

char *secret_seal(const uint8_t *key, const char *what, const char *text)
{
	uint8_t raw[NONCE_SIZE + TEXT_MAX + TAG_SIZE];
	int len = 0;
	char *sealed;

	if (strlen(text) >= TEXT_MAX || encrypt(key, what, text, raw, &len))
		return NULL;
	sealed = malloc(4 * (len + 2) / 3 + 1);
	if (sealed)
		EVP_EncodeBlock((uint8_t *)sealed, raw, len);
	return sealed;
}

int secret_unseal(const uint8_t *key, const char *what, const char *sealed,
		  char *text, size_t size)
{
	uint8_t raw[NONCE_SIZE + TEXT_MAX + TAG_SIZE + 3];
	char plain[TEXT_MAX];
	size_t len = strlen(sealed);
	int raw_len, err;

	if (len % 4 || len / 4 * 3 > sizeof(raw) ||
	    len / 4 * 3 < NONCE_SIZE + TAG_SIZE)
		return -EBADMSG;
	raw_len = EVP_DecodeBlock(raw, (const uint8_t *)sealed, len);
	/* It counts the padding as bytes. */
	for (size_t i = 1; raw_len > 0 && i < 3 && sealed[len - i] == '='; i++)
		raw_len--;
	if (raw_len < NONCE_SIZE + TAG_SIZE ||
	    raw_len - NONCE_SIZE - TAG_SIZE >= TEXT_MAX)
		return -EBADMSG;
	err = decrypt(key, what, raw, raw_len, plain);
	if (!err && strlen(plain) >= size)
		err = -EBADMSG;
	if (!err)
		strcpy(text, plain);
	explicit_bzero(plain, sizeof(plain));
	return err;
}
