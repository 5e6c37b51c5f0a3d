// SPDX-License-Identifier: GPL-2.0
/*
 * Reads that break off: whatever the moment, the answer is all or an error, and
 * never half a table that passes for the whole. Writes of which SQLite rolls back
 * all: none is done, and none told so.
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

/* As SQLite does where the disk is full in the middle of it. */
static int roll_back(struct db *config, void *arg, struct store_reply *reply,
		     struct store_change *told, char key[STORE_KEY_SIZE])
{
	(void)arg, (void)reply, (void)told, (void)key;
	sqlite3_exec(config->sql, "ROLLBACK", NULL, NULL, NULL);
	return -ENOSPC;
}

static void count_status(void *ctx, struct store_reply *reply)
{
	int *statuses = ctx;

	while (*statuses)
		statuses++;
	*statuses = reply->error.status ? reply->error.status : 200;
	store_reply_clear(reply);
}

static void set_days(const char *value, int *statuses)
{
	struct store_request request = {
		.verb = STORE_SET, .key = "certificate_warning_days",
		.body = env_json(value),
	};

	if (store_submit(env.store, &request, count_status, statuses))
		abort();
}

/* While somebody else has the database they come together. */
static void check_batch(void)
{
	char path[CONF_PATH_SIZE + 16];
	int statuses[5] = { 0 };
	sqlite3 *other;

	snprintf(path, sizeof(path), "%.200s/ucsec.db", env.conf.state_dir);
	if (sqlite3_open_v2(path, &other, SQLITE_OPEN_READWRITE, NULL) ||
	    sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL))
		abort();
	set_days("{\"value\": 20}", statuses);
	env_turn(&env);
	set_days("{\"value\": 21}", statuses);
	if (writer_submit(env.store, roll_back, calloc(1, 1), false,
			  count_status, statuses))
		abort();
	set_days("{\"value\": 22}", statuses);
	sqlite3_close(other);
	ok(ENV_WAIT(&env, statuses[3]) && statuses[0] == 200 &&
	   statuses[1] == 507 && statuses[2] == 507 && statuses[3] == 507 &&
	   store_param(env.store, STORE_PARAM_CERTIFICATE_WARNING_DAYS) == 20,
	   "what was rolled back with another's is not done, nor what follows");
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
	check_batch();
	json_decref(empty);
	json_decref(sample);
	env_close(&env);
	return tap_end();
}
