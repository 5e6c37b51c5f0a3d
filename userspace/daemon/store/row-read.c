// SPDX-License-Identifier: GPL-2.0
/*
 * Objects out of their tables: one statement for the row, one for each list.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"

#define MAX_LISTS	8

struct row_reader {
	struct db *db;
	const struct store_noun *noun;
	sqlite3_stmt *row;
	sqlite3_stmt *lists[MAX_LISTS];
	bool one;
	int err;		/* the first one */
};

struct text {
	char *s;
	size_t size;
	FILE *file;
};

static int text_open(struct text *text)
{
	text->s = NULL;
	text->file = open_memstream(&text->s, &text->size);
	return text->file ? 0 : -ENOMEM;
}

/* The name of what column @column of @table refers to. */
static void put_ref(FILE *file, const char *table, const char *column,
		    const char *ref)
{
	const struct store_noun *noun = store_noun_find(ref);
	const struct store_field *key[2];

	store_noun_key(noun, key);
	fprintf(file, "(SELECT \"%s\" FROM \"%s\" WHERE id = %s.\"%s\")",
		key[0]->name, noun->table, table, column);
}

static int prepare_row(struct row_reader *r)
{
	const struct store_field *key[2];
	struct text sql;
	int err = text_open(&sql);

	if (err)
		return err;
	store_noun_key(r->noun, key);
	fputs("SELECT id", sql.file);
	for (const struct store_field *f = r->noun->fields; f->name; f++) {
		if (!store_field_is_column(f))
			continue;
		fputs(", ", sql.file);
		if (f->type == STORE_TYPE_REF)
			put_ref(sql.file, "t", f->name, f->ref);
		else
			fprintf(sql.file, "t.\"%s\"", f->name);
	}
	fprintf(sql.file, " FROM \"%s\" t %s", r->noun->table,
		r->one ? "WHERE id = ?1" : "ORDER BY 2");
	/* The second key field is the third column. */
	if (!r->one && key[1])
		fputs(", 3", sql.file);
	fclose(sql.file);
	err = db_prepare(r->db, &r->row, "%s", sql.s);
	free(sql.s);
	return err;
}

/* An entry's columns, as store_item_fields() lists them. */
static void put_item(FILE *file, const struct store_field *fields)
{
	const struct store_field *key[2];

	for (const struct store_field *f = fields; f->name; f++) {
		fputs(f == fields ? "" : ", ", file);
		if (f->type != STORE_TYPE_REF) {
			fprintf(file, "x.\"%s\"", f->name);
			continue;
		}
		store_noun_key(store_noun_find(f->ref), key);
		if (!key[1]) {
			put_ref(file, "x", f->name, f->ref);
			continue;
		}
		/* A reference by two names needs the row joined: "r". */
		fprintf(file, "r.\"%s\", ", key[0]->name);
		put_ref(file, "r", key[1]->name, key[1]->ref);
	}
}

static void put_join(FILE *file, const struct store_field *fields)
{
	const struct store_field *key[2];
	const struct store_noun *noun;

	for (const struct store_field *f = fields; f->name; f++) {
		if (f->type != STORE_TYPE_REF)
			continue;
		noun = store_noun_find(f->ref);
		store_noun_key(noun, key);
		if (key[1])
			fprintf(file, " JOIN \"%s\" r ON r.id = x.\"%s\"",
				noun->table, f->name);
	}
}

static int prepare_list(struct row_reader *r, const struct store_field *f,
			sqlite3_stmt **stmt)
{
	const char *table = r->noun->table;
	struct text sql;
	int err;

	if (f->type == STORE_TYPE_DIGEST)
		return db_prepare(r->db, stmt, "SELECT realm, algorithm,"
				  " lower(hex(ha1)) FROM \"%w_digest\""
				  " WHERE owner = ?1"
				  " ORDER BY realm, algorithm", table);
	err = text_open(&sql);
	if (err)
		return err;
	fputs("SELECT ", sql.file);
	if (f->type == STORE_TYPE_REFS)
		put_ref(sql.file, "x", "target", f->ref);
	else
		put_item(sql.file, f->fields);
	fprintf(sql.file, " FROM \"%s_%s\" x", table, f->name);
	if (f->type == STORE_TYPE_LIST)
		put_join(sql.file, f->fields);
	fputs(" WHERE x.owner = ?1 ORDER BY x.position", sql.file);
	fclose(sql.file);
	err = db_prepare(r->db, stmt, "%s", sql.s);
	free(sql.s);
	return err;
}

struct row_reader *row_reader_new(struct db *db, const struct store_noun *noun,
				  bool one)
{
	struct row_reader *r = calloc(1, sizeof(*r));
	int list = 0, err;

	if (!r)
		return NULL;
	r->db = db;
	r->noun = noun;
	r->one = one;
	err = prepare_row(r);
	for (const struct store_field *f = noun->fields; f->name && !err; f++)
		if (store_field_is_list(f))
			err = prepare_list(r, f, &r->lists[list++]);
	r->err = err;
	return r;
}

int row_reader_end(struct row_reader *r)
{
	int err = r ? r->err : -ENOMEM;

	if (!r)
		return err;
	sqlite3_finalize(r->row);
	for (int i = 0; i < MAX_LISTS; i++)
		sqlite3_finalize(r->lists[i]);
	free(r);
	return err;
}

