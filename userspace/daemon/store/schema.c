// SPDX-License-Identifier: GPL-2.0
/*
 * The table of every object and field an administrator may name.
 */
#include "store/schema.h"

#include <string.h>

#include "store/schema-macro.h"
#include "store/schema-text.h"

static const char *const secure_when[] = { "srtp+tls", "srtp", NULL };
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

static const struct store_field user_fields[] = {
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 64, .allowed = USER_CHARS, .about = "digest user name" },
	TEXT("display_name", 128, "for people"),
	USER_PRESENCE_GROUP,
	PASSWORD("of digest authentication; checksums of it are kept"),
	DIGEST,
	{ .name = "password_sealed", .type = STORE_TYPE_SEALED, .max = 512,
	  .about = "the password encrypted under this node's key, as exported" },
	BOOL("phone_file_password", "false",
	     "keep the password encrypted, too, for the files of its phones"),
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

#define NOUN(key, rows, what, list) \
	{ .name = key, .table = rows, .about = what, .fields = list }

const struct store_noun store_nouns[] = {
	NOUN("partition", "partition",
	     "names for sets of numbers", partition_fields),
	NOUN("css", "css",
	     "calling search spaces: who may call what", css_fields),
	NOUN("presence-group", "presence_group",
	     "who may watch whom", presence_group_fields),
	NOUN("profile", "profile",
	     "security profiles of phones and trunks", store_profile_fields),
	NOUN("sip-realm", "sip_realm",
	     "our credentials towards trunks", sip_realm_fields),
	NOUN("user", "user", "end users, with digest credentials", user_fields),
	NOUN("appuser", "appuser",
	     "application users of trunks", appuser_fields),
	NOUN("line", "line", "directory numbers", line_fields),
	NOUN("trunk", "trunk", "SIP trunks", trunk_fields),
	NOUN("route", "route",
	     "patterns of numbers that leave by trunks", route_fields),
	NOUN("srst", "srst", "gateways phones survive with", store_srst_fields),
	NOUN("common-phone-profile", "common_phone_profile",
	     "settings that phones share", store_common_phone_profile_fields),
	{ .name = "enterprise-phone", .table = "enterprise_phone",
	  .about = "settings of all phones; has show, set and apply",
	  .fields = store_enterprise_phone_fields, .single = true },
	NOUN("phone", "phone", "phones", store_phone_fields),
	NOUN("node", "node",
	     "other call servers of the cluster", store_node_fields),
	NOUN("cert", "cert",
	     "certificates: our own and trusted ones", store_cert_fields),
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

bool store_field_is_column(const struct store_field *field)
{
	return !(field->flags & STORE_OF_PROFILE) &&
		field->type != STORE_TYPE_REFS &&
		field->type != STORE_TYPE_LIST &&
		field->type != STORE_TYPE_PASSWORD &&
		field->type != STORE_TYPE_DIGEST;
}

bool store_field_is_list(const struct store_field *field)
{
	return field->type == STORE_TYPE_REFS ||
		field->type == STORE_TYPE_LIST ||
		field->type == STORE_TYPE_DIGEST;
}
