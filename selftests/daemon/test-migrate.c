// SPDX-License-Identifier: GPL-2.0
/*
 * Migrations: from nothing and from every version to what the table says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "store/db.h"
#include "store/schema.h"
#include "tap.h"

static char why[256];

/* "name TYPE" of each column, one after the other. */
static char *columns_of(struct db *db, const char *table)
{
	sqlite3_stmt *stmt;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	db_prepare(db, &stmt, "SELECT name, type FROM pragma_table_info('%q')",
		   table);
	while (db_step(db, stmt) == 1)
		fprintf(file, "%s %s, ", sqlite3_column_text(stmt, 0),
			sqlite3_column_text(stmt, 1));
	sqlite3_finalize(stmt);
	fclose(file);
	return text;
}

static const char *type_of(const struct store_field *f)
{
	switch (f->type) {
	case STORE_TYPE_INT:
	case STORE_TYPE_BOOL:
	case STORE_TYPE_REF:
		return "INTEGER";
	default:
		return "TEXT";
	}
}

static void compare(struct db *db, const char *table, char *wanted)
{
	char *there = columns_of(db, table);

	if (!ok(!strcmp(there, wanted), "table %s", table))
		printf("# has %s\n# not %s\n", there, wanted);
	free(there);
	free(wanted);
}

static void check_list(struct db *db, const struct store_noun *noun,
		       const struct store_field *f)
{
	char table[96], *wanted = NULL;
	size_t size;
	FILE *file = open_memstream(&wanted, &size);

	snprintf(table, sizeof(table), "%s_%s", noun->table, f->name);
	fputs("owner INTEGER, ", file);
	if (f->type == STORE_TYPE_DIGEST)
		fputs("realm TEXT, algorithm TEXT, ha1 BLOB, ", file);
	else
		fputs("position INTEGER, ", file);
	if (f->type == STORE_TYPE_REFS)
		fputs("target INTEGER, ", file);
	for (const struct store_field *i = f->fields;
	     f->type == STORE_TYPE_LIST && i->name; i++)
		fprintf(file, "%s %s, ", i->name, type_of(i));
	fclose(file);
	compare(db, table, wanted);
}

static void check_noun(struct db *db, const struct store_noun *noun)
{
	char *wanted = NULL;
	size_t size;
	FILE *file = open_memstream(&wanted, &size);

	fputs("id INTEGER, ", file);
	for (const struct store_field *f = noun->fields; f->name; f++)
		if (store_field_is_column(f))
			fprintf(file, "%s %s, ", f->name, type_of(f));
	fclose(file);
	compare(db, noun->table, wanted);
	for (const struct store_field *f = noun->fields; f->name; f++)
		if (store_field_is_list(f))
			check_list(db, noun, f);
}

static int version_of(struct db *db)
{
	sqlite3_stmt *stmt;
	int version = -1;

	db_prepare(db, &stmt, "PRAGMA user_version");
	if (db_step(db, stmt) == 1)
		version = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return version;
}

static void test_steps(enum db_kind kind, const char *name)
{
	int count = db_migration_count(kind);

	for (int from = 0; from <= count; from++) {
		struct db db;

		if (db_open(&db, ":memory:", true, why, sizeof(why)))
			abort();
		ok(!db_migrate_to(&db, kind, from, why, sizeof(why)) &&
		   version_of(&db) == from &&
		   !db_migrate(&db, kind, why, sizeof(why)) &&
		   version_of(&db) == count, "%s from version %d", name, from);
		db_close(&db);
	}
}

static void test_newer(void)
{
	struct db db;

	db_open(&db, ":memory:", true, why, sizeof(why));
	db_exec(&db, "PRAGMA user_version=1000");
	ok(db_migrate(&db, DB_CONFIG, why, sizeof(why)) == -EPROTONOSUPPORT &&
	   strstr(why, "newer"), "a newer database is refused: %s", why);
	db_close(&db);
}

static bool has_row(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt;
	bool found = !db_prepare(db, &stmt, "%s", sql) &&
		db_step(db, stmt) == 1;

	sqlite3_finalize(stmt);
	return found;
}

