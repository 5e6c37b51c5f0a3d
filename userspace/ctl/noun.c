// SPDX-License-Identifier: GPL-2.0
/*
 * phone, line, user, ...: five verbs over every noun of the daemon's table.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "store/schema.h"

#define VERBS		5
#define ACTIONS		5	/* of phones and what they share */
#define MAX_NOUNS	32

static const struct store_noun *noun_of(const struct ctl *ctl)
{
	return store_noun_find(ctl->command->noun);
}

static char *path_of(const struct store_noun *noun, const char *key)
{
	const struct store_field *fields[2];

	store_noun_key(noun, fields);
	return http_path(noun->name, key, fields[1] != NULL);
}

/* The objects whose purpose that is; NULL: all. */
static void keep_purpose(json_t *items, const char *purpose)
{
	for (size_t i = json_array_size(items); purpose && i--;) {
		const char *its = json_string_value(json_object_get(
			json_array_get(items, i), "purpose"));

		if (!its || strcmp(its, purpose))
			json_array_remove(items, i);
	}
}

static enum status cmd_list(struct ctl *ctl, char **words)
{
	const struct store_noun *noun = noun_of(ctl);
	const char *purpose = store_field_find(noun->fields, "purpose") ?
		words[0] : NULL;
	enum status status = expect_none(ctl, words + (purpose != NULL));
	char path[64];
	json_t *reply;

	snprintf(path, sizeof(path), "/v1/%s", noun->name);
	if (status == STATUS_OK)
		status = http_call(ctl, "GET", path, NULL, &reply);
	if (status != STATUS_OK)
		return status;
	keep_purpose(json_object_get(reply, "items"), purpose);
	if (ctl->json)
		return print_json(reply);
	print_items(noun, json_object_get(reply, "items"));
	return finish_change(ctl, reply);
}

static enum status call_one(struct ctl *ctl, const char *method,
			    const char *key, const json_t *body,
			    json_t **reply)
{
	char *path = path_of(noun_of(ctl), key);
	enum status status = STATUS_FAILED;

	if (path)
		status = http_call(ctl, method, path, body, reply);
	free(path);
	return status;
}

