// SPDX-License-Identifier: GPL-2.0
/*
 * What is served is what was found good: who changed it on the disk is noticed
 * when HTTP asks for it, and in rounds for those whom TFTP serves.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "files/publisher-parts.h"

struct item *publisher_find_static(struct publisher *p, const char *name)
{
	struct item *item = publisher_find(p, ITEM_STATIC, name);
	char source[SHELF_NAME_SIZE];

	if (item || !shelf_name_ends(name, ".sgn"))
		return item;
	snprintf(source, sizeof(source), "%.*s",
		 (int)(strlen(name) - strlen(".sgn")), name);
	return publisher_find(p, ITEM_STATIC, source);
}

static struct item *find(struct publisher *p, const char *name)
{
	char stem[STORE_NAME_SIZE];

	if (!publisher_stem(name, stem))
		return publisher_find_static(p, name);
	return publisher_find(p, strcmp(stem, PUBLISHER_DEFAULT) ? ITEM_PHONE :
			      ITEM_DEFAULT, stem);
}

/*
 * Looked at anew: it is shown again as it is, or written. Not while it is being
 * written: it has its name before the loop hears of that.
 */
bool publisher_changed(struct publisher *p, const char *name)
{
	struct item *item;

	if (firmware_changed(p->firmware, name))
		return true;
	item = find(p, name);
	if (item && item->state == ITEM_BUSY)
		return false;
	shelf_hide(p->shelf, name);
	if (item) {
		item->changed = true;
		publisher_queue(p, item);
	}
	return true;
}

/*
 * The lists are one for all: any device's name does, as an answer that differed
 * would tell which devices there are.
 */
static const char *list_of(const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	bool ctl = !strncmp(name, "CTLSEP", 6);

	if ((!ctl && strncmp(name, "ITLSEP", 6)) ||
	    strspn(name + 6, hex) != 12 || strcmp(name + 18, ".tlv"))
		return name;
	return ctl ? "CTLFile.tlv" : "ITLFile.tlv";
}

int publisher_file(struct publisher *p, const char *name, off_t *size)
{
	struct shelf_print print;
	int fd;

	name = list_of(name);
	fd = shelf_serve(p->shelf, name, size);
	if (fd != -ESTALE)
		return fd;
	if (publisher_changed(p, name))
		return -ENOENT;
	fd = shelf_file(p->shelf, name, &print);
	if (fd >= 0)
		*size = print.size;
	return fd;
}

bool publisher_round_next(struct publisher *p)
{
	char name[SHELF_NAME_SIZE];
	bool stale;

	if (!shelf_round_next(p->shelf, name, &stale))
		return false;
	if (stale)
		publisher_changed(p, name);
	return true;
}

void publisher_look(struct publisher *p)
{
	shelf_round(p->shelf);
	firmware_look(p->firmware);
	event_active(p->pump, 0, 0);
}
