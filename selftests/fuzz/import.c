// SPDX-License-Identifier: GPL-2.0
/*
 * Import documents: refused with a sentence, or the database is sound and an
 * export of it is no change.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct db db;
static const uint8_t key[DB_SEAL_KEY_SIZE] = { 1 };

static void expect(bool truth)
{
	if (!truth)
		abort();
}

/* JSON as the admin API has it: no copy is left unwiped there, here freed. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char why[256];

	(void)argc;
	(void)argv;
	log_set_level(LOG_LEVEL_ERROR);
	expect(!db_open(&db, ":memory:", false, why, sizeof(why)) &&
	       !db_migrate(&db, DB_CONFIG, why, sizeof(why)));
	db.seal_key = key;
	return 0;
}

static bool is_sound(void)
{
	sqlite3_stmt *stmt;
	bool strays;

	expect(!db_prepare(&db, &stmt, "PRAGMA foreign_key_check"));
	strays = db_step(&db, stmt) != 0;
	sqlite3_finalize(stmt);
	return !strays;
}

static json_t *import(const json_t *document, struct store_error *error)
{
	json_t *warnings = json_array(), *changes;

	memset(error, 0, sizeof(*error));
	changes = import_document(&db, document, false, warnings, error);
	json_decref(warnings);
	expect(!changes == !!error->status);
	return changes;
}

static json_t *export(void)
{
	struct store_error error = { 0 };
	json_t *document;

	/* It begins a transaction of its own; we are in one. */
	expect(!db_exec(&db, "RELEASE input"));
	document = export_document(&db, &error);
	expect(document && !error.status);
	return document;
}

/* Imported again it changes nothing; and a dry run would say the same. */
static void check_round(void)
{
	json_t *document = export(), *again, *changes;
	struct store_error error;

	changes = import(document, &error);
	expect(changes && !json_array_size(changes));
	json_decref(changes);
	again = export_document(&db, &error);
	expect(json_equal(document, again));
	json_decref(again);
	json_decref(document);
}

static void empty(void)
{
	static const char *const nouns[] = {
		"phone", "route", "trunk", "line", "appuser", "user",
		"sip_realm", "css", "presence_group", "partition", "cert",
		"param", NULL
	};
	char sql[64];

	expect(!db_exec(&db, "BEGIN; PRAGMA defer_foreign_keys=ON"));
	for (int i = 0; nouns[i]; i++) {
		snprintf(sql, sizeof(sql), "DELETE FROM %s", nouns[i]);
		expect(!db_exec(&db, sql));
	}
	expect(!db_exec(&db, "DELETE FROM profile WHERE predefined = 0;"
			"COMMIT"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *document = json_loadb((const char *)data, size,
				      JSON_REJECT_DUPLICATES, NULL);
	struct store_error error;
	json_t *changes;

	if (!document)
		return 0;
	expect(!db_exec(&db, "SAVEPOINT input"));
	changes = import(document, &error);
	json_decref(document);
	if (changes) {
		expect(is_sound());
		check_round();
		if (json_array_size(changes))
			empty();
	} else {
		expect(error.status >= 400 && error.status < 500 &&
		       error.reason[0]);
		expect(!db_exec(&db, "ROLLBACK TO input; RELEASE input"));
	}
	json_decref(changes);
	return 0;
}
