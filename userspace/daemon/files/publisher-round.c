// SPDX-License-Identifier: GPL-2.0
/*
 * What is served is what was found good: who changed it on the disk is noticed
 * when HTTP asks for it, and in rounds for those whom TFTP serves.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
		return publisher_find(p, ITEM_LIST, name) ?:
			publisher_find_static(p, name);
	return publisher_find(p, strcmp(stem, PUBLISHER_DEFAULT) ? ITEM_PHONE :
			      ITEM_DEFAULT, stem);
}

static bool holds(struct publisher *p, const struct shelf_change *change,
		  struct shelf_print *print)
{
	uint8_t *data;
	size_t len;
	bool same;

	if (shelf_load(p->shelf, change->name, KEYD_MESSAGE_MAX, &data, &len,
		       print))
		return false;
	same = len == change->len && !memcmp(data, change->data, len);
	explicit_bzero(data, len);
	free(data);
	return same;
}

/*
 * What we write has its name before the loop hears of that: is it what lies
 * there? Of a job only the writer's own fields change meanwhile.
 */
static bool is_ours(struct publisher *p, const struct item *item,
		    const char *name, struct shelf_print *print)
{
	const struct shelf_job *job = item->job;

	for (size_t i = 0; job && i < job->count; i++)
		if (job->changes[i].data && !strcmp(job->changes[i].name, name))
			return holds(p, &job->changes[i], print);
	return false;
}

/* Looked at anew: it is shown again as it is, or written. */
static bool judge(struct publisher *p, const char *name,
		  struct shelf_print *print)
{
	struct item *item;

	if (firmware_changed(p->firmware, name))
		return true;
	item = find(p, name);
	if (item && is_ours(p, item, name, print))
		return false;
	shelf_hide(p->shelf, name);
	if (item) {
		publisher_work_changed(p, item, name);
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

/* Nor is it another one since it was read. */
static int open_ours(struct publisher *p, const char *name,
		     const struct shelf_print *ours, off_t *size)
{
	struct shelf_print print;
	int fd = shelf_file(p->shelf, name, &print);

	if (fd < 0)
		return fd;
	*size = print.size;
	if (shelf_print_same(&print, ours))
		return fd;
	close(fd);
	return -ENOENT;
}

int publisher_file(struct publisher *p, const char *name, off_t *size)
{
	struct shelf_print ours;
	int fd;

	name = list_of(name);
	fd = shelf_serve(p->shelf, name, size);
	if (fd != -ESTALE)
		return fd;
	return judge(p, name, &ours) ? -ENOENT :
		open_ours(p, name, &ours, size);
}

bool publisher_round_next(struct publisher *p)
{
	char name[SHELF_NAME_SIZE];
	struct shelf_print ours;
	bool stale;

	if (!shelf_round_next(p->shelf, name, &stale))
		return false;
	if (stale)
		judge(p, name, &ours);
	return true;
}

void publisher_look(struct publisher *p)
{
	shelf_round(p->shelf);
	firmware_look(p->firmware);
	event_active(p->pump, 0, 0);
}
