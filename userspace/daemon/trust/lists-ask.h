/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One request of an administrator that waits for the store, keyd or the lists;
 * private to trust/lists-*.c.
 */
#ifndef TRUST_LISTS_ASK_H
#define TRUST_LISTS_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/admin.h"
#include "keyd/request.h"
#include "trust/lists-admin.h"
#include "trust/lists.h"

struct trust_keys;

struct lists_admin {
	struct lists *lists;
	struct admin *admin;
	struct store *store;
	struct trust_keys *keys;
	lists_guard guard;		/* or NULL */
	void *guard_arg;
	struct lists_ask *asks;		/* all there are */
	bool switching;			/* one of them changes the mode */
};

struct lists_ask {
	struct lists_ask *next;
	struct lists_admin *owner;	/* NULL: the daemon stops */
	struct admin_request *request;
	const char *verb, *object;	/* for the security log */
	json_t *item;			/* to be answered, NULL: the lists */
	json_t *warnings;
	bool mixed;			/* the mode that is asked for */
	/* Waits for keyd's keys: for ITLRecovery's next one, or for none. */
	bool wants_next, wants_none;
	uint32_t keyd;			/* request under way, 0: none */
};

/* NULL: it has been refused. */
struct lists_ask *lists_ask_new(struct lists_admin *owner,
				struct admin_request *request,
				const char *verb, const char *object);
/* Each ends it. */
void lists_ask_refuse(struct lists_ask *ask, int status, const char *why);
void lists_ask_answer(struct lists_ask *ask);
/* Of store_submit(): refused, or an orphan, which has been ended; else go on. */
bool lists_ask_stored(struct lists_ask *ask, struct store_reply *reply);
/* A parameter; ends it where that cannot be. */
void lists_ask_set(struct lists_ask *ask, const char *param, json_t *value,
		   store_done done);
/* lists_done that answers. */
void lists_ask_done(void *arg, int err, const char *why);
/* "item" of GET; @with_file: the bytes, too. */
json_t *lists_describe(struct lists *lists, struct store *store,
		       enum trust_kind kind, bool with_file);

/* lists-mode.c */
void lists_mode_set(struct lists_admin *owner, struct admin_request *request,
		    bool mixed);
/* PATCH and DELETE of the parameter come here, too. */
void lists_mode_param(void *ctx, struct admin_request *request);

/* lists-renew.c */
void lists_renew(struct lists_admin *owner, struct admin_request *request);
void lists_rollback(struct lists_admin *owner, struct admin_request *request);
/* Keys have changed: who waited for that goes on. */
void lists_renew_watch(void *arg, bool up);

#endif /* TRUST_LISTS_ASK_H */
