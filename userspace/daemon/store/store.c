// SPDX-License-Identifier: GPL-2.0
/*
 * The store as a whole: opened, closed, watched; reading statements.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "store/private.h"
#include "store/seal.h"
#include "store/whole-file.h"

/* Pages in runtime.db's log that call for a checkpoint: 4 MiB. */
#define CHECKPOINT_PAGES	1000

sqlite3_stmt *store_stmt(struct store *store, enum stmt stmt, const char *sql)
{
	struct db *db = stmt < STMT_REGISTRATION_PUT ? &store->config :
		&store->runtime;

	if (store->stmts[stmt]) {
		sqlite3_reset(store->stmts[stmt]);
		return store->stmts[stmt];
	}
	if (sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &store->stmts[stmt], NULL) != SQLITE_OK)
		db_error(db, sql);
	return store->stmts[stmt];
}

int store_row(struct store *store, sqlite3_stmt *stmt)
{
	struct db db = { .sql = sqlite3_db_handle(stmt) };
	int err = db_step(&db, stmt);

	(void)store;
	return err == 1 ? 0 : err ? err : -ENOENT;
}

int store_row_of(struct store *store, sqlite3_stmt *stmt, int64_t id)
{
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	return store_row(store, stmt);
}

unsigned int store_word(sqlite3_stmt *stmt, int column,
			const char *const *words)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	for (unsigned int i = 0; text && words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return 0;
}

int store_watch(struct store *store, store_watcher fn, void *ctx)
{
	struct watcher *more = reallocarray(store->watchers,
					    store->watcher_count + 1,
					    sizeof(*more));

	if (!more)
		return -ENOMEM;
	store->watchers = more;
	more[store->watcher_count++] = (struct watcher){ fn, ctx };
	return 0;
}

void store_unwatch(struct store *store, store_watcher fn, void *ctx)
{
	size_t i;

	for (i = 0; i < store->watcher_count; i++) {
		if (store->watchers[i].fn != fn || store->watchers[i].ctx != ctx)
			continue;
		store->watchers[i] = store->watchers[--store->watcher_count];
		return;
	}
}

static bool concerns(const struct store_change *change, const char *nouns)
{
	const char *found = strstr(nouns, change->noun);

	return found || !strcmp(change->noun, "*");
}

/* A phone or line that is gone: nobody is registered for it any more. */
static void drop_registrations(struct store *store,
			       const struct store_change *change)
{
	bool import = !strcmp(change->noun, "*");

	if (!import && strcmp(change->verb, "del"))
		return;
	if (import)
		registrations_check(store);
	else if (!strcmp(change->noun, "phone"))
		store_registration_del(store, change->id, 0, NULL);
	else if (!strcmp(change->noun, "line"))
		registrations_drop_line(store, change->id);
}

void store_changed(struct store *store, const struct store_change *change)
{
	if (concerns(change, "param"))
		params_load(store);
	if (concerns(change, "trunk profile"))
		trunks_forget(store);
	if (concerns(change, "route trunk"))
		routes_forget(store);
	drop_registrations(store, change);
	for (size_t i = 0; i < store->watcher_count; i++)
		store->watchers[i].fn(store->watchers[i].ctx, change);
}

/* The checkpoint waits for the disk: not on the loop. */
static int on_wal(void *arg, sqlite3 *sql, const char *name, int pages)
{
	struct store *store = arg;

	(void)sql;
	(void)name;
	if (pages >= CHECKPOINT_PAGES && store->writer)
		writer_checkpoint(store->writer);
	return SQLITE_OK;
}

/* Two daemons on one directory would undo one another's calls. */
static int lock(struct store *store, const char *dir, char *why, size_t size)
{
	char path[CONF_PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s/lock", dir);
	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			      0600);
	if (store->lock_fd < 0) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return -errno;
	}
	if (!flock(store->lock_fd, LOCK_EX | LOCK_NB))
		return 0;
	snprintf(why, size, "%s: another ucsecd runs on this state directory",
		 dir);
	return -EBUSY;
}

/* The writer's connections first: they make and migrate. */
static int open_all(struct store *store, const char *dir, struct db *config,
		    struct db *runtime, char *why, size_t size)
{
	char name[CONF_PATH_SIZE + 16];
	int err;

	config->seal_key = store->config.seal_key = store->seal_key;
	snprintf(name, sizeof(name), "%s/ucsec.db", dir);
	err = db_open(config, name, true, why, size);
	if (!err)
		err = db_migrate(config, DB_CONFIG, why, size);
	if (!err)
		err = db_open(&store->config, name, true, why, size);
	if (!err)
		err = db_exec(&store->config, "PRAGMA query_only=ON");
	if (err)
		return err;
	snprintf(name, sizeof(name), "%s/runtime.db", dir);
	err = db_open(runtime, name, false, why, size);
	if (!err)
		err = db_migrate(runtime, DB_RUNTIME, why, size);
	if (!err)
		err = db_open(&store->runtime, name, false, why, size);
	return err;
}

int store_open(struct store **out, struct event_base *base,
	       const struct conf *conf, char *why, size_t size)
{
	struct store *store = calloc(1, sizeof(*store));
	struct db config = { 0 }, runtime = { 0 };
	bool made;
	int err;

	if (!store)
		return -ENOMEM;
	store->base = base;
	store->lock_fd = -1;
	/* Before there is a thread to race for it. */
	json_object_seed(0);
	err = lock(store, conf->state_dir, why, size);
	if (!err)
		err = seal_key_load(conf->key_file, store->seal_key, &made,
				    why, size);
	if (!err && made)
		log_event(LOG_LEVEL_NOTICE, "key-file-made", "path",
			  conf->key_file, NULL);
	if (!err)
		err = open_all(store, conf->state_dir, &config, &runtime, why,
			       size);
	if (!err)
		err = params_load(store);
	if (!err)
		err = whole_file_sync(conf->state_dir);
	if (err)
		goto err_close;
	sqlite3_wal_hook(store->runtime.sql, on_wal, store);
	store->writer = writer_new(store, &config, &runtime);
	if (!store->writer) {
		snprintf(why, size, "cannot start the writer's thread");
		err = -ENOMEM;
		goto err_close;
	}
	*out = store;
	return 0;
err_close:
	db_close(&config);
	db_close(&runtime);
	store_close(store);
	return err;
}

void store_reload(struct store *store)
{
	static const struct store_change all = { "*", "set", "", 0 };

	store_changed(store, &all);
}

void store_stop(struct store *store)
{
	struct writer *writer = store->writer;

	/* Callbacks find that there is nobody to submit to. */
	store->writer = NULL;
	writer_free(writer);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_stop(store);
	for (int i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(store->stmts[i]);
	trunks_forget(store);
	routes_forget(store);
	db_close(&store->config);
	db_close(&store->runtime);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	explicit_bzero(store->seal_key, sizeof(store->seal_key));
	free(store->watchers);
	free(store);
}
