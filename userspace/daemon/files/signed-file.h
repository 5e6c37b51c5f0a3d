/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is a signed file what would be signed now? Then it is left as it is.
 *
 * The file itself tells, so that no list of what was signed can differ from
 * what is there, and what was changed on the disk is found.
 */
#ifndef FILES_SIGNED_FILE_H
#define FILES_SIGNED_FILE_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/header.h"

struct signed_wish {
	const char *name;
	X509 *signer;
	enum trust_digest digest;
	enum trust_dialect dialect;
	const uint8_t *content;
	size_t len;
	/* NULL: not encrypted. Else the content tells for which certificate. */
	X509 *device;
};

bool signed_file_good(const uint8_t *file, size_t len,
		      const struct signed_wish *wish);
/* What a signed file has in clear; false if it is none, or encrypted. */
bool signed_file_clear(const uint8_t *file, size_t len,
		       struct trust_span *content);

#endif /* FILES_SIGNED_FILE_H */
