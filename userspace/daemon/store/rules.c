// SPDX-License-Identifier: GPL-2.0
/*
 * What an object's fields must be to one another, beyond each by itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"

struct facts {
	char kind[16];
	char mode[16];
};

/* -ENOENT: row_write() will say so. */
static int profile_facts(struct change *c, struct facts *facts)
{
	sqlite3_stmt *stmt;
	int err = db_prepare(c->db, &stmt, "SELECT kind,"
			     " device_security_mode FROM profile WHERE"
			     " name = ?1");

	if (err)
		return err;
	sqlite3_bind_text(stmt, 1, member_text(c->next, "profile"), -1,
			  SQLITE_STATIC);
	err = db_step(c->db, stmt);
	if (err == 1) {
		db_copy(facts->kind, sizeof(facts->kind), stmt, 0);
		db_copy(facts->mode, sizeof(facts->mode), stmt, 1);
	}
	sqlite3_finalize(stmt);
	return err == 1 ? 0 : err ? err : -ENOENT;
}

static int rules_trunk(struct change *c)
{
	struct facts facts;
	int err = profile_facts(c, &facts);

	if (err)
		return err == -ENOENT ? 0 : store_fail(c->error, err);
	if (strcmp(facts.kind, "trunk"))
		return store_refuse(c->error, 400, "profile",
				    "is a profile of phones");
	if (member_true(c->next, "srtp_required") &&
	    !member_true(c->next, "srtp_allowed"))
		return store_refuse(c->error, 400, "srtp_required",
				    "needs srtp_allowed");
	if (member_true(c->next, "srtp_allowed") &&
	    strcmp(facts.mode, "encrypted"))
		store_warn(c->warnings, "srtp_allowed has no effect with a "
			   "profile that is not encrypted: keys never leave "
			   "over signalling that others can read");
	return 0;
}

static int rules_route(struct change *c)
{
	bool block = member_true(c->next, "block");
	bool trunks = json_array_size(json_object_get(c->next, "trunk")) > 0;

	if (block && trunks)
		return store_refuse(c->error, 400, "block",
				    "a route that blocks has no trunks");
	if (!block && !trunks)
		return store_refuse(c->error, 400, "trunk",
				    "a route has trunks, or it blocks");
	if (!member_true(c->next, "strip_predot"))
		return 0;
	if (!strchr(member_text(c->next, "pattern"), '.'))
		return store_refuse(c->error, 400, "strip_predot",
				    "needs a dot in the pattern");
	if (member_int(c->next, "strip"))
		return store_refuse(c->error, 400, "strip",
				    "either this or strip_predot");
	return 0;
}

/* A user can only give what the digest asks for: DIGEST-6. */
static int rules_user(struct change *c)
{
	if (!json_array_size(json_object_get(c->next, "digest")))
		store_warn(c->warnings, "no password: digest authentication as "
			   "this user fails");
	return 0;
}

static const struct {
	const char *noun;
	int (*rule)(struct change *change);
} rules[] = {
	{ "profile", rules_profile },
	{ "phone", rules_phone },
	{ "srst", rules_srst },
	{ "enterprise-phone", rules_enterprise_phone },
	{ "trunk", rules_trunk },
	{ "route", rules_route },
	{ "user", rules_user },
	{ "appuser", rules_user },
	{ "cert", rules_cert },
	{ "node", rules_node },
};

int rules_apply(struct change *c)
{
	int err = rules_secrets(c);

	for (size_t i = 0; !err && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].noun, c->noun->name))
			err = rules[i].rule(c);
	return err;
}

int rules_guard(const struct store_noun *noun, const json_t *now,
		struct store_error *error)
{
	if (member_true(now, "predefined"))
		return store_refuse(error, 409, NULL, "a predefined %s cannot "
				    "be changed or deleted", noun->name);
	if (!strcmp(noun->name, "cert") &&
	    store_cert_is_own(member_text(now, "purpose")))
		return store_refuse(error, 409, NULL, "the daemon's own "
				    "certificate is made by itself");
	return 0;
}
