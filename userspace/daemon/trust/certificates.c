// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates as administrators handle them: what is asked, who answers.
 */
#include "certificate-der.h"
#include "trust/certificates-parts.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "trust/keyd-client.h"

static const char *const verbs[] = {
	[VERB_REGENERATE] = "regenerate", [VERB_PROMOTE] = "promote",
	[VERB_REQUEST] = "request", [VERB_IMPORT] = "import",
	[VERB_UPLOAD] = "upload", [VERB_FOLLOWUP] = "followup",
};

struct job *job_new(struct certificates *all, struct admin_request *request,
		    enum verb verb, const char *object)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		admin_refuse_text(request, 500, "out of memory");
		return NULL;
	}
	job->all = all;
	job->request = request;
	job->verb = verb;
	snprintf(job->object, sizeof(job->object), "%s", object);
	job->next = all->jobs;
	job->link = &all->jobs;
	if (job->next)
		job->next->link = &job->next;
	all->jobs = job;
	return job;
}

void job_free(struct job *job)
{
	if (job->all) {
		*job->link = job->next;
		if (job->next)
			job->next->link = job->link;
	}
	certificate_file_clear(&job->file);
	free(job);
}

void job_done(struct job *job, json_t *body)
{
	admin_security(job->request, verbs[job->verb], job->object, NULL, NULL);
	admin_reply(job->request, body ? 200 : 500, body);
	job_free(job);
}

void job_refuse_error(struct job *job, const struct store_error *error)
{
	admin_security(job->request, verbs[job->verb], job->object, NULL,
		       error->reason);
	admin_refuse(job->request, error);
	job_free(job);
}

void job_refuse(struct job *job, int status, const char *field,
		const char *format, ...)
{
	struct store_error error = { .status = status };
	va_list args;

	snprintf(error.object, sizeof(error.object), "%s", job->object);
	snprintf(error.field, sizeof(error.field), "%s", field ? field : "");
	va_start(args, format);
	vsnprintf(error.reason, sizeof(error.reason), format, args);
	va_end(args);
	job_refuse_error(job, &error);
}

const char *unknown_member(const json_t *body, const char *const *known)
{
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)body, name, value) {
		for (i = 0; known[i] && strcmp(known[i], name); i++)
			;
		if (!known[i])
			return name;
	}
	return NULL;
}

static void name_key(const struct keyd_which *which, char *name, size_t size)
{
	snprintf(name, size, "%s%s",
		 store_cert_own_name(keyd_service_name(which->service)),
		 which->kind == KEYD_EC ? "-ECDSA" : "");
}

/* All of them in one text, as a server shows them. */
static json_t *chain_pem(const struct trust_key *key)
{
	char *pem = trust_key_pem(key);
	json_t *text = pem ? json_string(pem) : NULL;

	free(pem);
	return text;
}

/* Who stands for it, up to the root. */
static json_t *chain_subjects(const struct trust_key *key)
{
	json_t *subjects = json_array();

	for (size_t i = 1; i < key->count; i++) {
		X509 *cert = certificate_read(key->certs[i].data,
					      key->certs[i].len);
		json_t *item = json_object();

		if (cert && !store_cert_describe(cert, item))
			json_array_append(subjects,
					  json_object_get(item, "subject"));
		json_decref(item);
		X509_free(cert);
	}
	ERR_clear_error();
	return subjects;
}

json_t *key_json(const struct trust_key *key)
{
	char name[STORE_NAME_SIZE];
	json_t *item;

	name_key(&key->which, name, sizeof(name));
	item = json_pack("{ssssss}", "name", name, "slot",
			 key->which.slot == KEYD_NEXT ? "next" : "current",
			 "purpose", keyd_service_name(key->which.service));
	if (!item || store_cert_describe(key->cert, item)) {
		json_decref(item);
		return NULL;
	}
	store_cert_describe_more(key->cert, item);
	json_object_set_new(item, "self_signed",
			    json_boolean(key->self_signed));
	json_object_set_new(item, "chain", chain_subjects(key));
	json_object_set_new(item, "pem", chain_pem(key));
	return item;
}

