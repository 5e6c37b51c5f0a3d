// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to ucsec-mediad, and what it tells unasked, for the system of media and
 * for who follows. What was done before a connection ended is not known: a new
 * one lists what there is, which sets everything right.
 */
#include <errno.h>
#include <stdlib.h>

#include "call/mediad.h"
#include "rpc.h"

struct call_mediad {
	struct rpc *rpc;
	const struct call_mediad_ops *ops, *follower;
	void *arg, *follower_arg;
};

static const char *check(const void *message, size_t len, bool request)
{
	return mediad_check(message, len, request);
}

static void answer(rpc_fn fn, void *arg, int err, const void *message)
{
	((call_mediad_fn)fn)(arg, err, message);
}

static int error_of(const void *reply)
{
	return ((const union mediad_message *)reply)->reply.error;
}

static const struct rpc_protocol protocol = {
	.peer = "ucsec-mediad",
	.number = MEDIAD_PROTOCOL,
	.hello = MEDIAD_HELLO,
	.item = MEDIAD_ITEM,
	.event = MEDIAD_EVENT,
	.requests = 65536,	/* 5,000 calls come back */
	.timeout_ms = 5000,
	.message_max = sizeof(union mediad_message),
	.check = check,
	.answer = answer,
	.error = error_of,
};

static void on_up(void *arg)
{
	struct call_mediad *mediad = arg;

	if (mediad->ops && mediad->ops->up)
		mediad->ops->up(mediad->arg);
	if (mediad->follower && mediad->follower->up)
		mediad->follower->up(mediad->follower_arg);
}

static void on_down(void *arg, const char *why)
{
	struct call_mediad *mediad = arg;

	if (mediad->ops && mediad->ops->down)
		mediad->ops->down(mediad->arg, why);
	if (mediad->follower && mediad->follower->down)
		mediad->follower->down(mediad->follower_arg, why);
}

static void on_event(void *arg, const void *message)
{
	const struct mediad_event *event =
		&((const union mediad_message *)message)->event;
	struct call_mediad *mediad = arg;

	if (mediad->ops && mediad->ops->event)
		mediad->ops->event(mediad->arg, event);
	if (mediad->follower && mediad->follower->event)
		mediad->follower->event(mediad->follower_arg, event);
}

struct call_mediad *call_mediad_new(struct event_base *base, const char *path,
				    const struct call_mediad_ops *ops,
				    void *arg)
{
	static const struct rpc_ops all = { on_up, on_down, on_event };
	struct call_mediad *mediad = calloc(1, sizeof(*mediad));

	if (!mediad)
		return NULL;
	mediad->ops = ops;
	mediad->arg = arg;
	mediad->rpc = rpc_new(base, path, &protocol, &all, mediad);
	if (!mediad->rpc) {
		free(mediad);
		return NULL;
	}
	return mediad;
}

void call_mediad_free(struct call_mediad *mediad)
{
	if (mediad)
		rpc_free(mediad->rpc);
	free(mediad);
}

int call_mediad_send(struct call_mediad *mediad, union mediad_message *request,
		     call_mediad_fn fn, void *arg, uint32_t *id)
{
	mediad_seal(request, request->head.type, 0);
	return rpc_send(mediad->rpc, (struct rpc_head *)request, 0, (rpc_fn)fn,
			arg, id);
}

void call_mediad_forget(struct call_mediad *mediad, uint32_t id)
{
	rpc_forget(mediad->rpc, id);
}

void call_mediad_follow(struct call_mediad *mediad,
			const struct call_mediad_ops *ops, void *arg)
{
	mediad->follower = ops;
	mediad->follower_arg = arg;
	/* Who comes late missed it. */
	if (ops && ops->up && rpc_is_up(mediad->rpc))
		ops->up(arg);
}

bool call_mediad_is_up(const struct call_mediad *mediad)
{
	return rpc_is_up(mediad->rpc);
}

void call_mediad_set_timeout(struct call_mediad *mediad, unsigned int ms)
{
	rpc_set_timeout(mediad->rpc, ms);
}
