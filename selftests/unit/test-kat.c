// SPDX-License-Identifier: GPL-2.0
/*
 * Known answers, each with its source. All are run with the accelerated
 * primitives and with the portable ones.
 */
#include "tap.h"
#include "crypto-openssl.h"
#include "ucsec.h"

static const char *mode;

static void session_of(struct ucsec_crypto_session *s, u8 type,
		       const char *key, const char *salt)
{
	memset(s, 0, sizeof(*s));
	s->type = type;
	s->key_len = (u8)hex(key, s->key, sizeof(s->key));
	hex(salt, s->salt, sizeof(s->salt));
	if (ucsec_crypto_session_init(s, NULL, true))
		abort();
}

/* The first three and the last three of 0xff02 blocks, RFC 6188 section 7. */
static const struct {
	const char *source, *key, *first, *last;
} keystreams[] = {
	{ "RFC 3711 B.2",
	  "2b7e151628aed2a6abf7158809cf4f3c",
	  "e03ead0935c95e80e166b16dd92b4eb4 d23513162b02d0f72a43a2fe4a5f97ab"
	  "41e95b3bb0a2e8dd477901e4fca894c0",
	  "ec8cdf7398607cb0f2d21675ea9ea1e4 362b7c3c6773516318a077d7fc5073ae"
	  "6a2cc3787889374fbeb4c81b17ba6c44" },
	{ "RFC 6188 7.1",
	  "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
	  "92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac"
	  "63c4868b7096d88421b563b8c94c9a31",
	  "cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d"
	  "6eb246913062a16891433e97dd01a57f" },
	{ "RFC 6188 7.3",
	  "eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7",
	  "35096cba4610028dc1b57503804ce37c 5de986291dcce161d5165ec4568f5c9a"
	  "474a40c77894bc17180202272a4c264d",
	  "d108d1a31a00bad6367ec23eb044b415 c8f57129fdeb970b59f917b257662d4c"
	  "a5dab625811034e8cebdfeb6dc158dd3" },
};

static void test_keystream(void)
{
	const u32 blocks = 0xff02, len = blocks * UCSEC_CRYPTO_BLOCK;
	struct ucsec_crypto_session s;
	u8 iv[UCSEC_CRYPTO_BLOCK], *text = malloc(len);
	size_t i;

	for (i = 0; i < sizeof(keystreams) / sizeof(keystreams[0]); i++) {
		session_of(&s, UCSEC_CRYPTO_CTR, keystreams[i].key,
			   "f0f1f2f3f4f5f6f7f8f9fafbfcfd");
		ucsec_srtp_iv(&s, 0, 0, iv);
		memset(text, 0, len);
		tap_ok(!ucsec_crypto_ctr(&s, iv, text, len) &&
		       equals_hex(text, 48, keystreams[i].first) &&
		       equals_hex(text + len - 48, 48, keystreams[i].last),
		       "%s: keystream of %s", mode, keystreams[i].source);
		ucsec_crypto_session_exit(&s);
	}
	free(text);
}

static const struct {
	const char *source;
	u32 suite;
	const char *master, *key, *salt, *mac_key;
} derivations[] = {
	{ "RFC 3711 B.3", UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80,
	  "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6",
	  "c61e7a93744f39ee10734afe3ff7a087", "30cbbc08863d8c85d49db34a9ae1",
	  "cebe321f6ff7716b6fd4ab49af256a156d38baa4" },
	{ "RFC 6188 7.2", UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80,
	  "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"
	  "3b04803de51ee7c96423ab5b78d2",
	  "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
	  "fa31791685ca444a9e07c6c64e93",
	  "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05" },
	{ "RFC 6188 7.4", UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80,
	  "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1"
	  "c8522f3acd4ce86d5add78edbb11",
	  "31874736a8f1143870c26e4857d8a5b2c4a354407faadabb",
	  "2372b82d639b6d8503a47adc0a6c",
	  "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb" },
};

/* The MAC key is in its handle only, so it is known by what it makes. */
static bool same_mac_key(const struct ucsec_crypto_session *s,
			 const char *mac_key)
{
	u8 key[UCSEC_CRYPTO_MAC_KEY], a[UCSEC_CRYPTO_MAC], b[UCSEC_CRYPTO_MAC];
	struct ucsec_crypto_session other = { .type = UCSEC_CRYPTO_NULL };
	bool same;

	hex(mac_key, key, sizeof(key));
	if (ucsec_crypto_session_init(&other, key, false))
		abort();
	same = !ucsec_crypto_mac(s, key, sizeof(key), a) &&
	       !ucsec_crypto_mac(&other, key, sizeof(key), b) &&
	       !memcmp(a, b, sizeof(a));
	ucsec_crypto_session_exit(&other);
	return same;
}

