/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TVS messages: phones ask about certificates that their lists do not have.
 */
#ifndef TRUST_TVS_MESSAGE_H
#define TRUST_TVS_MESSAGE_H

#include "element.h"

enum tvs_command {
	TVS_VERIFY_REQ = 1,		/* is this certificate known? */
	TVS_VERIFY_RES,
	TVS_QUERY_REQ,			/* which is the one with this name? */
	TVS_QUERY_RES,
};

enum tvs_tag {
	TVS_DEVICE = 1,
	TVS_CERTIFICATE,
	TVS_SUBJECT,
	TVS_ISSUER,			/* 4 and 5 may be the other way round */
	TVS_SERIAL,
	TVS_STATUS = 7,
	TVS_ROLES,
	TVS_TTL,
	TVS_TAG_LIMIT,
};

enum {
	TVS_PROTOCOL = 0x57,
	TVS_VERSION = 1,
	TVS_HEADER = 10,
	TVS_MESSAGE_MAX = 64 * 1024,
	TVS_DEVICE_SIZE = 128 + 1,
	TVS_NAME_SIZE = 1024 + 1,
	TVS_SERIAL_MAX = 64,
	TVS_ROLES_MAX = 32,
	TVS_TTL_DEFAULT = 86400,
};

/* Its bytes are the input's and live as long. */
struct tvs_message {
	enum tvs_command command;
	uint32_t session;
	unsigned int skipped;		/* elements with tags nobody knows */
	char device[TVS_DEVICE_SIZE];	/* CP-8861-SEP001122334455 */
	struct element_bytes certificate;	/* DER */
	char subject[TVS_NAME_SIZE], issuer[TVS_NAME_SIZE];
	struct element_bytes serial;	/* no zeroes in front */
	bool valid;			/* of answers: status 0 */
	struct element_bytes roles;
	uint32_t ttl;
};

/*
 * The first message of what has come so far. Its length, 0: more must come, or
 * -EPROTO: not TVS, -EMSGSIZE: longer than TVS_MESSAGE_MAX, -EBADMSG with a
 * sentence. Others may follow it in data at once. A query may come without
 * issuer or serial number, whose tags are not sure: they are empty then.
 */
int tvs_message_read(const uint8_t *data, size_t len,
		     struct tvs_message *message, const char **why);

/*
 * What there is of the message in its command's layout, in one piece. The
 * length, or -EMSGSIZE. An answer that is not valid says only that.
 */
int tvs_message_write(const struct tvs_message *message, uint8_t *buf,
		      size_t size);

#endif /* TRUST_TVS_MESSAGE_H */
