// SPDX-License-Identifier: GPL-2.0
/*
 * System parameters in the database: what is set, the others have defaults.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"
#include "store/store.h"

enum { PHONES_NAMED = 10 };	/* in a warning */

json_t *param_of_text(int param, const char *text)
{
	const struct store_param_info *info = &store_params[param];

	if (info->type == STORE_TYPE_BOOL)
		return json_boolean(!strcmp(text, "true"));
	if (info->type == STORE_TYPE_INT)
		return json_integer(strtol(text, NULL, 10));
	return json_string(text);
}

static void to_text(const json_t *value, char *text, size_t size)
{
	if (json_is_boolean(value))
		snprintf(text, size, json_is_true(value) ? "true" : "false");
	else if (json_is_integer(value))
		snprintf(text, size, "%lld",
			 (long long)json_integer_value(value));
	else
		snprintf(text, size, "%s", json_string_value(value));
}

json_t *param_value(struct db *db, int param)
{
	const struct store_param_info *info = &store_params[param];
	json_t *value = NULL;
	sqlite3_stmt *stmt;
	int found;

	if (db_prepare(db, &stmt, "SELECT value FROM param WHERE name = ?1"))
		return NULL;
	sqlite3_bind_text(stmt, 1, info->name, -1, SQLITE_STATIC);
	found = db_step(db, stmt);
	if (found >= 0)
		value = param_of_text(param, found ? (const char *)
			sqlite3_column_text(stmt, 0) : info->initial);
	sqlite3_finalize(stmt);
	return value;
}

static bool has_text(struct db *db, int param, const char *text)
{
	json_t *value = param_value(db, param);
	bool same = value && !strcmp(json_string_value(value), text);

	json_decref(value);
	return same;
}

