// SPDX-License-Identifier: GPL-2.0
/*
 * Import and export: all or nothing, told before it is done, the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "store/param.h"
#include "tap.h"

static struct env env;

static char *state(void)
{
	json_t *document = env_export(&env);
	char *text = json_dumps(document, JSON_INDENT(1));

	json_decref(document);
	return text;
}

/* "+partition internal" for each change, for a look. */
static bool changed(const struct store_reply *reply, const char *verb,
		    const char *noun, const char *key, const char *field)
{
	const json_t *change;
	size_t i;

	json_array_foreach(reply->result, i, change) {
		const char *v, *n, *k;
		json_t *fields = json_object_get(change, "fields");

		json_unpack((json_t *)change, "{ssssss}", "verb", &v, "noun",
			    &n, "key", &k);
		if (!strcmp(v, verb) && !strcmp(n, noun) && !strcmp(k, key) &&
		    (!field || json_object_get(fields, field)))
			return true;
	}
	return false;
}

static void test_again(const json_t *sample)
{
	struct store_reply reply;
	char *first = state(), *second;
	json_t *document = env_export(&env);

	ok(env_import(&env, sample, false, &reply) == 200 &&
	   !json_array_size(reply.result), "the sample again changes nothing");
	store_reply_clear(&reply);
	ok(env_import(&env, document, false, &reply) == 200 &&
	   !json_array_size(reply.result), "nor does the export");
	store_reply_clear(&reply);
	second = state();
	ok(!strcmp(first, second), "the export of that is the same");
	free(first);
	free(second);
	json_decref(document);
}

/* To an empty node that has the same key: text for text. */
static void test_move(void)
{
	char command[2 * CONF_PATH_SIZE + 64];
	json_t *document = env_export(&env);
	char *here = state(), *there;
	struct env saved = env, other;

	env_open(&other);
	snprintf(command, sizeof(command), "cp %s %s", env.conf.key_file,
		 other.conf.key_file);
	if (system(command))
		abort();
	env_restart(&other);
	ok(env_import(&other, document, false, NULL) == 200,
	   "an export goes into an empty node");
	env = other;
	there = state();
	env = saved;
	ok(!strcmp(here, there), "and comes out the same");
	env_close(&other);
	free(here);
	free(there);
	json_decref(document);
}

static void test_difference(const json_t *sample)
{
	json_t *next = json_deep_copy(sample), *entry;
	struct store_reply dry, wet;
	char *before = state(), *after;

	entry = json_array_get(json_object_get(next, "phone"), 0);
	json_object_set_new(entry, "description", json_string("other"));
	json_array_remove(json_object_get(next, "route"), 1);
	entry = json_array_get(json_object_get(next, "user"), 0);
	json_object_set_new(entry, "password", json_string("changed"));
	json_array_append_new(json_object_get(next, "partition"),
			      env_json("{\"name\":\"new\"}"));
	json_object_del(json_object_get(next, "param"), "cluster_id");
	ok(env_import(&env, next, true, &dry) == 200, "a dry run");
	after = state();
	ok(!strcmp(before, after), "changes nothing");
	/* Who has another realm has other checksums. */
	ok(json_array_size(dry.result) == 7 &&
	   changed(&dry, "set", "appuser", "sbc", "digest") &&
	   changed(&dry, "set", "phone", "SEP001122334455", "description") &&
	   changed(&dry, "del", "route", "0190!/external", NULL) &&
	   changed(&dry, "set", "user", "alice", "digest") &&
	   changed(&dry, "set", "user", "carol", "digest") &&
	   changed(&dry, "add", "partition", "new", NULL) &&
	   changed(&dry, "set", "param", "cluster_id", "value"),
	   "and tells each difference");
	ok(env_import(&env, next, false, &wet) == 200 &&
	   json_equal(dry.result, wet.result), "which are those it makes");
	store_reply_clear(&wet);
	ok(env_import(&env, next, true, &wet) == 200 &&
	   !json_array_size(wet.result), "then there are none");
	store_reply_clear(&dry);
	store_reply_clear(&wet);
	free(before);
	free(after);
	json_decref(next);
}

