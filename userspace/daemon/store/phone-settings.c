// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of phones resolved: the phone's, its common profile's, everybody's.
 */
#include "store/phone-settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/object.h"
#include "store/private.h"

static const char *const names[STORE_HARDENING_COUNT] = {
	[STORE_GRATUITOUS_ARP] = "gratuitous_arp",
	[STORE_WEB_ACCESS] = "web_access",
	[STORE_PC_VOICE_VLAN_ACCESS] = "pc_voice_vlan_access",
	[STORE_SETTINGS_ACCESS] = "settings_access",
	[STORE_PC_PORT] = "pc_port",
	[STORE_SPAN_TO_PC_PORT] = "span_to_pc_port",
	[STORE_SSH_ACCESS] = "ssh_access",
	[STORE_HTTPS_ONLY] = "https_only",
	[STORE_TLS12_ONLY] = "tls12_only",
};

static const char *const settings_words[] = {
	"unset", "enabled", "disabled", "restricted", NULL
};

/* Of each of the three the hardening fields, in the order of the enum. */
#define HARDENING(t) \
	t ".gratuitous_arp, " t ".web_access, " t ".pc_voice_vlan_access, " \
	t ".settings_access, " t ".pc_port, " t ".span_to_pc_port, " \
	t ".ssh_access, " t ".https_only, " t ".tls12_only, " t ".srst"
#define PER_OWNER	(STORE_HARDENING_COUNT + 1)
#define OWNERS		3

/* The owner that says something in @column of its own, or STORE_OF_NOBODY. */
static enum store_origin origin_of(sqlite3_stmt *stmt, int column)
{
	for (int owner = 0; owner < OWNERS; owner++)
		if (sqlite3_column_type(stmt, owner * PER_OWNER + column) !=
		    SQLITE_NULL)
			return STORE_OF_PHONE + owner;
	return STORE_OF_NOBODY;
}

static void resolve(sqlite3_stmt *stmt, struct store_phone_settings *settings)
{
	for (int i = 0; i < STORE_HARDENING_COUNT; i++) {
		enum store_origin origin = origin_of(stmt, i);

		settings->origin[i] = origin;
		if (origin)
			settings->hardening[i] = store_word(stmt,
				(origin - STORE_OF_PHONE) * PER_OWNER + i,
				settings_words);
	}
	settings->srst_origin = origin_of(stmt, STORE_HARDENING_COUNT);
}

static int64_t seconds_of(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	struct tm tm = { 0 };

	return text && strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) ?
		timegm(&tm) : 0;
}

static int read_srst(struct store *store, int64_t id, struct store_srst *srst)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_SRST,
		"SELECT name, address, port, sip_port, secure, pem FROM srst"
		" WHERE id = ?1");
	const char *pem;
	int err = store_row_of(store, stmt, id);

	if (!err) {
		db_copy(srst->name, sizeof(srst->name), stmt, 0);
		db_copy(srst->address, sizeof(srst->address), stmt, 1);
		srst->port = sqlite3_column_int(stmt, 2);
		srst->sip_port = sqlite3_column_int(stmt, 3);
		srst->secure = sqlite3_column_int(stmt, 4);
		pem = (const char *)sqlite3_column_text(stmt, 5);
		srst->pem = pem ? strdup(pem) : NULL;
		err = pem && !srst->pem ? -ENOMEM : 0;
	}
	sqlite3_reset(stmt);
	return err;
}

int store_phone_settings(struct store *store, int64_t phone,
			 struct store_phone_settings *settings)
{
	static const char *const operations[] = {
		"none", "install", "delete", "troubleshoot", NULL
	};
	sqlite3_stmt *stmt = store_stmt(store, STMT_PHONE_SETTINGS, "SELECT "
		HARDENING("p") ", " HARDENING("c") ", " HARDENING("e")
		", c.name, CASE WHEN p.load <> '' THEN p.load ELSE (SELECT"
		" load FROM enterprise_phone_loads WHERE model = p.model"
		" ORDER BY position LIMIT 1) END, p.capf_operation,"
		" p.capf_completes_by FROM phone p LEFT JOIN"
		" common_phone_profile c ON c.id = p.common_phone_profile"
		" LEFT JOIN enterprise_phone e ON e.name = '" STORE_SINGLE "'"
		" WHERE p.id = ?1");
	int at = OWNERS * PER_OWNER, err;
	int64_t srst = 0;