static bool parse_name(const char *name, struct keyd_which *which)
{
	const char *purpose = store_cert_own_purpose(name);
	size_t len = strlen(name);
	unsigned int service = 1;

	memset(which, 0, sizeof(*which));
	if (!purpose)
		return false;
	while (keyd_service_name(service) &&
	       strcmp(keyd_service_name(service), purpose))
		service++;
	which->service = (uint8_t)service;
	which->kind = len > 6 && !strcmp(name + len - 6, "-ECDSA") ? KEYD_EC :
		KEYD_RSA;
	return keyd_service_has_kind(service, which->kind);
}

static void show_all(struct certificates *all, struct admin_request *request)
{
	json_t *items = json_array();
	const struct trust_key *keys;
	size_t count;

	keys = trust_keys_all(all->config.keys, &count);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, key_json(&keys[i]));
	admin_reply(request, 200, json_pack("{so}", "items", items));
}

static void show_one(struct certificates *all, struct admin_request *request,
		     const struct keyd_which *which)
{
	bool next = !strcmp(request->query, "slot=next");
	const struct trust_key *key = trust_keys_find(all->config.keys,
		which->service, which->kind, next ? KEYD_NEXT : KEYD_CURRENT);

	if (request->query[0] && !next)
		admin_refuse_text(request, 400, "slot=next is all there is to "
				  "ask for");
	else if (!key)
		admin_refuse_text(request, 404, "there is no %s key of %s",
				  next ? "next" : "such", request->rest);
	else
		admin_reply(request, 200, json_pack("{so}", "item",
						    key_json(key)));
}

/* NAME or NAME/ACTION. */
static void on_own(void *ctx, struct admin_request *request)
{
	const char *slash = strchr(request->rest, '/');
	size_t len = slash ? (size_t)(slash - request->rest) :
		strlen(request->rest);
	struct certificates *all = ctx;
	struct keyd_which which;
	char name[STORE_NAME_SIZE];

	if (!all->config.keys) {
		admin_refuse_text(request, 409, "the keys are files beside the "
				  "database: there is no ucsec-keyd");
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)len, request->rest);
	if (!request->rest[0] && !strcmp(request->method, "GET"))
		show_all(all, request);
	else if (len >= sizeof(name) || !parse_name(name, &which))
		admin_refuse_text(request, 404, "no certificate of our own is "
				  "called %.64s", name);
	else if (slash && !strcmp(request->method, "POST"))
		change(all, request, &which, name, slash + 1);
	else if (!slash && !strcmp(request->method, "GET"))
		show_one(all, request, &which);
	else
		admin_refuse_method(request, slash ? "POST" : "GET");
}

static void on_upload(void *ctx, struct admin_request *request)
{
	if (strcmp(request->method, "POST") || request->rest[0])
		admin_refuse_method(request, "POST");
	else
		upload(ctx, request);
}

static void on_ran(void *arg, int err, const char *why, json_t *result)
{
	struct job *job = arg;
	json_t *left;

	if (!job->all) {
		job_free(job);
		return;
	}
	if (err) {
		job_refuse(job, err == -EAGAIN ? 503 : 500, NULL, "%s",
			   why ? why : strerror(-err));
		return;
	}
	left = followup_show(job->all->followup);
	log_event(LOG_LEVEL_NOTICE, "followup-done", NULL);
	job_done(job, json_pack("{s{sOso}}", "item", "done", result, "left",
				left));
}

static void on_followup(void *ctx, struct admin_request *request)
{
	struct certificates *all = ctx;
	struct job *job;
	int err;

	if (!all->followup)
		admin_refuse_text(request, 409, "phones are told of no "
				  "certificates: there is no ucsec-keyd");
	else if (!strcmp(request->method, "GET"))
		admin_reply(request, 200, json_pack("{so}", "item",
						    followup_show(all->followup)));
	else if (strcmp(request->method, "POST"))
		admin_refuse_method(request, "GET, POST");
	else if ((job = job_new(all, request, VERB_FOLLOWUP, "certificates"))) {
		job->elsewhere = true;
		err = followup_run(all->followup, on_ran, job);
		if (err)
			job_refuse(job, err == -EALREADY ? 409 : 500, NULL,
				   "%s", err == -EALREADY ?
				   "it is under way" : strerror(-err));
	}
}

