/* SPDX-License-Identifier: GPL-2.0 */
/* Suites of the benchmark by their SDES names, and the keys for them. */
#ifndef BENCH_SUITE_H
#define BENCH_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUITE_MAX_KEY_LEN 46

struct suite {
	const char *name; /* as in SDES and in ucsecctl */
	bool aead;
	size_t key_len;
	size_t salt_len;
	size_t tag_len;
};

/* Protection of one side of a stream; plain RTP where suite is NULL. */
struct side {
	const struct suite *suite;
	uint8_t key[SUITE_MAX_KEY_LEN]; /* master key, then master salt */
};

const struct suite *suite_lookup(const char *name);

/*
 * Reads the SDES base64 of a key file, the format ucsecctl reads. side->suite
 * must be set: it tells how long the key has to be. Returns 0 or -errno.
 */
int side_read_key(struct side *side, const char *file);

#endif
