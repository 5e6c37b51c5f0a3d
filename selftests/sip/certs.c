// SPDX-License-Identifier: GPL-2.0
// Certificates for tests.

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"

static void must(bool good)
{
	if (!good)
		abort();
}

static void extend(X509 *x509, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, ctx, nid, value);

	must(ext && X509_add_ext(x509, ext, -1));
	X509_EXTENSION_free(ext);
}

static char *bio_text(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	char *copy = strndup(data, (size_t)len);

	BIO_free(bio);
	return copy;
}

static void write_pem(struct cert *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(PEM_write_bio_X509(bio, cert->x509));
	cert->pem = bio_text(bio);
	bio = BIO_new(BIO_s_mem());
	must(PEM_write_bio_PrivateKey(bio, cert->key, NULL, NULL, 0, NULL,
				      NULL));
	cert->key_pem = bio_text(bio);
}

void cert_make(struct cert *cert, const struct cert_spec *spec)
{
	const struct cert *issuer = spec->issuer ?: cert;
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	int to = spec->from_days || spec->to_days ? spec->to_days : 1;
	X509V3_CTX ctx;
	uint64_t serial;

	cert->x509 = x;
	cert->key = spec->rsa_bits ? EVP_RSA_gen((unsigned int)spec->rsa_bits) :
				     EVP_EC_gen("P-256");
	must(cert->key && RAND_bytes((uint8_t *)&serial, sizeof(serial)));
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
	X509_gmtime_adj(X509_getm_notBefore(x), spec->from_days * 86400L - 60);
	X509_gmtime_adj(X509_getm_notAfter(x), to * 86400L);
	X509_set_pubkey(x, cert->key);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
				   (const uint8_t *)(spec->o ?: "Example"), -1,
				   -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const uint8_t *)spec->cn, -1, -1, 0);
	X509_set_subject_name(x, name);
	X509_NAME_free(name);
	X509_set_issuer_name(x, X509_get_subject_name(issuer->x509));
	X509V3_set_ctx(&ctx, issuer->x509, x, NULL, NULL, 0);
	extend(x, &ctx, NID_basic_constraints,
	       spec->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (spec->san)
		extend(x, &ctx, NID_subject_alt_name, spec->san);
	if (spec->eku)
		extend(x, &ctx, NID_ext_key_usage, spec->eku);
	must(X509_sign(x, issuer->key, spec->sha1 ? EVP_sha1() : EVP_sha256()));
	write_pem(cert);
}

void cert_free(struct cert *cert)
{
	X509_free(cert->x509);
	EVP_PKEY_free(cert->key);
	free(cert->pem);
	free(cert->key_pem);
	memset(cert, 0, sizeof(*cert));
}
