/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads a whole firmware image, a piece at a time between other events: its
 * digest, and whether its vendor signed it.
 */
#ifndef FILES_FIRMWARE_CHECK_H
#define FILES_FIRMWARE_CHECK_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct event_base;
struct firmware_check;

enum firmware_signature {
	FIRMWARE_UNSIGNED,	/* it has no header of a signed file */
	FIRMWARE_UNKNOWN,	/* by somebody whose certificate we have not */
	FIRMWARE_VERIFIED,
	FIRMWARE_FORGED,
};

struct firmware_facts {
	int err;		/* -errno: it could not be read */
	uint8_t sha256[32];
	enum firmware_signature signature;
	char signer[256];	/* as its header says, "" without one */
	const char *why;	/* of what is forged */
};

/* The certificate of that issuer and serial number, or NULL. */
typedef X509 *(*firmware_signer_fn)(void *arg, const char *issuer,
				    const uint8_t *serial, size_t len);
typedef void (*firmware_done_fn)(void *arg,
				 const struct firmware_facts *facts);

/*
 * Takes a descriptor of its own. @done is called once, from the loop, after
 * which the check is gone. NULL without memory.
 */
struct firmware_check *firmware_check_new(struct event_base *base, int fd,
					  off_t size,
					  firmware_signer_fn signer,
					  firmware_done_fn done, void *arg);
/* Nothing is called. NULL is taken. */
void firmware_check_free(struct firmware_check *check);

#endif /* FILES_FIRMWARE_CHECK_H */
