// SPDX-License-Identifier: GPL-2.0
/* A thread beside the loop for what waits for the disk. */
#include "worker.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct worker {
	const struct worker_ops *ops;
	void *arg;
	size_t waiting_max, batch_max;
	struct event *event;
	int event_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	struct worker_jobs todo, done;
	size_t waiting;			/* in todo */
	size_t owed;			/* of these */
	bool stop;
};

static struct worker_job *take(struct worker_jobs *jobs)
{
	struct worker_job *job = STAILQ_FIRST(jobs);

	if (job)
		STAILQ_REMOVE_HEAD(jobs, link);
	return job;
}

static void take_batch(struct worker *w, struct worker_jobs *jobs)
{
	STAILQ_INIT(jobs);
	for (size_t i = 0; i < w->batch_max && w->waiting; i++, w->waiting--) {
		struct worker_job *job = take(&w->todo);

		w->owed -= job->owed;
		STAILQ_INSERT_TAIL(jobs, job, link);
	}
}

static void *run(void *arg)
{
	struct worker *w = arg;
	struct worker_jobs jobs;
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->waiting && !w->stop)
			pthread_cond_wait(&w->wake, &w->lock);
		if (!w->waiting)
			break;
		take_batch(w, &jobs);
		pthread_mutex_unlock(&w->lock);
		w->ops->run(w->arg, &jobs);
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

/* Who is told may submit again: the lock is not held. */
static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	struct worker_job *job;
	uint64_t count;

	(void)what;
	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	for (;;) {
		pthread_mutex_lock(&w->lock);
		job = take(&w->done);
		pthread_mutex_unlock(&w->lock);
		if (!job)
			return;
		w->ops->done(w->arg, job);
	}
}

static int submit(struct worker *w, struct worker_job *job, bool owed)
{
	bool full;

	job->owed = owed;
	pthread_mutex_lock(&w->lock);
	full = w->stop || (!owed && w->waiting - w->owed >= w->waiting_max);
	if (!full) {
		STAILQ_INSERT_TAIL(&w->todo, job, link);
		w->waiting++;
		w->owed += owed;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return full ? -EAGAIN : 0;
}

int worker_submit(struct worker *w, struct worker_job *job)
{
	return submit(w, job, false);
}

int worker_submit_owed(struct worker *w, struct worker_job *job)
{
	return submit(w, job, true);
}

struct worker *worker_new(struct event_base *base, const struct worker_ops *ops,
			  void *arg, size_t waiting_max, size_t batch_max)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->ops = ops;
	w->arg = arg;
	w->waiting_max = waiting_max;
	w->batch_max = batch_max;
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

void worker_free(struct worker *w)
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
