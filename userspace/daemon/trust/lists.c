// SPDX-License-Identifier: GPL-2.0
/*
 * CTL and ITL as they should be: what changes them, who asks for them, one list
 * after the other.
 */
#include "trust/lists.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store/object.h"
#include "store/store.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/lists-parts.h"
#include "trust/tokens.h"

enum { RETRY_SECONDS = 30 };	/* a full disk, a keyd that does not answer */

static void kick(struct lists *lists, int seconds)
{
	const struct timeval when = { .tv_sec = seconds };

	evtimer_add(lists->kick, &when);
}

static void changed(struct lists *lists)
{
	lists->dirty = true;
	lists->changes++;
	kick(lists, 0);
}

static int enqueue(struct lists *lists, const struct lists_job *wanted)
{
	struct lists_job *job = malloc(sizeof(*job));

	if (!job)
		return -ENOMEM;
	*job = *wanted;
	job->next = NULL;
	if (lists->last)
		lists->last->next = job;
	else
		lists->first = job;
	lists->last = job;
	kick(lists, 0);
	return 0;
}

static struct lists_job *dequeue(struct lists *lists)
{
	struct lists_job *job = lists->first;

	if (!job)
		return NULL;
	lists->first = job->next;
	if (!lists->first)
		lists->last = NULL;
	return job;
}

static void finish(struct lists *lists, int err, const char *why)
{
	struct lists_job *job = lists->job;
	bool alone = !job->done;

	lists->job = NULL;
	if (job->done)
		job->done(job->arg, err, why);
	free(job);
	/* What nobody waits for is tried until it is done. */
	if (alone && err)
		lists->dirty = true;
	if (lists->first || lists->dirty)
		kick(lists, alone && err && !lists->first ? RETRY_SECONDS : 0);
}

static void failed(struct lists *lists, int err, const char *why)
{
	char *kept = lists->why[lists->kind];

	/* The same once more is no news. */
	if (strcmp(kept, why))
		log_event(LOG_LEVEL_ERROR, "list-failed", "list",
			  lists_file_name(lists->kind), "reason", why, NULL);
	snprintf(kept, sizeof(lists->why[0]), "%s", why);
	finish(lists, err, why);
}

/* The list of this kind and those after it; CTL, then ITL, as phones ask. */
static void go_on(struct lists *lists, enum trust_kind kind)
{
	struct lists_job *job = lists->job;
	char why[160];
	int err;

	for (; kind <= TRUST_ITL; kind++) {
		if (kind == TRUST_CTL ? !job->ctl : !job->itl)
			continue;
		err = lists_make(lists, kind, job->asked, why, sizeof(why));
		if (err == -EINPROGRESS)
			return;
		if (err) {
			failed(lists, err, why[0] ? why : strerror(-err));
			return;
		}
		lists->why[kind][0] = '\0';
	}
	finish(lists, 0, "");
}

void lists_made(struct lists *lists, int err, const char *why)
{
	/* Made of what is no more: once more. */
	if (err == -EAGAIN) {
		go_on(lists, lists->kind);
		return;
	}
	if (err) {
		failed(lists, err, why);
		return;
	}
	lists->why[lists->kind][0] = '\0';
	log_event(LOG_LEVEL_NOTICE, "list-published", "list",
		  lists_file_name(lists->kind), NULL);
	go_on(lists, lists->kind + 1);
}

/* What keyd does not tell now the choice will, or keyd when it signs. */
static void on_tokens(void *arg, int err, const char *why)
{
	struct lists *lists = arg;

	(void)err;
	(void)why;
	go_on(lists, TRUST_CTL);
}

/* Tokens come and go without a word: who asks for a CTL wants those of now. */
static void begin(struct lists *lists)
{
	const struct lists_config *c = &lists->config;

	if (lists->job->asked && lists->job->ctl && c->tokens &&
	    store_param(c->store, STORE_PARAM_CTL_SIGNER) ==
	    STORE_CTL_SIGNER_TOKEN)
		tokens_refresh(c->tokens, on_tokens, lists);
	else
		go_on(lists, TRUST_CTL);
}

