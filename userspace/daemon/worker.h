/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread beside the loop for what waits for the disk: jobs go in from the loop,
 * are done in batches, and come back to it.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct event_base;
struct worker;

/* Within what the owner has to be done; the worker's from submit to done. */
struct worker_job {
	STAILQ_ENTRY(worker_job) link;
	bool owed;
};

STAILQ_HEAD(worker_jobs, worker_job);

struct worker_ops {
	/* On the thread: what waited, in its order. It stays in the queue. */
	void (*run)(void *arg, struct worker_jobs *jobs);
	/* On the loop, once for each. May submit others. */
	void (*done)(void *arg, struct worker_job *job);
};

/*
 * @waiting_max: as many may wait that no batch has taken, those that are owed
 * not counted. @batch_max: so many are run together. NULL: no memory, or no
 * thread.
 */
struct worker *worker_new(struct event_base *base, const struct worker_ops *ops,
			  void *arg, size_t waiting_max, size_t batch_max);
/* All that waits is run, and done() called, before it returns. NULL is allowed. */
void worker_free(struct worker *worker);
/* -EAGAIN: too many wait, or it is being freed; the job is the caller's still. */
int worker_submit(struct worker *worker, struct worker_job *job);
/*
 * However many wait: for what its owner bounds himself, and must not lose. It
 * takes nobody's room, and nobody's turn: all are done in the order they came.
 */
int worker_submit_owed(struct worker *worker, struct worker_job *job);

#endif /* WORKER_H */
