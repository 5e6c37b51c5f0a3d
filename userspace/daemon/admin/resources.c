// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration over HTTP: every noun of the schema, parameters, import.
 */
#include "admin/resources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf.h"
#include "store/store.h"

#define NAMES_SIZE	512

/* One change on its way through the writer. */
struct change {
	struct admin_request *request;
	enum store_verb verb;
	char object[STORE_KEY_SIZE + 32];
	char fields[NAMES_SIZE];
	bool dry_run;
};

static const char *const verbs[] = {
	[STORE_ADD] = "add",
	[STORE_SET] = "set",
	[STORE_DEL] = "del",
	[STORE_IMPORT] = "import",
};

static void reply_item(struct admin_request *request, json_t *item,
		       const struct store_error *error)
{
	if (item)
		admin_reply(request, 200, json_pack("{so}", "item", item));
	else
		admin_refuse(request, error);
}

static void reply_items(struct admin_request *request, json_t *items,
			const struct store_error *error)
{
	if (items)
		admin_reply(request, 200, json_pack("{so}", "items", items));
	else
		admin_refuse(request, error);
}

/* Names alone: what they were set to may be a password. */
static void list_fields(const json_t *body, char *fields)
{
	const char *name;
	json_t *value;
	size_t len;

	fields[0] = '\0';
	json_object_foreach((json_t *)body, name, value) {
		len = strlen(fields);
		snprintf(fields + len, NAMES_SIZE - len, "%s%.64s",
			 len ? "," : "", name);
	}
}

static json_t *result_json(const struct change *c, struct store_reply *reply)
{
	json_t *result = json_object();

	if (reply->result)
		json_object_set_new(result, c->verb == STORE_IMPORT ?
				    "changes" : "item", reply->result);
	json_object_set_new(result, "warnings", reply->warnings);
	if (reply->offer)
		json_object_set_new(result, "offer", reply->offer);
	reply->result = reply->warnings = reply->offer = NULL;
	return result;
}

static void on_done(void *ctx, struct store_reply *reply)
{
	struct change *c = ctx;
	bool refused = reply->error.status;

	if (!c->dry_run)
		admin_security(c->request, verbs[c->verb], c->object,
			       c->fields[0] ? c->fields : NULL,
			       refused ? reply->error.reason : NULL);
	if (refused)
		admin_refuse(c->request, &reply->error);
	else
		admin_reply(c->request, c->verb == STORE_ADD ? 201 : 200,
			    result_json(c, reply));
	store_reply_clear(reply);
	free(c);
}

/* @key NULL: of the body. */
static void submit(struct resources *r, struct admin_request *request,
		   enum store_verb verb, const struct store_noun *noun,
		   const char *key, bool dry_run)
{
	struct store_request job = {
		.verb = verb,
		.noun = noun,
		.dry_run = dry_run,
	};
	struct change *c = calloc(1, sizeof(*c));
	int err;

	if (!c) {
		admin_refuse_text(request, 500, "out of memory");
		return;
	}
	c->request = request;
	c->verb = verb;
	c->dry_run = dry_run;
	list_fields(request->body, c->fields);
	if (key)
		snprintf(job.key, sizeof(job.key), "%s", key);
	else if (noun && !store_key_of(noun, request->body, job.key))
		job.key[0] = '\0';
	snprintf(c->object, sizeof(c->object), "%s%s%s", verb == STORE_IMPORT ?
		 "configuration" : noun ? noun->name : "param",
		 job.key[0] ? " " : "", job.key);
	job.body = request->body;
	request->body = NULL;
	err = store_submit(r->store, &job, on_done, c);
	if (!err)
		return;
	free(c);
	admin_refuse_text(request, 503, "too many changes are waiting, or the "
			  "daemon stops");
}

static bool need_body(struct admin_request *request)
{
	if (request->body)
		return true;
	admin_refuse_text(request, 400, "the body is missing");
	return false;
}

static void list_objects(const struct noun_resource *r,
			 struct admin_request *request)
{
	struct store_error error = { 0 };
	json_t *items = store_object_list(r->all->store, r->noun, &error);
	json_t *reply;

	if (!items) {
		admin_refuse(request, &error);
		return;
	}
	reply = json_pack("{so}", "items", items);
	if (reply && r->adorn_list)
		r->adorn_list(r->list_ctx, reply);
	admin_reply(request, 200, reply);
}