static int count(struct db *db, const char *sql, const char *text)
{
	sqlite3_stmt *stmt;
	int n = 0;

	if (db_prepare(db, &stmt, "%s", sql))
		return 0;
	if (text)
		sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
	if (db_step(db, stmt) == 1)
		n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

/* The realm is part of the checksums, and the passwords are gone. */
static void warn_realm(struct db *db, const char *realm, json_t *warnings)
{
	int n = count(db, "SELECT (SELECT count(DISTINCT owner) FROM"
		      " user_digest WHERE owner NOT IN (SELECT owner FROM"
		      " user_digest WHERE realm = ?1)) + (SELECT"
		      " count(DISTINCT owner) FROM appuser_digest WHERE owner"
		      " NOT IN (SELECT owner FROM appuser_digest WHERE"
		      " realm = ?1))", realm);

	if (n)
		store_warn(warnings, "%d user%s no credentials for this realm: "
			   "no authentication until passwords are given again",
			   n, n == 1 ? " has" : "s have");
}

#define SECURE_PHONES	" FROM phone p JOIN profile f ON f.id = p.profile" \
	" WHERE f.device_security_mode <> 'nonsecure'"

/* "SEP..., SEP... and 3 more": of those whose mode changes. */
static void list_phones(struct db *db, int n, char *text, size_t size)
{
	sqlite3_stmt *stmt;
	size_t len = 0;

	text[0] = '\0';
	if (db_prepare(db, &stmt, "SELECT p.name" SECURE_PHONES
		       " ORDER BY p.name LIMIT %d", PHONES_NAMED))
		return;
	while (db_step(db, stmt) == 1 && len + STORE_NAME_SIZE + 2 < size)
		len += snprintf(text + len, size - len, "%s%s",
				len ? ", " : "",
				(const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	if (n > PHONES_NAMED)
		snprintf(text + len, size - len, " and %d more",
			 n - PHONES_NAMED);
}

/* SIG-1: who must be reset, and which services restart. */
static void warn_mode(struct db *db, bool mixed, json_t *warnings)
{
	int n = count(db, "SELECT count(*)" SECURE_PHONES, NULL);
	char names[(PHONES_NAMED + 1) * (STORE_NAME_SIZE + 2)];

	list_phones(db, n, names, sizeof(names));
	if (n)
		store_warn(warnings, "%d phone%s of authenticated or encrypted "
			   "profiles must be reset: %s (ucsecctl profile "
			   "reset, phone reset)", n, n == 1 ? "" : "s", names);
	store_warn(warnings, "no service restarts: the listeners stay, and "
		   "connections and registrations of phones that do not fit "
		   "the new mode end");
	if (mixed && !has_text(db, STORE_PARAM_TLS_CIPHER_MENU, "all"))
		store_warn(warnings, "with this tls_cipher_menu no phone in "
			   "authenticated mode can register");
}

static void warn(struct db *db, int param, const char *text, json_t *warnings)
{
	json_t *mode;

	switch (param) {
	case STORE_PARAM_TLS_CIPHER_MENU:
		if (strcmp(text, "all"))
			store_warn(warnings, "no phone in authenticated mode "
				   "can register: %s has no cipher without "
				   "encryption", text);
		break;
	case STORE_PARAM_SIP_STATION_REALM:
	case STORE_PARAM_CLUSTER_ID:
		warn_realm(db, text, warnings);
		break;
	case STORE_PARAM_CLUSTER_SECURITY_MODE:
		warn_mode(db, !strcmp(text, "mixed"), warnings);
		break;
	case STORE_PARAM_AUTO_REGISTRATION:
		mode = param_value(db, STORE_PARAM_CLUSTER_SECURITY_MODE);
		if (!strcmp(text, "true") && mode &&
		    !strcmp(json_string_value(mode), "mixed"))
			store_warn(warnings, "auto_registration has no effect "
				   "in mixed mode");
		json_decref(mode);
		break;
	}
}

static void name_param(struct store_error *error, const char *name)
{
	snprintf(error->object, sizeof(error->object), "param %s", name);
}

static int find(const char *name, struct store_error *error)
{
	int param = store_param_find(name);

	name_param(error, name);
	if (param < 0)
		store_refuse(error, 404, NULL, "there is no param %s", name);
	return param;
}

int param_unset(struct db *db, const char *name, json_t *warnings,
		struct store_error *error)
{
	int param = find(name, error), err;
	sqlite3_stmt *stmt;

	if (param < 0)
		return -EINVAL;
	err = db_prepare(db, &stmt, "DELETE FROM param WHERE name = ?1");
	if (err)
		return store_fail(error, err);
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	err = db_run(db, stmt);
	if (err)
		return store_fail(error, err);
	if (sqlite3_changes(db->sql))
		warn(db, param, store_params[param].initial, warnings);
	return 0;
}

int param_set(struct db *db, const char *name, const json_t *body,
	      json_t *warnings, struct store_error *error)
{
	int param = find(name, error), err;
	json_t *said = json_object_get(body, "value"), *value, *now;
	bool same;
	struct store_field field;
	sqlite3_stmt *stmt;
	char text[STORE_PARAM_TEXT_SIZE];

	if (param < 0)
		return -EINVAL;
	if (!said || json_object_size(body) != 1)
		return store_refuse(error, 400, "value",
				    "is what there is to say, and nothing "
				    "else");
	if (json_is_null(said))
		return param_unset(db, name, warnings, error);
	field = store_param_field(&store_params[param]);
	value = field_value(&field, said, "value", error);
	if (!value)
		return -EINVAL;
	to_text(value, text, sizeof(text));
	now = param_value(db, param);
	same = json_equal(now, value);
	json_decref(now);
	json_decref(value);
	err = db_prepare(db, &stmt, "INSERT INTO param VALUES (?1, ?2)"
			 " ON CONFLICT (name) DO UPDATE SET value = ?2");
	if (err)
		return store_fail(error, err);
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, text, -1, SQLITE_STATIC);
	err = db_run(db, stmt);
	if (err)
		return store_fail(error, err);
	if (!same)
		warn(db, param, text, warnings);
	return 0;
}

static long number(struct db *db, int param)
{
	json_t *value = param_value(db, param);
	long n = json_integer_value(value);

	json_decref(value);
	return n;
}

/* "value" is the field, whichever of the two was changed. */
static int check_order(struct db *db, int less, int more,
		       struct store_error *error)
{
	if (number(db, less) <= number(db, more))
		return 0;
	return store_refuse(error, 400, "value", "%s would be above %s",
			    store_params[less].name, store_params[more].name);
}

static int check_range(struct db *db, struct store_error *error)
{
	json_t *first = param_value(db, STORE_PARAM_AUTO_REGISTRATION_FIRST);
	json_t *last = param_value(db, STORE_PARAM_AUTO_REGISTRATION_LAST);
	const char *a = json_string_value(first), *b = json_string_value(last);
	int err = 0;

	if (a && b && *a && *b && (strlen(a) != strlen(b) || strcmp(a, b) > 0))
		err = store_refuse(error, 400, "value",
				   "auto_registration_first and _last are "
				   "numbers of one length, the first not above "
				   "the last");
	json_decref(first);
	json_decref(last);
	return err;
}

int param_rules(struct db *db, struct store_error *error)
{
	int err = check_order(db, STORE_PARAM_REGISTER_EXPIRES_MIN,
			      STORE_PARAM_REGISTER_EXPIRES_DEFAULT, error);

	if (!err)
		err = check_order(db, STORE_PARAM_REGISTER_EXPIRES_DEFAULT,
				  STORE_PARAM_REGISTER_EXPIRES_MAX, error);
	if (!err)
		err = check_order(db, STORE_PARAM_SESSION_EXPIRES_MIN,
				  STORE_PARAM_SESSION_EXPIRES, error);
	return err ? err : check_range(db, error);
}
