// SPDX-License-Identifier: GPL-2.0
/*
 * Other call servers of the cluster: certificates that lists can have, and not
 * more of them than lists have room for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "store/change.h"
#include "store/node.h"

/* Of all of them, in PEM: what is left in a list beside what is ours. */
enum { PEM_SUM_MAX = 64 * 1024 };

static const struct {
	const char *field;
	bool ec;
} certs[STORE_NODE_CERTS] = {
	[STORE_NODE_CALLMANAGER] = { "callmanager", false },
	[STORE_NODE_CALLMANAGER_EC] = { "callmanager_ecdsa", true },
	[STORE_NODE_TFTP] = { "tftp", false },
	[STORE_NODE_TVS] = { "tvs", false },
};

static const char *wrong_key(const X509 *cert, bool ec)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	if (ec)
		return key && EVP_PKEY_is_a(key, "EC") &&
			(bits == 256 || bits == 384 || bits == 521) ? NULL :
			"its key is not one of P-256, P-384 or P-521";
	return key && EVP_PKEY_is_a(key, "RSA") &&
		(bits == 1024 || bits == 2048 || bits == 4096) ? NULL :
		"its key is not one of RSA with 1024, 2048 or 4096 bits";
}

static int judge(struct change *c, const char *field, bool ec)
{
	const char *pem = member_text(c->next, field), *why;
	X509 *cert;
	int err;

	if (!pem)
		return 0;
	cert = cert_read(pem, &why);
	if (!why)
		why = wrong_key(cert, ec);
	if (!why)
		why = cert_unfit_for_lists(cert);
	if (why)
		err = store_refuse(c->error, 400, field, "%s", why);
	else if (cert_write(c->next, field, cert))
		err = store_fail(c->error, -ENOMEM);
	else
		err = 0;
	if (!err && X509_cmp_current_time(X509_get0_notAfter(cert)) < 0)
		store_warn(c->warnings, "the certificate in %s has expired",
			   field);
	X509_free(cert);
	return err;
}

int rules_node(struct change *c)
{
	const char *address = member_text(c->next, "address");
	struct in_addr in;
	int err = 0;

	if (address && (inet_pton(AF_INET, address, &in) != 1 ||
			in.s_addr == htonl(INADDR_ANY)))
		return store_refuse(c->error, 400, "address",
				    "is no address of a node");
	for (int i = 0; i < STORE_NODE_CERTS && !err; i++)
		err = judge(c, certs[i].field, certs[i].ec);
	return err;
}

static int add_count(sqlite3_stmt *stmt, void *ctx)
{
	int *sums = ctx;

	sums[0] = sqlite3_column_int(stmt, 0);
	sums[1] = sqlite3_column_int(stmt, 1);
	return 0;
}

int node_rules(struct db *db, const char *field, struct store_error *error)
{
	int sums[2] = { 0, 0 };
	int err = db_each(db, "SELECT count(*), coalesce(sum("
			  "length(callmanager) +"
			  " coalesce(length(callmanager_ecdsa), 0) +"
			  " coalesce(length(tftp), 0) +"
			  " coalesce(length(tvs), 0)), 0) FROM node", add_count,
			  sums);

	if (err)
		return store_fail(error, err);
	/* This one may be among them. */
	if (sums[0] > STORE_NODES_MAX)
		return store_refuse(error, 409, field, "lists have room for %d "
				    "nodes", STORE_NODES_MAX);
	if (sums[1] > PEM_SUM_MAX)
		return store_refuse(error, 409, field, "lists have no room for "
				    "certificates of all nodes of %d bytes "
				    "together, but of %d", sums[1],
				    PEM_SUM_MAX);
	return 0;
}
