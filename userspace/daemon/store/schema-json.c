// SPDX-License-Identifier: GPL-2.0
/*
 * The table as JSON Schema: what import reads and export writes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/object.h"
#include "store/param.h"

static json_t *words_json(const char *const *words)
{
	json_t *list = json_array();

	for (; *words; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

/* A character class of a regular expression. */
static void add_pattern(json_t *schema, const char *start, const char *chars,
			const char *end)
{
	char pattern[512];
	size_t len = snprintf(pattern, sizeof(pattern), "%s", start);

	for (; *chars && len + 8 < sizeof(pattern); chars++) {
		if (*chars == '\n' || *chars == '\r') {
			pattern[len++] = '\\';
			pattern[len++] = *chars == '\n' ? 'n' : 'r';
			continue;
		}
		if (strchr("\\^-[]", *chars))
			pattern[len++] = '\\';
		pattern[len++] = *chars;
	}
	snprintf(pattern + len, sizeof(pattern) - len, "%s", end);
	json_object_set_new(schema, "pattern", json_string(pattern));
}

static json_t *list_json(const struct store_field *fields);

static json_t *type_json(const struct store_field *f)
{
	switch (f->type) {
	case STORE_TYPE_INT:
		return json_pack("{sssisi}", "type", "integer", "minimum",
				 (int)f->min, "maximum", (int)f->max);
	case STORE_TYPE_BOOL:
		return json_pack("{ss}", "type", "boolean");
	case STORE_TYPE_ENUM:
		return json_pack("{so}", "enum", words_json(f->words));
	case STORE_TYPE_REF:
		return json_pack("{sssiss}", "type", "string", "maxLength",
				 128, "$comment", f->ref);
	case STORE_TYPE_REFS:
		return json_pack("{sss{sssiss}sisisb}", "type", "array",
				 "items", "type", "string", "maxLength", 128,
				 "$comment", f->ref, "minItems", (int)f->min,
				 "maxItems", (int)f->max, "uniqueItems", 1);
	case STORE_TYPE_LIST:
	case STORE_TYPE_DIGEST:
		return json_pack("{sssosisi}", "type", "array", "items",
				 list_json(f->fields), "minItems", (int)f->min,
				 "maxItems", (int)f->max);
	default:
		return json_pack("{sssisi}", "type", "string", "minLength",
				 (int)f->min, "maxLength", (int)f->max);
	}
}

/* null is "as if it had not been said"; not for what must be. */
static void allow_null(json_t *schema)
{
	json_t *type = json_object_get(schema, "type");
	json_t *words = json_object_get(schema, "enum");

	if (type)
		json_object_set_new(schema, "type", json_pack("[Os]", type,
							      "null"));
	if (words)
		json_array_append_new(words, json_null());
}

static json_t *field_json(const struct store_field *f)
{
	json_t *schema = type_json(f);

	json_object_set_new(schema, "description", json_string(f->about));
	if (f->type == STORE_TYPE_STRING && f->allowed)
		add_pattern(schema, "^[", f->allowed, "]*$");
	if (f->type == STORE_TYPE_STRING && f->forbidden)
		add_pattern(schema, "^[^", f->forbidden, "]*$");
	if (f->initial && f->type == STORE_TYPE_BOOL)
		json_object_set_new(schema, "default", json_boolean(
				    !strcmp(f->initial, "true")));
	else if (f->initial && f->type == STORE_TYPE_INT)
		json_object_set_new(schema, "default",
				    json_integer(atol(f->initial)));
	else if (f->initial)
		json_object_set_new(schema, "default",
				    json_string(f->initial));
	if (!(f->flags & STORE_REQUIRED))
		allow_null(schema);
	return schema;
}

static void add_field(json_t *properties, json_t *required,
		      const struct store_field *f)
{
	if (f->flags & STORE_DERIVED)
		return;
	json_object_set_new(properties, f->name, field_json(f));
	if (f->flags & STORE_REQUIRED)
		json_array_append_new(required, json_string(f->name));
}

static json_t *close_object(json_t *properties, json_t *required)
{
	return json_pack("{sssosbso}", "type", "object", "properties",
			 properties, "additionalProperties", 0, "required",
			 required);
}

static json_t *list_json(const struct store_field *fields)
{
	const struct store_field *item[STORE_MAX_ITEM_FIELDS];
	size_t count = store_item_fields(fields, item);
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; i < count; i++)
		add_field(properties, required, item[i]);
	return close_object(properties, required);
}

static json_t *noun_json(const struct store_noun *noun)
{
	json_t *properties = json_object(), *required = json_array();

	for (const struct store_field *f = noun->fields; f->name; f++)
		add_field(properties, required, f);
	return json_pack("{ssssso}", "type", "array", "description",
			 noun->about, "items",
			 close_object(properties, required));
}

static json_t *params_json(void)
{
	json_t *properties = json_object();

	for (int i = 0; i < STORE_PARAM_COUNT; i++) {
		struct store_field f = store_param_field(&store_params[i]);

		json_object_set_new(properties, store_params[i].name,
				    field_json(&f));
	}
	return json_pack("{sssssosb}", "type", "object", "description",
			 "system parameters; those not named get their default",
			 "properties", properties, "additionalProperties", 0);
}

json_t *store_schema_json(void)
{
	json_t *properties = json_object();

	json_object_set_new(properties, "version", json_pack("{si}", "const",
							     1));
	json_object_set_new(properties, "param", params_json());
	for (const struct store_noun *n = store_nouns; n->name; n++)
		json_object_set_new(properties, n->name, noun_json(n));
	return json_pack("{sssssssssosbs[s]}", "$schema",
			 "https://json-schema.org/draft/2020-12/schema",
			 "title", "Configuration of ucsecd", "description",
			 "Of each noun that is named the objects become "
			 "exactly those listed.", "type", "object",
			 "properties", properties, "additionalProperties", 0,
			 "required", "version");
}
