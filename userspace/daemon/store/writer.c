// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that waits for the disk: administrative writes, checkpoints.
 *
 * Requests that wait together share one commit, each in a savepoint of its own.
 * The loop hears of them after the commit.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/private.h"
#include "worker.h"

#define QUEUE_MAX	256
#define BATCH_MAX	64

struct job {
	struct worker_job job;
	bool checkpoint;		/* of runtime.db, and nothing else */
	struct store_request request;
	writer_fn fn;			/* in place of the request, and */
	void *arg;			/* what it is called with */
	struct store_reply reply;
	struct store_change change;
	char key[STORE_KEY_SIZE];
	store_done done;
	void *ctx;
};

struct writer {
	struct store *store;
	struct db config, runtime;	/* the thread's */
	struct worker *worker;
	bool checkpoint;		/* asked for; the loop's */
};

/* It begins with the worker's. */
static struct job *job_of(struct worker_job *job)
{
	return (struct job *)job;
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
			    .error = &reply->error,
			    .ordered = request->verb == STORE_SET };
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

/*
 * A savepoint each: what is refused leaves nothing, the others stay. But a disk
 * that is full or broken has SQLite roll back the whole transaction, and the next
 * savepoint would be one of its own: -errno, then.
 */
static int run_job(struct db *db, struct job *job)
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
	if (sqlite3_get_autocommit(db->sql))
		return err ? err : -EIO;
	if (err || job->request.dry_run)
		db_exec_kept(db, "ROLLBACK TO job");
	db_exec_kept(db, "RELEASE job");
	return 0;
}

static void fail_all(struct worker_jobs *jobs, int err)
{
	struct worker_job *at;

	STAILQ_FOREACH(at, jobs, link) {
		struct job *job = job_of(at);

		if (job->checkpoint)
			continue;
		store_reply_clear(&job->reply);
		store_fail(&job->reply.error, err);
	}
}

static void run_requests(struct writer *w, struct worker_jobs *jobs)
{
	int err = db_exec_kept(&w->config, "BEGIN IMMEDIATE");
	struct worker_job *job;

	STAILQ_FOREACH(job, jobs, link)
		if (!err && !job_of(job)->checkpoint)
			err = run_job(&w->config, job_of(job));
	if (!err)
		err = db_exec_kept(&w->config, "COMMIT");
	if (err) {
		sqlite3_exec(w->config.sql, "ROLLBACK", NULL, NULL, NULL);
		fail_all(jobs, err);
	}
}

static void run(void *arg, struct worker_jobs *jobs)
{
	bool requests = false, checkpoint = false;
	struct writer *w = arg;
	struct worker_job *job;

	STAILQ_FOREACH(job, jobs, link) {
		requests |= !job_of(job)->checkpoint;
		checkpoint |= job_of(job)->checkpoint;
	}
	if (requests)
		run_requests(w, jobs);
	if (checkpoint)
		sqlite3_wal_checkpoint_v2(w->runtime.sql, NULL,
					  SQLITE_CHECKPOINT_PASSIVE, NULL,
					  NULL);
}

static void finish(void *arg, struct worker_job *at)
{
	struct job *job = job_of(at);
	struct writer *w = arg;

	if (job->checkpoint)
		w->checkpoint = false;
	else if (!job->reply.error.status && !job->request.dry_run &&
		 job->change.noun)
		store_changed(w->store, &job->change);
	if (job->done) {
		job->done(job->ctx, &job->reply);
		memset(&job->reply, 0, sizeof(job->reply));
	}
	job_free(job);
}

static const struct worker_ops ops = { .run = run, .done = finish };

/* It is the worker's, or freed. */
static int submit(struct writer *w, struct job *job)
{
	int err = -ESHUTDOWN;

	if (w && job->request.owed)
		err = worker_submit_owed(w->worker, &job->job);
	else if (w)
		err = worker_submit(w->worker, &job->job);
	if (err)
		job_free(job);
	return err;
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

int writer_submit(struct store *store, writer_fn fn, void *arg, bool owed,
		  store_done done, void *ctx)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		free(arg);
		return -ENOMEM;
	}
	job->request.owed = owed;
	job->fn = fn;
	job->arg = arg;
	job->done = done;
	job->ctx = ctx;
	return submit(store->writer, job);
}

/* One at a time. Where it finds no room there will be another one. */
void writer_checkpoint(struct writer *w)
{
	struct job *job = w->checkpoint ? NULL : calloc(1, sizeof(*job));

	if (!job)
		return;
	job->checkpoint = true;
	w->checkpoint = !submit(w, job);
}

struct writer *writer_new(struct store *store, const struct db *config,
			  const struct db *runtime)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->store = store;
	w->config = *config;
	w->runtime = *runtime;
	w->worker = worker_new(store->base, &ops, w, QUEUE_MAX, BATCH_MAX);
	if (w->worker)
		return w;
	free(w);
	return NULL;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	worker_free(w->worker);
	db_close(&w->config);
	db_close(&w->runtime);
	free(w);
}
