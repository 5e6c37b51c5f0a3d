// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates, keys and files of the tests of trust lists.
 */
#include "identity.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool good)
{
	if (!good)
		abort();
}

static void set_name(X509 *cert, const char *dn)
{
	X509_NAME *name = X509_get_subject_name(cert);
	char copy[1024], *rest = copy, *part;

	snprintf(copy, sizeof(copy), "%s", dn);
	while ((part = strsep(&rest, "/"))) {
		char *type = strsep(&part, "=");

		must(X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
						(unsigned char *)part, -1, -1,
						0));
	}
	must(X509_set_issuer_name(cert, name));
}

void identity_make(struct identity *id, const char *dn, unsigned int bits,
		   uint32_t serial)
{
	X509 *cert = X509_new();

	id->key = bits ? EVP_RSA_gen(bits) : EVP_EC_gen("P-256");
	must(cert && id->key &&
	     ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) &&
	     X509_set_version(cert, X509_VERSION_3) &&
	     X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
	     X509_gmtime_adj(X509_getm_notAfter(cert), 3600L * 24 * 365) &&
	     X509_set_pubkey(cert, id->key));
	set_name(cert, dn);
	/* 512 bits are too few for SHA-512. */
	must(X509_sign(cert, id->key, EVP_sha256()));
	id->cert = cert;
}

void identity_free(struct identity *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
}

char *pem_of(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy;
	long len;

	must(bio && PEM_write_bio_X509(bio, cert));
	len = BIO_get_mem_data(bio, &text);
	copy = strndup(text, (size_t)len);
	must(copy);
	BIO_free(bio);
	return copy;
}

X509 *vector_cert(const char *name)
{
	char path[256];
	X509 *cert;
	FILE *file;

	snprintf(path, sizeof(path), VECTORS "%s.crt.pem", name);
	file = fopen(path, "re");
	must(file);
	cert = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	must(cert);
	return cert;
}

int sign_by_key(void *ctx, enum trust_digest digest,
		const struct trust_span *pieces, size_t count,
		uint8_t *signature, size_t size)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	size_t len = size;
	bool good;

	good = EVP_DigestSignInit(md, NULL, digest == TRUST_SHA1 ?
				  EVP_sha1() : EVP_sha512(), NULL, ctx) == 1;
	for (size_t i = 0; i < count; i++)
		good = good && EVP_DigestSignUpdate(md, pieces[i].data,
						    pieces[i].len) == 1;
	good = good && EVP_DigestSignFinal(md, signature, &len) == 1 &&
		len == size;
	EVP_MD_CTX_free(md);
	return good ? 0 : -EIO;
}

struct trust_signer signer_of(const struct identity *id,
			      enum trust_digest digest)
{
	return (struct trust_signer){
		.cert = id->cert,
		.digest = digest,
		.sign = sign_by_key,
		.ctx = id->key,
	};
}

struct trust_bytes read_file(const char *path)
{
	struct trust_bytes bytes = { 0 };
	FILE *file = fopen(path, "re");
	long len;

	must(file && !fseek(file, 0, SEEK_END));
	len = ftell(file);
	must(len >= 0 && !fseek(file, 0, SEEK_SET));
	bytes.len = (size_t)len;
	bytes.data = malloc(bytes.len + 1);
	must(bytes.data &&
	     fread(bytes.data, 1, bytes.len, file) == bytes.len);
	fclose(file);
	return bytes;
}

uint8_t *exact(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	must(copy);
	if (len)
		memcpy(copy, data, len);
	return copy;
}
