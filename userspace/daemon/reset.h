/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Restart and reset of phones over the admin API (SIG-8), and what they are told
 * after a change (PROFILE-2).
 */
#ifndef RESET_H
#define RESET_H

#include <jansson.h>

struct admin;
struct sip;
struct store;

struct reset {
	struct admin *admin;
	struct store *store;
	struct sip *sip;
};

/* 0 or -ENOMEM. @reset stays until the reset_close(). */
int reset_open(struct reset *reset);
/*
 * All phones start anew: {"told", "not_registered", "not_reached", "not_told"},
 * NULL on an error.
 */
json_t *reset_all(struct reset *reset);
/* From here on whoever asks gets a 503. */
void reset_close(struct reset *reset);

#endif /* RESET_H */
