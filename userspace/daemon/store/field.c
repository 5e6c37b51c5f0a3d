// SPDX-License-Identifier: GPL-2.0
/*
 * What a request says about an object, held against the table.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"

#define PATH_SIZE	96

int store_refuse(struct store_error *error, int status, const char *field,
		 const char *format, ...)
{
	va_list args;

	if (error->status)
		return -EINVAL;
	error->status = status;
	snprintf(error->field, sizeof(error->field), "%s", field ? field : "");
	va_start(args, format);
	vsnprintf(error->reason, sizeof(error->reason), format, args);
	va_end(args);
	return -EINVAL;
}

int store_fail(struct store_error *error, int err)
{
	store_refuse(error, err == -ENOSPC ? 507 : err == -EBUSY ? 503 : 500,
		     NULL, "the database cannot do it: %s", strerror(-err));
	return err;
}

void store_warn(json_t *warnings, const char *format, ...)
{
	char sentence[640];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	json_array_append_new(warnings, json_string(sentence));
}

const char *member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

bool member_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

long member_int(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

bool member_is(const json_t *object, const char *name, const char *text)
{
	const char *value = member_text(object, name);

	return value && !strcmp(value, text);
}

static json_t *refuse_type(struct store_error *error, const char *path,
			   const char *wanted)
{
	store_refuse(error, 400, path, "must be %s", wanted);
	return NULL;
}

static json_t *check_text(const struct store_field *field, const json_t *value,
			  const char *path, struct store_error *error)
{
	const char *wrong;
	char why[128];
	json_t *result;
	char *text;

	if (!json_is_string(value))
		return refuse_type(error, path, "a string");
	text = strdup(json_string_value(value));
	if (!text)
		return NULL;
	wrong = store_text_check(field, text, why, sizeof(why));
	if (wrong)
		store_refuse(error, 400, path, "%s", wrong);
	result = wrong ? NULL : json_string(text);
	explicit_bzero(text, strlen(text));
	free(text);
	return result;
}

static json_t *check_int(const struct store_field *field, const json_t *value,
			 const char *path, struct store_error *error)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return refuse_type(error, path, "a whole number");
	if (number < field->min || number > field->max) {
		store_refuse(error, 400, path, "must be from %ld to %ld",
			     field->min, field->max);
		return NULL;
	}
	return json_integer(number);
}

static json_t *check_word(const struct store_field *field, const json_t *value,
			  const char *path, struct store_error *error)
{
	const char *word = json_string_value(value);
	char list[256] = "";

	for (int i = 0; field->words[i]; i++) {
		if (word && !strcmp(word, field->words[i]))
			return json_string(word);
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 "%s%s", i ? ", " : "", field->words[i]);
	}
	store_refuse(error, 400, path, "must be one of %s", list);
	return NULL;
}

/* The name of another object: whether there is one is row-write.c's to see. */
static json_t *check_ref(const json_t *value, const char *path,
			 struct store_error *error)
{
	struct store_field any = { .min = 1, .max = 128 };

	return check_text(&any, value, path, error);
}

static json_t *check_refs(const struct store_field *field, const json_t *value,
			  const char *path, struct store_error *error)
{
	json_t *list = json_array();
	char item[PATH_SIZE + 16];
	json_t *entry;
	size_t i, j;

	json_array_foreach(value, i, entry) {
		json_t *name;

		snprintf(item, sizeof(item), "%s[%zu]", path, i);
		name = check_ref(entry, item, error);
		for (j = 0; name && j < i; j++) {
			if (!json_equal(json_array_get(list, j), name))
				continue;
			store_refuse(error, 400, item, "is in the list twice");
			json_decref(name);
			name = NULL;
		}
		if (!name) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, name);
	}
	(void)field;
	return list;
}

/* Every member of @value is a field; the others get their defaults. */
static json_t *check_item(const struct store_field *fields,
			  const json_t *value, const char *path,
			  struct store_error *error)
{
	const struct store_field *item[STORE_MAX_ITEM_FIELDS];
	size_t count = store_item_fields(fields, item), known = 0;
	json_t *result = json_object();
	char name[PATH_SIZE + 80];
	const char *member;
	json_t *any;

	if (!json_is_object(value)) {
		json_decref(result);
		return refuse_type(error, path, "an object");
	}
	for (size_t i = 0; i < count; i++) {
		json_t *said = json_object_get(value, item[i]->name), *good;

		snprintf(name, sizeof(name), "%s.%s", path, item[i]->name);
		known += said != NULL;
		if (said && !json_is_null(said)) {
			good = field_value(item[i], said, name, error);
		} else if (item[i]->flags & STORE_REQUIRED) {
			store_refuse(error, 400, name, "is missing");
			good = NULL;
		} else {
			good = field_initial(item[i]);
		}
		if (!good)
			goto refused;
		json_object_set_new(result, item[i]->name, good);
	}
	if (known == json_object_size(value))
		return result;
	json_object_foreach((json_t *)value, member, any) {
		if (json_object_get(result, member))
			continue;
		snprintf(name, sizeof(name), "%s.%.60s", path, member);
		store_refuse(error, 400, name, "there is no such field");
	}
refused:
	json_decref(result);
	return NULL;
}

/* Each realm and algorithm once, the checksum as long as its algorithm's. */
static int check_digest(const json_t *list, const json_t *entry,
			const char *path, struct store_error *error)
{
	size_t len = json_string_length(json_object_get(entry, "ha1"));
	const json_t *other;
	size_t i;

	if (len != (member_is(entry, "algorithm", "MD5") ? 32 : 64))
		return store_refuse(error, 400, path,
				    "ha1 has not the length of its algorithm");
	json_array_foreach(list, i, other)
		if (json_equal(json_object_get(other, "realm"),
			       json_object_get(entry, "realm")) &&
		    json_equal(json_object_get(other, "algorithm"),
			       json_object_get(entry, "algorithm")))
			return store_refuse(error, 400, path,
					    "is in the list twice");
	return 0;
}

