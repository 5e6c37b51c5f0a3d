// SPDX-License-Identifier: GPL-2.0
/*
 * The table of every object and field an administrator may name.
 */
#include "store/schema.h"

#include <string.h>

#include "store/schema-text.h"

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
#define PRESENCE_GROUP \
	REF("presence_group", "presence-group", \
	    "who may watch it, and whom it may watch")
/* Presence asks what devices and lines are in. */
#define USER_PRESENCE_GROUP \
	REF("presence_group", "presence-group", \
	    "kept; presence asks the phone's, the trunk's and the line's")
#define END { .name = NULL }

static const char *const kinds[] = { "phone", "trunk", NULL };
static const char *const protocols[] = { "sip", "sccp", NULL };
static const char *const modes[] = {
	"nonsecure", "authenticated", "encrypted", NULL
};
static const char *const phone_transports[] = {
	"tcp+udp", "tcp", "udp", "tls", NULL
};
static const char *const incoming_transports[] = { "tcp+udp", "tls", NULL };
static const char *const outgoing_transports[] = { "tcp", "udp", "tls", NULL };
static const char *const secure_when[] = { "srtp+tls", "srtp", NULL };
static const char *const purposes[] = {
	"callmanager-trust", "callmanager", NULL
};

static const char *const algorithms[] = {
	"MD5", "SHA-256", "SHA-512-256", NULL
};

static const struct store_field digest_fields[] = {
	{ .name = "realm", .flags = STORE_REQUIRED, .min = 1, .max = 128,
	  .forbidden = NOT_IN_REALM, .about = "realm of the challenge" },
	{ .name = "algorithm", .type = STORE_TYPE_ENUM, .words = algorithms,
	  .flags = STORE_REQUIRED, .about = "of RFC 8760" },
	{ .name = "ha1", .flags = STORE_REQUIRED, .min = 32, .max = 64,
	  .allowed = "0123456789abcdef",
	  .about = "H(user:realm:password), hexadecimal" },
	END
};

static const struct store_field partition_fields[] = {
	NAME("name of the partition"),
	TEXT("description", 50, "for people"),
	END
};

static const struct store_field css_fields[] = {
	NAME("name of the calling search space"),
	TEXT("description", 50, "for people"),
	REFS("partitions", "partition", 100, "searched in this order"),
	END
};

static const struct store_field presence_group_fields[] = {
	NAME("name of the presence group"),
	TEXT("description", 50, "for people"),
	REFS("may_watch", "presence-group", 100,
	     "groups it may watch beside itself"),
	END
};

static const struct store_field sip_realm_fields[] = {
	{ .name = "realm", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 128, .forbidden = NOT_IN_REALM, .check = store_name_check,
	  .about = "realm a trunk's far end challenges with" },
	{ .name = "user", .flags = STORE_REQUIRED, .min = 1, .max = 64,
	  .allowed = USER_CHARS, .about = "who we are there" },
	PASSWORD("what we answer with; kept encrypted"),
	{ .name = "password_sealed", .type = STORE_TYPE_SEALED, .max = 512,
	  .about = "the password encrypted under this node's key, as exported" },
	END
};

/* Those without a kind belong to both. */
static const struct store_field profile_fields[] = {
	NAME("name; a shared certificate's DNS name equals it"),
	{ .name = "kind", .type = STORE_TYPE_ENUM, .words = kinds,
	  .flags = STORE_REQUIRED | STORE_FIXED,
	  .about = "what it is a profile of" },
	{ .name = "protocol", .type = STORE_TYPE_ENUM, .words = protocols,
	  .flags = STORE_FIXED, .kinds = STORE_KIND_PHONE, .initial = "sip",
	  .about = "what its phones speak" },
	TEXT("description", 50, "for people"),
	ENUM("device_security_mode", modes, "nonsecure",
	     "clear, signed (TLS with NULL cipher), or secret"),
	PHONE_ENUM("transport", phone_transports, NULL,
		   "tls exactly if the mode is not nonsecure"),
	TRUNK_ENUM("incoming_transport", incoming_transports, NULL,
		   "tls exactly if the mode is not nonsecure"),
	TRUNK_ENUM("outgoing_transport", outgoing_transports, NULL,
		   "tls exactly if the mode is not nonsecure"),
	{ .name = "incoming_port", .type = STORE_TYPE_INT,
	  .kinds = STORE_KIND_TRUNK, .min = 1, .max = 65535,
	  .about = "local port; 5060, with TLS 5061 unless said" },
	{ .name = "x509_subject_name", .kinds = STORE_KIND_TRUNK, .max = 4096,
	  .allowed = LETTERS DIGITS " ,;:.-_*@=/+()'", .initial = "",
	  .about = "names, one of which the peer's certificate has" },
	BOOL("digest", "false", "challenge its requests"),
	INT("nonce_validity", 10, 86400, "600", "seconds a challenge is good"),
	{ .name = "sip_phone_port", .type = STORE_TYPE_INT,
	  .kinds = STORE_KIND_PHONE, .min = 1, .max = 65535,
	  .initial = "5060", .about = "for the phone's file, which is not made yet" },
	PHONE_BOOL("exclude_digest_credentials",
		   "for the phone's file, which is not made yet"),
	PHONE_BOOL("tftp_encrypted_config", "for the phone's file, which is not made yet"),
	TRUNK_BOOL("application_authorization",
		   "ask the application user's boxes, too; needs digest"),
	TRUNK_BOOL("accept_presence_subscription", "SUBSCRIBE for presence"),
	TRUNK_BOOL("accept_out_of_dialog_refer", "REFER outside a dialog"),
	TRUNK_BOOL("accept_unsolicited_notification",
		   "NOTIFY nobody subscribed to"),
	TRUNK_BOOL("accept_replaces_header", "requests with Replaces"),
	TRUNK_BOOL("transmit_security_status", "tell calls' status"),
	TRUNK_BOOL("allow_charging_header", "pass P-Charging-Vector"),
	{ .name = "predefined", .type = STORE_TYPE_BOOL,
	  .flags = STORE_DERIVED, .initial = "false",
	  .about = "came with the daemon, cannot be changed" },
	END
};

