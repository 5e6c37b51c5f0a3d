/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parameters of a digest header, and the digest itself (RFC 7616, 8760).
 */
#ifndef SIP_CREDENTIALS_H
#define SIP_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/head.h"
#include "store/store.h"

enum { SIP_HEX_MAX = 2 * STORE_HA1_MAX + 1 };

/* What is not there is ""; quotes and escapes are taken off. */
struct sip_credentials {
	char username[STORE_NAME_SIZE];
	char realm[STORE_TEXT_SIZE];
	char nonce[160];
	char uri[1024];
	char response[SIP_HEX_MAX];
	char algorithm[16];
	char cnonce[256];
	char qop[16];
	char nc[9];
};

/*
 * The value of an Authorization header. -ENOTSUP: another scheme than Digest;
 * -EBADMSG: no syntax, a parameter twice or too long.
 */
int sip_credentials_parse(struct sip_text value, struct sip_credentials *to);

/* By name, none is MD5. -ENOTSUP */
int sip_algorithm_of(const char *name, enum store_algorithm *algorithm);
const char *sip_algorithm_name(enum store_algorithm algorithm);

/* H(user:realm:password) as bytes; its length. */
size_t sip_digest_ha1(enum store_algorithm algorithm, const char *user,
		      const char *realm, const char *password,
		      uint8_t ha1[STORE_HA1_MAX]);
/* The response with qop=auth; without qop (RFC 2069) if qop is "". */
void sip_digest_response(enum store_algorithm algorithm,
			 const uint8_t *ha1, size_t len,
			 struct sip_text method,
			 const struct sip_credentials *credentials,
			 char hex[SIP_HEX_MAX]);

#endif /* SIP_CREDENTIALS_H */
