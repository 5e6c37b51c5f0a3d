// SPDX-License-Identifier: GPL-2.0
/*
 * Reads that break off: whatever the moment, the answer is all or an error, and
 * never half a table that passes for the whole.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "store/change.h"
#include "store/private.h"
#include "tap.h"

/* About how often each read is broken off. */
#define BREAKS	60

static struct env env;
static struct db *db;
static long left;	/* steps of SQLite until it breaks off, once */

static int count_down(void *arg)
{
	(void)arg;
	return left-- == 0;
}

/* What a read gives, as text to be freed; NULL: an error was told. */
typedef char *(*read_fn)(const void *arg);

static char *text_of(json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) :
		NULL;

	json_decref(json);
	return text;
}

static void check_read(const char *what, read_fn fn, const void *arg)
{
	unsigned int breaks = 0, wrong = 0;
	char *whole, *got;
	long steps;

	left = LONG_MAX;
	sqlite3_progress_handler(db->sql, 1, count_down, NULL);
	whole = fn(arg);
	steps = LONG_MAX - left;
	for (long at = 0; at < steps; at += 1 + steps / BREAKS) {
		left = at;
		got = fn(arg);
		breaks += !got;
		wrong += got && whole && strcmp(got, whole);
		free(got);
	}
	left = LONG_MAX;
	got = fn(arg);
	sqlite3_progress_handler(db->sql, 0, NULL, NULL);
	ok(whole && breaks && !wrong && got && !strcmp(got, whole),
	   "%s: %u of %ld steps broken, %u half answers", what, breaks, steps,
	   wrong);
	free(whole);
	free(got);
}

static char *read_export(const void *arg)
{
	struct store_error error = { 0 };

	(void)arg;
	return text_of(export_document(db, &error));
}

static char *read_list(const void *arg)
{
	struct store_error error = { 0 };

	return text_of(store_object_list(env.store, arg, &error));
}

static char *read_trunks(const void *arg)
{
	struct store_trunk trunk;
	json_t *names = json_array();
	int err;

	trunks_forget(env.store);
	err = store_trunk_by_name(env.store, arg, &trunk);
	for (size_t i = 0; i < trunk.destination_count && !err; i++)
		json_array_append_new(names,
				      json_string(trunk.destinations[i].host));
	if (!err)
		return text_of(names);
	json_decref(names);
	return NULL;
}

static char *read_route(const void *arg)
{
	struct store_phone phone;
	struct store_route route;
	int err = store_phone_find(env.store, "SEP001122334455", &phone);

	if (err)
		return NULL;
	routes_forget(env.store);
	err = store_route_find(env.store, phone.css, arg, &route);
	/* A number that is not found would be refused to the caller. */
	return err == -ENOENT ? strdup("none") : err ? NULL :
		text_of(json_pack("[s,i]", route.pattern,
				  (int)route.trunk_count));
}

static char *read_param(const void *arg)
{
	(void)arg;
	return text_of(param_value(db, STORE_PARAM_CLUSTER_SECURITY_MODE));
}

/* What an import that leaves all out would remove: all, or it is refused. */
static char *read_import(const void *arg)
{
	struct store_error error = { 0 };
	json_t *warnings, *difference;

	if (db_exec(db, "BEGIN"))
		return NULL;
	warnings = json_array();
	difference = import_document(db, arg, false, warnings, &error);
	while (!sqlite3_get_autocommit(db->sql))
		db_exec(db, "ROLLBACK");
	json_decref(warnings);
	return text_of(difference);
}

/* Profiles that disagree are refused, also if they cannot be read. */
static char *read_rules(const void *arg)
{
	struct store_error error = { 0 };
	int err;

	(void)arg;
	err = rules_after(db, &error);
	return err ? error.status == 409 ? strdup(error.reason) : NULL :
		strdup("none");
}

int main(void)
{
	json_t *sample = env_sample(), *empty;

	env_open(&env);
	db = &env.store->config;
	if (env_import(&env, sample, false, NULL) != 200 ||
	    env_add(&env, "profile", "{\"name\": \"tls\", \"kind\": \"trunk\","
		    "\"device_security_mode\": \"nonsecure\","
		    "\"incoming_port\": 5099}") != 200)
		abort();
	check_read("export", read_export, NULL);
	for (const struct store_noun *n = store_nouns; n->name; n++)
		check_read(n->name, read_list, n);
	check_read("a trunk", read_trunks, "provider");
	check_read("a route", read_route, "01234");
	check_read("a parameter", read_param, NULL);
	/* What writes, on the same database: the writer has nothing to do. */
	db_exec(db, "PRAGMA query_only=OFF");
	empty = json_pack("{sis[]s[]}", "version", 1, "route", "trunk");
	check_read("an import", read_import, empty);
	db_exec(db, "BEGIN;UPDATE profile SET incoming_port = 5070,"
		" incoming_transport = CASE name WHEN (SELECT min(name) FROM"
		" profile WHERE kind = 'trunk') THEN 'tls' ELSE 'tcp+udp' END"
		" WHERE kind = 'trunk'");
	check_read("rules between profiles", read_rules, NULL);
	db_exec(db, "ROLLBACK");
	json_decref(empty);
	json_decref(sample);
	env_close(&env);
	return tap_end();
}
