// SPDX-License-Identifier: GPL-2.0
/*
 * Who may sign CTL and ITL: how many phones take, and who can be one of them.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "store/change.h"
#include "store/store.h"

/* What names of lists have room for: less than trust/dn.c takes. */
enum { PARTS_MAX = 32, TYPE_MAX = 80, NAME_MAX_SIZE = 2048, SERIAL_MAX = 64 };

static int add_count(sqlite3_stmt *stmt, void *ctx)
{
	*(long *)ctx += (long)sqlite3_column_int64(stmt, 0);
	return 0;
}

static long value_of(struct db *db, int param)
{
	json_t *value = param_value(db, param);
	long n = json_is_true(value) ? 1 : (long)json_integer_value(value);

	json_decref(value);
	return n;
}

int sast_rules(struct db *db, const char *field, struct store_error *error)
{
	long most = value_of(db, STORE_PARAM_MAX_SAST_RECORDS);
	long next = value_of(db, STORE_PARAM_ITL_RENEWAL), imports = 0;
	int err = db_each(db, "SELECT count(*) FROM cert WHERE purpose ="
			  " 'phone-sast-trust'", add_count, &imports);

	if (err)
		return store_fail(error, err);
	if (1 + next + imports <= most)
		return 0;
	return store_refuse(error, 409, field, "lists have room for %ld SAST "
			    "records (parameter max_sast_records): our own, %s"
			    "and %ld certificate%s of purpose phone-sast-trust",
			    most, next ? "the next one (itl_renewal) " : "",
			    imports, imports == 1 ? "" : "s");
}

/* A name that no list can have would keep all of them from being made. */
static bool is_plain(const X509_NAME *name)
{
	int parts = X509_NAME_entry_count(name), sum = 0;

	for (int i = 0; i < parts; i++) {
		const ASN1_STRING *data = X509_NAME_ENTRY_get_data(
			X509_NAME_get_entry(name, i));
		unsigned char *text;
		int len = ASN1_STRING_to_UTF8(&text, data);
		bool plain = len >= 0;

		for (int at = 0; at < len; at++)
			plain = plain && text[at] >= ' ' &&
				text[at] != 0x7f && text[at] != ';';
		if (len >= 0)
			OPENSSL_free(text);
		if (!plain)
			return false;
		sum += len + TYPE_MAX;
	}
	return parts <= PARTS_MAX && sum < NAME_MAX_SIZE;
}

const char *cert_unfit_for_lists(const X509 *cert)
{
	if (!is_plain(X509_get_subject_name(cert)) ||
	    !is_plain(X509_get_issuer_name(cert)))
		return "its names have a semicolon, a control character, or "
			"are too long for lists";
	return ASN1_STRING_length(X509_get0_serialNumber(cert)) > SERIAL_MAX ?
		"its serial number is too long for lists" : NULL;
}

static const char *unfit(const X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	if (!key || !EVP_PKEY_is_a(key, "RSA") ||
	    (bits != 1024 && bits != 2048 && bits != 4096))
		return "lists are signed by RSA keys of 1024, 2048 or 4096 "
			"bits alone";
	return cert_unfit_for_lists(cert);
}

int rules_sast(struct change *c)
{
	BIO *bio = BIO_new_mem_buf(member_text(c->next, "pem"), -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	const char *why = cert ? unfit(cert) : "is no certificate in PEM";

	X509_free(cert);
	BIO_free(bio);
	ERR_clear_error();
	return why ? store_refuse(c->error, 400, "pem", "%s", why) : 0;
}
