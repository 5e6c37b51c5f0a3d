// SPDX-License-Identifier: GPL-2.0
/*
 * Phones whose files have something of an object that changes.
 */
#include "store/affected.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/private.h"

#define COMMAND_SIZE	(STORE_KEY_SIZE + 64)

/* Fields that no phone's file has anything of; ended by NULL. */
static const char *const of_phones[] = {
	"css", "presence_group", "srtp_required", "capf_auth_string",
	"capf_auth_string_sealed", NULL
};
static const char *const of_common[] = { "name", "description", NULL };
static const char *const of_users[] = {
	"display_name", "presence_group", NULL
};
static const char *const of_lines[] = {
	"description", "css", "presence_group", "no_answer_timeout",
	"voicemail_indicator", NULL
};
/* Certificates and addresses are in their lists, which they fetch as well. */
static const char *const of_nodes[] = { "description", NULL };
static const char *const none[] = { NULL };

#define NEAREST_SRST \
	"coalesce(srst, (SELECT srst FROM common_phone_profile c WHERE c.id =" \
	" phone.common_phone_profile), (SELECT srst FROM enterprise_phone))"

/* @verb: what tells them is "ucsecctl VERB KEY"; NULL: each by itself. */
static const struct row {
	const char *noun, *where, *verb;
	const char *const *elsewhere;
} rows[] = {
	{ "phone", "id = ?1", "phone apply", of_phones },
	{ "profile", "profile = ?1", "profile apply", none },
	{ "common-phone-profile", "common_phone_profile = ?1",
	  "common-phone-profile apply", of_common },
	{ "enterprise-phone", "?1 = ?1", "enterprise-phone apply", none },
	{ "srst", NEAREST_SRST " = ?1", "srst apply", none },
	{ "line", "id IN (SELECT owner FROM phone_lines WHERE line = ?1)",
	  NULL, of_lines },
	{ "user", "digest_user = ?1", NULL, of_users },
	{ "node", "?1 = ?1", NULL, of_nodes },
};

static const struct row *find_row(const struct store_noun *noun)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].noun, noun->name))
			return &rows[i];
	return NULL;
}

static bool is_elsewhere(const struct row *row, const char *field)
{
	for (const char *const *f = row->elsewhere; *f; f++)
		if (!strcmp(*f, field))
			return true;
	return false;
}

static bool differs(const struct change *c, const struct row *row)
{
	for (const struct store_field *f = c->noun->fields; f->name; f++) {
		json_t *from = json_object_get(c->now, f->name);
		json_t *to = json_object_get(c->next, f->name);

		if (is_elsewhere(row, f->name) || (!from && !to))
			continue;
		if (!from || !to || !json_equal(from, to))
			return true;
	}
	return false;
}

static int count(struct db *db, const struct row *row, int64_t id)
{
	sqlite3_stmt *stmt;
	int found = 0;

	if (db_prepare(db, &stmt, "SELECT count(*) FROM phone WHERE %s",
		       row->where))
		return 0;	/* logged; the change is good all the same */
	sqlite3_bind_int64(stmt, 1, id);
	if (db_step(db, stmt) == 1)
		found = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return found;
}

int affected_count(const struct change *c)
{
	const struct row *row = find_row(c->noun);

	/* One that is new has no phones yet, but for a node, whose all are. */
	if (!row || !c->next ||
	    (c->now ? !differs(c, row) : row->elsewhere != of_nodes))
		return 0;
	return count(c->db, row, c->id);
}

/* As it is typed: spaces and brackets are all that names have for shells. */
static void write_command(const struct row *row, const struct change *c,
			  char text[COMMAND_SIZE])
{
	const char *name = member_text(c->next, "name");
	bool plain;

	if (!row->verb || !strcmp(row->noun, "enterprise-phone") || !name) {
		snprintf(text, COMMAND_SIZE, "ucsecctl %s",
			 row->verb && name ? row->verb : "phone apply all");
		return;
	}
	plain = !strpbrk(name, " ()");
	snprintf(text, COMMAND_SIZE, "ucsecctl %s %s%s%s", row->verb,
		 plain ? "" : "'", name, plain ? "" : "'");
}

json_t *affected_offer(const struct change *c)
{
	const struct row *row = find_row(c->noun);
	int phones = affected_count(c);
	char command[COMMAND_SIZE];

	if (!phones)
		return NULL;
	write_command(row, c, command);
	return json_pack("{sIss}", "phones", (json_int_t)phones, "command",
			 command);
}

int store_affected_each(struct store *store, const struct store_noun *noun,
			const char *key, store_phone_fn fn, void *ctx)
{
	const struct row *row = find_row(noun);
	char name[STORE_NAME_SIZE];
	sqlite3_stmt *stmt;
	int64_t id;
	int err;

	if (!row)
		return -EOPNOTSUPP;
	id = row_find_key(&store->config, noun, key);
	if (id <= 0)
		return id ? (int)id : -ENOENT;
	err = db_prepare(&store->config, &stmt, "SELECT id, name FROM phone"
			 " WHERE %s ORDER BY name", row->where);
	if (err)
		return err;
	sqlite3_bind_int64(stmt, 1, id);
	while ((err = db_step(&store->config, stmt)) == 1) {
		db_copy(name, sizeof(name), stmt, 1);
		err = fn(ctx, sqlite3_column_int64(stmt, 0), name);
		if (err)
			break;
	}
	sqlite3_finalize(stmt);
	return err;
}
