// SPDX-License-Identifier: GPL-2.0
/*
 * Our own keys and certificates as an administrator changes them: asked of
 * ucsec-keyd, whose reasons are told as fields and sentences.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store/object.h"
#include "trust/certificates-parts.h"
#include "trust/keyd-client.h"

enum { YEAR = 365 };

#define SUBJECT_MEMBERS	"cn", "ou", "o", "l", "st", "c", "names"

static const struct action {
	const char *name;
	enum verb verb;
	bool changes;		/* what phones know */
	const char *known[14];	/* members of the body */
} actions[] = {
	{ "regenerate", VERB_REGENERATE, true,
	  { "days", "bits", "next", "force", SUBJECT_MEMBERS } },
	{ "promote", VERB_PROMOTE, true, { "force" } },
	{ "request", VERB_REQUEST, false, { "next", SUBJECT_MEMBERS } },
	{ "import", VERB_IMPORT, true, { "files", "next", "force" } },
};

/* What keyd's reasons mean to whoever asked; the sentence is keyd's. */
static const struct reason {
	enum keyd_reason reason;
	int status;
	const char *field;
	const char *advice;	/* or NULL */
} reasons[] = {
	{ KEYD_WHY_NO_KEY, 404, NULL, NULL },
	{ KEYD_WHY_BUSY, 409, NULL, "try again" },
	{ KEYD_WHY_NOT_CERTIFICATE, 400, "files", NULL },
	{ KEYD_WHY_KEY_DIFFERS, 400, "files",
	  "it was made of an older request, or for another service" },
	{ KEYD_WHY_CHAIN_INCOMPLETE, 400, "files",
	  "give the issuers' certificates, too" },
	{ KEYD_WHY_CHAIN_WRONG, 400, "files",
	  "a signature does not fit, or an issuer is no CA" },
	{ KEYD_WHY_CHAIN_EXTRA, 400, "files", "leave it out" },
	{ KEYD_WHY_NOT_YET_VALID, 400, "files", "see the dates, and the clock" },
	{ KEYD_WHY_EXPIRED, 400, "files", "see the dates, and the clock" },
	{ KEYD_WHY_USAGE, 400, "files",
	  "the CA must sign it with the usages that the request asks for" },
	{ KEYD_WHY_WEAK, 400, "files", NULL },
	{ KEYD_WHY_NAME, 400, "files", "phones could not read such a name" },
};

/* Where the issuers of a service's certificates are trusted; NULL: nowhere. */
static const char *issuers_of(const struct job *job)
{
	static const char *const purposes[KEYD_SERVICE_END] = {
		[KEYD_CALLMANAGER] = "callmanager-trust",
		[KEYD_CAPF] = "capf-trust",
		[KEYD_TVS] = "tvs-trust",
		[KEYD_TOMCAT] = "tomcat-trust",
		[KEYD_IPSEC] = "ipsec-trust",
	};

	return purposes[job->which.service];
}

static bool flag(const struct job *job, const char *name)
{
	return json_is_true(json_object_get(job->request->body, name));
}

static void refuse_answer(struct job *job, int err,
			  const union keyd_buffer *answer)
{
	const struct keyd_reply *reply = answer ? &answer->m.reply : NULL;
	const struct reason *reason = NULL;

	for (size_t i = 0; reply && i < sizeof(reasons) / sizeof(reasons[0]);
	     i++)
		if (reasons[i].reason == reply->reason)
			reason = &reasons[i];
	if (!reply)
		job_refuse(job, 503, NULL, "ucsec-keyd: %s; whether it was "
			   "done ucsecctl cert show tells", strerror(-err));
	else if (!reason)
		job_refuse(job, 500, NULL, "ucsec-keyd: %s", reply->sentence);
	else if (reply->reason == KEYD_WHY_CHAIN_INCOMPLETE && issuers_of(job))
		job_refuse(job, reason->status, reason->field,
			   "%s: %s, or upload them before, for %s",
			   reply->sentence, reason->advice, issuers_of(job));
	else
		job_refuse(job, reason->status, reason->field, "%s%s%s",
			   reply->sentence, reason->advice ? ": " : "",
			   reason->advice ? reason->advice : "");
}

