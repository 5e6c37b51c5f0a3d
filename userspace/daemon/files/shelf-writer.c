// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that writes what phones are served, and what is kept of it.
 */
#include "files/shelf-writer.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEW = 4 };	/* files that are settled one by one */

struct shelf_writer {
	struct worker *worker;
};

/* It begins with the worker's. */
static struct shelf_job *job_of(struct worker_job *job)
{
	return (struct shelf_job *)job;
}

static void drop_all(struct shelf_job *job)
{
	for (size_t i = 0; i < job->count; i++)
		shelf_drop(&job->changes[i]);
}

/* What was begun elsewhere is there. */
static void stage(struct shelf_job *job)
{
	if (job->onto)
		job->err = shelf_append(job->onto);
	for (size_t i = 0; i < job->count && !job->err; i++)
		if (job->changes[i].fd < 0)
			job->err = shelf_stage(&job->changes[i]);
}

static void settle(struct shelf_job *job)
{
	for (size_t i = 0; i < job->count && !job->err; i++)
		job->err = shelf_settle(&job->changes[i]);
}

/*
 * The disk is waited for once, not once for each file. That waits for others'
 * data, too: the files of a phone or two are not held up by them.
 */
static void settle_all(struct worker_jobs *jobs)
{
	struct shelf *settled = NULL;
	struct worker_job *job;
	int err = 0;

	STAILQ_FOREACH(job, jobs, link) {
		struct shelf_job *one = job_of(job);

		for (size_t i = 0; i < one->count && !one->err; i++) {
			struct shelf *shelf = one->changes[i].shelf;

			if (shelf != settled)
				err = shelf_settle_all(shelf);
			settled = shelf;
			one->err = err;
		}
	}
}

static void settle_each(struct worker_jobs *jobs)
{
	struct worker_job *job;

	STAILQ_FOREACH(job, jobs, link)
		settle(job_of(job));
}

static size_t count_changes(struct worker_jobs *jobs)
{
	struct worker_job *job;
	size_t count = 0;

	STAILQ_FOREACH(job, jobs, link)
		count += job_of(job)->count;
	return count;
}

/* What is to go and is not there has gone. */
static void commit(struct shelf_job *job)
{
	for (size_t i = 0; i < job->count && !job->err; i++) {
		struct shelf_change *change = &job->changes[i];
		int err;

		if (i && change[-1].shelf != change->shelf)
			job->err = shelf_sync(change[-1].shelf);
		if (job->err)
			break;
		err = shelf_commit(change);
		if (err != -ENOENT || change->data)
			job->err = err;
	}
	drop_all(job);
}

/* Neighbours that end in one shelf wait for it once. */
static void sync_all(struct worker_jobs *jobs)
{
	struct shelf *synced = NULL;
	struct worker_job *job;
	int err = 0;

	STAILQ_FOREACH(job, jobs, link) {
		struct shelf_job *one = job_of(job);
		struct shelf *shelf;

		if (one->onto)
			continue;
		shelf = one->changes[one->count - 1].shelf;
		if (shelf != synced)
			err = shelf_sync(shelf);
		synced = shelf;
		if (!one->err)
			one->err = err;
	}
}

/* All are written before the first is waited for. */
static void run(void *arg, struct worker_jobs *jobs)
{
	struct worker_job *job;

	(void)arg;
	STAILQ_FOREACH(job, jobs, link)
		stage(job_of(job));
	if (count_changes(jobs) > FEW)
		settle_all(jobs);
	else
		settle_each(jobs);
	STAILQ_FOREACH(job, jobs, link)
		commit(job_of(job));
	sync_all(jobs);
}

static void on_done(void *arg, struct worker_job *job)
{
	(void)arg;
	job_of(job)->done(job_of(job));
}

static const struct worker_ops ops = { .run = run, .done = on_done };

void shelf_job_add(struct shelf_job *job, struct shelf *shelf, const char *name,
		   const uint8_t *data, size_t len)
{
	struct shelf_change *change = &job->changes[job->count++];

	change->shelf = shelf;
	snprintf(change->name, sizeof(change->name), "%s", name);
	change->data = data;
	change->len = len;
	change->fd = -1;
}

void shelf_job_take(struct shelf_job *job, struct shelf_change *change)
{
	struct shelf_change *taken = &job->changes[job->count++];

	*taken = *change;
	taken->data = (const uint8_t *)"";
	change->fd = -1;
}

/* How many wait is bounded by who submits: what one has under way. */
void shelf_writer_submit(struct shelf_writer *w, struct shelf_job *job)
{
	job->err = 0;
	if (!worker_submit(w->worker, &job->job))
		return;
	drop_all(job);
	job->err = -ESHUTDOWN;
	job->done(job);
}

struct shelf_writer *shelf_writer_new(struct event_base *base)
{
	struct shelf_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->worker = worker_new(base, &ops, w, SIZE_MAX, SIZE_MAX);
	if (w->worker)
		return w;
	free(w);
	return NULL;
}

void shelf_writer_free(struct shelf_writer *w)
{
	if (!w)
		return;
	worker_free(w->worker);
	free(w);
}
