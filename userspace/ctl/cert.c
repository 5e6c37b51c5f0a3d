// SPDX-License-Identifier: GPL-2.0
/*
 * cert: what the daemon does with certificates beside the verbs of all nouns.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

/* --bits 4096: into a member of the body. */
struct option {
	const char *word, *member;
	enum { FLAG, NUMBER, TEXT, LIST } type;
	const char *about;
};

static const struct option options[] = {
	{ "--next", "next", FLAG, "of the key that will take over, not of the "
	  "current one" },
	{ "--force", "force", FLAG, "all the same, though phones may be "
	  "locked out" },
	{ "--days", "days", NUMBER, "how long the certificate is good" },
	{ "--bits", "bits", NUMBER, "size of the key" },
	{ "--cn", "cn", TEXT, "common name, if not as before" },
	{ "--ou", "ou", TEXT, "organizational unit" },
	{ "--o", "o", TEXT, "organization" },
	{ "--l", "l", TEXT, "locality" },
	{ "--st", "st", TEXT, "state or province" },
	{ "--c", "c", TEXT, "country, two letters" },
	{ "--name", "names", LIST, "DNS:NAME or IP:ADDRESS; once for each" },
};

#define OPTION_COUNT	(sizeof(options) / sizeof(options[0]))
/* A request is for the key that there is. */
#define OF_NEW_KEYS	"--force --days --bits"

void help_cert(FILE *out, const struct command *command)
{
	bool any = strstr(command->usage, "[OPTION");
	bool request = !strcmp(command->verb, "request");

	fputs("\noptions:\n", out);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strstr(command->usage, options[i].word) ||
		    (any && !(request && strstr(OF_NEW_KEYS,
						options[i].word))))
			fprintf(out, "  %-10s %s\n", options[i].word,
				options[i].about);
}

static json_t *value_of(const struct option *option, const char *word)
{
	char *end;
	long number;

	if (option->type != NUMBER)
		return json_string(word);
	errno = 0;
	number = strtol(word, &end, 10);
	return errno || end == word || *end ? NULL : json_integer(number);
}

static enum status take_option_value(const struct ctl *ctl,
				     const struct option *option,
				     const char *word, json_t *body)
{
	json_t *value, *list = json_object_get(body, option->member);

	if (list && option->type != LIST)
		return value_error(ctl, option->word, "given twice");
	if (!word)
		return value_error(ctl, option->word, "a value is missing");
	value = value_of(option, word);
	if (!value)
		return value_error(ctl, option->word, option->type == NUMBER ?
				   "a number" : "not UTF-8 text");
	if (option->type != LIST) {
		json_object_set_new(body, option->member, value);
		return STATUS_OK;
	}
	if (!list)
		json_object_set_new(body, option->member,
				    list = json_array());
	json_array_append_new(list, value);
	return STATUS_OK;
}

/* Options out of the words; what is left stays in its order. */
static enum status take_options(const struct ctl *ctl, char **words,
				json_t *body)
{
	enum status status = STATUS_OK;
	char **to = words;
	size_t i;

	for (; *words && status == STATUS_OK; words++) {
		for (i = 0; i < OPTION_COUNT; i++)
			if (!strcmp(options[i].word, *words))
				break;
		if (i == OPTION_COUNT && !strncmp(*words, "--", 2))
			return usage_error(ctl, "unknown option", *words);
		if (i == OPTION_COUNT) {
			*to++ = *words;
		} else if (options[i].type == FLAG) {
			json_object_set_new(body, options[i].member,
					    json_true());
		} else {
			status = take_option_value(ctl, &options[i], words[1],
						   body);
			words += words[1] != NULL;
		}
	}
	*to = NULL;
	return status;
}

/* "/v1/own-cert/NAME/verb" */
static enum status call_own(struct ctl *ctl, const char *method,
			    const char *name, const char *behind,
			    const json_t *body, json_t **reply)
{
	char *object = http_path("own-cert", name, false), *path = NULL;
	enum status status = STATUS_FAILED;

	if (object && asprintf(&path, "%s%s", object, behind) > 0)
		status = http_call(ctl, method, path, body, reply);
	free(path);
	free(object);
	return status;
}

static void print_followup(const json_t *followup)
{
	json_t *changed = json_object_get(followup, "changed"), *step;
	size_t i;

	if (!json_array_size(json_object_get(followup, "steps")))
		return;
	fputs("to follow (ucsecctl cert followup), for", stdout);
	json_array_foreach(changed, i, step) {
		putchar(i ? ',' : ':');
		putchar(' ');
		print_text(stdout, json_string_value(step));
	}
	putchar('\n');
	json_array_foreach(json_object_get(followup, "steps"), i, step) {
		printf("  %-6s ", json_string_value(json_object_get(step,
								   "step")));
		print_text(stdout, json_string_value(json_object_get(step,
								    "about")));
		putchar('\n');
	}
}

