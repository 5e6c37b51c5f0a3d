// SPDX-License-Identifier: GPL-2.0
/*
 * phone, line, user, ...: five verbs over every noun of the daemon's table.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "store/schema.h"

#define VERBS		5
#define ACTIONS		2	/* of phones and their profiles */
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

static enum status cmd_list(struct ctl *ctl, char **words)
{
	const struct store_noun *noun = noun_of(ctl);
	enum status status = expect_none(ctl, words);
	char path[64];
	json_t *reply;

	snprintf(path, sizeof(path), "/v1/%s", noun->name);
	if (status == STATUS_OK)
		status = http_call(ctl, "GET", path, NULL, &reply);
	if (status != STATUS_OK)
		return status;
	if (ctl->json)
		return print_json(reply);
	print_items(noun, json_object_get(reply, "items"));
	json_decref(reply);
	return STATUS_OK;
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

static enum status cmd_show(struct ctl *ctl, char **words)
{
	enum status status = expect_name(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = call_one(ctl, "GET", words[0], NULL, &reply);
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
	json_t *body = json_object(), *reply;
	enum status status;

	if (!words[0])
		status = usage_error(ctl, "it must be named", NULL);
	else if (!words[1])
		status = usage_error(ctl, "nothing to change", NULL);
	else
		status = parse_fields(ctl, noun, words + 1, body);
	if (status == STATUS_OK)
		status = call_one(ctl, "PATCH", words[0], body, &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

/* reset, restart: "all" is no name that a phone can have. */
static enum status cmd_action(struct ctl *ctl, char **words)
{
	bool all = words[0] && !strcmp(ctl->command->noun, "phone") &&
		   !strcmp(words[0], "all");
	enum status status = expect_name(ctl, words);
	char *object = NULL, *path = NULL;
	json_t *reply;

	if (status != STATUS_OK)
		return status;
	object = path_of(noun_of(ctl), words[0]);
	status = STATUS_FAILED;
	if (object && asprintf(&path, "%s/%s", all ? "/v1" : object,
			       ctl->command->verb) > 0)
		status = http_call(ctl, "POST", path, NULL, &reply);
	free(path);
	free(object);
	return status == STATUS_OK ? finish_item(ctl, reply) : status;
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

/* What the daemon does with devices, not with the database. */
static void make_actions(const struct store_noun *noun)
{
	bool phone = !strcmp(noun->name, "phone");

	if (!phone && strcmp(noun->name, "profile"))
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
		make_actions(noun);
	}
}

const struct command *noun_command_at(size_t i)
{
	if (!row_count)
		make_rows();
	return i < row_count ? &rows[i] : NULL;
}
