// SPDX-License-Identifier: GPL-2.0
/*
 * The other call servers of the cluster, one by one.
 */
#include "store/node.h"

#include <errno.h>
#include <strings.h>

#include "store/private.h"

static const char *text_of(sqlite3_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt, column);
}

int store_node_each(struct store *store, const char *self, store_node_fn fn,
		    void *ctx)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_NODES,
		"SELECT name, address, callmanager, callmanager_ecdsa, tftp,"
		" tvs FROM node ORDER BY priority, name");
	int err = stmt ? 0 : -EIO, found = 0;

	while (!err && !(found = store_row(store, stmt))) {
		struct store_node node = {
			.name = text_of(stmt, 0), .address = text_of(stmt, 1),
		};

		for (int i = 0; i < STORE_NODE_CERTS; i++)
			node.pem[i] = text_of(stmt, 2 + i);
		if (!self || strcasecmp(node.name, self))
			err = fn(ctx, &node);
	}
	sqlite3_reset(stmt);
	return err ? err : found == -ENOENT ? 0 : found;
}
