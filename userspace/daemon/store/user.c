// SPDX-License-Identifier: GPL-2.0
/*
 * Users, credentials, and who may watch whom.
 */
#include <errno.h>
#include <string.h>

#include "store/private.h"

static int read_user(struct store *store, sqlite3_stmt *stmt,
		     enum store_user_kind kind, struct store_user *user)
{
	int err = store_row(store, stmt);

	if (err)
		goto reset;
	memset(user, 0, sizeof(*user));
	user->id = sqlite3_column_int64(stmt, 0);
	db_copy(user->name, sizeof(user->name), stmt, 1);
	db_copy(user->display_name, sizeof(user->display_name), stmt, 2);
	user->presence_group = sqlite3_column_int64(stmt, 3);
	if (kind == STORE_USER)
		goto reset;
	user->accept.presence_subscription = sqlite3_column_int(stmt, 4);
	user->accept.ood_refer = sqlite3_column_int(stmt, 5);
	user->accept.unsolicited_notification = sqlite3_column_int(stmt, 6);
	user->accept.replaces = sqlite3_column_int(stmt, 7);
reset:
	sqlite3_reset(stmt);
	return err;
}

int store_user_find(struct store *store, enum store_user_kind kind,
		    const char *name, struct store_user *user)
{
	sqlite3_stmt *stmt = kind == STORE_USER ?
		store_stmt(store, STMT_USER,
			   "SELECT id, name, display_name, presence_group"
			   " FROM user WHERE name = ?1") :
		store_stmt(store, STMT_APPUSER,
			   "SELECT id, name, display_name, presence_group,"
			   " accept_presence_subscription,"
			   " accept_out_of_dialog_refer,"
			   " accept_unsolicited_notification,"
			   " accept_replaces_header"
			   " FROM appuser WHERE name = ?1");

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	return read_user(store, stmt, kind, user);
}

#define SELECT_HA1(table) \
	"SELECT d.ha1 FROM " table " u LEFT JOIN " table "_digest d" \
	" ON d.owner = u.id AND d.realm = ?2 AND d.algorithm = ?3" \
	" WHERE u.name = ?1"

int store_ha1_find(struct store *store, enum store_user_kind kind,
		   const char *user, const char *realm,
		   enum store_algorithm algorithm,
		   uint8_t ha1[STORE_HA1_MAX], size_t *len)
{
	sqlite3_stmt *stmt = kind == STORE_USER ?
		store_stmt(store, STMT_USER_HA1, SELECT_HA1("user")) :
		store_stmt(store, STMT_APPUSER_HA1, SELECT_HA1("appuser"));
	int err;

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, user, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, realm, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, secret_algorithm_name(algorithm), -1,
			  SQLITE_STATIC);
	err = store_row(store, stmt);
	if (!err && sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		err = -ENOKEY;
	if (!err) {
		*len = sqlite3_column_bytes(stmt, 0);
		if (*len != (algorithm == STORE_MD5 ? 16 : 32))
			err = -EBADMSG;
		else
			memcpy(ha1, sqlite3_column_blob(stmt, 0), *len);
	}
	sqlite3_reset(stmt);
	return err;
}

int store_realm_find(struct store *store, const char *realm,
		     struct store_realm *out)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_REALM,
		"SELECT id, realm, user, password_sealed FROM sip_realm"
		" WHERE realm = ?1");
	char what[STORE_TEXT_SIZE + 16];
	int err;

	if (!stmt)
		return -EIO;
	sqlite3_bind_text(stmt, 1, realm, -1, SQLITE_STATIC);
	err = store_row(store, stmt);
	if (!err) {
		out->id = sqlite3_column_int64(stmt, 0);
		db_copy(out->realm, sizeof(out->realm), stmt, 1);
		db_copy(out->user, sizeof(out->user), stmt, 2);
		secret_name(what, sizeof(what), out->realm);
		err = secret_unseal(store->config.seal_key, what, (const char *)
				    sqlite3_column_text(stmt, 3),
				    out->password, sizeof(out->password));
	}
	sqlite3_reset(stmt);
	return err;
}

static int has_row(struct store *store, sqlite3_stmt *stmt)
{
	int err = store_row(store, stmt);

	sqlite3_reset(stmt);
	return err == -ENOENT ? 0 : err ? err : 1;
}

int store_may_watch(struct store *store, int64_t watcher, int64_t target)
{
	sqlite3_stmt *stmt;
	int named;

	if (watcher == target)
		return 1;
	stmt = store_stmt(store, STMT_MAY_WATCH,
			  "SELECT 1 FROM presence_group_may_watch"
			  " WHERE owner = ?1 AND target = ?2");
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, watcher);
	sqlite3_bind_int64(stmt, 2, target);
	named = has_row(store, stmt);
	if (named || !store_param(store, STORE_PARAM_PRESENCE_INTERGROUP))
		return named;
	/* Who names some groups means no others. */
	stmt = store_stmt(store, STMT_WATCHES_NOBODY,
			  "SELECT 1 FROM presence_group_may_watch"
			  " WHERE owner = ?1");
	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, watcher);
	named = has_row(store, stmt);
	return named < 0 ? named : !named;
}
