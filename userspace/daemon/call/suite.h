/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SRTP suites, the menu that admits them, and master keys.
 */
#ifndef CALL_SUITE_H
#define CALL_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SIG-3: the SRTP cipher menu goes with the TLS one. */
enum call_menu {
	CALL_MENU_ALL,
	CALL_MENU_MEDIUM,	/* AEAD only */
	CALL_MENU_STRONGEST,	/* AEAD with AES-256 only */
};

struct call_suite {
	const char *name;	/* in SDES, and towards mediad */
	const char *alias;	/* understood, never sent; or NULL */
	uint8_t key_len, salt_len;
	bool aead;
	bool offered;		/* in what we offer; the others we accept */
	enum call_menu strictest;	/* the strictest menu that has it */
};

enum {
	CALL_SUITES = 8,
	CALL_KEY_LEN = 46,	/* longest master key and salt */
	CALL_MKI_LEN = 16,
	CALL_KEYS = 8,		/* of one side */
};

/* By preference: AEAD before the others, long keys before short ones. */
extern const struct call_suite call_suites[CALL_SUITES];

/* NULL if there is none of that name; names are compared exactly. */
const struct call_suite *call_suite_find(const char *name, size_t len);
unsigned int call_suite_rank(const struct call_suite *suite);	/* 0 is best */
bool call_suite_admitted(const struct call_suite *suite, enum call_menu menu);

/* A master key followed by its master salt, and its MKI if it has one. */
struct call_key {
	uint8_t material[CALL_KEY_LEN];
	uint8_t mki[CALL_MKI_LEN];
	uint8_t len, mki_len;
};

/* Protection of one direction of one leg; suite NULL is plain RTP. */
struct call_crypto {
	const struct call_suite *suite;
	uint8_t key_count;
	struct call_key keys[CALL_KEYS];
};

/* From the system's random generator. Errors: -EIO, nothing is written then. */
int call_key_new(struct call_key *key, const struct call_suite *suite);
bool call_key_equal(const struct call_key *a, const struct call_key *b);
void call_crypto_wipe(struct call_crypto *crypto);

#endif /* CALL_SUITE_H */
