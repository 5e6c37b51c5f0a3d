/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of certificates share.
 */
#ifndef TRUST_CERTIFICATES_PARTS_H
#define TRUST_CERTIFICATES_PARTS_H

#include "admin/admin.h"
#include "store/store.h"
#include "trust/certificate-file.h"
#include "trust/certificates.h"
#include "trust/keys.h"

#define OBJECT_SIZE	(STORE_NAME_SIZE + 8)

enum verb { VERB_REGENERATE, VERB_PROMOTE, VERB_REQUEST, VERB_IMPORT,
	    VERB_UPLOAD, VERB_FOLLOWUP };

/* One request that is answered later. */
struct job {
	struct certificates *all;	/* NULL: closed, and already answered */
	struct admin_request *request;
	struct job *next, **link;
	enum verb verb;
	struct keyd_which which;
	struct certificate_file file;	/* of an import */
	char object[OBJECT_SIZE];
	uint32_t id;			/* keyd's, or 0 */
	bool elsewhere;			/* who calls back cannot be told not to */
};

struct certificates {
	struct certificates_config config;
	struct followup *followup;	/* NULL without keyd */
	struct job *jobs;
	union keyd_buffer message;	/* between filling and sending alone */
};

/* certificates.c; NULL and answered: no memory */
struct job *job_new(struct certificates *all, struct admin_request *request,
		    enum verb verb, const char *object);
void job_free(struct job *job);
/* Each answers, writes the security log, and frees the job. */
void job_done(struct job *job, json_t *body);
__attribute__((format(printf, 4, 5)))
void job_refuse(struct job *job, int status, const char *field,
		const char *format, ...);
void job_refuse_error(struct job *job, const struct store_error *error);
/* NULL, or the first member of the body that is not in the list. */
const char *unknown_member(const json_t *body, const char *const *known);
/* The key as it is shown; NULL: no memory */
json_t *key_json(const struct trust_key *key);

/* certificates-file.c: "files" of the body; 0, or -EINVAL with a sentence */
int read_files(const json_t *body, struct certificate_file *file, char *why,
	       size_t size);
/*
 * The one for @key to the front, and what its chain lacks from those that are
 * trusted for that purpose; NULL: there is none.
 */
int complete_chain(struct certificates *all, struct certificate_file *file,
		   EVP_PKEY *key, const char *purpose);
void upload(struct certificates *all, struct admin_request *request);

/*
 * certificates-subject.c: of a certificate, overridden by the body's members;
 * is_new: for a new key. 0, or -errno, @field and a sentence
 */
int fill_subject(const struct trust_key *like, const struct keyd_which *which,
		 bool is_new, const json_t *body, struct keyd_subject *subject,
		 struct keyd_names *names, const char **field, char *why,
		 size_t size);

/* certificates-change.c: POST /v1/own-cert/NAME/ACTION */
void change(struct certificates *all, struct admin_request *request,
	    const struct keyd_which *which, const char *name,
	    const char *action);

#endif /* TRUST_CERTIFICATES_PARTS_H */
