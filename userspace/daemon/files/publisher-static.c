// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are brought: by administrators ringer lists, soft keys, locales;
 * trust lists by who makes them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/publisher-parts.h"

enum {
	NAME_MAX_LEN = 200,
	LIST_SIZE_MAX = 1024 * 1024,
};

/* One who waits until it is on the disk. */
struct errand {
	struct shelf_job job;
	struct publisher *publisher;
	publisher_done done;
	void *arg;
	uint8_t data[];
};

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

static void finish(struct errand *errand)
{
	int err = errand->job.err;

	errand->done(errand->arg, err, err ? strerror(-err) : NULL);
	free(errand);
}

static struct errand *errand_new(struct publisher *p, size_t len,
				 void (*on_done)(struct shelf_job *job),
				 publisher_done done, void *arg)
{
	struct errand *errand = calloc(1, sizeof(*errand) + len);

	if (!errand) {
		done(arg, -ENOMEM, "no memory");
		return NULL;
	}
	errand->publisher = p;
	errand->job.done = on_done;
	errand->job.arg = errand;
	errand->done = done;
	errand->arg = arg;
	return errand;
}

/* Whose file of that name is served is settled before either is written. */
static bool is_image(struct publisher *p, const char *name)
{
	char signed_name[SHELF_NAME_SIZE];

	snprintf(signed_name, sizeof(signed_name), "%.*s.sgn", NAME_MAX_LEN,
		 name);
	return firmware_claims(p->firmware, name) ||
		firmware_claims(p->firmware, signed_name);
}

static void put(struct publisher *p, struct item *item, struct shelf *shelf,
		const uint8_t *data, size_t len,
		void (*on_done)(struct shelf_job *job), publisher_done done,
		void *arg)
{
	struct errand *errand = errand_new(p, len, on_done, done, arg);

	if (!errand) {
		/* It may be of nothing, and goes then. */
		publisher_queue(p, item);
		return;
	}
	item->awaited++;
	if (shelf == p->shelf)
		item->job = &errand->job;
	memcpy(errand->data, data, len);
	shelf_job_add(&errand->job, shelf, item->name, errand->data, len);
	shelf_writer_submit(p->writer, &errand->job);
}

static int hold(struct publisher *p, struct item *item, const uint8_t *data,
		size_t len, const struct shelf_print *print)
{
	struct held *held = malloc(sizeof(*held) + len);
	int err = held ? shelf_show(p->shelf, item->name, print) : -ENOMEM;

	if (err) {
		free(held);
		return err;
	}
	held->len = len;
	memcpy(held->data, data, len);
	free(item->held);
	item->held = held;
	return 0;
}

/* Looked at in any case: somebody may have changed the one before meanwhile. */
static void on_list(struct shelf_job *job)
{
	struct errand *errand = job->arg;
	struct publisher *p = errand->publisher;
	struct shelf_change *change = &job->changes[0];
	struct item *item = publisher_find(p, ITEM_LIST, change->name);

	item->awaited--;
	if (item->job == job)
		item->job = NULL;
	if (!job->err)
		job->err = hold(p, item, errand->data, change->len,
				&change->print);
	publisher_queue(p, item);
	finish(errand);
}

void publisher_put(struct publisher *p, const char *name, const uint8_t *data,
		   size_t len, publisher_done done, void *arg)
{
	bool fits = shelf_name_fits(name);
	struct item *item = fits ? publisher_item(p, ITEM_LIST, name) : NULL;

	if (item)
		put(p, item, p->shelf, data, len, on_list, done, arg);
	else
		done(arg, fits ? -ENOMEM : -EINVAL, fits ? "no memory" :
		     SHELF_NAME_RULE);
}

int publisher_get(struct publisher *p, const char *name, uint8_t **data,
		  size_t *len)
{
	const struct item *item = publisher_find(p, ITEM_LIST, name);

	if (!item || !item->held)
		return shelf_load(p->shelf, name, LIST_SIZE_MAX, data, len,
				  NULL);
	*len = item->held->len;
	*data = malloc(*len + 1);
	if (!*data)
		return -ENOMEM;
	memcpy(*data, item->held->data, *len);
	return 0;
}

