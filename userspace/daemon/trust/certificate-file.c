// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates out of files that somebody brought: PEM or DER, one or several.
 */
#include "trust/certificate-file.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static const char begin[] = "-----BEGIN ";

static int refuse(char *why, size_t size, const char *sentence)
{
	snprintf(why, size, "%s", sentence);
	return -EINVAL;
}

/* @cert is taken over. @der: what it was read from. */
static int add(struct certificate_file *file, X509 *cert, const uint8_t *der,
	       size_t len, char *why, size_t size)
{
	unsigned char *again = NULL;
	int n = i2d_X509(cert, &again);
	const char *wrong = NULL;

	if (n <= 0 || (size_t)n != len || memcmp(again, der, len))
		wrong = "a certificate is not encoded in DER";
	else if (len > KEYD_CERT_MAX)
		wrong = "a certificate is longer than 8192 bytes";
	else if (!X509_get0_pubkey(cert))
		wrong = "a certificate has a key of a kind that is not known";
	else if (file->count == KEYD_CHAIN)
		wrong = "more than 8 certificates";
	for (size_t i = 0; !wrong && i < file->count; i++)
		if (!X509_cmp(file->certs[i], cert))
			wrong = "the same certificate is there twice";
	OPENSSL_free(again);
	if (!wrong) {
		file->certs[file->count++] = cert;
		return 0;
	}
	X509_free(cert);
	return refuse(why, size, wrong);
}

/* One, and what is behind it. */
static int read_one(struct certificate_file *file, const uint8_t **data,
		    size_t *len, char *why, size_t size)
{
	const uint8_t *at = *data;
	X509 *cert = d2i_X509(NULL, &at, (long)*len);
	size_t used = (size_t)(at - *data);
	int err;

	if (!cert)
		return refuse(why, size, "is no certificate, or one that is "
			      "cut off or damaged");
	err = add(file, cert, *data, used, why, size);
	*data += used;
	*len -= used;
	return err;
}

static int read_der(struct certificate_file *file, const uint8_t *data,
		    size_t len, char *why, size_t size)
{
	int err = 0;

	while (!err && len)
		err = read_one(file, &data, &len, why, size);
	return err;
}

/* A block of PEM that has something else in it is not passed over. */
static int read_block(struct certificate_file *file, const char *kind,
		      const char *header, const uint8_t *der, long len,
		      char *why, size_t size)
{
	size_t left = (size_t)len;
	int err;

	if (strcmp(kind, PEM_STRING_X509) && strcmp(kind, PEM_STRING_X509_OLD)) {
		snprintf(why, size, "holds a \"%.32s\", which is no "
			 "certificate", kind);
		return -EINVAL;
	}
	if (header[0])
		return refuse(why, size, "holds PEM with headers");
	err = read_one(file, &der, &left, why, size);
	if (!err && left)
		err = refuse(why, size, "holds something behind a "
			     "certificate, in one block of PEM");
	return err;
}

static size_t count_blocks(const uint8_t *data, size_t len)
{
	const uint8_t *end = data + len;
	size_t n = 0;

	while ((data = memmem(data, (size_t)(end - data), begin,
			      sizeof(begin) - 1))) {
		n++;
		data += sizeof(begin) - 1;
	}
	return n;
}

/* OpenSSL passes over a block that is damaged: they are counted. */
static int read_pem(struct certificate_file *file, const uint8_t *data,
		    size_t len, char *why, size_t size)
{
	BIO *bio = BIO_new_mem_buf(data, (int)len);
	size_t blocks = count_blocks(data, len), found = 0;
	char *kind, *header;
	unsigned char *der;
	long der_len;
	int err = bio ? 0 : refuse(why, size, "out of memory");

	while (!err && PEM_read_bio(bio, &kind, &header, &der, &der_len)) {
		err = read_block(file, kind, header, der, der_len, why, size);
		found++;
		OPENSSL_free(kind);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	BIO_free(bio);
	if (!err && found != blocks)
		err = refuse(why, size, "holds PEM that is cut off or damaged");
	return err;
}

int certificate_file_read(struct certificate_file *file, const uint8_t *data,
			  size_t len, char *why, size_t size)
{
	static const char private[] = "PRIVATE KEY-----";
	int err;

	if (!len)
		return refuse(why, size, "is empty");
	if (len > CERTIFICATE_FILE_MAX)
		return refuse(why, size, "is longer than 256 KiB");
	if (memmem(data, len, private, sizeof(private) - 1))
		return refuse(why, size, "holds a private key, which nobody "
			      "else should have");
	if (memmem(data, len, begin, sizeof(begin) - 1))
		err = read_pem(file, data, len, why, size);
	else
		err = read_der(file, data, len, why, size);
	ERR_clear_error();
	return err;
}

void certificate_file_clear(struct certificate_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		X509_free(file->certs[i]);
	file->count = 0;
}
