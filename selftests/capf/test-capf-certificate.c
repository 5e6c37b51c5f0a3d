// SPDX-License-Identifier: GPL-2.0
// The names in certificates: which of them are a device's.

#include <string.h>

#include "capf/certificate.h"
#include "certificate-der.h"
#include "certs.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SEP		"SEP001122334455"

static void test_names(void)
{
	static const struct {
		const char *cn, *san;
		bool names;
	} rows[] = {
		{ SEP, NULL, true },
		{ "CP-8861-" SEP, NULL, true },
		{ "CP-7965G-" SEP, NULL, true },
		{ "CP-8832-K9-" SEP, NULL, true },
		{ "CP-" SEP, NULL, false },
		{ "CP--" SEP, NULL, false },
		{ "CP-8861-x" SEP, NULL, false },
		{ "CP-8861-" SEP "6", NULL, false },
		{ "CP-8861/" SEP, NULL, false },
		{ "8861-" SEP, NULL, false },
		{ "sep001122334455", NULL, false },
		{ "x", "URI:" SEP, true },
		{ "x", "URI:" SEP "x", false },
		{ "x", "DNS:" SEP, false },
		{ "x", "URI:sip:a,DNS:b,URI:" SEP, true },
	};
	X509_NAME *two = X509_NAME_new();
	struct cert cert;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		cert_make(&cert, &(struct cert_spec){ .cn = rows[i].cn,
						      .san = rows[i].san });
		ok(capf_certificate_names(cert.x509, SEP) == rows[i].names,
		   "CN %s, %s", rows[i].cn, rows[i].san ?: "no SAN");
		cert_free(&cert);
	}
	cert_make(&cert, &(struct cert_spec){ .cn = SEP });
	X509_NAME_add_entry_by_txt(two, "CN", MBSTRING_ASC,
				   (const uint8_t *)SEP, -1, -1, 0);
	X509_NAME_add_entry_by_txt(two, "CN", MBSTRING_ASC,
				   (const uint8_t *)"x", -1, -1, 0);
	X509_set_subject_name(cert.x509, two);
	ok(!capf_certificate_names(cert.x509, SEP), "two CNs");
	X509_NAME_free(two);
	two = X509_NAME_new();
	X509_NAME_add_entry_by_txt(two, "CN", MBSTRING_ASC,
				   (const uint8_t *)SEP "\0x", 17, -1, 0);
	X509_set_subject_name(cert.x509, two);
	ok(!capf_certificate_names(cert.x509, SEP), "a NUL in the CN");
	X509_NAME_free(two);
	cert_free(&cert);
}

static void test_read(void)
{
	struct cert cert;
	uint8_t *der = NULL;
	X509 *x509;
	int len, i, good = 0;

	cert_make(&cert, &(struct cert_spec){ .cn = SEP });
	len = i2d_X509(cert.x509, &der);
	der = OPENSSL_realloc(der, (size_t)len + 1);
	for (i = 0; i <= len + 1; i++) {
		x509 = certificate_read(der, (size_t)i);
		good += !x509 == (i != len);
		X509_free(x509);
	}
	ok(good == len + 2, "DER, not a byte less or more");
	OPENSSL_free(der);
	cert_free(&cert);
}

int main(void)
{
	test_names();
	test_read();
	return tap_end();
}
