// SPDX-License-Identifier: GPL-2.0
/*
 * Replies of the daemon, as they are shown.
 */
#include "ctl.h"

static void print_warnings(const json_t *reply)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(reply, "warnings"), i, warning) {
		fputs("ucsecctl: warning: ", stderr);
		print_text(stderr, json_string_value(warning));
		putc('\n', stderr);
	}
}

/* What was changed is in files that phones have read already. */
static void print_offer(const json_t *reply)
{
	const json_t *offer = json_object_get(reply, "offer");
	json_int_t phones = json_integer_value(json_object_get(offer,
							       "phones"));

	if (!phones)
		return;
	fprintf(stderr, "ucsecctl: %lld phone%s to be told: ",
		(long long)phones, phones == 1 ? " is" : "s are");
	print_text(stderr, json_string_value(json_object_get(offer,
							     "command")));
	putc('\n', stderr);
}

enum status finish_change(const struct ctl *ctl, json_t *reply)
{
	if (ctl->json)
		return print_json(reply);
	print_warnings(reply);
	print_offer(reply);
	json_decref(reply);
	return STATUS_OK;
}

enum status finish_item(const struct ctl *ctl, json_t *reply)
{
	if (ctl->json)
		return print_json(reply);
	print_item(json_object_get(reply, "item"));
	json_decref(reply);
	return STATUS_OK;
}