static X509 *cert_of(const json_t *item)
{
	const char *pem = json_string_value(json_object_get(item, "pem"));
	BIO *bio = pem ? BIO_new_mem_buf(pem, -1) : NULL;
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return cert;
}

/* What the database does not keep: fingerprints, what keyd has beside. */
static void adorn_cert(void *ctx, json_t *item)
{
	const char *name = json_string_value(json_object_get(item, "name"));
	struct certificates *all = ctx;
	const struct trust_key *key = NULL, *next;
	struct keyd_which which;
	X509 *cert = cert_of(item);

	if (cert)
		store_cert_describe_more(cert, item);
	X509_free(cert);
	if (!all->config.keys || !name || !parse_name(name, &which))
		return;
	key = trust_keys_find(all->config.keys, which.service, which.kind,
			      KEYD_CURRENT);
	next = trust_keys_find(all->config.keys, which.service, which.kind,
			       KEYD_NEXT);
	if (key)
		json_object_set_new(item, "chain", chain_subjects(key));
	json_object_set_new(item, "slot", json_string("current"));
	json_object_set_new(item, "has_next", json_boolean(next));
}

static void adorn_status(void *ctx, json_t *item)
{
	struct certificates *all = ctx;
	json_t *left = followup_show(all->followup);
	json_t *warnings = json_object_get(item, "warnings");

	if (json_array_size(json_object_get(left, "steps"))) {
		if (!warnings) {
			warnings = json_array();
			json_object_set_new(item, "warnings", warnings);
		}
		json_array_append_new(warnings, json_string(
			"certificates have changed, and phones do not know: "
			"ucsecctl cert followup"));
	}
	json_decref(left);
}

static int open_followup(struct certificates *all, char *why, size_t size)
{
	const struct certificates_config *config = &all->config;
	struct followup_config followup = {
		.base = config->base, .store = config->store,
		.keys = config->keys,
		.conf = config->conf, .publish = config->publish,
		.reset = config->reset, .arg = config->arg,
	};
	int err = followup_open(&all->followup, &followup, why, size);

	return err ? err : admin_adorn(config->admin, "status", adorn_status,
				       all);
}

int certificates_open(struct certificates **out,
		      const struct certificates_config *config, char *why,
		      size_t size)
{
	struct certificates *all = calloc(1, sizeof(*all));
	struct admin *admin = config->admin;
	int err;

	if (!all)
		return -ENOMEM;
	all->config = *config;
	err = admin_resource_add(admin, "own-cert", on_own, all);
	if (!err)
		err = admin_resource_add(admin, "cert-upload", on_upload, all);
	if (!err)
		err = admin_resource_add(admin, "followup", on_followup, all);
	if (!err)
		err = admin_adorn(admin, "cert", adorn_cert, all);
	if (!err && config->keys)
		err = open_followup(all, why, size);
	if (err)
		certificates_close(all);
	else
		*out = all;
	return err;
}

int certificates_may_renew(const struct certificates *all, char *why,
			   size_t size)
{
	return all->followup && followup_waits(all->followup, KEYD_ITLRECOVERY,
					       why, size) ? -EPERM : 0;
}

static void on_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

void certificates_close(struct certificates *all)
{
	struct admin *admin = all->config.admin;

	admin_resource_add(admin, "own-cert", on_late, NULL);
	admin_resource_add(admin, "cert-upload", on_late, NULL);
	admin_resource_add(admin, "followup", on_late, NULL);
	admin_adorn(admin, "cert", NULL, NULL);
	admin_adorn(admin, "status", NULL, all);
	while (all->jobs) {
		struct job *job = all->jobs;

		admin_security(job->request, verbs[job->verb], job->object,
			       NULL, "the daemon stops");
		admin_refuse_text(job->request, 503, "the daemon stops");
		if (job->id)
			keyd_client_forget(trust_keys_client(all->config.keys),
					   job->id);
		all->jobs = job->next;
		if (job->next)
			job->next->link = &all->jobs;
		job->all = NULL;
		if (!job->elsewhere)
			job_free(job);
	}
	if (all->followup)
		followup_close(all->followup);
	free(all);
}
