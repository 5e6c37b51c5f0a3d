// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl: the command table, and the way from argv into it.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct command commands[] = {
	{ "stream", "add",
	  "in ADDR:PORT [from ADDR[:PORT]]\n"
	  "out ADDR:PORT to ADDR:PORT\n"
	  "[rx SUITE key-file F [mki HEX]]\n"
	  "[tx SUITE key-file F [mki HEX]]\n"
	  "[rtcp-mux] [window N] [roc SSRC:N] [cookie S]\n"
	  "[pair ID] [strict] [dscp N] [KEYWORD...]",
	  "make a stream and print its id", cmd_stream_add, help_stream_add },
	{ "stream", "set",
	  "ID [to ADDR:PORT] [from ADDR[:PORT]]\n"
	  "[rx-key-file F] [tx-key-file F] [KEYWORD...]",
	  "change a stream: keys, destination, source, flags",
	  cmd_stream_set, help_stream_set },
	{ "stream", "show", "[ID | cookie S]",
	  "show one stream or all, with what was dropped and why",
	  cmd_stream_show, NULL },
	{ "stream", "del", "ID", "remove a stream", cmd_stream_del, NULL },
	{ "stream", "flush", "", "remove all streams of the namespace",
	  cmd_stream_flush, NULL },
	{ "suites", NULL, "", "show the SRTP suites and their kernel drivers",
	  cmd_suites, NULL },
	{ "stats", NULL, "", "show the counters of the namespace",
	  cmd_stats, NULL },
	{ "params", NULL, "", "show limits and defaults of the namespace",
	  cmd_params, NULL },
	{ "params", "set", "NAME VALUE [NAME VALUE...]",
	  "change limits and defaults", cmd_params_set, help_params_set },
	{ "monitor", NULL, "[count N]",
	  "print events as they come, until interrupted", cmd_monitor, NULL },
};

static void print_help(FILE *out)
{
	char name[32];

	fputs("usage: ucsecctl [--json] COMMAND [--help]\n\ncommands:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *cmd = &commands[i];

		snprintf(name, sizeof(name), "%s%s%s", cmd->noun,
			 cmd->verb ? " " : "", cmd->verb ? cmd->verb : "");
		fprintf(out, "  %-14s %s\n", name, cmd->about);
	}
	fputs("\noptions:\n"
	      "  --json         print JSON, as ucsecctl(8) describes it\n"
	      "  --help         explain ucsecctl or one command\n"
	      "  --version      print the version\n", out);
}

static void print_command_help(const struct command *cmd)
{
	print_usage(stdout, cmd);
	printf("\n%s\n", cmd->about);
	if (cmd->help)
		cmd->help(stdout);
}

/* Every command of the noun; false if there is no such noun. */
static bool print_noun(FILE *out, const char *noun, bool with_help)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].noun, noun))
			continue;
		if (with_help) {
			if (found)
				putc('\n', out);
			print_command_help(&commands[i]);
		} else {
			print_usage(out, &commands[i]);
		}
		found = true;
	}
	return found;
}

/*
 * The row for the words; *words moves behind the command. A noun that also
 * stands alone takes it if the next word is not one of its verbs.
 */
static const struct command *find_command(char ***words)
{
	const struct command *alone = NULL;
	char **w = *words;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *cmd = &commands[i];

		if (strcmp(cmd->noun, w[0]))
			continue;
		if (!cmd->verb)
			alone = cmd;
		else if (w[1] && !strcmp(cmd->verb, w[1])) {
			*words = w + 2;
			return cmd;
		}
	}
	if (alone)
		*words = w + 1;
	return alone;
}

/* Takes the word out of the list wherever it stands. */
static bool take_option(char **words, const char *option)
{
	bool found = false;
	char **to = words;

	for (; *words; words++) {
		if (strcmp(*words, option))
			*to++ = *words;
		else
			found = true;
	}
	*to = NULL;
	return found;
}

static enum status run(struct ctl *ctl, char **words)
{
	enum status status;

	status = ctl->command->run(ctl, words);
	ucsec_close(ctl->handle);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("ucsecctl: cannot write the output\n", stderr);
		return STATUS_FAILED;
	}
	return status;
}

static enum status help(char **words)
{
	const struct command *cmd;

	if (!words[0]) {
		print_help(stdout);
		return STATUS_OK;
	}
	cmd = words[1] ? find_command(&words) : NULL;
	if (cmd) {
		print_command_help(cmd);
		return STATUS_OK;
	}
	if (print_noun(stdout, words[0], true))
		return STATUS_OK;
	print_help(stderr);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	char **words = argc ? argv + 1 : argv;
	struct ctl ctl = { 0 };

	ctl.json = take_option(words, "--json");
	if (take_option(words, "--version")) {
		puts("ucsecctl " UCSEC_VERSION);
		return STATUS_OK;
	}
	if (take_option(words, "--help"))
		return help(words);
	if (!words[0]) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(words[0], "help"))
		return help(words + 1);
	ctl.command = find_command(&words);
	if (ctl.command)
		return run(&ctl, words);
	fputs("ucsecctl: no such command\n", stderr);
	if (!print_noun(stderr, words[0], false))
		print_help(stderr);
	return STATUS_USAGE;
}