static const struct store_field user_fields[] = {
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 64, .allowed = USER_CHARS, .about = "digest user name" },
	TEXT("display_name", 128, "for people"),
	USER_PRESENCE_GROUP,
	PASSWORD("of digest authentication; checksums of it are kept"),
	DIGEST,
	END
};

static const struct store_field appuser_fields[] = {
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 64, .allowed = USER_CHARS, .about = "digest user name" },
	TEXT("display_name", 128, "for people"),
	USER_PRESENCE_GROUP,
	BOOL("accept_presence_subscription", "false", "SUBSCRIBE for presence"),
	BOOL("accept_out_of_dialog_refer", "false", "REFER outside a dialog"),
	BOOL("accept_unsolicited_notification", "false",
	     "NOTIFY nobody subscribed to"),
	BOOL("accept_replaces_header", "false", "requests with Replaces"),
	PASSWORD("of digest authentication; checksums of it are kept"),
	DIGEST,
	END
};

static const struct store_field line_fields[] = {
	{ .name = "number", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 32, .allowed = NUMBER_CHARS, .check = store_number_check,
	  .about = "directory number" },
	{ .name = "partition", .type = STORE_TYPE_REF, .flags = STORE_KEY,
	  .ref = "partition", .about = "null: everybody may call it" },
	TEXT("description", 128, "for people; the caller's name"),
	REF("css", "css", "what it may call, before its phone's"),
	PRESENCE_GROUP,
	INT("no_answer_timeout", 0, 300, "0",
	    "seconds; 0: the parameter's"),
	BOOL("voicemail_indicator", "true", "tell its phones of messages"),
	END
};

static const struct store_field destination_fields[] = {
	{ .name = "address", .flags = STORE_REQUIRED, .min = 1, .max = 253,
	  .allowed = HOST_CHARS, .check = store_host_check,
	  .about = "address or host name" },
	INT("port", 0, 65535, "0", "0: by NAPTR and SRV, or the default"),
	END
};

static const struct store_field trunk_fields[] = {
	NAME("name of the trunk"),
	TEXT("description", 128, "for people"),
	{ .name = "profile", .type = STORE_TYPE_REF, .flags = STORE_REQUIRED,
	  .ref = "profile", .about = "security profile of kind trunk" },
	{ .name = "destinations", .type = STORE_TYPE_LIST,
	  .flags = STORE_REQUIRED, .min = 1, .max = 16,
	  .fields = destination_fields, .about = "tried in this order" },
	REF("css", "css", "what may be called from it"),
	PRESENCE_GROUP,
	BOOL("srtp_allowed", "false", "offer and accept SRTP"),
	BOOL("srtp_required", "false", "refuse calls without"),
	ENUM("secure_when", secure_when, "srtp+tls",
	     "what makes its leg of a call encrypted; never without SRTP"),
	BOOL("options_ping", "true", "probe it, leave it out while dead"),
	REF("sip_realm", "sip-realm", "realm we answer, any if null"),
	END
};

static const struct store_field route_fields[] = {
	{ .name = "pattern", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 64, .allowed = PATTERN_CHARS, .check = store_pattern_check,
	  .about = "digits, X any, [1-5] a set, ! the rest, . a mark" },
	{ .name = "partition", .type = STORE_TYPE_REF, .flags = STORE_KEY,
	  .ref = "partition", .about = "null: everybody may use it" },
	TEXT("description", 50, "for people"),
	REFS("trunk", "trunk", 16, "tried in this order"),
	INT("strip", 0, 32, "0", "digits removed in front"),
	BOOL("strip_predot", "false", "remove what stands before the dot"),
	{ .name = "prefix", .max = 32, .allowed = NUMBER_CHARS,
	  .check = store_prefix_check, .initial = "",
	  .about = "put in front then" },
	BOOL("block", "false", "refuse such calls"),
	END
};

