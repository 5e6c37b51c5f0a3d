// SPDX-License-Identifier: GPL-2.0
/*
 * A key and its certificates, on disk and in memory.
 *
 * The key lies in NAME.key, sealed, the certificates in NAME.pem, for anybody
 * to read. They are two files and yet change as one: the certificates first as
 * NAME.pem.new, then the key, which decides, then the certificates in place. A
 * keyd that finds NAME.pem.new sees by the key whether that had been decided.
 * To promote the next key is the same, with renames.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keyd/disk.h"

enum {
	NAME_SIZE = 64,
	KEY_MAX = 16384,	/* RSA 4096 in PKCS#8 has 2,374 bytes */
	CHAIN_MAX = KEYD_CHAIN * KEYD_CERT_MAX * 2,	/* in PEM */
};

static const char *name_file(char *name, const struct keyd_which *which,
			     unsigned int slot, const char *suffix)
{
	snprintf(name, NAME_SIZE, "%s-%s%s%s",
		 keyd_service_name(which->service), keyd_kind_name(which->kind),
		 slot == KEYD_NEXT ? ".next" : "", suffix);
	return name;
}

/* The slot is not in it: the next key becomes the current one by a rename. */
static void bind_to(char *what, const struct keyd_which *which)
{
	snprintf(what, NAME_SIZE, "keyd/%s-%s",
		 keyd_service_name(which->service),
		 keyd_kind_name(which->kind));
}

static void clear_certs(X509 **certs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		X509_free(certs[i]);
}

void keyd_pair_clear(struct keyd_pair *pair)
{
	EVP_PKEY_free(pair->key);
	clear_certs(pair->certs, pair->count);
	memset(pair, 0, sizeof(*pair));
}

static int write_key(const struct keyd_dir *dir,
		     const struct keyd_which *which, EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	char name[NAME_SIZE], what[NAME_SIZE];
	uint8_t sealed[KEY_MAX], *der = NULL;
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	int err = len > 0 && len <= KEY_MAX - SEAL_OVERHEAD ? 0 : -EIO;

	PKCS8_PRIV_KEY_INFO_free(info);
	bind_to(what, which);
	if (!err)
		err = seal_close(dir->secret, what, der, (size_t)len, sealed);
	if (!err)
		err = keyd_file_write(dir, name_file(name, which, which->slot,
						     ".key"), sealed,
				      (size_t)len + SEAL_OVERHEAD);
	if (der)
		OPENSSL_clear_free(der, (size_t)len);
	return err;
}

static EVP_PKEY *parse_key(const uint8_t *der, size_t len)
{
	const uint8_t *at = der;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at,
							    (long)len);
	EVP_PKEY *key = info && at == der + len ? EVP_PKCS82PKEY(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return key;
}

static int read_key(const struct keyd_dir *dir, const struct keyd_which *which,
		    unsigned int slot, EVP_PKEY **key)
{
	char name[NAME_SIZE], what[NAME_SIZE];
	uint8_t *sealed, plain[KEY_MAX];
	size_t len;
	int err = keyd_file_read(dir, name_file(name, which, slot, ".key"),
				 KEY_MAX, &sealed, &len);

	*key = NULL;
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	bind_to(what, which);
	err = seal_open(dir->secret, what, sealed, len, plain);
	free(sealed);
	if (!err) {
		*key = parse_key(plain, len - SEAL_OVERHEAD);
		err = *key ? 0 : -EBADMSG;
	}
	explicit_bzero(plain, sizeof(plain));
	return err;
}

static int write_chain(const struct keyd_dir *dir, const char *name,
		       const struct keyd_pair *pair)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;
	int err = bio ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < pair->count && !err; i++)
		err = PEM_write_bio_X509(bio, pair->certs[i]) ? 0 : -EIO;
	if (!err) {
		len = BIO_get_mem_data(bio, &data);
		err = keyd_file_write(dir, name, data, (size_t)len);
	}
	BIO_free(bio);
	return err;
}

static int read_chain(const struct keyd_dir *dir, const char *name,
		      X509 **certs, uint32_t *count)
{
	uint8_t *text;
	size_t len;
	BIO *bio;
	int err = keyd_file_read(dir, name, CHAIN_MAX, &text, &len);

	*count = 0;
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	bio = BIO_new_mem_buf(text, (int)len);
	while (bio && *count < KEYD_CHAIN) {
		certs[*count] = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		if (!certs[*count])
			break;
		++*count;
	}
	BIO_free(bio);
	free(text);
	ERR_clear_error();
	return *count ? 0 : -EBADMSG;
}

