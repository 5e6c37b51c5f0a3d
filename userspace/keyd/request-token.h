/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about security tokens (PKCS #11) that sign the CTL in place of
 * itlrecovery.
 */
#ifndef KEYD_REQUEST_TOKEN_H
#define KEYD_REQUEST_TOKEN_H

#include <stddef.h>
#include <stdint.h>

enum {
	KEYD_TOKEN_LABEL = 33,	/* 32 characters and NUL, as PKCS #11 has */
	KEYD_TOKEN_SERIAL = 17,
	KEYD_TOKENS = 8,
	KEYD_TOKENS_NEEDED = 2,	/* before one of them signs */
	KEYD_TOKEN_CERT_MAX = 4096,
};

enum {	/* keyd_token_item.flags */
	KEYD_TOKEN_PRESENT = 1 << 0,
	KEYD_TOKEN_REGISTERED = 1 << 1,
	KEYD_TOKEN_LOCKED = 1 << 2,	/* says so itself, or nearly is */
	KEYD_TOKEN_SEVERAL = 1 << 3,	/* has two that could sign */
	KEYD_TOKEN_ALL_FLAGS = (1 << 4) - 1,
};

enum {	/* keyd_token_ref.flags */
	KEYD_TOKEN_RETRY_PIN = 1 << 0,	/* one that was refused before */
};

/*
 * KEYD_TOKEN_REGISTER: the token signs something that is thrown away, then its
 * certificate may be a SAST. Reply: that certificate. One that is registered is
 * refused, but with KEYD_TOKEN_RETRY_PIN, when its PIN is tried and nothing else
 * changes. KEYD_TOKEN_REMOVE: whether too few are left is not asked here; flags 0.
 */
struct keyd_token_ref {
	char serial[KEYD_TOKEN_SERIAL];	/* printable, not empty */
	uint8_t flags, spare[2];
};

/*
 * Of KEYD_TOKEN_LIST, whose reply has these and their certificates one after the
 * other, the registered ones first, in the order in which they were. Its sentence
 * says why those that are there cannot be told, if they cannot.
 */
struct keyd_token_item {
	char label[KEYD_TOKEN_LABEL];
	char serial[KEYD_TOKEN_SERIAL];
	uint16_t cert_len;	/* 0: it has none that could sign */
	uint16_t bits;
	uint8_t flags, spare;
};

/* The one at *at, which goes on to the next; -EBADMSG, -ENOENT: no more. */
int keyd_token_next(const uint8_t **at, size_t *left,
		    struct keyd_token_item *item, const uint8_t **cert);

#endif /* KEYD_REQUEST_TOKEN_H */
