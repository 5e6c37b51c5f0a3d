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
	{ "acl", "add",
	  "[id ID] [kind trunk|line]\n"
	  "prefix P[,P...] | prefix-file F\n"
	  "port N[,N...] transport T[,T...]\n"
	  "[methods M,...] [boxes B,...]\n"
	  "[unparsed VERDICT] [denial VERDICT]\n"
	  "[rate KIND N[/M]]... [cookie S]",
	  "make a trunk of the ACL and print its id", cmd_acl_add,
	  help_acl_add },
	{ "acl", "set",
	  "ID [add-prefix P,...] [del-prefix P,...]\n"
	  "[KEYWORD...]",
	  "change a trunk", cmd_acl_set, help_acl_set },
	{ "acl", "del", "ID", "remove a trunk", cmd_acl_del, NULL },
	{ "acl", "flush", "[cookie S]",
	  "remove all trunks, or those whose cookie begins with S",
	  cmd_acl_flush, NULL },
	{ "acl", "load", "FILE [cookie S]",
	  "make the trunks what FILE says, all or nothing", cmd_acl_load,
	  NULL },
	{ "acl", "show", "[ID | cookie S] [--prefixes | --dump]",
	  "show trunks, with what was denied and why", cmd_acl_show, NULL },
	{ "acl", "stats", "[ID]", "show all counters of trunks", cmd_acl_stats,
	  NULL },
	{ "acl", "params", "[NAME VALUE...]",
	  "show or change what holds for all trunks", cmd_acl_params,
	  help_acl_params },
	{ "acl", "test", "FROM[:PORT] TO:PORT [transport T] < datagram",
	  "say what would become of a datagram", cmd_acl_test, NULL },
	{ "xdp", "attach", "DEV [--mode native|generic|auto]",
	  "let XDP take the media that comes by a device", cmd_xdp_attach,
	  NULL },
	{ "xdp", "detach", "DEV", "leave it to netfilter again",
	  cmd_xdp_detach, NULL },
	{ "xdp", "show", "[DEV]",
	  "show which devices have XDP, and which way frames went",
	  cmd_xdp_show, NULL },
	{ "monitor", NULL, "[count N]",
	  "print events as they come, until interrupted", cmd_monitor, NULL },
	{ "param", "list", "", "show the system parameters", cmd_param_list,
	  NULL },
	{ "param", "show", "NAME", "show one", cmd_param_show, NULL },
	{ "param", "set", "NAME VALUE", "change one", cmd_param_set,
	  help_param_set },
	{ "param", "del", "NAME", "give one its default again", cmd_param_del,
	  help_param_set },
	{ "registration", "list", "", "show who is registered",
	  cmd_runtime_list, NULL },
	{ "registration", "show", "PHONE", "show a phone's registrations",
	  cmd_runtime_show, NULL },
	{ "registration", "del", "PHONE", "end a phone's registrations",
	  cmd_runtime_del, NULL },
	{ "call", "list", "", "show the calls", cmd_runtime_list, NULL },
	{ "call", "show", "ID", "show one call, leg by leg", cmd_runtime_show,
	  NULL },
	{ "call", "del", "ID", "end a call", cmd_runtime_del, NULL },
	{ "capf", "list", "[--pending | --failed]",
	  "show what phones are to enrol for, and what came of it",
	  cmd_capf_list, NULL },
	{ "capf", "show", "PHONE",
	  "show a phone's enrolments and its certificates", cmd_capf_show,
	  NULL },
	{ "capf", "export", "PHONE [--mic] [--der]",
	  "print a phone's LSC, or its MIC, in PEM or DER", cmd_capf_export,
	  NULL },
	{ "ctl", "update", "", "make both lists what they should be now",
	  cmd_list_update, NULL },
	{ "ctl", "mode", "mixed | nonsecure",
	  "change the cluster's mode, with a CTL that says so", cmd_list_mode,
	  NULL },
	{ "ctl", "show", "[FILE]",
	  "show what is in the CTL of phones, or in a file's",
	  cmd_list_show, NULL },
	{ "ctl", "verify", "[FILE] [--against FILE [FILE]]",
	  "say whether phones take a CTL, or why not", cmd_list_verify,
	  help_list_verify },
	{ "ctl", "token",
	  "list | register LABEL [--retry-pin] | remove LABEL",
	  "show security tokens, and say which may sign the CTL", cmd_token,
	  help_token },
	{ "itl", "renew", "start | finish | cancel",
	  "give ITLRecovery, who signs lists, another key", cmd_list_renew,
	  help_list_renew },
	{ "itl", "rollback", "on | off",
	  "an ITL with which phones take any next one", cmd_list_rollback,
	  NULL },
	{ "itl", "show", "[FILE]",
	  "show what is in the ITL of phones, or in a file's",
	  cmd_list_show, NULL },
	{ "itl", "verify", "[FILE] [--against FILE [FILE]]",
	  "say whether phones take an ITL, or why not", cmd_list_verify,
	  help_list_verify },
	{ "file", "add", "PATH [--name NAME]",
	  "serve phones a file, as it is and signed", cmd_file_add, NULL },
	{ "file", "list", "", "show such files, and how far all files are",
	  cmd_file_list, NULL },
	{ "file", "del", "NAME", "serve one no more", cmd_runtime_del, NULL },
	{ "firmware", "import", "FILE...",
	  "serve phones firmware, as long as it is what it is now",
	  cmd_firmware_import, NULL },
	{ "firmware", "list", "", "show the images, and what became of them",
	  cmd_firmware_list, NULL },
	{ "firmware", "verify", "", "read all images again and say how they are",
	  cmd_firmware_verify, NULL },
	{ "firmware", "del", "NAME", "serve one no more", cmd_runtime_del,
	  NULL },
	{ "srst", "fetch", "NAME [port N] [--accept FINGERPRINT]",
	  "show, or keep, the certificate of a gateway of survival",
	  cmd_srst_fetch, help_srst_fetch },
	{ "cert", "fingerprint", "NAME [--next]",
	  "show the checksums of a certificate", cmd_cert_fingerprint, NULL },
	{ "cert", "export", "NAME [--der | --chain] [--next] [FILE]",
	  "write a certificate, PEM or DER, to FILE or the output",
	  cmd_cert_export, NULL },
	{ "cert", "upload", "NAME PURPOSE FILE...",
	  "trust the certificates of files: PEM, DER, one or several",
	  cmd_cert_upload, NULL },
	{ "cert", "regenerate", "NAME [OPTION...]",
	  "make a new key of our own, which signs itself",
	  cmd_cert_change, help_cert },
	{ "cert", "request", "NAME [FILE] [OPTION...]",
	  "write a request to a CA (PKCS #10)", cmd_cert_request, help_cert },
	{ "cert", "import", "NAME FILE... [--next] [--force]",
	  "take what a CA signed for a key of our own, with its chain",
	  cmd_cert_change, help_cert },
	{ "cert", "promote", "NAME [--force]",
	  "make the next key the current one", cmd_cert_change, help_cert },
	{ "cert", "followup", "[--dry-run]",
	  "do what changed certificates ask for: lists, resets",
	  cmd_cert_followup, NULL },
	{ "import", NULL, "FILE [--dry-run]",
	  "make the configuration what FILE says, all or nothing", cmd_import,
	  NULL },
	{ "export", NULL, "", "print the configuration as import takes it",
	  cmd_export, NULL },
	{ "schema", NULL, "", "print the JSON Schema of that", cmd_schema,
	  NULL },
	{ "status", NULL, "", "show whether the daemon is well", cmd_status,
	  NULL },
	{ "words", NULL, "[NOUN [VERB]]", "print what may follow, for shells",
	  cmd_words, NULL },
};

