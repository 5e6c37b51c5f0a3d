// SPDX-License-Identifier: GPL-2.0
/*
 * Files of certificates in requests: read, completed to a chain, or added to
 * the trusted ones.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trust/certificates-parts.h"

/* NULL: it is not base64. */
static uint8_t *decode(const char *text, size_t len, size_t *size)
{
	uint8_t *data = len % 4 ? NULL : malloc(len / 4 * 3 + 1);
	int n = data ? EVP_DecodeBlock(data, (const uint8_t *)text, (int)len) :
		-1;

	if (n < 0) {
		free(data);
		return NULL;
	}
	/* What fills the last block up counts there. */
	if (len && text[len - 1] == '=')
		n -= text[len - 2] == '=' ? 2 : 1;
	*size = (size_t)n;
	return data;
}

static int read_one(const json_t *text, struct certificate_file *file,
		    char *why, size_t size)
{
	size_t len = json_string_length(text);
	uint8_t *data;
	int err;

	if (len > (CERTIFICATE_FILE_MAX + 3) / 3 * 4) {
		snprintf(why, size, "is longer than 256 KiB");
		return -EINVAL;
	}
	data = json_is_string(text) ? decode(json_string_value(text), len,
					     &len) : NULL;
	if (!data) {
		snprintf(why, size, "is not base64");
		return -EINVAL;
	}
	err = certificate_file_read(file, data, len, why, size);
	free(data);
	return err;
}

int read_files(const json_t *body, struct certificate_file *file, char *why,
	       size_t size)
{
	const json_t *list = json_object_get(body, "files"), *text;
	int err = 0;
	size_t i;

	snprintf(why, size, "is a list of files in base64");
	if (!json_array_size(list))
		return -EINVAL;
	json_array_foreach(list, i, text) {
		err = read_one(text, file, why, size);
		if (err)
			break;
	}
	ERR_clear_error();
	return err;
}

/* An issuer that is trusted and not in the file. */
struct search {
	X509 *of, *found;
};

static int try_issuer(void *ctx, const char *name, const char *pem)
{
	struct search *search = ctx;
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	(void)name;
	BIO_free(bio);
	if (cert && X509_check_issued(cert, search->of) == X509_V_OK &&
	    X509_verify(search->of, X509_get0_pubkey(cert)) == 1) {
		search->found = cert;
		return 1;
	}
	X509_free(cert);
	return 0;
}

static X509 *issuer_of(const struct certificate_file *file, X509 *cert)
{
	for (size_t i = 0; i < file->count; i++)
		if (file->certs[i] != cert &&
		    X509_check_issued(file->certs[i], cert) == X509_V_OK)
			return file->certs[i];
	return NULL;
}

static void put_first(struct certificate_file *file, EVP_PKEY *key)
{
	for (size_t i = 1; i < file->count; i++) {
		X509 *cert = file->certs[i];

		if (EVP_PKEY_eq(X509_get0_pubkey(cert), key) != 1)
			continue;
		if (EVP_PKEY_eq(X509_get0_pubkey(file->certs[0]), key) == 1)
			return;
		file->certs[i] = file->certs[0];
		file->certs[0] = cert;
	}
}

int complete_chain(struct certificates *all, struct certificate_file *file,
		   EVP_PKEY *key, const char *purpose)
{
	struct search search = { 0 };
	X509 *at, *issuer;
	int err = 0;

	put_first(file, key);
	at = file->certs[0];
	/* Each step leads to another certificate, or is the last. */
	for (size_t i = 0; i < KEYD_CHAIN && X509_self_signed(at, 0) != 1;
	     i++, at = issuer) {
		issuer = issuer_of(file, at);
		if (issuer)
			continue;
		search.of = at;
		search.found = NULL;
		if (purpose)
			err = store_cert_each_of(all->config.store, purpose,
						 try_issuer, &search);
		issuer = search.found;
		if (!issuer)
			break;
		err = 0;
		if (file->count == KEYD_CHAIN) {
			X509_free(issuer);
			break;
		}
		file->certs[file->count++] = issuer;
	}
	ERR_clear_error();
	return err < 0 ? err : 0;
}

/* NAME, NAME-2, ... */
static json_t *entry_of(const char *name, const char *purpose, size_t i,
			X509 *cert)
{
	json_t *entry = json_object(), *said = json_object();
	char number[24] = "";

	if (i)
		snprintf(number, sizeof(number), "-%zu", i + 1);
	if (!store_cert_describe(cert, said)) {
		json_object_set_new(entry, "name",
				    json_sprintf("%s%s", name, number));
		json_object_set_new(entry, "purpose", json_string(purpose));
		json_object_set(entry, "pem", json_object_get(said, "pem"));
	}
	json_decref(said);
	return entry;
}

static void on_stored(void *ctx, struct store_reply *reply)
{
	struct job *job = ctx;
	struct followup *followup;
	json_t *body;

	if (!job->all) {
		job_free(job);
	} else if (reply->error.status) {
		job_refuse_error(job, &reply->error);
	} else {
		followup = job->all->followup;
		body = json_pack("{sOsO}", "items", reply->result, "warnings",
				 reply->warnings);
		if (body && followup)
			json_object_set_new(body, "followup",
					    followup_show(followup));
		job_done(job, body);
	}
	store_reply_clear(reply);
}

static void submit(struct job *job, json_t *list)
{
	struct store_request add = {
		.verb = STORE_ADD_ALL, .noun = store_noun_find("cert"),
		.body = list,
	};

	job->elsewhere = true;
	if (store_submit(job->all->config.store, &add, on_stored, job))
		job_refuse(job, 503, NULL, "too many changes are waiting, or "
			   "the daemon stops");
}

void upload(struct certificates *all, struct admin_request *request)
{
	static const char *const known[] = { "name", "purpose", "files", NULL };
	const json_t *body = request->body;
	const char *name = json_string_value(json_object_get(body, "name"));
	const char *purpose = json_string_value(json_object_get(body,
								"purpose"));
	const char *field = unknown_member(body, known);
	char object[OBJECT_SIZE], why[160];
	struct job *job;
	json_t *list;

	snprintf(object, sizeof(object), "cert %.64s", name ? name : "");
	job = job_new(all, request, VERB_UPLOAD, object);
	if (!job)
		return;
	if (field || !name || !purpose) {
		job_refuse(job, 400, field ? field : !name ? "name" : "purpose",
			   "%s", field ? "is unknown" : "is missing");
		return;
	}
	if (read_files(body, &job->file, why, sizeof(why))) {
		job_refuse(job, 400, "files", "%s", why);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < job->file.count; i++)
		json_array_append_new(list, entry_of(name, purpose, i,
						     job->file.certs[i]));
	submit(job, list);
}
