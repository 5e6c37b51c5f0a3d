// SPDX-License-Identifier: GPL-2.0
/*
 * What may follow a command, one word a line: for the shells' completion.
 */
#include <string.h>

#include "ctl.h"
#include "store/schema.h"

/* Rows of one noun stand together. */
static void print_nouns(void)
{
	const struct command *cmd, *before = NULL;

	for (size_t i = 0; (cmd = command_at(i)); before = cmd, i++)
		if (!before || strcmp(before->noun, cmd->noun))
			puts(cmd->noun);
}

static void print_verbs(const char *noun)
{
	const struct command *cmd;

	for (size_t i = 0; (cmd = command_at(i)); i++)
		if (!strcmp(cmd->noun, noun) && cmd->verb)
			puts(cmd->verb);
}

static void print_keywords(const struct store_noun *noun)
{
	char word[64];

	for (const struct store_field *f = noun->fields; f->name; f++) {
		if (!is_typed_by_hand(f))
			continue;
		keyword_of(f, word, sizeof(word));
		puts(word);
	}
	puts("unset");
}

enum status cmd_words(struct ctl *ctl, char **words)
{
	const struct store_noun *noun;

	if (!words[0]) {
		print_nouns();
		return STATUS_OK;
	}
	if (!words[1]) {
		print_verbs(words[0]);
		return STATUS_OK;
	}
	if (words[2])
		return expect_none(ctl, words + 2);
	noun = store_noun_find(words[0]);
	if (noun && (!strcmp(words[1], "add") || !strcmp(words[1], "set")))
		print_keywords(noun);
	else if (!strcmp(words[0], "param"))
		for (const struct store_param_info *p = store_params; p->name;
		     p++)
			puts(p->name);
	return STATUS_OK;
}