/* Is it certificates, of that key? */
static bool is_of_key(const struct keyd_dir *dir, const char *name,
		      EVP_PKEY *key)
{
	X509 *certs[KEYD_CHAIN];
	uint32_t count;
	bool is = !read_chain(dir, name, certs, &count) && key &&
		  EVP_PKEY_eq(X509_get0_pubkey(certs[0]), key) == 1;

	clear_certs(certs, count);
	ERR_clear_error();
	return is;
}

int keyd_pair_store(const struct keyd_dir *dir, const struct keyd_which *which,
		    const struct keyd_pair *pair)
{
	char new[NAME_SIZE], pem[NAME_SIZE];
	int err;

	name_file(new, which, which->slot, ".pem.new");
	name_file(pem, which, which->slot, ".pem");
	err = write_chain(dir, new, pair);
	if (err)
		return err;
	err = write_key(dir, which, pair->key);
	if (err) {
		keyd_file_remove(dir, new);
		return err;
	}
	/* It is decided; if this fails, the next keyd does it. */
	keyd_file_rename(dir, new, pem);
	return 0;
}

int keyd_pair_store_chain(const struct keyd_dir *dir,
			  const struct keyd_which *which,
			  const struct keyd_pair *pair)
{
	char pem[NAME_SIZE];

	return write_chain(dir, name_file(pem, which, which->slot, ".pem"),
			   pair);
}

int keyd_pair_promote(const struct keyd_dir *dir,
		      const struct keyd_which *which)
{
	char new[NAME_SIZE], from[NAME_SIZE], to[NAME_SIZE];
	int err;

	name_file(new, which, KEYD_CURRENT, ".pem.new");
	err = keyd_file_rename(dir, name_file(from, which, KEYD_NEXT, ".pem"),
			       new);
	if (err)
		return err;
	name_file(from, which, KEYD_NEXT, ".key");
	name_file(to, which, KEYD_CURRENT, ".key");
	err = keyd_file_rename(dir, from, to);
	if (err) {
		name_file(from, which, KEYD_NEXT, ".pem");
		keyd_file_rename(dir, new, from);
		return err;
	}
	keyd_file_rename(dir, new, name_file(to, which, KEYD_CURRENT, ".pem"));
	return 0;
}

/* Where do certificates belong that wait to be put in place? */
static int mend(const struct keyd_dir *dir, const struct keyd_which *which,
		EVP_PKEY *key)
{
	char new[NAME_SIZE], to[NAME_SIZE];
	EVP_PKEY *next = NULL;
	int err = 0;

	name_file(new, which, which->slot, ".pem.new");
	if (is_of_key(dir, new, key)) {
		name_file(to, which, which->slot, ".pem");
		return keyd_file_rename(dir, new, to);
	}
	/* A next key was about to be promoted: it is still the next one. */
	if (which->slot == KEYD_CURRENT)
		err = read_key(dir, which, KEYD_NEXT, &next);
	if (!err && is_of_key(dir, new, next))
		err = keyd_file_rename(dir, new, name_file(to, which, KEYD_NEXT,
							   ".pem"));
	else
		keyd_file_remove(dir, new);
	EVP_PKEY_free(next);
	return err == -ENOENT ? 0 : err;
}

int keyd_pair_load(const struct keyd_dir *dir, const struct keyd_which *which,
		   struct keyd_pair *pair)
{
	char pem[NAME_SIZE];
	bool has_key;
	int err;

	memset(pair, 0, sizeof(*pair));
	err = read_key(dir, which, which->slot, &pair->key);
	has_key = !err;
	if (err && err != -ENOENT)
		return err;
	err = mend(dir, which, pair->key);
	if (!err)
		err = read_chain(dir, name_file(pem, which, which->slot,
						".pem"), pair->certs,
				 &pair->count);
	if (err == -ENOENT && !has_key)
		return 0;
	/* One without the other: somebody took it away. */
	if (!err && (!has_key ||
		     EVP_PKEY_eq(X509_get0_pubkey(pair->certs[0]),
				 pair->key) != 1))
		err = -EBADMSG;
	if (err)
		keyd_pair_clear(pair);
	return err == -ENOENT ? -EBADMSG : err;
}
