// SPDX-License-Identifier: GPL-2.0
/*
 * Adding, changing and deleting one object, within the caller's transaction.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/change.h"

static void name_object(struct change *c, const char *key)
{
	snprintf(c->error->object, sizeof(c->error->object), "%s %s",
		 c->noun->name, key);
}

bool store_key_of(const struct store_noun *noun, const json_t *object,
		  char key[STORE_KEY_SIZE])
{
	const struct store_field *fields[2];
	const char *first, *second;
	char text[STORE_KEY_SIZE], why[128];

	store_noun_key(noun, fields);
	first = member_text(object, fields[0]->name);
	second = fields[1] ? member_text(object, fields[1]->name) : NULL;
	if (!first || snprintf(text, sizeof(text), "%s", first) >=
	    (int)sizeof(text))
		return false;
	/* For the form the store has it in; it may be wrong nevertheless. */
	store_text_check(fields[0], text, why, sizeof(why));
	return snprintf(key, STORE_KEY_SIZE, "%s%s%s", text,
			second ? "/" : "", second ? second : "") <
		STORE_KEY_SIZE;
}

static int judge(struct change *c)
{
	int err = field_complete(c->noun, c->given, c->next, c->error);

	if (!err)
		err = rules_apply(c);
	return err;
}

int object_add(struct change *c)
{
	char key[STORE_KEY_SIZE];

	if (store_key_of(c->noun, c->given, key))
		name_object(c, key);
	c->id = 0;
	c->next = field_overlay(c->noun, NULL, c->given, c->error);
	if (!c->next || judge(c))
		return -EINVAL;
	return row_write(c);
}

static int find(struct change *c, const char *key)
{
	name_object(c, key);
	c->id = row_find_key(c->db, c->noun, key);
	if (c->id < 0)
		return store_fail(c->error, c->id);
	if (!c->id)
		return store_refuse(c->error, 404, NULL, "there is no %s %s",
				    c->noun->name, key);
	c->now = row_get(c->db, c->noun, c->id);
	if (!c->now)
		return store_fail(c->error, -EIO);
	return 0;
}

int object_set(struct change *c, const char *key)
{
	int err = find(c, key);

	if (!err)
		err = rules_guard(c->noun, c->now, c->error);
	if (err)
		return err;
	c->next = field_overlay(c->noun, c->now, c->given, c->error);
	if (!c->next || judge(c))
		return -EINVAL;
	return json_equal(c->now, c->next) ? 0 : row_write(c);
}

int object_del(struct change *c, const char *key)
{
	int err = find(c, key);

	if (!err)
		err = rules_guard(c->noun, c->now, c->error);
	if (!err && c->noun->single)
		err = store_refuse(c->error, 409, NULL, "the %s cannot be "
				   "deleted, only changed", c->noun->name);
	if (!err)
		err = in_use_check(c->db, c->noun, c->id, key, c->error);
	if (!err && !strcmp(c->noun->name, "cert"))
		err = cert_warn_users(c);
	if (err)
		return err;
	err = row_delete(c->db, c->noun, c->id);
	return err ? store_fail(c->error, err) : 0;
}

/* Who added a trusted one under the name before it was ours keeps it. */
static int find_own(struct change *c, const char *name)
{
	name_object(c, name);
	c->id = row_find(c->db, c->noun, name, NULL);
	if (c->id < 0)
		return store_fail(c->error, c->id);
	if (!c->id)
		return 0;
	c->now = row_get(c->db, c->noun, c->id);
	if (!c->now)
		return store_fail(c->error, -EIO);
	if (!store_cert_is_own(member_text(c->now, "purpose")))
		return store_refuse(c->error, 409, "name", "is what the "
				    "daemon's own is called: add the trusted "
				    "one under another name");
	return 0;
}

/* The certificates that no request may add. */
int object_own_cert(struct change *c)
{
	const char *name = member_text(c->given, "name");
	json_t *pem = json_object_get(c->given, "pem");
	int err = find_own(c, name);

	if (err)
		return err;
	if (!pem) {
		err = c->id ? row_delete(c->db, c->noun, c->id) : 0;
		return err ? store_fail(c->error, err) : 0;
	}
	c->next = json_pack("{sssssO}", "name", name, "purpose",
			    store_cert_own_purpose(name), "pem", pem);
	json_decref(c->given);
	c->given = NULL;
	err = c->next ? rules_cert(c) : -EINVAL;
	return err ? err : row_write(c);
}

/* What came with the daemon does not travel to another. */
bool object_is_exported(const struct store_noun *noun, const json_t *object)
{
	struct store_error ignored = { 0 };

	return !rules_guard(noun, object, &ignored);
}