static const struct trust_key *find(const struct job *job, enum keyd_slot slot)
{
	return trust_keys_find(job->all->config.keys, job->which.service,
			       job->which.kind, slot);
}

/* keyd answers in order: what it has now LIST has told before. */
static void on_settled(void *arg, int err, const union keyd_buffer *answer)
{
	struct job *job = arg;
	const struct trust_key *key = find(job, job->which.slot);

	(void)err, (void)answer;
	job_done(job, json_pack("{so*so}", "item", key ? key_json(key) : NULL,
				"followup",
				followup_show(job->all->followup)));
}

static void settle(struct job *job)
{
	union keyd_buffer *m = &job->all->message;

	/* The one that was next has the current place now. */
	if (job->verb == VERB_PROMOTE)
		job->which.slot = KEYD_CURRENT;
	trust_keys_refresh(job->all->config.keys);
	memset(&m->m, 0, sizeof(m->m));
	if (keyd_client_send(trust_keys_client(job->all->config.keys),
			     KEYD_HELLO, m, 0, on_settled, job, &job->id))
		on_settled(job, 0, NULL);
}

/* The answer's tail, PKCS #10. */
static void give_request(struct job *job, const union keyd_buffer *answer)
{
	BIO *bio = BIO_new(BIO_s_mem());
	json_t *pem = NULL;
	char *text;
	long len;

	if (bio && PEM_write_bio(bio, PEM_STRING_X509_REQ, "",
				 keyd_tail(answer),
				 (long)keyd_tail_len(answer)) > 0) {
		len = BIO_get_mem_data(bio, &text);
		pem = json_stringn(text, (size_t)len);
	}
	BIO_free(bio);
	job_done(job, pem ? json_pack("{s{so}}", "item", "pem", pem) : NULL);
}

static void on_answer(void *arg, int err, const union keyd_buffer *answer)
{
	struct job *job = arg;

	job->id = 0;
	if (err) {
		refuse_answer(job, err, answer);
	} else if (job->verb == VERB_REQUEST) {
		give_request(job, answer);
	} else {
		log_event(LOG_LEVEL_NOTICE, "certificate-changed", "object",
			  job->object, NULL);
		settle(job);
	}
}

/* keyd would say the same, at the end of the connection. */
static const char *why_not_sent(union keyd_buffer *m, unsigned int type,
				size_t tail)
{
	const char *why;

	keyd_seal(m, type, 1, tail);
	why = keyd_check(m, m->m.head.len, true);
	return why ? why : "the request is not one that ucsec-keyd takes";
}

static void ask(struct job *job, unsigned int type, size_t tail)
{
	union keyd_buffer *m = &job->all->message;
	int err = keyd_client_send(trust_keys_client(job->all->config.keys),
				   type, m, tail, on_answer, job, &job->id);

	if (err == -EINVAL)
		job_refuse(job, 400, NULL, "%s", why_not_sent(m, type, tail));
	else if (err)
		job_refuse(job, 503, NULL, "ucsec-keyd: %s", strerror(-err));
}

/* Within its limits, or refused; what is not said is @number as it is. */
static bool take_number(struct job *job, const char *name, long max,
			long *number)
{
	const json_t *value = json_object_get(job->request->body, name);

	if (!value)
		return true;
	*number = (long)json_integer_value(value);
	if (json_is_integer(value) && *number >= 1 && *number <= max)
		return true;
	job_refuse(job, 400, name, "is a number from 1 to %ld", max);
	return false;
}

/* The sizes that a key of that service may have. */
static void refuse_bits(struct job *job)
{
	static const long sizes[] = { 256, 384, 521, 1024, 2048, 3072, 4096 };
	char list[64] = "";

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (keyd_service_has(job->which.service, job->which.kind,
				     (unsigned int)sizes[i]))
			snprintf(list + strlen(list),
				 sizeof(list) - strlen(list), " %ld", sizes[i]);
	job_refuse(job, 400, "bits", "is one of%s", list);
}

/* After whom a new one is called: its own, or the other kind's. */
static const struct trust_key *model_of(const struct job *job)
{
	const struct trust_key *key = find(job, KEYD_CURRENT);

	if (!key)
		key = trust_keys_find(job->all->config.keys, job->which.service,
				      job->which.kind == KEYD_RSA ? KEYD_EC :
				      KEYD_RSA, KEYD_CURRENT);
	return key;
}

