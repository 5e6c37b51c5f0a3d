// SPDX-License-Identifier: GPL-2.0
/*
 * /v1/capf: what is pending, what became of it, which certificates there are.
 */
#include "enrolment/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/admin.h"
#include "enrolment/internal.h"

static const char *const kinds[STORE_DEVICE_CERTS] = {
	[STORE_LSC] = "lsc",
	[STORE_MIC] = "mic",
	[STORE_LSC_ISSUED] = "issued",
	[STORE_FETCHED] = "fetched",
};

static json_t *time_json(int64_t when)
{
	time_t seconds = (time_t)when;
	char text[32] = "";
	struct tm tm;

	if (!when)
		return json_null();
	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

/* Who wrote it down may have known more results than we do. */
static const char *result_name(unsigned int result)
{
	return result < CAPF_RESULT_COUNT ? capf_result_name(result) :
		"unknown";
}

static const char *status_of(const struct store_enrolment_state *state)
{
	return state->operation ? capf_result_name(CAPF_RESULT_PENDING) :
		state->when ? result_name(state->result) :
		capf_result_name(CAPF_RESULT_NONE);
}

/* Whole days that are left, less than none where it has ended. */
static json_t *days_json(int64_t end)
{
	const int64_t day = 86400;
	int64_t left = end - time(NULL);

	if (!end)
		return json_null();
	return json_integer(left < 0 ? -1 - (-1 - left) / day : left / day);
}

static json_t *state_json(const struct store_enrolment_state *state)
{
	const char *last = state->when ? result_name(state->result) : "none";

	return json_pack("{ss ss ss so ss so ss sb sb so so}",
			 "name", state->name,
			 "operation", store_capf_operations[state->operation],
			 "status", status_of(state),
			 "completes_by", time_json(state->completes_by),
			 "last_result", last,
			 "last_time", time_json(state->when),
			 "last_reason", state->why,
			 "lsc", state->have[STORE_LSC],
			 "mic", state->have[STORE_MIC],
			 "lsc_days", days_json(state->lsc_end),
			 "mic_days", days_json(state->mic_end));
}

static bool is_failure(const struct store_enrolment_state *state)
{
	return state->when && state->result > CAPF_RESULT_FETCHED;
}

struct list {
	json_t *items;
	bool pending, failed;
};

static int add_state(void *ctx, const struct store_enrolment_state *state)
{
	struct list *list = ctx;

	if ((list->pending && !state->operation) ||
	    (list->failed && !is_failure(state)))
		return 0;
	return json_array_append_new(list->items, state_json(state)) ?
		-ENOMEM : 0;
}

static void reply_list(struct enrolment *all, struct admin_request *request)
{
	struct list list = {
		.pending = !strcmp(request->query, "pending=1"),
		.failed = !strcmp(request->query, "failed=1"),
	};

	if (request->query[0] && !list.pending && !list.failed) {
		admin_refuse_text(request, 400, "pending=1 or failed=1 is all "
				  "there is to ask for");
		return;
	}
	list.items = json_array();
	if (list.items && !store_enrolment_each(all->config.store, add_state,
						&list)) {
		admin_reply(request, 200, json_pack("{so}", "items",
						    list.items));
		return;
	}
	json_decref(list.items);
	admin_refuse_text(request, 500, "the database cannot tell");
}

static int add_history(void *ctx, int64_t when, unsigned int result, bool done,
		       const char *why)
{
	return json_array_append_new(ctx, json_pack("{so ss sb ss}",
			"time", time_json(when), "result", result_name(result),
			"done", done, "reason", why ? why : "")) ? -ENOMEM : 0;
}

static json_t *certificates(struct enrolment *all, int64_t phone)
{
	json_t *list = json_array();

	for (int kind = 0; list && kind < STORE_DEVICE_CERTS; kind++) {
		uint8_t *der;
		size_t len;

		if (!store_device_cert(all->config.store, phone, kind, &der,
				       &len))
			json_array_append_new(list,
				certificate_json(kinds[kind], der, len));
		free(der);
	}
	return list;
}

/* What is said of one phone; NULL: there is no such phone. */
static json_t *phone_json(struct enrolment *all, const char *name)
{
	struct store *store = all->config.store;
	struct store_enrolment_state state;
	struct store_phone phone;
	json_t *json, *history;

	if (store_phone_find(store, name, &phone) ||
	    store_enrolment_state(store, phone.id, &state))
		return NULL;
	json = state_json(&state);
	history = json_array();
	if (state.when)
		json_object_set_new(json, "sentence", json_string(
			state.result < CAPF_RESULT_COUNT ?
				capf_result_sentence(state.result) : ""));
	json_object_set_new(json, "certificates",
			    certificates(all, phone.id));
	store_enrolment_history(store, phone.id, add_history, history);
	json_object_set_new(json, "history", history);
	return json;
}

static void on_capf(void *ctx, struct admin_request *request)
{
	struct enrolment *all = ctx;
	json_t *item;

	if (strcmp(request->method, "GET")) {
		admin_refuse_method(request, "GET");
		return;
	}
	if (!request->rest[0]) {
		reply_list(all, request);
		return;
	}
	item = phone_json(all, request->rest);
	if (item)
		admin_reply(request, 200, json_pack("{so}", "item", item));
	else
		admin_refuse_text(request, 404, "there is no phone %.200s",
				  request->rest);
}

static void on_capf_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

/* Of a phone's own object: certificates without their bytes. */
static void adorn_phone(void *ctx, json_t *item)
{
	const char *name = json_string_value(json_object_get(item, "name"));
	json_t *capf = name ? phone_json(ctx, name) : NULL, *entry;
	size_t i;

	if (!capf)
		return;
	json_array_foreach(json_object_get(capf, "certificates"), i, entry)
		json_object_del(entry, "pem");
	json_object_set(item, "certificates",
			json_object_get(capf, "certificates"));
	json_object_del(capf, "certificates");
	json_object_del(capf, "name");
	json_object_del(capf, "operation");
	json_object_del(capf, "completes_by");
	json_object_set_new(item, "capf", capf);
}

int show_open(struct enrolment *all)
{
	int err = admin_resource_add(all->config.admin, "capf", on_capf, all);

	return err ? err : admin_adorn(all->config.admin, "phone", adorn_phone,
				       all);
}

void show_close(struct enrolment *all)
{
	admin_adorn(all->config.admin, "phone", NULL, NULL);
	admin_resource_add(all->config.admin, "capf", on_capf_late, NULL);
}
