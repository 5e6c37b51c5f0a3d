// SPDX-License-Identifier: GPL-2.0
/*
 * /v1/firmware: images brought in pieces, and whether they are what they were.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/firmware.h"
#include "files/publisher.h"
#include "files/resource-parts.h"

static const char *const signatures[] = {
	[FIRMWARE_UNSIGNED] = "none",
	[FIRMWARE_UNKNOWN] = "unknown",
	[FIRMWARE_VERIFIED] = "verified",
	[FIRMWARE_FORGED] = "forged",
};

static const char *const states[] = {
	[FIRMWARE_CHECKING] = "checking",
	[FIRMWARE_SERVED] = "served",
	[FIRMWARE_REFUSED] = "refused",
};

static json_t *image_json(const struct firmware_image *image)
{
	char sum[2 * sizeof(image->sha256) + 1];
	json_t *json;

	for (size_t i = 0; i < sizeof(image->sha256); i++)
		sprintf(sum + 2 * i, "%02x", image->sha256[i]);
	json = json_pack("{sssIssssssss}", "name", image->name, "size",
			 (json_int_t)image->size, "sha256", sum, "signature",
			 signatures[image->signature], "state",
			 states[image->state], "reason", image->why);
	/* A stranger's: it may be no UTF-8. */
	json_object_set_new(json, "signer", json_string(image->signer) ?:
			    json_string("not UTF-8"));
	return json;
}

static int add_item(void *arg, const struct firmware_image *image)
{
	json_array_append_new(arg, image_json(image));
	return 0;
}

static void list(struct firmware *fw, struct admin_request *request)
{
	json_t *items = json_array();

	firmware_each(fw, add_item, items);
	admin_reply(request, 200, json_pack("{so}", "items", items));
}

static void show(struct firmware *fw, struct admin_request *request)
{
	const struct firmware_image *image = firmware_find(fw, request->rest);

	if (image)
		admin_reply(request, 200, json_pack("{so}", "item",
						    image_json(image)));
	else
		admin_refuse_text(request, 404, "there is no firmware %.200s",
				  request->rest);
}

static int status_of(int err)
{
	switch (err) {
	case -EINVAL:
	case -EBADMSG:
		return 400;
	case -ENOENT:
		return 404;
	case -EEXIST:
	case -EBUSY:
		return 409;
	case -ESHUTDOWN:
		return 503;
	case -ENOSPC:
		return 507;
	default:
		return 500;
	}
}

static void on_uploaded(void *arg, int err, const char *why,
			const struct firmware_image *image)
{
	struct admin_request *request = arg;
	const char *name = json_string_value(json_object_get(request->body,
							     "name"));

	if (err) {
		resource_refuse(request, status_of(err), "firmware", name,
				err == -EINVAL ? "name" : "data", why);
	} else if (!image) {
		admin_reply(request, 200, NULL);
	} else {
		resource_told(request, "firmware", name);
		admin_reply(request, 201, json_pack("{so}", "item",
						    image_json(image)));
	}
}

static void upload(struct firmware *fw, struct admin_request *request)
{
	const char *name, *text;
	json_int_t size, offset;
	uint8_t *data;
	size_t len;

	if (json_unpack(request->body, "{sssIsIss!}", "name", &name, "size",
			&size, "offset", &offset, "data", &text) ||
	    size < 1 || offset < 0 || offset > size) {
		resource_refuse(request, 400, "firmware", "", "",
				"name, size, offset and data are wanted");
		return;
	}
	data = resource_decode(text, &len);
	if (!data) {
		resource_refuse(request, 400, "firmware", name, "data",
				"it is not base64");
		return;
	}
	firmware_upload(fw, name, size, offset, data, len, on_uploaded,
			request);
	free(data);
}

static void on_removed(void *arg, int err)
{
	struct admin_request *request = arg;

	if (err) {
		resource_refuse(request, status_of(err), "firmware",
				request->rest, "", err == -ENOENT ?
				"there is no such image" : err == -EBUSY ?
				"it is being written or removed" :
				strerror(-err));
		return;
	}
	resource_told(request, "firmware", request->rest);
	admin_reply(request, 200, NULL);
}

/* KEY/verify, or verify alone: all of it is read again. */
static void verify(struct firmware *fw, struct admin_request *request)
{
	char name[SHELF_NAME_SIZE];
	size_t len = strlen(request->rest);
	const char *slash = strrchr(request->rest, '/');

	if (slash && !strcmp(slash, "/verify") && len < sizeof(name)) {
		snprintf(name, sizeof(name), "%.*s",
			 (int)(slash - request->rest), request->rest);
		if (firmware_verify(fw, name))
			admin_refuse_text(request, 404,
					  "there is no firmware %.200s", name);
		else
			admin_reply(request, 200, NULL);
	} else if (!strcmp(request->rest, "verify")) {
		firmware_verify(fw, NULL);
		admin_reply(request, 200, NULL);
	} else {
		admin_refuse_method(request, "GET, DELETE");
	}
}

void resource_on_firmware(void *ctx, struct admin_request *request)
{
	struct files_resource *resource = ctx;
	struct firmware *fw = resource->publisher ?
		publisher_firmware(resource->publisher) : NULL;
	bool one = request->rest[0];

	if (!fw)
		admin_refuse_text(request, 503, "the daemon stops");
	else if (!strcmp(request->method, "GET"))
		(one ? show : list)(fw, request);
	else if (!strcmp(request->method, "POST"))
		(one ? verify : upload)(fw, request);
	else if (!strcmp(request->method, "DELETE") && one)
		firmware_remove(fw, request->rest, on_removed, request);
	else
		admin_refuse_method(request, one ? "GET, POST, DELETE" :
						   "GET, POST");
}
