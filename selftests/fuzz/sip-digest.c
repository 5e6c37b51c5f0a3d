// SPDX-License-Identifier: GPL-2.0
/*
 * The value of an Authorization header: parsed, judged, never right.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int nobody(void *arg, const char *user, enum store_algorithm algorithm,
		  uint8_t ha1[STORE_HA1_MAX], size_t *len)
{
	(void)arg;
	memset(ha1, (int)strlen(user), STORE_HA1_MAX);
	*len = algorithm == STORE_MD5 ? 16 : 32;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sip_digest *digest;
	char *copy = malloc(size ? size : 1);
	struct sip_credentials credentials;
	struct sip_digest_check check = {
		.realm = "r", .offers = 7, .binding = "p", .source = "s",
		.validity = 600, .method = { "REGISTER", 8 },
		.uri = { "sip:ucsec", 9 }, .ha1 = nobody,
	};
	const char *reason;

	if (!digest)
		digest = sip_digest_new();
	memcpy(copy, data, size);
	if (!sip_credentials_parse((struct sip_text){ copy, size },
				   &credentials) &&
	    sip_digest_verify(digest, &check, &credentials, &reason) ==
	    AUTHZ_DIGEST_RIGHT)
		abort();
	free(copy);
	return 0;
}
