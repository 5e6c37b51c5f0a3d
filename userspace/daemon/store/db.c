// SPDX-License-Identifier: GPL-2.0
/*
 * Connections to SQLite: opened the same way everywhere, errors as errno.
 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

/* Readers never wait in WAL mode; two writers meet at start alone. */
#define BUSY_MS		5000

static int to_errno(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	default:
		return -EIO;
	}
}

int db_error(struct db *db, const char *what)
{
	int err = to_errno(sqlite3_extended_errcode(db->sql));

	log_event(LOG_LEVEL_ERROR, "database", "doing", what, "reason",
		  sqlite3_errmsg(db->sql), NULL);
	return err ? err : -EIO;
}

int db_exec(struct db *db, const char *sql)
{
	if (sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return db_error(db, sql);
}

static int make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int db_open(struct db *db, const char *path, bool sync, char *why, size_t size)
{
	int err;

	db->sql = NULL;
	memset(db->kept, 0, sizeof(db->kept));
	err = strcmp(path, ":memory:") ? make_file(path) : 0;
	if (err) {
		snprintf(why, size, "%s: %s", path, strerror(-err));
		return err;
	}
	/* One thread uses it at a time, which is ours to see to. */
	if (sqlite3_open_v2(path, &db->sql, SQLITE_OPEN_READWRITE |
			    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		snprintf(why, size, "%s: %s", path, db->sql ?
			 sqlite3_errmsg(db->sql) : "out of memory");
		db_close(db);
		return -EIO;
	}
	sqlite3_extended_result_codes(db->sql, 1);
	sqlite3_busy_timeout(db->sql, BUSY_MS);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	err = cert_sql_add(db->sql) ? -ENOMEM :
		db_exec(db, "PRAGMA journal_mode=WAL");
	if (!err)
		err = db_exec(db, sync ? "PRAGMA synchronous=FULL" :
			      "PRAGMA synchronous=NORMAL");
	/* Checksums of passwords do not linger in free pages. */
	if (!err && sync)
		err = db_exec(db, "PRAGMA secure_delete=ON");
	if (!err)
		err = db_exec(db, "PRAGMA foreign_keys=ON;"
			      "PRAGMA trusted_schema=OFF");
	if (err) {
		snprintf(why, size, "%s: %s", path, sqlite3_errmsg(db->sql));
		db_close(db);
	}
	return err;
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < DB_KEPT; i++)
		sqlite3_finalize(db->kept[i].stmt);
	memset(db->kept, 0, sizeof(db->kept));
	sqlite3_close_v2(db->sql);
	db->sql = NULL;
}

int db_prepare(struct db *db, sqlite3_stmt **stmt, const char *format, ...)
{
	va_list args;
	char *sql;
	int code;

	*stmt = NULL;
	va_start(args, format);
	sql = sqlite3_vmprintf(format, args);
	va_end(args);
	if (!sql)
		return -ENOMEM;
	code = sqlite3_prepare_v2(db->sql, sql, -1, stmt, NULL);
	if (code != SQLITE_OK)
		db_error(db, sql);
	sqlite3_free(sql);
	return to_errno(code);
}

int db_step(struct db *db, sqlite3_stmt *stmt)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return db_error(db, sqlite3_sql(stmt));
	}
}

int db_each(struct db *db, const char *sql, db_row_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	int err = db_prepare(db, &stmt, "%s", sql);

	if (err)
		return err;
	while ((err = db_step(db, stmt)) == 1) {
		err = fn(stmt, ctx);
		if (err)
			break;
	}
	sqlite3_finalize(stmt);
	return err;
}

int db_run(struct db *db, sqlite3_stmt *stmt)
{
	int err = stmt ? db_step(db, stmt) : -EIO;

	sqlite3_finalize(stmt);
	return err < 0 ? err : 0;
}

int db_keep(struct db *db, sqlite3_stmt **stmt, const char *sql)
{
	size_t i = 0;

	while (i < DB_KEPT && db->kept[i].sql && db->kept[i].sql != sql)
		i++;
	*stmt = NULL;
	if (i == DB_KEPT)
		return -ENOBUFS;
	if (!db->kept[i].sql) {
		if (sqlite3_prepare_v3(db->sql, sql, -1,
				       SQLITE_PREPARE_PERSISTENT,
				       &db->kept[i].stmt, NULL) != SQLITE_OK)
			return db_error(db, sql);
		db->kept[i].sql = sql;
	}
	*stmt = db->kept[i].stmt;
	return 0;
}

int db_run_kept(struct db *db, sqlite3_stmt *stmt)
{
	int err = db_step(db, stmt);

	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err < 0 ? err : 0;
}

int db_exec_kept(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt;
	int err = db_keep(db, &stmt, sql);

	return err ? err : db_run_kept(db, stmt);
}

void db_copy(char *to, size_t size, sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	snprintf(to, size, "%s", text ? text : "");
}
