// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl ctl and itl without a file: the lists that phones are given now, and
 * what can be done with them.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "list-file.h"

static bool decode(const char *text, struct trust_bytes *bytes)
{
	size_t len = text ? strlen(text) : 0;
	int n;

	if (!len || len % 4 || len / 4 * 3 > TRUST_LIST_SIZE)
		return false;
	bytes->data = malloc(len / 4 * 3);
	n = bytes->data ? EVP_DecodeBlock(bytes->data,
					  (const unsigned char *)text,
					  (int)len) : -1;
	if (n < 0)
		return false;
	/* The padding counts as zeros there. */
	bytes->len = (size_t)n - (text[len - 1] == '=') -
		(text[len - 2] == '=');
	return true;
}

static enum status nothing(const struct ctl *ctl, const json_t *item)
{
	const char *why = json_string_value(json_object_get(item, "why"));

	return fail(ctl, why && *why ? why : "none is published: the cluster "
		    "is nonsecure");
}

enum status list_file_fetch(struct ctl *ctl, struct list_file **to)
{
	bool itl = !strcmp(ctl->command->noun, "itl");
	struct list_file *file;
	enum status status;
	json_t *reply, *item;
	const char *text;

	status = http_call(ctl, "GET", itl ? "/v1/itl" : "/v1/ctl", NULL,
			   &reply);
	if (status != STATUS_OK)
		return status;
	item = json_object_get(reply, "item");
	text = json_string_value(json_object_get(item, "file"));
	file = calloc(1, sizeof(*file));
	if (!text) {
		status = nothing(ctl, item);
	} else if (!file || !decode(text, &file->bytes)) {
		status = fail(ctl, "the daemon's answer cannot be read");
	} else {
		file->max_sast = (unsigned int)json_integer_value(
			json_object_get(item, "max_sast_records"));
		file->published = json_incref(item);
		json_object_del(item, "file");
		status = list_file_read(file);
	}
	json_decref(reply);
	if (status == STATUS_OK)
		*to = file;
	else
		list_file_close(file);
	return status;
}

/* A line for each list, as an answer to what has changed them. */
static void print_summary(const json_t *item)
{
	const char *name, *why, *md5;
	json_t *list;

	json_object_foreach((json_t *)item, name, list) {
		if (!json_is_object(list))
			continue;
		why = json_string_value(json_object_get(list, "why"));
		md5 = json_string_value(json_object_get(list, "md5"));
		printf("%s  ", strcmp(name, "ctl") ? "ITL" : "CTL");
		if (md5)
			printf("MD5 %s  ", md5);
		print_text(stdout, why && *why ? why : md5 ? "up to date" :
			   "none");
		putchar('\n');
	}
}

static enum status post(struct ctl *ctl, const char *path, json_t *body)
{
	enum status status;
	json_t *reply;

	status = body ? http_call(ctl, "POST", path, body, &reply) :
		fail(ctl, "out of memory");
	json_decref(body);
	if (status != STATUS_OK)
		return status;
	if (!ctl->json)
		print_summary(json_object_get(reply, "item"));
	return finish_change(ctl, reply);
}

enum status cmd_list_update(struct ctl *ctl, char **words)
{
	enum status status = expect_none(ctl, words);

	return status == STATUS_OK ? post(ctl, "/v1/ctl/update",
					  json_object()) : status;
}

/* The one word, which is among these. */
static enum status expect_word(const struct ctl *ctl, char **words,
			       const char *const *list, const char *sentence)
{
	for (; words[0] && *list; list++)
		if (!strcmp(words[0], *list))
			return expect_none(ctl, words + 1);
	return usage_error(ctl, sentence, words[0]);
}

enum status cmd_list_mode(struct ctl *ctl, char **words)
{
	static const char *const modes[] = { "mixed", "nonsecure", NULL };
	enum status status = expect_word(ctl, words, modes,
					 "mixed or nonsecure is expected");

	return status == STATUS_OK ? post(ctl, "/v1/ctl/mode", json_pack(
		"{ss}", "mode", words[0])) : status;
}

enum status cmd_list_renew(struct ctl *ctl, char **words)
{
	static const char *const steps[] = {
		"start", "finish", "cancel", NULL
	};
	enum status status = expect_word(ctl, words, steps,
					 "start, finish or cancel is expected");

	return status == STATUS_OK ? post(ctl, "/v1/itl/renew", json_pack(
		"{ss}", "step", words[0])) : status;
}

enum status cmd_list_rollback(struct ctl *ctl, char **words)
{
	static const char *const switches[] = { "on", "off", NULL };
	enum status status = expect_word(ctl, words, switches,
					 "on or off is expected");

	return status == STATUS_OK ? post(ctl, "/v1/itl/rollback", json_pack(
		"{sb}", "rollback", !strcmp(words[0], "on"))) : status;
}

void help_list_renew(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\nsteps:\n"
	      "  start               make the next key of ITLRecovery, and put "
	      "it into the lists\n"
	      "                      beside the one that signs; reset all "
	      "phones then\n"
	      "  finish              have it sign, when phones have had the "
	      "time to fetch them\n"
	      "                      (itl_renewal_wait)\n"
	      "  cancel              take it out of the lists again\n", out);
}