/* Is there a row? What went wrong is kept. */
static bool next_row(struct row_reader *r, sqlite3_stmt *stmt)
{
	int found = r->err ? r->err : db_step(r->db, stmt);

	if (found < 0)
		r->err = found;
	return found == 1;
}

static json_t *read_value(const struct store_field *f, sqlite3_stmt *stmt,
			  int column)
{
	if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
		return json_null();
	if (f->type == STORE_TYPE_BOOL)
		return json_boolean(sqlite3_column_int(stmt, column));
	if (f->type == STORE_TYPE_INT)
		return json_integer(sqlite3_column_int64(stmt, column));
	return json_string((const char *)sqlite3_column_text(stmt, column));
}

static json_t *read_list(struct row_reader *r, const struct store_field *f,
			 sqlite3_stmt *stmt, int64_t id)
{
	const struct store_field *item[STORE_MAX_ITEM_FIELDS];
	json_t *list = json_array(), *entry;
	size_t count = 0;

	if (f->fields)
		count = store_item_fields(f->fields, item);
	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, id);
	while (next_row(r, stmt)) {
		if (f->type == STORE_TYPE_REFS) {
			json_array_append_new(list, read_value(f, stmt, 0));
			continue;
		}
		entry = json_object();
		for (size_t i = 0; i < count; i++)
			json_object_set_new(entry, item[i]->name,
					    read_value(item[i], stmt, i));
		json_array_append_new(list, entry);
	}
	sqlite3_reset(stmt);
	return list;
}

/* Fields of another kind of profile have no value, not even null. */
static bool belongs(const struct store_field *f, const json_t *object)
{
	const char *word = member_text(object, "kind");

	return !f->kinds || (word && f->kinds & store_kind(word));
}

json_t *row_read(struct row_reader *r, int64_t *id)
{
	json_t *object = NULL;
	int column = 1, list = 0;

	if (r->err)
		return NULL;
	if (r->one) {
		sqlite3_reset(r->row);
		sqlite3_bind_int64(r->row, 1, *id);
	}
	if (!next_row(r, r->row))
		return NULL;
	*id = sqlite3_column_int64(r->row, 0);
	object = json_object();
	for (const struct store_field *f = r->noun->fields; f->name; f++) {
		json_t *value = NULL;

		if (store_field_is_column(f))
			value = read_value(f, r->row, column++);
		else if (store_field_is_list(f))
			value = read_list(r, f, r->lists[list++], *id);
		if (value && belongs(f, object))
			json_object_set_new(object, f->name, value);
		else
			json_decref(value);
	}
	if (r->one)
		sqlite3_reset(r->row);
	if (!r->err)
		return object;
	json_decref(object);
	return NULL;
}

json_t *row_get(struct db *db, const struct store_noun *noun, int64_t id)
{
	struct row_reader *r = row_reader_new(db, noun, true);
	json_t *object = r ? row_read(r, &id) : NULL;

	if (!row_reader_end(r))
		return object;
	json_decref(object);
	return NULL;
}

static int64_t first_id(struct db *db, sqlite3_stmt *stmt)
{
	int64_t id = db_step(db, stmt);

	if (id == 1)
		id = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return id;
}

int64_t row_find(struct db *db, const struct store_noun *noun,
		 const char *first, const char *second)
{
	const struct store_field *key[2];
	sqlite3_stmt *stmt;
	int64_t other = 0;
	int err;

	store_noun_key(noun, key);
	if (key[1] && second) {
		other = row_find(db, store_noun_find(key[1]->ref), second,
				 NULL);
		if (other <= 0)
			return other;
	}
	if (key[1])
		err = db_prepare(db, &stmt, "SELECT id FROM \"%w\" WHERE"
				 " \"%w\" = ?1 AND IFNULL(\"%w\", 0) = ?2",
				 noun->table, key[0]->name, key[1]->name);
	else
		err = db_prepare(db, &stmt, "SELECT id FROM \"%w\" WHERE"
				 " \"%w\" = ?1", noun->table, key[0]->name);
	if (err)
		return err;
	sqlite3_bind_text(stmt, 1, first, -1, SQLITE_STATIC);
	if (key[1])
		sqlite3_bind_int64(stmt, 2, other);
	return first_id(db, stmt);
}

/* Phones are called by any case. */
int64_t row_find_key(struct db *db, const struct store_noun *noun,
		     const char *key)
{
	const struct store_field *fields[2];
	char first[STORE_KEY_SIZE], why[128];
	char *second = NULL;

	if (snprintf(first, sizeof(first), "%s", key) >= (int)sizeof(first))
		return 0;
	store_noun_key(noun, fields);
	if (fields[1]) {
		second = strchr(first, '/');
		if (second)
			*second++ = '\0';
	}
	if (store_text_check(fields[0], first, why, sizeof(why)))
		return 0;
	return row_find(db, noun, first, second);
}

void row_publish(const struct store_noun *noun, json_t *object)
{
	json_t *list, *entry;
	size_t i;

	for (const struct store_field *f = noun->fields; f->name; f++) {
		if (f->type == STORE_TYPE_SEALED ||
		    f->type == STORE_TYPE_PASSWORD)
			json_object_del(object, f->name);
		if (f->type != STORE_TYPE_DIGEST)
			continue;
		list = json_object_get(object, f->name);
		json_array_foreach(list, i, entry)
			json_object_del(entry, "ha1");
	}
}
