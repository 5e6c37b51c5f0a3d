// SPDX-License-Identifier: GPL-2.0
/*
 * Every field of every object, wrongly said: refused by name, nothing changed.
 *
 * The cases come from the schema table and a sample that says every field, so a
 * new field is covered as soon as it is there.
 */
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "tap.h"

static struct env env;
static json_t *sample;
static char *before;
static size_t cases;

static char *dump_state(void)
{
	json_t *state = env_export(&env);
	char *text = json_dumps(state, JSON_SORT_KEYS);

	json_decref(state);
	return text;
}

/* The place of @path in an object: "lines[0].number"; made to hold @value. */
static void put(json_t *object, const char *path, json_t *value)
{
	char name[64];
	const char *bracket = strchr(path, '[');
	json_t *list;
	size_t i;

	if (!bracket) {
		if (value)
			json_object_set_new(object, path, value);
		else
			json_object_del(object, path);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(bracket - path), path);
	list = json_object_get(object, name);
	i = strtoul(bracket + 1, NULL, 10);
	bracket = strchr(bracket, ']') + 1;
	if (*bracket == '.')
		put(json_array_get(list, i), bracket + 1, value);
	else
		json_array_set_new(list, i, value);
}

/* Refused by add or set, and by import, with that field named. */
static void refused(const struct store_noun *noun, const json_t *good,
		    const char *path, const char *what, json_t *value)
{
	json_t *bad = json_deep_copy(good);
	json_t *document = json_pack("{siso}", "version", 1, noun->name,
				     json_pack("[O]", bad));
	char key[STORE_KEY_SIZE], *after;
	struct store_reply set = { 0 }, import = { 0 };
	bool named;
	int statuses[2];

	put(bad, path, value);
	store_key_of(noun, good, key);
	/*
	 * Half of the cases change an object, half would add one; where
	 * nothing else is wrong, its name would be first.
	 */
	if (cases++ % 2 || !strcmp(what, "dangling"))
		statuses[0] = env_ask(&env, STORE_SET, noun->name, key, bad,
				      &set);
	else
		statuses[0] = env_ask(&env, STORE_ADD, noun->name, NULL, bad,
				      &set);
	statuses[1] = env_import(&env, document, false, &import);
	after = dump_state();
	named = !strcmp(set.error.field, path) &&
		!strcmp(import.error.field, path) && set.error.reason[0] &&
		import.error.object[0];
	if (!ok(statuses[0] == 400 && statuses[1] == 400 && named &&
		!strcmp(before, after), "%s %s: %s", noun->name, path, what))
		printf("# %d %s: %s\n# %d %s: %s\n", statuses[0],
		       set.error.field, set.error.reason, statuses[1],
		       import.error.field, import.error.reason);
	free(after);
	store_reply_clear(&set);
	store_reply_clear(&import);
	json_decref(bad);
	json_decref(document);
}

static json_t *text_of(size_t len, char c)
{
	char *text = malloc(len + 1);
	json_t *json;

	memset(text, c, len);
	text[len] = '\0';
	json = json_string(text);
	free(text);
	return json;
}

static bool is_text(const struct store_field *f)
{
	return f->type == STORE_TYPE_STRING || f->type == STORE_TYPE_PASSWORD ||
		f->type == STORE_TYPE_SEALED;
}

static void test_text(const struct store_noun *noun, const json_t *good,
		      const struct store_field *f, const char *path)
{
	char fill = f->allowed && !strchr(f->allowed, 'a') ? '1' : 'a';
	char text[] = "a\x01", forbidden[] = "a?";

	refused(noun, good, path, "a number", json_integer(1));
	refused(noun, good, path, "too long", text_of(f->max + 1, fill));
	if (f->min)
		refused(noun, good, path, "empty", json_string(""));
	text[0] = fill;
	refused(noun, good, path, "a control character", json_string(text));
	forbidden[0] = fill;
	for (const char *c = f->forbidden; c && *c; c++) {
		forbidden[1] = *c;
		refused(noun, good, path, "a forbidden character",
			json_string(forbidden));
	}
	if (f->allowed) {
		forbidden[1] = '"';
		refused(noun, good, path, "a quote", json_string(forbidden));
		refused(noun, good, path, "a letter beyond ASCII",
			json_string("\xc3\xa4"));
	}
}

static void test_value(const struct store_noun *noun, const json_t *good,
		       const struct store_field *f, const char *path);

static void test_list(const struct store_noun *noun, const json_t *good,
		      const struct store_field *f, const char *path)
{
	const struct store_field *item[STORE_MAX_ITEM_FIELDS];
	json_t *list = json_object_get(good, path), *many = json_array();
	size_t count = 0;
	char name[128];

	if (f->fields)
		count = store_item_fields(f->fields, item);
	refused(noun, good, path, "a string", json_string("x"));
	refused(noun, good, path, "an object", json_object());
	for (long i = 0; i <= f->max; i++)
		json_array_append(many, json_array_get(list, 0));
	refused(noun, good, path, "too many", many);
	snprintf(name, sizeof(name), "%s[0]", path);
	refused(noun, good, name, "an entry of another type", json_true());
	if (f->type == STORE_TYPE_REFS)
		refused(noun, good, name, "dangling", json_string("nobody"));
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s[0].%s", path, item[i]->name);
		if (item[i]->flags & STORE_REQUIRED)
			refused(noun, good, name, "missing", NULL);
		test_value(noun, good, item[i], name);
	}
	if (!count)
		return;
	snprintf(name, sizeof(name), "%s[0].nonsense", path);
	refused(noun, good, name, "unknown", json_true());
}

