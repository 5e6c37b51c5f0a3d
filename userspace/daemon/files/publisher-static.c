// SPDX-License-Identifier: GPL-2.0
/*
 * Files that administrators bring: ringer lists, soft keys, locales.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files/publisher-parts.h"

enum { NAME_MAX_LEN = 200 };

/* Names that are others': devices', the lists', what is signed. */
static const char *unfit(const char *name)
{
	if (!shelf_name_fits(name))
		return SHELF_NAME_RULE;
	if (strlen(name) > NAME_MAX_LEN)
		return "a name has at most 200 characters";
	if (shelf_name_hinders(name))
		return "no folder is called like a file that is made";
	if (shelf_name_ends(name, ".cnf.xml"))
		return "devices' documents are made, not brought";
	if (shelf_name_ends(name, ".tlv"))
		return "trust lists are made, not brought";
	if (shelf_name_ends(name, ".sgn"))
		return "what ends in .sgn is made of what does not";
	return NULL;
}

int publisher_static_put(struct publisher *p, const char *name,
			 const uint8_t *data, size_t len, const char **why)
{
	char signed_name[SHELF_NAME_SIZE];
	int err;

	*why = unfit(name);
	if (*why)
		return -EINVAL;
	if (len > KEYD_FILE_MAX) {
		*why = "a file has at most 96 KiB";
		return -EFBIG;
	}
	snprintf(signed_name, sizeof(signed_name), "%s.sgn", name);
	if (firmware_find(p->firmware, name) ||
	    firmware_find(p->firmware, signed_name)) {
		*why = "firmware has that name";
		return -EINVAL;
	}
	err = shelf_put(p->sources, name, data, len);
	*why = err ? strerror(-err) : NULL;
	if (!err)
		publisher_queue(p, publisher_item(p, ITEM_STATIC, name));
	return err;
}

/* The source last: if this is all that happens, it is published again. */
int publisher_static_remove(struct publisher *p, const char *name)
{
	char signed_name[SHELF_NAME_SIZE];
	off_t size;
	int fd = shelf_file(p->sources, name, &size), err;

	if (fd < 0)
		return fd;
	close(fd);
	snprintf(signed_name, sizeof(signed_name), "%.*s.sgn", NAME_MAX_LEN,
		 name);
	err = shelf_remove(p->shelf, name);
	if (!err || err == -ENOENT)
		err = shelf_remove(p->shelf, signed_name);
	if (!err || err == -ENOENT)
		err = shelf_remove(p->sources, name);
	publisher_queue(p, publisher_item(p, ITEM_STATIC, name));
	return err;
}

struct each {
	struct publisher *publisher;
	publisher_static_fn fn;
	void *arg;
};

static int call(void *arg, const char *name)
{
	char signed_name[SHELF_NAME_SIZE];
	struct each *each = arg;
	struct publisher *p = each->publisher;
	off_t size;
	int fd = shelf_file(p->sources, name, &size);

	if (fd < 0)
		return 0;
	close(fd);
	snprintf(signed_name, sizeof(signed_name), "%.*s.sgn", NAME_MAX_LEN,
		 name);
	return each->fn(each->arg, name, size,
			shelf_shows(p->shelf, signed_name));
}

int publisher_static_each(struct publisher *p, publisher_static_fn fn,
			  void *arg)
{
	struct each each = { p, fn, arg };

	return shelf_each(p->sources, call, &each);
}