static void on_kick(evutil_socket_t fd, short what, void *arg)
{
	static const struct lists_job by_itself = { .itl = true, .ctl = true };
	struct lists *lists = arg;

	(void)fd;
	(void)what;
	if (lists->job)
		return;
	if (!lists->first && lists->dirty) {
		lists->dirty = enqueue(lists, &by_itself) != 0;
		if (lists->dirty)
			kick(lists, RETRY_SECONDS);
	}
	lists->job = dequeue(lists);
	if (lists->job)
		begin(lists);
}

void lists_update(struct lists *lists, lists_done done, void *arg)
{
	const struct lists_job job = { .itl = true, .ctl = true, .asked = true,
				       .done = done, .arg = arg };

	if (enqueue(lists, &job))
		done(arg, -ENOMEM, "out of memory");
}

void lists_follow(struct lists *lists, lists_done done, void *arg)
{
	const struct lists_job job = { .itl = true, .ctl = true, .done = done,
				       .arg = arg };

	if (enqueue(lists, &job))
		done(arg, -ENOMEM, "out of memory");
}

void lists_switch(struct lists *lists, bool mixed, lists_done done, void *arg)
{
	const struct lists_job job = { .ctl = true, .asked = true,
				       .done = done, .arg = arg };

	lists->switching = true;
	lists->switch_mixed = mixed;
	/* A CTL that keyd is signing now is none of that mode. */
	lists->changes++;
	if (enqueue(lists, &job))
		done(arg, -ENOMEM, "out of memory");
}

void lists_settle(struct lists *lists)
{
	lists->switching = false;
	changed(lists);
}

/* The next key has become the current one, or is none any more. */
static void end_renewal(struct lists *lists)
{
	struct store_request request = {
		.verb = STORE_SET,
		.owed = true,
		.key = "itl_renewal",
		.body = json_pack("{sb}", "value", 0),
	};

	if (request.body)
		store_submit(lists->config.store, &request, NULL, NULL);
}

static void look_for_next(struct lists *lists, bool begin)
{
	bool has = trust_keys_find(lists->config.keys, KEYD_ITLRECOVERY,
				   KEYD_RSA, KEYD_NEXT);

	if (!has && (begin || lists->had_next) &&
	    store_param(lists->config.store, STORE_PARAM_ITL_RENEWAL))
		end_renewal(lists);
	lists->had_next = has;
}

static void on_keys(void *arg, bool up)
{
	struct lists *lists = arg;

	if (!up)
		return;
	look_for_next(lists, false);
	changed(lists);
}

static void on_store(void *ctx, const struct store_change *change)
{
	if (!strcmp(change->noun, "*") || !strcmp(change->noun, "cert") ||
	    !strcmp(change->noun, "node") || !strcmp(change->noun, "param"))
		changed(ctx);
}

int lists_open(struct lists **out, const struct lists_config *config, char *why,
	       size_t size)
{
	struct lists *lists = calloc(1, sizeof(*lists));
	int err = -ENOMEM;

	(void)why;
	(void)size;
	if (!lists)
		return err;
	lists->config = *config;
	lists->kick = evtimer_new(config->base, on_kick, lists);
	if (!lists->kick)
		goto err_free;
	err = store_watch(config->store, on_store, lists);
	if (err)
		goto err_kick;
	err = trust_keys_watch(config->keys, on_keys, lists);
	if (err)
		goto err_store;
	look_for_next(lists, true);
	changed(lists);
	*out = lists;
	return 0;
err_store:
	store_unwatch(config->store, on_store, lists);
err_kick:
	event_free(lists->kick);
err_free:
	free(lists);
	return err;
}

void lists_close(struct lists *lists)
{
	if (!lists)
		return;
	trust_keys_unwatch(lists->config.keys, on_keys, lists);
	store_unwatch(lists->config.store, on_store, lists);
	if (lists->request)
		keyd_client_forget(trust_keys_client(lists->config.keys),
				   lists->request);
	if (lists->put)
		lists->put->lists = NULL;
	event_free(lists->kick);
	if (!lists->job)
		lists->job = dequeue(lists);
	for (; lists->job; lists->job = dequeue(lists)) {
		if (lists->job->done)
			lists->job->done(lists->job->arg, -ESHUTDOWN,
					 "the daemon stops");
		free(lists->job);
	}
	free(lists);
}
