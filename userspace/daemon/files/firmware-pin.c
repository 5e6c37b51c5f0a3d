// SPDX-License-Identifier: GPL-2.0
/*
 * Digests of firmware as it was imported, a small file for each image.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/firmware-parts.h"

enum { PIN_MAX = 4096 };

static void write_hex(const uint8_t *bytes, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

static bool read_hex(const char *text, uint8_t *bytes, size_t len)
{
	if (strlen(text) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1)
			return false;
	return true;
}

char *firmware_pin_text(const struct firmware_image *image)
{
	char sum[2 * sizeof(image->sha256) + 1];
	json_t *pin;
	char *text;

	write_hex(image->sha256, sizeof(image->sha256), sum);
	/* A signer's name is a stranger's, and may be no UTF-8. */
	pin = json_pack("{sssI}", "sha256", sum, "size",
			(json_int_t)image->size);
	json_object_set_new(pin, "signer", json_string(image->signer) ?:
			    json_string("not UTF-8"));
	text = json_dumps(pin, JSON_INDENT(1));
	json_decref(pin);
	return text;
}

/* One that cannot be read pins nothing: the digest is nobody's. */
static void parse(const char *text, size_t len, struct firmware_image *image)
{
	json_t *pin = json_loadb(text, len, 0, NULL);
	const char *sum, *signer;
	json_int_t size;

	if (!json_unpack(pin, "{sssssI}", "sha256", &sum, "signer", &signer,
			 "size", &size) &&
	    read_hex(sum, image->sha256, sizeof(image->sha256))) {
		image->size = size;
		snprintf(image->signer, sizeof(image->signer), "%s", signer);
	}
	json_decref(pin);
}

static int read_one(void *arg, const char *name)
{
	struct loaded *one = calloc(1, sizeof(*one));
	struct firmware *fw = arg;
	uint8_t *data;
	size_t len;
	int err;

	if (!one)
		return -ENOMEM;
	snprintf(one->image.name, sizeof(one->image.name), "%s", name);
	err = shelf_load(fw->pins, name, PIN_MAX, &data, &len, NULL);
	if (err) {
		free(one);
		return err;
	}
	parse((char *)data, len, &one->image);
	free(data);
	LIST_INSERT_HEAD(&fw->images, one, link);
	return 0;
}

int firmware_pins_read(struct firmware *fw)
{
	return shelf_each(fw->pins, read_one, fw);
}