void publisher_lists_recall(struct publisher *p)
{
	static const char *const lists[] = { "CTLFile.tlv", "ITLFile.tlv" };
	struct shelf_print print;
	struct item *item;
	uint8_t *data;
	size_t len;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (shelf_load(p->shelf, lists[i], LIST_SIZE_MAX, &data, &len,
			       &print))
			continue;
		item = publisher_item(p, ITEM_LIST, lists[i]);
		if (item)
			hold(p, item, data, len, &print);
		free(data);
	}
}

/* Of its source as it is now, whatever became of the change. */
static void on_source(struct shelf_job *job)
{
	struct errand *errand = job->arg;
	struct publisher *p = errand->publisher;

	publisher_queue(p, publisher_item(p, ITEM_STATIC, job->changes[0].name));
	finish(errand);
}

static void on_brought(struct shelf_job *job)
{
	struct errand *errand = job->arg;
	struct item *item = publisher_find(errand->publisher, ITEM_STATIC,
					   job->changes[0].name);

	item->awaited--;
	on_source(job);
}

void publisher_static_put(struct publisher *p, const char *name,
			  const uint8_t *data, size_t len, publisher_done done,
			  void *arg)
{
	const char *why = unfit(name);
	struct item *item = NULL;
	int err = -EINVAL;

	if (!why && len > KEYD_FILE_MAX) {
		why = "a file has at most 96 KiB";
		err = -EFBIG;
	}
	if (!why && is_image(p, name))
		why = "firmware has that name";
	if (!why) {
		item = publisher_item(p, ITEM_STATIC, name);
		why = item ? NULL : "no memory";
		err = item ? 0 : -ENOMEM;
	}
	if (why) {
		done(arg, err, why);
		return;
	}
	put(p, item, p->sources, data, len, on_brought, done, arg);
}

/* Also what a work under way has shown meanwhile. */
static void on_removed(struct shelf_job *job)
{
	struct errand *errand = job->arg;
	struct publisher *p = errand->publisher;

	shelf_hide(p->shelf, job->changes[0].name);
	shelf_hide(p->shelf, job->changes[1].name);
	on_source(job);
}

/* The source last: if this is all that happens, it is published again. */
void publisher_static_remove(struct publisher *p, const char *name,
			     publisher_done done, void *arg)
{
	char signed_name[SHELF_NAME_SIZE];
	struct errand *errand;
	struct shelf_print print;
	int fd = shelf_file(p->sources, name, &print);

	if (fd < 0) {
		done(arg, fd, strerror(-fd));
		return;
	}
	close(fd);
	errand = errand_new(p, 0, on_removed, done, arg);
	if (!errand)
		return;
	snprintf(signed_name, sizeof(signed_name), "%.*s.sgn", NAME_MAX_LEN,
		 name);
	shelf_hide(p->shelf, name);
	shelf_hide(p->shelf, signed_name);
	shelf_job_add(&errand->job, p->shelf, name, NULL, 0);
	shelf_job_add(&errand->job, p->shelf, signed_name, NULL, 0);
	shelf_job_add(&errand->job, p->sources, name, NULL, 0);
	shelf_writer_submit(p->writer, &errand->job);
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
	struct shelf_print print;
	int fd = shelf_file(p->sources, name, &print);

	if (fd < 0)
		return 0;
	close(fd);
	snprintf(signed_name, sizeof(signed_name), "%.*s.sgn", NAME_MAX_LEN,
		 name);
	return each->fn(each->arg, name, print.size,
			shelf_shows(p->shelf, signed_name));
}

int publisher_static_each(struct publisher *p, publisher_static_fn fn,
			  void *arg)
{
	struct each each = { p, fn, arg };

	return shelf_each(p->sources, call, &each);
}
