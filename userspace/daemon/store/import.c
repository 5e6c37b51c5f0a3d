// SPDX-License-Identifier: GPL-2.0
/*
 * A whole configuration as one document: applied, and told as a difference.
 *
 * Of each noun the document names, the objects become exactly those it lists;
 * nouns it does not name stay. A secret it does not give stays, too. All within
 * the caller's transaction: a dry run is one that is rolled back.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/change.h"
#include "store/store.h"

#define VERSION	1

struct import {
	struct db *db;
	const json_t *document;
	json_t *difference;
	json_t *warnings;
	json_t *early;		/* "noun key": added before what it names */
	struct store_error *error;
	bool dry_run;
	int affected;		/* phones, some of them twice */
};

static void tell(struct import *im, const char *verb, const char *noun,
		 const char *key, json_t *fields)
{
	json_t *entry = json_pack("{ssssss}", "verb", verb, "noun", noun,
				  "key", key);

	if (fields)
		json_object_set_new(entry, "fields", fields);
	json_array_append_new(im->difference, entry);
}

static bool is_secret(const struct store_field *f)
{
	return f->type == STORE_TYPE_PASSWORD || f->type == STORE_TYPE_SEALED ||
		f->type == STORE_TYPE_DIGEST;
}

/* What changed; of secrets only that they did. */
static json_t *changed_fields(const struct change *c)
{
	json_t *fields = json_object();

	for (const struct store_field *f = c->noun->fields; f->name; f++) {
		json_t *from = json_object_get(c->now, f->name);
		json_t *to = json_object_get(c->next, f->name);

		if (f->flags & STORE_DERIVED || (!from && !to) ||
		    (from && to && json_equal(from, to)))
			continue;
		if (is_secret(f))
			json_object_set_new(fields, f->name, json_object());
		else
			json_object_set_new(fields, f->name,
					    json_pack("{sO?sO?}", "from", from,
						      "to", to));
	}
	return fields;
}

/* @given so that nothing but secrets is taken over from @now. */
static int replace_all(const struct change *c)
{
	for (const struct store_field *f = c->noun->fields; f->name; f++) {
		if (json_object_get(c->given, f->name) || is_secret(f) ||
		    f->flags & STORE_DERIVED)
			continue;
		if (f->flags & STORE_REQUIRED)
			return store_refuse(c->error, 400, f->name,
					    "is missing");
		if (!(f->flags & STORE_FIXED))
			json_object_set_new(c->given, f->name, json_null());
	}
	return 0;
}

static void clear(struct change *c)
{
	json_decref(c->now);
	json_decref(c->given);
	json_decref(c->next);
	c->now = c->given = c->next = NULL;
}

static bool was_early(struct import *im, const struct store_noun *noun,
		      const char *key)
{
	char name[STORE_KEY_SIZE + 32];

	snprintf(name, sizeof(name), "%s %s", noun->name, key);
	return json_object_get(im->early, name) != NULL;
}

static int apply_one(struct import *im, struct change *c, const char *key)
{
	int64_t id = row_find_key(im->db, c->noun, key);
	json_t *fields;
	int err;

	if (id < 0)
		return store_fail(im->error, id);
	if (!id) {
		err = object_add(c);
		if (!err)
			tell(im, "add", c->noun->name, key, NULL);
		return err;
	}
	err = replace_all(c);
	if (!err)
		err = object_set(c, key);
	if (err)
		return err;
	fields = changed_fields(c);
	if (was_early(im, c->noun, key))
		tell(im, "add", c->noun->name, key, NULL);
	else if (json_object_size(fields)) {
		tell(im, "set", c->noun->name, key, json_incref(fields));
		im->affected += affected_count(c);
	}
	json_decref(fields);
	return 0;
}

/* The object's name in front of what the error says, or its place. */
static void place(struct import *im, const struct store_noun *noun,
		  const char *key, size_t i)
{
	if (im->error->object[0])
		return;
	if (key)
		snprintf(im->error->object, sizeof(im->error->object), "%s %s",
			 noun->name, key);
	else
		snprintf(im->error->object, sizeof(im->error->object),
			 "%s[%zu]", noun->name, i);
}

