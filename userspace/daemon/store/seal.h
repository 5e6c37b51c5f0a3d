/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lies on disk is sealed by a key that lies apart: AES-256-GCM.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_KEY_SIZE	32
#define SEAL_OVERHEAD	28	/* nonce before, tag behind */

/* Reads the key file; makes it (0600) if there is none and tells in @made. */
int seal_key_load(const char *path, uint8_t key[SEAL_KEY_SIZE], bool *made,
		  char *why, size_t size);

/* @out has room for @len + SEAL_OVERHEAD; @what is bound to it. */
int seal_close(const uint8_t *key, const char *what, const void *data,
	       size_t len, uint8_t *out);
/*
 * @out has room for @len - SEAL_OVERHEAD. -EBADMSG: not ours, or not of @what;
 * nothing is left in @out then.
 */
int seal_open(const uint8_t *key, const char *what, const uint8_t *sealed,
	      size_t len, void *out);

#endif /* STORE_SEAL_H */
