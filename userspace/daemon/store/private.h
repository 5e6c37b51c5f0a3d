/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of store/ share on the loop's side.
 */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include "store/change.h"
#include "store/seal.h"
#include "store/secret.h"
#include "store/store.h"

struct event_base;
struct writer;

/* Statements of the typed reads, prepared once. */
enum stmt {
	STMT_PHONE_BY_NAME,
	STMT_PHONE_BY_ID,
	STMT_PHONES,
	STMT_PHONE_PAGE,
	STMT_PROFILE_PAGE,
	STMT_USER_PHONES,
	STMT_PROFILE,
	STMT_LINE_BY_NAME,
	STMT_LINE_BY_ID,
	STMT_LINE_BY_CSS,
	STMT_PHONE_LINES,
	STMT_LINE_PHONES,
	STMT_NUMBER_PHONES,
	STMT_CSS_PARTITIONS,
	STMT_USER,
	STMT_APPUSER,
	STMT_USER_HA1,
	STMT_APPUSER_HA1,
	STMT_REALM,
	STMT_MAY_WATCH,
	STMT_WATCHES_NOBODY,
	STMT_CERTS,
	STMT_CERT_ENDS,
	STMT_CERT_BY_SHA256,
	STMT_CERT_BY_SERIAL,
	STMT_SRST,
	STMT_PHONE_SETTINGS,
	STMT_CAPF_STRING,
	STMT_PHONE_PASSWORD,
	STMT_LOADS,
	STMT_NODES,
	STMT_DEVICE_CERT,
	STMT_DEVICE_ENDS,
	STMT_DEVICE_COUNT,
	STMT_ENROLMENT,
	STMT_ENROLMENTS,
	STMT_OVERDUE,
	STMT_HISTORY,
	STMT_SERIAL,
	STMT_GUESSED,
	STMT_GUESSES,
	STMT_SHOWN,
	/* runtime.db */
	STMT_REGISTRATION_PUT,
	STMT_REGISTRATION_DEL,
	STMT_REGISTRATION_DROP_LINE,
	STMT_REGISTRATION_EXPIRE,
	STMT_REGISTRATION_BY_PHONE,
	STMT_REGISTRATION_LIST,
	STMT_REGISTRATION_COUNT,
	STMT_CALL_PUT,
	STMT_CALL_DEL,
	STMT_CALL_FIND,
	STMT_CALL_IDS,
	STMT_COUNT,
};

struct watcher {
	store_watcher fn;
	void *ctx;
};

struct param {
	uint32_t number;
	char text[STORE_PARAM_TEXT_SIZE];
};

struct trunk_cache;
struct route_cache;

struct store {
	struct event_base *base;
	struct db config;	/* read only */
	struct db runtime;
	uint8_t seal_key[SEAL_KEY_SIZE];
	int lock_fd;
	sqlite3_stmt *stmts[STMT_COUNT];
	struct param params[STORE_PARAM_COUNT];
	struct trunk_cache *trunks;	/* NULL until asked for */
	struct route_cache *routes;
	struct watcher *watchers;
	size_t watcher_count;
	struct writer *writer;
};

/* Reset and ready to bind; NULL was logged. */
sqlite3_stmt *store_stmt(struct store *store, enum stmt stmt, const char *sql);
/* Steps: 0 is a row, -ENOENT none. */
int store_row(struct store *store, sqlite3_stmt *stmt);
/* The row of that id, which is ?1; -EIO where there is no statement. */
int store_row_of(struct store *store, sqlite3_stmt *stmt, int64_t id);
/* Index of the word in the field's list; 0 if it is none. */
unsigned int store_word(sqlite3_stmt *stmt, int column,
			const char *const *words);

/* param.c */
int params_load(struct store *store);
/* trunk.c, route.c: forget what was read */
void trunks_forget(struct store *store);
void routes_forget(struct store *store);
/* line.c: partitions in order, at most CSS_MAX: 0 or -errno */
#define CSS_MAX	100
int css_partitions(struct store *store, int64_t css, int64_t *ids,
		   size_t *count);

/* runtime.c: of those whose phone or line is no more */
void registrations_check(struct store *store);
void registrations_drop_line(struct store *store, int64_t line);

/* store.c, on the loop: after a commit */
void store_changed(struct store *store, const struct store_change *change);

/* writer.c: @config is the writer's from here on, open and migrated */
struct writer *writer_new(struct store *store, const struct db *config,
			  const struct db *runtime);
void writer_free(struct writer *writer);	/* what waits is done first */
void writer_checkpoint(struct writer *writer);
/*
 * What a request of the daemon itself does in its savepoint: 0 or -errno. No
 * change is told of whose noun is left NULL.
 */
typedef int (*writer_fn)(struct db *db, void *arg, struct store_reply *reply,
			 struct store_change *change,
			 char key[STORE_KEY_SIZE]);
/*
 * Like store_submit(). @arg is the writer's from here on and freed when it is
 * done, in one piece.
 */
int writer_submit(struct store *store, writer_fn fn, void *arg, bool owed,
		  store_done done, void *ctx);
/* One request, within a transaction of its own: for tests, too. */
int writer_apply(struct db *db, struct store_request *request,
		 struct store_reply *reply, struct store_change *change,
		 char key[STORE_KEY_SIZE]);

#endif /* STORE_PRIVATE_H */
