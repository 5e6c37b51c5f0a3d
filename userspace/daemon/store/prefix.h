/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of address prefixes, as parameters have them.
 */
#ifndef STORE_PREFIX_H
#define STORE_PREFIX_H

#include <stdint.h>

struct store_prefix {
	uint8_t family;		/* 4 or 6 */
	uint8_t len;
	uint8_t addr[16];	/* the first 4 bytes if family is 4 */
};

/*
 * The prefix at *list, which then points behind it; commas and blanks stand
 * between. An address alone is a prefix of itself. 1, 0 at the end, -EINVAL with
 * a sentence in *why.
 */
int store_prefix_next(const char **list, struct store_prefix *prefix,
		      const char **why);
/* A field's check: NULL, or what is wrong with the list. */
const char *store_prefixes_check(char *text);

#endif /* STORE_PREFIX_H */
