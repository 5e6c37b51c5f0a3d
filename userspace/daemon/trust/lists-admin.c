// SPDX-License-Identifier: GPL-2.0
/*
 * /v1/ctl and /v1/itl: what is published, update, mode, renewal, rollback.
 */
#include "trust/lists-admin.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/store.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/lists-ask.h"

static void put_digest(json_t *item, const char *field, const char *name,
		       const uint8_t *data, size_t len)
{
	char text[2 * EVP_MAX_MD_SIZE + 1] = "";
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t size = 0;

	if (!EVP_Q_digest(NULL, name, NULL, data, len, digest, &size))
		return;
	for (size_t i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	json_object_set_new(item, field, json_string(text));
}

static void put_file(json_t *item, const uint8_t *data, size_t len)
{
	char *text = malloc(4 * (len / 3 + 1) + 1);

	if (text) {
		EVP_EncodeBlock((unsigned char *)text, data, (int)len);
		json_object_set_new(item, "file", json_string(text));
	}
	free(text);
}

static void put_renewal(json_t *item, struct lists *lists, struct store *store)
{
	int64_t when = lists_promotion_time(lists);
	time_t at = (time_t)when;
	char text[32];
	struct tm tm;

	json_object_set_new(item, "renewal", json_string(
		!store_param(store, STORE_PARAM_ITL_RENEWAL) ? "none" :
		!when ? "begun" : when > (int64_t)time(NULL) ? "announced" :
		"ready"));
	if (when && gmtime_r(&at, &tm) &&
	    strftime(text, sizeof(text), "%FT%TZ", &tm))
		json_object_set_new(item, "renewal_ready", json_string(text));
}

json_t *lists_describe(struct lists *lists, struct store *store,
		       enum trust_kind kind, bool with_file)
{
	struct lists_status status;
	uint8_t *data;
	json_t *item;
	size_t len;

	lists_status(lists, kind, &status, &data, &len);
	item = json_pack("{sssbsbsssi}", "list", kind == TRUST_CTL ? "ctl" :
			 "itl", "published", status.there, "stale",
			 status.stale, "why", status.why, "max_sast_records",
			 (int)store_param(store, STORE_PARAM_MAX_SAST_RECORDS));
	if (item && kind == TRUST_CTL)
		json_object_set_new(item, "mode", json_string(store_param(store,
			STORE_PARAM_CLUSTER_SECURITY_MODE) ==
			STORE_CLUSTER_MIXED ? "mixed" : "nonsecure"));
	if (item && kind == TRUST_ITL) {
		json_object_set_new(item, "rollback", json_boolean(
			store_param(store, STORE_PARAM_ITL_ROLLBACK)));
		put_renewal(item, lists, store);
	}
	if (item && data) {
		put_digest(item, "md5", "MD5", data, len);
		put_digest(item, "sha1", "SHA1", data, len);
		if (with_file)
			put_file(item, data, len);
	}
	free(data);
	return item;
}

static void show(struct lists_admin *owner, struct admin_request *request,
		 enum trust_kind kind)
{
	admin_reply(request, 200, json_pack("{so}", "item", lists_describe(
		owner->lists, owner->store, kind, true)));
}

static void update(struct lists_admin *owner, struct admin_request *request,
		   const char *object)
{
	struct lists_ask *ask = lists_ask_new(owner, request, "update",
					      object);

	if (ask)
		lists_update(owner->lists, lists_ask_done, ask);
}

static void change_mode(struct lists_admin *owner,
			struct admin_request *request)
{
	const char *mode = json_string_value(json_object_get(request->body,
							     "mode"));

	if (mode && (!strcmp(mode, "mixed") || !strcmp(mode, "nonsecure")))
		lists_mode_set(owner, request, !strcmp(mode, "mixed"));
	else
		admin_refuse_text(request, 400, "mode: nonsecure or mixed is "
				  "what there is to say");
}

/* GET of the list itself; false: something is to be done. */
static bool only_show(struct lists_admin *owner, struct admin_request *request,
		      enum trust_kind kind)
{
	bool get = !strcmp(request->method, "GET");

	if (!request->rest[0] && get)
		show(owner, request, kind);
	else if (!request->rest[0])
		admin_refuse_method(request, "GET");
	else if (strcmp(request->method, "POST"))
		admin_refuse_method(request, "POST");
	else
		return false;
	return true;
}

static void on_ctl(void *ctx, struct admin_request *request)
{
	if (only_show(ctx, request, TRUST_CTL))
		return;
	if (!strcmp(request->rest, "update"))
		update(ctx, request, "ctl");
	else if (!strcmp(request->rest, "mode"))
		change_mode(ctx, request);
	else
		admin_refuse_text(request, 404, "there is no such resource");
}

static void on_itl(void *ctx, struct admin_request *request)
{
	if (only_show(ctx, request, TRUST_ITL))
		return;
	if (!strcmp(request->rest, "renew"))
		lists_renew(ctx, request);
	else if (!strcmp(request->rest, "rollback"))
		lists_rollback(ctx, request);
	else
		admin_refuse_text(request, 404, "there is no such resource");
}

/* What is wrong alone: phones would show it before anybody looks. */
static void adorn_status(void *ctx, json_t *item)
{
	static const char *const names[] = { "ctl", "itl" };
	struct lists_admin *owner = ctx;
	struct lists_status status;

	for (int kind = TRUST_CTL; kind <= TRUST_ITL; kind++) {
		lists_status(owner->lists, kind, &status, NULL, NULL);
		json_object_set_new(item, names[kind], json_string(
			status.why[0] ? status.why : status.there ?
			"up to date" : "none"));
	}
}

static void on_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

static const struct {
	const char *path;
	admin_handler handler;
} resources[] = {
	{ "ctl", on_ctl },
	{ "itl", on_itl },
	{ "param/cluster_security_mode", lists_mode_param },
};

int lists_admin_open(struct lists_admin **to, struct lists *lists,
		     struct admin *admin, struct store *store,
		     struct trust_keys *keys)
{
	struct lists_admin *owner = calloc(1, sizeof(*owner));
	int err;

	if (!owner)
		return -ENOMEM;
	*owner = (struct lists_admin){ .lists = lists, .admin = admin,
				       .store = store, .keys = keys };
	err = trust_keys_watch(keys, lists_renew_watch, owner);
	for (size_t i = 0; !err && i < 3; i++)
		err = admin_resource_add(admin, resources[i].path,
					 resources[i].handler, owner);
	if (!err)
		err = admin_adorn(admin, "status", adorn_status, owner);
	*to = owner;
	return err;
}

void lists_admin_guard(struct lists_admin *owner, lists_guard guard, void *arg)
{
	owner->guard = guard;
	owner->guard_arg = arg;
}

void lists_admin_close(struct lists_admin *owner)
{
	struct lists_ask *next;

	if (!owner)
		return;
	trust_keys_unwatch(owner->keys, lists_renew_watch, owner);
	admin_adorn(owner->admin, "status", NULL, owner);
	for (size_t i = 0; i < 3; i++)
		admin_resource_add(owner->admin, resources[i].path, on_late,
				   NULL);
	for (struct lists_ask *ask = owner->asks; ask; ask = next) {
		next = ask->next;
		ask->owner = NULL;
		admin_security(ask->request, ask->verb, ask->object, NULL,
			       "the daemon stops");
		admin_refuse_text(ask->request, 503, "the daemon stops");
		/* The store answers yet; keyd does not. */
		if (!ask->keyd && !ask->wants_next && !ask->wants_none)
			continue;
		if (ask->keyd)
			keyd_client_forget(trust_keys_client(owner->keys),
					   ask->keyd);
		json_decref(ask->item);
		json_decref(ask->warnings);
		free(ask);
	}
	free(owner);
}
