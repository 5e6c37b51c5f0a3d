// SPDX-License-Identifier: GPL-2.0
/*
 * Making one list: planned, compared with what is published, signed by keyd,
 * read again, published.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf.h"
#include "files/publisher.h"
#include "log.h"
#include "store/store.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/lists-parts.h"
#include "trust/rules.h"

bool lists_mode(const struct lists *lists)
{
	if (lists->switching)
		return lists->switch_mixed;
	return store_param(lists->config.store,
			   STORE_PARAM_CLUSTER_SECURITY_MODE) ==
		STORE_CLUSTER_MIXED;
}

int lists_read(struct lists *lists, enum trust_kind kind, uint8_t **data,
	       size_t *len, struct trust_list *list)
{
	struct trust_fault fault;
	int err;

	*data = NULL;
	err = publisher_get(lists->config.publisher, lists_file_name(kind),
			    data, len);
	return err ? err : trust_list_read(*data, *len, list, &fault);
}

/* What keyd built must be what it was asked for: phones would not forgive it. */
static const char *check(struct lists *lists, const uint8_t *file, size_t len,
			 struct trust_list *held, struct trust_list *list)
{
	struct trust_fault fault;
	struct lists_plan plan;
	uint8_t *data;
	size_t data_len;
	const char *why = "its contents cannot be told";
	int err = lists_read(lists, lists->kind, &data, &data_len, held);

	err = lists_plan(&plan, lists->kind, lists_mode(lists), &lists->config,
			 err ? NULL : held, &why);
	if (!err)
		why = trust_list_read(file, len, list, &fault) ?
			"keyd answered with what is no list" :
			lists_differ(&plan, file, len, list);
	lists_plan_clear(&plan);
	free(data);
	return why;
}

static void unfit(struct lists *lists, const char *why)
{
	lists_made(lists, lists->changes != lists->changes_then ? -EAGAIN :
		   -EIO, why);
}

static void on_put(void *arg, int err, const char *why)
{
	struct lists_put *put = arg;
	struct lists *lists = put->lists;

	free(put);
	if (!lists)
		return;
	lists->put = NULL;
	if (err)
		unfit(lists, why);
	else
		lists_made(lists, 0, NULL);
}

static void publish(struct lists *lists, const uint8_t *file, size_t len)
{
	struct trust_list *two = calloc(2, sizeof(*two));
	struct lists_put *put = calloc(1, sizeof(*put));
	const char *why = "out of memory";

	if (two && put)
		why = check(lists, file, len, &two[0], &two[1]);
	free(two);
	if (why) {
		free(put);
		unfit(lists, why);
		return;
	}
	put->lists = lists;
	lists->put = put;
	publisher_put(lists->config.publisher, lists_file_name(lists->kind),
		      file, len, on_put, put);
}

static void on_signed(void *arg, int err, const union keyd_buffer *answer)
{
	struct lists *lists = arg;

	lists->request = 0;
	if (!err)
		publish(lists, keyd_tail(answer), keyd_tail_len(answer));
	else
		lists_made(lists, err, answer ? answer->m.reply.sentence :
			   strerror(-err));
}

static int sign(struct lists *lists, const struct lists_plan *plan, char *why,
		size_t size)
{
	union keyd_buffer *request = malloc(sizeof(*request));
	size_t tail;
	int err = -ENOMEM;

	if (!request)
		return err;
	tail = lists_plan_request(plan, (uint32_t)time(NULL), request);
	snprintf(why, size, "it would be too long to be signed");
	err = -EMSGSIZE;
	lists->changes_then = lists->changes;
	if (tail)
		err = keyd_client_send(trust_keys_client(lists->config.keys),
				       KEYD_SIGN_LIST, request, tail,
				       on_signed, lists, &lists->request);
	free(request);
	if (err && tail)
		snprintf(why, size, err == -ENOTCONN ? "ucsec-keyd is not "
			 "there" : "ucsec-keyd: %s", strerror(-err));
	return err ? err : -EINPROGRESS;
}

/*
 * A signer that phones have not been told of: they have only their TVS to ask, and
 * where keyd has lost its keys not even that. Not without somebody who wants it.
 */
static int judge_signer(const struct trust_list *list, const uint8_t *data,
			size_t len, const struct lists_plan *plan, bool asked,
			const char **why)
{
	struct trust_fault fault;

	if (lists_has_sast(list, plan->records[0].cert) ||
	    trust_list_verify(data, len, list, KEYD_SAST_MAX, &fault))
		return 0;
	*why = "phones hold lists without the key that signs now, and may "
		"believe nobody: is ucsec-keyd the right one? If so: ucsecctl "
		"ctl update";
	if (!asked)
		return -EPERM;
	log_event(LOG_LEVEL_WARNING, "list-signer", "list",
		  lists_file_name(plan->kind), "note",
		  "phones hold lists without the key that signs now: they "
		  "must ask TVS", NULL);
	return 0;
}

/*
 * Of a CTL that is there: nobody has asked for another, and it will do. One that
 * was changed on the disk will not: no phone takes it.
 */
static bool stays(const struct trust_list *list, const uint8_t *data,
		  size_t len, bool mixed)
{
	struct trust_fault fault;

	return lists_is_mixed(list) == mixed &&
		!trust_list_verify(data, len, list, KEYD_SAST_MAX, &fault);
}

static int make(struct lists *lists, enum trust_kind kind, bool asked,
		struct trust_list *list, char *why, size_t size)
{
	bool mixed = lists_mode(lists);
	struct lists_plan plan;
	const char *differ = "";
	uint8_t *data;
	size_t len;
	int err = lists_read(lists, kind, &data, &len, list);
	bool there = !err;

	/* Phones that never had one need none to say that there is none. */
	if (kind == TRUST_CTL && ((err == -ENOENT && !mixed) ||
				  (there && !asked && stays(list, data, len, mixed)))) {
		free(data);
		return 0;
	}
	differ = "its contents cannot be told";
	err = lists_plan(&plan, kind, mixed, &lists->config,
			 there ? list : NULL, &differ);
	if (!err)
		differ = there ? lists_differ(&plan, data, len, list) : "new";
	if (!err && differ && there)
		err = judge_signer(list, data, len, &plan, asked, &differ);
	snprintf(why, size, "%s", differ ?: "");
	if (!err && differ)
		err = sign(lists, &plan, why, size);
	lists_plan_clear(&plan);
	free(data);
	return err;
}

int lists_make(struct lists *lists, enum trust_kind kind, bool asked,
	       char *why, size_t size)
{
	struct trust_list *list = calloc(1, sizeof(*list));
	int err;

	why[0] = '\0';
	if (!list)
		return -ENOMEM;
	lists->kind = kind;
	err = make(lists, kind, asked, list, why, size);
	free(list);
	return err;
}
