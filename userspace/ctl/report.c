// SPDX-License-Identifier: GPL-2.0
/*
 * What is said on standard error.
 *
 * Somebody may put a key where a word or a file name belongs; so nothing of
 * the command line is quoted but what is sure to be no key.
 */
#include <errno.h>
#include <string.h>

#include "ctl.h"

/* No key is that short, and hardly one is without capitals. */
static bool is_harmless(const char *word)
{
	return strlen(word) <= 20 &&
		strspn(word, "abcdefghijklmnopqrstuvwxyz-") == strlen(word);
}

/* Lines of a usage after the first stand under the first one's start. */
void print_usage(FILE *out, const struct command *command)
{
	int indent = fprintf(out, "usage: ucsecctl %s%s%s%s", command->noun,
			     command->verb ? " " : "",
			     command->verb ? command->verb : "",
			     command->usage[0] ? " " : "");

	for (const char *c = command->usage; *c; c++) {
		putc(*c, out);
		if (*c == '\n')
			fprintf(out, "%*s", indent, "");
	}
	putc('\n', out);
}

enum status usage_error(const struct ctl *ctl, const char *sentence,
			const char *word)
{
	if (word && is_harmless(word))
		fprintf(stderr, "ucsecctl: %s: %s\n", sentence, word);
	else
		fprintf(stderr, "ucsecctl: %s\n", sentence);
	print_usage(stderr, ctl->command);
	return STATUS_USAGE;
}

/* The keyword is one of ours, not what was typed. */
enum status value_error(const struct ctl *ctl, const char *keyword,
			const char *sentence)
{
	fprintf(stderr, "ucsecctl: %s: %s\n", keyword, sentence);
	print_usage(stderr, ctl->command);
	return STATUS_USAGE;
}

enum status expect_none(const struct ctl *ctl, char **words)
{
	return words[0] ?
		usage_error(ctl, "nothing more is expected", words[0]) :
		STATUS_OK;
}

enum status expect_name(const struct ctl *ctl, char **words)
{
	return words[0] ? expect_none(ctl, words + 1) :
		usage_error(ctl, "it must be named", NULL);
}

enum status fail(const struct ctl *ctl, const char *sentence)
{
	(void)ctl;
	fprintf(stderr, "ucsecctl: %s\n", sentence);
	return STATUS_FAILED;
}

enum status fail_key(const char *side, const char *sentence)
{
	fprintf(stderr, "ucsecctl: key file of %s: %s\n", side, sentence);
	return STATUS_FAILED;
}

enum status fail_request(const struct ctl *ctl)
{
	const struct ucsec_error *error = ucsec_error(ctl->handle);

	fprintf(stderr, "ucsecctl: %s", error->sentence);
	if (error->attribute[0])
		fprintf(stderr, " (%sattribute %s%s%s)",
			error->missing ? "missing " : "", error->attribute,
			error->value[0] ? ", " : "", error->value);
	else if (error->code == -EPERM)
		fputs(" (CAP_NET_ADMIN is needed)", stderr);
	putc('\n', stderr);
	return STATUS_FAILED;
}

enum status ctl_open(struct ctl *ctl)
{
	int err = ucsec_open(&ctl->handle);

	if (!err)
		return STATUS_OK;
	if (err == -ENOENT)
		return fail(ctl, "kernel module ucsec is not loaded");
	return fail(ctl, strerror(-err));
}
