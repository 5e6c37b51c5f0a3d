// SPDX-License-Identifier: GPL-2.0
/*
 * Signed files for phones, written and read.
 */
#include "trust/file.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "trust/file-name.h"
#include "trust/tlv.h"

#define BLOCK	16	/* of AES */

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len > n && !strcmp(name + len - n, end);
}

const char *trust_file_name_unfit(const char *name, bool sealed)
{
	if (strlen(name) > 255)
		return "its name is longer than 255 bytes";
	if (!ends_with(name, ".sgn"))
		return "its name does not end with .sgn";
	if (ends_with(name, ".enc.sgn") != sealed)
		return "its name and its header differ in whether it is "
		       "encrypted";
	return NULL;
}

int trust_file_sign(const struct trust_content *content,
		    const struct trust_signer *signer, struct trust_bytes *file,
		    struct trust_fault *fault)
{
	struct trust_header header = {
		.version = TRUST_VERSION_SIGNED,
		.name = content->name,
		.time = content->time,
	};
	const char *why = trust_file_name_unfit(content->name, false);

	*file = (struct trust_bytes){ 0 };
	memset(fault, 0, sizeof(*fault));
	if (!why && content->data.len > TRUST_CONTENT_SIZE)
		why = "its content is longer than 16 MiB";
	if (why)
		return trust_cannot(fault, why);
	return trust_sign(&header, signer, content->data, file, fault);
}

int trust_file_read(const uint8_t *file, size_t len,
		    struct trust_header *header, struct trust_span *body,
		    struct trust_fault *fault)
{
	struct tlv_reader r = { file, file, file + len, fault };
	const char *why;
	int err;

	err = trust_header_read(file, len, header, fault);
	if (err)
		return err;
	body->data = file + header->length;
	body->len = len - header->length;
	why = trust_file_name_unfit(header->name, header->sealed);
	if (!why && header->sealed && (!body->len || body->len % BLOCK))
		why = "what is encrypted is not whole blocks";
	return why ? tlv_refuse(&r, why) : 0;
}

int trust_cert_hash(const uint8_t *der, size_t der_len,
		    char text[TRUST_CERT_HASH_SIZE])
{
	unsigned char md5[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (!EVP_Digest(der, der_len, md5, &len, EVP_md5(), NULL))
		return -EIO;
	for (unsigned int i = 0; i < len; i++)
		sprintf(text + (size_t)2 * i, "%02x", md5[i]);
	return 0;
}
