// SPDX-License-Identifier: GPL-2.0
/*
 * What must follow when certificates that phones know have changed.
 */
#include "trust/followup.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "store/object.h"
#include "store/store.h"
#include "store/whole-file.h"
#include "trust/keys.h"
#include "worker.h"

#define PATH_SIZE	(CONF_PATH_SIZE + 32)
#define NAME_SIZE	(STORE_NAME_SIZE + 32)
#define NEXT		" (next)"

/* A set is an object: names and fingerprints. */
struct followup {
	struct followup_config config;
	char path[PATH_SIZE];
	json_t *published;	/* what the lists are made of */
	json_t *told;		/* what phones have been sent for */
	struct run *run;	/* under way, or NULL */
	struct worker *worker;	/* writes it down */
};

/* Outlives us if we are closed meanwhile. */
struct run {
	struct worker_job job;
	struct followup *followup;	/* NULL: closed */
	followup_ran done;
	void *arg;
	json_t *snapshot;
	json_t *result;
	char *text;			/* on its way to the disk */
	int err;			/* of it */
	void (*saved)(struct run *run);
	json_t *before;			/* what the snapshot replaces */
};

static const char stops[] = "the daemon stops";

/* Phones never see the others. */
static bool is_known_to_phones(unsigned int service)
{
	return service != KEYD_TOMCAT && service != KEYD_IPSEC;
}

static void hex_of(const uint8_t *data, size_t len, char *text)
{
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
}

static void name_of(const struct keyd_which *which, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s%s%s",
		 store_cert_own_name(keyd_service_name(which->service)),
		 which->kind == KEYD_EC ? "-ECDSA" : "",
		 which->slot == KEYD_NEXT ? NEXT : "");
}

static void put(json_t *set, const char *name, const uint8_t sha256[32])
{
	char hex[65];

	hex_of(sha256, 32, hex);
	json_object_set_new(set, name, json_string(hex));
}

