// SPDX-License-Identifier: GPL-2.0
/*
 * Objects and parameters as JSON, read on the loop.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/private.h"

json_t *store_object_get(struct store *store, const struct store_noun *noun,
			 const char *key, struct store_error *error)
{
	int64_t id = row_find_key(&store->config, noun, key);
	json_t *object;

	snprintf(error->object, sizeof(error->object), "%s %s", noun->name,
		 key);
	if (id < 0) {
		store_fail(error, id);
		return NULL;
	}
	if (!id) {
		store_refuse(error, 404, NULL, "there is no %s %s", noun->name,
			     key);
		return NULL;
	}
	object = row_get(&store->config, noun, id);
	if (object)
		row_publish(noun, object);
	else
		store_fail(error, -EIO);
	return object;
}

json_t *store_object_list(struct store *store, const struct store_noun *noun,
			  struct store_error *error)
{
	struct row_reader *r = row_reader_new(&store->config, noun, false);
	json_t *list = json_array(), *object;
	int64_t id;
	int err;

	while (r && (object = row_read(r, &id))) {
		row_publish(noun, object);
		json_array_append_new(list, object);
	}
	err = row_reader_end(r);
	if (!err)
		return list;
	store_fail(error, err);
	json_decref(list);
	return NULL;
}

static json_t *describe_param(struct store *store, int param)
{
	const struct store_param_info *info = &store_params[param];
	struct store_field field = store_param_field(info);

	return json_pack("{sssososs}", "name", info->name, "value",
			 param_value(&store->config, param), "default",
			 field_initial(&field), "about", info->about);
}

json_t *store_param_get(struct store *store, const char *name,
			struct store_error *error)
{
	int param = store_param_find(name);

	if (param >= 0)
		return describe_param(store, param);
	snprintf(error->object, sizeof(error->object), "param %s", name);
	store_refuse(error, 404, NULL, "there is no param %s", name);
	return NULL;
}

json_t *store_param_list(struct store *store, struct store_error *error)
{
	json_t *list = json_array();

	(void)error;
	for (int i = 0; i < STORE_PARAM_COUNT; i++)
		json_array_append_new(list, describe_param(store, i));
	return list;
}

json_t *store_export(struct store *store, struct store_error *error)
{
	return export_document(&store->config, error);
}

int store_cert_each_of(struct store *store, const char *purpose,
		       store_cert_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CERTS,
		"SELECT name, pem FROM cert WHERE purpose = ?1 ORDER BY name");
	int err = stmt ? 0 : -EIO, found = 0;

	if (stmt)
		sqlite3_bind_text(stmt, 1, purpose, -1, SQLITE_STATIC);
	while (!err && !(found = store_row(store, stmt)))
		err = fn(ctx, (const char *)sqlite3_column_text(stmt, 0),
			 (const char *)sqlite3_column_text(stmt, 1));
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

static const char *text(sqlite3_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt, column) ?: "";
}

int store_cert_end_each(struct store *store, store_cert_end_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CERT_ENDS,
		"SELECT name, purpose, subject, not_after, fingerprint"
		" FROM cert ORDER BY name");
	int err = stmt ? 0 : -EIO, found = 0;

	while (!err && !(found = store_row(store, stmt))) {
		const struct store_cert_end cert = {
			text(stmt, 0), text(stmt, 1), text(stmt, 2),
			text(stmt, 3), text(stmt, 4),
		};

		err = fn(ctx, &cert);
	}
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

int store_cert_each(struct store *store, store_cert_fn fn, void *ctx)
{
	return store_cert_each_of(store, "callmanager-trust", fn, ctx);
}
