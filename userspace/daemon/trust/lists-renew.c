// SPDX-License-Identifier: GPL-2.0
/*
 * Another key for those who sign lists, without a phone that is locked out: the
 * next one is announced, phones fetch that, then it signs. And the ITL that lets
 * phones go.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/lists-ask.h"

static const struct keyd_which next_key = {
	.service = KEYD_ITLRECOVERY, .kind = KEYD_RSA, .slot = KEYD_NEXT,
};

static bool has_next(const struct lists_admin *owner)
{
	return trust_keys_find(owner->keys, next_key.service, next_key.kind,
			       next_key.slot);
}

void lists_renew_watch(void *arg, bool up)
{
	struct lists_admin *owner = arg;
	struct lists_ask *ask = owner->asks, *next;
	bool has = has_next(owner);

	for (; up && ask; ask = next) {
		next = ask->next;
		if (!(has ? ask->wants_next : ask->wants_none))
			continue;
		ask->wants_next = ask->wants_none = false;
		lists_update(owner->lists, lists_ask_done, ask);
	}
}

/* Made or promoted: what keyd has now decides. */
static void on_key(void *arg, int err, const union keyd_buffer *answer)
{
	struct lists_ask *ask = arg;

	ask->keyd = 0;
	if (err && err != -EEXIST) {
		lists_ask_refuse(ask, err == -EBUSY ? 409 : 503, answer ?
				 answer->m.reply.sentence : strerror(-err));
		return;
	}
	trust_keys_refresh(ask->owner->keys);
}

static void ask_keyd(struct lists_ask *ask, unsigned int type)
{
	union keyd_buffer *message = calloc(1, sizeof(*message));
	int err = -ENOMEM;

	if (message && type == KEYD_MAKE)
		err = trust_keys_describe(ask->owner->keys, &next_key,
					  &message->m.make);
	else if (message)
		err = 0;
	if (!err && type != KEYD_MAKE)
		message->m.which = next_key;
	if (!err)
		err = keyd_client_send(trust_keys_client(ask->owner->keys),
				       type, message, 0, on_key, ask,
				       &ask->keyd);
	free(message);
	if (err)
		lists_ask_refuse(ask, 503, err == -ENOTCONN ?
				 "ucsec-keyd is not there" : strerror(-err));
}

/* The place is taken; now who takes it. */
static void on_begun(void *ctx, struct store_reply *reply)
{
	struct lists_ask *ask = ctx;

	if (lists_ask_stored(ask, reply)) {
		json_array_append_new(ask->warnings, json_string(
			"reset all phones, which fetch the lists when they "
			"start; then: ucsecctl itl renew finish"));
		if (has_next(ask->owner)) {
			lists_update(ask->owner->lists, lists_ask_done, ask);
		} else {
			ask->wants_next = true;
			ask_keyd(ask, KEYD_MAKE);
		}
	}
	store_reply_clear(reply);
}

static void on_cancelled(void *ctx, struct store_reply *reply)
{
	struct lists_ask *ask = ctx;

	if (lists_ask_stored(ask, reply))
		lists_update(ask->owner->lists, lists_ask_done, ask);
	store_reply_clear(reply);
}

static void finish(struct lists_ask *ask)
{
	const struct lists_admin *owner = ask->owner;
	char why[256];

	if (lists_may_promote(owner->lists, why, sizeof(why)) ||
	    (owner->guard && owner->guard(owner->guard_arg, why,
					  sizeof(why)))) {
		lists_ask_refuse(ask, 409, why);
		return;
	}
	ask->wants_none = true;
	ask_keyd(ask, KEYD_PROMOTE);
}

void lists_renew(struct lists_admin *owner, struct admin_request *request)
{
	const char *step = json_string_value(json_object_get(request->body,
							     "step"));
	struct lists_ask *ask = lists_ask_new(owner, request, "renew",
					      "itl");

	if (!ask)
		return;
	if (step && !strcmp(step, "start"))
		lists_ask_set(ask, "itl_renewal", json_true(), on_begun);
	else if (step && !strcmp(step, "finish"))
		finish(ask);
	else if (step && !strcmp(step, "cancel"))
		lists_ask_set(ask, "itl_renewal", json_false(), on_cancelled);
	else
		lists_ask_refuse(ask, 400, "step: start, finish or cancel is "
				 "what there is to say");
}

static void on_rolled(void *ctx, struct store_reply *reply)
{
	struct lists_ask *ask = ctx;
	struct lists_status ctl;

	if (lists_ask_stored(ask, reply)) {
		lists_status(ask->owner->lists, TRUST_CTL, &ctl, NULL, NULL);
		if (ctl.there && store_param(ask->owner->store,
					     STORE_PARAM_ITL_ROLLBACK))
			json_array_append_new(ask->warnings, json_string(
				"phones that hold a CTL are not let go by "
				"this: a CTL is followed by none but one that "
				"its signers have signed"));
		lists_follow(ask->owner->lists, lists_ask_done, ask);
	}
	store_reply_clear(reply);
}

void lists_rollback(struct lists_admin *owner, struct admin_request *request)
{
	json_t *on = json_object_get(request->body, "rollback");
	struct lists_ask *ask = lists_ask_new(owner, request, "rollback",
					      "itl");

	if (!ask)
		return;
	if (json_is_boolean(on))
		lists_ask_set(ask, "itl_rollback", json_incref(on), on_rolled);
	else
		lists_ask_refuse(ask, 400, "rollback: true or false is what "
				 "there is to say");
}
