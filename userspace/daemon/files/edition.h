/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of one device shall be: their content, and in which order
 * they take their places so that what is there works at every moment.
 */
#ifndef FILES_EDITION_H
#define FILES_EDITION_H

#include <openssl/types.h>

#include "files/phone-source.h"
#include "files/shelf.h"

#define EDITION_FILES	2
#define EDITION_GONE	3

enum edition_how {
	EDITION_PLAIN,
	EDITION_SIGNED,
	EDITION_SEALED,		/* encrypted for .device, and signed */
};

struct edition_file {
	char name[SHELF_NAME_SIZE];
	enum edition_how how;
	uint8_t *content;	/* it may hold passwords */
	size_t len;
	uint8_t *made;		/* by whom it is signed */
	size_t made_len;
	bool good;		/* it is there already */
	struct shelf_print print;	/* then */
};

struct edition {
	struct edition_file files[EDITION_FILES];
	size_t count;
	char gone[EDITION_GONE][SHELF_NAME_SIZE];	/* after these */
	size_t gone_count;
	/* Its clear document goes before anything else, signed or not. */
	bool encrypted;
	X509 *device;		/* only for what is EDITION_SEALED */
	uint8_t *device_der;
	size_t device_len;
	/* It will be another one from then on; seconds since 1970, 0: never. */
	int64_t until;
};

/*
 * Each leaves something to clear in any case. -ENOENT: there is no such phone,
 * nor will be any file; -EILSEQ and why: its document cannot be written.
 */
int edition_phone(struct edition *edition, struct store *store,
		  const struct phone_site *site, const char *name, int64_t now,
		  char *why, size_t size);
int edition_default(struct edition *edition, struct store *store,
		    const struct phone_site *site, char *why, size_t size);
/* @content is a malloc() of its own, taken over. */
int edition_static(struct edition *edition, const char *name, uint8_t *content,
		   size_t len);
/* As it is, for it is signed. */
int edition_list(struct edition *edition, const char *name, const uint8_t *data,
		 size_t len);
void edition_gone(struct edition *edition, const char *name);
void edition_clear(struct edition *edition);	/* and wipes it */

#endif /* FILES_EDITION_H */
