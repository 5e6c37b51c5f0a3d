/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TVS, port 2445: phones ask about certificates that their lists do not have.
 */
#ifndef TRUST_TVS_H
#define TRUST_TVS_H

#include <stddef.h>

struct conf_service;
struct event_base;
struct store;
struct trust_keys;
struct tvs;

struct tvs_config {
	struct event_base *base;
	struct store *store;
	struct trust_keys *keys;
	const struct conf_service *listen;
};

/* Listens from here on. @why gets a sentence. 0 or -errno. */
int tvs_open(struct tvs **tvs, const struct tvs_config *config, char *why,
	     size_t size);
void tvs_close(struct tvs *tvs);	/* NULL is allowed */

#endif /* TRUST_TVS_H */
