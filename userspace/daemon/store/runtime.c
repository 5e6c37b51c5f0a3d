// SPDX-License-Identifier: GPL-2.0
/*
 * Registrations and calls: in runtime.db, written on the loop without a sync.
 */
#include "store/runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/private.h"

/* 0 or -errno of a statement that returns no rows. */
static int finish(struct store *store, sqlite3_stmt *stmt)
{
	int err = store_row(store, stmt);

	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err == -ENOENT ? 0 : err ? err : -EIO;
}

static void bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	sqlite3_bind_text(stmt, at, text ? text : "", -1, SQLITE_STATIC);
}

int store_registration_put(struct store *store,
			   const struct store_registration *r)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_PUT,
		"INSERT OR REPLACE INTO registration (phone, line, contact,"
		" phone_name, number, path, call_id, cseq, expires, mode,"
		" user_agent, options, user) VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, r->phone);
	sqlite3_bind_int64(stmt, 2, r->line);
	bind_text(stmt, 3, r->contact);
	bind_text(stmt, 4, r->phone_name);
	bind_text(stmt, 5, r->number);
	bind_text(stmt, 6, r->path);
	bind_text(stmt, 7, r->call_id);
	sqlite3_bind_int64(stmt, 8, r->cseq);
	sqlite3_bind_int64(stmt, 9, r->expires);
	sqlite3_bind_int(stmt, 10, r->mode);
	bind_text(stmt, 11, r->user_agent);
	bind_text(stmt, 12, r->options);
	bind_text(stmt, 13, r->user);
	return finish(store, stmt);
}

int store_registration_del(struct store *store, int64_t phone, int64_t line,
			   const char *contact)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_DEL,
		"DELETE FROM registration WHERE phone = ?1"
		" AND (?2 = 0 OR line = ?2) AND (?3 IS NULL OR contact = ?3)");

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, phone);
	sqlite3_bind_int64(stmt, 2, line);
	if (contact)
		bind_text(stmt, 3, contact);
	else
		sqlite3_bind_null(stmt, 3);
	return finish(store, stmt);
}

void registrations_drop_line(struct store *store, int64_t line)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_DROP_LINE,
		"DELETE FROM registration WHERE line = ?1");

	if (!stmt)
		return;
	sqlite3_bind_int64(stmt, 1, line);
	finish(store, stmt);
}

int store_registration_expire(struct store *store, int64_t now)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_EXPIRE,
		"DELETE FROM registration WHERE expires <= ?1");
	int err;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, now);
	err = finish(store, stmt);
	return err ? err : sqlite3_changes(store->runtime.sql);
}

static void read_registration(sqlite3_stmt *stmt, struct store_registration *r)
{
	memset(r, 0, sizeof(*r));
	r->phone = sqlite3_column_int64(stmt, 0);
	r->line = sqlite3_column_int64(stmt, 1);
	db_copy(r->contact, sizeof(r->contact), stmt, 2);
	db_copy(r->phone_name, sizeof(r->phone_name), stmt, 3);
	db_copy(r->number, sizeof(r->number), stmt, 4);
	db_copy(r->path, sizeof(r->path), stmt, 5);
	db_copy(r->call_id, sizeof(r->call_id), stmt, 6);
	r->cseq = sqlite3_column_int64(stmt, 7);
	r->expires = sqlite3_column_int64(stmt, 8);
	r->mode = sqlite3_column_int(stmt, 9);
	db_copy(r->user_agent, sizeof(r->user_agent), stmt, 10);
	db_copy(r->options, sizeof(r->options), stmt, 11);
	db_copy(r->user, sizeof(r->user), stmt, 12);
}

static int read_list(struct store *store, sqlite3_stmt *stmt, int64_t id,
		     struct store_registrations *found)
{
	struct store_registration *more;
	size_t room = 0;
	int err;

	found->list = NULL;
	found->count = 0;
	if (!stmt)
		return -EIO;
	if (id)
		sqlite3_bind_int64(stmt, 1, id);
	while (!(err = store_row(store, stmt))) {
		if (found->count == room) {
			room = room ? 2 * room : 4;
			more = reallocarray(found->list, room, sizeof(*more));
			if (!more) {
				err = -ENOMEM;
				break;
			}
			found->list = more;
		}
		read_registration(stmt, &found->list[found->count++]);
	}
	sqlite3_reset(stmt);
	if (err == -ENOENT)
		return 0;
	store_registrations_clear(found);
	return err;
}

#define SELECT_REGISTRATION \
	"SELECT phone, line, contact, phone_name, number, path, call_id," \
	" cseq, expires, mode, user_agent, options, user FROM registration "

int store_registration_by_phone(struct store *store, int64_t phone,
				struct store_registrations *found)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_BY_PHONE,
					SELECT_REGISTRATION "WHERE phone = ?1");

	return read_list(store, stmt, phone, found);
}

int store_registration_list(struct store *store,
			    struct store_registrations *found)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_LIST,
					SELECT_REGISTRATION
					"ORDER BY phone_name, number");

	return read_list(store, stmt, 0, found);
}

