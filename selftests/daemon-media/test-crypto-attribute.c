// SPDX-License-Identifier: GPL-2.0
/* a=crypto: the examples of the RFCs, and every kind of bad line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/sdp.h"
#include "tap.h"

#define K30 "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define K30B "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define K46 "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVmZ2hpamtsbW5vcHFyc3R1" "dg=="
#define K38 "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVmZ2hpamtsbW4="
#define K28 "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZA=="
#define K44 "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVmZ2hpamtsbW5vcHFyc3Q="
#define CM80 "AES_CM_128_HMAC_SHA1_80"

static const struct good {
	const char *text, *suite;
	uint32_t tag;
	unsigned int keys, mki_len;
	uint8_t mki;		/* last byte of the first */
} good[] = {
	/* RFC 4568 4.1, 6.1 and 10 */
	{ "1 " CM80 " inline:" K30 "|2^20|1:4 FEC_ORDER=x", NULL, 1, 0, 0, 0 },
	{ "1 " CM80 " inline:" K30B "|2^20|1:32", NULL, 1, 0, 0, 0 },
	{ "1 " CM80 " inline:" K30B "|2^20|1:4", CM80, 1, 1, 4, 1 },
	{ "1 " CM80 " inline:" K30 "|2^20|1:4;inline:" K30B "|2^20|2:4",
	  CM80, 1, 2, 4, 1 },
	{ "2 " CM80 " inline:" K30, CM80, 2, 1, 0, 0 },
	{ "999999999 " CM80 " inline:" K30 "|1048576", CM80, 999999999, 1, 0,
	  0 },
	{ "0 AES_CM_128_HMAC_SHA1_32 INLINE:" K30 "|3:1 WSH=64 KDR=0",
	  "AES_CM_128_HMAC_SHA1_32", 0, 1, 1, 3 },
	/* RFC 6188 */
	{ "1 AES_256_CM_HMAC_SHA1_80 inline:" K46, "AES_256_CM_HMAC_SHA1_80",
	  1, 1, 0, 0 },
	{ "1 AES_CM_256_HMAC_SHA1_80 inline:" K46, "AES_256_CM_HMAC_SHA1_80",
	  1, 1, 0, 0 },
	{ "1 AES_192_CM_HMAC_SHA1_32 inline:" K38, "AES_192_CM_HMAC_SHA1_32",
	  1, 1, 0, 0 },
	/* RFC 7714 */
	{ "1 AEAD_AES_128_GCM inline:" K28 "|2^48", "AEAD_AES_128_GCM", 1, 1,
	  0, 0 },
	{ "4 AEAD_AES_256_GCM inline:" K44 "|2^31|7:16", "AEAD_AES_256_GCM", 4,
	  1, 16, 7 },
	{ "1  " CM80 "\tinline:" K30 " -UNKNOWN=3  -UNENCRYPTED_SRTP ", CM80,
	  1, 1, 0, 0 },
	{ "1 " CM80 " inline:" K30 "|18446744073709551615:8", CM80, 1, 1, 8,
	  255 },
};

