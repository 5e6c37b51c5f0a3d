/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trunks in, objects of the kernel's ACL out: no socket, no database, no clock.
 */
#ifndef ACL_COMPILE_H
#define ACL_COMPILE_H

#include "acl/acl.h"

struct acl_policy {
	bool on;			/* false: no object at all */
	uint8_t denial, unparsed;	/* enum mediad_verdict */
	struct mediad_rate trunk, source;
	const char *line_prefixes;
};

struct acl_object {
	struct mediad_trunk trunk;
	size_t first, count;		/* of the set's prefixes */
};

struct acl_set {
	struct acl_object *objects;
	struct mediad_prefix *prefixes;
	size_t object_count, prefix_count;
	size_t object_room, prefix_room;
};

/* The database's id of the object's trunk: 0 of lines. */
int64_t acl_cookie_trunk(const uint8_t *cookie);

/* claim.c: who has this place for this address? The first to ask. */

struct acl_claims;
struct acl_claims *acl_claims_new(void);
void acl_claims_free(struct acl_claims *claims);
/* 1: it is yours now; 0: somebody has it already; -ENOMEM. */
int acl_claim(struct acl_claims *claims, const struct mediad_prefix *prefix,
	      const struct acl_place *place);
bool acl_is_claimed(const struct acl_claims *claims,
		    const struct mediad_prefix *prefix,
		    const struct acl_place *place);

/* compile.c */

struct acl_input {
	struct acl_policy policy;
	struct acl_place places[ACL_PLACES];
	size_t place_count;
	size_t (*addresses)(void *ctx, const char *host,
			    struct acl_address *list, size_t max);
	void *ctx;
	/* Calls fn for each trunk, by id, as often as it is asked. */
	int (*each)(void *ctx, store_trunk_fn fn, void *arg);
};

/* By port and transport, each once. */
void acl_sort_places(struct acl_input *input);
/* 0 or -errno; the caller clears the set in any case. */
int acl_compile(const struct acl_input *input, struct acl_set *set);
void acl_set_clear(struct acl_set *set);
bool acl_set_equal(const struct acl_set *a, const struct acl_set *b);

#endif /* ACL_COMPILE_H */
