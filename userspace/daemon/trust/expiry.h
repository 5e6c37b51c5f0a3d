/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates that end soon, our own and trusted ones, and trusted ones that
 * should not be: told in the log, in metrics, and where an administrator looks.
 */
#ifndef TRUST_EXPIRY_H
#define TRUST_EXPIRY_H

#include <stddef.h>
#include <time.h>

struct admin;
struct event_base;
struct expiry;
struct store;

/* Looks now, soon after changes, and once a day. 0 or -ENOMEM. */
int expiry_open(struct expiry **expiry, struct event_base *base,
		struct store *store, struct admin *admin, char *why,
		size_t size);
void expiry_close(struct expiry *expiry);
/* As if it were @now: each certificate is told of once in each step. */
void expiry_look(struct expiry *expiry, time_t now);

#endif /* TRUST_EXPIRY_H */
