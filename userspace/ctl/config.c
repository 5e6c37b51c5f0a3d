// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters, the configuration as a whole, and what the daemon is doing.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "store/object.h"
#include "store/param.h"

/* The names of a row as params print them: with dashes or without. */
static int find_param(const char *word)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", word);
	for (char *c = name; (c = strchr(c, '-'));)
		*c = '_';
	return store_param_find(name);
}

void help_param_set(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\nnames:\n", out);
	for (int i = 0; i < STORE_PARAM_COUNT; i++) {
		const struct store_param_info *p = &store_params[i];

		fprintf(out, "  %-28s %s\n", p->name, p->about);
		print_choice(out, 28, p->words);
	}
}

static enum status param_call(struct ctl *ctl, const char *method, int param,
			      const json_t *body, json_t **reply)
{
	char path[96];

	snprintf(path, sizeof(path), "/v1/param/%s", store_params[param].name);
	return http_call(ctl, method, path, body, reply);
}

enum status cmd_param_list(struct ctl *ctl, char **words)
{
	static const char *const names[] = { "name", "value", "default", NULL };
	enum status status = expect_none(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", "/v1/param", NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	print_columns(names, json_object_get(reply, "items"));
	json_decref(reply);
	return STATUS_OK;
}

/* One name, one that there is: its number in @param. */
static enum status parse_param(const struct ctl *ctl, char **words, int count,
			       int *param)
{
	if (!words[0])
		return usage_error(ctl, "a parameter must be named", NULL);
	for (int i = 0; i < count; i++)
		if (!words[i])
			return usage_error(ctl, "a value is missing", NULL);
	if (words[count])
		return expect_none(ctl, words + count);
	*param = find_param(words[0]);
	return *param < 0 ? usage_error(ctl, "unknown parameter", words[0]) :
		STATUS_OK;
}

enum status cmd_param_show(struct ctl *ctl, char **words)
{
	enum status status;
	json_t *reply;
	int param;

	status = parse_param(ctl, words, 1, &param);
	if (status == STATUS_OK)
		status = param_call(ctl, "GET", param, NULL, &reply);
	return status == STATUS_OK ? finish_item(ctl, reply) : status;
}

enum status cmd_param_set(struct ctl *ctl, char **words)
{
	struct store_field field;
	json_t *value, *body, *reply;
	enum status status;
	int param;

