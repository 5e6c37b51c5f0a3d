// SPDX-License-Identifier: GPL-2.0
/*
 * capf: what phones are to enrol for, what came of it, their certificates.
 */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char *const columns[] = {
	"name", "status", "operation", "last_result", "lsc_days", "last_time",
	"mic_days", NULL
};

enum status cmd_capf_list(struct ctl *ctl, char **words)
{
	bool pending = take_option(words, "--pending");
	bool failed = take_option(words, "--failed");
	enum status status = expect_none(ctl, words);
	json_t *reply;

	if (status == STATUS_OK && pending && failed)
		status = usage_error(ctl, "one of both", NULL);
	if (status == STATUS_OK)
		status = http_call(ctl, "GET", pending ? "/v1/capf?pending=1" :
				   failed ? "/v1/capf?failed=1" : "/v1/capf",
				   NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	print_columns(columns, json_object_get(reply, "items"));
	json_decref(reply);
	return STATUS_OK;
}

static enum status get_phone(struct ctl *ctl, char **words, json_t **reply)
{
	enum status status = expect_name(ctl, words);

	return status == STATUS_OK ? http_call_one(ctl, "GET", "capf", words[0],
						   NULL, reply) : status;
}

/* A table of each list: certificates have more than a line. */
static void print_phone(json_t *item)
{
	static const char *const history[] = {
		"time", "result", "done", "reason", NULL
	};
	json_t *certificates = json_object_get(item, "certificates"), *entry;
	json_t *entries = json_incref(json_object_get(item, "history"));
	size_t i;

	json_array_foreach(certificates, i, entry)
		json_object_del(entry, "pem");
	json_object_del(item, "history");
	print_item(item);
	if (json_array_size(entries)) {
		putchar('\n');
		print_columns(history, entries);
	}
	json_decref(entries);
}

enum status cmd_capf_show(struct ctl *ctl, char **words)
{
	json_t *reply;
	enum status status = get_phone(ctl, words, &reply);

	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	print_phone(json_object_get(reply, "item"));
	json_decref(reply);
	return STATUS_OK;
}

/* The LSC takes precedence, unless the MIC is asked for. */
enum status cmd_capf_export(struct ctl *ctl, char **words)
{
	bool der = take_option(words, "--der");
	const char *kind = take_option(words, "--mic") ? "mic" : "lsc";
	const char *pem = NULL;
	json_t *reply, *entry;
	enum status status = get_phone(ctl, words, &reply);
	size_t i;

	if (status != STATUS_OK)
		return status;
	json_array_foreach(json_object_get(json_object_get(reply, "item"),
					   "certificates"), i, entry) {
		const char *is = json_string_value(json_object_get(entry,
								   "kind"));

		if (is && !strcmp(is, kind))
			pem = json_string_value(json_object_get(entry, "pem"));
	}
	if (!pem)
		status = fail(ctl, *kind == 'm' ? "no MIC of it is known" :
			      "it has no LSC");
	else if (ctl->json && !der)
		status = print_json(json_pack("{ss}", "pem", pem));
	else
		status = write_pem(ctl, NULL, pem, der);
	json_decref(reply);
	return status;
}
