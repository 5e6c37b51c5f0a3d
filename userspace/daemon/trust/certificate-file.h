/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates out of files that somebody brought: PEM or DER, one or several.
 */
#ifndef TRUST_CERTIFICATE_FILE_H
#define TRUST_CERTIFICATE_FILE_H

#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

#include "keyd/request.h"

enum { CERTIFICATE_FILE_MAX = 256 * 1024 };

struct certificate_file {
	size_t count;
	X509 *certs[KEYD_CHAIN];
};

/*
 * Adds what is in the file, none of it twice. What is no certificate from the
 * first byte to the last is refused; so is a private key. 0, or -EINVAL with a
 * sentence: what was added stays to be cleared.
 */
int certificate_file_read(struct certificate_file *file, const uint8_t *data,
			  size_t len, char *why, size_t size);
void certificate_file_clear(struct certificate_file *file);

#endif /* TRUST_CERTIFICATE_FILE_H */
