// SPDX-License-Identifier: GPL-2.0
/*
 * srst fetch: a gateway's certificate, from itself, once somebody has compared it.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static enum status parse_words(struct ctl *ctl, char **words, json_t *body)
{
	uint32_t port;

	for (; words[0]; words += 2) {
		if (!words[1])
			return usage_error(ctl, "a value is missing", words[0]);
		if (!strcmp(words[0], "--accept")) {
			json_object_set_new(body, "accept",
					    json_string(words[1]));
		} else if (strcmp(words[0], "port")) {
			return usage_error(ctl, "unknown word", words[0]);
		} else if (parse_u32(words[1], &port) || !port ||
			   port > 65535) {
			return value_error(ctl, "port",
					   "a number from 1 to 65535");
		} else {
			json_object_set_new(body, "port", json_integer(port));
		}
	}
	return STATUS_OK;
}

static void print_next_step(const char *name, const json_t *item)
{
	const char *shown = json_string_value(json_object_get(item,
							      "fingerprint"));

	fputs("ucsecctl: compare the fingerprint with what the gateway itself "
	      "displays, then:\nucsecctl srst fetch ", stderr);
	print_text(stderr, name);
	fputs(" --accept \\\n  ", stderr);
	/* Without colons, for 80 columns. */
	for (; shown && *shown; shown++)
		if (*shown != ':')
			putc(*shown, stderr);
	putc('\n', stderr);
}

enum status cmd_srst_fetch(struct ctl *ctl, char **words)
{
	json_t *body = json_object(), *reply, *item;
	enum status status;

	if (!words[0]) {
		json_decref(body);
		return usage_error(ctl, "it must be named", NULL);
	}
	status = parse_words(ctl, words + 1, body);
	if (status == STATUS_OK)
		status = http_call_one(ctl, "POST", "srst-fetch", words[0],
				       body, &reply);
	json_decref(body);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	item = json_object_get(reply, "item");
	json_object_del(item, "pem");
	print_item(item);
	if (!json_is_true(json_object_get(item, "accepted")))
		print_next_step(words[0], item);
	return finish_change(ctl, reply);
}

void help_srst_fetch(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\nThe gateway's address is the reference's; its port 2445, "
	      "where its credentials\nare, or else 5061, or that of SIP phones, "
	      "if none is named.\n"
	      "  port N                   ask there alone\n"
	      "  --accept FINGERPRINT     keep it, if it is the one with this "
	      "SHA-256\n", out);
}