static const char *const prints[][2] = {
	{ "MD5", "fingerprint_md5" }, { "SHA-1", "fingerprint_sha1" },
	{ "SHA-256", "fingerprint" },
};

#define PRINT_COUNT	(sizeof(prints) / sizeof(prints[0]))

/* Twenty bytes a line fit 80 columns. */
static void print_prints(const json_t *item)
{
	for (size_t i = 0; i < PRINT_COUNT; i++) {
		const char *text = json_string_value(json_object_get(item,
								prints[i][1]));
		size_t len = text ? strlen(text) : 0;

		for (size_t at = 0; at < len; at += 60)
			printf("%-8s %.60s\n", at ? "" : prints[i][0],
			       text + at);
	}
}

static void print_cert(json_t *item)
{
	json_t *all = json_copy(item);

	json_object_del(item, "pem");
	for (size_t i = 0; i < PRINT_COUNT; i++)
		json_object_del(item, prints[i][1]);
	if (!json_array_size(json_object_get(item, "chain")))
		json_object_del(item, "chain");
	print_item(item);
	print_prints(all);
	json_decref(all);
}

/* What a change answers. */
static enum status finish_cert(const struct ctl *ctl, json_t *reply)
{
	json_t *items = json_object_get(reply, "items"), *item;
	size_t i;

	if (ctl->json)
		return print_json(reply);
	item = json_object_get(reply, "item");
	if (item)
		print_cert(item);
	json_array_foreach(items, i, item) {
		if (i)
			putchar('\n');
		print_cert(item);
	}
	print_followup(json_object_get(reply, "followup"));
	return finish_change(ctl, reply);
}

/* A file as base64 into the body's list; certificates need not be text. */
static enum status add_file(struct ctl *ctl, const char *file, json_t *body)
{
	json_t *list = json_object_get(body, "files");
	enum status status;
	uint8_t *data;
	size_t len;
	char *text;

	status = read_bytes(ctl, "FILE", file, &data, &len);
	if (status != STATUS_OK)
		return status;
	if (!list)
		json_object_set_new(body, "files", list = json_array());
	text = malloc((len + 2) / 3 * 4 + 1);
	if (text) {
		EVP_EncodeBlock((uint8_t *)text, data, (int)len);
		json_array_append_new(list, json_string(text));
	}
	free(data);
	free(text);
	return text ? STATUS_OK : fail(ctl, "out of memory");
}

static enum status add_files(struct ctl *ctl, char **words, json_t *body)
{
	enum status status = STATUS_OK;

	if (!words[0])
		return usage_error(ctl, "a file is missing", NULL);
	for (; words[0] && status == STATUS_OK; words++)
		status = add_file(ctl, words[0], body);
	return status;
}

/* regenerate, promote, import: NAME and what the options say. */
enum status cmd_cert_change(struct ctl *ctl, char **words)
{
	bool import = !strcmp(ctl->command->verb, "import");
	json_t *body = json_object(), *reply;
	enum status status = take_options(ctl, words, body);
	char behind[32];

	if (status == STATUS_OK && !import)
		status = expect_name(ctl, words);
	else if (status == STATUS_OK && !words[0])
		status = usage_error(ctl, "it must be named", NULL);
	if (status == STATUS_OK && import)
		status = add_files(ctl, words + 1, body);
	snprintf(behind, sizeof(behind), "/%s", ctl->command->verb);
	if (status == STATUS_OK)
		status = call_own(ctl, "POST", words[0], behind, body, &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_cert(ctl, reply) : status;
}

enum status cmd_cert_upload(struct ctl *ctl, char **words)
{
	enum status status;
	json_t *body, *reply;

