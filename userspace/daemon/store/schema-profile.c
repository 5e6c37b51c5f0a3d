// SPDX-License-Identifier: GPL-2.0
/*
 * The table's security profiles, of phones and of trunks.
 */
#include <string.h>

#include "store/schema-macro.h"
#include "store/schema-text.h"
#include "store/schema.h"

static const char *const kinds[] = { "phone", "trunk", NULL };
static const char *const modes[] = {
	"nonsecure", "authenticated", "encrypted", NULL
};
static const char *const phone_transports[] = {
	"tcp+udp", "tcp", "udp", "tls", NULL
};
static const char *const incoming_transports[] = { "tcp+udp", "tls", NULL };
static const char *const outgoing_transports[] = { "tcp", "udp", "tls", NULL };

const char *const store_protocols[] = { "sip", "sccp", NULL };
const char *const store_capf_modes[] = {
	"authentication-string", "null-string", "existing-certificate-lsc",
	"existing-certificate-mic", NULL
};
const char *const store_key_orders[] = {
	"rsa-only", "ec-only", "ec-preferred", NULL
};

/* Those without a kind belong to both. */
const struct store_field store_profile_fields[] = {
	NAME("name; a shared certificate's DNS name equals it"),
	{ .name = "kind", .type = STORE_TYPE_ENUM, .words = kinds,
	  .flags = STORE_REQUIRED | STORE_FIXED,
	  .about = "what it is a profile of" },
	{ .name = "protocol", .type = STORE_TYPE_ENUM, .words = store_protocols,
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
	  .initial = "5060", .about = "where the phone itself listens" },
	PHONE_BOOL("exclude_digest_credentials",
		   "leave user and password out of the phone's file"),
	PHONE_BOOL("tftp_encrypted_config",
		   "encrypt the phone's file to its certificate"),
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
	{ .name = "model", .kinds = STORE_KIND_PHONE, .max = 64,
	  .forbidden = NOT_IN_TEXT, .initial = "",
	  .about = "of the phones it is for; empty: of any" },
	PHONE_BOOL("sip_oauth", "tokens instead of digest, in the phone's file"),
	PHONE_ENUM("capf_authentication_mode", store_capf_modes,
		   "authentication-string",
		   "what enrolment asks of the phone"),
	PHONE_ENUM("key_order", store_key_orders, "rsa-only",
		   "kinds of keys that the phone is asked to make"),
	PHONE_INT("rsa_key_size", 512, 4096, "2048",
		  "512, 1024, 2048, 3072 or 4096"),
	PHONE_INT("ec_key_size", 256, 521, "256", "256, 384 or 521"),
	END
};

unsigned int store_kind(const char *word)
{
	for (unsigned int i = 0; kinds[i]; i++)
		if (!strcmp(kinds[i], word))
			return 1u << i;
	return 0;
}
