// SPDX-License-Identifier: GPL-2.0
/*
 * Enrolment settings of phones: the profile that has them, the string to type.
 */
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/change.h"
#include "store/secret.h"
#include "store/store.h"

#define STRING_DIGITS	10
#define WHAT_SIZE	128
#define NAMES_TRIED	1000

/* What was said of the phone and is its profile's; NULL if nothing was. */
static json_t *take_wanted(struct change *c)
{
	json_t *wanted = json_object(), *value;

	for (const struct store_field *f = c->noun->fields; f->name; f++) {
		if (!(f->flags & STORE_OF_PROFILE))
			continue;
		value = json_object_get(c->given, f->name);
		if (value && !json_is_null(value))
			json_object_set(wanted, f->name, value);
		json_object_del(c->next, f->name);
	}
	if (json_object_size(wanted))
		return wanted;
	json_decref(wanted);
	return NULL;
}

static bool is_alike(const json_t *a, const json_t *b)
{
	static const char *const apart[] = {
		"name", "description", "predefined"
	};
	json_t *one = json_copy((json_t *)a), *other = json_copy((json_t *)b);
	bool same;

	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		json_object_del(one, apart[i]);
		json_object_del(other, apart[i]);
	}
	same = json_equal(one, other);
	json_decref(one);
	json_decref(other);
	return same;
}

/* The first by name that is like @profile: *name, or NULL. 0 or -errno. */
static int find_alike(struct change *c, const json_t *profile, json_t **name)
{
	struct row_reader *r = row_reader_new(c->db,
					      store_noun_find("profile"),
					      false);
	json_t *other;
	int64_t id;

	*name = NULL;
	while (r && !*name && (other = row_read(r, &id))) {
		if (is_alike(profile, other))
			*name = json_incref(json_object_get(other, "name"));
		json_decref(other);
	}
	return row_reader_end(r);
}

/* "office CAPF 1", or as much of it as there is room for. */
static int make_name(struct change *c, const char *base, char *name)
{
	int64_t taken = 1;

	for (unsigned int i = 1; taken > 0 && i < NAMES_TRIED; i++) {
		snprintf(name, STORE_NAME_SIZE, "%.48s CAPF %u", base, i);
		taken = row_find(c->db, store_noun_find("profile"), name, NULL);
	}
	return taken < 0 ? taken : taken ? -EEXIST : 0;
}

static int make_profile(struct change *c, const json_t *profile, char *name)
{
	struct change made = { .db = c->db, .warnings = c->warnings,
			       .error = c->error,
			       .noun = store_noun_find("profile"),
			       .given = json_copy((json_t *)profile) };
	char object[sizeof(c->error->object)];
	int err = make_name(c, member_text(profile, "name"), name);

	json_object_set_new(made.given, "name", json_string(name));
	json_object_del(made.given, "predefined");
	memcpy(object, c->error->object, sizeof(object));
	/* Refused is what was said of the phone: it is that one's error. */
	err = err ? store_fail(c->error, err) : object_add(&made);
	memcpy(c->error->object, object, sizeof(object));
	json_decref(made.given);
	json_decref(made.next);
	return err;
}

static int choose(struct change *c, json_t *profile, json_t *wanted)
{
	char made[STORE_NAME_SIZE];
	json_t *alike, *next = json_copy(profile);
	int err;

	json_object_update(next, wanted);
	if (json_equal(next, profile)) {
		json_decref(next);
		return 0;
	}
	err = find_alike(c, next, &alike);
	if (err) {
		err = store_fail(c->error, err);
	} else if (alike) {
		store_warn(c->warnings, "its profile is %s now, which has "
			   "these settings", json_string_value(alike));
	} else {
		err = make_profile(c, next, made);
		if (!err)
			store_warn(c->warnings, "its profile is %s now, made "
				   "for these settings", made);
		alike = json_string(made);
	}
	if (!err)
		json_object_set(c->next, "profile", alike);
	json_decref(alike);
	json_decref(next);
	return err;
}

