/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signatures of the phones' files, and the keys that they are verified with.
 */
#ifndef TRUST_VERIFY_H
#define TRUST_VERIFY_H

#include <openssl/types.h>

#include "trust/list.h"

/* What is signed: the file without the whole element of its signature. */
void trust_signed_pieces(const uint8_t *file, size_t len,
			 const struct trust_header *header,
			 struct trust_span pieces[2]);
/* 0, or -EBADMSG and a fault. */
int trust_verify(const uint8_t *file, size_t len,
		 const struct trust_header *header, EVP_PKEY *key,
		 struct trust_fault *fault);
/* NULL, or why such a key signs nothing here. */
const char *trust_key_unfit(EVP_PKEY *key);

/*
 * A record's key, of its certificate if there is one, which must then say the
 * same as the record does; NULL and a fault.
 */
EVP_PKEY *trust_record_key(const struct trust_record *record,
			   struct trust_fault *fault);
/* The whole DER and no more, or NULL. */
X509 *trust_record_cert(const struct trust_record *record);

/* The serial number without leading zeros, one byte at least; 0: unfit. */
size_t trust_cert_serial(const X509 *cert, uint8_t serial[TRUST_SERIAL_MAX]);

#endif /* TRUST_VERIFY_H */
