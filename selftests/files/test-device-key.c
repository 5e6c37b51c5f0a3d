// SPDX-License-Identifier: GPL-2.0
/*
 * Devices' certificates of which no key is made: they are judged as OpenSSL
 * would, which does make one.
 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "certificate-der.h"
#include "files/device-key.h"
#include "tap.h"

static uint8_t *make(EVP_PKEY *key, long version, size_t *len)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	uint8_t *der = NULL;

	X509_set_version(cert, version);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711);
	X509_gmtime_adj(X509_getm_notBefore(cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(cert), 1000);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const uint8_t *)"SEP001122334455", -1, -1,
				   0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	X509_sign(cert, key, EVP_sha256());
	*len = (size_t)i2d_X509(cert, &der);
	X509_free(cert);
	return der;
}

static bool fits_by_openssl(const uint8_t *der, size_t len)
{
	X509 *cert = certificate_read(der, len);
	EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	bool fits = key && EVP_PKEY_is_a(key, "RSA") &&
		EVP_PKEY_get_bits(key) >= 1024 && EVP_PKEY_get_bits(key) <= 8192;

	X509_free(cert);
	return fits;
}

static void check(const char *what, EVP_PKEY *key, bool fits)
{
	for (long version = X509_VERSION_1; version <= X509_VERSION_3;
	     version += 2) {
		size_t len;
		uint8_t *der = make(key, version, &len);

		ok(device_key_fits(der, len) == fits &&
		   fits_by_openssl(der, len) == fits, "%s, version %ld %s",
		   what, version + 1, fits ? "fits" : "does not fit");
		OPENSSL_free(der);
	}
	EVP_PKEY_free(key);
}

/* In memory of just that length, so that reading beyond it is seen. */
static void check_cut(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	unsigned int wrong = 0;
	uint8_t *der, *cut;
	size_t len;

	der = make(key, X509_VERSION_3, &len);
	for (size_t n = 0; n < len; n++) {
		cut = malloc(n + !n);
		memcpy(cut, der, n);
		wrong += device_key_fits(cut, n);
		free(cut);
	}
	ok(!wrong, "what is cut short never fits (%u)", wrong);
	cut = calloc(1, len + 1);
	memcpy(cut, der, len);
	ok(!device_key_fits(cut, len + 1), "nor does what has a byte behind it");
	free(cut);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
}

int main(void)
{
	check("RSA 2048", EVP_RSA_gen(2048), true);
	check("RSA 1024", EVP_RSA_gen(1024), true);
	check("RSA 768", EVP_RSA_gen(768), false);
	check("P-256", EVP_EC_gen("P-256"), false);
	/* A curve that phones do not have, and a key that is neither. */
	check("secp256k1", EVP_EC_gen("secp256k1"), false);
	check_cut();
	return tap_end();
}
