/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates, keys and files of the tests of trust lists.
 */
#ifndef SELFTEST_IDENTITY_H
#define SELFTEST_IDENTITY_H

#include <openssl/types.h>

#include "trust/list.h"

#define VECTORS		"selftests/trust/vectors/"

struct identity {
	X509 *cert;
	EVP_PKEY *key;
};

/* @dn "C=DE/O=Lab/CN=x", parts in that order; 0 bits: P-256. Self-signed. */
void identity_make(struct identity *id, const char *dn, unsigned int bits,
		   uint32_t serial);
void identity_free(struct identity *id);
/* A certificate in PEM; free() it. */
char *pem_of(X509 *cert);
/* The certificate of a vector, without a key. */
X509 *vector_cert(const char *name);

/* A trust_sign_fn; @ctx is an EVP_PKEY. */
int sign_by_key(void *ctx, enum trust_digest digest,
		const struct trust_span *pieces, size_t count,
		uint8_t *signature, size_t size);
struct trust_signer signer_of(const struct identity *id,
			      enum trust_digest digest);

/* A whole file; aborts without it. */
struct trust_bytes read_file(const char *path);
/* Room of exactly that size, so that the sanitizer sees what is beyond. */
uint8_t *exact(const uint8_t *data, size_t len);

#endif /* SELFTEST_IDENTITY_H */
