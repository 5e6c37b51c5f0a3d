// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of administrators that wait, and how they end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trust/lists-ask.h"

struct lists_ask *lists_ask_new(struct lists_admin *owner,
				struct admin_request *request,
				const char *verb, const char *object)
{
	struct lists_ask *ask = calloc(1, sizeof(*ask));

	if (ask)
		ask->warnings = json_array();
	if (!ask || !ask->warnings) {
		free(ask);
		admin_refuse_text(request, 500, "out of memory");
		return NULL;
	}
	ask->owner = owner;
	ask->request = request;
	ask->verb = verb;
	ask->object = object;
	ask->next = owner->asks;
	owner->asks = ask;
	return ask;
}

static void ask_free(struct lists_ask *ask)
{
	struct lists_ask **at = ask->owner ? &ask->owner->asks : NULL;

	for (; at && *at; at = &(*at)->next)
		if (*at == ask) {
			*at = ask->next;
			break;
		}
	json_decref(ask->item);
	json_decref(ask->warnings);
	free(ask);
}

void lists_ask_refuse(struct lists_ask *ask, int status, const char *why)
{
	struct store_error error = { .status = status };

	snprintf(error.object, sizeof(error.object), "%s", ask->object);
	snprintf(error.reason, sizeof(error.reason), "%s", why);
	admin_security(ask->request, ask->verb, ask->object, NULL, why);
	admin_refuse(ask->request, &error);
	ask_free(ask);
}

void lists_ask_answer(struct lists_ask *ask)
{
	struct lists_admin *owner = ask->owner;

	if (!ask->item)
		ask->item = json_pack("{soso}", "ctl", lists_describe(
			owner->lists, owner->store, TRUST_CTL, false), "itl",
			lists_describe(owner->lists, owner->store, TRUST_ITL,
				       false));
	admin_security(ask->request, ask->verb, ask->object, NULL, NULL);
	admin_reply(ask->request, 200, json_pack("{sOsO}", "item", ask->item,
						 "warnings", ask->warnings));
	ask_free(ask);
}

bool lists_ask_stored(struct lists_ask *ask, struct store_reply *reply)
{
	bool good = ask->owner && !reply->error.status;

	if (!ask->owner) {
		/* The request was answered when the owner went. */
		ask_free(ask);
	} else if (!good) {
		admin_security(ask->request, ask->verb, ask->object, NULL,
			       reply->error.reason);
		admin_refuse(ask->request, &reply->error);
		ask_free(ask);
	} else if (reply->warnings) {
		json_array_extend(ask->warnings, reply->warnings);
	}
	return good;
}

void lists_ask_set(struct lists_ask *ask, const char *param, json_t *value,
		   store_done done)
{
	struct store_request request = {
		.verb = STORE_SET,
		.body = json_pack("{so}", "value", value),
	};

	snprintf(request.key, sizeof(request.key), "%s", param);
	if (!request.body)
		lists_ask_refuse(ask, 500, "out of memory");
	else if (store_submit(ask->owner->store, &request, done, ask))
		lists_ask_refuse(ask, 503, "too many changes are waiting, or "
				 "the daemon stops");
}

void lists_ask_done(void *arg, int err, const char *why)
{
	if (err)
		lists_ask_refuse(arg, err == -ESHUTDOWN || err == -ENOTCONN ?
				 503 : 500, why);
	else
		lists_ask_answer(arg);
}
