/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests that aim at the differences between parsers, repeatable by seed.
 */
#ifndef UCSEC_MUTATE_H
#define UCSEC_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* x = x * 6364136223846793005 + 1442695040888963407 modulo 2^64 */
struct mutator {
	uint64_t x;
	uint32_t rare;		/* one in so many choices is an odd one */
	char bytes[8192];
	size_t len;
};

/* The next one in bytes and len. */
void mutate(struct mutator *m);

#endif /* UCSEC_MUTATE_H */
