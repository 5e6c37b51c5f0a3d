// SPDX-License-Identifier: GPL-2.0
/*
 * Who uses an object: asked of every reference in the table.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/change.h"

#define NAMED	8	/* the others are counted */

struct users {
	char list[512];
	unsigned int count;
};

/* "phone SEP..., route 0.!/internal" */
static void add_user(struct users *users, const struct store_noun *noun,
		     sqlite3_stmt *stmt)
{
	const char *first = (const char *)sqlite3_column_text(stmt, 0);
	const char *second = (const char *)sqlite3_column_text(stmt, 1);
	size_t len = strlen(users->list);

	if (++users->count > NAMED)
		return;
	snprintf(users->list + len, sizeof(users->list) - len, "%s%s %s%s%s",
		 len ? ", " : "", noun->name, first ? first : "",
		 second ? "/" : "", second ? second : "");
}

static int count_users(struct db *db, const struct store_noun *noun,
		       int64_t id, struct users *users, sqlite3_stmt *stmt)
{
	int err;

	sqlite3_bind_int64(stmt, 1, id);
	while ((err = db_step(db, stmt)) == 1)
		add_user(users, noun, stmt);
	sqlite3_finalize(stmt);
	return err;
}

/* The owners' keys: the second is a partition's name, or null. */
static int find_users(struct db *db, const struct store_noun *noun,
		      const struct store_field *field, const char *column,
		      int64_t id, struct users *users)
{
	const struct store_field *key[2];
	char second[128] = "NULL";
	sqlite3_stmt *stmt;
	int err;

	store_noun_key(noun, key);
	if (key[1])
		snprintf(second, sizeof(second), "(SELECT name FROM \"%s\""
			 " WHERE id = t.\"%s\")",
			 store_noun_find(key[1]->ref)->table, key[1]->name);
	/* Of itself no object is a user: it goes with the reference. */
	if (column)
		err = db_prepare(db, &stmt, "SELECT DISTINCT t.\"%w\", %s FROM"
				 " \"%w_%w\" x JOIN \"%w\" t ON t.id = x.owner"
				 " WHERE x.\"%w\" = ?1 AND NOT"
				 " (%d AND x.owner = ?1) ORDER BY 1",
				 key[0]->name, second, noun->table,
				 field->name, noun->table, column,
				 field->ref && !strcmp(field->ref, noun->name));
	else
		err = db_prepare(db, &stmt, "SELECT t.\"%w\", %s FROM \"%w\" t"
				 " WHERE t.\"%w\" = ?1 ORDER BY 1",
				 key[0]->name, second, noun->table,
				 field->name);
	return err ? err : count_users(db, noun, id, users, stmt);
}

static int ask_noun(struct db *db, const struct store_noun *noun,
		    const char *ref, int64_t id, struct users *users)
{
	int err = 0;

	for (const struct store_field *f = noun->fields; f->name; f++) {
		if (f->ref && !strcmp(f->ref, ref))
			err = find_users(db, noun, f,
					 f->type == STORE_TYPE_REFS ?
					 "target" : NULL, id, users);
		if (f->type != STORE_TYPE_LIST)
			continue;
		for (const struct store_field *i = f->fields; i->name; i++)
			if (i->ref && !strcmp(i->ref, ref))
				err = find_users(db, noun, f, i->name, id,
						 users);
		if (err)
			return err;
	}
	return err;
}

int in_use_check(struct db *db, const struct store_noun *noun, int64_t id,
		 const char *key, struct store_error *error)
{
	struct users users = { "", 0 };
	int err;

	for (const struct store_noun *n = store_nouns; n->name; n++) {
		err = ask_noun(db, n, noun->name, id, &users);
		if (err)
			return store_fail(error, err);
	}
	if (!users.count)
		return 0;
	if (users.count > NAMED)
		return store_refuse(error, 409, NULL, "%s %s is used by %s and "
				    "%u more", noun->name, key, users.list,
				    users.count - NAMED);
	return store_refuse(error, 409, NULL, "%s %s is used by %s",
			    noun->name, key, users.list);
}
