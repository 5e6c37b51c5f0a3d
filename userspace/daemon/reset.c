// SPDX-License-Identifier: GPL-2.0
/*
 * POST /v1/phone/NAME/reset, /v1/profile/NAME/reset, /v1/reset; restart, too.
 * DELETE /v1/registration/NAME.
 */
#include "reset.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "log.h"
#include "sip/sip.h"
#include "store/store.h"

#define NAMES_MAX	50	/* of those that were not told */

/* One request's phones. */
struct round {
	struct sip *sip;
	bool reboot;
	json_int_t told, absent, failed;
	json_t *names;
};

static int tell(void *ctx, int64_t id, const char *name)
{
	struct round *round = ctx;
	int err = sip_reset_phone(round->sip, id, round->reboot);

	if (!err) {
		round->told++;
		return 0;
	}
	if (err == -ENOENT)
		round->absent++;
	else
		round->failed++;
	if (json_array_size(round->names) < NAMES_MAX)
		json_array_append_new(round->names, json_string(name));
	return 0;
}

static void answer(struct round *round, struct admin_request *request,
		   const char *object)
{
	char told[24], absent[24], failed[24];

	snprintf(told, sizeof(told), "%lld", (long long)round->told);
	snprintf(absent, sizeof(absent), "%lld", (long long)round->absent);
	snprintf(failed, sizeof(failed), "%lld", (long long)round->failed);
	log_event(LOG_LEVEL_NOTICE, round->reboot ? "reset" : "restart",
		  "object", object, "told", told, "not-registered", absent,
		  "not-reached", failed, NULL);
	admin_security(request, round->reboot ? "reset" : "restart", object,
		       NULL, NULL);
	admin_reply(request, 200, json_pack("{s{sIsIsIsO}}", "item",
					    "told", round->told,
					    "not_registered", round->absent,
					    "not_reached", round->failed,
					    "not_told", round->names));
}

static void tell_profile(struct reset *reset, struct round *round,
			 struct admin_request *request, const char *name)
{
	struct store_phone_profile profile;
	char object[STORE_NAME_SIZE + 16];
	int err = store_profile_find(reset->store, name, &profile);

	if (!err)
		err = store_phone_each(reset->store, profile.id, tell, round);
	snprintf(object, sizeof(object), "profile %s", name);
	if (err == -ENOENT)
		admin_refuse_text(request, 404, "there is no %s of phones",
				  object);
	else if (err)
		admin_refuse_text(request, 500, "%s", strerror(-err));
	else
		answer(round, request, object);
}

static void tell_phone(struct reset *reset, struct round *round,
		       struct admin_request *request, const char *name)
{
	struct store_phone phone;
	char object[STORE_NAME_SIZE + 16];
	int err = store_phone_find(reset->store, name, &phone);

	if (err) {
		admin_refuse_text(request, err == -ENOENT ? 404 : 500,
				  "there is no phone %.64s", name);
		return;
	}
	snprintf(object, sizeof(object), "phone %s", phone.name);
	tell(round, phone.id, phone.name);
	if (round->told)
		answer(round, request, object);
	else
		admin_refuse_text(request, 409, round->absent ?
				  "%s is not registered" :
				  "%s cannot be reached now", object);
}

static void end_registrations(struct reset *reset,
			      struct admin_request *request)
{
	const char *name = request->rest;
	struct store_phone phone;
	int err = store_phone_find(reset->store, name, &phone);
	size_t ended;

	if (err && err != -ENOENT) {
		admin_refuse_text(request, 500, "%s", strerror(-err));
		return;
	}
	ended = err ? 0 : sip_location_end(reset->sip, phone.id);
	if (!ended) {
		admin_refuse_text(request, 404, "%.64s is not registered",
				  name);
		return;
	}
	admin_security(request, "registration-ended", phone.name, NULL, NULL);
	admin_reply(request, 200, json_pack("{s{sI}}", "item", "ended",
					    (json_int_t)ended));
}

static bool action_of(const char *word, bool *reboot)
{
	*reboot = !strcmp(word, "reset");
	return *reboot || !strcmp(word, "restart");
}

static void on_action(void *ctx, const char *noun,
		      struct admin_request *request)
{
	const char *slash = strrchr(request->rest, '/');
	struct reset *reset = ctx;
	struct round round = { .sip = reset->sip };
	char name[STORE_NAME_SIZE];
	size_t len = slash ? (size_t)(slash - request->rest) : 0;

	if (!strcmp(noun, "registration")) {
		end_registrations(reset, request);
		return;
	}
	if (!slash || !action_of(slash + 1, &round.reboot) ||
	    len >= sizeof(name)) {
		admin_refuse_method(request, "GET, PATCH, DELETE");
		return;
	}
	memcpy(name, request->rest, len);
	name[len] = '\0';
	round.names = json_array();
	if (!strcmp(noun, "phone"))
		tell_phone(reset, &round, request, name);
	else
		tell_profile(reset, &round, request, name);
	json_decref(round.names);
}

static void tell_all(struct reset *reset, struct admin_request *request,
		     bool reboot)
{
	struct round round = { .sip = reset->sip, .reboot = reboot };
	int err;

	if (request->rest[0]) {
		admin_refuse_text(request, 404, "there is no such resource");
		return;
	}
	if (strcmp(request->method, "POST")) {
		admin_refuse_method(request, "POST");
		return;
	}
	round.names = json_array();
	err = store_phone_each(reset->store, 0, tell, &round);
	if (err)
		admin_refuse_text(request, 500, "%s", strerror(-err));
	else
		answer(&round, request, "all phones");
	json_decref(round.names);
}

static void on_reset(void *ctx, struct admin_request *request)
{
	tell_all(ctx, request, true);
}

static void on_restart(void *ctx, struct admin_request *request)
{
	tell_all(ctx, request, false);
}

int reset_open(struct reset *reset)
{
	int err = admin_resource_add(reset->admin, "reset", on_reset, reset);

	if (!err)
		err = admin_resource_add(reset->admin, "restart", on_restart,
					 reset);
	if (!err)
		admin_action_set(reset->admin, on_action, reset);
	return err;
}

static void on_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

static void on_late_action(void *ctx, const char *noun,
			   struct admin_request *request)
{
	(void)noun;
	on_late(ctx, request);
}

void reset_close(struct reset *reset)
{
	admin_resource_add(reset->admin, "reset", on_late, NULL);
	admin_resource_add(reset->admin, "restart", on_late, NULL);
	admin_action_set(reset->admin, on_late_action, NULL);
}
