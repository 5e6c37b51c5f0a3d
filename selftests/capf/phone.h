/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AUTH_RES as a phone makes it to show its certificate.
 */
#ifndef PHONE_H
#define PHONE_H

#include "bytes.h"
#include "certs.h"

/* A signature: over what, with whose key, how. Zero: as it should be. */
enum phone_fault {
	PHONE_GOOD,
	PHONE_ABSENT,
	PHONE_OTHER_KEY,
	PHONE_OTHER_TEXT,
	PHONE_DIGEST_INFO,		/* as everybody else signs */
	PHONE_SHORT_PAD,		/* 00 01 ff 00 digest, then rubbish */
	PHONE_OTHER_BYTE_ORDER,		/* of the SUDI's session id */
	PHONE_OTHER_SESSION,
};

struct phone {
	const char *name;		/* what it says it is called */
	uint32_t session;
	uint8_t version;
	const struct cert *cert;	/* or NULL: none */
	const struct cert *other;	/* for PHONE_OTHER_KEY */
	enum phone_fault sha1, sha2;
	uint8_t sha2_hash;		/* 0: 3, SHA-512 */
	const struct cert *sudi;	/* or NULL: none */
	enum phone_fault sudi_sha1, sudi_sha2;
	const char *string;		/* or NULL: none */
};

void phone_auth_res(const struct phone *phone, struct bytes *to);

#endif /* PHONE_H */