static bool fill(struct job *job, struct keyd_subject *subject,
		 struct keyd_names *names, bool is_new)
{
	const struct trust_key *model = model_of(job);
	const char *field = NULL;
	char why[160] = "out of memory";

	if (!model) {
		job_refuse(job, 404, NULL, "there is no key to be like");
		return false;
	}
	if (!fill_subject(model, &job->which, is_new, job->request->body,
			  subject, names, &field, why, sizeof(why)))
		return true;
	job_refuse(job, 400, field, "%s", why);
	return false;
}

static void regenerate(struct job *job)
{
	struct keyd_make *make = &job->all->message.m.make;
	const struct trust_key *now = find(job, KEYD_CURRENT);
	bool is_there = find(job, job->which.slot);
	long days = job->which.service == KEYD_ITLRECOVERY ? 20 * YEAR :
		5 * YEAR;
	long bits = now ? now->bits : job->which.kind == KEYD_EC ? 256 : 2048;

	if (!take_number(job, "days", KEYD_DAYS_MAX, &days) ||
	    !take_number(job, "bits", UINT16_MAX, &bits))
		return;
	if (!keyd_service_has(job->which.service, job->which.kind,
			      (unsigned int)bits)) {
		refuse_bits(job);
		return;
	}
	make->key = job->which;
	make->bits = (uint16_t)bits;
	make->days = (uint32_t)days;
	if (fill(job, &make->subject, &make->names, true))
		ask(job, is_there ? KEYD_REGENERATE : KEYD_MAKE, 0);
}

static void request(struct job *job)
{
	struct keyd_csr *csr = &job->all->message.m.csr;

	csr->key = job->which;
	if (fill(job, &csr->subject, &csr->names, false))
		ask(job, KEYD_REQUEST, 0);
}

static void import(struct job *job)
{
	struct keyd_import *import = &job->all->message.m.import;
	const struct trust_key *key = find(job, job->which.slot);
	char why[160];
	uint8_t *tail, *at;

	if (!key) {
		job_refuse(job, 404, NULL, "there is no such key");
		return;
	}
	if (read_files(job->request->body, &job->file, why, sizeof(why))) {
		job_refuse(job, 400, "files", "%s", why);
		return;
	}
	if (complete_chain(job->all, &job->file, X509_get0_pubkey(key->cert),
			   issuers_of(job))) {
		job_refuse(job, 500, NULL, "the trusted certificates cannot "
			   "be read");
		return;
	}
	import->key = job->which;
	import->count = (uint32_t)job->file.count;
	job->all->message.m.head.type = KEYD_IMPORT;
	at = tail = keyd_tail_room(&job->all->message);
	for (size_t i = 0; i < job->file.count; i++)
		import->lens[i] = (uint32_t)i2d_X509(job->file.certs[i], &at);
	ask(job, KEYD_IMPORT, (size_t)(at - tail));
}

static void promote(struct job *job)
{
	job->all->message.m.which = job->which;
	ask(job, KEYD_PROMOTE, 0);
}

static void go_on(struct job *job)
{
	static void (*const does[])(struct job *job) = {
		[VERB_REGENERATE] = regenerate, [VERB_PROMOTE] = promote,
		[VERB_REQUEST] = request, [VERB_IMPORT] = import,
	};

	memset(&job->all->message.m, 0, sizeof(job->all->message.m));
	does[job->verb](job);
}

static void on_kept(void *ctx, struct store_reply *reply)
{
	struct job *job = ctx;

	if (!job->all) {
		job_free(job);
	} else if (reply->error.status) {
		/* Nothing was changed yet. */
		job_refuse_error(job, &reply->error);
	} else {
		job->elsewhere = false;
		go_on(job);
	}
	store_reply_clear(reply);
}

static bool is_kept(const struct job *job, const json_t *entry)
{
	struct store_error ignored = { 0 };
	json_t *there = store_object_get(job->all->config.store,
		store_noun_find("cert"),
		json_string_value(json_object_get(entry, "name")), &ignored);
	bool same = json_equal(json_object_get(there, "pem"),
			       json_object_get(entry, "pem")) &&
		json_equal(json_object_get(there, "purpose"),
			   json_object_get(entry, "purpose"));

	json_decref(there);
	return same;
}

