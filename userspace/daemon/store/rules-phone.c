// SPDX-License-Identifier: GPL-2.0
/*
 * Phones and their profiles: what fits; references to gateways of survival.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/change.h"

/* What predefined profiles know of models: a warning, for they may be wrong. */
static int warn_model(struct change *c)
{
	sqlite3_stmt *stmt;
	int err = db_prepare(c->db, &stmt, "SELECT count(*),"
			     " sum(protocol = ?2) FROM profile WHERE"
			     " predefined AND model = ?1 AND model <> ''");

	if (err)
		return store_fail(c->error, err);
	sqlite3_bind_text(stmt, 1, member_text(c->next, "model"), -1,
			  SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, member_text(c->next, "protocol"), -1,
			  SQLITE_STATIC);
	err = db_step(c->db, stmt);
	if (err == 1 && sqlite3_column_int(stmt, 0) &&
	    !sqlite3_column_int(stmt, 1))
		store_warn(c->warnings, "a %s is not known to speak %s",
			   member_text(c->next, "model"),
			   member_text(c->next, "protocol"));
	sqlite3_finalize(stmt);
	return err < 0 ? store_fail(c->error, err) : 0;
}

static int check_fit(struct change *c, const json_t *profile)
{
	const char *protocol = member_text(c->next, "protocol");
	const char *model = member_text(c->next, "model"), *its;

	if (!member_is(profile, "kind", "phone"))
		return store_refuse(c->error, 400, "profile",
				    "is a profile of trunks");
	if (!member_is(profile, "protocol", protocol))
		return store_refuse(c->error, 400, "profile",
				    "is a profile of %s phones, this one "
				    "speaks %s",
				    member_text(profile, "protocol"), protocol);
	its = member_text(profile, "model");
	if (its && *its && strcmp(its, model))
		return store_refuse(c->error, 400, "profile",
				    "is a profile of phones of model %s, this "
				    "one is %s%s", its, *model ? "a " :
				    "of none that is known", model);
	return 0;
}

static void warn_profile(struct change *c, const json_t *profile)
{
	bool encrypted = member_is(profile, "device_security_mode",
				   "encrypted");

	if (member_true(profile, "digest") &&
	    !member_text(c->next, "digest_user"))
		store_warn(c->warnings, "its profile asks for digest "
			   "authentication and it has no digest_user: it "
			   "cannot register");
	if (member_true(c->next, "srtp_required") && !encrypted)
		store_warn(c->warnings, "srtp_required with a profile that is "
			   "not encrypted: keys travel over encrypted "
			   "signalling alone, so every call is refused");
}

int rules_phone(struct change *c)
{
	const struct store_noun *noun = store_noun_find("profile");
	int err = capf_take_profile(c);
	json_t *profile;
	int64_t id;

	if (err)
		return err;
	id = row_find(c->db, noun, member_text(c->next, "profile"), NULL);
	if (id <= 0)	/* row_write() will say so */
		return id ? store_fail(c->error, id) : 0;
	profile = row_get(c->db, noun, id);
	if (!profile)
		return store_fail(c->error, -EIO);
	err = check_fit(c, profile);
	if (!err) {
		warn_profile(c, profile);
		err = capf_judge(c, profile);
	}
	json_decref(profile);
	return err ? err : warn_model(c);
}

/* Each model once: its number is the name of an element. */
int rules_enterprise_phone(struct change *c)
{
	const json_t *list = json_object_get(c->next, "loads"), *one, *other;
	char path[32];
	size_t i, j;

	json_array_foreach(list, i, one) {
		json_array_foreach(list, j, other) {
			if (j >= i)
				break;
			if (member_int(one, "model_id") !=
			    member_int(other, "model_id") &&
			    strcmp(member_text(one, "model"),
				   member_text(other, "model")))
				continue;
			snprintf(path, sizeof(path), "loads[%zu]", i);
			return store_refuse(c->error, 400, path,
					    "is of a model that has one");
		}
	}
	return 0;
}

int rules_srst(struct change *c)
{
	static const char *const derived[] = {
		"subject", "issuer", "serial", "not_before", "not_after",
		"fingerprint", NULL
	};

	if (member_text(c->next, "pem"))
		return cert_describe(c);
	for (int i = 0; derived[i]; i++)
		json_object_set_new(c->next, derived[i], json_null());
	if (member_true(c->next, "secure"))
		return store_refuse(c->error, 400, "secure", "needs the "
				    "gateway's certificate in pem: phones "
				    "would not know it");
	return 0;
}