int64_t store_registration_count(struct store *store)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REGISTRATION_COUNT,
					"SELECT count(*) FROM registration");
	int64_t count = -EIO;

	if (stmt && !store_row(store, stmt))
		count = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return count;
}

void store_registrations_clear(struct store_registrations *found)
{
	free(found->list);
	found->list = NULL;
	found->count = 0;
}

/* After an import, which does not tell what it removed. */
void registrations_check(struct store *store)
{
	struct store_registrations found;
	struct store_phone phone;
	struct store_line line;

	if (store_registration_list(store, &found))
		return;
	for (size_t i = 0; i < found.count; i++) {
		const struct store_registration *r = &found.list[i];

		if (store_phone_get(store, r->phone, &phone) == -ENOENT)
			store_registration_del(store, r->phone, 0, NULL);
		if (store_line_get(store, r->line, &line) == -ENOENT)
			registrations_drop_line(store, r->line);
	}
	store_registrations_clear(&found);
}

int store_call_put(struct store *store, const struct store_call *call)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CALL_PUT,
		"INSERT OR REPLACE INTO call (id, cookie, started, caller,"
		" callee, blob) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	if (!stmt)
		return -EIO;
	if (call->cookie_len > STORE_COOKIE_MAX)
		return -EINVAL;
	bind_text(stmt, 1, call->id);
	sqlite3_bind_blob64(stmt, 2, call->cookie, call->cookie_len,
			    SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, call->started);
	bind_text(stmt, 4, call->caller);
	bind_text(stmt, 5, call->callee);
	sqlite3_bind_blob64(stmt, 6, call->blob ? call->blob : "",
			    call->blob_len, SQLITE_STATIC);
	return finish(store, stmt);
}

int store_call_del(struct store *store, const char *id)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CALL_DEL,
					"DELETE FROM call WHERE id = ?1");

	if (!stmt)
		return -EIO;
	bind_text(stmt, 1, id);
	return finish(store, stmt);
}

static const char *copy_column(sqlite3_stmt *stmt, int column)
{
	return strdup((const char *)sqlite3_column_text(stmt, column) ?: "");
}

/* A copy: the function may use the statement again. */
static int read_call(sqlite3_stmt *stmt, struct store_call *call)
{
	size_t len = sqlite3_column_bytes(stmt, 1);
	char *blob;

	memset(call, 0, sizeof(*call));
	call->id = copy_column(stmt, 0);
	call->cookie_len = len < STORE_COOKIE_MAX ? len : STORE_COOKIE_MAX;
	if (call->cookie_len)
		memcpy(call->cookie, sqlite3_column_blob(stmt, 1),
		       call->cookie_len);
	call->started = sqlite3_column_int64(stmt, 2);
	call->caller = copy_column(stmt, 3);
	call->callee = copy_column(stmt, 4);
	call->blob_len = sqlite3_column_bytes(stmt, 5);
	blob = malloc(call->blob_len + 1);
	if (blob && call->blob_len)
		memcpy(blob, sqlite3_column_blob(stmt, 5), call->blob_len);
	if (blob)
		blob[call->blob_len] = '\0';
	call->blob = blob;
	return call->id && call->caller && call->callee && blob ? 0 : -ENOMEM;
}

static void free_call(struct store_call *call)
{
	free((char *)call->id);
	free((char *)call->caller);
	free((char *)call->callee);
	free((char *)call->blob);
}

int store_call_find(struct store *store, const char *id, store_call_fn fn,
		    void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CALL_FIND,
		"SELECT id, cookie, started, caller, callee, blob FROM call"
		" WHERE id = ?1");
	struct store_call call = { 0 };
	int err;

	if (!stmt)
		return -EIO;
	bind_text(stmt, 1, id);
	err = store_row(store, stmt);
	if (!err)
		err = read_call(stmt, &call);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (!err)
		err = fn(ctx, &call);
	free_call(&call);
	return err;
}

static int read_ids(struct store *store, char ***ids, size_t *count)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CALL_IDS,
					"SELECT id FROM call ORDER BY started");
	char **more;
	int err;

	*ids = NULL;
	*count = 0;
	if (!stmt)
		return -EIO;
	while (!(err = store_row(store, stmt))) {
		more = reallocarray(*ids, *count + 1, sizeof(*more));
		if (!more) {
			err = -ENOMEM;
			break;
		}
		*ids = more;
		more[(*count)++] = (char *)copy_column(stmt, 0);
	}
	sqlite3_reset(stmt);
	return err == -ENOENT ? 0 : err;
}

int store_call_each(struct store *store, store_call_fn fn, void *ctx)
{
	size_t count;
	char **ids;
	int err = read_ids(store, &ids, &count);

	for (size_t i = 0; i < count && !err; i++) {
		if (ids[i])
			err = store_call_find(store, ids[i], fn, ctx);
		if (err == -ENOENT)
			err = 0;	/* gone while we went */
	}
	for (size_t i = 0; i < count; i++)
		free(ids[i]);
	free(ids);
	return err;
}