static int add_trusted(void *ctx, const char *name, const char *pem)
{
	char entry[NAME_SIZE];
	uint8_t sum[32];

	snprintf(entry, sizeof(entry), "trusted %s", name);
	if (EVP_Digest(pem, strlen(pem), sum, NULL, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	put(ctx, entry, sum);
	return 0;
}

/* Lists have these certificates in them; TVS is asked for the others. */
static json_t *current(const struct followup *f)
{
	json_t *set = json_object();
	const struct trust_key *keys;
	char name[NAME_SIZE];
	size_t count;

	keys = trust_keys_all(f->config.keys, &count);
	for (size_t i = 0; set && i < count; i++) {
		const struct keyd_which *which = &keys[i].which;

		if (!is_known_to_phones(which->service) ||
		    (which->slot == KEYD_NEXT &&
		     which->service != KEYD_ITLRECOVERY))
			continue;
		name_of(which, name);
		put(set, name, keys[i].sha256);
	}
	if (set && store_cert_each_of(f->config.store, "phone-sast-trust",
				      add_trusted, set))
		log_event(LOG_LEVEL_ERROR, "followup", "reason",
			  "the trusted certificates cannot be read", NULL);
	return set;
}

static void add_missing(json_t *names, const json_t *set, const json_t *than)
{
	json_t *print, *other;
	const char *name;

	json_object_foreach((json_t *)set, name, print) {
		other = json_object_get(than, name);
		if (!other || !json_equal(print, other))
			json_array_append_new(names, json_string(name));
	}
}

/* Added, changed, gone: each once. */
static json_t *difference(const json_t *now, const json_t *then)
{
	json_t *names = json_array(), *print;
	const char *name;

	add_missing(names, now, then);
	json_object_foreach((json_t *)then, name, print)
		if (!json_object_get(now, name))
			json_array_append_new(names, json_string(name));
	return names;
}

static char *text_of(const struct followup *f)
{
	json_t *state = json_pack("{sOsO}", "published", f->published, "told",
				  f->told);
	char *text = state ? json_dumps(state, JSON_INDENT(1)) : NULL;

	json_decref(state);
	return text;
}

/* At the start, where nobody waits. */
static int save_first(const struct followup *f)
{
	char *text = text_of(f);
	int err = text ? whole_file_write(f->path, text, strlen(text)) :
		-ENOMEM;

	free(text);
	return err;
}

/* It begins with the worker's. */
static struct run *run_of(struct worker_job *job)
{
	return (struct run *)job;
}

/* On the thread; the path is set once. */
static void write_down(void *arg, struct worker_jobs *jobs)
{
	const struct followup *f = arg;
	struct worker_job *job;

	STAILQ_FOREACH(job, jobs, link) {
		struct run *run = run_of(job);

		run->err = whole_file_write(f->path, run->text,
					    strlen(run->text));
	}
}

static void on_written(void *arg, struct worker_job *job)
{
	struct run *run = run_of(job);

	(void)arg;
	free(run->text);
	run->saved(run);
}

static const struct worker_ops ops = { .run = write_down, .done = on_written };

/* The snapshot is in *@set from here on; put_back() if it is not on the disk. */
static void save(struct run *run, json_t **set, void (*saved)(struct run *run))
{
	struct followup *f = run->followup;

	run->before = *set;
	*set = json_incref(run->snapshot);
	run->saved = saved;
	run->text = text_of(f);
	run->err = run->text ? worker_submit(f->worker, &run->job) : -ENOMEM;
	if (!run->err)
		return;
	free(run->text);
	saved(run);
}

/* What cannot be read was told to nobody: all of it follows. */
static int load(struct followup *f)
{
	json_t *state;

	/* What is there and cannot be opened is no first start. */
	if (access(f->path, F_OK) && errno == ENOENT) {
		f->published = current(f);
		f->told = json_copy(f->published);
		return f->told ? save_first(f) : -ENOMEM;
	}
	state = json_load_file(f->path, JSON_REJECT_DUPLICATES, NULL);
	f->published = json_incref(json_object_get(state, "published"));
	f->told = json_incref(json_object_get(state, "told"));
	json_decref(state);
	if (json_is_object(f->published) && json_is_object(f->told))
		return 0;
	log_event(LOG_LEVEL_ERROR, "followup", "path", f->path, "reason",
		  "is damaged: all phones will be told anew", NULL);
	json_decref(f->published);
	json_decref(f->told);
	f->published = json_object();
	f->told = json_object();
	return f->published && f->told ? 0 : -ENOMEM;
}

int followup_open(struct followup **out, const struct followup_config *config,
		  char *why, size_t size)
{
	struct followup *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->config = *config;
	snprintf(f->path, sizeof(f->path), "%s/followup.json",
		 config->conf->state_dir);
	f->worker = worker_new(config->base, &ops, f, 1, 1);
	err = f->worker ? load(f) : -ENOMEM;
	if (err) {
		snprintf(why, size, "%s: %s", f->path, strerror(-err));
		followup_close(f);
		return err;
	}
	*out = f;
	return 0;
}

void followup_close(struct followup *f)
{
	if (f->run)
		f->run->followup = NULL;
	worker_free(f->worker);
	json_decref(f->published);
	json_decref(f->told);
	free(f);
}

static json_t *step(const char *name, const char *about)
{
	return json_pack("{ssss}", "step", name, "about", about);
}

json_t *followup_show(const struct followup *f)
{
	json_t *now = current(f), *steps = json_array();
	json_t *changed = difference(now, f->told);
	json_t *unpublished = difference(now, f->published);

	if (json_array_size(unpublished))
		json_array_append_new(steps, step("lists", "CTL and ITL have "
						  "older certificates"));
	if (json_array_size(changed))
		json_array_append_new(steps, step("reset", "all phones: they "
						  "read lists when they start"));
	json_decref(unpublished);
	json_decref(now);
	return json_pack("{soso}", "changed", changed, "steps", steps);
}

static bool has_changed(const json_t *now, const json_t *told, const char *name)
{
	json_t *print = json_object_get(now, name);

	return print && !json_equal(print, json_object_get(told, name));
}

/*
 * Phones take a list that one of these stands for: if two change at once, there
 * may be nobody left whom they believe.
 */
static const char *other_that_changed(const json_t *now, const json_t *told,
				      enum keyd_service service)
{
	static const struct {
		enum keyd_service service;
		const char *name;
	} group[] = {
		{ KEYD_CALLMANAGER, "CallManager" },
		{ KEYD_CALLMANAGER, "CallManager-ECDSA" },
		{ KEYD_TVS, "TVS" },
		{ KEYD_TVS, "TVS-ECDSA" },
		{ KEYD_ITLRECOVERY, "ITLRecovery" },
	};
	const char *found = NULL;
	bool is_one = false;

	for (size_t i = 0; i < sizeof(group) / sizeof(group[0]); i++) {
		is_one |= group[i].service == service;
		if (group[i].service != service &&
		    has_changed(now, told, group[i].name))
			found = group[i].name;
	}
	return is_one ? found : NULL;
}

const char *followup_waits(const struct followup *f, enum keyd_service service,
			   char *why, size_t size)
{
	json_t *now = current(f);
	const char *other = other_that_changed(now, f->told, service);

	if (other)
		snprintf(why, size, "%s has changed, and phones do not know it "
			 "yet: with both changed they may believe nobody. "
			 "First: ucsecctl cert followup", other);
	json_decref(now);
	return other ? why : NULL;
}

const char *followup_forbids(const struct followup *f,
			     enum keyd_service service, char *why,
			     size_t size)
{
	if (followup_waits(f, service, why, size))
		return why;
	if (service != KEYD_ITLRECOVERY)
		return NULL;
	snprintf(why, size, "phones believe lists by this one alone: "
		 "ucsecctl itl renew gives it another key, step by step");
	return why;
}

static void finish(struct run *run, int err, const char *why)
{
	if (run->followup)
		run->followup->run = NULL;
	run->done(run->arg, err, why, run->result);
	json_decref(run->snapshot);
	json_decref(run->result);
	free(run);
}

/* False: it was closed meanwhile, or is not on the disk; the run is over. */
static bool is_saved(struct run *run, json_t **set)
{
	int err = run->err;

	if (err && set) {
		json_decref(*set);
		*set = run->before;
	} else {
		json_decref(run->before);
	}
	if (!run->followup)
		finish(run, -ECANCELED, stops);
	else if (err)
		finish(run, err, strerror(-err));
	else
		return true;
	return false;
}

static void on_told(struct run *run)
{
	struct followup *f = run->followup;

	if (is_saved(run, f ? &f->told : NULL))
		finish(run, 0, NULL);
}

/* Phones that cannot be reached read the lists when they come back. */
static void do_reset(struct run *run)
{
	struct followup *f = run->followup;
	json_t *told;

	if (!f->config.reset) {
		finish(run, -EAGAIN, "phones cannot be reset yet");
		return;
	}
	told = f->config.reset(f->config.arg);
	if (!told) {
		finish(run, -EIO, "the phones cannot be reset");
		return;
	}
	json_object_set_new(run->result, "reset", told);
	save(run, &f->told, on_told);
}

static void on_lists(struct run *run)
{
	struct followup *f = run->followup;

	if (!is_saved(run, f ? &f->published : NULL))
		return;
	json_object_set_new(run->result, "lists", json_string("published"));
	do_reset(run);
}

static void on_published(void *arg, int err, const char *why)
{
	struct run *run = arg;

	if (!run->followup)
		finish(run, -ECANCELED, stops);
	else if (err)
		finish(run, err, why);
	else
		save(run, &run->followup->published, on_lists);
}

int followup_run(struct followup *f, followup_ran done, void *arg)
{
	struct run *run;

	if (f->run)
		return -EALREADY;
	run = calloc(1, sizeof(*run));
	if (!run)
		return -ENOMEM;
	run->followup = f;
	run->done = done;
	run->arg = arg;
	run->snapshot = current(f);
	run->result = json_object();
	f->run = run;
	if (json_equal(run->snapshot, f->told) &&
	    json_equal(run->snapshot, f->published))
		finish(run, 0, NULL);
	else if (json_equal(run->snapshot, f->published))
		do_reset(run);
	else if (f->config.publish)
		f->config.publish(f->config.arg, on_published, run);
	else
		finish(run, -EAGAIN, "this daemon makes no lists yet");
	return 0;
}
