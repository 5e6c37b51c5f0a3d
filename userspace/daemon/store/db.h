/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SQLite as the files of this folder use it; private to the folder.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_SEAL_KEY_SIZE	32

enum { DB_KEPT = 32 };

struct db {
	sqlite3 *sql;
	const uint8_t *seal_key;	/* DB_SEAL_KEY_SIZE bytes */
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} kept[DB_KEPT];
};

enum db_kind {
	DB_CONFIG,
	DB_RUNTIME,
};

/*
 * @sync: every commit reaches the disk. @why gets a sentence. Makes the file
 * (0600) if there is none.
 */
int db_open(struct db *db, const char *path, bool sync, char *why, size_t size);
void db_close(struct db *db);

/* Brings the schema up to date, all or nothing. */
int db_migrate(struct db *db, enum db_kind kind, char *why, size_t size);
/* How many migrations there are, and one's text: for the tests. */
int db_migration_count(enum db_kind kind);
int db_migrate_to(struct db *db, enum db_kind kind, int version, char *why,
		  size_t size);

/* The errno of what SQLite said last, logged. */
int db_error(struct db *db, const char *what);

int db_exec(struct db *db, const char *sql);
/* @format as sqlite3_mprintf has it: %w for names within "". */
int db_prepare(struct db *db, sqlite3_stmt **stmt, const char *format, ...);
/* 1: a row, 0: no more, or -errno. */
int db_step(struct db *db, sqlite3_stmt *stmt);
/* What one row becomes: 0 or -errno, which ends the reading. */
typedef int (*db_row_fn)(sqlite3_stmt *stmt, void *ctx);
/* @fn for every row of @sql, in its order: 0 or the first -errno. */
int db_each(struct db *db, const char *sql, db_row_fn fn, void *ctx);
/* Steps once and finalizes: 0 or -errno. NULL is told as -EIO. */
int db_run(struct db *db, sqlite3_stmt *stmt);

/*
 * For what is done often: prepared once, found again by the address of @sql,
 * which is a literal, and reset by whoever used it, as db_run_kept() does. At
 * most DB_KEPT of them.
 */
int db_keep(struct db *db, sqlite3_stmt **stmt, const char *sql);
int db_run_kept(struct db *db, sqlite3_stmt *stmt);
int db_exec_kept(struct db *db, const char *sql);

/* A text column into a buffer; NULL is "", what is too long is cut. */
void db_copy(char *to, size_t size, sqlite3_stmt *stmt, int column);

/* cert-sql.c: functions of certificates. 0, or not. */
int cert_sql_add(sqlite3 *sql);

#endif /* STORE_DB_H */
