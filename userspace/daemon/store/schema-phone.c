// SPDX-License-Identifier: GPL-2.0
/*
 * The table's phones, and what they have where they say nothing themselves.
 */
#include "store/schema-macro.h"
#include "store/schema-text.h"
#include "store/schema.h"

static const char *const switches[] = { "enabled", "disabled", NULL };
static const char *const accesses[] = {
	"enabled", "disabled", "restricted", NULL
};
const char *const store_capf_operations[] = {
	"none", "install", "delete", "troubleshoot", NULL
};

/* PROFILE-3: of a phone, of a common phone profile, of all. In this order. */
#define SWITCH(field, what)	ENUM(field, switches, NULL, what)
#define HARDENING \
	SWITCH("gratuitous_arp", "take ARP answers nobody asked for"), \
	SWITCH("web_access", "its own web pages"), \
	SWITCH("pc_voice_vlan_access", "the PC behind it sees the voice VLAN"), \
	ENUM("settings_access", accesses, NULL, "its settings menu"), \
	SWITCH("pc_port", "the port for a PC"), \
	SWITCH("span_to_pc_port", "copy its packets to the PC"), \
	SWITCH("ssh_access", "logging in on it"), \
	SWITCH("https_only", "its web pages not over HTTP"), \
	SWITCH("tls12_only", "no TLS before 1.2")
#define SRST	REF("srst", "srst", "who takes its calls while we are away")

/* Settings of its profile: to say one takes, or makes, one that has it. */
#define OF_PROFILE_ENUM(field, list) \
	{ .name = field, .type = STORE_TYPE_ENUM, .words = list, \
	  .flags = STORE_OF_PROFILE, .about = "its profile's: takes one that " \
	  "has it, or makes it" }
#define OF_PROFILE_INT(field, least, most) \
	{ .name = field, .type = STORE_TYPE_INT, .min = least, .max = most, \
	  .flags = STORE_OF_PROFILE, .about = "its profile's, likewise" }

const struct store_field store_srst_fields[] = {
	NAME("name of the reference"),
	{ .name = "address", .flags = STORE_REQUIRED, .min = 1, .max = 253,
	  .allowed = HOST_CHARS, .check = store_host_check,
	  .about = "of the gateway" },
	INT("port", 1, 65535, "2000", "for SCCP phones"),
	INT("sip_port", 1, 65535, "5060", "for SIP phones"),
	BOOL("secure", "false", "phones come over TLS; needs its certificate"),
	{ .name = "pem", .min = 1, .max = 16384, .allowed = PEM_CHARS,
	  .flags = STORE_FROM_FILE,
	  .about = "its certificate in PEM" },
	CERTIFICATE_FACTS,
	END
};

const struct store_field store_common_phone_profile_fields[] = {
	NAME("name of the common phone profile"),
	TEXT("description", 50, "for people"),
	HARDENING,
	SRST,
	END
};

static const struct store_field load_fields[] = {
	{ .name = "model", .flags = STORE_REQUIRED, .min = 1, .max = 64,
	  .forbidden = NOT_IN_TEXT, .about = "such as 8845" },
	{ .name = "model_id", .type = STORE_TYPE_INT, .flags = STORE_REQUIRED,
	  .min = 1, .max = 9999999, .about = "as the vendor counts models" },
	{ .name = "load", .flags = STORE_REQUIRED, .min = 1, .max = 64,
	  .forbidden = NOT_IN_TEXT, .about = "firmware such phones run" },
	END
};

const struct store_field store_enterprise_phone_fields[] = {
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 10, .allowed = LETTERS, .check = store_single_check,
	  .about = "always " STORE_SINGLE },
	HARDENING,
	SRST,
	{ .name = "loads", .type = STORE_TYPE_LIST, .max = 200,
	  .fields = load_fields, .about = "firmware by model" },
	END
};

static const struct store_field button_fields[] = {
	{ .name = "line", .type = STORE_TYPE_REF, .flags = STORE_REQUIRED,
	  .ref = "line", .about = "number and partition" },
	TEXT("label", 64, "beside the button"),
	END
};

const struct store_field store_phone_fields[] = {
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 15, .allowed = LETTERS DIGITS, .check = store_device_check,
	  .about = "SEP and MAC address" },
	TEXT("description", 128, "for people"),
	TEXT("model", 64, "such as 8845"),
	{ .name = "protocol", .type = STORE_TYPE_ENUM, .words = store_protocols,
	  .initial = "sip", .about = "what it speaks" },
	{ .name = "profile", .type = STORE_TYPE_REF, .flags = STORE_REQUIRED,
	  .ref = "profile", .about = "security profile of kind phone" },
	{ .name = "lines", .type = STORE_TYPE_LIST, .max = 32,
	  .fields = button_fields, .about = "its buttons in order" },
	REF("digest_user", "user", "who it authenticates as"),
	REF("css", "css", "what it may call"),
	PRESENCE_GROUP,
	BOOL("srtp_required", "false", "refuse calls without SRTP"),
	REF("common_phone_profile", "common-phone-profile",
	    "settings it has where it says nothing itself"),
	HARDENING,
	SRST,
	TEXT("load", 64, "firmware it shall run; empty: its model's"),
	ENUM("capf_operation", store_capf_operations, "none",
	     "what its next enrolment does"),
	{ .name = "capf_completes_by", .max = 20, .allowed = DIGITS "-:TZ",
	  .check = store_time_check,
	  .about = "when that is given up, such as 2030-01-31T17:00:00Z" },
	{ .name = "capf_auth_string", .type = STORE_TYPE_PASSWORD, .min = 4,
	  .max = 10, .allowed = DIGITS,
	  .about = "digits typed at the phone; made up where none are given" },
	{ .name = "capf_auth_string_sealed", .type = STORE_TYPE_SEALED,
	  .max = 512,
	  .about = "these encrypted under this node's key, as exported" },
	OF_PROFILE_ENUM("capf_authentication_mode", store_capf_modes),
	OF_PROFILE_ENUM("key_order", store_key_orders),
	OF_PROFILE_INT("rsa_key_size", 512, 4096),
	OF_PROFILE_INT("ec_key_size", 256, 521),
	END
};
