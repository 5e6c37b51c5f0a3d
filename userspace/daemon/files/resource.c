// SPDX-License-Identifier: GPL-2.0
/*
 * /v1/file: static files, and how far the publisher is.
 */
#include "files/resource-parts.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/publisher.h"

#define OBJECT_SIZE	256

/* OpenSSL takes spaces around it, and "=" anywhere. */
static bool is_base64(const char *text, size_t chars)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
	size_t data = strspn(text, letters);

	return chars % 4 == 0 && chars - data <= 2 && chars <= INT_MAX &&
		strspn(text + data, "=") == chars - data;
}

uint8_t *resource_decode(const char *text, size_t *len)
{
	size_t chars = strlen(text);
	uint8_t *data = is_base64(text, chars) ? malloc(chars / 4 * 3 + 1) :
		NULL;
	int n = data ? EVP_DecodeBlock(data, (const uint8_t *)text,
				       (int)chars) : -1;

	if (n < 0) {
		free(data);
		return NULL;
	}
	*len = (size_t)n;
	/* Counted in, as zeros. */
	for (size_t i = 1; i <= 2 && i <= chars; i++)
		*len -= text[chars - i] == '=';
	return data;
}

static int add_item(void *arg, const char *name, off_t size, bool served)
{
	json_array_append_new(arg, json_pack("{sssIsb}", "name", name, "size",
					     (json_int_t)size, "signed",
					     served));
	return 0;
}

static int add_fault(void *arg, const char *name, const char *why, size_t count)
{
	json_array_append_new(arg, json_pack("{sssssI}", "name", name, "reason",
					     why, "count", (json_int_t)count));
	return 0;
}

static json_t *status_json(struct publisher *publisher)
{
	struct publisher_status status;
	json_t *faults = json_array();

	publisher_status(publisher, &status);
	publisher_fault_each(publisher, add_fault, faults);
	return json_pack("{sIsIsIsIssso}",
			 "signed", (json_int_t)status.signed_files,
			 "unchanged", (json_int_t)status.unchanged,
			 "pending", (json_int_t)status.pending,
			 "served", (json_int_t)status.served,
			 "reason", status.why, "faults", faults);
}

static void list(struct publisher *publisher, struct admin_request *request)
{
	json_t *items = json_array();
	int err = publisher_static_each(publisher, add_item, items);

	if (err) {
		json_decref(items);
		admin_refuse_text(request, 500, "%s", strerror(-err));
		return;
	}
	admin_reply(request, 200, json_pack("{soso}", "items", items, "status",
					    status_json(publisher)));
}

static const char *verb_of(const struct admin_request *request)
{
	return !strcmp(request->method, "POST") ? "add" : "del";
}

void resource_refuse(struct admin_request *request, int status,
		     const char *noun, const char *name, const char *field,
		     const char *why)
{
	struct store_error error = { .status = status };

	snprintf(error.object, sizeof(error.object), "%s%s%.200s", noun,
		 *name ? " " : "", name);
	snprintf(error.field, sizeof(error.field), "%s", field);
	snprintf(error.reason, sizeof(error.reason), "%s", why);
	admin_security(request, verb_of(request), error.object, NULL, why);
	admin_refuse(request, &error);
}

void resource_told(struct admin_request *request, const char *noun,
		   const char *name)
{
	char object[OBJECT_SIZE];

	snprintf(object, sizeof(object), "%s %.200s", noun, name);
	admin_security(request, verb_of(request), object, NULL, NULL);
}

static void on_put(void *arg, int err, const char *why)
{
	struct admin_request *request = arg;
	const char *name = json_string_value(json_object_get(request->body,
							     "name"));

	if (err) {
		resource_refuse(request, err == -EINVAL || err == -EFBIG ?
				400 : 500, "file", name, err == -EINVAL ?
				"name" : "data", why);
		return;
	}
	resource_told(request, "file", name);
	admin_reply(request, 201, json_pack("{s{sssO}}", "item", "name", name,
					    "size", json_object_get(
						    request->body, "size")));
}

static void put(struct publisher *publisher, struct admin_request *request)
{
	const char *name, *text;
	uint8_t *data;
	size_t len;

	if (json_unpack(request->body, "{ssss!}", "name", &name, "data",
			&text)) {
		resource_refuse(request, 400, "file", "", "",
				"name and data are wanted");
		return;
	}
	data = resource_decode(text, &len);
	if (!data) {
		resource_refuse(request, 400, "file", name, "data",
				"it is not base64");
		return;
	}
	/* The answer has it, when the file is on the disk. */
	json_object_set_new(request->body, "size",
			    json_integer((json_int_t)len));
	publisher_static_put(publisher, name, data, len, on_put, request);
	free(data);
}

static void on_removed(void *arg, int err, const char *why)
{
	struct admin_request *request = arg;

	if (err) {
		resource_refuse(request, err == -ENOENT ? 404 : 500, "file",
				request->rest, "", err == -ENOENT ?
				"there is no such file" : why);
		return;
	}
	resource_told(request, "file", request->rest);
	admin_reply(request, 200, NULL);
}

static void on_file(void *ctx, struct admin_request *request)
{
	struct files_resource *resource = ctx;
	struct publisher *publisher = resource->publisher;

	if (!publisher)
		admin_refuse_text(request, 503, "the daemon stops");
	else if (!strcmp(request->method, "GET") && !request->rest[0])
		list(publisher, request);
	else if (!strcmp(request->method, "POST") && !request->rest[0])
		put(publisher, request);
	else if (!strcmp(request->method, "DELETE") && request->rest[0])
		publisher_static_remove(publisher, request->rest, on_removed,
					request);
	else
		admin_refuse_method(request, request->rest[0] ? "DELETE" :
							       "GET, POST");
}

int files_resource_add(struct files_resource *resource, struct admin *admin)
{
	int err = admin_resource_add(admin, "file", on_file, resource);

	return err ? err : admin_resource_add(admin, "firmware",
					      resource_on_firmware, resource);
}
