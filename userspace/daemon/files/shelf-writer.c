// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that writes the phones' files.
 */
#include "files/shelf-writer.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

STAILQ_HEAD(queue, shelf_job);

struct shelf_writer {
	struct shelf *shelf;
	struct event *event;
	int event_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue todo, done;	/* under the lock, as is: */
	bool stop;
};

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
static void run_batch(struct shelf_writer *w, struct queue *jobs)
{
	struct shelf_job *job;
	int err;

	STAILQ_FOREACH(job, jobs, link)
		stage(w, job);
	STAILQ_FOREACH(job, jobs, link)
		settle(job);
	STAILQ_FOREACH(job, jobs, link)
		commit(w, job);
	err = shelf_sync(w->shelf);
	STAILQ_FOREACH(job, jobs, link)
		if (!job->err)
			job->err = err;
}

static void *run(void *arg)
{
	struct shelf_writer *w = arg;
	struct queue jobs;
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (STAILQ_EMPTY(&w->todo) && !w->stop)
			pthread_cond_wait(&w->wake, &w->lock);
		if (STAILQ_EMPTY(&w->todo))
			break;
		STAILQ_INIT(&jobs);
		STAILQ_CONCAT(&jobs, &w->todo);
		pthread_mutex_unlock(&w->lock);
		run_batch(w, &jobs);
		pthread_mutex_lock(&w->lock);
		STAILQ_CONCAT(&w->done, &jobs);
		/* Its counter cannot overflow: one for each batch. */
		while (write(w->event_fd, &one, sizeof(one)) < 0 &&
		       errno == EINTR)
			;
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct shelf_writer *w = arg;
	struct shelf_job *job;
	uint64_t count;

	(void)what;
	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	for (;;) {
		pthread_mutex_lock(&w->lock);
		job = STAILQ_FIRST(&w->done);
		if (job)
			STAILQ_REMOVE_HEAD(&w->done, link);
		pthread_mutex_unlock(&w->lock);
		if (!job)
			return;
		job->done(job->arg, job->err);
	}
}

void shelf_writer_submit(struct shelf_writer *w, struct shelf_job *job)
{
	job->err = 0;
	pthread_mutex_lock(&w->lock);
	STAILQ_INSERT_TAIL(&w->todo, job, link);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

struct shelf_writer *shelf_writer_new(struct event_base *base,
				      struct shelf *shelf)
{
	struct shelf_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->shelf = shelf;
	STAILQ_INIT(&w->todo);
	STAILQ_INIT(&w->done);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->event = w->event_fd < 0 ? NULL :
		event_new(base, w->event_fd, EV_READ | EV_PERSIST, on_done, w);
	if (w->event && !event_add(w->event, NULL) &&
	    !pthread_create(&w->thread, NULL, run, w))
		return w;
	if (w->event)
		event_free(w->event);
	if (w->event_fd >= 0)
		close(w->event_fd);
	free(w);
	return NULL;
}

void shelf_writer_free(struct shelf_writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	on_done(w->event_fd, 0, w);
	event_free(w->event);
	close(w->event_fd);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
