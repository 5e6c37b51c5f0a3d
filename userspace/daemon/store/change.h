/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One administrative change on its way into the database; private to store/.
 *
 * field.c reads what was given, rules*.c judge what it would become, row.c
 * writes it, object.c leads. An object on this way is complete and has its
 * secrets as they are kept: digest checksums, sealed passwords.
 */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include <jansson.h>

#include "store/db.h"
#include "store/object.h"

struct change {
	struct db *db;
	const struct store_noun *noun;
	int64_t id;		/* 0 while it is new */
	json_t *now;		/* NULL if it is new */
	json_t *given;		/* what was asked for, checked */
	json_t *next;		/* what it is to become */
	json_t *warnings;	/* array of sentences */
	struct store_error *error;
	bool dry_run;		/* none of it will stay */
	bool ordered;		/* this object alone, in no document */
};

/* -EINVAL, with status and sentence; the first refusal stays. */
__attribute__((format(printf, 4, 5)))
int store_refuse(struct store_error *error, int status, const char *field,
		 const char *format, ...);
/* A failure that is not the asker's: its errno again. */
int store_fail(struct store_error *error, int err);
__attribute__((format(printf, 2, 3)))
void store_warn(json_t *warnings, const char *format, ...);

/* field.c */
json_t *field_value(const struct store_field *field, const json_t *value,
		    const char *path, struct store_error *error);
json_t *field_given(const struct store_noun *noun, const json_t *body,
		    struct store_error *error);
/* @now and @given on it, or defaults and @given on them if @now is NULL. */
json_t *field_overlay(const struct store_noun *noun, const json_t *now,
		      const json_t *given, struct store_error *error);
int field_complete(const struct store_noun *noun, const json_t *given,
		   json_t *next, struct store_error *error);
json_t *field_initial(const struct store_field *field);
/* A string member, or NULL. */
const char *member_text(const json_t *object, const char *name);
bool member_true(const json_t *object, const char *name);
long member_int(const json_t *object, const char *name);
bool member_is(const json_t *object, const char *name, const char *text);

/* row-read.c, row-write.c */
struct row_reader;
struct row_reader *row_reader_new(struct db *db, const struct store_noun *noun,
				  bool one);
/*
 * The object of @id if the reader is for one, else the next; NULL: no more, or
 * an error, which row_reader_end() tells: half a table must not pass for all.
 */
json_t *row_read(struct row_reader *reader, int64_t *id);
/* Frees it: 0 or -errno of all that was read. NULL is told as -ENOMEM. */
int __attribute__((warn_unused_result))
row_reader_end(struct row_reader *reader);
json_t *row_get(struct db *db, const struct store_noun *noun, int64_t id);
/* 0 if there is none; -errno */
int64_t row_find(struct db *db, const struct store_noun *noun,
		 const char *first, const char *second);
int64_t row_find_key(struct db *db, const struct store_noun *noun,
		     const char *key);
int row_write(struct change *change);
int row_delete(struct db *db, const struct store_noun *noun, int64_t id);
/* Takes out what is not for eyes. */
void row_publish(const struct store_noun *noun, json_t *object);

/* in-use.c: refuses with the list of users if there are any */
int in_use_check(struct db *db, const struct store_noun *noun, int64_t id,
		 const char *key, struct store_error *error);

/* rules.c: may complete @next. rules_after(): what spans objects. */
int rules_apply(struct change *change);
int rules_profile(struct change *change);
int rules_phone(struct change *change);
int rules_srst(struct change *change);
int rules_enterprise_phone(struct change *change);
int rules_cert(struct change *change);
int rules_node(struct change *change);
/* Of one that goes: who has a certificate of it. */
int cert_warn_users(struct change *change);
/* What "pem" holds into the fields derived from it. */
int cert_describe(struct change *change);
/* The one certificate of a text; else NULL and what is @wrong with it. */
X509 *cert_read(const char *pem, const char **wrong);
/* As we would write it: what stands around the certificate goes. */
int cert_write(json_t *object, const char *field, X509 *cert);
/* rules-sast.c: one who may sign lists; do all of them fit in? */
int rules_sast(struct change *change);
int sast_rules(struct db *db, const char *field, struct store_error *error);
/* Names and number that no list can have: a sentence, or NULL. */
const char *cert_unfit_for_lists(const X509 *cert);
/* rules-node.c: do all of them fit in? */
int node_rules(struct db *db, const char *field, struct store_error *error);
/* rules-capf.c: of a phone, before and after its profile is judged */
int capf_take_profile(struct change *change);
int capf_judge(struct change *change, const json_t *profile);
int rules_secrets(struct change *change);
/* rules-secrets.c: @text sealed for @what; the same one stays as it is. */
int seal_field(struct change *change, const char *field, const char *what,
	       const char *text);
int seal_anew(struct change *change, const char *field, const char *what,
	      const char *text);
/* Refuses what was not sealed here and for @what. */
int sealed_field_check(struct change *change, const char *field,
		       const char *what);
int rules_after(struct db *db, struct store_error *error);
/* May it be changed or deleted at all? */
int rules_guard(const struct store_noun *noun, const json_t *now,
		struct store_error *error);

/* affected.c: phones with what changed of it in their files; how to tell them */
int affected_count(const struct change *change);
json_t *affected_offer(const struct change *change);	/* NULL: there are none */

/* object.c: within the caller's transaction */
int object_add(struct change *change);
int object_set(struct change *change, const char *key);
int object_del(struct change *change, const char *key);
int object_own_cert(struct change *change);
bool object_is_exported(const struct store_noun *noun, const json_t *object);

/* param-change.c */
int param_set(struct db *db, const char *name, const json_t *body,
	      json_t *warnings, struct store_error *error);
int param_unset(struct db *db, const char *name, json_t *warnings,
		struct store_error *error);
/* What is set, or the default; NULL if that could not be read. */
json_t *param_value(struct db *db, int param);
/* The value of a text that is in the table. */
json_t *param_of_text(int param, const char *text);
/* Rules between parameters, after the last of them was set. */
int param_rules(struct db *db, struct store_error *error);

/* import.c: a difference, or NULL and @error */
json_t *import_document(struct db *db, const json_t *document, bool dry_run,
			json_t *warnings, struct store_error *error);
json_t *export_document(struct db *db, struct store_error *error);

#endif /* STORE_CHANGE_H */
