// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates: our own and those we trust.
 */
#include "trust/trust.h"

#include <errno.h>
#include <fcntl.h>
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
#include "trust/own.h"

#define PEM_MAX	16384

struct trust {
	struct store *store;
	char cert[CONF_PATH_SIZE + 32];
	char key[CONF_PATH_SIZE + 32];
};

const char *trust_cert_path(const struct trust *trust)
{
	return trust->cert;
}

const char *trust_key_path(const struct trust *trust)
{
	return trust->key;
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

static int show_own(struct trust *trust, char *why, size_t size)
{
	struct store_request request = {
		.verb = STORE_OWN_CERT,
		.noun = store_noun_find("cert"),
	};
	char *pem = read_file(trust->cert, why, size);

	if (!pem)
		return -EIO;
	request.body = json_pack("{ss}", "pem", pem);
	free(pem);
	if (!request.body) {
		snprintf(why, size, "%s: not a certificate in PEM",
			 trust->cert);
		return -EINVAL;
	}
	return store_submit(trust->store, &request, on_stored, NULL);
}

/* A key with the wrong mode was readable: it is worth a refusal. */
static int check_key(const struct trust *trust, char *why, size_t size)
{
	struct stat st;

	if (stat(trust->key, &st)) {
		snprintf(why, size, "%s: %s", trust->key, strerror(errno));
		return -errno;
	}
	if (st.st_mode & 077) {
		snprintf(why, size, "%s: others may read the private key",
			 trust->key);
		return -EPERM;
	}
	return 0;
}

int trust_reload(struct trust *trust, char *why, size_t size)
{
	int err = check_key(trust, why, size);

	return err ? err : show_own(trust, why, size);
}

int trust_open(struct trust **out, struct store *store,
	       const struct conf *conf, char *why, size_t size)
{
	struct trust *trust = calloc(1, sizeof(*trust));
	int err = 0;

	if (!trust)
		return -ENOMEM;
	trust->store = store;
	snprintf(trust->cert, sizeof(trust->cert), "%s/callmanager.pem",
		 conf->state_dir);
	snprintf(trust->key, sizeof(trust->key), "%s/callmanager.key",
		 conf->state_dir);
	if (access(trust->cert, F_OK)) {
		err = own_make(conf, trust->cert, trust->key);
		if (err)
			snprintf(why, size, "cannot make a certificate: %s",
				 strerror(-err));
		else
			log_event(LOG_LEVEL_NOTICE, "certificate-made", "path",
				  trust->cert, "subject", conf->node, "note",
				  "self-signed, give it to phones and peers",
				  NULL);
	}
	if (!err)
		err = check_key(trust, why, size);
	if (!err)
		err = show_own(trust, why, size);
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

int trust_each(struct trust *trust, trust_fn fn, void *ctx)
{
	struct each each = { fn, ctx };

	return store_cert_each(trust->store, give_der, &each);
}
