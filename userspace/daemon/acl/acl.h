/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trunks and their profiles kept in the kernel's trunk ACL, by ucsec-mediad.
 *
 * What the kernel has is always a whole set of ours: an old one goes on until the
 * new one is in force, also while we, mediad or the module are not there. Nothing
 * here decides on a request: whatever passes the kernel is judged by authz/ anew.
 */
#ifndef ACL_H
#define ACL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "call/mediad.h"
#include "store/store.h"

struct acl;
struct event_base;

/* A port we listen on. */
struct acl_place {
	uint16_t port;
	enum store_transport transport;
};

struct acl_address {
	uint8_t family;			/* 4 or 6 */
	uint8_t addr[16];
};

enum { ACL_PLACES = 16, ACL_ADDRESSES = 64 };

/* Each is asked on the loop; addresses and places say how many they set. */
struct acl_ops {
	size_t (*places)(void *ctx, struct acl_place *places, size_t max);
	/* Of a trunk's destination; names as they are known now. */
	size_t (*addresses)(void *ctx, const char *host,
			    struct acl_address *list, size_t max);
	/* Is there a name that nobody has answered for yet? */
	bool (*pending)(void *ctx);
	/* Can we read marks, so that rejected datagrams are known? */
	bool (*reads_marks)(void *ctx);
	void (*set_mark)(void *ctx, uint32_t mark);
};

struct acl_config {
	struct event_base *base;
	struct store *store;
	const struct acl_ops *ops;
	void *ctx;
};

/* Follows the store's changes. NULL without memory. */
struct acl *acl_new(const struct acl_config *config);
void acl_free(struct acl *acl);
/* With acl_mediad_ops for its owner's, and the acl for their argument. */
extern const struct call_mediad_ops acl_mediad_ops;
void acl_set_mediad(struct acl *acl, struct call_mediad *mediad);
/* Names stand for other addresses, or there are other places. */
void acl_changed(void *acl);

/* show.c: for the admin API; the caller decrefs. And as OpenMetrics. */
json_t *acl_show(const struct acl *acl);
void acl_write(FILE *out, void *acl);

#endif /* ACL_H */
