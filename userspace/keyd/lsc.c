// SPDX-License-Identifier: GPL-2.0
/* Certificates for phones: one for each request, once. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "keyd/use.h"

/* All of the request: under the same id it must be the same. */
static void describe(const struct keyd_sign_lsc *lsc, const uint8_t *spki,
		     size_t len, struct keyd_lsc_record *record)
{
	struct {
		struct keyd_sign_lsc lsc;
		uint8_t spki[32];
	} all = { .lsc = *lsc };

	memset(record, 0, sizeof(*record));
	memcpy(record->request, lsc->request, KEYD_ID_LEN);
	memcpy(record->device, lsc->device, KEYD_TEXT);
	SHA256(spki, len, record->spki);
	memcpy(all.spki, record->spki, sizeof(all.spki));
	SHA256((const uint8_t *)&all, sizeof(all), record->what);
}

/* O, OU and so on are the issuer's, the common name is the device's. */
static int set_names(X509 *cert, X509 *ca, const char *device)
{
	X509_NAME *name = X509_NAME_dup(X509_get_subject_name(ca));
	int at, good = name != NULL;

	while (good && (at = X509_NAME_get_index_by_NID(name, NID_commonName,
							-1)) >= 0)
		X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, at));
	good = good &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					   (const uint8_t *)device, -1, -1,
					   0) &&
		X509_set_subject_name(cert, name) &&
		X509_set_issuer_name(cert, X509_get_subject_name(ca));
	X509_NAME_free(name);
	return good ? 0 : -EIO;
}

/*
 * Phones take exactly these. keyEncipherment of an RSA key is what an encrypted
 * configuration file is for.
 */
static int extend(X509 *cert, X509_PUBKEY *key, const struct keyd_sign_lsc *lsc)
{
	char uri[KEYD_TEXT + 8];
	ASN1_OBJECT *kind;
	int err;

	X509_PUBKEY_get0_param(&kind, NULL, NULL, NULL, key);
	snprintf(uri, sizeof(uri), "URI:%s", lsc->device);
	err = keyd_issue_extend(cert, NID_basic_constraints,
				"critical,CA:FALSE");
	if (!err)
		err = keyd_issue_extend(cert, NID_key_usage,
				OBJ_obj2nid(kind) == NID_X9_62_id_ecPublicKey ?
				"critical,digitalSignature" :
				"critical,digitalSignature,keyEncipherment");
	if (!err)
		err = keyd_issue_extend(cert, NID_ext_key_usage,
				lsc->profile == KEYD_LSC_PHONE ?
				"serverAuth,clientAuth,1.3.6.1.5.5.7.3.5" :
				"clientAuth");
	return err ? err : keyd_issue_extend(cert, NID_subject_alt_name, uri);
}

/* It is worth nothing beyond its issuer's end. */
static int bound_by(X509 *cert, X509 *ca)
{
	const ASN1_TIME *end = X509_get0_notAfter(ca);

	if (ASN1_TIME_compare(X509_get0_notAfter(cert), end) <= 0)
		return 0;
	return X509_set1_notAfter(cert, end) ? 0 : -EIO;
}

/* As it came: X509_set_pubkey() would decode it again, at 0.2 ms. */
static int copy_key(X509 *cert, X509_PUBKEY *key)
{
	const uint8_t *bits;
	const void *value;
	ASN1_OBJECT *kind, *curve = NULL;
	X509_ALGOR *algorithm;
	uint8_t *copy;
	int type, len;

	X509_PUBKEY_get0_param(&kind, &bits, &len, &algorithm, key);
	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	if (type == V_ASN1_OBJECT)
		curve = OBJ_dup(value);
	copy = OPENSSL_memdup(bits, (size_t)len);
	if (copy && (curve || type != V_ASN1_OBJECT) &&
	    X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_dup(kind),
				   type, curve, copy, len))
		return 0;
	ASN1_OBJECT_free(curve);
	OPENSSL_free(copy);
	return -ENOMEM;
}

static int issue(const struct keyd_pair *ca, X509_PUBKEY *key,
		 const struct keyd_sign_lsc *lsc, uint8_t **der, size_t *len)
{
	X509 *cert = X509_new();
	int err = cert ? keyd_issue_begin(cert, lsc->days) : -ENOMEM, n;

	if (!err)
		err = copy_key(cert, key);
	if (!err)
		err = bound_by(cert, ca->certs[0]);
	if (!err)
		err = set_names(cert, ca->certs[0], lsc->device);
	if (!err)
		err = extend(cert, key, lsc);
	if (!err && !X509_sign(cert, ca->key, EVP_sha256()))
		err = -EIO;
	n = err ? -1 : i2d_X509(cert, der);
	X509_free(cert);
	ERR_clear_error();
	if (!err && n <= 0)
		err = -EIO;
	*len = err ? 0 : (size_t)n;
	return err;
}

/* Told before, and the same: told again. 1: not told before. */
static int tell_again(struct keyd_journal *journal,
		      const struct keyd_lsc_record *record, uint8_t **der,
		      size_t *len, enum keyd_reason *reason, const char **why)
{
	struct keyd_lsc_record old;
	int err = keyd_journal_find(journal, record->request, &old, der, len);

	if (err == -ENOENT)
		return 1;
	if (err || !memcmp(old.what, record->what, sizeof(old.what)))
		return err;
	OPENSSL_free(*der);
	*der = NULL;
	*reason = KEYD_WHY_REQUEST_DIFFERS;
	*why = "another certificate was issued under that request";
	return -EEXIST;
}

static int check_issuer(const struct keyd_pair *ca, enum keyd_reason *reason,
			const char **why)
{
	if (X509_cmp_current_time(X509_get0_notAfter(ca->certs[0])) > 0)
		return 0;
	*reason = KEYD_WHY_EXPIRED;
	*why = "CAPF's own certificate has expired";
	return -EKEYEXPIRED;
}

int keyd_lsc_sign(struct keyd_journal *journal, const struct keyd_pair *ca,
		  const struct keyd_sign_lsc *lsc, const uint8_t *spki,
		  size_t spki_len, uint8_t **der, size_t *len,
		  enum keyd_reason *reason, const char **why)
{
	struct keyd_lsc_record record;
	const char *owner;
	X509_PUBKEY *key;
	int err;

	*der = NULL;
	*reason = KEYD_WHY_SYSTEM;
	*why = "the journal cannot be read";
	describe(lsc, spki, spki_len, &record);
	err = tell_again(journal, &record, der, len, reason, why);
	if (err != 1)
		return err;
	key = keyd_spki_read(spki, spki_len, lsc->flags, reason, why);
	if (!key)
		return -EKEYREJECTED;
	*reason = KEYD_WHY_SYSTEM;
	*why = "the certificate cannot be made";
	owner = keyd_journal_owner(journal, record.spki);
	if (owner && strcmp(owner, lsc->device)) {
		*reason = KEYD_WHY_KEY_OF_ANOTHER;
		*why = "another device has a certificate for that key";
		err = -EKEYREJECTED;
	} else {
		err = check_issuer(ca, reason, why);
	}
	if (!err)
		err = issue(ca, key, lsc, der, len);
	X509_PUBKEY_free(key);
	if (!err)
		err = keyd_journal_add(journal, &record, *der, *len);
	if (err == -EFBIG) {
		*reason = KEYD_WHY_FULL;
		*why = "the journal of certificates is full";
	}
	if (err) {
		OPENSSL_free(*der);
		*der = NULL;
	}
	return err;
}
