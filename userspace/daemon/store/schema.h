/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of every object and field an administrator may name.
 *
 * Checks, columns, JSON, the published schema and ucsecctl's words come from
 * it; ucsecctl links it, so it needs nothing but the C library.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

enum store_type {
	STORE_TYPE_STRING,
	STORE_TYPE_INT,
	STORE_TYPE_BOOL,
	STORE_TYPE_ENUM,
	STORE_TYPE_REF,		/* another object's key */
	STORE_TYPE_REFS,	/* list of them, in order, none twice */
	STORE_TYPE_LIST,	/* list of objects of .fields */
	STORE_TYPE_PASSWORD,	/* goes in, never comes out */
	STORE_TYPE_DIGEST,	/* its checksums, as an export has them */
	STORE_TYPE_SEALED,	/* it encrypted, as an export has it */
};

enum store_flag {
	STORE_KEY = 1,		/* part of the object's key */
	STORE_REQUIRED = 2,
	STORE_FIXED = 4,	/* said when the object is added, then never */
	STORE_DERIVED = 8,	/* worked out by the daemon, read only */
	STORE_OF_PROFILE = 16,	/* said of a phone, kept in its profile */
	STORE_FROM_FILE = 32,	/* too long for a command line or a table */
};

/* Kinds of profile: a field may belong to one of them. */
#define STORE_KIND_PHONE	1
#define STORE_KIND_TRUNK	2

struct store_field {
	const char *name;
	enum store_type type;
	unsigned int flags;
	unsigned int kinds;		/* 0: any */
	long min, max;			/* value, bytes, or entries */
	const char *allowed;		/* characters; NULL: any printable */
	const char *forbidden;
	const char *const *words;	/* ENUM, ended by NULL */
	const char *ref;		/* REF, REFS: the noun */
	const struct store_field *fields;	/* LIST, DIGEST */
	const char *initial;		/* default; NULL: null */
	/* May rewrite the text (never longer); what is wrong, or NULL. */
	const char *(*check)(char *text);
	const char *about;
};

struct store_noun {
	const char *name;
	const char *table;
	const char *about;
	const struct store_field *fields;	/* ended by a NULL name */
	bool single;		/* there is one, called STORE_SINGLE, for good */
};

#define STORE_SINGLE	"enterprise"

/* schema-*.c: parts of the table, words of fields */
extern const struct store_field store_profile_fields[], store_phone_fields[],
	store_cert_fields[],
	store_common_phone_profile_fields[], store_enterprise_phone_fields[],
	store_srst_fields[], store_node_fields[];
extern const char *const store_protocols[], *const store_capf_modes[],
	*const store_key_orders[], *const store_capf_operations[];

/* Ended by a NULL name; what is referred to stands before what refers. */
extern const struct store_noun store_nouns[];

const struct store_noun *store_noun_find(const char *name);
const struct store_field *store_field_find(const struct store_field *fields,
					   const char *name);
/* The key's fields; [1] is NULL for nouns with one. */
void store_noun_key(const struct store_noun *noun,
		    const struct store_field *key[2]);
/*
 * What an entry of a list says: its fields, where a reference to an object with
 * two key fields is said by these. How many there are.
 */
#define STORE_MAX_ITEM_FIELDS	8
size_t store_item_fields(const struct store_field *fields,
			 const struct store_field *item[STORE_MAX_ITEM_FIELDS]);
/* The kind bit of a profile's "kind"; 0 if it is none. */
unsigned int store_kind(const char *word);
/* A column of the noun's own table, or a table of its own? */
bool store_field_is_column(const struct store_field *field);
bool store_field_is_list(const struct store_field *field);

/*
 * Characters, length and check of a text: NULL, or the sentence that says what
 * is wrong. @why may be used for it.
 */
const char *store_text_check(const struct store_field *field, char *text,
			     char *why, size_t size);

/* With its NUL: what a parameter says. */
#define STORE_PARAM_TEXT_SIZE	1025

/*
 * schema-cert.c: certificates of our own, a name for each purpose that has no
 * "-trust" behind it; of an EC key "-ECDSA" is behind the name.
 */
bool store_cert_is_own(const char *purpose);
/* "CallManager" of "callmanager"; NULL: none of ours. */
const char *store_cert_own_name(const char *purpose);
/* The other way round, also of "CallManager-ECDSA". */
const char *store_cert_own_purpose(const char *name);
/* Is that subject one of the phones' manufacturer's, who signs MICs? */
bool store_cert_is_mic_root(const char *subject);
#define STORE_MIC_ROOT_WARNING	"a manufacturer's root in callmanager-trust " \
	"lets every phone of that make in: move it to capf-trust, and enrol"

/* params: a table of its own, as each has a type of its own */
struct store_param_info {
	const char *name;
	enum store_type type;		/* STRING, INT, BOOL, ENUM */
	long min, max;
	const char *allowed;
	const char *forbidden;
	const char *const *words;
	const char *(*check)(char *text);
	const char *initial;
	const char *about;
};

extern const struct store_param_info store_params[];	/* by enum store_param */
int store_param_find(const char *name);			/* or -ENOENT */

/* The same as a field called "value". */
struct store_field store_param_field(const struct store_param_info *info);

/* Of route patterns; schema-text.c */
const char *store_pattern_check(char *text);

#endif /* STORE_SCHEMA_H */
