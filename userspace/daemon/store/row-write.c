// SPDX-License-Identifier: GPL-2.0
/*
 * Objects into their tables, names of others resolved on the way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"

/* 0: null; -EINVAL: told to the asker. */
static int64_t resolve(struct change *c, const char *ref, const char *path,
		       const char *first, const char *second)
{
	const struct store_noun *noun = store_noun_find(ref);
	int64_t id;

	if (!first)
		return 0;
	id = row_find(c->db, noun, first, second);
	if (id > 0)
		return id;
	if (id < 0)
		return store_fail(c->error, id);
	return store_refuse(c->error, 400, path, "there is no %s %s%s%s", ref,
			    first, second ? "/" : "", second ? second : "");
}

static int bind_value(struct change *c, sqlite3_stmt *stmt, int at,
		      const struct store_field *f, const json_t *value,
		      const char *path)
{
	int64_t id;

	if (!value || json_is_null(value)) {
		sqlite3_bind_null(stmt, at);
		return 0;
	}
	switch (f->type) {
	case STORE_TYPE_BOOL:
		sqlite3_bind_int(stmt, at, json_is_true(value));
		return 0;
	case STORE_TYPE_INT:
		sqlite3_bind_int64(stmt, at, json_integer_value(value));
		return 0;
	case STORE_TYPE_REF:
		id = resolve(c, f->ref, path, json_string_value(value), NULL);
		if (id > 0)
			sqlite3_bind_int64(stmt, at, id);
		return id < 0 ? id : 0;
	default:
		sqlite3_bind_text(stmt, at, json_string_value(value), -1,
				  SQLITE_STATIC);
		return 0;
	}
}

/* Columns from ?1 on; the id is the parameter after the last. */
static char *write_sql(const struct change *c)
{
	const char *values = "";
	size_t size;
	char *sql = NULL;
	FILE *file = open_memstream(&sql, &size);
	int count = 0;

	if (!file)
		return NULL;
	fprintf(file, c->id ? "UPDATE \"%s\" SET (" : "INSERT INTO \"%s\" (",
		c->noun->table);
	for (const struct store_field *f = c->noun->fields; f->name; f++)
		if (store_field_is_column(f))
			fprintf(file, "%s\"%s\"", count++ ? ", " : "",
				f->name);
	fputs(c->id ? ") = (" : ") VALUES (", file);
	for (int i = 1; i <= count; i++, values = ", ")
		fprintf(file, "%s?%d", values, i);
	fputs(")", file);
	if (c->id)
		fprintf(file, " WHERE id = ?%d", count + 1);
	fclose(file);
	return sql;
}

static int write_row(struct change *c)
{
	char *sql = write_sql(c);
	sqlite3_stmt *stmt;
	int at = 1, err = sql ? db_prepare(c->db, &stmt, "%s", sql) : -ENOMEM;

	free(sql);
	if (err)
		return store_fail(c->error, err);
	for (const struct store_field *f = c->noun->fields; f->name; f++) {
		if (!store_field_is_column(f))
			continue;
		err = bind_value(c, stmt, at++, f,
				 json_object_get(c->next, f->name), f->name);
		if (err) {
			sqlite3_finalize(stmt);
			return err;
		}
	}
	if (c->id)
		sqlite3_bind_int64(stmt, at, c->id);
	err = db_run(c->db, stmt);
	if (err)
		return store_fail(c->error, err);
	if (!c->id)
		c->id = sqlite3_last_insert_rowid(c->db->sql);
	return 0;
}

static int bind_item(struct change *c, sqlite3_stmt *stmt,
		     const struct store_field *fields, const json_t *entry,
		     const char *path)
{
	const struct store_field *key[2] = { NULL, NULL };
	char name[128];
	int64_t id;
	int at = 3, err = 0;

	for (const struct store_field *f = fields; f->name && !err; f++, at++) {
		if (f->type == STORE_TYPE_REF)
			store_noun_key(store_noun_find(f->ref), key);
		snprintf(name, sizeof(name), "%s.%s", path, f->name);
		if (f->type != STORE_TYPE_REF || !key[1]) {
			err = bind_value(c, stmt, at, f,
					 json_object_get(entry, f->name), name);
			continue;
		}
		snprintf(name, sizeof(name), "%s.%s", path, key[0]->name);
		id = resolve(c, f->ref, name, member_text(entry, key[0]->name),
			     member_text(entry, key[1]->name));
		sqlite3_bind_int64(stmt, at, id);
		err = id < 0 ? id : 0;
	}
	return err;
}

