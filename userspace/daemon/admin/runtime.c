// SPDX-License-Identifier: GPL-2.0
/*
 * Registrations and calls as the database has them, until the folders that
 * make them put better resources in place.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admin/resources.h"
#include "metrics.h"
#include "store/store.h"

static const char *const modes[] = { "nonsecure", "authenticated", "encrypted" };

/* What a phone says need not be UTF-8: it is shown all the same. */
static json_t *text_json(const char *text)
{
	char plain[STORE_CONTACT_SIZE];
	json_t *json = json_string(text);
	char *at;

	if (json)
		return json;
	snprintf(plain, sizeof(plain), "%s", text);
	for (at = plain; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(plain);
}

static json_t *registration_json(const struct store_registration *r)
{
	return json_pack("{sssssssosssIso}", "phone", r->phone_name, "number",
			 r->number, "security", modes[r->mode % 3], "contact",
			 text_json(r->contact), "connection", r->path,
			 "expires", (json_int_t)r->expires, "user_agent",
			 text_json(r->user_agent));
}

/* All, or those of one phone. */
static void on_registration(void *ctx, struct admin_request *request)
{
	struct resources *r = ctx;
	struct store_registrations found;
	json_t *items;
	int err;

	if (!strcmp(request->method, "DELETE") && request->rest[0] &&
	    r->action) {
		r->action(r->action_ctx, "registration", request);
		return;
	}
	if (strcmp(request->method, "GET")) {
		admin_refuse_method(request, "GET, DELETE");
		return;
	}
	err = store_registration_list(r->store, &found);
	if (err) {
		admin_refuse_text(request, 500, "%s", strerror(-err));
		return;
	}
	items = json_array();
	for (size_t i = 0; i < found.count; i++)
		if (!request->rest[0] ||
		    !strcasecmp(request->rest, found.list[i].phone_name))
			json_array_append_new(items,
				registration_json(&found.list[i]));
	store_registrations_clear(&found);
	if (request->rest[0] && !json_array_size(items)) {
		json_decref(items);
		admin_refuse_text(request, 404, "%.64s is not registered",
				  request->rest);
		return;
	}
	admin_reply(request, 200, json_pack("{so}", "items", items));
}

static json_t *call_json(const struct store_call *call)
{
	char cookie[2 * STORE_COOKIE_MAX + 1] = "";

	for (size_t i = 0; i < call->cookie_len; i++)
		sprintf(cookie + 2 * i, "%02x", call->cookie[i]);
	return json_pack("{sssssssIss}", "id", call->id, "caller",
			 call->caller, "callee", call->callee, "started",
			 (json_int_t)call->started, "cookie", cookie);
}

static int add_call(void *ctx, const struct store_call *call)
{
	json_array_append_new(ctx, call_json(call));
	return 0;
}

static void on_call(void *ctx, struct admin_request *request)
{
	struct resources *r = ctx;
	json_t *items = json_array();
	int err;

	if (strcmp(request->method, "GET")) {
		json_decref(items);
		admin_refuse_method(request, "GET");
		return;
	}
	if (request->rest[0])
		err = store_call_find(r->store, request->rest, add_call, items);
	else
		err = store_call_each(r->store, add_call, items);
	if (err == -ENOENT)
		admin_refuse_text(request, 404, "there is no call %.64s",
				  request->rest);
	else if (err)
		admin_refuse_text(request, 500, "%s", strerror(-err));
	else if (request->rest[0])
		admin_reply(request, 200, json_pack("{sO}", "item",
						    json_array_get(items, 0)));
	else
		admin_reply(request, 200, json_pack("{sO}", "items", items));
	json_decref(items);
}

static int64_t count_registrations(void *ctx)
{
	struct resources *r = ctx;

	return store_registration_count(r->store);
}

int resources_add_runtime(struct resources *r)
{
	int err;

	metrics_gauge_read("ucsec_registrations", "Contacts that are registered",
			   NULL, count_registrations, r);
	err = admin_resource_add(r->admin, "registration", on_registration,
				     r);

	return err ? err : admin_resource_add(r->admin, "call", on_call, r);
}