static void test_value(const struct store_noun *noun, const json_t *good,
		       const struct store_field *f, const char *path)
{
	if (is_text(f)) {
		test_text(noun, good, f, path);
		return;
	}
	switch (f->type) {
	case STORE_TYPE_INT:
		refused(noun, good, path, "a string", json_string("1"));
		refused(noun, good, path, "a fraction", json_real(1.5));
		refused(noun, good, path, "too small",
			json_integer(f->min - 1));
		refused(noun, good, path, "too large",
			json_integer(f->max + 1));
		refused(noun, good, path, "immense",
			json_integer(0x7fffffffffffffff));
		break;
	case STORE_TYPE_BOOL:
		refused(noun, good, path, "a number", json_integer(1));
		refused(noun, good, path, "a string", json_string("true"));
		break;
	case STORE_TYPE_ENUM:
		refused(noun, good, path, "a number", json_integer(1));
		refused(noun, good, path, "no word", json_string("nonsense"));
		refused(noun, good, path, "empty", json_string(""));
		break;
	case STORE_TYPE_REF:
		refused(noun, good, path, "a number", json_integer(1));
		/* Of a reference by two names the first is at fault. */
		if (!strchr(path, '['))
			refused(noun, good, path, "dangling",
				json_string("nobody"));
		refused(noun, good, path, "too long", text_of(200, 'a'));
		break;
	default:
		test_list(noun, good, f, path);
	}
}

static void test_field(const struct store_noun *noun, const json_t *good,
		       const struct store_field *f)
{
	if (f->flags & STORE_DERIVED) {
		refused(noun, good, f->name, "derived",
			f->type == STORE_TYPE_BOOL ? json_true() :
			json_string("x"));
		return;
	}
	/* With set, what is not said stays; null says it. */
	if (f->flags & STORE_REQUIRED) {
		cases += cases % 2;
		if (!(f->flags & STORE_KEY))
			refused(noun, good, f->name, "missing", NULL);
		refused(noun, good, f->name, "null", json_null());
	}
	test_value(noun, good, f, f->name);
}

/* The sample's object of the noun that says the field. */
static const json_t *find_sample(const struct store_noun *noun,
				 const struct store_field *f)
{
	json_t *list = json_object_get(sample, noun->name), *object;
	size_t i;

	json_array_foreach(list, i, object) {
		json_t *value = json_object_get(object, f->name);

		if (value && !json_is_null(value) &&
		    !(json_is_array(value) && !json_array_size(value)))
			return object;
	}
	return NULL;
}

static void test_noun(const struct store_noun *noun)
{
	const json_t *good;
	json_t *sealed;

	for (const struct store_field *f = noun->fields; f->name; f++) {
		good = find_sample(noun, f);
		if (f->type == STORE_TYPE_SEALED) {
			sealed = json_deep_copy(find_sample(noun,
							    noun->fields));
			json_object_del(sealed, "password");
			test_field(noun, sealed, f);
			refused(noun, sealed, f->name, "of another key",
				json_string("AAAA"));
			json_decref(sealed);
			continue;
		}
		if (!good && f->flags & STORE_DERIVED)
			good = find_sample(noun, noun->fields);
		if (ok(good != NULL, "%s %s: is in the sample", noun->name,
		       f->name))
			test_field(noun, good, f);
	}
	good = find_sample(noun, noun->fields);
	refused(noun, good, "nonsense", "an unknown field", json_true());
}

/* Everything somebody uses: the refusal names a user. */
static void test_in_use(void)
{
	const struct store_noun *noun;
	json_t *objects, *object;
	struct store_error error = { 0 };
	struct store_reply reply;
	char key[STORE_KEY_SIZE], *after;
	unsigned int used = 0;
	size_t i;

	for (noun = store_nouns; noun->name; noun++) {
		objects = store_object_list(env.store, noun, &error);
		json_array_foreach(objects, i, object) {
			store_key_of(noun, object, key);
			if (env_ask(&env, STORE_DEL, noun->name, key, NULL,
				    &reply) == 409 &&
			    strstr(reply.error.reason, " is used by ")) {
				after = dump_state();
				ok(!strcmp(before, after), "del: %s",
				   reply.error.reason);
				free(after);
				used++;
				store_reply_clear(&reply);
				continue;
			}
			store_reply_clear(&reply);
			/* It was free: all anew. */
			env_import(&env, sample, false, NULL);
			free(before);
			before = dump_state();
		}
		json_decref(objects);
	}
	ok(used == 17, "%u objects are in use", used);
}

int main(void)
{
	struct store_reply reply;

	env_open(&env);
	sample = env_sample();
	if (!ok(env_import(&env, sample, false, &reply) == 200,
		"the sample is good"))
		printf("# %s %s: %s\n", reply.error.object, reply.error.field,
		       reply.error.reason);
	store_reply_clear(&reply);
	before = dump_state();
	for (const struct store_noun *n = store_nouns; n->name; n++)
		test_noun(n);
	test_in_use();
	json_decref(sample);
	free(before);
	env_close(&env);
	return tap_end();
}