/* Each spoils the last thing of a document that is good until there. */
static const struct {
	const char *noun, *entry;
	int status;
} spoilt[] = {
	{ "phone", "{\"name\":\"SEP000000000001\",\"profile\":\"nope\"}", 400 },
	{ "cert", "{\"name\":\"x\",\"pem\":\"x\"}", 400 },
	{ "partition", "{\"name\":\"internal\"}", 400 },
	{ "line", "{\"number\":\"2001\",\"partition\":\"internal\"}", 400 },
	{ "profile", "{\"name\":\"peer2\",\"kind\":\"trunk\","
	  "\"device_security_mode\":\"encrypted\","
	  "\"x509_subject_name\":\"sbc.example.org\"}", 409 },
	{ "profile", "{\"name\":\"Standard SIP Non-Secure Profile\","
	  "\"kind\":\"phone\",\"description\":\"x\"}", 409 },
	{ "phone", "[]", 400 },
	{ "phone", "null", 400 },
	{ "phone", "{}", 400 },
};

static void test_nothing(const json_t *sample)
{
	char *before = state(), *after;
	struct store_reply reply;

	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		json_t *bad = json_deep_copy(sample);
		json_error_t error;
		int status;

		json_array_insert_new(json_object_get(bad, "partition"), 0,
				      env_json("{\"name\":\"fresh\"}"));
		json_array_append_new(json_object_get(bad, spoilt[i].noun),
				      json_loads(spoilt[i].entry,
						 JSON_DECODE_ANY, &error));
		status = env_import(&env, bad, false, &reply);
		after = state();
		if (!ok(status == spoilt[i].status && !strcmp(before, after),
			"spoilt %zu: nothing is done", i))
			printf("# %d %s %s: %s\n", status, reply.error.object,
			       reply.error.field, reply.error.reason);
		free(after);
		store_reply_clear(&reply);
		json_decref(bad);
	}
	free(before);
}

static const char *const no_documents[] = {
	"[]", "{}", "{\"version\":2}", "{\"version\":\"1\"}",
	"{\"version\":1,\"nonsense\":[]}", "{\"version\":1,\"phone\":{}}",
	"{\"version\":1,\"param\":[]}",
	"{\"version\":1,\"param\":{\"nonsense\":1}}",
	"{\"version\":1,\"param\":{\"max_calls\":\"1\"}}",
	"{\"version\":1,\"param\":{\"register_expires_min\":3600,"
	"\"register_expires_default\":60}}",
};

static void test_documents(void)
{
	size_t count = sizeof(no_documents) / sizeof(no_documents[0]);

	for (size_t i = 0; i < count; i++) {
		json_t *document = env_json(no_documents[i]);
		int status = env_import(&env, document, false, NULL);

		ok(status >= 400 && status < 500, "no document: %s",
		   no_documents[i]);
		json_decref(document);
	}
}

/* What the document does not name stays; an empty list empties. */
static void test_partial(void)
{
	json_t *document = env_json("{\"version\":1,\"cert\":[],\"route\":[]}");
	struct store_reply reply;

	ok(env_import(&env, document, false, &reply) == 200 &&
	   json_array_size(reply.result) == 2, "two nouns alone");
	store_reply_clear(&reply);
	json_decref(document);
	document = env_json("{\"version\":1,\"css\":[]}");
	ok(env_import(&env, document, false, &reply) == 409 &&
	   strstr(reply.error.reason, "is used by") &&
	   strstr(reply.error.object, "css"), "what is used stays");
	store_reply_clear(&reply);
	json_decref(document);
}

/* A field of the table that the schema would not let through, or the other way. */
static void test_schema(const json_t *sample)
{
	json_t *schema = store_schema_json(), *file, *properties, *list;
	const struct store_noun *noun;
	json_error_t error;
	const char *name;
	json_t *any;
	size_t missing = 0;

	file = json_load_file("Documentation/ucsec-config.schema.json", 0,
			      &error);
	ok(json_equal(schema, file), "the published schema is the table's "
	   "(ucsecctl schema)");
	for (noun = store_nouns; noun->name; noun++) {
		properties = json_object_get(json_object_get(json_object_get(
			json_object_get(json_object_get(schema, "properties"),
					noun->name), "items"), "properties"),
			noun->fields[0].name);
		missing += !properties;
		properties = json_object_get(json_object_get(json_object_get(
			json_object_get(schema, "properties"), noun->name),
			"items"), "properties");
		list = json_object_get(sample, noun->name);
		json_object_foreach(json_array_get(list, 0), name, any)
			missing += !json_object_get(properties, name);
	}
	ok(!missing, "every field of the sample is in it");
	json_decref(schema);
	json_decref(file);
}

int main(void)
{
	json_t *sample = env_sample();

	env_open(&env);
	ok(env_import(&env, sample, false, NULL) == 200, "the sample");
	test_again(sample);
	test_move();
	test_nothing(sample);
	test_documents();
	test_difference(sample);
	test_partial();
	test_schema(sample);
	json_decref(sample);
	env_close(&env);
	return tap_end();
}
