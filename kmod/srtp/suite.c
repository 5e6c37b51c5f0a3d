// SPDX-License-Identifier: GPL-2.0
/*
 * The protection suites: what each is called and how long its parts are.
 *
 * Indexed by enum ucsec_suite of the ABI, which the core does not include: the
 * numbers are fixed there for good, and a unit test holds both together.
 */
#include "internal.h"
#include "srtp.h"

/* The SRTCP tag has 80 bits also with the _32 suites, RFC 5764 4.1.2. */
static const struct ucsec_srtp_suite suites[] = {
	/* RFC 3711, RFC 4568 section 6.2 */
	[1] = { "AES_CM_128_HMAC_SHA1_80", UCSEC_CRYPTO_CTR, 16, 14, 10, 10 },
	[2] = { "AES_CM_128_HMAC_SHA1_32", UCSEC_CRYPTO_CTR, 16, 14, 4, 10 },
	/* RFC 6188 section 4 */
	[3] = { "AES_192_CM_HMAC_SHA1_80", UCSEC_CRYPTO_CTR, 24, 14, 10, 10 },
	[4] = { "AES_192_CM_HMAC_SHA1_32", UCSEC_CRYPTO_CTR, 24, 14, 4, 10 },
	[5] = { "AES_256_CM_HMAC_SHA1_80", UCSEC_CRYPTO_CTR, 32, 14, 10, 10 },
	[6] = { "AES_256_CM_HMAC_SHA1_32", UCSEC_CRYPTO_CTR, 32, 14, 4, 10 },
	/* RFC 7714 section 14.1 */
	[7] = { "AEAD_AES_128_GCM", UCSEC_CRYPTO_GCM, 16, 12, 16, 16 },
	[8] = { "AEAD_AES_256_GCM", UCSEC_CRYPTO_GCM, 32, 12, 16, 16 },
	/* RFC 3711 section 4.1.3; the master key is the default PRF's, 5.3 */
	[9] = { "NULL_HMAC_SHA1_80", UCSEC_CRYPTO_NULL, 16, 14, 10, 10 },
	[10] = { "NULL_HMAC_SHA1_32", UCSEC_CRYPTO_NULL, 16, 14, 4, 10 },
};

const struct ucsec_srtp_suite *ucsec_srtp_suite(u32 id)
{
	if (id >= sizeof(suites) / sizeof(suites[0]) || !suites[id].name)
		return NULL;
	return &suites[id];
}
