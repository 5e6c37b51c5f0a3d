// SPDX-License-Identifier: GPL-2.0
/*
 * Passwords on their way in: checksums or sealed from here on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"
#include "store/secret.h"

#define WHAT_SIZE	160

static int compare_entries(const void *a, const void *b)
{
	const json_t *const *one = a, *const *other = b;
	int order = strcmp(member_text(*one, "realm"),
			   member_text(*other, "realm"));

	return order ? order : strcmp(member_text(*one, "algorithm"),
				      member_text(*other, "algorithm"));
}

/* The order row_read() gives, so that equal lists are equal. */
static json_t *sorted(json_t *list)
{
	size_t count = json_array_size(list), i;
	json_t **entries = calloc(count + 1, sizeof(*entries));
	json_t *result = json_array(), *entry;

	if (!entries)
		return result;
	json_array_foreach(list, i, entry)
		entries[i] = entry;
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (i = 0; i < count; i++)
		json_array_append(result, entries[i]);
	free(entries);
	return result;
}

static int make_digest(struct change *c, const char *password)
{
	json_t *station = param_value(c->db, STORE_PARAM_SIP_STATION_REALM);
	json_t *cluster = param_value(c->db, STORE_PARAM_CLUSTER_ID);
	const char *realms[3] = { json_string_value(station),
				  json_string_value(cluster), NULL };
	json_t *list;

	if (realms[0] && realms[1] && !strcmp(realms[0], realms[1]))
		realms[1] = NULL;
	list = realms[0] ? secret_digest(member_text(c->next, "name"),
					 password, realms) : NULL;
	json_decref(station);
	json_decref(cluster);
	if (!list)
		return store_fail(c->error, -EIO);
	json_object_set_new(c->next, "digest", sorted(list));
	json_decref(list);
	return 0;
}

static bool is_renamed(const struct change *c, const char *key)
{
	return c->now && !json_equal(json_object_get(c->now, key),
				     json_object_get(c->next, key));
}

static int rules_digest(struct change *c, const json_t *password)
{
	json_t *digest = json_object_get(c->given, "digest");

	if (password && digest)
		return store_refuse(c->error, 400, "digest",
				    "either this or password");
	if (password && json_is_null(password))
		json_object_set_new(c->next, "digest", json_array());
	else if (password)
		return make_digest(c, json_string_value(password));
	else if (digest)
		json_object_set_new(c->next, "digest",
				    sorted(json_object_get(c->next,
							   "digest")));
	else if (is_renamed(c, "name") &&
		 json_array_size(json_object_get(c->next, "digest")))
		return store_refuse(c->error, 400, "password",
				    "is needed with a new name, which is part "
				    "of the checksums");
	return 0;
}

static void name_secret(const json_t *object, char *what)
{
	secret_name(what, WHAT_SIZE, member_text(object, "realm"));
}

static int set_sealed(struct change *c, const char *text)
{
	char what[WHAT_SIZE];
	char *sealed;

	name_secret(c->next, what);
	sealed = secret_seal(c->db->seal_key, what, text);
	if (!sealed)
		return store_fail(c->error, -EIO);
	json_object_set_new(c->next, "password_sealed", json_string(sealed));
	free(sealed);
	return 0;
}

/* What it is sealed to is its realm: the same password stays as it is. */
static int reseal(struct change *c, const char *password)
{
	const char *sealed = member_text(c->now, "password_sealed");
	char what[WHAT_SIZE], text[STORE_TEXT_SIZE];
	int err = 0;

	if (sealed) {
		name_secret(c->now, what);
		err = secret_unseal(c->db->seal_key, what, sealed, text,
				    sizeof(text));
		if (err && !password)
			return store_refuse(c->error, 500, "password",
					    "cannot be read with this node's "
					    "key: give it again");
	}
	if (sealed && !err && !is_renamed(c, "realm") &&
	    (!password || !strcmp(password, text)))
		json_object_set(c->next, "password_sealed",
				json_object_get(c->now, "password_sealed"));
	else
		err = set_sealed(c, password ? password : text);
	explicit_bzero(text, sizeof(text));
	return err;
}

