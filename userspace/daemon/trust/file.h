/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signed and encrypted files for phones: .sgn and .enc.sgn.
 */
#ifndef TRUST_FILE_H
#define TRUST_FILE_H

#include "trust/header.h"
#include "trust/signer.h"

#define TRUST_CONTENT_SIZE	(16 * 1024 * 1024)
#define TRUST_CERT_HASH_SIZE	33

struct trust_content {
	const char *name;	/* as phones ask for it, ".sgn" included */
	uint32_t time;
	struct trust_span data;
};

/* 0, or -errno and a fault. */
int trust_file_sign(const struct trust_content *content,
		    const struct trust_signer *signer, struct trust_bytes *file,
		    struct trust_fault *fault);
/*
 * Encrypted for who has the key of @device, an RSA key; with an EC key alone a
 * device gets no encrypted file.
 */
int trust_file_seal(const struct trust_content *content,
		    const struct trust_signer *signer, X509 *device,
		    struct trust_bytes *file, struct trust_fault *fault);

/*
 * Either of them: @body is what is behind the header, encrypted if the header
 * says sealed. 0, or -EBADMSG and a fault.
 */
int trust_file_read(const uint8_t *file, size_t len,
		    struct trust_header *header, struct trust_span *body,
		    struct trust_fault *fault);

/*
 * The certHash of the reduced companion of an encrypted file, by which a phone
 * sees whether that is encrypted for it: MD5 of the certificate, in hex.
 */
int trust_cert_hash(const uint8_t *der, size_t len,
		    char text[TRUST_CERT_HASH_SIZE]);

#endif /* TRUST_FILE_H */
