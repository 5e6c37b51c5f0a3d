// SPDX-License-Identifier: GPL-2.0
/* Certificates, key and menus, as net/ wants them. */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net-settings.h"
#include "store/object.h"
#include "store/store.h"
#include "tls-material.h"
#include "trust/keys.h"
#include "trust/trust.h"

enum { PEM_MAX = 65536 };

static char *read_pem(const char *path)
{
	char *text = calloc(1, PEM_MAX + 1);
	FILE *file = fopen(path, "re");
	size_t len = 0;

	if (text && file) {
		/* Nothing of the key stays behind in a buffer of stdio. */
		setvbuf(file, NULL, _IONBF, 0);
		len = fread(text, 1, PEM_MAX, file);
	}
	if (file)
		fclose(file);
	if (len && len < PEM_MAX)
		return text;
	free(text);
	return NULL;
}

static char *pem_of(const uint8_t *der, size_t len)
{
	X509 *cert = d2i_X509(NULL, &der, (long)len);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *data;
	long n;

	if (cert && bio && PEM_write_bio_X509(bio, cert)) {
		n = BIO_get_mem_data(bio, &data);
		text = strndup(data, (size_t)n);
	}
	BIO_free(bio);
	X509_free(cert);
	return text;
}

static int add_trusted(void *ctx, const char *name, const uint8_t *der,
		       size_t len)
{
	struct tls_material *m = ctx;
	char **list = reallocarray(m->trusted, m->trusted_count + 2,
				   sizeof(*list));

	(void)name;
	if (!list)
		return -ENOMEM;
	m->trusted = list;
	list[m->trusted_count] = pem_of(der, len);
	if (!list[m->trusted_count])
		return -EINVAL;
	list[++m->trusted_count] = NULL;
	return 0;
}

/* Is there a profile whose devices may come without encryption? */
static bool has_authenticated(struct store *store)
{
	struct store_error error = {};
	json_t *list, *item;
	bool found = false;
	const char *mode;
	size_t i;

	if (store_param(store, STORE_PARAM_CLUSTER_SECURITY_MODE) !=
	    STORE_CLUSTER_MIXED)
		return false;
	list = store_object_list(store, store_noun_find("profile"), &error);
	json_array_foreach(list, i, item) {
		mode = json_string_value(json_object_get(item,
						"device_security_mode"));
		found |= mode && !strcmp(mode, "authenticated");
	}
	json_decref(list);
	return found;
}

static int read_pair(const char *cert_path, const char *key_path, char **cert,
		     char **key, char *why, size_t size)
{
	*cert = read_pem(cert_path);
	*key = read_pem(key_path);
	if (*cert && *key)
		return 0;
	snprintf(why, size, "%s cannot be read", *cert ? key_path : cert_path);
	return -EIO;
}

static int take_key(struct trust_keys *keys, enum keyd_kind kind, char **cert,
		    EVP_PKEY **key)
{
	*cert = trust_keys_pem(keys, KEYD_CALLMANAGER, kind);
	*key = trust_keys_pkey(keys, KEYD_CALLMANAGER, kind);
	return *cert && *key ? 0 : -EIO;
}

/* The EC pair may be missing, as with files. */
static int take_keys(struct tls_material *m, struct trust_keys *keys,
		     char *why, size_t size)
{
	int err = take_key(keys, KEYD_RSA, &m->cert, &m->keyd_key);

	if (!err && trust_keys_find(keys, KEYD_CALLMANAGER, KEYD_EC,
				    KEYD_CURRENT))
		err = take_key(keys, KEYD_EC, &m->ecdsa_cert,
			       &m->keyd_ecdsa_key);
	if (err)
		snprintf(why, size, "ucsec-keyd has no usable key of CallManager");
	return err;
}

/* A first certificate that is EC itself leaves no place for a second. */
static int read_own(struct tls_material *m, struct trust *trust, char *why,
		    size_t size)
{
	struct trust_keys *keys = trust_own_keys(trust);
	int err;

	if (keys)
		return take_keys(m, keys, why, size);
	err = read_pair(trust_cert_path(trust), trust_key_path(trust),
			&m->cert, &m->key, why, size);
	if (err || trust_is_ecdsa(m->cert))
		return err;
	return read_pair(trust_ecdsa_cert_path(trust),
			 trust_ecdsa_key_path(trust), &m->ecdsa_cert,
			 &m->ecdsa_key, why, size);
}

int tls_material_read(struct tls_material *m, struct store *store,
		      struct trust *trust, char *why, size_t size)
{
	int err;

	memset(m, 0, sizeof(*m));
	err = read_own(m, trust, why, size);
	if (err)
		return err;
	m->trusted = calloc(1, sizeof(*m->trusted));
	err = m->trusted ? trust_each(trust, add_trusted, m) : -ENOMEM;
	if (err) {
		snprintf(why, size, "a trusted certificate cannot be used");
		return err;
	}
	m->tls = (struct net_tls){
		.cert_pem = m->cert, .key_pem = m->key,
		.ecdsa_cert_pem = m->ecdsa_cert, .ecdsa_key_pem = m->ecdsa_key,
		.key = m->keyd_key, .ecdsa_key = m->keyd_ecdsa_key,
		.trusted_pem = (const char *const *)m->trusted,
		.menu = net_settings_menu(store),
		.ecdsa_preferred = net_settings_prefers_ecdsa(store),
		.authenticated = has_authenticated(store),
	};
	return 0;
}

void tls_material_clear(struct tls_material *m)
{
	size_t i;

	if (m->key)
		explicit_bzero(m->key, PEM_MAX);
	if (m->ecdsa_key)
		explicit_bzero(m->ecdsa_key, PEM_MAX);
	for (i = 0; i < m->trusted_count; i++)
		free(m->trusted[i]);
	free(m->trusted);
	free(m->cert);
	free(m->key);
	free(m->ecdsa_cert);
	free(m->ecdsa_key);
	EVP_PKEY_free(m->keyd_key);
	EVP_PKEY_free(m->keyd_ecdsa_key);
}