static int rules_sealed(struct change *c, const json_t *password)
{
	const char *sealed = member_text(c->given, "password_sealed");
	char what[WHAT_SIZE], text[STORE_TEXT_SIZE];
	int err;

	if (password && sealed)
		return store_refuse(c->error, 400, "password_sealed",
				    "either this or password");
	if (sealed) {
		name_secret(c->next, what);
		err = secret_unseal(c->db->seal_key, what, sealed, text,
				    sizeof(text));
		explicit_bzero(text, sizeof(text));
		return !err ? 0 :
			store_refuse(c->error, 400, "password_sealed",
				     "was not sealed with this node's key, or "
				     "for another realm: give the password");
	}
	if (json_string_value(password) || (c->now && !password))
		return reseal(c, json_string_value(password));
	return store_refuse(c->error, 400, "password", "is missing");
}

int seal_anew(struct change *c, const char *field, const char *what,
	      const char *text)
{
	char *now = secret_seal(c->db->seal_key, what, text);

	if (!now)
		return store_fail(c->error, -EIO);
	json_object_set_new(c->next, field, json_string(now));
	free(now);
	return 0;
}

int seal_field(struct change *c, const char *field, const char *what,
	       const char *text)
{
	const char *sealed = member_text(c->now, field);
	char before[STORE_TEXT_SIZE];
	bool same;

	same = sealed && !secret_unseal(c->db->seal_key, what, sealed, before,
					sizeof(before)) &&
		!strcmp(before, text);
	if (sealed)
		explicit_bzero(before, sizeof(before));
	if (same)
		return json_object_set_new(c->next, field,
					   json_string(sealed));
	return seal_anew(c, field, what, text);
}

int sealed_field_check(struct change *c, const char *field, const char *what)
{
	char text[STORE_TEXT_SIZE];
	int err = secret_unseal(c->db->seal_key, what,
				member_text(c->given, field), text,
				sizeof(text));

	explicit_bzero(text, sizeof(text));
	return !err ? 0 :
		store_refuse(c->error, 400, field, "was not sealed with this "
			     "node's key, or for another name");
}

/* What is kept of a user beside the checksums must be what they are of. */
static int rules_kept(struct change *c, const json_t *password)
{
	static const char field[] = "password_sealed";
	bool sealed = member_text(c->given, field);
	char what[WHAT_SIZE];

	if (password && sealed)
		return store_refuse(c->error, 400, field,
				    "either this or password");
	if (!member_true(c->next, "phone_file_password") && sealed)
		return store_refuse(c->error, 400, field,
				    "needs phone_file_password");
	if (!member_true(c->next, "phone_file_password")) {
		json_object_set_new(c->next, field, json_null());
		return 0;
	}
	secret_user_name(what, sizeof(what), member_text(c->next, "name"));
	if (sealed)
		return sealed_field_check(c, field, what);
	if (json_string_value(password))
		return seal_field(c, field, what, json_string_value(password));
	if (!password && member_text(c->now, field) &&
	    !is_renamed(c, "name") && !is_renamed(c, "digest"))
		return 0;
	return store_refuse(c->error, 400, "phone_file_password",
			    "needs the password given with it: only checksums "
			    "of it are there");
}

/* The clear text goes no further than this. */
int rules_secrets(struct change *c)
{
	json_t *password = json_object_get(c->given, "password");
	bool is_user = !strcmp(c->noun->name, "user");
	int err = 0;

	if (store_field_find(c->noun->fields, "digest") &&
	    store_field_find(c->noun->fields, "digest")->type ==
	    STORE_TYPE_DIGEST)
		err = rules_digest(c, password);
	if (!err && is_user)
		err = rules_kept(c, password);
	else if (!err && store_field_find(c->noun->fields, "password_sealed"))
		err = rules_sealed(c, password);
	json_object_del(c->next, "password");
	return err;
}