static int apply_entry(struct import *im, const struct store_noun *noun,
		       const json_t *entry, size_t i, json_t *keys)
{
	struct change c = { .db = im->db, .noun = noun,
			    .warnings = json_array(), .error = im->error,
			    .dry_run = im->dry_run };
	char key[STORE_KEY_SIZE] = "";
	bool named = json_is_object(entry) && store_key_of(noun, entry, key);
	const struct store_field *fields[2];
	const char *warning;
	json_t *sentence;
	int err = -EINVAL;
	size_t w;

	store_noun_key(noun, fields);
	c.given = field_given(noun, entry, im->error);
	if (c.given && !named)
		store_refuse(im->error, 400, fields[0]->name, "is missing");
	else if (c.given && json_object_get(keys, key))
		store_refuse(im->error, 400, fields[0]->name,
			     "is there twice");
	else if (c.given)
		err = apply_one(im, &c, key);
	if (err)
		place(im, noun, named ? key : NULL, i);
	else
		im->error->object[0] = '\0';
	json_object_set_new(keys, key, json_true());
	json_array_foreach(c.warnings, w, sentence) {
		warning = json_string_value(sentence);
		store_warn(im->warnings, "%s %s: %s", noun->name, key, warning);
	}
	clear(&c);
	json_decref(c.warnings);
	return err;
}

/* Objects that name others of their noun: first all without. */
static int add_early(struct import *im, const struct store_noun *noun,
		     const json_t *list)
{
	const struct store_field *self = NULL;
	struct change c = { .db = im->db, .noun = noun,
			    .warnings = im->warnings, .error = im->error };
	char key[STORE_KEY_SIZE], name[STORE_KEY_SIZE + 32];
	const json_t *entry;
	int err = 0;
	size_t i;

	for (const struct store_field *f = noun->fields; f->name; f++)
		if (f->ref && !strcmp(f->ref, noun->name))
			self = f;
	if (!self)
		return 0;
	json_array_foreach(list, i, entry) {
		if (!json_is_object(entry) || !store_key_of(noun, entry, key) ||
		    row_find_key(im->db, noun, key))
			continue;
		c.given = field_given(noun, entry, im->error);
		json_object_del(c.given, self->name);
		err = c.given ? object_add(&c) : -EINVAL;
		clear(&c);
		if (err) {
			place(im, noun, key, i);
			return err;
		}
		im->error->object[0] = '\0';
		snprintf(name, sizeof(name), "%s %s", noun->name, key);
		json_object_set_new(im->early, name, json_true());
	}
	return 0;
}

static int apply_noun(struct import *im, const struct store_noun *noun,
		      const json_t *list)
{
	json_t *keys = json_object();
	const json_t *entry;
	int err = add_early(im, noun, list);
	size_t i;

	json_array_foreach(list, i, entry) {
		if (err)
			break;
		err = apply_entry(im, noun, entry, i, keys);
	}
	json_decref(keys);
	return err;
}

/* The keys of those objects that the document does not list; or NULL. */
static json_t *missing_keys(struct import *im, const struct store_noun *noun,
			    const json_t *list)
{
	struct row_reader *r = row_reader_new(im->db, noun, false);
	json_t *missing = json_object(), *object;
	char key[STORE_KEY_SIZE];
	const json_t *entry;
	int64_t id;
	size_t i;
	int err;

	while (r && (object = row_read(r, &id))) {
		if (object_is_exported(noun, object) &&
		    store_key_of(noun, object, key))
			json_object_set_new(missing, key, json_true());
		json_decref(object);
	}
	err = row_reader_end(r);
	if (err) {
		store_fail(im->error, err);
		json_decref(missing);
		return NULL;
	}
	json_array_foreach(list, i, entry)
		if (store_key_of(noun, entry, key))
			json_object_del(missing, key);
	return missing;
}

static int delete_missing(struct import *im, const struct store_noun *noun,
			  const json_t *list)
{
	struct change c = { .db = im->db, .noun = noun,
			    .warnings = im->warnings, .error = im->error };
	json_t *missing = missing_keys(im, noun, list), *value;
	int err = missing ? 0 : -EIO;
	const char *key;

	json_object_foreach(missing, key, value) {
		err = object_del(&c, key);
		clear(&c);
		if (err)
			break;
		im->error->object[0] = '\0';
		tell(im, "del", noun->name, key, NULL);
	}
	json_decref(missing);
	return err;
}

static int apply_param(struct import *im, const char *name, json_t *value)
{
	int param = store_param_find(name), err;
	json_t *from = NULL, *to, *body = json_pack("{sO?}", "value", value);

	if (param >= 0)
		from = param_value(im->db, param);
	err = param_set(im->db, name, body, im->warnings, im->error);
	json_decref(body);
	if (!err) {
		im->error->object[0] = '\0';
		to = param_value(im->db, param);
		if (!json_equal(from, to))
			tell(im, "set", "param", name,
			     json_pack("{s{sOsO}}", "value", "from", from,
				       "to", to));
		json_decref(to);
	}
	json_decref(from);
	return err;
}

