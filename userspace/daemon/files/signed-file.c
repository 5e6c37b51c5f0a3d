// SPDX-License-Identifier: GPL-2.0
/*
 * Compares signed files with what they should be.
 */
#include "files/signed-file.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "trust/dn.h"
#include "trust/file.h"
#include "trust/verify.h"

static bool same_name(const X509_NAME *name, enum trust_dialect dialect,
		      const char *text)
{
	char written[TRUST_DN_SIZE];

	return !trust_dn_write(name, dialect, written) &&
		!strcmp(written, text);
}

/* Its certificate, not its key alone: phones look for name and serial. */
static bool same_signer(const struct trust_header *header,
			const struct signed_wish *wish)
{
	uint8_t serial[TRUST_SERIAL_MAX];
	size_t len = trust_cert_serial(wish->signer, serial);

	return header->digest == wish->digest &&
		len == header->serial.len &&
		!memcmp(serial, header->serial.data, len) &&
		same_name(X509_get_subject_name(wish->signer), wish->dialect,
			  header->subject) &&
		same_name(X509_get_issuer_name(wish->signer), wish->dialect,
			  header->issuer);
}

static bool same_sealed(const struct trust_sealing *sealing,
			const struct signed_wish *wish)
{
	EVP_PKEY *key = X509_get0_pubkey(wish->device);
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned int len;

	return key && sealing->bits == EVP_PKEY_get_bits(key) &&
		sealing->digest == wish->digest &&
		EVP_Digest(wish->content, wish->len, sum, &len,
			   wish->digest == TRUST_SHA1 ? EVP_sha1() :
			   EVP_sha512(), NULL) == 1 &&
		sealing->hash.len == len &&
		!memcmp(sealing->hash.data, sum, len);
}

bool signed_file_good(const uint8_t *file, size_t len,
		      const struct signed_wish *wish)
{
	EVP_PKEY *key = X509_get0_pubkey(wish->signer);
	struct trust_header header;
	struct trust_fault fault;
	struct trust_span body;
	bool same;

	if (!key || trust_file_read(file, len, &header, &body, &fault) ||
	    strcmp(header.name, wish->name) ||
	    header.sealed != (wish->device != NULL) ||
	    !same_signer(&header, wish))
		return false;
	if (header.sealed)
		same = same_sealed(&header.sealing, wish);
	else
		same = body.len == wish->len &&
			!memcmp(body.data, wish->content, wish->len);
	same = same && !trust_verify(file, len, &header, key, &fault);
	ERR_clear_error();
	return same;
}

bool signed_file_clear(const uint8_t *file, size_t len,
		       struct trust_span *content)
{
	struct trust_header header;
	struct trust_fault fault;

	return !trust_file_read(file, len, &header, content, &fault) &&
		!header.sealed;
}
