// SPDX-License-Identifier: GPL-2.0
/*
 * What lies on disk is sealed by a key that lies apart.
 */
#include "store/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/whole-file.h"

enum { NONCE_SIZE = 12, TAG_SIZE = 16 };

_Static_assert(NONCE_SIZE + TAG_SIZE == SEAL_OVERHEAD, "nonce and tag");

static int read_key(int fd, uint8_t *key)
{
	uint8_t more;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_mode & 077)
		return -EPERM;
	if (read(fd, key, SEAL_KEY_SIZE) != SEAL_KEY_SIZE ||
	    read(fd, &more, 1) != 0)
		return -EBADMSG;
	return 0;
}

/* A key that power loss takes makes the secrets unreadable. */
static int make_key(const char *path, uint8_t *key)
{
	if (RAND_priv_bytes(key, SEAL_KEY_SIZE) != 1)
		return -EIO;
	return whole_file_make(path, key, SEAL_KEY_SIZE);
}

int seal_key_load(const char *path, uint8_t key[SEAL_KEY_SIZE], bool *made,
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

/* @out: nonce, ciphertext, tag */
int seal_close(const uint8_t *key, const char *what, const void *data,
	       size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	int n, end, good;

	if (len > INT_MAX - SEAL_OVERHEAD)
		return -EMSGSIZE;
	ctx = EVP_CIPHER_CTX_new();
	good = ctx && RAND_bytes(out, NONCE_SIZE) == 1 &&
		EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) &&
		EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *)what,
				  (int)strlen(what)) &&
		EVP_EncryptUpdate(ctx, out + NONCE_SIZE, &n, data, (int)len) &&
		EVP_EncryptFinal_ex(ctx, out + NONCE_SIZE + n, &end) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE,
				    out + NONCE_SIZE + n);
	EVP_CIPHER_CTX_free(ctx);
	return good ? 0 : -EIO;
}

int seal_open(const uint8_t *key, const char *what, const uint8_t *sealed,
	      size_t len, void *out)
{
	EVP_CIPHER_CTX *ctx;
	size_t plain = len - SEAL_OVERHEAD;
	int n = 0, end, good;

	if (len < SEAL_OVERHEAD || len > INT_MAX)
		return -EBADMSG;
	ctx = EVP_CIPHER_CTX_new();
	good = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
					 sealed) &&
		EVP_DecryptUpdate(ctx, NULL, &n, (const uint8_t *)what,
				  (int)strlen(what)) &&
		EVP_DecryptUpdate(ctx, out, &n, sealed + NONCE_SIZE,
				  (int)plain) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE,
				    (void *)(sealed + len - TAG_SIZE)) &&
		EVP_DecryptFinal_ex(ctx, (uint8_t *)out + n, &end) > 0;
	EVP_CIPHER_CTX_free(ctx);
	if (good)
		return 0;
	OPENSSL_cleanse(out, plain);
	return -EBADMSG;
}
