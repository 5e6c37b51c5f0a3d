/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Users, credentials, and who may watch whom.
 */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "store/store.h"
#include "store/trunk.h"

enum store_user_kind {
	STORE_USER,
	STORE_APPUSER,
};

struct store_user {
	int64_t id;
	char name[STORE_NAME_SIZE];
	char display_name[STORE_TEXT_SIZE];
	int64_t presence_group;
	struct store_boxes accept;	/* application users alone */
};

int store_user_find(struct store *store, enum store_user_kind kind,
		    const char *name, struct store_user *user);
/*
 * H(user:realm:password), 16 or 32 bytes; wipe it after use. -ENOENT: no such
 * user; -ENOKEY: no credentials for that realm.
 */
int store_ha1_find(struct store *store, enum store_user_kind kind,
		   const char *user, const char *realm,
		   enum store_algorithm algorithm,
		   uint8_t ha1[STORE_HA1_MAX], size_t *len);

/* Our own credentials towards trunks. Wipe after use. */
struct store_realm {
	int64_t id;
	char realm[STORE_TEXT_SIZE];
	char user[STORE_NAME_SIZE];
	char password[STORE_TEXT_SIZE];
};

int store_realm_find(struct store *store, const char *realm,
		     struct store_realm *out);

/* 1, 0 or -errno. A group may always watch itself; 0 is a group, too. */
int store_may_watch(struct store *store, int64_t watcher, int64_t target);

#endif /* STORE_USER_H */