/* Of a noun that there is one of, the name goes without saying. */
static enum status cmd_show(struct ctl *ctl, char **words)
{
	bool single = noun_of(ctl)->single;
	enum status status = single ? expect_none(ctl, words) :
		expect_name(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = call_one(ctl, "GET", single ? STORE_SINGLE : words[0],
				  NULL, &reply);
	return status == STATUS_OK ? finish_item(ctl, reply) : status;
}

static enum status cmd_del(struct ctl *ctl, char **words)
{
	enum status status = expect_name(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = call_one(ctl, "DELETE", words[0], NULL, &reply);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

static enum status cmd_add(struct ctl *ctl, char **words)
{
	const struct store_noun *noun = noun_of(ctl);
	json_t *body = json_object(), *reply;
	enum status status;
	char path[64];

	status = parse_key(ctl, noun, words[0], body);
	if (status == STATUS_OK)
		status = parse_fields(ctl, noun, words + 1, body);
	snprintf(path, sizeof(path), "/v1/%s", noun->name);
	if (status == STATUS_OK)
		status = http_call(ctl, "POST", path, body, &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

static enum status cmd_set(struct ctl *ctl, char **words)
{
	const struct store_noun *noun = noun_of(ctl);
	const char *key = noun->single ? STORE_SINGLE : words[0];
	json_t *body = json_object(), *reply;
	enum status status;

	if (!noun->single && words[0])
		words++;
	if (!key)
		status = usage_error(ctl, "it must be named", NULL);
	else if (!words[0])
		status = usage_error(ctl, "nothing to change", NULL);
	else
		status = parse_fields(ctl, noun, words, body);
	if (status == STATUS_OK)
		status = call_one(ctl, "PATCH", key, body, &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

/* On what is under @object, as "/v1/phone/NAME"; @reply is the caller's. */
static enum status call_under(struct ctl *ctl, const char *method,
			      const char *object, const char *what,
			      json_t **reply)
{
	enum status status = STATUS_FAILED;
	char *path = NULL;

	if (object && asprintf(&path, "%s/%s", object, what) > 0)
		status = http_call(ctl, method, path, NULL, reply);
	free(path);
	return status;
}

/* reset, restart, apply: "all" is no name that a phone can have. */
static enum status cmd_action(struct ctl *ctl, char **words)
{
	bool single = noun_of(ctl)->single;
	bool all = words[0] && !strcmp(ctl->command->noun, "phone") &&
		   !strcmp(words[0], "all");
	enum status status = single ? expect_none(ctl, words) :
		expect_name(ctl, words);
	json_t *reply;
	char *object;

	if (status != STATUS_OK)
		return status;
	object = path_of(noun_of(ctl), single ? STORE_SINGLE : words[0]);
	status = call_under(ctl, "POST", all ? "/v1" : object,
			    ctl->command->verb, &reply);
	free(object);
	return status == STATUS_OK ? finish_item(ctl, reply) : status;
}

static const char *const setting_columns[] = {
	"setting", "value", "origin", "name", NULL
};

/* What holds for a phone, and who said so. */
static enum status cmd_settings(struct ctl *ctl, char **words)
{
	enum status status = expect_name(ctl, words);
	json_t *reply;
	char *object;

	if (status != STATUS_OK)
		return status;
	object = path_of(noun_of(ctl), words[0]);
	status = call_under(ctl, "GET", object, "settings", &reply);
	free(object);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	print_columns(setting_columns, json_object_get(reply, "items"));
	json_decref(reply);
	return STATUS_OK;
}

/* What an administrator may say of @from, under another name. */
static json_t *copy_of(const struct store_noun *noun, const json_t *from,
		       const char *name)
{
	const struct store_field *key[2];
	json_t *copy = json_object();

	store_noun_key(noun, key);
	for (const struct store_field *f = noun->fields; f->name; f++) {
		json_t *value = json_object_get(from, f->name);

		if (value && !(f->flags & STORE_DERIVED))
			json_object_set(copy, f->name, value);
	}
	if (!json_object_set_new(copy, key[0]->name, json_string(name)))
		return copy;
	json_decref(copy);
	return NULL;
}

static enum status cmd_copy(struct ctl *ctl, char **words)
{
	const struct store_noun *noun = noun_of(ctl);
	enum status status;
	json_t *reply, *copy;
	char path[64];

	if (!words[0] || !words[1])
		return usage_error(ctl, "both must be named", NULL);
	status = expect_none(ctl, words + 2);
	if (status == STATUS_OK)
		status = call_one(ctl, "GET", words[0], NULL, &reply);
	if (status != STATUS_OK)
		return status;
	copy = copy_of(noun, json_object_get(reply, "item"), words[1]);
	json_decref(reply);
	if (!copy)
		return usage_error(ctl, "a name that is not UTF-8 text", NULL);
	snprintf(path, sizeof(path), "/v1/%s", noun->name);
	status = http_call(ctl, "POST", path, copy, &reply);
	json_decref(copy);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

static void help_noun(FILE *out, const struct command *command)
{
	const struct store_noun *noun = store_noun_find(command->noun);
	char keyword[64];

	fputs("\nkeywords:\n", out);
	for (const struct store_field *f = noun->fields; f->name; f++) {
		if (!is_typed_by_hand(f))
			continue;
		keyword_of(f, keyword, sizeof(keyword));
		fprintf(out, "  %-32s %s\n", keyword, f->about);
		print_choice(out, 32, f->words);
		for (const struct store_field *i = f->fields; i && i->name;
		     i++)
			fprintf(out, "    %-30s %s\n", i->name, i->about);
	}
	fputs("  unset                            gives the KEYWORD after it "
	      "its default\n", out);
}

/* Rows of the command table, made when first asked for. */
static struct command rows[(VERBS + ACTIONS) * MAX_NOUNS];
static char keys[MAX_NOUNS][48], usages[MAX_NOUNS][96];
static size_t row_count;

static void name_key(const struct store_noun *noun, char *text, size_t size)
{
	const struct store_field *key[2];
	size_t len;

	store_noun_key(noun, key);
	snprintf(text, size, "%s%s%s%s", key[0]->name, key[1] ? "[/" : "",
		 key[1] ? key[1]->name : "", key[1] ? "]" : "");
	len = strlen(text);
	for (size_t i = 0; i < len; i++)
		if (text[i] >= 'a' && text[i] <= 'z')
			text[i] -= 'a' - 'A';
}

/* Phones read their files again, and start anew where they must. */
static void make_apply(const struct store_noun *noun)
{
	static const struct {
		const char *noun, *usage, *about;
	} list[] = {
		{ "phone", "NAME | all", "have a phone, or all, apply its "
		  "configuration" },
		{ "profile", "NAME", "have all phones of a profile apply "
		  "theirs" },
		{ "common-phone-profile", "NAME", "have its phones apply "
		  "their configuration" },
		{ "enterprise-phone", "", "have all phones apply their "
		  "configuration" },
		{ "srst", "NAME", "have the phones that survive with it apply "
		  "theirs" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (!strcmp(noun->name, list[i].noun))
			rows[row_count++] = (struct command){
				noun->name, "apply", list[i].usage,
				list[i].about, cmd_action, NULL };
}

/* Beside the five verbs: of devices, and of what they have in common. */
static void make_actions(const struct store_noun *noun)
{
	bool phone = !strcmp(noun->name, "phone");
	bool profile = !strcmp(noun->name, "profile");

	if (profile || !strcmp(noun->name, "common-phone-profile"))
		rows[row_count++] = (struct command){
			noun->name, "copy", "NAME NEW-NAME",
			"make another like one", cmd_copy, NULL };
	if (phone)
		rows[row_count++] = (struct command){
			noun->name, "settings", "NAME",
			"show what holds for a phone, and who said so",
			cmd_settings, NULL };
	make_apply(noun);
	if (!phone && !profile)
		return;
	rows[row_count++] = (struct command){
		noun->name, "reset", phone ? "NAME | all" : "NAME",
		phone ? "have a phone, or all, start anew" :
			"have all phones of a profile start anew",
		cmd_action, NULL };
	rows[row_count++] = (struct command){
		noun->name, "restart", phone ? "NAME | all" : "NAME",
		"the same, without a start where none is needed",
		cmd_action, NULL };
}

/* It is there, and stays. */
static void make_single(const struct store_noun *noun)
{
	rows[row_count++] = (struct command){
		noun->name, "show", "", noun->about, cmd_show, NULL };
	rows[row_count++] = (struct command){
		noun->name, "set", "KEYWORD VALUE [KEYWORD VALUE...]",
		"change them", cmd_set, help_noun };
	make_apply(noun);
}

/* Those of our own may be the next ones; lists are long. */
static void make_cert(struct command *first)
{
	first[0].usage = "[PURPOSE]";
	first[1].usage = "NAME [--next]";
	first[1].run = cmd_cert_show;
}

static void make_rows(void)
{
	static const struct {
		const char *verb, *about;
		enum status (*run)(struct ctl *ctl, char **words);
	} verbs[VERBS] = {
		{ "list", NULL, cmd_list },
		{ "show", "show one", cmd_show },
		{ "add", "add one", cmd_add },
		{ "set", "change one", cmd_set },
		{ "del", "remove one nobody uses", cmd_del },
	};
	size_t n = 0;

	for (const struct store_noun *noun = store_nouns;
	     noun->name && n < MAX_NOUNS; noun++, n++) {
		name_key(noun, keys[n], sizeof(keys[n]));
		snprintf(usages[n], sizeof(usages[n]),
			 "%.47s KEYWORD VALUE [KEYWORD VALUE...]", keys[n]);
		if (noun->single) {
			make_single(noun);
			continue;
		}
		for (size_t v = 0; v < VERBS; v++) {
			bool changes = verbs[v].run == cmd_add ||
				verbs[v].run == cmd_set;

			rows[row_count++] = (struct command){
				.noun = noun->name,
				.verb = verbs[v].verb,
				.usage = !v ? "" : changes ? usages[n] :
					keys[n],
				.about = v ? verbs[v].about : noun->about,
				.run = verbs[v].run,
				.help = changes ? help_noun : NULL,
			};
		}
		if (!strcmp(noun->name, "cert"))
			make_cert(&rows[row_count - VERBS]);
		make_actions(noun);
	}
}

const struct command *noun_command_at(size_t i)
{
	if (!row_count)
		make_rows();
	return i < row_count ? &rows[i] : NULL;
}
