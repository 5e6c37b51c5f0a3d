// SPDX-License-Identifier: GPL-2.0
/*
 * A phone's certificate as administrators read it.
 */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certificate-der.h"
#include "enrolment/show.h"

enum { TEXT = 513 };

static json_t *text_of(BIO *bio)
{
	char *text;
	long len = BIO_get_mem_data(bio, &text);

	return json_stringn(text, len > 0 ? (size_t)len : 0);
}

static json_t *name_json(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	json_t *json = NULL;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		json = text_of(bio);
	BIO_free(bio);
	return json;
}

static json_t *time_json(const ASN1_TIME *when)
{
	char text[32] = "";
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static json_t *serial_json(const X509 *cert)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = bn ? BN_bn2hex(bn) : NULL;
	json_t *json = hex ? json_string(hex) : NULL;

	OPENSSL_free(hex);
	BN_free(bn);
	return json;
}

static json_t *digest_json(const X509 *cert, const EVP_MD *md)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char text[3 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned int len = 0;

	if (X509_digest(cert, md, digest, &len))
		for (unsigned int i = 0; i < len; i++)
			sprintf(text + 3 * i, "%02X%s", digest[i],
				i + 1 < len ? ":" : "");
	return json_string(text);
}

static json_t *key_json(X509 *cert)
{
	const EVP_PKEY *key = X509_get0_pubkey(cert);
	char text[64] = "unknown";

	if (key)
		snprintf(text, sizeof(text), "%s %d",
			 EVP_PKEY_is_a(key, "EC") ? "EC" :
			 EVP_PKEY_is_a(key, "RSA") ? "RSA" : "other",
			 EVP_PKEY_get_bits(key));
	return json_string(text);
}

static json_t *pem_json(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	json_t *json = NULL;

	if (bio && PEM_write_bio_X509(bio, cert))
		json = text_of(bio);
	BIO_free(bio);
	return json;
}

json_t *certificate_json(const char *kind, const uint8_t *der, size_t len)
{
	X509 *cert = certificate_read(der, len);
	json_t *json;

	if (!cert)
		return json_pack("{ssss}", "kind", kind, "fault",
				 "it cannot be read");
	json = json_pack("{ss so* so* so* so* so* so* so* so* so* so*}",
			 "kind", kind,
			 "subject", name_json(X509_get_subject_name(cert)),
			 "issuer", name_json(X509_get_issuer_name(cert)),
			 "serial", serial_json(cert),
			 "not_before", time_json(X509_get0_notBefore(cert)),
			 "not_after", time_json(X509_get0_notAfter(cert)),
			 "key", key_json(cert),
			 "sha256", digest_json(cert, EVP_sha256()),
			 "sha1", digest_json(cert, EVP_sha1()),
			 "md5", digest_json(cert, EVP_md5()),
			 "pem", pem_json(cert));
	X509_free(cert);
	ERR_clear_error();
	return json;
}