static void on_objects(const struct noun_resource *r,
		       struct admin_request *request)
{
	if (!strcmp(request->method, "GET"))
		list_objects(r, request);
	else if (strcmp(request->method, "POST"))
		admin_refuse_method(request, "GET, POST");
	else if (need_body(request))
		submit(r->all, request, STORE_ADD, r->noun, NULL, false);
}

static bool has_actions(const struct noun_resource *r)
{
	static const char *const nouns[] = {
		"phone", "profile", "common-phone-profile", "enterprise-phone",
		"srst",
	};

	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		if (!strcmp(r->noun->name, nouns[i]))
			return r->all->action;
	return false;
}

static void show(const struct noun_resource *r, struct admin_request *request)
{
	struct store_error error = { 0 };
	json_t *item = store_object_get(r->all->store, r->noun, request->rest,
					&error);

	if (item && r->adorn)
		r->adorn(r->ctx, item);
	reply_item(request, item, &error);
}

/* "SEP001122334455/settings"; false: it asks for something else. */
static bool show_settings(const struct noun_resource *r,
			  struct admin_request *request)
{
	const char *slash = strchr(request->rest, '/');
	struct store_error error = { 0 };
	char name[STORE_NAME_SIZE];
	size_t len = slash ? (size_t)(slash - request->rest) : 0;

	if (strcmp(r->noun->name, "phone") || !slash ||
	    strcmp(slash, "/settings") || len >= sizeof(name))
		return false;
	memcpy(name, request->rest, len);
	name[len] = '\0';
	reply_items(request, store_phone_settings_json(r->all->store, name,
						       &error), &error);
	return true;
}

static void on_noun(void *ctx, struct admin_request *request)
{
	const struct noun_resource *r = ctx;

	if (strlen(request->rest) >= STORE_KEY_SIZE)
		admin_refuse_text(request, 404, "no key is that long");
	else if (!request->rest[0])
		on_objects(r, request);
	else if (!strcmp(request->method, "GET") && show_settings(r, request))
		return;
	else if (!strcmp(request->method, "GET"))
		show(r, request);
	else if (!strcmp(request->method, "DELETE"))
		submit(r->all, request, STORE_DEL, r->noun, request->rest,
		       false);
	else if (!strcmp(request->method, "POST") && has_actions(r))
		r->all->action(r->all->action_ctx, r->noun->name, request);
	else if (strcmp(request->method, "PATCH"))
		admin_refuse_method(request, "GET, PATCH, DELETE");
	else if (need_body(request))
		submit(r->all, request, STORE_SET, r->noun, request->rest,
		       false);
}

static void on_param(void *ctx, struct admin_request *request)
{
	struct resources *r = ctx;
	struct store_error error = { 0 };
	bool get = !strcmp(request->method, "GET");

	if (strlen(request->rest) >= STORE_KEY_SIZE)
		admin_refuse_text(request, 404, "no key is that long");
	else if (!request->rest[0] && get)
		reply_items(request, store_param_list(r->store, &error),
			    &error);
	else if (!request->rest[0])
		admin_refuse_method(request, "GET");
	else if (get)
		reply_item(request, store_param_get(r->store, request->rest,
						    &error), &error);
	else if (!strcmp(request->method, "DELETE"))
		submit(r, request, STORE_DEL, NULL, request->rest, false);
	else if (strcmp(request->method, "PATCH"))
		admin_refuse_method(request, "GET, PATCH, DELETE");
	else if (need_body(request))
		submit(r, request, STORE_SET, NULL, request->rest, false);
}

static void on_import(void *ctx, struct admin_request *request)
{
	bool dry_run = !strcmp(request->query, "dry_run=1");

	if (strcmp(request->method, "POST"))
		admin_refuse_method(request, "POST");
	else if (request->query[0] && !dry_run)
		admin_refuse_text(request, 400, "dry_run=1 is all there is to "
				  "ask for");
	else if (need_body(request))
		submit(ctx, request, STORE_IMPORT, NULL, "", dry_run);
}