static const struct store_field button_fields[] = {
	{ .name = "line", .type = STORE_TYPE_REF, .flags = STORE_REQUIRED,
	  .ref = "line", .about = "number and partition" },
	TEXT("label", 64, "beside the button"),
	END
};

static const struct store_field phone_fields[] = {
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 15, .allowed = LETTERS DIGITS, .check = store_device_check,
	  .about = "SEP and MAC address" },
	TEXT("description", 128, "for people"),
	TEXT("model", 64, "such as 8845"),
	{ .name = "protocol", .type = STORE_TYPE_ENUM, .words = protocols,
	  .initial = "sip", .about = "what it speaks" },
	{ .name = "profile", .type = STORE_TYPE_REF, .flags = STORE_REQUIRED,
	  .ref = "profile", .about = "security profile of kind phone" },
	{ .name = "lines", .type = STORE_TYPE_LIST, .max = 32,
	  .fields = button_fields, .about = "its buttons in order" },
	REF("digest_user", "user", "who it authenticates as"),
	REF("css", "css", "what it may call"),
	PRESENCE_GROUP,
	BOOL("srtp_required", "false", "refuse calls without SRTP"),
	END
};

static const struct store_field cert_fields[] = {
	NAME("name of the entry"),
	{ .name = "purpose", .type = STORE_TYPE_ENUM, .words = purposes,
	  .flags = STORE_FIXED, .initial = "callmanager-trust",
	  .about = "who is trusted on its word; callmanager: our own" },
	{ .name = "pem", .flags = STORE_REQUIRED | STORE_FIXED, .min = 1,
	  .max = 16384, .allowed = PEM_CHARS,
	  .about = "the certificate in PEM" },
	DERIVED("subject", 512, "whose it is"),
	DERIVED("issuer", 512, "who signed it"),
	DERIVED("serial", 64, "serial number"),
	DERIVED("not_before", 20, "good from"),
	DERIVED("not_after", 20, "good until"),
	DERIVED("fingerprint", 95, "SHA-256 of it"),
	END
};

const struct store_noun store_nouns[] = {
	{ "partition", "partition", "names for sets of numbers",
	  partition_fields },
	{ "css", "css", "calling search spaces: who may call what",
	  css_fields },
	{ "presence-group", "presence_group", "who may watch whom",
	  presence_group_fields },
	{ "profile", "profile", "security profiles of phones and trunks",
	  profile_fields },
	{ "sip-realm", "sip_realm", "our credentials towards trunks",
	  sip_realm_fields },
	{ "user", "user", "end users, with digest credentials", user_fields },
	{ "appuser", "appuser", "application users of trunks",
	  appuser_fields },
	{ "line", "line", "directory numbers", line_fields },
	{ "trunk", "trunk", "SIP trunks", trunk_fields },
	{ "route", "route", "patterns of numbers that leave by trunks",
	  route_fields },
	{ "phone", "phone", "phones", phone_fields },
	{ "cert", "cert", "certificates: our own and trusted ones",
	  cert_fields },
	{ .name = NULL }
};

const struct store_noun *store_noun_find(const char *name)
{
	for (const struct store_noun *n = store_nouns; n->name; n++)
		if (!strcmp(n->name, name))
			return n;
	return NULL;
}

const struct store_field *store_field_find(const struct store_field *fields,
					   const char *name)
{
	for (const struct store_field *f = fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

void store_noun_key(const struct store_noun *noun,
		    const struct store_field *key[2])
{
	int count = 0;

	key[0] = key[1] = NULL;
	for (const struct store_field *f = noun->fields; f->name; f++)
		if (f->flags & STORE_KEY && count < 2)
			key[count++] = f;
}

size_t store_item_fields(const struct store_field *fields,
			 const struct store_field *item[STORE_MAX_ITEM_FIELDS])
{
	const struct store_field *key[2] = { NULL, NULL };
	size_t count = 0;

	for (; fields->name && count + 2 <= STORE_MAX_ITEM_FIELDS; fields++) {
		if (fields->type == STORE_TYPE_REF)
			store_noun_key(store_noun_find(fields->ref), key);
		else
			key[1] = NULL;
		if (!key[1]) {
			item[count++] = fields;
			continue;
		}
		item[count++] = key[0];
		item[count++] = key[1];
	}
	return count;
}

unsigned int store_kind(const char *word)
{
	for (unsigned int i = 0; kinds[i]; i++)
		if (!strcmp(kinds[i], word))
			return 1u << i;
	return 0;
}

bool store_field_is_column(const struct store_field *field)
{
	return field->type != STORE_TYPE_REFS &&
		field->type != STORE_TYPE_LIST &&
		field->type != STORE_TYPE_PASSWORD &&
		field->type != STORE_TYPE_DIGEST;
}
