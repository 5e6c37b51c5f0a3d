// SPDX-License-Identifier: GPL-2.0
/*
 * Makes digests.h from libsrtp2, and checks that it still would.
 *
 * digests		TAP: what is committed is what libsrtp makes
 * digests --print	digests.h
 *
 * libsrtp 2.5 derives the keys of AES-192 otherwise than RFC 6188 says (see
 * peer.h), so those two come from plain OpenSSL here, without the core.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "peer.h"
#include "digest-input.h"
#include "digests.h"
#include "ucsec.h"

static void aes_192_ctr(const u8 *key, const u8 *iv, u8 *data, u32 len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	if (!EVP_EncryptInit_ex(ctx, EVP_aes_192_ctr(), NULL, key, iv) ||
	    !EVP_EncryptUpdate(ctx, data, &n, data, (int)len))
		abort();
	EVP_CIPHER_CTX_free(ctx);
}

/* RFC 3711 section 4.3.3 */
static void derive_192(const u8 *material, u8 label, u8 *out, u32 len)
{
	u8 iv[16] = { 0 };

	memcpy(iv, material + 24, 14);
	iv[7] ^= label;
	memset(out, 0, len);
	aes_192_ctr(material, iv, out, len);
}

/* RFC 3711 sections 3.1, 3.4 and 4.1.1, for ROC 0 and the packets at hand */
static u32 seal_192(const u8 *material, u8 *pkt, u32 len, bool rtcp,
		    u32 index, u32 tag_len)
{
	u32 hdr_len = rtcp ? 8 : 12, first = rtcp ? 3 : 0, i, n;
	u8 key[24], salt[14], mac_key[20], iv[16] = { 0 }, tag[EVP_MAX_MD_SIZE];

	derive_192(material, (u8)first, key, sizeof(key));
	derive_192(material, (u8)first + 1, mac_key, sizeof(mac_key));
	derive_192(material, (u8)first + 2, salt, sizeof(salt));
	memcpy(iv, salt, sizeof(salt));
	for (i = 0; i < 4; i++) {
		iv[4 + i] ^= pkt[(rtcp ? 4 : 8) + i];
		iv[10 + i] ^= index >> (24 - 8 * i) & 0xff;
	}
	aes_192_ctr(key, iv, pkt + hdr_len, len - hdr_len);
	put_unaligned_be32(rtcp ? index | 0x80000000 : 0, pkt + len);
	HMAC(EVP_sha1(), mac_key, sizeof(mac_key), pkt, len + 4, tag, &n);
	if (rtcp)
		len += 4;
	memcpy(pkt + len, tag, tag_len);
	return len + tag_len;
}

static void digest_of(u32 suite, u8 out[DIGEST_LEN])
{
	struct peer_config config = {
		.suite = suite, .nkeys = 1, .outbound = true,
	};
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);
	u8 material[UCSEC_MAX_KEY_LEN], pkt[DIGEST_MAX];
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	struct digest_input in;
	struct peer *peer;
	bool rtcp;
	u32 i, len;

	digest_begin(&in, suite, material);
	peer = peer_new(&config, material);
	EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
	for (i = 0; i < DIGEST_PACKETS; i++) {
		len = digest_next(&in, pkt, &rtcp);
		if (s->key_len == 24)
			len = seal_192(material, pkt, len, rtcp, rtcp ?
				       i - DIGEST_PAYLOADS + 1 : i,
				       rtcp ? 10 : s->tag_len);
		else if (peer_send(peer, pkt, &len, 0, rtcp) != VERDICT_OK)
			abort();
		EVP_DigestUpdate(sha, pkt, len);
	}
	EVP_DigestFinal_ex(sha, out, NULL);
	EVP_MD_CTX_free(sha);
	peer_free(peer);
}

static void print_header(void)
{
	u8 digest[DIGEST_LEN];
	u32 suite, i;

	printf("/* SPDX-License-Identifier: GPL-2.0 */\n"
	       "/* Made by digests --print; digest-input.h says of what. */\n"
	       "#ifndef UCSEC_UNIT_DIGESTS_H\n#define UCSEC_UNIT_DIGESTS_H\n\n"
	       "/* Indexed by enum ucsec_suite. */\n"
	       "static const u8 digests[][32] = {\n");
	for (suite = 1; suite <= UCSEC_SUITE_MAX; suite++) {
		digest_of(suite, digest);
		printf("\t/* %s */\n\t[%u] = {", ucsec_srtp_suite(suite)->name,
		       suite);
		for (i = 0; i < sizeof(digest); i++)
			printf("%s0x%02x,", i % 8 ? " " : "\n\t\t", digest[i]);
		printf("\n\t},\n");
	}
	printf("};\n\n#endif /* UCSEC_UNIT_DIGESTS_H */\n");
}

int main(int argc, char **argv)
{
	u8 digest[DIGEST_LEN];
	u32 suite;
	int status = 0;

	peer_init();
	if (argc == 2 && !strcmp(argv[1], "--print")) {
		print_header();
	} else {
		for (suite = 1; suite <= UCSEC_SUITE_MAX; suite++) {
			digest_of(suite, digest);
			tap_ok(!memcmp(digest, digests[suite], sizeof(digest)),
			       "%s: digest", ucsec_srtp_suite(suite)->name);
		}
		status = tap_done();
	}
	peer_shutdown();
	return status;
}
