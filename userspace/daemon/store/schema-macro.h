/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Short forms for rows of the table; for the schema's own files.
 */
#ifndef STORE_SCHEMA_MACRO_H
#define STORE_SCHEMA_MACRO_H

#define DIGITS		"0123456789"
#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_CHARS	LETTERS DIGITS " ._-+@()"
#define USER_CHARS	LETTERS DIGITS "._-+@"
#define NUMBER_CHARS	DIGITS "*#+"
#define HOST_CHARS	LETTERS DIGITS ".-:"
#define PATTERN_CHARS	DIGITS "*#+X![]^-."
#define PEM_CHARS	LETTERS DIGITS "+/=- \r\n"
/* protocols, §13: what a description must not contain */
#define NOT_IN_TEXT	"\"%&\\<>"
#define NOT_IN_REALM	"\"\\"

#define NAME(what) \
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1, \
	  .max = 64, .allowed = NAME_CHARS, .check = store_name_check, \
	  .about = what }
#define TEXT(field, length, what) \
	{ .name = field, .max = length, .forbidden = NOT_IN_TEXT, \
	  .initial = "", .about = what }
#define BOOL(field, value, what) \
	{ .name = field, .type = STORE_TYPE_BOOL, .initial = value, \
	  .about = what }
#define INT(field, least, most, value, what) \
	{ .name = field, .type = STORE_TYPE_INT, .min = least, .max = most, \
	  .initial = value, .about = what }
#define ENUM(field, list, value, what) \
	{ .name = field, .type = STORE_TYPE_ENUM, .words = list, \
	  .initial = value, .about = what }
#define REF(field, noun, what) \
	{ .name = field, .type = STORE_TYPE_REF, .ref = noun, .about = what }
#define REFS(field, noun, most, what) \
	{ .name = field, .type = STORE_TYPE_REFS, .ref = noun, .max = most, \
	  .about = what }
#define PHONE_ENUM(field, list, value, what) \
	{ .name = field, .type = STORE_TYPE_ENUM, .words = list, \
	  .kinds = STORE_KIND_PHONE, .initial = value, .about = what }
#define PHONE_BOOL(field, what) \
	{ .name = field, .type = STORE_TYPE_BOOL, .kinds = STORE_KIND_PHONE, \
	  .initial = "false", .about = what }
#define PHONE_INT(field, least, most, value, what) \
	{ .name = field, .type = STORE_TYPE_INT, .min = least, .max = most, \
	  .kinds = STORE_KIND_PHONE, .initial = value, .about = what }
#define TRUNK_ENUM(field, list, value, what) \
	{ .name = field, .type = STORE_TYPE_ENUM, .words = list, \
	  .kinds = STORE_KIND_TRUNK, .initial = value, .about = what }
#define TRUNK_BOOL(field, what) \
	{ .name = field, .type = STORE_TYPE_BOOL, .kinds = STORE_KIND_TRUNK, \
	  .initial = "false", .about = what }
#define PASSWORD(what) \
	{ .name = "password", .type = STORE_TYPE_PASSWORD, .min = 1, \
	  .max = 128, .about = what }
#define DIGEST \
	{ .name = "digest", .type = STORE_TYPE_DIGEST, .max = 32, \
	  .fields = digest_fields, \
	  .about = "checksums of the password for each realm, as exported" }
#define DERIVED(field, length, what) \
	{ .name = field, .flags = STORE_DERIVED, .max = length, \
	  .about = what }
/* Of the certificate in the field "pem". */
#define CERTIFICATE_FACTS \
	DERIVED("subject", 512, "whose it is"), \
	DERIVED("issuer", 512, "who signed it"), \
	DERIVED("serial", 64, "serial number"), \
	DERIVED("not_before", 20, "good from"), \
	DERIVED("not_after", 20, "good until"), \
	DERIVED("fingerprint", 95, "SHA-256 of it")
#define PRESENCE_GROUP \
	REF("presence_group", "presence-group", \
	    "who may watch it, and whom it may watch")
/* Presence asks what devices and lines are in. */
#define USER_PRESENCE_GROUP \
	REF("presence_group", "presence-group", \
	    "kept; presence asks the phone's, the trunk's and the line's")
#define END { .name = NULL }

#endif /* STORE_SCHEMA_MACRO_H */
