/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What administrators see of the lists and do with them: /v1/ctl, /v1/itl, and
 * the parameter cluster_security_mode, which goes with the CTL.
 */
#ifndef TRUST_LISTS_ADMIN_H
#define TRUST_LISTS_ADMIN_H

#include <stddef.h>

struct admin;
struct lists;
struct lists_admin;
struct store;
struct trust_keys;

/* All of them outlive it. 0 or -ENOMEM. */
int lists_admin_open(struct lists_admin **to, struct lists *lists,
		     struct admin *admin, struct store *store,
		     struct trust_keys *keys);
/*
 * Who knows of other keys that phones have not been told of: 0, or -EPERM and a
 * sentence, and then the renewal of ITLRecovery does not end yet. NULL: nobody.
 */
typedef int (*lists_guard)(void *arg, char *why, size_t size);
void lists_admin_guard(struct lists_admin *admin, lists_guard guard, void *arg);
/* After lists_close(). */
void lists_admin_close(struct lists_admin *admin);

#endif /* TRUST_LISTS_ADMIN_H */