/* A parameter the document does not name gets its default. */
static int apply_params(struct import *im, const json_t *params)
{
	const char *name;
	json_t *value;
	int err = 0;

	if (!params)
		return 0;
	if (!json_is_object(params))
		return store_refuse(im->error, 400, "param",
				    "must be an object");
	for (int i = 0; i < STORE_PARAM_COUNT && !err; i++)
		if (!json_object_get(params, store_params[i].name))
			err = apply_param(im, store_params[i].name, NULL);
	json_object_foreach((json_t *)params, name, value) {
		if (err)
			break;
		err = apply_param(im, name, value);
	}
	return err ? err : param_rules(im->db, im->error);
}

static int check_document(const json_t *document, struct store_error *error)
{
	const char *name;
	json_t *value;

	if (!json_is_object(document))
		return store_refuse(error, 400, NULL, "must be a JSON object");
	json_object_foreach((json_t *)document, name, value) {
		if (!strcmp(name, "version") || !strcmp(name, "param"))
			continue;
		if (!store_noun_find(name)) {
			char shown[80];

			snprintf(shown, sizeof(shown), "%.79s", name);
			return store_refuse(error, 400, shown,
					    "there is no such noun");
		}
		if (!json_is_array(value))
			return store_refuse(error, 400, name,
					    "must be a list");
	}
	value = json_object_get(document, "version");
	if (!json_is_integer(value) || json_integer_value(value) != VERSION)
		return store_refuse(error, 400, "version",
				    "must be %d, the only one there is",
				    VERSION);
	return 0;
}

/* References are gone before what they referred to is. */
static int apply_nouns(struct import *im)
{
	const struct store_noun *noun = store_nouns;
	const json_t *list;
	int err = 0;

	for (; noun->name && !err; noun++) {
		list = json_object_get(im->document, noun->name);
		if (list)
			err = apply_noun(im, noun, list);
	}
	while (!err && noun-- > store_nouns) {
		list = json_object_get(im->document, noun->name);
		if (list && !noun->single)
			err = delete_missing(im, noun, list);
	}
	return err;
}

json_t *import_document(struct db *db, const json_t *document, bool dry_run,
			json_t *warnings, struct store_error *error)
{
	struct import im = { .db = db, .document = document,
			     .warnings = warnings, .error = error,
			     .dry_run = dry_run };
	int err = check_document(document, error);

	if (err)
		return NULL;
	im.difference = json_array();
	im.early = json_object();
	err = apply_params(&im, json_object_get(document, "param"));
	if (!err)
		err = apply_nouns(&im);
	if (!err)
		err = rules_after(db, error);
	if (!err)
		err = sast_rules(db, "cert", error);
	if (!err)
		err = node_rules(db, "node", error);
	if (im.affected)
		store_warn(warnings, "phones take up what changed of theirs "
			   "when they are told: ucsecctl phone apply all");
	json_decref(im.early);
	if (!err)
		return im.difference;
	json_decref(im.difference);
	return NULL;
}

/* Into @document: 0 or -errno. */
static int export_noun(struct db *db, const struct store_noun *noun,
		       json_t *document)
{
	struct row_reader *r = row_reader_new(db, noun, false);
	json_t *list = json_array(), *object;
	int64_t id;

	while (r && (object = row_read(r, &id))) {
		bool wanted = object_is_exported(noun, object);

		for (const struct store_field *f = noun->fields; f->name; f++)
			if (f->flags & STORE_DERIVED)
				json_object_del(object, f->name);
		if (wanted)
			json_array_append(list, object);
		json_decref(object);
	}
	json_object_set_new(document, noun->name, list);
	return row_reader_end(r);
}

static int export_param(sqlite3_stmt *stmt, void *ctx)
{
	const char *name = (const char *)sqlite3_column_text(stmt, 0);
	int param = store_param_find(name);

	if (param < 0)
		return 0;
	return json_object_set_new(ctx, name, param_of_text(param,
		(const char *)sqlite3_column_text(stmt, 1))) ? -ENOMEM : 0;
}

json_t *export_document(struct db *db, struct store_error *error)
{
	json_t *document = json_object(), *params = json_object();
	int err = db_exec(db, "BEGIN");	/* one moment for all of it */

	json_object_set_new(document, "version", json_integer(VERSION));
	json_object_set_new(document, "param", params);
	if (!err)
		err = db_each(db, "SELECT name, value FROM param"
			      " ORDER BY name", export_param, params);
	for (const struct store_noun *n = store_nouns; n->name && !err; n++)
		err = export_noun(db, n, document);
	/* Nothing was written; an error may have ended it already. */
	if (!sqlite3_get_autocommit(db->sql))
		db_exec(db, "ROLLBACK");
	if (!err)
		return document;
	store_fail(error, err);
	json_decref(document);
	return NULL;
}