static void test_derivation(void)
{
	const struct ucsec_crypto_session *s;
	struct ucsec_srtp_keyset *ks;
	u8 master[UCSEC_MAX_KEY_LEN];
	size_t i;

	for (i = 0; i < sizeof(derivations) / sizeof(derivations[0]); i++) {
		hex(derivations[i].master, master, sizeof(master));
		ks = keyset_new(derivations[i].suite, master, 1, 0);
		s = &ks->key[0].rtp;
		tap_ok(equals_hex(s->key, s->key_len, derivations[i].key) &&
		       equals_hex(s->salt, sizeof(s->salt),
				  derivations[i].salt) &&
		       same_mac_key(s, derivations[i].mac_key),
		       "%s: session keys of %s", mode, derivations[i].source);
		keyset_free(ks);
	}
}

static void test_mac(void)
{
	struct ucsec_crypto_session s = { .type = UCSEC_CRYPTO_NULL };
	u8 key[UCSEC_CRYPTO_MAC_KEY], data[50], out[UCSEC_CRYPTO_MAC];

	memset(key, 0x0b, sizeof(key));
	if (ucsec_crypto_session_init(&s, key, true))
		abort();
	tap_ok(!ucsec_crypto_mac(&s, (const u8 *)"Hi There", 8, out) &&
	       equals_hex(out, sizeof(out),
			  "b617318655057264e28bc0b6fb378c8ef146be00"),
	       "%s: HMAC-SHA1 of RFC 2202 case 1", mode);
	ucsec_crypto_session_exit(&s);

	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	if (ucsec_crypto_session_init(&s, key, true))
		abort();
	tap_ok(!ucsec_crypto_mac(&s, data, sizeof(data), out) &&
	       equals_hex(out, sizeof(out),
			  "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
	       "%s: HMAC-SHA1 of RFC 2202 case 3", mode);
	ucsec_crypto_session_exit(&s);
}

#define KEY_128 "000102030405060708090a0b0c0d0e0f"
#define KEY_256 KEY_128 "101112131415161718191a1b1c1d1e1f"
#define GALLIA "8040f17b8041f8d35501a0b2"					\
	"47616c6c696120657374206f6d6e69732064697669736120696e207061727465"	\
	"732074726573"
#define REPORT "81c8000d4d617273"						\
	"4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef"	\
	"deadbeefdeadbeefdeadbeef"

/* RFC 7714 gives session keys, so key derivation is left out. */
static struct ucsec_srtp_keyset *gcm_keyset(u32 suite, const char *key)
{
	static const u8 zeros[UCSEC_MAX_KEY_LEN];
	struct ucsec_srtp_keyset *ks = keyset_new(suite, zeros, 1, 0);
	const char *salt = "517569642070726f2071756f";

	ucsec_srtp_key_exit(&ks->key[0]);
	session_of(&ks->key[0].rtp, UCSEC_CRYPTO_GCM, key, salt);
	session_of(&ks->key[0].rtcp, UCSEC_CRYPTO_GCM, key, salt);
	return ks;
}

static const struct {
	const char *source;
	u32 suite;
	const char *key, *sealed;
} rtp_packets[] = {
	{ "16.1.1", UCSEC_SUITE_AEAD_AES_128_GCM, KEY_128,
	  "8040f17b8041f8d35501a0b2"
	  "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b"
	  "36de3adf8833899d7f27beb16a9152cf765ee4390cce" },
	{ "16.2.1", UCSEC_SUITE_AEAD_AES_256_GCM, KEY_256,
	  "8040f17b8041f8d35501a0b2"
	  "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f"
	  "1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13" },
};

static void test_gcm_rtp(void)
{
	struct ucsec_srtp_keyset *ks;
	struct ucsec_srtp_hdr hdr;
	u8 pkt[128];
	size_t i;
	u32 len;
	int keep;

	for (i = 0; i < sizeof(rtp_packets) / sizeof(rtp_packets[0]); i++) {
		ks = gcm_keyset(rtp_packets[i].suite, rtp_packets[i].key);
		len = hex(GALLIA, pkt, sizeof(pkt));
		tap_ok(!ucsec_srtp_rtp_parse(pkt, len, &hdr) &&
		       !ucsec_srtp_protect(ks, pkt, &len, sizeof(pkt), &hdr,
					   hdr.seq) &&
		       equals_hex(pkt, len, rtp_packets[i].sealed),
		       "%s: seal RFC 7714 %s", mode, rtp_packets[i].source);
		for (keep = 0; keep < 2; keep++) {
			len = hex(rtp_packets[i].sealed, pkt, sizeof(pkt));
			tap_ok(!ucsec_srtp_unprotect(ks, &ks->key[0], pkt,
						     &len, &hdr, hdr.seq,
						     keep) &&
			       equals_hex(pkt, len, GALLIA),
			       "%s: open RFC 7714 %s, keep %d", mode,
			       rtp_packets[i].source, keep);
		}
		keyset_free(ks);
	}
}

/* Sections 16.1.3, 16.2.3: all of the packet is AAD, and no text. */
static void test_gcm_tag_only(void)
{
	static const struct { const char *key, *tag; } cases[] = {
		{ KEY_128, "22493f82d2bce397e9d79e3b19aa4216" },
		{ KEY_256, "a866d5910f887463067ceefec45215d4" },
	};
	u8 pkt[128], iv[UCSEC_CRYPTO_BLOCK];
	struct ucsec_crypto_session s;
	u32 len;
	int i;

	for (i = 0; i < 2; i++) {
		session_of(&s, UCSEC_CRYPTO_GCM, cases[i].key,
			   "517569642070726f2071756f");
		len = hex(GALLIA, pkt, sizeof(pkt));
		ucsec_srtp_iv(&s, 0x5501a0b2, 0xf17b, iv);
		tap_ok(equals_hex(iv, 12, "51753c6580c2726f20718414") &&
		       !ucsec_crypto_gcm_seal(&s, iv, pkt, len, 0) &&
		       equals_hex(pkt + len, 16, cases[i].tag),
		       "%s: tag of RFC 7714 16.%d.3", mode, i + 1);
		ucsec_crypto_session_exit(&s);
	}
}

static const struct {
	const char *source;
	u32 suite;
	const char *key, *sealed;
} rtcp_packets[] = {
	{ "17.1", UCSEC_SUITE_AEAD_AES_128_GCM, KEY_128, "81c8000d4d617273"
	  "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda"
	  "4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4" },
	{ "17.2", UCSEC_SUITE_AEAD_AES_256_GCM, KEY_256, "81c8000d4d617273"
	  "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be"
	  "8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4" },
	{ "17.3", UCSEC_SUITE_AEAD_AES_128_GCM, KEY_128,
	  REPORT "841dd9683dd78ec92ae58790125f62b3000005d4" },
	{ "17.4", UCSEC_SUITE_AEAD_AES_256_GCM, KEY_256,
	  REPORT "91db4afbfeee5a978fab4393ed2615fe000005d4" },
};

/* 17.3 and 17.4 are not encrypted: accepted, but never made. */
static void test_gcm_rtcp(void)
{
	struct ucsec_srtp_rtcp_hdr hdr;
	struct ucsec_srtp_keyset *ks;
	u8 pkt[128];
	size_t i;
	u32 len;

	for (i = 0; i < sizeof(rtcp_packets) / sizeof(rtcp_packets[0]); i++) {
		ks = gcm_keyset(rtcp_packets[i].suite, rtcp_packets[i].key);
		len = hex(rtcp_packets[i].sealed, pkt, sizeof(pkt));
		tap_ok(!ucsec_srtp_srtcp_parse(ks, pkt, len, &hdr) &&
		       hdr.index == 0x5d4 && hdr.encrypted == (i < 2) &&
		       hdr.ssrc == 0x4d617273 &&
		       !ucsec_srtp_unprotect_rtcp(ks, &ks->key[0], pkt, &len,
						  &hdr) &&
		       equals_hex(pkt, len, REPORT),
		       "%s: open RFC 7714 %s", mode, rtcp_packets[i].source);
		if (hdr.encrypted)
			tap_ok(!ucsec_srtp_protect_rtcp(ks, pkt, &len,
							sizeof(pkt), 0x5d4) &&
			       equals_hex(pkt, len, rtcp_packets[i].sealed),
			       "%s: seal RFC 7714 %s", mode,
			       rtcp_packets[i].source);
		keyset_free(ks);
	}
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B. */
#define MV_TEXT	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"	\
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define MV_AAD	"feedfacedeadbeeffeedfacedeadbeefabaddad2"

static const struct {
	int number;
	const char *key, *iv, *aad, *text, *sealed;
} mcgrew_viega[] = {
	{ 1, "00000000000000000000000000000000", "000000000000000000000000",
	  "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
	{ 2, "00000000000000000000000000000000", "000000000000000000000000",
	  "", "00000000000000000000000000000000",
	  "0388dace60b6a392f328c2b971b2fe78 ab6e47d42cec13bdf53a67b21257bddf" },
	{ 3, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	  "", MV_TEXT "1aafd255",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
	  "4d5c2af327cd64a62cf35abd2ba6fab4" },
	{ 4, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	  MV_AAD, MV_TEXT,
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
	  "5bc94fbc3221a5db94fae95ae7121a47" },
	{ 13, "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "",
	  "530f8afbc74536b9a963b4f1c4cb738b" },
	{ 14, "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "00000000000000000000000000000000",
	  "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919" },
	{ 15, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "", MV_TEXT "1aafd255",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
	  "b094dac5d93471bdec1a502270e3cc6c" },
	{ 16, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", MV_AAD, MV_TEXT,
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void test_mcgrew_viega(void)
{
	struct ucsec_crypto_session s;
	u8 buf[128], iv[12];
	u32 aad_len, len;
	size_t i;

	for (i = 0; i < sizeof(mcgrew_viega) / sizeof(mcgrew_viega[0]); i++) {
		session_of(&s, UCSEC_CRYPTO_GCM, mcgrew_viega[i].key, "");
		hex(mcgrew_viega[i].iv, iv, sizeof(iv));
		aad_len = hex(mcgrew_viega[i].aad, buf, sizeof(buf));
		len = hex(mcgrew_viega[i].text, buf + aad_len,
			  sizeof(buf) - aad_len);
		tap_ok(!ucsec_crypto_gcm_seal(&s, iv, buf, aad_len, len) &&
		       equals_hex(buf + aad_len, len + 16,
				  mcgrew_viega[i].sealed) &&
		       !ucsec_crypto_gcm_open(&s, iv, buf, aad_len, len) &&
		       equals_hex(buf + aad_len, len, mcgrew_viega[i].text),
		       "%s: McGrew & Viega, test case %d", mode,
		       mcgrew_viega[i].number);
		ucsec_crypto_session_exit(&s);
	}
}

/* The table is indexed by number, so that the core needs no ABI header. */
static void test_suites(void)
{
	static const struct { u32 id; const char *name; } names[] = {
		{ UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80,
		  "AES_CM_128_HMAC_SHA1_80" },
		{ UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32,
		  "AES_CM_128_HMAC_SHA1_32" },
		{ UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80,
		  "AES_192_CM_HMAC_SHA1_80" },
		{ UCSEC_SUITE_AES_192_CM_HMAC_SHA1_32,
		  "AES_192_CM_HMAC_SHA1_32" },
		{ UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80,
		  "AES_256_CM_HMAC_SHA1_80" },
		{ UCSEC_SUITE_AES_256_CM_HMAC_SHA1_32,
		  "AES_256_CM_HMAC_SHA1_32" },
		{ UCSEC_SUITE_AEAD_AES_128_GCM, "AEAD_AES_128_GCM" },
		{ UCSEC_SUITE_AEAD_AES_256_GCM, "AEAD_AES_256_GCM" },
		{ UCSEC_SUITE_NULL_HMAC_SHA1_80, "NULL_HMAC_SHA1_80" },
		{ UCSEC_SUITE_NULL_HMAC_SHA1_32, "NULL_HMAC_SHA1_32" },
	};
	const struct ucsec_srtp_suite *s;
	u32 i, known = 0;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		s = ucsec_srtp_suite(names[i].id);
		known += s && !strcmp(s->name, names[i].name) &&
			 s->key_len + s->salt_len <= UCSEC_MAX_KEY_LEN &&
			 s->tag_len <= UCSEC_SRTP_TAG_MAX;
	}
	tap_ok(known == UCSEC_SUITE_MAX,
	       "each suite of the ABI has its entry");
	tap_ok(!ucsec_srtp_suite(UCSEC_SUITE_UNSPEC) &&
	       !ucsec_srtp_suite(UCSEC_SUITE_MAX + 1) &&
	       !ucsec_srtp_suite(~0U), "no suite has another number");
}

int main(void)
{
	int i;

	test_suites();
	for (i = 0; i < 2; i++) {
		ucsec_test_portable = i;
		mode = i ? "portable" : "OpenSSL";
		test_keystream();
		test_derivation();
		test_mac();
		test_mcgrew_viega();
		test_gcm_rtp();
		test_gcm_tag_only();
		test_gcm_rtcp();
	}
	tap_ok(!ucsec_test_handles, "no handle is left");
	return tap_done();
}
