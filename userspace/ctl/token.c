// SPDX-License-Identifier: GPL-2.0
/*
 * ctl token: security tokens that may sign the CTL.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char *const columns[] = {
	"label", "serial", "present", "registered", "in_ctl", "bits",
	"subject", NULL
};

static enum status list(struct ctl *ctl, char **words)
{
	enum status status = expect_none(ctl, words);
	const char *note;
	json_t *reply;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", "/v1/token", NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	print_columns(columns, json_object_get(reply, "items"));
	note = json_string_value(json_object_get(reply, "note"));
	if (note) {
		fputs("ucsecctl: warning: ", stderr);
		print_text(stderr, note);
		putc('\n', stderr);
	}
	json_decref(reply);
	return STATUS_OK;
}

static enum status change(struct ctl *ctl, char **words, const char *method,
			  bool again)
{
	enum status status = expect_name(ctl, words);
	json_t *body = again ? json_pack("{sb}", "retry_pin", 1) : NULL;
	json_t *reply;

	if (status == STATUS_OK)
		status = http_call_one(ctl, method, "token", words[0], body,
				       &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

enum status cmd_token(struct ctl *ctl, char **words)
{
	bool again = take_option(words, "--retry-pin");

	if (words[0] && !strcmp(words[0], "register"))
		return change(ctl, words + 1, "POST", again);
	if (again)
		return usage_error(ctl, "only register tries a PIN",
				   "--retry-pin");
	if (words[0] && !strcmp(words[0], "list"))
		return list(ctl, words + 1);
	if (words[0] && !strcmp(words[0], "remove"))
		return change(ctl, words + 1, "DELETE", false);
	return usage_error(ctl, words[0] ? "list, register or remove" :
			   "what about tokens?", words[0]);
}

void help_token(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\n  LABEL        or the serial number, where two have the same "
	      "label\n"
	      "  --retry-pin  also a PIN that was tried before and not taken\n"
	      "\nA token that is registered may sign the CTL. The parameter "
	      "ctl_signer says\nwhether tokens do; two have to be registered. "
	      "ucsec-keyd has their PINs and\ntheir module.\n", out);
}