static const char *const bad[] = {
	"", " ", "1", "1 ", "x " CM80 " inline:" K30,
	"-1 " CM80 " inline:" K30, "1000000000 " CM80 " inline:" K30,
	"1a " CM80 " inline:" K30, " 1 " CM80 " inline:" K30,
	"1 " CM80, "1 " CM80 " ", "1 " CM80 " inline:",
	"1 AES_CM_128_HMAC_SHA1_81 inline:" K30,
	"1 aes_cm_128_hmac_sha1_80 inline:" K30,
	"1 F8_128_HMAC_SHA1_80 inline:" K30,
	"1 NULL_HMAC_SHA1_80 inline:" K30,
	"1 " CM80 " uri:" K30, "1 " CM80 " " K30,
	"1 " CM80 " inline:" K28, "1 " CM80 " inline:" K46,
	"1 " CM80 " inline:" K30 "A", "1 " CM80 " inline:" K30 "=",
	"1 " CM80 " inline:" K30 "====",
	"1 " CM80 " inline:!VNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
	"1 " CM80 " inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGV=",
	/* spare bits, padding missing or misplaced */
	"1 AEAD_AES_128_GCM inline:"
	"MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZB==",
	"1 AEAD_AES_128_GCM inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZA",
	"1 AEAD_AES_128_GCM inline:"
	"MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZA=A",
	"1 AEAD_AES_128_GCM inline:"
	"MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZAAA",
	/* lifetime */
	"1 " CM80 " inline:" K30 "|", "1 " CM80 " inline:" K30 "|0",
	"1 " CM80 " inline:" K30 "|2^49", "1 " CM80 " inline:" K30 "|2^",
	"1 " CM80 " inline:" K30 "|281474976710657",
	"1 " CM80 " inline:" K30 "|x", "1 " CM80 " inline:" K30 "|2^20|",
	"1 " CM80 " inline:" K30 "||1:4", "1 " CM80 " inline:" K30 "|-1",
	"1 " CM80 " inline:" K30 "|2^20|2^20",
	/* MKI */
	"1 " CM80 " inline:" K30 "|1:0", "1 " CM80 " inline:" K30 "|1:17",
	"1 " CM80 " inline:" K30 "|1:129", "1 " CM80 " inline:" K30 "|1:",
	"1 " CM80 " inline:" K30 "|:4", "1 " CM80 " inline:" K30 "|256:1",
	"1 " CM80 " inline:" K30 "|x:4",
	"1 " CM80 " inline:" K30 "|18446744073709551616:16",
	"1 " CM80 " inline:" K30 "|2^20|1:4|5",
	"1 " CM80 " inline:" K30 "|1:4|2^20",
	/* several keys */
	"1 " CM80 " inline:" K30 ";inline:" K30B,
	"1 " CM80 " inline:" K30 "|1:4;inline:" K30B,
	"1 " CM80 " inline:" K30 "|1:4;inline:" K30B "|2:5",
	"1 " CM80 " inline:" K30 "|1:4;inline:" K30B "|1:4",
	"1 " CM80 " inline:" K30 "|1:4;" K30B "|2:4",
	"1 " CM80 " inline:" K30 "|1:4;",
	/* session parameters: by policy, unknown, not served */
	"1 " CM80 " inline:" K30 " UNENCRYPTED_SRTP",
	"1 " CM80 " inline:" K30 " UNENCRYPTED_SRTCP",
	"1 " CM80 " inline:" K30 " unencrypted_srtcp",
	"1 " CM80 " inline:" K30 " UNAUTHENTICATED_SRTP",
	"1 AEAD_AES_128_GCM inline:" K28 " UNAUTHENTICATED_SRTP",
	"1 " CM80 " inline:" K30 " WSH=128 UNENCRYPTED_SRTP",
	"1 " CM80 " inline:" K30 " KDR=1", "1 " CM80 " inline:" K30 " KDR=24",
	"1 " CM80 " inline:" K30 " KDR=", "1 " CM80 " inline:" K30 " KDR",
	"1 " CM80 " inline:" K30 " WSH=63", "1 " CM80 " inline:" K30 " WSH=",
	"1 " CM80 " inline:" K30 " FEC_ORDER=FEC_SRTP",
	"1 " CM80 " inline:" K30 " FEC_KEY=inline:" K30B,
	"1 " CM80 " inline:" K30 " NEW_THING", "1 " CM80 " inline:" K30 " =",
};

/* In memory of its exact length, for the sanitizer to guard. */
static const char *parse(const char *text, size_t len,
			 struct call_sdp_crypto *crypto)
{
	char *exact = malloc(len ? len : 1);
	const char *fault;

