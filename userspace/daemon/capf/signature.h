/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures as phones make them to enrol; no other signature is like these.
 */
#ifndef CAPF_SIGNATURE_H
#define CAPF_SIGNATURE_H

#include <openssl/evp.h>

#include "capf/message.h"

/*
 * Over first and second, one behind the other. RSA: PKCS#1 type 1 around the
 * bare digest, without DigestInfo; EC: ECDSA as usual. Not for any other file
 * or message: those have DigestInfo.
 */
bool capf_signature_is_good(EVP_PKEY *key, const struct capf_signature *sig,
			    struct element_bytes first,
			    struct element_bytes second);

#endif /* CAPF_SIGNATURE_H */
