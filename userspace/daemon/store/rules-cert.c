// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates: one in PEM, good as far as it goes; what it says is kept beside.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/change.h"

#define NAMED	8	/* the others are counted */

X509 *cert_read(const char *pem, const char **wrong)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	X509 *second = cert ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	*wrong = !cert ? "is no certificate in PEM" :
		second ? "holds several certificates: add each by itself" :
		strstr(pem, "PRIVATE KEY") ? "holds a private key" : NULL;
	X509_free(second);
	BIO_free(bio);
	ERR_clear_error();
	if (!*wrong)
		return cert;
	X509_free(cert);
	return NULL;
}

static void set_name(json_t *object, const char *field, const X509_NAME *name)
{
	char text[513] = "";
	BIO *bio = BIO_new(BIO_s_mem());
	int len;

	if (bio) {
		X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
		len = BIO_read(bio, text, sizeof(text) - 1);
		text[len > 0 ? len : 0] = '\0';
	}
	BIO_free(bio);
	json_object_set_new(object, field, json_string(text));
}

static void set_time(json_t *object, const char *field, const ASN1_TIME *when)
{
	char text[32] = "";
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_set_new(object, field, json_string(text));
}

static void set_serial(json_t *object, const X509 *cert)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = number ? BN_bn2hex(number) : NULL;
	char text[65];

	snprintf(text, sizeof(text), "%s", hex ? hex : "");
	json_object_set_new(object, "serial", json_string(text));
	OPENSSL_free(hex);
	BN_free(number);
}

static void set_fingerprint(json_t *object, const char *field,
			    const X509 *cert, const EVP_MD *digest)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char text[3 * EVP_MAX_MD_SIZE] = "";
	unsigned int len = 0;

	X509_digest(cert, digest, sum, &len);
	for (unsigned int i = 0; i < len; i++)
		sprintf(text + 3 * i, "%02X%s", sum[i], i + 1 < len ? ":" : "");
	json_object_set_new(object, field, json_string(text));
}

int cert_write(json_t *object, const char *field, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;
	int good = bio && PEM_write_bio_X509(bio, cert);

	if (good) {
		len = BIO_get_mem_data(bio, &text);
		json_object_set_new(object, field,
				    json_stringn(text, len));
	}
	BIO_free(bio);
	return good ? 0 : -ENOMEM;
}

int store_cert_describe(X509 *cert, json_t *object)
{
	int err = cert_write(object, "pem", cert);

	set_name(object, "subject", X509_get_subject_name(cert));
	set_name(object, "issuer", X509_get_issuer_name(cert));
	set_time(object, "not_before", X509_get0_notBefore(cert));
	set_time(object, "not_after", X509_get0_notAfter(cert));
	set_serial(object, cert);
	set_fingerprint(object, "fingerprint", cert, EVP_sha256());
	return err;
}

void store_cert_describe_more(const X509 *cert, json_t *object)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	char text[64];

	snprintf(text, sizeof(text), "%s %d", key ? EVP_PKEY_get0_type_name(key) :
		 "?", key ? EVP_PKEY_get_bits(key) : 0);
	json_object_set_new(object, "key", json_string(text));
	set_fingerprint(object, "fingerprint_sha1", cert, EVP_sha1());
	set_fingerprint(object, "fingerprint_md5", cert, EVP_md5());
}

int cert_describe(struct change *c)
{
	const char *wrong;
	X509 *cert = cert_read(member_text(c->next, "pem"), &wrong);
	int err;

	if (!cert)
		return store_refuse(c->error, 400, "pem", "%s", wrong);
	err = store_cert_describe(cert, c->next);
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0)
		store_warn(c->warnings, "the certificate has expired");
	if (member_is(c->next, "purpose", "callmanager-trust") &&
	    store_cert_is_mic_root(member_text(c->next, "subject")))
		store_warn(c->warnings, STORE_MIC_ROOT_WARNING);
	X509_free(cert);
	return err ? store_fail(c->error, err) : 0;
}

int rules_cert(struct change *c)
{
	const char *given = c->given ? member_text(c->given, "purpose") : NULL;
	int err;

	if (store_cert_is_own(given))
		return store_refuse(c->error, 400, "purpose",
				    "%s is the daemon's own, which it makes by "
				    "itself", given);
	if (store_cert_own_purpose(member_text(c->next, "name")) &&
	    !store_cert_is_own(member_text(c->next, "purpose")))
		return store_refuse(c->error, 400, "name",
				    "is what the daemon's own is called");
	err = cert_describe(c);
	if (!err && member_is(c->next, "purpose", "phone-sast-trust"))
		err = rules_sast(c);
	return err;
}

/* Phones that it has signed for, one row each. */
struct holders {
	char list[256];
	unsigned int count;
};

static void add_holder(struct holders *holders, X509 *issuer,
		       sqlite3_stmt *stmt)
{
	const unsigned char *der = sqlite3_column_blob(stmt, 1);
	X509 *cert = d2i_X509(NULL, &der, sqlite3_column_bytes(stmt, 1));
	size_t len = strlen(holders->list);

	if (cert && X509_check_issued(issuer, cert) == X509_V_OK &&
	    holders->count++ < NAMED)
		snprintf(holders->list + len, sizeof(holders->list) - len,
			 "%s%s", len ? ", " : "",
			 (const char *)sqlite3_column_text(stmt, 0));
	X509_free(cert);
}

/*
 * It may go all the same, and at once: a CA whose key was stolen has to.
 */
int cert_warn_users(struct change *c)
{
	const char *purpose = member_text(c->now, "purpose"), *wrong;
	struct holders holders = { "", 0 };
	sqlite3_stmt *stmt;
	X509 *issuer;
	int err;

	if (strcmp(purpose, "callmanager-trust") &&
	    strcmp(purpose, "capf-trust") && strcmp(purpose, "phone-trust"))
		return 0;
	err = db_prepare(c->db, &stmt, "SELECT DISTINCT p.name, d.der FROM"
			 " device_cert d JOIN phone p ON p.id = d.phone"
			 " ORDER BY 1");
	if (err)
		return store_fail(c->error, err);
	issuer = cert_read(member_text(c->now, "pem"), &wrong);
	while (issuer && (err = db_step(c->db, stmt)) == 1)
		add_holder(&holders, issuer, stmt);
	sqlite3_finalize(stmt);
	X509_free(issuer);
	ERR_clear_error();
	if (err < 0)
		return store_fail(c->error, err);
	if (holders.count > NAMED)
		store_warn(c->warnings, "%s and %u more have a certificate "
			   "that it has signed", holders.list,
			   holders.count - NAMED);
	else if (holders.count)
		store_warn(c->warnings, "%s: have a certificate that it has "
			   "signed", holders.list);
	return 0;
}
