// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that waits for the disk: administrative writes, checkpoints.
 *
 * Requests that wait together share one commit, each in a savepoint of its own.
 * The loop hears of them by an eventfd, after the commit.
 */
#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log.h"
#include "store/private.h"

#define QUEUE_MAX	256
#define BATCH_MAX	64

struct job {
	struct job *next;
	struct store_request request;
	writer_fn fn;			/* in place of the request, and */
	void *arg;			/* what it is called with */
	struct store_reply reply;
	struct store_change change;
	char key[STORE_KEY_SIZE];
	store_done done;
	void *ctx;
};

struct queue {
	struct job *first, **last;
	size_t count;
};

struct writer {
	struct store *store;
	struct db config, runtime;	/* the thread's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under lock */
	struct queue todo, done;
	bool checkpoint;
	bool stop;
	int event_fd;
	struct event *event;
};

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
	queue->count = 0;
}

static void queue_put(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->last = job;
	queue->last = &job->next;
	queue->count++;
}

static struct job *queue_get(struct queue *queue)
{
	struct job *job = queue->first;

	if (!job)
		return NULL;
	queue->first = job->next;
	if (!queue->first)
		queue->last = &queue->first;
	queue->count--;
	return job;
}

void store_reply_clear(struct store_reply *reply)
{
	json_decref(reply->result);
	json_decref(reply->warnings);
	json_decref(reply->offer);
	reply->result = reply->warnings = reply->offer = NULL;
}

static void job_free(struct job *job)
{
	if (!job)
		return;
	json_decref(job->request.body);
	store_reply_clear(&job->reply);
	free(job->arg);
	free(job);
}

static int apply_object(struct db *db, struct store_request *request,
			struct store_reply *reply, struct store_change *told)
{
	struct change c = { .db = db, .noun = request->noun,
			    .warnings = reply->warnings,
			    .error = &reply->error };
	char key[STORE_KEY_SIZE];
	int err = -EINVAL;

	/* Whatever is refused, it is told of what. */
	snprintf(key, sizeof(key), "%s", request->key);
	if (request->verb == STORE_ADD)
		store_key_of(c.noun, request->body, key);
	snprintf(c.error->object, sizeof(c.error->object), "%s %s",
		 c.noun->name, key);
	if (request->verb == STORE_OWN_CERT)
		c.given = json_incref(request->body);
	else if (request->verb != STORE_DEL)
		c.given = field_given(c.noun, request->body, c.error);
	if (request->verb == STORE_DEL)
		err = object_del(&c, request->key);
	else if (request->verb == STORE_OWN_CERT)
		err = object_own_cert(&c);
	else if (c.given && request->verb == STORE_ADD)
		err = object_add(&c);
	else if (c.given)
		err = object_set(&c, request->key);
	if (!err && !strcmp(c.noun->name, "profile"))
		err = rules_after(db, c.error);
	else if (!err && !strcmp(c.noun->name, "cert"))
		err = sast_rules(db, "purpose", c.error);
	else if (!err && !strcmp(c.noun->name, "node"))
		err = node_rules(db, "name", c.error);
	if (!err && request->verb != STORE_DEL) {
		reply->result = row_get(db, c.noun, c.id);
		if (reply->result)
			row_publish(c.noun, reply->result);
		reply->offer = affected_offer(&c);
	}
	told->id = c.id;
	json_decref(c.now);
	json_decref(c.given);
	json_decref(c.next);
	return err;
}

/* The savepoint that all of them share is the job's. */
static int apply_all(struct db *db, const struct store_request *request,
		     struct store_reply *reply, struct store_change *told)
{
	json_t *added = json_array(), *entry;
	int err = json_array_size(request->body) ? 0 : -EINVAL;
	size_t i;

	json_array_foreach(request->body, i, entry) {
		struct store_request one = {
			.verb = STORE_ADD, .noun = request->noun, .body = entry,
		};

		if (err)
			break;
		err = apply_object(db, &one, reply, told);
		if (reply->result)
			json_array_append_new(added, reply->result);
		reply->result = NULL;
	}
	reply->result = added;
	return err;
}

static int apply_param(struct db *db, struct store_request *request,
		       struct store_reply *reply)
{
	struct store_error *error = &reply->error;
	int err;

	if (request->verb == STORE_DEL)
		err = param_unset(db, request->key, reply->warnings, error);
	else
		err = param_set(db, request->key, request->body,
				reply->warnings, error);
	if (!err)
		err = param_rules(db, error);
	if (!err)
		err = sast_rules(db, "value", error);
	if (!err && request->verb != STORE_DEL)
		reply->result = json_pack("{ssso}", "name", request->key,
					  "value", param_value(db,
						store_param_find(request->key)));
	return err;
}

int writer_apply(struct db *db, struct store_request *request,
		 struct store_reply *reply, struct store_change *told,
		 char key[STORE_KEY_SIZE])
{
	static const char *const verbs[] = {
		[STORE_ADD] = "add", [STORE_SET] = "set", [STORE_DEL] = "del",
		[STORE_IMPORT] = "import", [STORE_OWN_CERT] = "set",
		[STORE_ADD_ALL] = "add",
	};
	int err;

	reply->warnings = json_array();
	told->verb = verbs[request->verb];
	told->noun = request->noun ? request->noun->name : "param";
	told->key = key;
	snprintf(key, STORE_KEY_SIZE, "%s", request->key);
	if (request->verb == STORE_IMPORT) {
		told->noun = "*";
		reply->result = import_document(db, request->body,
						request->dry_run,
						reply->warnings,
						&reply->error);
		err = reply->result ? 0 : -EINVAL;
	} else if (!request->noun) {
		err = apply_param(db, request, reply);
	} else if (request->verb == STORE_ADD_ALL) {
		err = apply_all(db, request, reply, told);
	} else {
		err = apply_object(db, request, reply, told);
		if (!err && request->verb == STORE_ADD)
			store_key_of(request->noun, reply->result, key);
	}
	if (err && !reply->error.status)
		store_fail(&reply->error, err);
	return err;
}

