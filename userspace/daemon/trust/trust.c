// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates: our own and those we trust.
 */
#include "trust/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "store/object.h"
#include "store/store.h"
#include "trust/keys.h"
#include "trust/own.h"

#define PEM_MAX	16384

struct pair {
	const char *name;			/* of the noun cert */
	char cert[CONF_PATH_SIZE + 32];
	char key[CONF_PATH_SIZE + 32];
};

struct trust {
	struct store *store;
	bool has_keyd;		/* the files are not ours then */
	struct trust_keys *keys;
	struct pair rsa, ecdsa;
};

const char *trust_cert_path(const struct trust *trust)
{
	return trust->rsa.cert;
}

const char *trust_key_path(const struct trust *trust)
{
	return trust->rsa.key;
}

const char *trust_ecdsa_cert_path(const struct trust *trust)
{
	return trust->ecdsa.cert;
}

const char *trust_ecdsa_key_path(const struct trust *trust)
{
	return trust->ecdsa.key;
}

bool trust_is_ecdsa(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	bool is = key && EVP_PKEY_is_a(key, "EC");

	X509_free(cert);
	BIO_free(bio);
	ERR_clear_error();
	return is;
}

static char *read_file(const char *path, char *why, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = calloc(1, PEM_MAX + 1);
	ssize_t n = fd < 0 || !text ? -1 : read(fd, text, PEM_MAX);

	if (n < 0) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		free(text);
		text = NULL;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

/* For lists beside the trusted ones; a failure is told by the writer. */
static void on_stored(void *ctx, struct store_reply *reply)
{
	(void)ctx;
	if (reply->error.status)
		log_event(LOG_LEVEL_ERROR, "own-certificate", "reason",
			  reply->error.reason, NULL);
	store_reply_clear(reply);
}

/* @pem is NULL for what is ours no more. */
static int show(struct trust *trust, const char *name, const char *pem,
		char *why, size_t size)
{
	struct store_request request = {
		.verb = STORE_OWN_CERT,
		.owed = true,
		.noun = store_noun_find("cert"),
		.body = json_pack("{ssss*}", "name", name, "pem", pem),
	};

	if (!request.body) {
		snprintf(why, size, "%s: not a certificate in PEM", name);
		return -EINVAL;
	}
	return store_submit(trust->store, &request, on_stored, NULL);
}

static bool is_shown(struct trust *trust, const struct pair *pair)
{
	struct store_error ignored = { 0 };
	json_t *shown = store_object_get(trust->store, store_noun_find("cert"),
					 pair->name, &ignored);

	json_decref(shown);
	return shown;
}

/* A key with the wrong mode was readable: it is worth a refusal. */
static int check_key(const struct pair *pair, char *why, size_t size)
{
	struct stat st;

	if (stat(pair->key, &st)) {
		snprintf(why, size, "%s: %s", pair->key, strerror(errno));
		return -errno;
	}
	if (st.st_mode & 077) {
		snprintf(why, size, "%s: others may read the private key",
			 pair->key);
		return -EPERM;
	}
	return 0;
}

/* As it is in the file; made if there is none and @conf says for whom. */
static int take_pair(const struct pair *pair, enum own_kind kind,
		     const struct conf *conf, char **pem, char *why,
		     size_t size)
{
	int err = 0;

	if (conf && access(pair->cert, F_OK)) {
		err = own_make(conf, kind, pair->cert, pair->key);
		if (err)
			snprintf(why, size, "cannot make the certificate %s: "
				 "%s", pair->cert, err == -EKEYREJECTED ?
				 "the key beside it is of another kind" : strerror(-err));
		else
			log_event(LOG_LEVEL_NOTICE, "certificate-made", "path",
				  pair->cert, "subject", conf->node, "note",
				  "self-signed, give it to phones and peers",
				  NULL);
	}
	if (!err)
		err = check_key(pair, why, size);
	if (err)
		return err;
	*pem = read_file(pair->cert, why, size);
	return *pem ? 0 : -EIO;
}

/*
 * Both or none are shown. A second certificate that is not EC would take the
 * place of the first one.
 */
static int take(struct trust *trust, const struct conf *conf, char *why,
		size_t size)
{
	const struct pair *rsa = &trust->rsa, *ecdsa = &trust->ecdsa;
	char *first = NULL, *second = NULL;
	int err = take_pair(rsa, OWN_RSA, conf, &first, why, size);

	if (!err && !trust_is_ecdsa(first)) {
		err = take_pair(ecdsa, OWN_ECDSA, conf, &second, why, size);
		if (!err && !trust_is_ecdsa(second)) {
			snprintf(why, size, "%s: not an EC certificate",
				 ecdsa->cert);
			err = -EINVAL;
		}
	}
	if (!err && (second || is_shown(trust, ecdsa)))
		err = show(trust, ecdsa->name, second, why, size);
	if (!err)
		err = show(trust, rsa->name, first, why, size);
	free(first);
	free(second);
	return err;
}

/* Without its chain: an entry is one certificate. */
static char *pem_of(const struct trust_key *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *data;
	long len;

	if (bio && PEM_write_bio_X509(bio, key->cert)) {
		len = BIO_get_mem_data(bio, &data);
		text = strndup(data, (size_t)len);
	}
	BIO_free(bio);
	return text;
}

/* What is shown of that key already, and is what it was, is not written anew. */
static bool is_same(struct trust *trust, const char *name, const char *pem)
{
	struct store_error ignored = { 0 };
	json_t *shown = store_object_get(trust->store, store_noun_find("cert"),
					 name, &ignored);
	const char *text = json_string_value(json_object_get(shown, "pem"));
	bool same = text ? pem && !strcmp(text, pem) : !pem;

	json_decref(shown);
	return same;
}

static int show_key(struct trust *trust, unsigned int service,
		    enum keyd_kind kind, char *why, size_t size)
{
	const struct trust_key *key = trust_keys_find(trust->keys, service,
						      kind, KEYD_CURRENT);
	char *pem = key ? pem_of(key) : NULL;
	char name[STORE_NAME_SIZE];
	int err = key && !pem ? -ENOMEM : 0;

	snprintf(name, sizeof(name), "%s%s",
		 store_cert_own_name(keyd_service_name(service)),
		 kind == KEYD_EC ? "-ECDSA" : "");
	if (!err && !is_same(trust, name, pem))
		err = show(trust, name, pem, why, size);
	free(pem);
	return err;
}

static int show_keys(struct trust *trust, char *why, size_t size)
{
	int err = 0;

	for (unsigned int s = 1; s < KEYD_SERVICE_END && !err; s++) {
		err = show_key(trust, s, KEYD_RSA, why, size);
		if (!err)
			err = show_key(trust, s, KEYD_EC, why, size);
	}
	return err;
}

static void on_keys(void *arg, bool up)
{
	char why[256] = "no memory";

	if (up && show_keys(arg, why, sizeof(why)))
		log_event(LOG_LEVEL_ERROR, "own-certificate", "reason", why,
			  NULL);
}

int trust_use_keys(struct trust *trust, struct trust_keys *keys, char *why,
		   size_t size)
{
	int err;

	if (trust->keys)
		trust_keys_unwatch(trust->keys, on_keys, trust);
	trust->keys = NULL;
	err = keys ? trust_keys_watch(keys, on_keys, trust) : 0;
	if (!keys || err)
		return err;
	trust->keys = keys;
	return show_keys(trust, why, size);
}

struct trust_keys *trust_own_keys(const struct trust *trust)
{
	return trust->keys;
}

int trust_reload(struct trust *trust, char *why, size_t size)
{
	if (trust->keys)
		trust_keys_refresh(trust->keys);
	return trust->has_keyd ? 0 : take(trust, NULL, why, size);
}

static void name_pair(struct pair *pair, const char *name, const char *dir,
		      const char *file)
{
	pair->name = name;
	snprintf(pair->cert, sizeof(pair->cert), "%s/%s.pem", dir, file);
	snprintf(pair->key, sizeof(pair->key), "%s/%s.key", dir, file);
}

int trust_open(struct trust **out, struct store *store,
	       const struct conf *conf, char *why, size_t size)
{
	struct trust *trust = calloc(1, sizeof(*trust));
	int err = 0;

	if (!trust)
		return -ENOMEM;
	trust->store = store;
	trust->has_keyd = conf->trust.keyd_socket[0];
	name_pair(&trust->rsa, "CallManager", conf->state_dir, "callmanager");
	name_pair(&trust->ecdsa, "CallManager-ECDSA", conf->state_dir,
		  "callmanager-ecdsa");
	if (!trust->has_keyd)
		err = take(trust, conf, why, size);
	if (err) {
		free(trust);
		return err;
	}
	*out = trust;
	return 0;
}

void trust_close(struct trust *trust)
{
	free(trust);
}

struct each {
	trust_fn fn;
	void *ctx;
};

static int give_der(void *ctx, const char *name, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	struct each *each = ctx;
	unsigned char *der = NULL;
	char *kind = NULL, *header = NULL;
	long len = 0;
	int err = 0;

	/* The store has let nothing else in. */
	if (bio && PEM_read_bio(bio, &kind, &header, &der, &len))
		err = each->fn(each->ctx, name, der, len);
	OPENSSL_free(kind);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return err;
}

/* Phones come with what CAPF issued, by the key that it has or will have. */
static int give_capf(const struct trust *trust, trust_fn fn, void *ctx)
{
	const struct trust_key *key;
	int err = 0;

	for (int slot = KEYD_CURRENT; slot < KEYD_SLOT_END && !err; slot++) {
		key = trust_keys_find(trust->keys, KEYD_CAPF, KEYD_RSA, slot);
		if (key)
			err = fn(ctx, "CAPF", key->certs[0].data,
				 key->certs[0].len);
	}
	return err;
}

int trust_each(struct trust *trust, trust_fn fn, void *ctx)
{
	struct each each = { fn, ctx };
	int err = store_cert_each(trust->store, give_der, &each);

	return err || !trust->keys ? err : give_capf(trust, fn, ctx);
}
