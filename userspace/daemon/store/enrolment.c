// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates of phones and the history of their enrolments, in the database.
 */
#include "store/enrolment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/private.h"

/* Of each phone, of those that were done and of those that were not. */
#define HISTORY_MAX	"16"

static const char *const kinds[STORE_DEVICE_CERTS] = {
	[STORE_LSC] = "lsc",
	[STORE_MIC] = "mic",
	[STORE_LSC_ISSUED] = "issued",
	[STORE_FETCHED] = "fetched",
};

int store_device_cert(struct store *store, int64_t phone,
		      enum store_device_cert kind, uint8_t **der, size_t *len)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_DEVICE_CERT,
		"SELECT der FROM device_cert WHERE phone = ?1 AND kind = ?2");
	int err;

	*der = NULL;
	*len = 0;
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, phone);
	sqlite3_bind_text(stmt, 2, kinds[kind], -1, SQLITE_STATIC);
	err = store_row(store, stmt);
	if (!err) {
		*len = (size_t)sqlite3_column_bytes(stmt, 0);
		*der = malloc(*len ? *len : 1);
		if (*der)
			memcpy(*der, sqlite3_column_blob(stmt, 0), *len);
		else
			err = -ENOMEM;
	}
	sqlite3_reset(stmt);
	return err;
}

static int bind_ends(sqlite3_stmt *stmt, enum store_device_cert kind,
		     int64_t from, int64_t before)
{
	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, kinds[kind], -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, from);
	sqlite3_bind_int64(stmt, 3, before);
	return 0;
}

int store_device_cert_ends(struct store *store, enum store_device_cert kind,
			   int64_t from, int64_t before, store_device_end_fn fn,
			   void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_DEVICE_ENDS, "SELECT"
		" p.name, c.not_after FROM device_cert c JOIN phone p ON"
		" p.id = c.phone WHERE c.kind = ?1 AND c.not_after >= ?2 AND"
		" c.not_after < ?3 ORDER BY c.not_after");
	int err = bind_ends(stmt, kind, from, before), found = 0;

	while (!err && !(found = store_row(store, stmt)))
		err = fn(ctx, (const char *)sqlite3_column_text(stmt, 0),
			 sqlite3_column_int64(stmt, 1));
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

int64_t store_device_cert_count(struct store *store,
				enum store_device_cert kind, int64_t from,
				int64_t before)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_DEVICE_COUNT, "SELECT"
		" count(*) FROM device_cert WHERE kind = ?1 AND"
		" not_after >= ?2 AND not_after < ?3");
	int64_t count = bind_ends(stmt, kind, from, before);

	if (!count)
		count = store_row(store, stmt);
	if (!count)
		count = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return count;
}

/* On its way to the writer's thread; certificates lie behind it. */
struct record {
	struct store_enrolment enrolment;
	char why[STORE_WHY_SIZE];
	struct {
		size_t at, len;
	} certs[STORE_DEVICE_CERTS];
	uint8_t bytes[];
};

struct given {
	const uint8_t *der;
	size_t len;
};

static struct given given(const struct store_enrolment *e,
			  enum store_device_cert kind)
{
	switch (kind) {
	case STORE_LSC:
		return (struct given){ e->lsc, e->lsc_len };
	case STORE_MIC:
		return (struct given){ e->mic, e->mic_len };
	case STORE_LSC_ISSUED:
		return (struct given){ e->issued, e->issued_len };
	case STORE_FETCHED:
		return (struct given){ e->fetched, e->fetched_len };
	case STORE_DEVICE_CERTS:
		break;
	}
	return (struct given){ 0 };
}

static int find_phone(struct db *db, int64_t phone, struct store_reply *reply,
		      char key[STORE_KEY_SIZE])
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, "SELECT name FROM phone WHERE id = ?1");

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, phone);
	err = db_step(db, stmt);
	if (err == 1)
		db_copy(key, STORE_KEY_SIZE, stmt, 0);
	sqlite3_reset(stmt);
	if (!err)
		return store_refuse(&reply->error, 404, NULL,
				    "the phone was deleted");
	return err == 1 ? 0 : err;
}

#define PUT_CERT " INTO device_cert (phone, kind, der, sha256, not_after)" \
	" VALUES (?1, ?2, ?3, cert_sha256(?3), cert_end(?3))"

static int put_cert(struct db *db, const struct record *record,
		    enum store_device_cert kind)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, kind == STORE_MIC ?
			  "INSERT OR IGNORE" PUT_CERT :
			  "INSERT OR REPLACE" PUT_CERT);

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, record->enrolment.phone);
	sqlite3_bind_text(stmt, 2, kinds[kind], -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 3, record->bytes + record->certs[kind].at,
			  (int)record->certs[kind].len, SQLITE_STATIC);
	return db_run_kept(db, stmt);
}

static int remove_cert(struct db *db, int64_t phone,
		       enum store_device_cert kind)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, "DELETE FROM device_cert WHERE"
			  " phone = ?1 AND kind = ?2");

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, phone);
	sqlite3_bind_text(stmt, 2, kinds[kind], -1, SQLITE_STATIC);
	return db_run_kept(db, stmt);
}

