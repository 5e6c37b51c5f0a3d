/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an administrator reads and changes: objects as JSON, by noun and key.
 *
 * A key is one text, "SEP001122334455", or two with a slash between, where the
 * second may be missing: "2001/internal", "2001".
 */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include <jansson.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/schema.h"

struct store;

#define STORE_KEY_SIZE	256

/* Why a request was refused; nothing was changed then. */
struct store_error {
	int status;		/* as HTTP has it; 0: not refused */
	char object[STORE_KEY_SIZE + 32];	/* "phone SEP001122334455" */
	char field[96];		/* "lines[2].number", or "" */
	char reason[640];
};

enum store_verb {
	STORE_ADD,
	STORE_SET,	/* the fields named, the others stay */
	STORE_DEL,
	STORE_IMPORT,
	/* From the daemon itself; body: {"name", "pem"}, gone without "pem". */
	STORE_OWN_CERT,
	STORE_ADD_ALL,	/* body: an array; result, too. All of it or none */
};

struct store_request {
	enum store_verb verb;
	bool dry_run;			/* import: tell, change nothing */
	/* The daemon's own, of which there are few: however many wait. */
	bool owed;
	const struct store_noun *noun;	/* NULL: params, or an import */
	char key[STORE_KEY_SIZE];
	json_t *body;			/* the store's from here on */
};

struct store_reply {
	struct store_error error;
	json_t *result;		/* the object, or the difference; may be NULL */
	json_t *warnings;	/* sentences */
	json_t *offer;		/* {"phones", "command"}; NULL: none need know */
};

void store_reply_clear(struct store_reply *reply);

/*
 * Done by the writer's thread; @done is called on the loop when it is on the
 * disk or refused. @reply is the callback's to keep or clear. -EAGAIN: too many
 * are waiting.
 */
typedef void (*store_done)(void *ctx, struct store_reply *reply);
int store_submit(struct store *store, const struct store_request *request,
		 store_done done, void *ctx);

/* On the loop. NULL and @error if there is none or it cannot be read. */
json_t *store_object_get(struct store *store, const struct store_noun *noun,
			 const char *key, struct store_error *error);
json_t *store_object_list(struct store *store, const struct store_noun *noun,
			  struct store_error *error);
json_t *store_param_get(struct store *store, const char *name,
			struct store_error *error);
json_t *store_param_list(struct store *store, struct store_error *error);
/* What the noun cert says of a certificate, into @object: 0 or -ENOMEM. */
int store_cert_describe(X509 *cert, json_t *object);
/* And what only one that is looked at shows. */
void store_cert_describe_more(const X509 *cert, json_t *object);
/* What holds for a phone, setting by setting, and who said so. */
json_t *store_phone_settings_json(struct store *store, const char *key,
				  struct store_error *error);
json_t *store_export(struct store *store, struct store_error *error);

/* The key of an object as JSON; false if it does not fit or is missing. */
bool store_key_of(const struct store_noun *noun, const json_t *object,
		  char key[STORE_KEY_SIZE]);

/* The JSON Schema of the document that import reads and export writes. */
json_t *store_schema_json(void);

#endif /* STORE_OBJECT_H */