	memcpy(exact, text, len);
	memset(crypto, 0xa5, sizeof(*crypto));
	fault = call_sdp_crypto_parse(exact, len, crypto);
	free(exact);
	return fault;
}

static bool is_empty(const struct call_sdp_crypto *c)
{
	static const struct call_crypto zero;

	return !memcmp(&c->crypto, &zero, sizeof(zero));
}

static void check_good(const struct good *g)
{
	struct call_sdp_crypto c, again;
	const char *fault = parse(g->text, strlen(g->text), &c);
	const struct call_crypto *k = &c.crypto;
	char text[256];
	ssize_t n;

	if (!g->suite) {
		ok(fault && is_empty(&c), "refused: %s: %s", g->text, fault);
		return;
	}
	if (!ok(!fault, "%s: %s", g->text, fault ? fault : "accepted"))
		return;
	ok(c.tag == g->tag && !strcmp(k->suite->name, g->suite) &&
	   k->key_count == g->keys && k->keys[0].mki_len == g->mki_len &&
	   (!g->mki_len || k->keys[0].mki[g->mki_len - 1] == g->mki),
	   "  as written");
	n = call_sdp_crypto_write(&c, text, sizeof(text));
	ok(n > 0 && !parse(text, (size_t)n, &again) && again.tag == c.tag &&
	   again.crypto.suite == k->suite && again.crypto.key_count == 1 &&
	   call_key_equal(&again.crypto.keys[0], &k->keys[0]),
	   "  written and read again: %.*s", (int)n, text);
	for (size_t size = 0; n > 0 && size < (size_t)n; size++) {
		char *exact = malloc(size ? size : 1);

		if (call_sdp_crypto_write(&c, exact, size) != -ENOSPC)
			ok(false, "  %zu bytes were enough", size);
		free(exact);
	}
}

/* What is cut off anywhere is refused, or is a shorter line that is whole. */
static void check_cuts(const struct good *g)
{
	struct call_sdp_crypto c;
	bool clean = true;

	for (size_t len = 0; len < strlen(g->text); len++) {
		const char *fault = parse(g->text, len, &c);

		clean = clean && (fault == c.fault) && (!fault || is_empty(&c));
		clean = clean && (fault || c.crypto.keys[0].len ==
				  c.crypto.suite->key_len +
				  c.crypto.suite->salt_len);
	}
	ok(clean, "cut anywhere it is whole or nothing: %.30s", g->text);
}

int main(void)
{
	static const uint8_t first[4] = { 0x59, 0x53, 0x5f, 0x5f };
	char eight[1024] = "1 " CM80 " ", more[1200];
	struct call_sdp_crypto c;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		check_good(&good[i]);
		check_cuts(&good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *fault = parse(bad[i], strlen(bad[i]), &c);

		ok(fault && c.fault == fault && is_empty(&c),
		   "refused: '%s': %s", bad[i], fault);
	}
	parse("1 " CM80 " inline:" K30 " UNENCRYPTED_SRTCP",
	      strlen("1 " CM80 " inline:" K30 " UNENCRYPTED_SRTCP"), &c);
	ok(!strcmp(c.fault, "asks for no encryption"), "%s", c.fault);
	parse("1 " CM80 " inline:" K30, strlen("1 " CM80 " inline:" K30), &c);
	ok(!memcmp(c.crypto.keys[0].material, first, sizeof(first)) &&
	   c.crypto.keys[0].len == 30, "the key is the decoded base64");
	for (int i = 0; i < 8; i++)
		sprintf(eight + strlen(eight), "%sinline:" K30 "|%d:1",
			i ? ";" : "", i + 1);
	ok(!parse(eight, strlen(eight), &c) && c.crypto.key_count == 8,
	   "eight keys");
	sprintf(more, "%s;inline:" K30 "|9:1", eight);
	ok(parse(more, strlen(more), &c), "nine are refused: %s", c.fault);
	ok(parse("1\0 x", 4, &c), "a NUL is refused");
	return tap_end();
}
