// SPDX-License-Identifier: GPL-2.0
/*
 * The table of system parameters; ucsecctl links it, too.
 */
#include <errno.h>
#include <string.h>

#include "store/param.h"
#include "store/prefix.h"
#include "store/schema.h"

#define NUMBER_CHARS	"0123456789+*#"
#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PREFIX_CHARS	"0123456789abcdefABCDEF.:/, "
#define NOT_IN_REALM	"\"\\"

static const char *const cluster_modes[] = { "nonsecure", "mixed", NULL };
static const char *const menus[] = { "all", "medium", "strongest", NULL };
static const char *const preferences[] = { "rsa", "ecdsa", NULL };
static const char *const offers[] = {
	"sha-256,md5", "md5", "sha-256", "sha-512-256,sha-256,md5",
	"sha-512-256,sha-256", "sha-512-256", NULL
};

static const char *const unknowns[] = { "count", "pass", "drop", NULL };
static const char *const denials[] = { "reject", "drop", NULL };
static const char *const unparsed[] = { "reject", "drop", "pass", NULL };

static const char *const ctl_signers[] = { "itlrecovery", "token", NULL };
static const char *const phone_certificates[] = {
	"lsc", "lsc-or-mic", "any", NULL
};
static const char *const voice_vlans[] = {
	"zero-enables", "zero-disables", "omit", NULL
};

static const char *const file_digests[] = { "sha-512", "sha-1", NULL };
static const char *const dialects[] = { "cucm", "certutils", NULL };
static const char *const signer_versions[] = { "none", "1.0", "1.1", NULL };
static const char *const sha2_rules[] = {
	"version", "always", "optional", NULL
};

#define ENUM(param, list, value, what) \
	{ .name = param, .type = STORE_TYPE_ENUM, .words = list, \
	  .initial = value, .about = what }
#define INT(param, least, most, value, what) \
	{ .name = param, .type = STORE_TYPE_INT, .min = least, .max = most, \
	  .initial = value, .about = what }
#define BOOL(param, value, what) \
	{ .name = param, .type = STORE_TYPE_BOOL, .max = 1, \
	  .initial = value, .about = what }
#define REALM(param, value, what) \
	{ .name = param, .type = STORE_TYPE_STRING, .min = 1, .max = 128, \
	  .forbidden = NOT_IN_REALM, .initial = value, .about = what }
#define NUMBER(param, value, what) \
	{ .name = param, .type = STORE_TYPE_STRING, .max = 15, \
	  .allowed = NUMBER_CHARS, .initial = value, .about = what }
#define WORD(param, value, what) \
	{ .name = param, .type = STORE_TYPE_STRING, .max = 32, \
	  .allowed = LETTERS, .initial = value, .about = what }
#define PREFIXES(param, value, what) \
	{ .name = param, .type = STORE_TYPE_STRING, \
	  .max = STORE_PARAM_TEXT_SIZE - 1, .allowed = PREFIX_CHARS, \
	  .check = store_prefixes_check, .initial = value, .about = what }

