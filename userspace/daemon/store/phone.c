// SPDX-License-Identifier: GPL-2.0
/*
 * Phones with their profiles, and the buttons that tie them to lines.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/private.h"
#include "store/schema.h"

#define PROFILE_COLUMNS \
	" f.id, f.name, f.protocol, f.device_security_mode, f.transport," \
	" f.digest, f.nonce_validity, f.sip_phone_port," \
	" f.exclude_digest_credentials, f.tftp_encrypted_config," \
	" f.sip_oauth, f.capf_authentication_mode, f.key_order," \
	" f.rsa_key_size, f.ec_key_size"

#define SELECT_PHONE \
	"SELECT p.id, p.name, p.description, p.model, p.protocol," \
	" p.digest_user, u.name, p.css, p.presence_group, p.srtp_required," \
	PROFILE_COLUMNS " FROM phone p JOIN profile f ON f.id = p.profile" \
	" LEFT JOIN user u ON u.id = p.digest_user WHERE "

static const char *const protocols[] = { "sip", "sccp", NULL };
static const char *const modes[] = {
	"nonsecure", "authenticated", "encrypted", NULL
};

static unsigned int transports(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	unsigned int mask = 0;

	if (!text)
		return 0;
	mask |= strstr(text, "udp") ? STORE_UDP : 0;
	mask |= strstr(text, "tcp") ? STORE_TCP : 0;
	mask |= strstr(text, "tls") ? STORE_TLS : 0;
	return mask;
}

static void read_profile(sqlite3_stmt *stmt, int at,
			 struct store_phone_profile *profile)
{
	profile->id = sqlite3_column_int64(stmt, at);
	db_copy(profile->name, sizeof(profile->name), stmt, at + 1);
	profile->protocol = store_word(stmt, at + 2, protocols);
	profile->mode = store_word(stmt, at + 3, modes);
	profile->transports = transports(stmt, at + 4);
	profile->digest = sqlite3_column_int(stmt, at + 5);
	profile->nonce_validity = sqlite3_column_int(stmt, at + 6);
	profile->sip_phone_port = sqlite3_column_int(stmt, at + 7);
	profile->exclude_digest_credentials = sqlite3_column_int(stmt, at + 8);
	profile->tftp_encrypted_config = sqlite3_column_int(stmt, at + 9);
	profile->sip_oauth = sqlite3_column_int(stmt, at + 10);
	profile->capf_mode = store_word(stmt, at + 11, store_capf_modes);
	profile->key_order = store_word(stmt, at + 12, store_key_orders);
	profile->rsa_key_size = sqlite3_column_int(stmt, at + 13);
	profile->ec_key_size = sqlite3_column_int(stmt, at + 14);
}

static int read_phone(struct store *store, sqlite3_stmt *stmt,
		      struct store_phone *phone)
{
	int err = store_row(store, stmt);

	if (err)
		goto reset;
	phone->id = sqlite3_column_int64(stmt, 0);
	db_copy(phone->name, sizeof(phone->name), stmt, 1);
	db_copy(phone->description, sizeof(phone->description), stmt, 2);
	db_copy(phone->model, sizeof(phone->model), stmt, 3);
	phone->protocol = store_word(stmt, 4, protocols);
	phone->digest_user = sqlite3_column_int64(stmt, 5);
	db_copy(phone->digest_user_name, sizeof(phone->digest_user_name), stmt,
		6);
	phone->css = sqlite3_column_int64(stmt, 7);
	phone->presence_group = sqlite3_column_int64(stmt, 8);
	phone->srtp_required = sqlite3_column_int(stmt, 9);
	read_profile(stmt, 10, &phone->profile);
reset:
	sqlite3_reset(stmt);
	return err;
}

int store_phone_find(struct store *store, const char *name,
		     struct store_phone *phone)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_PHONE_BY_NAME,
					SELECT_PHONE "p.name = ?1");
	char capitals[STORE_NAME_SIZE];
	size_t len = strlen(name);

	if (!stmt)
		return -EIO;
	if (len >= sizeof(capitals))
		return -ENOENT;
	for (size_t i = 0; i <= len; i++)
		capitals[i] = toupper((unsigned char)name[i]);
	sqlite3_bind_text(stmt, 1, capitals, len, SQLITE_TRANSIENT);
	return read_phone(store, stmt, phone);
}

int store_phone_get(struct store *store, int64_t id, struct store_phone *phone)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_PHONE_BY_ID,
					SELECT_PHONE "p.id = ?1");

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	return read_phone(store, stmt, phone);
}

static int each_phone(struct store *store, sqlite3_stmt *stmt, int64_t id,
		      store_phone_fn fn, void *ctx)
{
	char name[STORE_NAME_SIZE];
	int err;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	while (!(err = store_row(store, stmt))) {
		db_copy(name, sizeof(name), stmt, 1);
		err = fn(ctx, sqlite3_column_int64(stmt, 0), name);
		if (err)
			break;
	}
	sqlite3_reset(stmt);
	return err == -ENOENT ? 0 : err;
}

int store_phone_each(struct store *store, int64_t profile, store_phone_fn fn,
		     void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_PHONES, "SELECT id, name"
					" FROM phone WHERE ?1 IN (0, profile)"
					" ORDER BY name");

	return each_phone(store, stmt, profile, fn, ctx);
}

int store_phone_page(struct store *store, int64_t profile, int64_t after,
		     store_phone_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = profile ?
		store_stmt(store, STMT_PROFILE_PAGE, "SELECT id, name FROM"
			   " phone WHERE profile = ?1 AND id > ?2 ORDER BY id"
			   " LIMIT 64") :
		store_stmt(store, STMT_PHONE_PAGE, "SELECT id, name FROM"
			   " phone WHERE id > ?2 ORDER BY id LIMIT 64");

	if (stmt)
		sqlite3_bind_int64(stmt, 2, after);
	return each_phone(store, stmt, profile, fn, ctx);
}

int store_user_phones(struct store *store, int64_t user, store_phone_fn fn,
		      void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_USER_PHONES, "SELECT id,"
					" name FROM phone WHERE digest_user ="
					" ?1 ORDER BY name");

	return each_phone(store, stmt, user, fn, ctx);
}

int store_profile_find(struct store *store, const char *name,
		       struct store_phone_profile *profile)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_PROFILE, "SELECT"
					PROFILE_COLUMNS " FROM profile f"
					" WHERE kind = 'phone' AND name = ?1"
					" COLLATE NOCASE");
	int err;

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	err = store_row(store, stmt);
	if (!err)
		read_profile(stmt, 0, profile);
	sqlite3_reset(stmt);
	return err;
}

static int read_buttons(struct store *store, sqlite3_stmt *stmt, int64_t id,
			struct store_buttons *buttons)
{
	struct store_button *more;
	int err;

	buttons->list = NULL;
	buttons->count = 0;
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, id);
	while (!(err = store_row(store, stmt))) {
		more = reallocarray(buttons->list, buttons->count + 1,
				    sizeof(*more));
		if (!more) {
			err = -ENOMEM;
			break;
		}
		buttons->list = more;
		more = &buttons->list[buttons->count++];
		more->phone = sqlite3_column_int64(stmt, 0);
		db_copy(more->phone_name, sizeof(more->phone_name), stmt, 1);
		more->line = sqlite3_column_int64(stmt, 2);
		db_copy(more->number, sizeof(more->number), stmt, 3);
		db_copy(more->label, sizeof(more->label), stmt, 4);
		more->position = sqlite3_column_int(stmt, 5);
	}
	sqlite3_reset(stmt);
	if (err == -ENOENT)
		return 0;
	store_buttons_clear(buttons);
	return err;
}

#define SELECT_BUTTON \
	"SELECT x.owner, p.name, x.line, l.number, x.label, x.position" \
	" FROM phone_lines x JOIN phone p ON p.id = x.owner" \
	" JOIN line l ON l.id = x.line WHERE "

int store_phone_lines(struct store *store, int64_t phone,
		      struct store_buttons *buttons)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_PHONE_LINES, SELECT_BUTTON
					"x.owner = ?1 ORDER BY x.position");

	return read_buttons(store, stmt, phone, buttons);
}

int store_line_phones(struct store *store, int64_t line,
		      struct store_buttons *buttons)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LINE_PHONES, SELECT_BUTTON
					"x.line = ?1 ORDER BY p.name,"
					" x.position");

	return read_buttons(store, stmt, line, buttons);
}

/* The number may be digits: bound as text, it stays what it is. */
int store_number_phones(struct store *store, const char *number,
			struct store_buttons *buttons)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_NUMBER_PHONES,
					SELECT_BUTTON "l.number = ?2"
					" ORDER BY p.name, x.position");

	if (stmt)
		sqlite3_bind_text(stmt, 2, number, -1, SQLITE_STATIC);
	return read_buttons(store, stmt, 0, buttons);
}

void store_buttons_clear(struct store_buttons *buttons)
{
	free(buttons->list);
	buttons->list = NULL;
	buttons->count = 0;
}
