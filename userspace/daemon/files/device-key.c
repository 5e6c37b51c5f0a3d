// SPDX-License-Identifier: GPL-2.0
/*
 * The public key in a device's certificate, found without making a key of it.
 *
 * d2i_X509() makes an EVP_PKEY of what it reads, for 0.2 ms. Most documents are
 * not encrypted, and say no more of the certificate than its hash.
 */
#include "files/device-key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "capf/key.h"
#include "certificate-der.h"

enum { DEVICE_BITS_MIN = 1024, DEVICE_BITS_MAX = 8192 };

/* Into the next element, which is a SEQUENCE; its end is told. */
static bool enter(const uint8_t **at, const uint8_t *end,
		  const uint8_t **inner_end)
{
	int tag, class;
	long len;

	if (ASN1_get_object(at, &len, &tag, &class, end - *at) !=
	    V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE || class)
		return false;
	*inner_end = *at + len;
	return true;
}

/* Past the next element, whatever it is. */
static bool skip(const uint8_t **at, const uint8_t *end)
{
	int tag, class;
	long len;

	if (ASN1_get_object(at, &len, &tag, &class, end - *at) & 0x81)
		return false;
	*at += len;
	return true;
}

/* RFC 5280, 4.1: version, serial, algorithm, issuer, validity, subject, key. */
static bool find_key(const uint8_t *der, size_t len, struct element_bytes *key)
{
	enum { VERSION = 0xa0, BEFORE = 5 };
	const uint8_t *at = der, *end = der + len, *start;

	if (!enter(&at, end, &end) || end != der + len ||
	    !enter(&at, end, &end))
		return false;
	if (at < end && *at == VERSION && !skip(&at, end))
		return false;
	for (int i = 0; i < BEFORE; i++)
		if (!skip(&at, end))
			return false;
	start = at;
	if (!skip(&at, end))
		return false;
	*key = (struct element_bytes){ start, (size_t)(at - start) };
	return true;
}

/* Makers' certificates may be written otherwise than ours. */
static unsigned int ask_openssl(const uint8_t *der, size_t len)
{
	X509 *cert = certificate_read(der, len);
	EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	int bits = key && EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_get_bits(key) : 0;

	X509_free(cert);
	return bits > 0 ? (unsigned int)bits : 0;
}

bool device_key_fits(const uint8_t *der, size_t len)
{
	char why[CAPF_KEY_WHY_SIZE];
	struct capf_key_kind kind;
	struct element_bytes key;
	unsigned int bits;

	if (find_key(der, len, &key) && !capf_key_kind_read(key, &kind, why))
		bits = kind.type == CAPF_RSA ? kind.bits : 0;
	else
		bits = ask_openssl(der, len);
	ERR_clear_error();
	return bits >= DEVICE_BITS_MIN && bits <= DEVICE_BITS_MAX;
}