static json_t *check_list(const struct store_field *field, const json_t *value,
			  const char *path, struct store_error *error)
{
	json_t *list = json_array();
	char item[PATH_SIZE + 16];
	json_t *entry, *good;
	size_t i;

	json_array_foreach(value, i, entry) {
		snprintf(item, sizeof(item), "%s[%zu]", path, i);
		good = check_item(field->fields, entry, item, error);
		if (good && field->type == STORE_TYPE_DIGEST &&
		    check_digest(list, good, item, error)) {
			json_decref(good);
			good = NULL;
		}
		if (!good) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, good);
	}
	return list;
}

static json_t *check_array(const struct store_field *field,
			   const json_t *value, const char *path,
			   struct store_error *error)
{
	long count = json_array_size(value);

	if (!json_is_array(value))
		return refuse_type(error, path, "a list");
	if (count < field->min || count > field->max) {
		store_refuse(error, 400, path,
			     "%ld entries, %ld to %ld are allowed", count,
			     field->min, field->max);
		return NULL;
	}
	if (field->type == STORE_TYPE_REFS)
		return check_refs(field, value, path, error);
	return check_list(field, value, path, error);
}

json_t *field_value(const struct store_field *field, const json_t *value,
		    const char *path, struct store_error *error)
{
	switch (field->type) {
	case STORE_TYPE_STRING:
	case STORE_TYPE_PASSWORD:
	case STORE_TYPE_SEALED:
		return check_text(field, value, path, error);
	case STORE_TYPE_INT:
		return check_int(field, value, path, error);
	case STORE_TYPE_BOOL:
		if (!json_is_boolean(value))
			return refuse_type(error, path, "true or false");
		return json_boolean(json_is_true(value));
	case STORE_TYPE_ENUM:
		return check_word(field, value, path, error);
	case STORE_TYPE_REF:
		return check_ref(value, path, error);
	case STORE_TYPE_REFS:
	case STORE_TYPE_LIST:
	case STORE_TYPE_DIGEST:
		return check_array(field, value, path, error);
	}
	return NULL;
}

json_t *field_initial(const struct store_field *field)
{
	if (field->type == STORE_TYPE_REFS || field->type == STORE_TYPE_LIST ||
	    field->type == STORE_TYPE_DIGEST)
		return json_array();
	if (!field->initial)
		return json_null();
	if (field->type == STORE_TYPE_BOOL)
		return json_boolean(!strcmp(field->initial, "true"));
	if (field->type == STORE_TYPE_INT)
		return json_integer(strtol(field->initial, NULL, 10));
	return json_string(field->initial);
}

/* null, for what is null, means: as if it had never been said. */
json_t *field_given(const struct store_noun *noun, const json_t *body,
		    struct store_error *error)
{
	json_t *given = json_object(), *value, *good;
	const struct store_field *field;
	const char *member;
	char shown[PATH_SIZE];

	if (!json_is_object(body)) {
		store_refuse(error, 400, NULL, "must be a JSON object");
		goto refused;
	}
	json_object_foreach((json_t *)body, member, value) {
		field = store_field_find(noun->fields, member);
		snprintf(shown, sizeof(shown), "%.80s", member);
		if (!field) {
			store_refuse(error, 400, shown,
				     "there is no such field");
			goto refused;
		}
		if (field->flags & STORE_DERIVED) {
			store_refuse(error, 400, shown,
				     "is not set, the daemon works it out");
			goto refused;
		}
		good = json_is_null(value) ? json_null() :
			field_value(field, value, shown, error);
		if (!good)
			goto refused;
		json_object_set_new(given, member, good);
	}
	return given;
refused:
	json_decref(given);
	return NULL;
}

json_t *field_overlay(const struct store_noun *noun, const json_t *now,
		      const json_t *given, struct store_error *error)
{
	json_t *next = json_object();

	for (const struct store_field *f = noun->fields; f->name; f++) {
		json_t *old = json_object_get(now, f->name);
		json_t *said = json_object_get(given, f->name);

		if (said && json_is_null(said))
			json_object_set_new(next, f->name, field_initial(f));
		else if (said)
			json_object_set(next, f->name, said);
		else if (old)
			json_object_set(next, f->name, old);
		else
			json_object_set_new(next, f->name, field_initial(f));
		if (!now || !(f->flags & STORE_FIXED) || !said || !old ||
		    json_equal(json_object_get(next, f->name), old))
			continue;
		store_refuse(error, 400, f->name,
			     "cannot be changed, only said when it is added");
		json_decref(next);
		return NULL;
	}
	return next;
}

int field_complete(const struct store_noun *noun, const json_t *given,
		   json_t *next, struct store_error *error)
{
	const char *word = member_text(next, "kind");
	unsigned int kind = word ? store_kind(word) : 0;

	for (const struct store_field *f = noun->fields; f->name; f++) {
		json_t *value = json_object_get(next, f->name);

		if (f->flags & STORE_REQUIRED &&
		    (json_is_null(value) ||
		     (json_is_array(value) && !json_array_size(value))))
			return store_refuse(error, 400, f->name, "is missing");
		if (!(f->kinds & ~kind))
			continue;
		value = json_object_get(given, f->name);
		if (value && !json_is_null(value))
			return store_refuse(error, 400, f->name,
					    "is no field of a %s profile",
					    word ? word : "nameless");
		json_object_del(next, f->name);
	}
	return 0;
}