	status = parse_param(ctl, words, 2, &param);
	if (status != STATUS_OK)
		return status;
	field = store_param_field(&store_params[param]);
	value = parse_value(&field, words[1]);
	if (!value)
		return value_error(ctl, field.type == STORE_TYPE_BOOL ?
				   "VALUE: on or off" : "VALUE",
				   field.type == STORE_TYPE_INT ?
				   "a number" : "not UTF-8 text");
	body = json_pack("{so}", "value", value);
	status = param_call(ctl, "PATCH", param, body, &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

enum status cmd_param_del(struct ctl *ctl, char **words)
{
	enum status status;
	json_t *reply;
	int param;

	status = parse_param(ctl, words, 1, &param);
	if (status == STATUS_OK)
		status = param_call(ctl, "DELETE", param, NULL, &reply);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

static void print_change(const json_t *change)
{
	const char *verb = json_string_value(json_object_get(change, "verb"));
	json_t *fields = json_object_get(change, "fields"), *field;
	const char *name;
	char *from, *to;

	printf("%s ", verb && !strcmp(verb, "add") ? "+" :
	       verb && !strcmp(verb, "del") ? "-" : "~");
	print_text(stdout, json_string_value(json_object_get(change, "noun")));
	putchar(' ');
	print_text(stdout, json_string_value(json_object_get(change, "key")));
	putchar('\n');
	json_object_foreach(fields, name, field) {
		if (!json_object_get(field, "to")) {
			printf("    %s\n", name);
			continue;
		}
		from = json_dumps(json_object_get(field, "from"),
				  JSON_ENCODE_ANY | JSON_COMPACT);
		to = json_dumps(json_object_get(field, "to"),
				JSON_ENCODE_ANY | JSON_COMPACT);
		printf("    %s: %s -> %s\n", name, from ? from : "",
		       to ? to : "");
		free(from);
		free(to);
	}
}

static enum status import_text(struct ctl *ctl, const char *text, bool dry_run)
{
	json_t *document, *reply, *change;
	json_error_t error;
	enum status status;
	size_t i;

	document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!document) {
		fprintf(stderr, "ucsecctl: the file is no JSON, in line %d\n",
			error.line);
		return STATUS_FAILED;
	}
	status = http_call(ctl, "POST", dry_run ? "/v1/import?dry_run=1" :
			   "/v1/import", document, &reply);
	json_decref(document);
	if (status != STATUS_OK)
		return status;
	if (ctl->json)
		return print_json(reply);
	json_array_foreach(json_object_get(reply, "changes"), i, change)
		print_change(change);
	return finish_change(ctl, reply);
}

enum status cmd_import(struct ctl *ctl, char **words)
{
	const char *file = NULL;
	enum status status;
	bool dry_run = false;
	char *text = NULL;

	for (; words[0]; words++) {
		if (!strcmp(words[0], "--dry-run"))
			dry_run = true;
		else if (file)
			return usage_error(ctl, "one file", words[0]);
		else
			file = words[0];
	}
	if (!file)
		return usage_error(ctl, "a file is missing", NULL);
	status = read_text(ctl, "FILE", file, &text);
	if (status != STATUS_OK)
		return status;
	status = import_text(ctl, text, dry_run);
	explicit_bzero(text, strlen(text));
	free(text);
	return status;
}

static enum status print_document(json_t *document)
{
	int err = !document || json_dumpf(document, stdout, JSON_INDENT(2));

	json_decref(document);
	putchar('\n');
	if (!err)
		return STATUS_OK;
	fputs("ucsecctl: cannot write JSON\n", stderr);
	return STATUS_FAILED;
}

enum status cmd_export(struct ctl *ctl, char **words)
{
	enum status status = expect_none(ctl, words);
	json_t *document;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", "/v1/export", NULL, &document);
	if (status != STATUS_OK)
		return status;
	return ctl->json ? print_json(document) : print_document(document);
}

enum status cmd_schema(struct ctl *ctl, char **words)
{
	if (words[0])
		return expect_none(ctl, words);
	return ctl->json ? print_json(store_schema_json()) :
		print_document(store_schema_json());
}

static void print_cert(const char *name, const json_t *cert)
{
	if (!cert)
		return;
	printf("%-32s %s\n", name,
	       json_string_value(json_object_get(cert, "subject")));
	printf("%-32s %s\n", "  until",
	       json_string_value(json_object_get(cert, "not_after")));
}

enum status cmd_status(struct ctl *ctl, char **words)
{
	enum status status = expect_none(ctl, words);
	json_t *reply, *item, *cert, *ecdsa, *warnings, *warning;
	size_t i;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", "/v1/status", NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	item = json_object_get(reply, "item");
	cert = json_incref(json_object_get(item, "certificate"));
	json_object_del(item, "certificate");
	ecdsa = json_incref(json_object_get(item, "ecdsa_certificate"));
	json_object_del(item, "ecdsa_certificate");
	warnings = json_incref(json_object_get(item, "warnings"));
	json_object_del(item, "warnings");
	print_item(item);
	print_cert("certificate", cert);
	print_cert("ecdsa_certificate", ecdsa);
	json_array_foreach(warnings, i, warning) {
		fputs("warning: ", stdout);
		print_text(stdout, json_string_value(warning));
		putchar('\n');
	}
	json_decref(warnings);
	json_decref(ecdsa);
	json_decref(cert);
	json_decref(reply);
	return STATUS_OK;
}