/* Those above, then those made of the daemon's table. */
const struct command *command_at(size_t i)
{
	return i < ARRAY_SIZE(commands) ? &commands[i] :
		noun_command_at(i - ARRAY_SIZE(commands));
}

/* The objects' rows differ in their nouns alone: one line each. */
static void print_objects(FILE *out)
{
	const struct command *cmd;
	const char *before = "";

	fputs("\nobjects of the daemon, each with list, show, add, set, del; "
	      "phones and\nprofiles with reset, restart and apply, phones with "
	      "settings, profiles with\ncopy, too:\n", out);
	for (size_t i = 0; (cmd = noun_command_at(i)); i++) {
		if (strcmp(cmd->noun, before))
			fprintf(out, "  %-21s %s\n", cmd->noun, cmd->about);
		before = cmd->noun;
	}
}

static void print_help(FILE *out)
{
	char name[40];

	fputs("usage: ucsecctl [--json] COMMAND [--help]\n\ncommands:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *cmd = &commands[i];

		snprintf(name, sizeof(name), "%s%s%s", cmd->noun,
			 cmd->verb ? " " : "", cmd->verb ? cmd->verb : "");
		fprintf(out, "  %-19s %s\n", name, cmd->about);
	}
	print_objects(out);
	fputs("\noptions:\n"
	      "  --json              print JSON, as ucsecctl(8) describes it\n"
	      "  --socket PATH       of the daemon, if not " CTL_SOCKET "\n"
	      "  --help              explain ucsecctl or one command\n"
	      "  --version           print the version\n", out);
}

static void print_command_help(const struct command *cmd)
{
	print_usage(stdout, cmd);
	printf("\n%s\n", cmd->about);
	if (cmd->help)
		cmd->help(stdout, cmd);
}

/* Every command of the noun; false if there is no such noun. */
static bool print_noun(FILE *out, const char *noun, bool with_help)
{
	const struct command *cmd;
	bool found = false;

	for (size_t i = 0; (cmd = command_at(i)); i++) {
		if (strcmp(cmd->noun, noun))
			continue;
		if (with_help) {
			if (found)
				putc('\n', out);
			print_command_help(cmd);
		} else {
			print_usage(out, cmd);
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
	const struct command *alone = NULL, *cmd;
	char **w = *words;

	for (size_t i = 0; (cmd = command_at(i)); i++) {
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

bool take_option(char **words, const char *option)
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

/* The word after the option, both taken out; NULL: it is not there. */
static const char *take_value(char **words, const char *option)
{
	const char *value = NULL;
	char **to = words;

	for (; *words; words++) {
		if (!strcmp(*words, option) && words[1])
			value = *++words;
		else
			*to++ = *words;
	}
	*to = NULL;
	return value;
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
	ctl.socket = take_value(words, "--socket");
	if (!ctl.socket)
		ctl.socket = CTL_SOCKET;
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
