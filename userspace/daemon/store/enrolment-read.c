// SPDX-License-Identifier: GPL-2.0
/*
 * What became of phones' enrolments, read.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/enrolment.h"
#include "store/private.h"

/* In the order of enum store_device_cert from column 4 on. */
#define STATE \
	"SELECT p.id, p.name, p.capf_operation," \
	" CAST(strftime('%s', p.capf_completes_by) AS INTEGER)," \
	HAVE("lsc") HAVE("mic") HAVE("issued") HAVE("fetched") \
	" e.result, e.time, e.why," END("lsc") "," END("mic") \
	" FROM phone p LEFT JOIN enrolment e ON e.id =" \
	" (SELECT max(id) FROM enrolment WHERE phone = p.id)"
#define END(kind) \
	" (SELECT not_after FROM device_cert WHERE phone = p.id AND" \
	" kind = '" kind "')"
#define HAVE(kind) \
	" EXISTS(SELECT 1 FROM device_cert WHERE phone = p.id AND" \
	" kind = '" kind "'),"

static void read_state(sqlite3_stmt *stmt, struct store_enrolment_state *state)
{
	int at = 4 + STORE_DEVICE_CERTS;

	memset(state, 0, sizeof(*state));
	state->phone = sqlite3_column_int64(stmt, 0);
	db_copy(state->name, sizeof(state->name), stmt, 1);
	state->operation = store_word(stmt, 2, store_capf_operations);
	state->completes_by = sqlite3_column_int64(stmt, 3);
	for (int kind = 0; kind < STORE_DEVICE_CERTS; kind++)
		state->have[kind] = sqlite3_column_int(stmt, 4 + kind);
	state->result = (unsigned int)sqlite3_column_int64(stmt, at);
	state->when = sqlite3_column_int64(stmt, at + 1);
	db_copy(state->why, sizeof(state->why), stmt, at + 2);
	state->lsc_end = sqlite3_column_int64(stmt, at + 3);
	state->mic_end = sqlite3_column_int64(stmt, at + 4);
}

int store_enrolment_state(struct store *store, int64_t phone,
			  struct store_enrolment_state *state)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_ENROLMENT,
					STATE " WHERE p.id = ?1");
	int err = store_row_of(store, stmt, phone);

	if (!err)
		read_state(stmt, state);
	sqlite3_reset(stmt);
	return err;
}

int store_enrolment_each(struct store *store, store_enrolment_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_ENROLMENTS,
					STATE " ORDER BY p.name");
	struct store_enrolment_state state;
	int err = stmt ? 0 : -EIO, found = 0;

	while (!err && !(found = store_row(store, stmt))) {
		read_state(stmt, &state);
		err = fn(ctx, &state);
	}
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

int store_enrolment_overdue(struct store *store, int64_t now,
			    store_enrolment_fn fn, void *ctx, int64_t *next)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_OVERDUE, STATE
		" WHERE p.capf_operation <> 'none' AND p.capf_completes_by"
		" IS NOT NULL ORDER BY p.capf_completes_by");
	struct store_enrolment_state state;
	int err = stmt ? 0 : -EIO, found = 0;

	*next = 0;
	while (!err && !*next && !(found = store_row(store, stmt))) {
		read_state(stmt, &state);
		if (state.completes_by < now)
			err = fn(ctx, &state);
		else
			*next = state.completes_by;
	}
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

int store_enrolment_history(struct store *store, int64_t phone,
			    store_history_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_HISTORY, "SELECT time,"
		" result, done, why FROM enrolment WHERE phone = ?1"
		" ORDER BY id DESC");
	int err = stmt ? 0 : -EIO, found = 0;

	if (stmt)
		sqlite3_bind_int64(stmt, 1, phone);
	while (!err && !(found = store_row(store, stmt)))
		err = fn(ctx, sqlite3_column_int64(stmt, 0),
			 (unsigned int)sqlite3_column_int64(stmt, 1),
			 sqlite3_column_int(stmt, 2),
			 (const char *)sqlite3_column_text(stmt, 3));
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

int store_enrolment_serial(struct store *store, int64_t phone,
			   int64_t *serial)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_SERIAL, "SELECT"
		" IFNULL(max(id), 0) FROM enrolment WHERE phone = ?1 AND done");
	int err = store_row_of(store, stmt, phone);

	if (!err)
		*serial = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return err;
}
