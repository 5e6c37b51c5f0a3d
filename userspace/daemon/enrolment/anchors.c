// SPDX-License-Identifier: GPL-2.0
/*
 * Who signs phones' certificates: our CAPF, others', makers; and what was
 * revoked.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "enrolment/internal.h"
#include "trust/keys.h"

void anchors_clear(struct anchors *anchors)
{
	X509_STORE_free(anchors->lsc);
	X509_STORE_free(anchors->mic);
	X509_STORE_free(anchors->all);
	free(anchors->revoked);
	memset(anchors, 0, sizeof(*anchors));
}

static X509 *read_pem(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return cert;
}

/*
 * All CAPFs are called so: ours, and those of clusters that phones leave. If one
 * was given another name, its entry has this one: that of our last key has it
 * always. An LSC that counted as a MIC would be on record as that for good.
 */
static bool is_capf(const X509 *cert, const char *entry)
{
	static const char begin[] = "CAPF-";
	char cn[128];

	return !strncmp(entry, begin, sizeof(begin) - 1) ||
	       (X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
					  NID_commonName, cn, sizeof(cn)) > 0 &&
		!strncmp(cn, begin, sizeof(begin) - 1));
}

static int add(struct anchors *anchors, X509 *cert, bool capf)
{
	return X509_STORE_add_cert(capf ? anchors->lsc : anchors->mic, cert) &&
	       X509_STORE_add_cert(anchors->all, cert) ? 0 : -ENOMEM;
}

static int add_trusted(void *ctx, const char *name, const char *pem)
{
	X509 *cert = read_pem(pem);
	int err = cert ? add(ctx, cert, is_capf(cert, name)) : 0;

	X509_free(cert);
	return err;
}

static int add_revoked(void *ctx, const char *name, const char *pem)
{
	struct anchors *anchors = ctx;
	X509 *cert = read_pem(pem);
	uint8_t (*more)[CAPF_ID_LEN];
	int err = 0;

	(void)name;
	if (!cert)
		return 0;
	more = reallocarray(anchors->revoked, anchors->revoked_count + 1,
			    sizeof(*more));
	if (more)
		anchors->revoked = more;
	if (!more || !X509_digest(cert, EVP_sha256(),
				  more[anchors->revoked_count], NULL))
		err = -ENOMEM;
	else
		anchors->revoked_count++;
	X509_free(cert);
	return err;
}

static int add_own(struct anchors *anchors, const struct trust_keys *keys)
{
	size_t count, i;
	const struct trust_key *key = trust_keys_all(keys, &count);
	int err = 0;

	for (i = 0; i < count && !err; i++)
		if (key[i].which.service == KEYD_CAPF)
			err = add(anchors, key[i].cert, true);
	return err;
}

static int make(struct enrolment *all)
{
	struct anchors *anchors = &all->anchors;
	struct store *store = all->config.store;
	int err = -ENOMEM;

	anchors_clear(anchors);
	anchors->lsc = X509_STORE_new();
	anchors->mic = X509_STORE_new();
	anchors->all = X509_STORE_new();
	if (anchors->lsc && anchors->mic && anchors->all)
		err = add_own(anchors, all->config.keys);
	if (!err)
		err = store_cert_each_of(store, "capf-trust", add_trusted,
					 anchors);
	if (!err)
		err = store_cert_each_of(store, "capf-revoked", add_revoked,
					 anchors);
	anchors->fresh = !err;
	return err;
}

static bool is_revoked(void *arg, X509 *cert)
{
	const struct anchors *anchors = arg;
	uint8_t id[CAPF_ID_LEN];

	if (!X509_digest(cert, EVP_sha256(), id, NULL))
		return true;
	for (size_t i = 0; i < anchors->revoked_count; i++)
		if (!memcmp(anchors->revoked[i], id, sizeof(id)))
			return true;
	return false;
}

int anchors_trust(struct enrolment *all, bool recorded,
		  struct capf_trust *trust)
{
	struct anchors *anchors = &all->anchors;
	struct store *store = all->config.store;
	int err = anchors->fresh ? 0 : make(all);

	if (err)
		return err;
	*trust = (struct capf_trust){
		.lsc = recorded ? anchors->all : anchors->lsc,
		.mic = anchors->mic,
		.is_revoked = is_revoked,
		.arg = anchors,
		.now = time(NULL),
		.expired_too = store_param(store, STORE_PARAM_CAPF_EXPIRED),
		.security_level =
			(int)store_param(store,
					 STORE_PARAM_CAPF_SECURITY_LEVEL),
	};
	return 0;
}