/* Whoever has them still shall not pass for the phone; those ended cannot. */
static int withdraw(struct db *db, int64_t phone)
{
	sqlite3_stmt *stmt;
	int err = db_exec_kept(db, "DELETE FROM lsc_past WHERE not_after <"
			       " CAST(strftime('%s', 'now') AS INTEGER)");

	if (!err)
		err = db_keep(db, &stmt, "INSERT OR REPLACE INTO lsc_past"
			      " (sha256, not_after) SELECT sha256, not_after"
			      " FROM device_cert WHERE phone = ?1 AND"
			      " kind IN ('lsc', 'issued')");
	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, phone);
	return db_run_kept(db, stmt);
}

/* What arrived may be what was on its way, or the same once more. */
static int admit(struct db *db, const struct record *record)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, "DELETE FROM lsc_past WHERE"
			  " sha256 = cert_sha256(?1)");

	if (err)
		return err;
	sqlite3_bind_blob(stmt, 1, record->bytes + record->certs[STORE_LSC].at,
			  (int)record->certs[STORE_LSC].len, SQLITE_STATIC);
	return db_run_kept(db, stmt);
}

static int put_certs(struct db *db, const struct record *record)
{
	const struct store_enrolment *e = &record->enrolment;
	int err = 0, kind;

	if (e->remove_lsc || e->lsc)
		err = withdraw(db, e->phone);
	if (!err && e->lsc)
		err = admit(db, record);
	/* What was on its way has arrived, or never will. */
	if (!err && (e->remove_lsc || e->lsc))
		err = remove_cert(db, e->phone, STORE_LSC_ISSUED);
	if (!err && e->remove_lsc)
		err = remove_cert(db, e->phone, STORE_LSC);
	for (kind = 0; kind < STORE_DEVICE_CERTS && !err; kind++)
		if (record->certs[kind].len)
			err = put_cert(db, record, kind);
	return err;
}

static int put_history(struct db *db, const struct record *record)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, "INSERT INTO enrolment"
			  " (phone, time, result, done, why) VALUES"
			  " (?1, ?2, ?3, ?4, ?5)");

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, record->enrolment.phone);
	sqlite3_bind_int64(stmt, 2, record->enrolment.when);
	sqlite3_bind_int64(stmt, 3, record->enrolment.result);
	sqlite3_bind_int(stmt, 4, record->enrolment.done);
	sqlite3_bind_text(stmt, 5, record->why, -1, SQLITE_STATIC);
	err = db_run_kept(db, stmt);
	if (!err)
		err = db_keep(db, &stmt, "DELETE FROM enrolment WHERE"
			      " phone = ?1 AND done = ?2 AND id <= (SELECT"
			      " id FROM enrolment WHERE phone = ?1 AND"
			      " done = ?2 ORDER BY id DESC LIMIT 1 OFFSET "
			      HISTORY_MAX ")");
	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, record->enrolment.phone);
	sqlite3_bind_int(stmt, 2, record->enrolment.done);
	return db_run_kept(db, stmt);
}

/* The string has done its work, too. */
static int end_operation(struct db *db, const struct record *record)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, "UPDATE phone SET"
			  " capf_operation = 'none',"
			  " capf_completes_by = NULL,"
			  " capf_auth_string_sealed = NULL"
			  " WHERE id = ?1 AND capf_operation = ?2 AND"
			  " ?3 IN (0, CAST(strftime('%s',"
			  " capf_completes_by) AS INTEGER))");

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, record->enrolment.phone);
	sqlite3_bind_text(stmt, 2,
			  store_capf_operations[record->enrolment.operation], -1,
			  SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, record->enrolment.completes_by);
	return db_run_kept(db, stmt);
}

static int apply(struct db *db, void *arg, struct store_reply *reply,
		 struct store_change *told, char key[STORE_KEY_SIZE])
{
	const struct record *record = arg;
	int err = find_phone(db, record->enrolment.phone, reply, key);

	told->noun = "phone";
	told->verb = "set";
	told->key = key;
	told->id = record->enrolment.phone;
	if (!err)
		err = put_certs(db, record);
	if (!err && record->enrolment.when)
		err = put_history(db, record);
	if (!err && record->enrolment.done)
		err = end_operation(db, record);
	return err;
}

int store_enrolment_keep(struct store *store,
			 const struct store_enrolment *enrolment,
			 store_done done, void *ctx)
{
	size_t size = 0, at = 0;
	struct record *record;
	int kind;

	for (kind = 0; kind < STORE_DEVICE_CERTS; kind++)
		size += given(enrolment, kind).len;
	record = calloc(1, sizeof(*record) + size);
	if (!record)
		return -ENOMEM;
	record->enrolment = *enrolment;
	record->enrolment.why = NULL;
	if (enrolment->why)
		snprintf(record->why, sizeof(record->why), "%s", enrolment->why);
	for (kind = 0; kind < STORE_DEVICE_CERTS; kind++) {
		struct given cert = given(enrolment, kind);

		record->certs[kind].at = at;
		record->certs[kind].len = cert.len;
		if (cert.len)
			memcpy(record->bytes + at, cert.der, cert.len);
		at += cert.len;
	}
	return writer_submit(store, apply, record, enrolment->owed, done, ctx);
}
