// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates one by one, found by what a stranger says of them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/private.h"

/* Serial numbers are anybody's choice: what shares one is looked through. */
#define SHARE_MAX	64

/* Two capitals a byte, @between them; as cert_describe() writes them. */
static void write_hex(char *text, const uint8_t *bytes, size_t len,
		      const char *between)
{
	for (size_t i = 0; i < len; i++)
		text += sprintf(text, "%s%02X", i ? between : "", bytes[i]);
}

static int give(struct store *store, sqlite3_stmt *stmt, store_trusted_fn fn,
		void *ctx)
{
	int err = 0, given = 0, found = 0;

	while (!err && given++ < SHARE_MAX && !(found = store_row(store, stmt)))
		err = fn(ctx, (const char *)sqlite3_column_text(stmt, 0),
			 (const char *)sqlite3_column_text(stmt, 1));
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}

int store_trusted_by_sha256(struct store *store, const uint8_t sha256[32],
			    store_trusted_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CERT_BY_SHA256,
		"SELECT purpose, pem FROM cert WHERE fingerprint = ?1");
	char text[3 * 32];

	if (!stmt)
		return -EIO;
	write_hex(text, sha256, 32, ":");
	sqlite3_bind_text(stmt, 1, text, -1, SQLITE_TRANSIENT);
	return give(store, stmt, fn, ctx);
}

int store_trusted_by_serial(struct store *store, const uint8_t *serial,
			    size_t len, store_trusted_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_CERT_BY_SERIAL,
		"SELECT purpose, pem FROM cert WHERE serial = ?1");
	char text[2 * STORE_SERIAL_MAX + 1] = "";

	if (!stmt)
		return -EIO;
	if (len > STORE_SERIAL_MAX)
		return 0;
	write_hex(text, serial, len, "");
	/* What BN_bn2hex() makes of no number at all. */
	sqlite3_bind_text(stmt, 1, len == 1 && !serial[0] ? "0" : text, -1,
			  SQLITE_TRANSIENT);
	return give(store, stmt, fn, ctx);
}