	memset(settings, 0, sizeof(*settings));
	err = store_row_of(store, stmt, phone);
	if (!err) {
		resolve(stmt, settings);
		db_copy(settings->common, sizeof(settings->common), stmt, at);
		db_copy(settings->load, sizeof(settings->load), stmt, at + 1);
		settings->capf_operation = store_word(stmt, at + 2,
						      operations);
		settings->capf_completes_by = seconds_of(stmt, at + 3);
		if (settings->srst_origin)
			srst = sqlite3_column_int64(stmt,
				(settings->srst_origin - STORE_OF_PHONE) *
				PER_OWNER + STORE_HARDENING_COUNT);
	}
	sqlite3_reset(stmt);
	return !err && srst ? read_srst(store, srst, &settings->srst) : err;
}

void store_phone_settings_clear(struct store_phone_settings *settings)
{
	free(settings->srst.pem);
	settings->srst.pem = NULL;
}

/* Columns: the name, what is sealed to it. */
static int unseal(struct store *store, sqlite3_stmt *stmt, int64_t phone,
		  void (*name)(char *what, size_t size, const char *key),
		  char *text, size_t size, uint64_t *id)
{
	char what[STORE_TEXT_SIZE];
	const char *sealed;
	int err = store_row_of(store, stmt, phone);

	sealed = err ? NULL : (const char *)sqlite3_column_text(stmt, 1);
	if (sealed) {
		name(what, sizeof(what),
		     (const char *)sqlite3_column_text(stmt, 0));
		err = secret_unseal(store->config.seal_key, what, sealed, text,
				    size);
	} else if (!err) {
		err = -ENOKEY;
	}
	/* It begins with a nonce. */
	if (sealed && !err && id)
		memcpy(id, sealed, sizeof(*id));
	sqlite3_reset(stmt);
	return err;
}

int store_capf_string(struct store *store, int64_t phone,
		      char text[STORE_CAPF_STRING_SIZE], uint64_t *id)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CAPF_STRING,
		"SELECT name, capf_auth_string_sealed FROM phone WHERE"
		" id = ?1");

	return unseal(store, stmt, phone, secret_capf_name, text,
		      STORE_CAPF_STRING_SIZE, id);
}

int store_phone_password(struct store *store, int64_t phone,
			 char text[STORE_TEXT_SIZE])
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_PHONE_PASSWORD,
		"SELECT u.name, u.password_sealed FROM phone p LEFT JOIN"
		" user u ON u.id = p.digest_user WHERE p.id = ?1");

	return unseal(store, stmt, phone, secret_user_name, text,
		      STORE_TEXT_SIZE, NULL);
}

int store_load_each(struct store *store, store_load_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOADS, "SELECT model,"
					" model_id, load FROM"
					" enterprise_phone_loads"
					" ORDER BY position");
	int err;

	if (!stmt)
		return -EIO;
	while (!(err = store_row(store, stmt))) {
		err = fn(ctx, (const char *)sqlite3_column_text(stmt, 0),
			 sqlite3_column_int(stmt, 1),
			 (const char *)sqlite3_column_text(stmt, 2));
		if (err)
			break;
	}
	sqlite3_reset(stmt);
	return err == -ENOENT ? 0 : err;
}

static json_t *line_json(const struct store_phone_settings *s, const char *name,
			 const char *value, enum store_origin origin)
{
	static const char *const origins[] = {
		"nobody", "phone", "common-phone-profile", "enterprise-phone"
	};

	return json_pack("{ssssssss}", "setting", name, "value", value,
			 "origin", origins[origin], "name",
			 origin == STORE_OF_COMMON ? s->common : "");
}

json_t *store_phone_settings_json(struct store *store, const char *key,
				  struct store_error *error)
{
	struct store_phone_settings s;
	struct store_phone phone;
	int err = store_phone_find(store, key, &phone);
	json_t *list;

	snprintf(error->object, sizeof(error->object), "phone %.200s", key);
	if (!err)
		err = store_phone_settings(store, phone.id, &s);
	if (err) {
		store_refuse(error, err == -ENOENT ? 404 : 500, NULL,
			     err == -ENOENT ? "there is no phone %.200s" :
			     "the database cannot tell of %.200s", key);
		return NULL;
	}
	list = json_array();
	for (int i = 0; i < STORE_HARDENING_COUNT; i++)
		json_array_append_new(list, line_json(&s, names[i],
			settings_words[s.hardening[i]], s.origin[i]));
	json_array_append_new(list, line_json(&s, "srst", s.srst_origin ?
					      s.srst.name : "unset",
					      s.srst_origin));
	store_phone_settings_clear(&s);
	return list;
}
