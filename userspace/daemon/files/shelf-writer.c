// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that writes the phones' files.
 */
#include "files/shelf-writer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

enum { FEW = 4 };	/* files that are settled one by one */

struct shelf_writer {
	struct shelf *shelf;
	struct worker *worker;
};

/* It begins with the worker's. */
static struct shelf_job *job_of(struct worker_job *job)
{
	return (struct shelf_job *)job;
}

static void drop_all(struct shelf_writer *w, struct shelf_job *job)
{
	for (size_t i = 0; i < job->count; i++)
		shelf_drop(w->shelf, &job->changes[i]);
}

static void stage(struct shelf_writer *w, struct shelf_job *job)
{
	for (size_t i = 0; i < job->count; i++)
		job->changes[i].fd = -1;
	for (size_t i = 0; i < job->count && !job->err; i++)
		job->err = shelf_stage(w->shelf, &job->changes[i]);
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
static void settle_all(struct shelf_writer *w, struct worker_jobs *jobs)
{
	struct worker_job *job;
	size_t count = 0;
	int err = 0;

	STAILQ_FOREACH(job, jobs, link)
		count += job_of(job)->count;
	if (count > FEW)
		err = shelf_settle_all(w->shelf);
	STAILQ_FOREACH(job, jobs, link) {
		if (count <= FEW)
			settle(job_of(job));
		else if (!job_of(job)->err)
			job_of(job)->err = err;
	}
}

/* What is to go and is not there has gone. */
static void commit(struct shelf_writer *w, struct shelf_job *job)
{
	for (size_t i = 0; i < job->count && !job->err; i++) {
		struct shelf_change *change = &job->changes[i];
		int err = shelf_commit(w->shelf, change);

		if (err != -ENOENT || change->data)
			job->err = err;
	}
	drop_all(w, job);
}

/* All are written before the first is waited for. */
static void run(void *arg, struct worker_jobs *jobs)
{
	struct shelf_writer *w = arg;
	struct worker_job *job;
	int err;

	STAILQ_FOREACH(job, jobs, link)
		stage(w, job_of(job));
	settle_all(w, jobs);
	STAILQ_FOREACH(job, jobs, link)
		commit(w, job_of(job));
	err = shelf_sync(w->shelf);
	STAILQ_FOREACH(job, jobs, link)
		if (!job_of(job)->err)
			job_of(job)->err = err;
}

static void on_done(void *arg, struct worker_job *job)
{
	struct shelf_job *done = job_of(job);

	(void)arg;
	done->done(done->arg, done->err);
}

static const struct worker_ops ops = { .run = run, .done = on_done };

/* None is refused: the publisher has no more under way than it may. */
void shelf_writer_submit(struct shelf_writer *w, struct shelf_job *job)
{
	job->err = 0;
	worker_submit(w->worker, &job->job);
}

struct shelf_writer *shelf_writer_new(struct event_base *base,
				      struct shelf *shelf)
{
	struct shelf_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->shelf = shelf;
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
