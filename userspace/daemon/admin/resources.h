/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The resources admin/ brings itself; private to the folder.
 */
#ifndef ADMIN_RESOURCES_H
#define ADMIN_RESOURCES_H

#include "admin/admin.h"

#define MAX_NOUNS	32

struct resources;

struct noun_resource {
	struct resources *all;
	const struct store_noun *noun;
	admin_adorner adorn;
	void *ctx;
};

struct resources {
	struct admin *admin;
	struct store *store;
	const struct conf *conf;
	long started;		/* seconds since 1970 */
	admin_action action;	/* may be NULL */
	void *action_ctx;
	struct noun_resource nouns[MAX_NOUNS];
	admin_adorner adorn_status;	/* may be NULL */
	void *status_ctx;
};

int resources_add(struct resources *resources);		/* resources.c */
int resources_add_runtime(struct resources *resources);	/* runtime.c */

#endif /* ADMIN_RESOURCES_H */
