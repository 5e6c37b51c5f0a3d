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
	admin_adorner adorn, adorn_list;
	void *ctx, *list_ctx;
};

#define MAX_STATUS	8

struct status_part {
	admin_adorner adorn;	/* NULL: free */
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
	struct status_part status[MAX_STATUS];
};

int resources_add(struct resources *resources);		/* resources.c */
int resources_adorn(struct resources *resources, const char *noun,
		    admin_adorner adorn, void *ctx);
int resources_adorn_list(struct resources *resources, const char *noun,
			 admin_adorner adorn, void *ctx);
int resources_add_runtime(struct resources *resources);	/* runtime.c */

#endif /* ADMIN_RESOURCES_H */