const struct store_param_info store_params[STORE_PARAM_COUNT + 1] = {
	[STORE_PARAM_CLUSTER_SECURITY_MODE] = ENUM("cluster_security_mode",
		cluster_modes, "nonsecure",
		"mixed: profiles have effect; nonsecure: they have none"),
	[STORE_PARAM_CLUSTER_ID] = REALM("cluster_id", "StandAloneCluster",
		"name of the cluster, realm of challenges to trunks"),
	[STORE_PARAM_SIP_STATION_REALM] = REALM("sip_station_realm",
		"ccmsipline", "realm of challenges to phones"),
	[STORE_PARAM_TLS_CIPHER_MENU] = ENUM("tls_cipher_menu", menus, "all",
		"TLS ciphers; but for all no Authenticated phone registers"),
	[STORE_PARAM_TLS_CIPHER_PREFERENCE] = ENUM("tls_cipher_preference",
		preferences, "rsa",
		"which of our two certificates is shown to who takes both"),
	[STORE_PARAM_SRTP_CIPHER_MENU] = ENUM("srtp_cipher_menu", menus, "all",
		"SRTP suites; medium: AEAD, strongest: AEAD AES-256 alone"),
	[STORE_PARAM_AUTO_REGISTRATION] = BOOL("auto_registration", "false",
		"let unknown phones register; in nonsecure mode alone"),
	[STORE_PARAM_AUTO_REGISTRATION_FIRST] = NUMBER(
		"auto_registration_first", "", "first number they get"),
	[STORE_PARAM_AUTO_REGISTRATION_LAST] = NUMBER(
		"auto_registration_last", "", "last number they get"),
	[STORE_PARAM_REGISTER_EXPIRES_DEFAULT] = INT(
		"register_expires_default", 10, 86400, "3600",
		"seconds, where a phone names none"),
	[STORE_PARAM_REGISTER_EXPIRES_MIN] = INT("register_expires_min",
		1, 3600, "60", "seconds a phone must ask for"),
	[STORE_PARAM_REGISTER_EXPIRES_MAX] = INT("register_expires_max",
		10, 86400, "7200", "seconds a phone may get"),
	[STORE_PARAM_SUBSCRIBE_EXPIRES_MAX] = INT("subscribe_expires_max",
		10, 86400, "3600", "seconds a subscription may get"),
	[STORE_PARAM_SESSION_EXPIRES] = INT("session_expires", 90, 86400,
		"1800", "seconds between session refreshes"),
	[STORE_PARAM_SESSION_EXPIRES_MIN] = INT("session_expires_min",
		90, 86400, "90", "the least we accept"),
	[STORE_PARAM_NO_ANSWER_TIMEOUT] = INT("no_answer_timeout", 1, 300,
		"30", "seconds a line rings that names no time"),
	[STORE_PARAM_MAX_FORWARDS] = INT("max_forwards", 1, 255, "70",
		"of requests we send first"),
	[STORE_PARAM_OPTIONS_INTERVAL] = INT("options_interval", 1, 3600, "60",
		"seconds between probes of a trunk"),
	[STORE_PARAM_OPTIONS_FAILURES] = INT("options_failures", 1, 10, "2",
		"probes in a row that make it dead"),
	[STORE_PARAM_DIGEST_FAILURE_LIMIT] = INT("digest_failure_limit",
		1, 100, "3", "wrong answers from one address until 403"),
	[STORE_PARAM_DIGEST_ALGORITHMS] = ENUM("digest_algorithms", offers,
		"sha-256,md5", "challenges we send, in this order"),
	[STORE_PARAM_PRESENCE_INTERGROUP] = BOOL("presence_intergroup",
		"false", "groups that name nobody may watch everybody"),
	[STORE_PARAM_ENCRYPTION_REQUIRED] = BOOL("encryption_required",
		"false", "refuse every call a leg of which has no SRTP"),
	[STORE_PARAM_MAX_CALLS] = INT("max_calls", 1, 1000000, "10000",
		"calls at a time"),
	[STORE_PARAM_MAX_CALLS_PER_PHONE] = INT("max_calls_per_phone", 1,
		1000000, "4", "that one phone has begun"),
	[STORE_PARAM_MAX_CALLS_PER_TRUNK] = INT("max_calls_per_trunk", 1,
		1000000, "8000", "that came by one trunk"),
	[STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE] = INT(
		"max_early_calls_per_phone", 1, 1000000, "2",
		"of these, not answered yet"),
	[STORE_PARAM_MAX_EARLY_CALLS_PER_TRUNK] = INT(
		"max_early_calls_per_trunk", 1, 1000000, "2000",
		"of these, not answered yet"),
	[STORE_PARAM_MAX_REGISTRATIONS] = INT("max_registrations", 1,
		10000000, "100000", "registrations at a time"),
	[STORE_PARAM_MAX_CONNECTIONS] = INT("max_connections", 1, 1000000,
		"20000", "TCP and TLS connections at a time"),
	[STORE_PARAM_MAX_CONNECTIONS_PER_SOURCE] = INT(
		"max_connections_per_source", 1, 1000000, "1000",
		"of one address"),
	[STORE_PARAM_HANDSHAKE_TIMEOUT] = INT("handshake_timeout", 1, 120,
		"10", "seconds for a TLS handshake"),
	[STORE_PARAM_IDLE_TIMEOUT] = INT("idle_timeout", 10, 86400, "300",
		"seconds a connection without registration may be silent"),
	[STORE_PARAM_MEDIA_TIMEOUT] = INT("media_timeout", 0, 86400, "300",
		"seconds without media that end a call, 0 never"),
	[STORE_PARAM_EVENT_BURST] = INT("event_burst", 1, 100000, "100",
		"refusals a second and source that are logged one by one"),
	[STORE_PARAM_ACL] = BOOL("acl", "true",
		"keep trunks and parameters in the kernel's trunk ACL"),
	[STORE_PARAM_ACL_UNKNOWN] = ENUM("acl_unknown", unknowns, "count",
		"signalling from addresses of no trunk and no acl_line_prefixes"),
	[STORE_PARAM_ACL_DENIAL] = ENUM("acl_denial", denials, "reject",
		"what a trunk's profile does not accept; reject: 403"),
	[STORE_PARAM_ACL_UNPARSED] = ENUM("acl_unparsed", unparsed, "drop",
		"what trunks send that cannot be parsed"),
	[STORE_PARAM_ACL_LINE_PREFIXES] = PREFIXES("acl_line_prefixes", "",
		"where phones are, such as 10.1.0.0/16, 2001:db8::/32"),
	[STORE_PARAM_ACL_TRUNK_RATE] = INT("acl_trunk_rate", 0, 1000000, "0",
		"requests a second of one trunk, 0 any number"),
	[STORE_PARAM_ACL_TRUNK_BURST] = INT("acl_trunk_burst", 1, 1000000,
		"1000", "of these, at once"),
	[STORE_PARAM_ACL_SOURCE_RATE] = INT("acl_source_rate", 0, 1000000,
		"0", "messages a second of one address, 0 any number"),
	[STORE_PARAM_ACL_SOURCE_BURST] = INT("acl_source_burst", 1, 1000000,
		"200", "of these, at once"),
	[STORE_PARAM_ACL_REJECT_RATE] = INT("acl_reject_rate", 0, 1000000,
		"100", "403 a second that the ACL asks for, the rest is dropped"),
	[STORE_PARAM_ACL_REJECT_BURST] = INT("acl_reject_burst", 0, 1000000,
		"200", "of these, at once"),
	[STORE_PARAM_CAPF_SHA2] = ENUM("capf_sha2", sha2_rules, "version",
		"CAPF requires a SHA-2 signature; version: from version 3 on"),
	[STORE_PARAM_CAPF_SUDI_REQUIRED] = BOOL("capf_sudi_required", "false",
		"CAPF by certificate: the MIC has to sign the session"),
	[STORE_PARAM_CAPF_SUDI_BIG_ENDIAN] = BOOL("capf_sudi_big_endian",
		"false", "take its session id in that order, too"),
	[STORE_PARAM_CAPF_SECOND_CHOICE] = BOOL("capf_second_choice", "false",
		"CAPF takes a MIC in spite of an LSC, or the other way round"),
	[STORE_PARAM_CAPF_UNRECORDED_LSC] = BOOL("capf_unrecorded_lsc",
		"false", "CAPF takes LSCs of phones that we know of none"),
	[STORE_PARAM_CAPF_EXPIRED] = BOOL("capf_expired", "false",
		"CAPF takes phones' own certificates that have expired"),
	[STORE_PARAM_CAPF_SECURITY_LEVEL] = INT("capf_security_level", 0, 5,
		"1", "OpenSSL's, of phones' chains; 0 lets SHA-1 in"),
	[STORE_PARAM_CAPF_KEY_SECURITY_LEVEL] = INT("capf_key_security_level",
		0, 5, "2", "OpenSSL's, of keys to certify; 1 lets RSA 1024 in"),
	[STORE_PARAM_CAPF_NO_AUTH_TYPE] = BOOL("capf_no_auth_type", "false",
		"CAPF leaves element 8 out of AUTH_REQ"),
	[STORE_PARAM_CAPF_AUTH_TYPE] = INT("capf_auth_type", 0, 255, "0",
		"what element 8 says"),
	[STORE_PARAM_CAPF_RSA_BACKUP] = BOOL("capf_rsa_backup", "true",
		"a phone that makes no EC key is asked for RSA, if that may be"),
	[STORE_PARAM_CAPF_LSC_DAYS] = INT("capf_lsc_days", 1, 3650, "1825",
		"days an LSC is good for, no longer than CAPF's own"),
	[STORE_PARAM_CAPF_ATTEMPTS] = INT("capf_attempts", 1, 100, "3",
		"wrong authentication strings in a row that lock a phone's"),
	[STORE_PARAM_CAPF_LOCK] = INT("capf_lock", 1, 86400, "900",
		"seconds it is locked"),
	[STORE_PARAM_CAPF_ATTEMPTS_TOTAL] = INT("capf_attempts_total", 1, 1000,
		"12", "wrong ones that end it: a new string is needed"),
	[STORE_PARAM_CAPF_SESSIONS] = INT("capf_sessions", 1, 100000, "512",
		"phones that enrol at a time"),
	[STORE_PARAM_CAPF_SESSIONS_PER_SOURCE] = INT(
		"capf_sessions_per_source", 1, 100000, "64",
		"of one address"),
	[STORE_PARAM_CAPF_ANSWER_TIMEOUT] = INT("capf_answer_timeout", 1, 600,
		"30", "seconds for a phone's AUTH_RES; twice that to store"),
	[STORE_PARAM_CAPF_KEY_TIMEOUT] = INT("capf_key_timeout", 1, 1800,
		"1800", "seconds to make a key; with progress twice that"),
	[STORE_PARAM_CAPF_LEGACY_TLS] = BOOL("capf_legacy_tls", "false",
		"CAPF speaks TLS 1.0 with phones of the 7900 series; at start"),
	[STORE_PARAM_PHONE_CERTIFICATE] = ENUM("phone_certificate",
		phone_certificates, "lsc",
		"what a phone whose LSC is on record may show over SIP"),
	[STORE_PARAM_PHONE_FILE_VOICE_VLAN] = ENUM("phone_file_voice_vlan",
		voice_vlans, "zero-enables",
		"what phones take voiceVlanAccess for; sources disagree"),
	[STORE_PARAM_PHONE_FILE_SRST_CERTIFICATE] = WORD(
		"phone_file_srst_certificate", "",
		"element for the SRST gateway's certificate; empty: none"),
	[STORE_PARAM_CERTIFICATE_WARNING_DAYS] = INT(
		"certificate_warning_days", 1, 365, "30",
		"before a certificate expires, the first warning; then 14, 7, 1"),
	[STORE_PARAM_PHONE_FILE_DIGEST] = ENUM("phone_file_digest",
		file_digests, "sha-512",
		"of signatures of phones' files and lists; sha-1: for old phones"),
	[STORE_PARAM_CTL_SIGNER] = ENUM("ctl_signer", ctl_signers,
		"itlrecovery",
		"token: security tokens sign the CTL, two are needed"),
	[STORE_PARAM_TRUST_FILE_DIALECT] = ENUM("trust_file_dialect",
		dialects, "cucm",
		"how names stand in phones' files and lists"),
	[STORE_PARAM_LIST_SIGNER_VERSION] = ENUM("list_signer_version",
		signer_versions, "1.0",
		"in CTL and ITL; 1.1: phones use EC LSCs and HTTPS downloads"),
	[STORE_PARAM_MAX_SAST_RECORDS] = INT("max_sast_records", 2, 8, "2",
		"who may sign lists; phones take no more than 2"),
	[STORE_PARAM_ITL_RENEWAL] = BOOL("itl_renewal", "false",
		"announce the next ITLRecovery key; of ucsecctl itl renew"),
	[STORE_PARAM_ITL_RENEWAL_WAIT] = INT("itl_renewal_wait", 0, 8760,
		"168", "hours phones get to fetch lists with the next key"),
	[STORE_PARAM_ITL_ROLLBACK] = BOOL("itl_rollback", "false",
		"an ITL that lets phones go; of ucsecctl itl rollback"),
	[STORE_PARAM_TVS_TTL] = INT("tvs_ttl", 1, 2592000, "86400",
		"seconds phones remember what TVS vouched for"),
	[STORE_PARAM_TVS_CALLMANAGER_TRUST] = BOOL("tvs_callmanager_trust",
		"false", "TVS vouches for callmanager-trust as call servers"),
	[STORE_PARAM_COUNT] = { .name = NULL },
};

int store_param_find(const char *name)
{
	for (int i = 0; i < STORE_PARAM_COUNT; i++)
		if (!strcmp(store_params[i].name, name))
			return i;
	return -ENOENT;
}

struct store_field store_param_field(const struct store_param_info *info)
{
	return (struct store_field){
		.name = "value",
		.type = info->type,
		.flags = STORE_REQUIRED,
		.min = info->min,
		.max = info->max,
		.allowed = info->allowed,
		.forbidden = info->forbidden,
		.words = info->words,
		.initial = info->initial,
		.check = info->check,
		.about = info->about,
	};
}
