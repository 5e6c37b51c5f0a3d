// SPDX-License-Identifier: GPL-2.0
/*
 * The cluster's mode and the CTL that tells phones of it. A mixed cluster without
 * a CTL would lose its phones: first the list, then the mode.
 */
#include <errno.h>
#include <string.h>

#include "store/store.h"
#include "trust/lists-ask.h"

#define PARAM	"cluster_security_mode"

static const char *mode_name(bool mixed)
{
	return mixed ? "mixed" : "nonsecure";
}

static void on_stored(void *ctx, struct store_reply *reply)
{
	struct lists_ask *ask = ctx;
	struct lists_admin *owner = ask->owner;
	struct lists_status ctl;

	if (owner) {
		owner->switching = false;
		/* Where it was refused, the CTL goes back to what it was. */
		lists_settle(owner->lists);
		ask->item = reply->error.status ? NULL :
			json_incref(reply->result);
	}
	if (lists_ask_stored(ask, reply)) {
		lists_status(owner->lists, TRUST_CTL, &ctl, NULL, NULL);
		if (ctl.there)
			json_array_append_new(ask->warnings, json_string(
				"the CTL is published: reset all phones, "
				"which fetch it when they start"));
		lists_ask_answer(ask);
	}
	store_reply_clear(reply);
}

static void on_published(void *arg, int err, const char *why)
{
	struct lists_ask *ask = arg;
	struct lists_admin *owner = ask->owner;
	char text[256];

	if (!err) {
		lists_ask_set(ask, PARAM, json_string(mode_name(ask->mixed)),
			      on_stored);
		return;
	}
	owner->switching = false;
	/* It has ended where the daemon stops. */
	if (err != -ESHUTDOWN)
		lists_settle(owner->lists);
	snprintf(text, sizeof(text), "the mode stays, as there is no CTL for "
		 "the other: %s", why);
	lists_ask_refuse(ask, 503, text);
}

void lists_mode_set(struct lists_admin *owner, struct admin_request *request,
		    bool mixed)
{
	struct lists_ask *ask = lists_ask_new(owner, request, "set",
					      "param " PARAM);

	if (!ask)
		return;
	if (owner->switching) {
		lists_ask_refuse(ask, 409, "the mode is being changed");
		return;
	}
	ask->mixed = mixed;
	owner->switching = true;
	lists_switch(owner->lists, mixed, on_published, ask);
}

static void show(struct lists_admin *owner, struct admin_request *request)
{
	struct store_error error = { 0 };
	json_t *item = store_param_get(owner->store, PARAM, &error);

	if (item)
		admin_reply(request, 200, json_pack("{so}", "item", item));
	else
		admin_refuse(request, &error);
}

void lists_mode_param(void *ctx, struct admin_request *request)
{
	const char *mode = json_string_value(json_object_get(request->body,
							     "value"));

	if (request->rest[0])
		admin_refuse_text(request, 404, "there is no such resource");
	else if (!strcmp(request->method, "GET"))
		show(ctx, request);
	else if (!strcmp(request->method, "DELETE"))
		lists_mode_set(ctx, request, false);
	else if (strcmp(request->method, "PATCH"))
		admin_refuse_method(request, "GET, PATCH, DELETE");
	else if (json_object_size(request->body) == 1 && mode &&
		 (!strcmp(mode, "mixed") || !strcmp(mode, "nonsecure")))
		lists_mode_set(ctx, request, !strcmp(mode, "mixed"));
	else
		admin_refuse_text(request, 400, "value: nonsecure or mixed is "
				  "what there is to say");
}
