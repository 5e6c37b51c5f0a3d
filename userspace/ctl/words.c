// SPDX-License-Identifier: GPL-2.0
/*
 * What may follow a command, for the shells' completion: one word a line, or a
 * JSON array.
 */
#include <string.h>

#include "ctl.h"
#include "store/schema.h"

static void add(json_t *list, const char *word)
{
	json_array_append_new(list, json_string(word));
}

static bool has(const json_t *list, const char *word)
{
	json_t *there;
	size_t i;

	json_array_foreach(list, i, there)
		if (!strcmp(json_string_value(there), word))
			return true;
	return false;
}

/* Rows of one noun stand together. */
static void add_nouns(json_t *list)
{
	const struct command *cmd, *before = NULL;

	/* Those of certificates also stand apart, for the daemon's table. */
	for (size_t i = 0; (cmd = command_at(i)); before = cmd, i++)
		if ((!before || strcmp(before->noun, cmd->noun)) &&
		    !has(list, cmd->noun))
			add(list, cmd->noun);
}

static void add_verbs(json_t *list, const char *noun)
{
	const struct command *cmd;

	for (size_t i = 0; (cmd = command_at(i)); i++)
		if (!strcmp(cmd->noun, noun) && cmd->verb)
			add(list, cmd->verb);
}

static void add_keywords(json_t *list, const struct store_noun *noun)
{
	char word[64];

	for (const struct store_field *f = noun->fields; f->name; f++) {
		if (!is_typed_by_hand(f))
			continue;
		keyword_of(f, word, sizeof(word));
		add(list, word);
	}
	add(list, "unset");
}

static void add_words(json_t *list, char **words)
{
	const struct store_noun *noun;

	if (!words[0]) {
		add_nouns(list);
		return;
	}
	if (!words[1]) {
		add_verbs(list, words[0]);
		return;
	}
	noun = store_noun_find(words[0]);
	if (noun && (!strcmp(words[1], "add") || !strcmp(words[1], "set")))
		add_keywords(list, noun);
	else if (!strcmp(words[0], "param"))
		for (const struct store_param_info *p = store_params; p->name;
		     p++)
			add(list, p->name);
}

enum status cmd_words(struct ctl *ctl, char **words)
{
	json_t *list, *word;
	size_t i;

	if (words[0] && words[1] && words[2])
		return expect_none(ctl, words + 2);
	list = json_array();
	add_words(list, words);
	if (ctl->json)
		return print_json(list);
	json_array_foreach(list, i, word)
		puts(json_string_value(word));
	json_decref(list);
	return STATUS_OK;
}
