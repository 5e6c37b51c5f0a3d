/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who signs the phones' files: RSA alone, with a key that may live elsewhere.
 */
#ifndef TRUST_SIGNER_H
#define TRUST_SIGNER_H

#include <openssl/types.h>
#include <stdbool.h>

#include "trust/header.h"

/*
 * RSASSA-PKCS1-v1_5 with DigestInfo over the pieces, one after the other.
 * Exactly @size bytes are wanted. 0 or -errno.
 */
typedef int (*trust_sign_fn)(void *ctx, enum trust_digest digest,
			     const struct trust_span *pieces, size_t count,
			     uint8_t *signature, size_t size);

struct trust_signer {
	X509 *cert;
	enum trust_digest digest;
	enum trust_dialect dialect;
	trust_sign_fn sign;
	void *ctx;
	/* sign() gives out nothing wrong, or whoever is given it verifies it. */
	bool proven;
};

/*
 * @header with the signer's, then @body, signed and, unless the signer is
 * proven, verified. Name, time and the like are set in @header. 0, or -errno
 * and a fault.
 */
int trust_sign(struct trust_header *header, const struct trust_signer *signer,
	       struct trust_span body, struct trust_bytes *file,
	       struct trust_fault *fault);
void trust_bytes_free(struct trust_bytes *bytes);

/* -EINVAL and the sentence. */
int trust_cannot(struct trust_fault *fault, const char *why);

#endif /* TRUST_SIGNER_H */
