// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that asks tokens: a card takes seconds to sign, and one that does
 * not answer takes all the time that it gets.
 *
 * As with keys that are made, two pipes are all that the threads share: a job
 * goes one way with all it needs in it, and comes back the other way.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyd/token.h"

enum { WAITING_MAX = 8 };

struct keyd_token_thread {
	struct keyd_token_work work;
	int jobs[2], done[2];		/* pipes: read here, write there */
	unsigned int waiting;		/* the answering thread's */
};

/* Until the process ends: pipes do not fail, and nobody closes them. */
static void *run(void *arg)
{
	struct keyd_token_thread *thread = arg;
	struct keyd_token_job *job = NULL;

	/* So far, but no further: what a thread begins with is not admitted. */
	while (write(thread->done[1], &job, sizeof(job)) == sizeof(job) &&
	       read(thread->jobs[0], &job, sizeof(job)) == sizeof(job))
		keyd_token_work(&thread->work, job);
	return NULL;
}

struct keyd_token_thread *keyd_token_thread_new(int fd, unsigned int seconds)
{
	struct keyd_token_thread *thread = calloc(1, sizeof(*thread));
	struct keyd_token_job *none;
	pthread_t id;

	if (!thread)
		return NULL;
	thread->work = (struct keyd_token_work){ fd, seconds };
	if (pipe2(thread->jobs, O_CLOEXEC) || pipe2(thread->done, O_CLOEXEC) ||
	    pthread_create(&id, NULL, run, thread) ||
	    read(thread->done[0], &none, sizeof(none)) != sizeof(none)) {
		free(thread);
		return NULL;
	}
	pthread_detach(id);
	return thread;
}

int keyd_token_thread_fd(const struct keyd_token_thread *thread)
{
	return thread ? thread->done[0] : -1;
}

int keyd_token_thread_ask(struct keyd_token_thread *thread,
			  struct keyd_token_job *job)
{
	if (thread->waiting == WAITING_MAX)
		return -EBUSY;
	if (write(thread->jobs[1], &job, sizeof(job)) != sizeof(job))
		return -EIO;
	thread->waiting++;
	return 0;
}

struct keyd_token_job *keyd_token_thread_take(struct keyd_token_thread *thread)
{
	struct keyd_token_job *job = NULL;

	if (read(thread->done[0], &job, sizeof(job)) != sizeof(job))
		return NULL;
	thread->waiting--;
	return job;
}

void keyd_token_job_free(struct keyd_token_job *job)
{
	if (!job)
		return;
	trust_bytes_free(&job->file);
	free(job->list);
	explicit_bzero(job, sizeof(*job));
	free(job);
}