static int prepare_insert(struct change *c, const struct store_field *f,
			  sqlite3_stmt **stmt)
{
	char columns[256] = "", values[64] = "";
	size_t len = 0;
	int at = 3;

	if (f->type == STORE_TYPE_REFS)
		return db_prepare(c->db, stmt, "INSERT INTO \"%w_%w\""
				  " (owner, position, target)"
				  " VALUES (?1, ?2, ?3)", c->noun->table,
				  f->name);
	for (const struct store_field *i = f->fields; i->name; i++) {
		len += snprintf(columns + len, sizeof(columns) - len,
				", \"%s\"", i->name);
		snprintf(values + strlen(values),
			 sizeof(values) - strlen(values), ", ?%d", at++);
	}
	return db_prepare(c->db, stmt, "INSERT INTO \"%w_%w\" (owner,"
			  " position%s) VALUES (?1, ?2%s)", c->noun->table,
			  f->name, columns, values);
}

static int write_entry(struct change *c, sqlite3_stmt *stmt,
		       const struct store_field *f, const json_t *entry,
		       size_t i)
{
	char path[64];
	int64_t id;
	int err;

	snprintf(path, sizeof(path), "%s[%zu]", f->name, i);
	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, c->id);
	sqlite3_bind_int64(stmt, 2, i + 1);
	if (f->type == STORE_TYPE_REFS) {
		id = resolve(c, f->ref, path, json_string_value(entry), NULL);
		if (id < 0)
			return id;
		sqlite3_bind_int64(stmt, 3, id);
	} else {
		err = bind_item(c, stmt, f->fields, entry, path);
		if (err)
			return err;
	}
	err = db_step(c->db, stmt);
	return err < 0 ? store_fail(c->error, err) : 0;
}

static int write_digest(struct change *c, const json_t *list)
{
	const char *hex;
	const json_t *entry;
	sqlite3_stmt *stmt;
	uint8_t ha1[32];
	size_t i, len;
	int err = 0;

	json_array_foreach(list, i, entry) {
		hex = member_text(entry, "ha1");
		len = strlen(hex) / 2;
		for (size_t b = 0; b < len && b < sizeof(ha1); b++)
			sscanf(hex + 2 * b, "%2hhx", &ha1[b]);
		err = db_prepare(c->db, &stmt, "INSERT INTO \"%w_digest\""
				 " VALUES (?1, ?2, ?3, ?4)", c->noun->table);
		if (err)
			break;
		sqlite3_bind_int64(stmt, 1, c->id);
		sqlite3_bind_text(stmt, 2, member_text(entry, "realm"), -1,
				  SQLITE_STATIC);
		sqlite3_bind_text(stmt, 3, member_text(entry, "algorithm"), -1,
				  SQLITE_STATIC);
		sqlite3_bind_blob(stmt, 4, ha1, len, SQLITE_STATIC);
		err = db_run(c->db, stmt);
		if (err)
			break;
	}
	explicit_bzero(ha1, sizeof(ha1));
	return err ? store_fail(c->error, err) : 0;
}

static int write_list(struct change *c, const struct store_field *f)
{
	const json_t *list = json_object_get(c->next, f->name), *entry;
	sqlite3_stmt *stmt;
	size_t i;
	int err;

	err = db_prepare(c->db, &stmt, "DELETE FROM \"%w_%w\" WHERE owner = ?1",
			 c->noun->table, f->name);
	if (!err) {
		sqlite3_bind_int64(stmt, 1, c->id);
		err = db_run(c->db, stmt);
	}
	if (err)
		return store_fail(c->error, err);
	if (f->type == STORE_TYPE_DIGEST)
		return write_digest(c, list);
	err = prepare_insert(c, f, &stmt);
	if (err)
		return store_fail(c->error, err);
	json_array_foreach(list, i, entry) {
		err = write_entry(c, stmt, f, entry, i);
		if (err)
			break;
	}
	sqlite3_finalize(stmt);
	return err;
}

/* The unique indices would refuse it, too, but not say it as well. */
static int check_key(struct change *c)
{
	const struct store_field *key[2];
	int64_t id;

	store_noun_key(c->noun, key);
	id = row_find(c->db, c->noun, member_text(c->next, key[0]->name),
		      key[1] ? member_text(c->next, key[1]->name) : NULL);
	if (id < 0)
		return store_fail(c->error, id);
	if (id && id != c->id)
		return store_refuse(c->error, 409, key[0]->name,
				    "a %s of that name is there already",
				    c->noun->name);
	return 0;
}

int row_write(struct change *c)
{
	int err = check_key(c);

	if (!err)
		err = write_row(c);
	for (const struct store_field *f = c->noun->fields; f->name && !err;
	     f++)
		if (store_field_is_list(f))
			err = write_list(c, f);
	return err;
}

int row_delete(struct db *db, const struct store_noun *noun, int64_t id)
{
	sqlite3_stmt *stmt;
	int err = db_prepare(db, &stmt, "DELETE FROM \"%w\" WHERE id = ?1",
			     noun->table);

	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, id);
	return db_run(db, stmt);
}
