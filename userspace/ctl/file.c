// SPDX-License-Identifier: GPL-2.0
/*
 * file: what phones are served beside their documents, lists and firmware.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

enum { FILE_MAX = 96 * 1024 };	/* what ucsec-keyd signs */

static const char *const columns[] = { "name", "size", "signed", NULL };

/* In base64; NULL was told. */
static char *read_base64(const char *path)
{
	uint8_t *data = malloc(FILE_MAX + 1);
	char *text = malloc(4 * (FILE_MAX / 3 + 2));
	FILE *file = fopen(path, "r");
	size_t len = 0;

	if (file && data)
		len = fread(data, 1, FILE_MAX + 1, file);
	if (!file || !data || !text || ferror(file) || len > FILE_MAX) {
		fprintf(stderr, "ucsecctl: %s: %s\n", path, len > FILE_MAX ?
			"longer than the 96 KiB that are signed" :
			strerror(errno));
		free(text);
		text = NULL;
	} else {
		EVP_EncodeBlock((uint8_t *)text, data, (int)len);
	}
	if (file)
		fclose(file);
	free(data);
	return text;
}

static enum status send_file(struct ctl *ctl, const char *path,
			     const char *name)
{
	const char *slash = strrchr(path, '/');
	char *text = read_base64(path);
	enum status status;
	json_t *body, *reply;

	if (!text)
		return STATUS_FAILED;
	body = json_pack("{ssss}", "name",
			 name ? name : slash ? slash + 1 : path, "data", text);
	free(text);
	if (!body)
		return fail(ctl, "the name is not UTF-8");
	status = http_call(ctl, "POST", "/v1/file", body, &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

enum status cmd_file_add(struct ctl *ctl, char **words)
{
	if (!words[0])
		return usage_error(ctl, "PATH is missing", NULL);
	if (!words[1])
		return send_file(ctl, words[0], NULL);
	if (strcmp(words[1], "--name") || !words[2] || words[3])
		return usage_error(ctl, "PATH [--name NAME] is expected", NULL);
	return send_file(ctl, words[0], words[2]);
}

/* Who is concerned, and why; it is gone when the files are as they should be. */
static void print_fault(const json_t *fault)
{
	json_int_t count = json_integer_value(json_object_get(fault, "count"));

	fputs("failed: ", stdout);
	print_text(stdout, json_string_value(json_object_get(fault, "name")) ?:
		   "");
	if (count > 1)
		printf(" and %lld more", (long long)count - 1);
	fputs(": ", stdout);
	print_text(stdout, json_string_value(json_object_get(fault,
							     "reason")) ?: "");
	putchar('\n');
}

static void print_status(const json_t *status)
{
	json_t *fault;
	size_t i;
	json_int_t pending = json_integer_value(json_object_get(status,
								"pending"));
	json_int_t served = json_integer_value(json_object_get(status,
							       "served"));

	printf("%lld file%s served, %lld signed since the start",
	       (long long)served, served == 1 ? "" : "s",
	       (long long)json_integer_value(json_object_get(status,
							     "signed")));
	if (pending)
		printf(", %lld device%s pending", (long long)pending,
		       pending == 1 ? "" : "s");
	putchar('\n');
	json_array_foreach(json_object_get(status, "faults"), i, fault)
		print_fault(fault);
}

enum status cmd_file_list(struct ctl *ctl, char **words)
{
	enum status status = expect_none(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", "/v1/file", NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	if (json_array_size(json_object_get(reply, "items")))
		print_columns(columns, json_object_get(reply, "items"));
	print_status(json_object_get(reply, "status"));
	json_decref(reply);
	return STATUS_OK;
}
