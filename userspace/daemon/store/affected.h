/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which phones read something else once an object has changed.
 */
#ifndef STORE_AFFECTED_H
#define STORE_AFFECTED_H

#include "store/store.h"

struct store_noun;

/*
 * Phones that have something of the object in their files, by name: a phone
 * itself, those of a profile, a common phone profile, a gateway of survival, a
 * line, a digest user; all, of what all have. Stops at the first not 0. -ENOENT:
 * there is no such object; -EOPNOTSUPP: no file has anything of that noun.
 */
int store_affected_each(struct store *store, const struct store_noun *noun,
			const char *key, store_phone_fn fn, void *ctx);

#endif /* STORE_AFFECTED_H */
