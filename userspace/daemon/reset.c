// SPDX-License-Identifier: GPL-2.0
/*
 * POST /v1/phone/NAME/reset, /v1/profile/NAME/reset and others, /v1/reset; restart
 * and apply, too. To apply a configuration phones read it again, and start anew
 * where they must: what restart says, under the name it has on other systems.
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
#include "store/affected.h"
#include "store/store.h"

#define NAMES_MAX	50	/* of those that were not told */

enum deed { RESET, RESTART, APPLY, DEEDS };

static const char *const deeds[DEEDS] = {
	[RESET] = "reset",
	[RESTART] = "restart",
	[APPLY] = "apply",
};

/* One request's phones. */
struct round {
	struct sip *sip;
	enum deed deed;
	json_int_t told, absent, failed;
	json_t *names;
};

static int tell(void *ctx, int64_t id, const char *name)
{
	struct round *round = ctx;
	int err = sip_reset_phone(round->sip, id, round->deed == RESET);

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

static json_t *round_json(const struct round *round)
{
	return json_pack("{sIsIsIsO}", "told", round->told, "not_registered",
			 round->absent, "not_reached", round->failed,
			 "not_told", round->names);
}

static void log_round(const struct round *round, const char *object)
{
	char told[24], absent[24], failed[24];

	snprintf(told, sizeof(told), "%lld", (long long)round->told);
	snprintf(absent, sizeof(absent), "%lld", (long long)round->absent);
	snprintf(failed, sizeof(failed), "%lld", (long long)round->failed);
	log_event(LOG_LEVEL_NOTICE, deeds[round->deed],
		  "object", object, "told", told, "not-registered", absent,
		  "not-reached", failed, NULL);
}

static void answer(struct round *round, struct admin_request *request,
		   const char *object)
{
	log_round(round, object);
	admin_security(request, deeds[round->deed], object, NULL, NULL);
	admin_reply(request, 200, json_pack("{so}", "item",
					    round_json(round)));
}

/* All that have something of what @noun and @name are. */
static void tell_affected(struct reset *reset, struct round *round,
			  struct admin_request *request, const char *noun,
			  const char *name)
{
	struct store_phone_profile profile;
	char object[STORE_NAME_SIZE + 32];
	int err = 0;

	snprintf(object, sizeof(object), "%.24s %s", noun, name);
	/* Of trunks there are profiles, too. */
	if (!strcmp(noun, "profile"))
		err = store_profile_find(reset->store, name, &profile);
	if (!err)
		err = store_affected_each(reset->store, store_noun_find(noun),
					  name, tell, round);
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

static bool deed_of(const char *word, enum deed *deed)
{
	for (*deed = RESET; *deed < DEEDS; (*deed)++)
		if (!strcmp(word, deeds[*deed]))
			return true;
	return false;
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
	if (!slash || !deed_of(slash + 1, &round.deed) ||
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
		tell_affected(reset, &round, request, noun, name);
	json_decref(round.names);
}

static void tell_all(struct reset *reset, struct admin_request *request,
		     enum deed deed)
{
	struct round round = { .sip = reset->sip, .deed = deed };
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

json_t *reset_all(struct reset *reset)
{
	struct round round = { .sip = reset->sip, .deed = RESET,
			       .names = json_array() };
	json_t *told = NULL;

	if (!store_phone_each(reset->store, 0, tell, &round)) {
		log_round(&round, "all phones");
		told = round_json(&round);
	}
	json_decref(round.names);
	return told;
}

static void on_reset(void *ctx, struct admin_request *request)
{
	tell_all(ctx, request, RESET);
}

static void on_restart(void *ctx, struct admin_request *request)
{
	tell_all(ctx, request, RESTART);
}

static void on_apply(void *ctx, struct admin_request *request)
{
	tell_all(ctx, request, APPLY);
}

static const admin_handler handlers[DEEDS] = {
	[RESET] = on_reset,
	[RESTART] = on_restart,
	[APPLY] = on_apply,
};

int reset_open(struct reset *reset)
{
	int err = 0;

	for (int deed = 0; deed < DEEDS && !err; deed++)
		err = admin_resource_add(reset->admin, deeds[deed],
					 handlers[deed], reset);
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
	for (int deed = 0; deed < DEEDS; deed++)
		admin_resource_add(reset->admin, deeds[deed], on_late, NULL);
	admin_action_set(reset->admin, on_late_action, NULL);
}
