// SPDX-License-Identifier: GPL-2.0
/*
 * firmware: images of phones, brought to the daemon in pieces.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ctl.h"

enum { PIECE = 4 * 1024 * 1024 };

static const char *const columns[] = {
	"name", "size", "state", "signature", "reason", NULL
};

struct image {
	FILE *file;
	const char *name;
	off_t size, at;
	uint8_t *piece;
	char *text;		/* of it, in base64 */
};

static enum status fail_image(const char *path, int err)
{
	fprintf(stderr, "ucsecctl: %s: %s\n", path, strerror(err));
	return STATUS_FAILED;
}

static enum status send_piece(struct ctl *ctl, struct image *image,
			      size_t len, json_t **reply)
{
	enum status status;
	json_t *body;

	EVP_EncodeBlock((uint8_t *)image->text, image->piece, (int)len);
	body = json_pack("{sssIsIss}", "name", image->name, "size",
			 (json_int_t)image->size, "offset",
			 (json_int_t)image->at, "data", image->text);
	if (!body)
		return fail(ctl, "the name is not UTF-8");
	status = http_call(ctl, "POST", "/v1/firmware", body, reply);
	json_decref(body);
	return status;
}

static enum status send_all(struct ctl *ctl, const char *path,
			    struct image *image)
{
	enum status status = STATUS_OK;
	json_t *reply = NULL;
	size_t len;

	do {
		json_decref(reply);
		len = fread(image->piece, 1, PIECE, image->file);
		if (ferror(image->file))
			return fail_image(path, errno);
		/* One that became shorter: the daemon would wait for more. */
		if (!len)
			return fail_image(path, ENODATA);
		status = send_piece(ctl, image, len, &reply);
		image->at += (off_t)len;
	} while (status == STATUS_OK && image->at < image->size);
	return status == STATUS_OK ? finish_change(ctl, reply) : status;
}

static enum status import_one(struct ctl *ctl, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct image image = { .name = slash ? slash + 1 : path };
	enum status status;
	struct stat st;

	image.file = fopen(path, "r");
	if (!image.file || fstat(fileno(image.file), &st)) {
		status = fail_image(path, errno);
	} else {
		image.size = st.st_size;
		image.piece = malloc(PIECE);
		image.text = malloc(PIECE / 3 * 4 + 8);
		status = image.piece && image.text ?
			send_all(ctl, path, &image) : fail_image(path, ENOMEM);
	}
	free(image.piece);
	free(image.text);
	if (image.file)
		fclose(image.file);
	return status;
}

enum status cmd_firmware_import(struct ctl *ctl, char **words)
{
	enum status status = STATUS_OK, one;

	if (!words[0])
		return usage_error(ctl, "FILE is missing", NULL);
	for (; *words; words++) {
		one = import_one(ctl, *words);
		status = one != STATUS_OK ? one : status;
	}
	return status;
}

static bool all_served(const json_t *items)
{
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
		if (strcmp(json_string_value(json_object_get(item, "state")),
			   "served"))
			return false;
	return true;
}

static bool any_checking(const json_t *items)
{
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
		if (!strcmp(json_string_value(json_object_get(item, "state")),
			    "checking"))
			return true;
	return false;
}

/* @good: whether all of it is served. */
static enum status print_list(struct ctl *ctl, json_t *reply, bool *good)
{
	*good = all_served(json_object_get(reply, "items"));
	if (ctl->json)
		return print_json(reply);
	print_columns(columns, json_object_get(reply, "items"));
	json_decref(reply);
	return STATUS_OK;
}

enum status cmd_firmware_list(struct ctl *ctl, char **words)
{
	enum status status = expect_none(ctl, words);
	json_t *reply;
	bool good;

	if (status == STATUS_OK)
		status = http_call(ctl, "GET", "/v1/firmware", NULL, &reply);
	return status == STATUS_OK ? print_list(ctl, reply, &good) : status;
}

/* All of it is read again; until that is done. */
enum status cmd_firmware_verify(struct ctl *ctl, char **words)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	enum status status = expect_none(ctl, words);
	json_t *reply = NULL;
	bool good;

	if (status == STATUS_OK)
		status = http_call(ctl, "POST", "/v1/firmware/verify", NULL,
				   &reply);
	while (status == STATUS_OK) {
		json_decref(reply);
		status = http_call(ctl, "GET", "/v1/firmware", NULL, &reply);
		if (status == STATUS_OK &&
		    !any_checking(json_object_get(reply, "items")))
			break;
		nanosleep(&pause, NULL);
	}
	if (status == STATUS_OK)
		status = print_list(ctl, reply, &good);
	return status == STATUS_OK && !good ? STATUS_FAILED : status;
}
