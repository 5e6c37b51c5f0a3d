/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CAPF's messages and what is in them.
 */
#ifndef CAPF_MESSAGE_H
#define CAPF_MESSAGE_H

#include "element.h"

enum capf_opcode {
	CAPF_AUTH_REQ = 1,
	CAPF_AUTH_RES,
	CAPF_KEY_GEN_REQ,
	CAPF_KEY_GEN_RES,
	CAPF_STORE_CERT_REQ = 9,
	CAPF_STORE_CERT_RES,
	CAPF_FETCH_CERT_REQ,
	CAPF_FETCH_CERT_RES,
	CAPF_DELETE_CERT_REQ,
	CAPF_DELETE_CERT_RES,
	CAPF_END_SESSION,
	CAPF_REQUEST_IN_PROGRESS = 17,
};

enum capf_tag {
	CAPF_REASON = 1,
	CAPF_CERT_TYPE = 3,
	CAPF_CERTIFICATE = 4,
	CAPF_SIGNED_DATA = 6,
	CAPF_VERSION = 7,
	CAPF_AUTH_TYPE = 8,
	CAPF_PUBLIC_KEY = 9,
	CAPF_KEY_SIZE = 10,
	CAPF_PASSWORD = 11,
	CAPF_RETRY_DELAY = 12,
	CAPF_DEVICE_NAME = 13,
	CAPF_SUDI_DATA = 16,
	CAPF_KEY_TYPE = 17,
	CAPF_CURVE = 18,
	CAPF_SHA2_SIGNED_DATA = 20,
	CAPF_TAG_LIMIT,
};

enum capf_reason {
	CAPF_REASON_NOTHING = 0,
	CAPF_REASON_SUCCESS = 1,
	CAPF_REASON_DECLINED = 7,
	CAPF_REASON_UNKNOWN_DEVICE = 9,
};

enum capf_key_type { CAPF_RSA, CAPF_EC };
enum capf_curve { CAPF_P256, CAPF_P384, CAPF_P521 };
enum capf_hash { CAPF_SHA1 = 1, CAPF_SHA256, CAPF_SHA512 };

enum {
	CAPF_PROTOCOL = 0x55,
	CAPF_HEADER = 8,
	CAPF_PAYLOAD_MAX = 16 * 1024,
	CAPF_WRITE_MAX = 16 * 1024,	/* a message fills one TLS record */
	CAPF_NAME_SIZE = 128 + 1,
	CAPF_PASSWORD_SIZE = 16 + 1,
	CAPF_LSC = 1,			/* of CAPF_CERT_TYPE */
};

struct capf_signature {
	uint8_t hash;			/* enum capf_hash, 0: none */
	struct element_bytes bytes;
};

/* Element 16: the factory certificate, and what it signed. */
struct capf_sudi {
	struct element_bytes certificate;
	struct capf_signature sha1, sha2;
};

/* Its bytes are the frame's and live as long; 0 or empty where have lacks it. */
struct capf_message {
	uint8_t opcode;
	uint32_t session;
	uint32_t have;			/* 1 << enum capf_tag */
	unsigned int skipped;		/* elements with tags nobody knows */
	uint8_t skipped_tag;		/* the last of them, for the log */
	uint8_t reason, cert_type, version, auth_type, key_type, curve;
	uint16_t key_size;
	uint32_t retry_delay;
	struct element_bytes certificate; /* DER, without its prefix */
	struct element_bytes public_key;
	struct capf_signature sha1, sha2; /* elements 6 and 20 */
	struct capf_sudi sudi;
	char name[CAPF_NAME_SIZE];
	char password[CAPF_PASSWORD_SIZE];
};

static inline bool capf_has(const struct capf_message *message,
			    enum capf_tag tag)
{
	return message->have & 1u << tag;
}

/*
 * One whole message. 0, or -EBADMSG with a sentence that says what is wrong;
 * the message is to be wiped in either case: it may have the password.
 */
int capf_message_read(const uint8_t *frame, size_t len,
		      struct capf_message *message, const char **why);

/* SEP and twelve hexadecimal digits, or another kind's [A-Za-z0-9._-]{1,128}. */
bool capf_name_is_valid(const char *name);

#endif /* CAPF_MESSAGE_H */