/* Those of the two entries that there are not yet; NULL: no memory. */
static json_t *to_keep(const struct job *job, const struct trust_key *key)
{
	json_t *said = json_object(), *pem, *list;
	char name[32];

	store_cert_describe(key->cert, said);
	pem = json_object_get(said, "pem");
	snprintf(name, sizeof(name), "CAPF-%02x%02x%02x%02x", key->sha256[0],
		 key->sha256[1], key->sha256[2], key->sha256[3]);
	list = json_pack("[{sssssO}{sosssO}]", "name", name, "purpose",
			 "callmanager-trust", "pem", pem, "name",
			 json_sprintf("%s-enrol", name), "purpose",
			 "capf-trust", "pem", pem);
	json_decref(said);
	for (size_t i = json_array_size(list); i--;)
		if (is_kept(job, json_array_get(list, i)))
			json_array_remove(list, i);
	return list;
}

/*
 * Phones whose certificate that key has signed go on connecting and enrolling:
 * it stays among the trusted ones. Under a name that is its own: what was begun
 * before, and what somebody has deleted of that, shows by it.
 */
static void keep_issuer(struct job *job, const struct trust_key *key)
{
	struct store_request add = {
		.verb = STORE_ADD_ALL, .noun = store_noun_find("cert"),
		.body = to_keep(job, key),
	};

	if (add.body && !json_array_size(add.body)) {
		json_decref(add.body);
		go_on(job);
		return;
	}
	job->elsewhere = true;
	if (!add.body || store_submit(job->all->config.store, &add, on_kept,
				      job))
		job_refuse(job, 503, NULL, "too many changes are waiting, or "
			   "the daemon stops");
}

static bool check_body(struct job *job, const struct action *action)
{
	const json_t *body = job->request->body;
	static const char *const flags[] = { "next", "force" };
	const char *field = unknown_member(body, action->known);

	if (field) {
		job_refuse(job, 400, field, "is unknown");
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		const json_t *value = json_object_get(body, flags[i]);

		if (value && !json_is_boolean(value)) {
			job_refuse(job, 400, flags[i], "is true or false");
			return false;
		}
	}
	return true;
}

static bool is_allowed(struct job *job)
{
	const struct certificates_config *config = &job->all->config;
	bool is_signer = job->which.service == KEYD_ITLRECOVERY;
	char why[320];

	/* Phones fetch lists one by one: who waits for them knows. */
	if (is_signer && job->verb == VERB_PROMOTE && config->may_promote &&
	    config->may_promote(config->arg, why, sizeof(why))) {
		job_refuse(job, 409, NULL, "%s", why);
		return false;
	}
	/* The signer's next one may have been announced. */
	if (flag(job, "force") || (job->which.slot == KEYD_NEXT &&
				   job->verb != VERB_PROMOTE && !is_signer) ||
	    !followup_forbids(job->all->followup, job->which.service, why,
			      sizeof(why)))
		return true;
	job_refuse(job, 409, NULL, "%s (--force: all the same)", why);
	return false;
}

void change(struct certificates *all, struct admin_request *request_,
	    const struct keyd_which *which, const char *name,
	    const char *word)
{
	const struct action *action = NULL;
	const struct trust_key *now;
	char object[OBJECT_SIZE];
	struct job *job;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].name, word))
			action = &actions[i];
	if (!action) {
		admin_refuse_text(request_, 404, "there is no such action");
		return;
	}
	snprintf(object, sizeof(object), "cert %.64s", name);
	job = job_new(all, request_, action->verb, object);
	if (!job || !check_body(job, action))
		return;
	job->which = *which;
	if (action->verb == VERB_PROMOTE || flag(job, "next"))
		job->which.slot = KEYD_NEXT;
	if (action->changes && !is_allowed(job))
		return;
	now = find(job, KEYD_CURRENT);
	if (which->service == KEYD_CAPF && action->changes && now &&
	    (action->verb == VERB_PROMOTE || job->which.slot == KEYD_CURRENT))
		keep_issuer(job, now);
	else
		go_on(job);
}
