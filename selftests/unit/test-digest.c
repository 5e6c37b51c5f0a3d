// SPDX-License-Identifier: GPL-2.0
/*
 * One digest per suite over every payload of 0..1500 bytes, made by another
 * implementation: equality without linking it.
 */
#include <openssl/evp.h>

#include "digest-input.h"
#include "digests.h"
#include "crypto-openssl.h"
#include "ucsec.h"

static int seal(const struct ucsec_srtp_keyset *ks, u8 *pkt, u32 *len,
		bool rtcp, u32 n)
{
	struct ucsec_srtp_hdr hdr;

	if (rtcp)
		return ucsec_srtp_protect_rtcp(ks, pkt, len, DIGEST_MAX,
					       n - DIGEST_PAYLOADS + 1);
	return ucsec_srtp_rtp_parse(pkt, *len, &hdr) ?:
	       ucsec_srtp_protect(ks, pkt, len, DIGEST_MAX, &hdr, n);
}

static bool same_digest(u32 suite)
{
	u8 material[UCSEC_MAX_KEY_LEN], pkt[DIGEST_MAX], digest[DIGEST_LEN];
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	struct ucsec_srtp_keyset *ks;
	struct digest_input in;
	u32 n, len, bad = 0;
	bool rtcp;

	digest_begin(&in, suite, material);
	ks = keyset_new(suite, material, 1, 0);
	EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
	for (n = 0; n < DIGEST_PACKETS; n++) {
		len = digest_next(&in, pkt, &rtcp);
		bad += seal(ks, pkt, &len, rtcp, n) != 0;
		EVP_DigestUpdate(sha, pkt, len);
	}
	EVP_DigestFinal_ex(sha, digest, NULL);
	EVP_MD_CTX_free(sha);
	keyset_free(ks);
	return !bad && !memcmp(digest, digests[suite], sizeof(digest));
}

int main(void)
{
	u32 suite;
	int i;

	for (i = 0; i < 2; i++) {
		ucsec_test_portable = i;
		for (suite = 1; suite <= UCSEC_SUITE_MAX; suite++)
			tap_ok(same_digest(suite), "%s, %s",
			       ucsec_srtp_suite(suite)->name,
			       i ? "portable" : "OpenSSL");
	}
	return tap_done();
}
