// SPDX-License-Identifier: GPL-2.0
/*
 * registration and call: what there is now, shown as the daemon tells it.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char *const registration_columns[] = {
	"phone", "number", "security", "connection", "user_agent", NULL
};
static const char *const call_columns[] = {
	"id", "caller", "callee", "number", "state", "status", NULL
};

enum status cmd_runtime_list(struct ctl *ctl, char **words)
{
	bool calls = !strcmp(ctl->command->noun, "call");
	enum status status = expect_none(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", calls ? "/v1/call" :
				   "/v1/registration", NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	print_columns(calls ? call_columns : registration_columns,
		      json_object_get(reply, "items"));
	json_decref(reply);
	return STATUS_OK;
}

static enum status call_one(struct ctl *ctl, const char *method, char **words,
			    json_t **reply)
{
	enum status status = expect_name(ctl, words);

	if (status != STATUS_OK)
		return status;
	return http_call_one(ctl, method, ctl->command->noun, words[0], NULL,
			     reply);
}

enum status cmd_runtime_show(struct ctl *ctl, char **words)
{
	enum status status;
	json_t *reply, *items, *item;
	size_t i;

	status = call_one(ctl, "GET", words, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	items = json_object_get(reply, "items");
	json_array_foreach(items, i, item) {
		if (i)
			putchar('\n');
		print_item(item);
	}
	if (!items)
		print_item(json_object_get(reply, "item"));
	json_decref(reply);
	return STATUS_OK;
}

enum status cmd_runtime_del(struct ctl *ctl, char **words)
{
	enum status status;
	json_t *reply;

	status = call_one(ctl, "DELETE", words, &reply);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}
