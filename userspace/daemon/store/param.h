/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System parameters, typed and cached; what each means is told in param-table.c.
 *
 * store_watch() tells of changes as noun "param" with the parameter's name.
 */
#ifndef STORE_PARAM_H
#define STORE_PARAM_H

#include "store/store.h"

enum store_param {
	STORE_PARAM_CLUSTER_SECURITY_MODE,	/* enum store_cluster_mode */
	STORE_PARAM_CLUSTER_ID,
	STORE_PARAM_SIP_STATION_REALM,
	STORE_PARAM_TLS_CIPHER_MENU,		/* enum store_menu */
	STORE_PARAM_TLS_CIPHER_PREFERENCE,	/* enum store_preference */
	STORE_PARAM_SRTP_CIPHER_MENU,		/* enum store_menu */
	STORE_PARAM_AUTO_REGISTRATION,
	STORE_PARAM_AUTO_REGISTRATION_FIRST,
	STORE_PARAM_AUTO_REGISTRATION_LAST,
	STORE_PARAM_REGISTER_EXPIRES_DEFAULT,
	STORE_PARAM_REGISTER_EXPIRES_MIN,
	STORE_PARAM_REGISTER_EXPIRES_MAX,
	STORE_PARAM_SUBSCRIBE_EXPIRES_MAX,
	STORE_PARAM_SESSION_EXPIRES,
	STORE_PARAM_SESSION_EXPIRES_MIN,
	STORE_PARAM_NO_ANSWER_TIMEOUT,
	STORE_PARAM_MAX_FORWARDS,
	STORE_PARAM_OPTIONS_INTERVAL,
	STORE_PARAM_OPTIONS_FAILURES,
	STORE_PARAM_DIGEST_FAILURE_LIMIT,
	STORE_PARAM_DIGEST_ALGORITHMS,		/* enum store_digest_offer */
	STORE_PARAM_PRESENCE_INTERGROUP,
	STORE_PARAM_ENCRYPTION_REQUIRED,
	STORE_PARAM_MAX_CALLS,
	STORE_PARAM_MAX_CALLS_PER_PHONE,
	STORE_PARAM_MAX_CALLS_PER_TRUNK,
	STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE,
	STORE_PARAM_MAX_EARLY_CALLS_PER_TRUNK,
	STORE_PARAM_MAX_REGISTRATIONS,
	STORE_PARAM_MAX_CONNECTIONS,
	STORE_PARAM_MAX_CONNECTIONS_PER_SOURCE,
	STORE_PARAM_HANDSHAKE_TIMEOUT,
	STORE_PARAM_IDLE_TIMEOUT,
	STORE_PARAM_MEDIA_TIMEOUT,
	STORE_PARAM_EVENT_BURST,
	STORE_PARAM_ACL,
	STORE_PARAM_ACL_UNKNOWN,		/* enum store_acl_unknown */
	STORE_PARAM_ACL_DENIAL,			/* enum store_acl_verdict */
	STORE_PARAM_ACL_UNPARSED,		/* enum store_acl_verdict */
	STORE_PARAM_ACL_LINE_PREFIXES,		/* see store_prefix_next() */
	STORE_PARAM_ACL_TRUNK_RATE,
	STORE_PARAM_ACL_TRUNK_BURST,
	STORE_PARAM_ACL_SOURCE_RATE,
	STORE_PARAM_ACL_SOURCE_BURST,
	STORE_PARAM_ACL_REJECT_RATE,
	STORE_PARAM_ACL_REJECT_BURST,
	STORE_PARAM_PHONE_FILE_VOICE_VLAN,	/* enum store_voice_vlan */
	STORE_PARAM_PHONE_FILE_SRST_CERTIFICATE,
	STORE_PARAM_CERTIFICATE_WARNING_DAYS,
	STORE_PARAM_PHONE_FILE_DIGEST,		/* enum store_file_digest */
	STORE_PARAM_CTL_SIGNER,			/* enum store_ctl_signer */
	STORE_PARAM_COUNT,
};

enum store_cluster_mode {
	STORE_CLUSTER_NONSECURE,
	STORE_CLUSTER_MIXED,
};

enum store_menu {
	STORE_MENU_ALL,
	STORE_MENU_MEDIUM,
	STORE_MENU_STRONGEST,
};

enum store_preference {
	STORE_PREFER_RSA,
	STORE_PREFER_ECDSA,
};

enum store_digest_offer {
	STORE_OFFER_SHA256_MD5,	/* SHA-256 first, then MD5 */
	STORE_OFFER_MD5,
	STORE_OFFER_SHA256,
	STORE_OFFER_ALL,	/* SHA-512-256 first of all */
	STORE_OFFER_SHA512_SHA256,
	STORE_OFFER_SHA512,
};

enum store_acl_unknown {
	STORE_ACL_UNKNOWN_COUNT,
	STORE_ACL_UNKNOWN_PASS,
	STORE_ACL_UNKNOWN_DROP,
};

enum store_acl_verdict {
	STORE_ACL_REJECT,
	STORE_ACL_DROP,
	STORE_ACL_PASS,		/* of what cannot be parsed alone */
};

/* What 0 in voiceVlanAccess means to phones. */
enum store_voice_vlan {
	STORE_VOICE_VLAN_ZERO_ENABLES,
	STORE_VOICE_VLAN_ZERO_DISABLES,
	STORE_VOICE_VLAN_OMIT,	/* the element is left out */
};

/* What phones' files are signed with. */
enum store_file_digest {
	STORE_FILE_SHA512,
	STORE_FILE_SHA1,	/* for phones that know no other */
};
enum store_ctl_signer { STORE_CTL_SIGNER_ITLRECOVERY, STORE_CTL_SIGNER_TOKEN };

/* Number, switch (0 and 1) or enum. */
uint32_t store_param(const struct store *store, enum store_param param);
/* Good until the parameter changes. */
const char *store_param_text(const struct store *store, enum store_param param);

#endif /* STORE_PARAM_H */