int capf_take_profile(struct change *c)
{
	const struct store_noun *noun = store_noun_find("profile");
	json_t *wanted = take_wanted(c), *profile = NULL;
	int64_t id;
	int err = 0;

	if (!wanted)
		return 0;
	id = row_find(c->db, noun, member_text(c->next, "profile"), NULL);
	if (id > 0)
		profile = row_get(c->db, noun, id);
	if (id < 0 || (id && !profile))
		err = store_fail(c->error, id < 0 ? id : -EIO);
	else if (profile && member_is(profile, "kind", "phone"))
		err = choose(c, profile, wanted);
	json_decref(profile);
	json_decref(wanted);
	return err;
}

/* Each digit as likely as the others: 250 is a multiple of ten. */
static int make_string(char text[STRING_DIGITS + 1])
{
	unsigned char byte;

	for (int i = 0; i < STRING_DIGITS;) {
		if (RAND_bytes(&byte, 1) != 1)
			return -EIO;
		if (byte < 250)
			text[i++] = '0' + byte % 10;
	}
	text[STRING_DIGITS] = '\0';
	return 0;
}

static int generate(struct change *c, const char *what)
{
	char text[STRING_DIGITS + 1];
	int err = make_string(text);

	if (err)
		return store_fail(c->error, err);
	err = seal_field(c, "capf_auth_string_sealed", what, text);
	if (!err && c->dry_run)
		store_warn(c->warnings, "its authentication string will be "
			   "made up and told");
	else if (!err)
		store_warn(c->warnings, "its authentication string is %s: it "
			   "is not told again, and typed at the phone", text);
	explicit_bzero(text, sizeof(text));
	return err;
}

/* Under a new name it is bound to that. */
static int rebind(struct change *c, const char *what)
{
	const char *sealed = member_text(c->now, "capf_auth_string_sealed");
	char before[WHAT_SIZE], text[STORE_TEXT_SIZE];
	int err;

	if (!sealed || json_equal(json_object_get(c->now, "name"),
				  json_object_get(c->next, "name")))
		return 0;
	secret_capf_name(before, sizeof(before), member_text(c->now, "name"));
	err = secret_unseal(c->db->seal_key, before, sealed, text,
			    sizeof(text));
	if (err)
		json_object_set_new(c->next, "capf_auth_string_sealed",
				    json_null());
	else
		err = seal_field(c, "capf_auth_string_sealed", what, text);
	explicit_bzero(text, sizeof(text));
	return err == -EBADMSG ? 0 : err;
}

static int take_string(struct change *c, const char *what)
{
	static const char sealed[] = "capf_auth_string_sealed";
	json_t *given = json_object_get(c->given, "capf_auth_string");

	json_object_del(c->next, "capf_auth_string");
	if (given && member_text(c->given, sealed))
		return store_refuse(c->error, 400, sealed,
				    "either this or capf_auth_string");
	if (member_text(c->given, sealed))
		return sealed_field_check(c, sealed, what);
	/* Tries begin anew where it is ordered anew; a document says what is. */
	if (json_string_value(given) && c->ordered)
		return seal_anew(c, sealed, what, json_string_value(given));
	if (json_string_value(given))
		return seal_field(c, sealed, what, json_string_value(given));
	if (given)
		json_object_set_new(c->next, sealed, json_null());
	return given ? 0 : rebind(c, what);
}

static bool is_past(const char *text)
{
	struct tm tm = { 0 };

	return text && *text && strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) &&
		timegm(&tm) <= time(NULL);
}

int capf_judge(struct change *c, const json_t *profile)
{
	bool by_string = member_is(profile, "capf_authentication_mode",
				   "authentication-string");
	char what[WHAT_SIZE];
	int err;

	secret_capf_name(what, sizeof(what), member_text(c->next, "name"));
	err = take_string(c, what);
	if (err || member_is(c->next, "capf_operation", "none"))
		return err;
	if (is_past(member_text(c->next, "capf_completes_by")))
		store_warn(c->warnings, "capf_completes_by has passed: the "
			   "operation is not done any more");
	if (by_string && !member_text(c->next, "capf_auth_string_sealed"))
		return generate(c, what);
	return 0;
}
