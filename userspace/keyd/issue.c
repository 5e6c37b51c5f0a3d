// SPDX-License-Identifier: GPL-2.0
/* Certificates of services that sign themselves, and requests for others. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "keyd/use.h"

enum { DAY = 24 * 3600, SERIAL = 16 };

struct extension {
	int nid;
	const char *value;
};

static const EVP_MD *digest_of(EVP_PKEY *key)
{
	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_bits(key) == 256)
		return EVP_sha256();
	return EVP_PKEY_get_bits(key) == 384 ? EVP_sha384() : EVP_sha512();
}

static X509_EXTENSION *extension_of(X509V3_CTX *ctx, int nid,
				    const char *value)
{
	return X509V3_EXT_conf_nid(NULL, ctx, nid, value);
}

int keyd_issue_extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int good;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = extension_of(&ctx, nid, value);
	good = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return good ? 0 : -EIO;
}

int keyd_issue_begin(X509 *cert, unsigned int days)
{
	uint8_t serial[SERIAL];
	BIGNUM *number;
	int good;

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return -EIO;
	/* Positive, and of the same length always. */
	serial[0] = (serial[0] & 0x7f) | 0x40;
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	good = number &&
		BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) &&
		X509_set_version(cert, X509_VERSION_3) &&
		/* Clocks of phones that were never set run behind. */
		X509_gmtime_adj(X509_getm_notBefore(cert), -DAY) &&
		X509_gmtime_adj(X509_getm_notAfter(cert), (long)days * DAY);
	BN_free(number);
	return good ? 0 : -EIO;
}

static bool add_name(X509_NAME *name, const char *type, const char *value)
{
	return !*value ||
	       X509_NAME_add_entry_by_txt(name, type, MBSTRING_ASC,
					  (const uint8_t *)value, -1, -1, 0);
}

/* The least specific first, as certificates have it. */
static X509_NAME *name_of(const struct keyd_subject *s)
{
	X509_NAME *name = X509_NAME_new();

	if (name && add_name(name, "C", s->c) && add_name(name, "ST", s->st) &&
	    add_name(name, "L", s->l) && add_name(name, "O", s->o) &&
	    add_name(name, "OU", s->ou) && add_name(name, "CN", s->cn))
		return name;
	X509_NAME_free(name);
	return NULL;
}

enum { NAMES_SIZE = KEYD_NAMES * 136 };

/* "DNS:cm1,IP:192.0.2.1"; what could break out of it was refused. */
static bool list_names(const struct keyd_names *names, char *text)
{
	size_t len = 0;

	*text = '\0';
	for (uint32_t i = 0; i < names->count; i++)
		len += (size_t)snprintf(text + len, NAMES_SIZE - len, "%s%s:%s",
					i ? "," : "",
					names->list[i].kind == KEYD_IP ?
					"IP" : "DNS", names->list[i].text);
	return names->count;
}

/* An EC key enciphers nothing (RFC 5480). @ext has room for four. */
static size_t list_extensions(const struct keyd_which *which,
			      const char *names, struct extension *ext)
{
	unsigned int uses = keyd_service_uses(which->service);
	bool rsa = which->kind == KEYD_RSA;
	size_t n = 0;

	ext[n++] = (struct extension){ NID_basic_constraints,
		uses & KEYD_USE_CA ? "critical,CA:TRUE,pathlen:0" :
				     "critical,CA:FALSE" };
	if (uses & KEYD_USE_CA)
		ext[n++] = (struct extension){ NID_key_usage, rsa ?
			"critical,digitalSignature,keyEncipherment,"
			"keyCertSign,cRLSign" :
			"critical,digitalSignature,keyCertSign,cRLSign" };
	else
		ext[n++] = (struct extension){ NID_key_usage, rsa &&
			uses & (KEYD_USE_TLS_SERVER | KEYD_USE_IPSEC) ?
			"critical,digitalSignature,keyEncipherment" :
			"critical,digitalSignature" };
	if (uses & (KEYD_USE_TLS_SERVER | KEYD_USE_IPSEC))
		ext[n++] = (struct extension){ NID_ext_key_usage,
			uses & KEYD_USE_IPSEC ?
			"serverAuth,clientAuth,1.3.6.1.5.5.7.3.5" :
			"serverAuth,clientAuth" };
	if (names)
		ext[n++] = (struct extension){ NID_subject_alt_name, names };
	return n;
}

int keyd_issue_self(EVP_PKEY *key, const struct keyd_make *make, X509 **cert)
{
	X509_NAME *name = name_of(&make->subject);
	X509 *c = X509_new();
	char names[NAMES_SIZE];
	struct extension ext[4];
	bool has_names = list_names(&make->names, names);
	size_t n = list_extensions(&make->key, has_names ? names : NULL, ext);
	int err = c && name && X509_set_subject_name(c, name) &&
		  X509_set_issuer_name(c, name) && X509_set_pubkey(c, key) ?
		  0 : -EIO;

	if (!err)
		err = keyd_issue_begin(c, make->days);
	for (size_t i = 0; i < n && !err; i++)
		err = keyd_issue_extend(c, ext[i].nid, ext[i].value);
	if (!err)
		err = keyd_issue_extend(c, NID_subject_key_identifier, "hash");
	if (!err && !X509_sign(c, key, digest_of(key)))
		err = -EIO;
	if (err) {
		X509_free(c);
		c = NULL;
	}
	*cert = c;
	X509_NAME_free(name);
	ERR_clear_error();
	return err;
}

static int add_extensions(X509_REQ *req, const struct extension *ext,
			  size_t n)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	int err = list ? 0 : -ENOMEM;
	X509_EXTENSION *one;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, NULL, NULL, req, NULL, 0);
	for (size_t i = 0; i < n && !err; i++) {
		one = extension_of(&ctx, ext[i].nid, ext[i].value);
		err = one && sk_X509_EXTENSION_push(list, one) ? 0 : -EIO;
		if (err)
			X509_EXTENSION_free(one);
	}
	if (!err && !X509_REQ_add_extensions(req, list))
		err = -EIO;
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return err;
}

int keyd_issue_csr(EVP_PKEY *key, const struct keyd_csr *csr, X509_REQ **req)
{
	X509_NAME *name = name_of(&csr->subject);
	X509_REQ *r = X509_REQ_new();
	char names[NAMES_SIZE];
	struct extension ext[4];
	bool has_names = list_names(&csr->names, names);
	size_t n = list_extensions(&csr->key, has_names ? names : NULL, ext);
	int err = r && name && X509_REQ_set_version(r, X509_REQ_VERSION_1) &&
		  X509_REQ_set_subject_name(r, name) &&
		  X509_REQ_set_pubkey(r, key) ? 0 : -EIO;

	if (!err)
		err = add_extensions(r, ext, n);
	if (!err && !X509_REQ_sign(r, key, digest_of(key)))
		err = -EIO;
	if (err) {
		X509_REQ_free(r);
		r = NULL;
	}
	*req = r;
	X509_NAME_free(name);
	ERR_clear_error();
	return err;
}