	if (!words[0] || !words[1])
		return usage_error(ctl, "name and purpose are missing", NULL);
	body = json_pack("{ssss}", "name", words[0], "purpose", words[1]);
	if (!body)
		return usage_error(ctl, "not UTF-8 text", NULL);
	status = add_files(ctl, words + 2, body);
	if (status == STATUS_OK)
		status = http_call(ctl, "POST", "/v1/cert-upload", body,
				   &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_cert(ctl, reply) : status;
}

/* Not all of it in the file is a failure. */
static enum status write_out(const struct ctl *ctl, const char *file,
			     const void *data, size_t len)
{
	FILE *out = file && strcmp(file, "-") ? fopen(file, "we") : stdout;
	bool good;

	if (!out) {
		fprintf(stderr, "ucsecctl: FILE: %s\n", strerror(errno));
		return STATUS_FAILED;
	}
	good = fwrite(data, 1, len, out) == len && !fflush(out);
	if (out != stdout && fclose(out))
		good = false;
	return good ? STATUS_OK : fail(ctl, "cannot write the file");
}

static enum status write_der(const struct ctl *ctl, const char *file,
			     const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	enum status status = STATUS_FAILED;
	char *kind = NULL, *header = NULL;
	unsigned char *der = NULL;
	long len;

	if (bio && PEM_read_bio(bio, &kind, &header, &der, &len))
		status = write_out(ctl, file, der, (size_t)len);
	else
		fail(ctl, "the daemon's answer is no PEM");
	OPENSSL_free(kind);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return status;
}

enum status write_pem(const struct ctl *ctl, const char *file, const char *pem,
		      bool der)
{
	return der ? write_der(ctl, file, pem) :
		write_out(ctl, file, pem, strlen(pem));
}

/* The text is in the reply; with --json the whole of that is printed. */
static enum status finish_pem(const struct ctl *ctl, json_t *reply,
			      const char *file, bool der)
{
	const char *pem = json_string_value(json_object_get(
		json_object_get(reply, "item"), "pem"));
	enum status status;

	if (ctl->json && !file)
		return print_json(reply);
	if (!pem)
		status = fail(ctl, "the daemon's answer has no PEM");
	else
		status = write_pem(ctl, file, pem, der);
	json_decref(reply);
	return status;
}

static enum status expect_name_and_file(const struct ctl *ctl, char **words)
{
	if (!words[0])
		return usage_error(ctl, "it must be named", NULL);
	return words[1] ? expect_none(ctl, words + 2) : STATUS_OK;
}

enum status cmd_cert_request(struct ctl *ctl, char **words)
{
	json_t *body = json_object(), *reply;
	enum status status = take_options(ctl, words, body);

	if (status == STATUS_OK)
		status = expect_name_and_file(ctl, words);
	if (status == STATUS_OK)
		status = call_own(ctl, "POST", words[0], "/request", body,
				  &reply);
	json_decref(body);
	return status == STATUS_OK ? finish_pem(ctl, reply, words[1], false) :
		status;
}

/* Trusted ones, and our own where there is no keyd, are the database's. */
static enum status call_any(struct ctl *ctl, const char *name, bool next,
			    json_t **reply)
{
	if (next)
		return call_own(ctl, "GET", name, "?slot=next", NULL, reply);
	return http_call_one(ctl, "GET", "cert", name, NULL, reply);
}

enum status cmd_cert_export(struct ctl *ctl, char **words)
{
	bool der = take_option(words, "--der");
	bool next = take_option(words, "--next");
	bool chain = take_option(words, "--chain");
	enum status status = expect_name_and_file(ctl, words);
	json_t *reply;

	if (status == STATUS_OK && der && chain)
		status = usage_error(ctl, "DER is one certificate", NULL);
	if (status == STATUS_OK)
		status = chain ? call_own(ctl, "GET", words[0], next ?
					  "?slot=next" : "", NULL, &reply) :
			call_any(ctl, words[0], next, &reply);
	return status == STATUS_OK ? finish_pem(ctl, reply, words[1], der) :
		status;
}

enum status cmd_cert_show(struct ctl *ctl, char **words)
{
	bool next = take_option(words, "--next");
	enum status status = expect_name(ctl, words);
	json_t *reply;

	if (status == STATUS_OK)
		status = call_any(ctl, words[0], next, &reply);
	return status == STATUS_OK ? finish_cert(ctl, reply) : status;
}

enum status cmd_cert_fingerprint(struct ctl *ctl, char **words)
{
	bool next = take_option(words, "--next");
	enum status status = expect_name(ctl, words);
	json_t *reply, *item, *shown;

	if (status == STATUS_OK)
		status = call_any(ctl, words[0], next, &reply);
	if (status != STATUS_OK)
		return status;
	item = json_object_get(reply, "item");
	if (!ctl->json) {
		print_prints(item);
		json_decref(reply);
		return STATUS_OK;
	}
	shown = json_object();
	for (size_t i = 0; i < PRINT_COUNT; i++)
		json_object_set(shown, prints[i][1],
				json_object_get(item, prints[i][1]));
	json_decref(reply);
	return print_json(json_pack("{so}", "item", shown));
}

/* What is to be done; and it, unless only that was asked. */
enum status cmd_cert_followup(struct ctl *ctl, char **words)
{
	bool dry_run = take_option(words, "--dry-run");
	enum status status = expect_none(ctl, words);
	json_t *reply, *item, *done;

	if (status == STATUS_OK)
		status = http_call(ctl, dry_run ? "GET" : "POST",
				   "/v1/followup", NULL, &reply);
	if (status != STATUS_OK || ctl->json)
		return status == STATUS_OK ? print_json(reply) : status;
	item = json_object_get(reply, "item");
	done = json_object_get(item, "done");
	if (dry_run && !json_array_size(json_object_get(item, "steps")))
		puts("nothing is to follow");
	if (dry_run)
		print_followup(item);
	else if (!json_object_size(done))
		puts("nothing was to follow");
	else
		print_item(done);
	print_followup(json_object_get(item, "left"));
	json_decref(reply);
	return STATUS_OK;
}
