// SPDX-License-Identifier: GPL-2.0
/*
 * Verifies signatures of the phones' files with keys of records.
 */
#include "trust/verify.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "certificate-der.h"
#include "trust/tlv.h"

const char *trust_key_unfit(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (!EVP_PKEY_is_a(key, "RSA"))
		return "the signer's key is not RSA, and no other can sign";
	if (bits == 3072)
		return "the signer's key has 3072 bits, for which the format "
		       "has no number";
	if (bits == 512)
		return "the signer's key has 512 bits: anyone may have it by "
		       "now";
	if (bits != 1024 && bits != 2048 && bits != 4096)
		return "the signer's key has not 1024, 2048 or 4096 bits";
	return NULL;
}

void trust_signed_pieces(const uint8_t *file, size_t len,
			 const struct trust_header *header,
			 struct trust_span pieces[2])
{
	size_t after = header->signature_at + TLV_HEAD +
		trust_modulus_size(header->modulus);

	pieces[0] = (struct trust_span){ file, header->signature_at };
	pieces[1] = (struct trust_span){ file + after, len - after };
}

static int refuse(struct trust_fault *fault, const char *why)
{
	fault->why = why;
	fault->offset = 0;
	return -EBADMSG;
}

static const char *unfit_header(const struct trust_header *header,
				EVP_PKEY *key)
{
	const char *why = trust_key_unfit(key);

	if (why)
		return why;
	if (header->algorithm)
		return "its signature is not RSA";
	if (header->digest != TRUST_SHA1 && header->digest != TRUST_SHA512)
		return "it is signed by neither SHA-1 nor SHA-512";
	if (header->signature.len != (size_t)EVP_PKEY_get_size(key))
		return "its signature is not as long as the signer's key";
	return NULL;
}

int trust_verify(const uint8_t *file, size_t len,
		 const struct trust_header *header, EVP_PKEY *key,
		 struct trust_fault *fault)
{
	const char *why = unfit_header(header, key);
	struct trust_span pieces[2];
	EVP_MD_CTX *md;
	bool good;

	if (why)
		return refuse(fault, why);
	md = EVP_MD_CTX_new();
	if (!md)
		return -ENOMEM;
	trust_signed_pieces(file, len, header, pieces);
	/* By default the padding is that of PKCS #1 v1.5, with DigestInfo. */
	good = EVP_DigestVerifyInit(md, NULL, header->digest == TRUST_SHA1 ?
				    EVP_sha1() : EVP_sha512(), NULL, key) == 1 &&
		EVP_DigestVerifyUpdate(md, pieces[0].data,
				       pieces[0].len) == 1 &&
		EVP_DigestVerifyUpdate(md, pieces[1].data,
				       pieces[1].len) == 1 &&
		EVP_DigestVerifyFinal(md, header->signature.data,
				      header->signature.len) == 1;
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return good ? 0 : refuse(fault, "the signature is not that of this "
				 "content");
}

size_t trust_cert_serial(const X509 *cert, uint8_t serial[TRUST_SERIAL_MAX])
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(cert);
	BIGNUM *bn = ASN1_INTEGER_to_BN(number, NULL);
	size_t len = bn ? (size_t)BN_num_bytes(bn) : 0;

	if (!bn || BN_is_negative(bn) || len > TRUST_SERIAL_MAX) {
		BN_free(bn);
		return 0;
	}
	serial[0] = 0;
	BN_bn2bin(bn, serial);
	BN_free(bn);
	return len ?: 1;
}

X509 *trust_record_cert(const struct trust_record *record)
{
	return certificate_read(record->certificate.data,
				record->certificate.len);
}

/* The record's own words about the certificate, by which phones look it up. */
static const char *contradiction(const struct trust_record *record,
				 const X509 *cert)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(cert);
	uint8_t serial[TRUST_SERIAL_MAX];
	struct trust_span of_cert = {
		serial, trust_cert_serial(cert, serial)
	};

	if (record->serial.data &&
	    (!of_cert.len || !trust_serial_equal(record->serial, of_cert)))
		return "a record's serial number is not its certificate's";
	if (record->key.data &&
	    (!key || ASN1_STRING_length(key) != (int)record->key.len ||
	     memcmp(ASN1_STRING_get0_data(key), record->key.data,
		    record->key.len)))
		return "a record's key is not its certificate's";
	return NULL;
}

EVP_PKEY *trust_record_key(const struct trust_record *record,
			   struct trust_fault *fault)
{
	const unsigned char *at = record->key.data;
	EVP_PKEY *key = NULL;
	const char *why = NULL;
	X509 *cert;

	if (record->certificate.data) {
		cert = trust_record_cert(record);
		why = cert ? contradiction(record, cert) :
			"a record's certificate cannot be read";
		key = why ? NULL : X509_get_pubkey(cert);
		X509_free(cert);
	} else if (at) {
		/* Lists of old have no certificates. */
		key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at,
				    (long)record->key.len);
		if (key && at != record->key.data + record->key.len) {
			EVP_PKEY_free(key);
			key = NULL;
		}
	}
	ERR_clear_error();
	if (!key)
		refuse(fault, why ?: "a record has no key that can be read");
	return key;
}