/* A database of version 1 that is in use: nothing is lost, nothing is null. */
static void test_in_use(void)
{
	struct db db;

	if (db_open(&db, ":memory:", true, why, sizeof(why)) ||
	    db_migrate_to(&db, DB_CONFIG, 1, why, sizeof(why)) ||
	    db_exec(&db, "INSERT INTO profile (id, name, kind, protocol,"
		    " description, device_security_mode, transport, digest,"
		    " nonce_validity, sip_phone_port,"
		    " exclude_digest_credentials, tftp_encrypted_config,"
		    " predefined) VALUES (70, 'office', 'phone', 'sip', 'd',"
		    " 'encrypted', 'tls', 1, 60, 5062, 1, 1, 0),"
		    " (71, 'Cisco 8845 - Standard SIP Non-Secure Profile',"
		    " 'phone', 'sip', 'mine', 'encrypted', 'tls', 0, 600, 5060,"
		    " 0, 0, 0), (72, 't', 'trunk', NULL, '', 'nonsecure', NULL,"
		    " 0, 600, NULL, NULL, NULL, 0);"
		    "INSERT INTO user (id, name, display_name) VALUES"
		    " (5, 'alice', 'A');"
		    "INSERT INTO phone (id, name, description, model,"
		    " protocol, profile, digest_user, srtp_required) VALUES"
		    " (9, 'SEP001122334455', 'desk', '8845', 'sip', 70, 5,"
		    " 1)"))
		abort();
	ok(!db_migrate(&db, DB_CONFIG, why, sizeof(why)), "one in use: %s",
	   why);
	ok(has_row(&db, "SELECT 1 FROM profile WHERE id = 70 AND name ="
		   " 'office' AND nonce_validity = 60 AND digest = 1 AND"
		   " tftp_encrypted_config = 1 AND model = '' AND"
		   " sip_oauth = 0 AND capf_authentication_mode ="
		   " 'authentication-string' AND key_order = 'rsa-only' AND"
		   " rsa_key_size = 2048 AND ec_key_size = 256"),
	   "a phone's profile has what is new by default");
	ok(has_row(&db, "SELECT 1 FROM profile WHERE id = 72 AND model IS NULL"
		   " AND sip_oauth IS NULL AND key_order IS NULL AND"
		   " rsa_key_size IS NULL"), "a trunk's has none of it");
	ok(has_row(&db, "SELECT 1 FROM profile WHERE id = 71 AND predefined = 0"
		   " AND description = 'mine' AND (SELECT count(*) FROM"
		   " profile WHERE model = '8845') = 0"),
	   "who has taken a predefined one's name keeps it");
	ok(has_row(&db, "SELECT 1 FROM phone WHERE id = 9 AND profile = 70 AND"
		   " digest_user = 5 AND srtp_required = 1 AND web_access IS"
		   " NULL AND srst IS NULL AND common_phone_profile IS NULL"
		   " AND load = '' AND capf_operation = 'none'"),
	   "a phone is what it was");
	ok(has_row(&db, "SELECT 1 FROM user WHERE id = 5 AND password_sealed IS"
		   " NULL AND phone_file_password = 0"), "a user, too");
	ok(has_row(&db, "SELECT 1 FROM profile WHERE predefined AND model ="
		   " '7975' AND protocol = 'sccp' AND transport = 'tcp'") &&
	   has_row(&db, "SELECT 1 WHERE (SELECT count(*) FROM profile WHERE"
		   " predefined AND (model IS NULL OR transport IS NULL OR"
		   " device_security_mode <> 'nonsecure')) = 0") &&
	   has_row(&db, "SELECT 1 WHERE (SELECT count(*) FROM"
		   " enterprise_phone) = 1"), "what comes with it is there");
	ok(has_row(&db, "SELECT 1 WHERE NOT EXISTS (SELECT * FROM"
		   " pragma_foreign_key_check)"), "nothing refers to nothing");
	db_close(&db);
}

/* Half of it must not stay: the table it would make is there already. */
static void test_whole(void)
{
	struct db db;

	db_open(&db, ":memory:", true, why, sizeof(why));
	db_exec(&db, "CREATE TABLE param (x)");
	ok(db_migrate(&db, DB_CONFIG, why, sizeof(why)) < 0 &&
	   version_of(&db) == 0, "a migration that fails is told: %s", why);
	ok(db_exec(&db, "SELECT 1 FROM phone") < 0, "and leaves nothing");
	db_close(&db);
}

static void test_no_database(void)
{
	char path[] = "/tmp/ucsec-db-XXXXXX";
	int fd = mkstemp(path);
	struct db db;

	if (write(fd, "no database, but more than a hundred bytes of text, as "
		  "the header of one is that long, and then some more of it",
		  110) != 110)
		abort();
	close(fd);
	ok(db_open(&db, path, true, why, sizeof(why)) < 0 && !db.sql,
	   "a file that is none: %s", why);
	unlink(path);
	ok(db_open(&db, "/nonexistent/x", true, why, sizeof(why)) < 0 &&
	   !db.sql, "no place for one: %s", why);
}

int main(void)
{
	struct db db;

	log_set_level(LOG_LEVEL_ERROR);
	test_steps(DB_CONFIG, "ucsec.db");
	test_steps(DB_RUNTIME, "runtime.db");
	if (db_open(&db, ":memory:", true, why, sizeof(why)) ||
	    db_migrate(&db, DB_CONFIG, why, sizeof(why)))
		abort();
	for (const struct store_noun *n = store_nouns; n->name; n++)
		check_noun(&db, n);
	db_close(&db);
	test_in_use();
	test_newer();
	test_whole();
	test_no_database();
	return tap_end();
}
