// SPDX-License-Identifier: GPL-2.0
/*
 * Lines, by name and as a calling search space finds them.
 */
#include <errno.h>

#include "store/private.h"

#define SELECT_LINE \
	"SELECT l.id, l.number, l.partition," \
	" (SELECT name FROM partition WHERE id = l.partition)," \
	" l.description, l.css, l.presence_group, l.no_answer_timeout," \
	" l.voicemail_indicator FROM line l "

static int read_line(struct store *store, sqlite3_stmt *stmt,
		     struct store_line *line)
{
	int err = store_row(store, stmt);

	if (err)
		goto reset;
	line->id = sqlite3_column_int64(stmt, 0);
	db_copy(line->number, sizeof(line->number), stmt, 1);
	line->partition = sqlite3_column_int64(stmt, 2);
	db_copy(line->partition_name, sizeof(line->partition_name), stmt, 3);
	db_copy(line->description, sizeof(line->description), stmt, 4);
	line->css = sqlite3_column_int64(stmt, 5);
	line->presence_group = sqlite3_column_int64(stmt, 6);
	line->no_answer_timeout = sqlite3_column_int(stmt, 7);
	if (!line->no_answer_timeout)
		line->no_answer_timeout =
			store_param(store, STORE_PARAM_NO_ANSWER_TIMEOUT);
	line->voicemail_indicator = sqlite3_column_int(stmt, 8);
reset:
	sqlite3_reset(stmt);
	return err;
}

/* A partition that is not there must not be taken for none. */
int store_line_by_name(struct store *store, const char *number,
		       const char *partition, struct store_line *line)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LINE_BY_NAME, SELECT_LINE
		"WHERE l.number = ?1 AND IFNULL(l.partition, 0) ="
		" CASE WHEN ?2 = '' THEN 0 ELSE IFNULL("
		"(SELECT id FROM partition WHERE name = ?2), -1) END");

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, number, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, partition ? partition : "", -1,
			  SQLITE_STATIC);
	return read_line(store, stmt, line);
}

int store_line_get(struct store *store, int64_t id, struct store_line *line)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LINE_BY_ID,
					SELECT_LINE "WHERE l.id = ?1");

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	return read_line(store, stmt, line);
}

int store_line_find(struct store *store, int64_t css, const char *number,
		    struct store_line *line)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LINE_BY_CSS, SELECT_LINE
		"LEFT JOIN css_partitions x"
		" ON x.owner = ?2 AND x.target = l.partition"
		" WHERE l.number = ?1"
		" AND (l.partition IS NULL OR x.position IS NOT NULL)"
		" ORDER BY x.position IS NULL, x.position LIMIT 1");

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, number, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, css);
	return read_line(store, stmt, line);
}

int css_partitions(struct store *store, int64_t css, int64_t *ids,
		   size_t *count)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CSS_PARTITIONS,
		"SELECT target FROM css_partitions WHERE owner = ?1"
		" ORDER BY position");
	int err = 0;

	*count = 0;
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, css);
	while (*count < CSS_MAX && !(err = store_row(store, stmt)))
		ids[(*count)++] = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return err == -ENOENT ? 0 : err;
}