static void on_export(void *ctx, struct admin_request *request)
{
	struct resources *r = ctx;
	struct store_error error = { 0 };
	json_t *document;

	if (strcmp(request->method, "GET")) {
		admin_refuse_method(request, "GET");
		return;
	}
	/* Checksums of passwords leave with it. */
	admin_security(request, "export", "configuration", NULL, NULL);
	document = store_export(r->store, &error);
	if (document)
		admin_reply(request, 200, document);
	else
		admin_refuse(request, &error);
}

static void on_schema(void *ctx, struct admin_request *request)
{
	(void)ctx;
	if (strcmp(request->method, "GET"))
		admin_refuse_method(request, "GET");
	else
		admin_reply(request, 200, store_schema_json());
}

/* NULL if there is none: a trusted one may have had the name before. */
static json_t *own_cert(struct store *store, const char *name)
{
	struct store_error ignored = { 0 };
	json_t *cert = store_object_get(store, store_noun_find("cert"), name,
					&ignored);
	const char *purpose = json_string_value(json_object_get(cert,
								"purpose"));

	if (store_cert_is_own(purpose))
		return cert;
	json_decref(cert);
	return NULL;
}

static void on_status(void *ctx, struct admin_request *request)
{
	struct resources *r = ctx;
	struct store_error ignored = { 0 };
	json_t *own, *ecdsa, *item;

	if (strcmp(request->method, "GET")) {
		admin_refuse_method(request, "GET");
		return;
	}
	own = own_cert(r->store, "CallManager");
	ecdsa = own_cert(r->store, "CallManager-ECDSA");
	item = json_pack("{sssssIsbsIso*so*}", "version", UCSEC_VERSION, "node",
			 r->conf->node, "started", (json_int_t)r->started,
			 "mixed", store_param(r->store,
				STORE_PARAM_CLUSTER_SECURITY_MODE) ==
				STORE_CLUSTER_MIXED, "registrations",
			 (json_int_t)store_registration_count(r->store),
			 "certificate", own, "ecdsa_certificate", ecdsa);
	for (size_t i = 0; item && i < MAX_STATUS; i++)
		if (r->status[i].adorn)
			r->status[i].adorn(r->status[i].ctx, item);
	reply_item(request, item, &ignored);
}

static struct noun_resource *find_noun(struct resources *all, const char *noun)
{
	struct noun_resource *r = all->nouns;

	for (; r < all->nouns + MAX_NOUNS && r->noun; r++)
		if (!strcmp(r->noun->name, noun))
			return r;
	return NULL;
}

static int adorn_status(struct resources *all, admin_adorner adorn, void *ctx)
{
	struct status_part *place = NULL, *part = all->status;

	for (; part < all->status + MAX_STATUS; part++) {
		if (part->adorn && part->ctx == ctx)
			part->adorn = NULL;
		if (!part->adorn && !place)
			place = part;
	}
	if (!place)
		return -ENOSPC;
	*place = (struct status_part){ adorn, ctx };
	return 0;
}

int resources_adorn(struct resources *all, const char *noun,
		    admin_adorner adorn, void *ctx)
{
	struct noun_resource *r = find_noun(all, noun);

	if (!strcmp(noun, "status"))
		return adorn_status(all, adorn, ctx);
	if (!r)
		return -ENOENT;
	r->adorn = adorn;
	r->ctx = ctx;
	return 0;
}

int resources_adorn_list(struct resources *all, const char *noun,
			 admin_adorner adorn, void *ctx)
{
	struct noun_resource *r = find_noun(all, noun);

	if (!r)
		return -ENOENT;
	r->adorn_list = adorn;
	r->list_ctx = ctx;
	return 0;
}

int resources_add(struct resources *r)
{
	static const struct {
		const char *path;
		admin_handler handler;
	} list[] = {
		{ "param", on_param },
		{ "import", on_import },
		{ "export", on_export },
		{ "schema", on_schema },
		{ "status", on_status },
	};
	size_t count = 0;
	int err = 0;

	for (const struct store_noun *n = store_nouns; n->name && !err; n++) {
		r->nouns[count] = (struct noun_resource){
			.all = r, .noun = n };
		err = admin_resource_add(r->admin, n->name, on_noun,
					 &r->nouns[count++]);
		if (count == MAX_NOUNS)
			break;
	}
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && !err; i++)
		err = admin_resource_add(r->admin, list[i].path,
					 list[i].handler, r);
	return err;
}
