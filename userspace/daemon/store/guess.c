// SPDX-License-Identifier: GPL-2.0
/*
 * Wrong authentication strings of phones, counted across restarts.
 *
 * A count is of one string: it stands beside that, as it is sealed, and says
 * nothing of the one that an administrator sets in its place.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/enrolment.h"
#include "store/private.h"

/* On its way to the writer's thread. */
struct count {
	int64_t phone;
	struct store_guesses guesses;
	char sealed[STORE_TEXT_SIZE];
};

static int read_sealed(struct store *store, int64_t phone, char *text,
		       size_t size)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_GUESSED,
		"SELECT capf_auth_string_sealed FROM phone WHERE id = ?1");
	int err = store_row_of(store, stmt, phone);

	if (!err)
		db_copy(text, size, stmt, 0);
	sqlite3_reset(stmt);
	return err;
}

static int forget(struct db *db, const struct count *count)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, "DELETE FROM capf_guess WHERE phone = ?1");

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, count->phone);
	return db_run_kept(db, stmt);
}

/* Nobody is told: to others the phone is what it was. */
static int apply(struct db *db, void *arg, struct store_reply *reply,
		 struct store_change *told, char key[STORE_KEY_SIZE])
{
	const struct count *count = arg;
	sqlite3_stmt *stmt;
	int err;

	(void)reply, (void)told, (void)key;
	if (!count->guesses.total)
		return forget(db, count);
	err = db_keep(db, &stmt, "INSERT OR REPLACE INTO capf_guess"
		      " (phone, sealed, in_row, total, until) SELECT id,"
		      " capf_auth_string_sealed, ?3, ?4, ?5 FROM phone"
		      " WHERE id = ?1 AND capf_auth_string_sealed = ?2");
	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, count->phone);
	sqlite3_bind_text(stmt, 2, count->sealed, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, count->guesses.row);
	sqlite3_bind_int64(stmt, 4, count->guesses.total);
	sqlite3_bind_int64(stmt, 5, count->guesses.until);
	return db_run_kept(db, stmt);
}

int store_guesses_keep(struct store *store, int64_t phone,
		       const struct store_guesses *guesses, store_done done,
		       void *ctx)
{
	struct count *count = calloc(1, sizeof(*count));
	int err;

	if (!count)
		return -ENOMEM;
	count->phone = phone;
	count->guesses = *guesses;
	err = read_sealed(store, phone, count->sealed, sizeof(count->sealed));
	if (!err)
		return writer_submit(store, apply, count, true, done, ctx);
	free(count);
	return err;
}

int store_guesses_each(struct store *store, store_guesses_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_GUESSES, "SELECT p.id,"
		" p.name, g.in_row, g.total, g.until FROM capf_guess g JOIN"
		" phone p ON p.id = g.phone AND"
		" p.capf_auth_string_sealed = g.sealed");
	int err = stmt ? 0 : -EIO, found = 0;

	while (!err && !(found = store_row(store, stmt))) {
		struct store_guesses guesses = {
			.row = (unsigned int)sqlite3_column_int64(stmt, 2),
			.total = (unsigned int)sqlite3_column_int64(stmt, 3),
			.until = sqlite3_column_int64(stmt, 4),
		};
		char name[STORE_NAME_SIZE];

		db_copy(name, sizeof(name), stmt, 1);
		err = fn(ctx, sqlite3_column_int64(stmt, 0), name, &guesses);
	}
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}
