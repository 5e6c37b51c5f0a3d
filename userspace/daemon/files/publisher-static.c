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

enum { NAME_MAX_LEN = 200 };

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

static int put(struct publisher *p, struct shelf *shelf, const char *name,
	       const uint8_t *data, size_t len,
	       void (*on_done)(struct shelf_job *job), publisher_done done,
	       void *arg)
{
	struct errand *errand = errand_new(p, len, on_done, done, arg);

	if (!errand)
		return -ENOMEM;
	memcpy(errand->data, data, len);
	shelf_job_add(&errand->job, shelf, name, errand->data, len);
	shelf_writer_submit(p->writer, &errand->job);
	return 0;
}

static void on_list(struct shelf_job *job)
{
	struct errand *errand = job->arg;

	if (!job->err)
		job->err = shelf_show(errand->publisher->shelf,
				      job->changes[0].name, NULL);
	finish(errand);
}

void publisher_put(struct publisher *p, const char *name, const uint8_t *data,
		   size_t len, publisher_done done, void *arg)
{
	if (shelf_name_fits(name))
		put(p, p->shelf, name, data, len, on_list, done, arg);
	else
		done(arg, -EINVAL, SHELF_NAME_RULE);
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
	item->awaited++;
	if (put(p, p->sources, name, data, len, on_brought, done, arg))
		item->awaited--;
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