/* A savepoint each: what is refused leaves nothing, the others stay. */
static void run_job(struct db *db, struct job *job)
{
	int err = db_exec_kept(db, "SAVEPOINT job");

	if (!err && job->fn)
		err = job->fn(db, job->arg, &job->reply, &job->change,
			      job->key);
	else if (!err)
		err = writer_apply(db, &job->request, &job->reply,
				   &job->change, job->key);
	if (err && !job->reply.error.status)
		store_fail(&job->reply.error, err);
	if (err || job->request.dry_run)
		db_exec_kept(db, "ROLLBACK TO job");
	db_exec_kept(db, "RELEASE job");
}

static void fail_all(struct queue *jobs, int err)
{
	for (struct job *job = jobs->first; job; job = job->next) {
		store_reply_clear(&job->reply);
		store_fail(&job->reply.error, err);
	}
}

static void run_batch(struct writer *w, struct queue *jobs)
{
	int err = db_exec_kept(&w->config, "BEGIN IMMEDIATE");

	for (struct job *job = jobs->first; job && !err; job = job->next)
		run_job(&w->config, job);
	if (!err)
		err = db_exec_kept(&w->config, "COMMIT");
	if (err) {
		sqlite3_exec(w->config.sql, "ROLLBACK", NULL, NULL, NULL);
		fail_all(jobs, err);
	}
}

static void *run(void *arg)
{
	struct writer *w = arg;
	struct queue jobs;
	uint64_t one = 1;
	bool checkpoint;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->todo.count && !w->checkpoint && !w->stop)
			pthread_cond_wait(&w->wake, &w->lock);
		if (!w->todo.count && !w->checkpoint)
			break;
		queue_init(&jobs);
		while (w->todo.count && jobs.count < BATCH_MAX)
			queue_put(&jobs, queue_get(&w->todo));
		checkpoint = w->checkpoint;
		pthread_mutex_unlock(&w->lock);
		if (jobs.count)
			run_batch(w, &jobs);
		if (checkpoint)
			sqlite3_wal_checkpoint_v2(w->runtime.sql, NULL,
						  SQLITE_CHECKPOINT_PASSIVE,
						  NULL, NULL);
		pthread_mutex_lock(&w->lock);
		if (checkpoint)
			w->checkpoint = false;
		for (struct job *job; (job = queue_get(&jobs));)
			queue_put(&w->done, job);
		if (write(w->event_fd, &one, sizeof(one)) < 0)
			log_event(LOG_LEVEL_ERROR, "writer", "reason",
				  strerror(errno), NULL);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void finish(struct writer *w, struct job *job)
{
	if (!job->reply.error.status && !job->request.dry_run)
		store_changed(w->store, &job->change);
	if (job->done) {
		job->done(job->ctx, &job->reply);
		memset(&job->reply, 0, sizeof(job->reply));
	}
	job_free(job);
}

/* Callbacks may submit again: the lock is not held. */
static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct writer *w = arg;
	struct job *job;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_event(LOG_LEVEL_ERROR, "writer", "reason", strerror(errno),
			  NULL);
	for (;;) {
		pthread_mutex_lock(&w->lock);
		job = queue_get(&w->done);
		pthread_mutex_unlock(&w->lock);
		if (!job)
			return;
		finish(w, job);
	}
}

/* It is the queue's, or freed. */
static int submit(struct writer *w, struct job *job)
{
	bool full;

	if (!w) {
		job_free(job);
		return -ESHUTDOWN;
	}
	pthread_mutex_lock(&w->lock);
	full = w->todo.count >= QUEUE_MAX || w->stop;
	if (!full)
		queue_put(&w->todo, job);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	if (!full)
		return 0;
	job_free(job);
	return -EAGAIN;
}

int store_submit(struct store *store, const struct store_request *request,
		 store_done done, void *ctx)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		json_decref(request->body);
		return -ENOMEM;
	}
	job->request = *request;
	job->done = done;
	job->ctx = ctx;
	return submit(store->writer, job);
}

int writer_submit(struct store *store, writer_fn fn, void *arg,
		  store_done done, void *ctx)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		free(arg);
		return -ENOMEM;
	}
	job->fn = fn;
	job->arg = arg;
	job->done = done;
	job->ctx = ctx;
	return submit(store->writer, job);
}

void writer_checkpoint(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->checkpoint = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

struct writer *writer_new(struct store *store, const struct db *config,
			  const struct db *runtime)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->store = store;
	queue_init(&w->todo);
	queue_init(&w->done);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->event_fd < 0)
		goto err_free;
	w->event = event_new(store->base, w->event_fd, EV_READ | EV_PERSIST,
			     on_done, w);
	if (!w->event || event_add(w->event, NULL))
		goto err_event;
	w->config = *config;
	w->runtime = *runtime;
	if (pthread_create(&w->thread, NULL, run, w))
		goto err_event;
	return w;
err_event:
	if (w->event)
		event_free(w->event);
	close(w->event_fd);
err_free:
	free(w);
	return NULL;
}

void writer_free(struct writer *w)
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
	db_close(&w->config);
	db_close(&w->runtime);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
