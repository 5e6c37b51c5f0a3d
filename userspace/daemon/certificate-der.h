/* SPDX-License-Identifier: GPL-2.0 */
/* A certificate out of bytes that somebody sent. */
#ifndef CERTIFICATE_DER_H
#define CERTIFICATE_DER_H

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

/* DER and nothing behind it; X509_free(). NULL: it is none, or no memory. */
X509 *certificate_read(const uint8_t *der, size_t len);

#endif /* CERTIFICATE_DER_H */
