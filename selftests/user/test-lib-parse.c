// SPDX-License-Identifier: GPL-2.0
/*
 * Parsers of libucsec: what is taken, what is refused, and that no key stays.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>

#include <ucsec/ucsec.h>

#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* 30 bytes, 0x00 to 0x1d, and 28, 38, 44, 46 of the same kind. */
#define KEY30	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define KEY28	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw"
#define KEY38	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU"
#define KEY44	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis"
#define KEY46	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ"

/* The linker puts this between the library and its C library. */
static unsigned int texts_wiped;

void __real_explicit_bzero(void *memory, size_t len);
void __wrap_explicit_bzero(void *memory, size_t len);
void __wrap_explicit_bzero(void *memory, size_t len)
{
	if (len >= 8 && !memcmp(memory, KEY28, 8))
		texts_wiped++;
	__real_explicit_bzero(memory, len);
}

static void test_endpoint_good(void)
{
	static const struct {
		const char *text;
		int family;
		uint32_t have;
		uint16_t port;
	} rows[] = {
		{ "192.0.2.1:5000", AF_INET, UCSEC_EP_PORT, 5000 },
		{ "192.0.2.1:1", AF_INET, UCSEC_EP_PORT, 1 },
		{ "192.0.2.1:65535", AF_INET, UCSEC_EP_PORT, 65535 },
		{ "192.0.2.1", AF_INET, 0, 0 },
		{ "[2001:db8::1]:5000", AF_INET6, UCSEC_EP_PORT, 5000 },
		{ "[2001:db8::1]", AF_INET6, 0, 0 },
		{ "[fe80::1%lo]:5000", AF_INET6,
		  UCSEC_EP_PORT | UCSEC_EP_IFINDEX, 5000 },
	};
	char text[UCSEC_ENDPOINT_TEXT_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ucsec_endpoint ep;
		int err = ucsec_endpoint_parse(rows[i].text, &ep, NULL);

		if (!ok(!err && ep.family == rows[i].family &&
			ep.have == rows[i].have && ep.port == rows[i].port,
			"endpoint %s", rows[i].text))
			continue;
		ok(!ucsec_endpoint_format(&ep, text, sizeof(text)) &&
		   !strcmp(text, rows[i].text), "and back");
		ok(ucsec_endpoint_format(&ep, text, strlen(rows[i].text)) ==
		   -ENOSPC, "no room for its end");
	}
}

static void test_endpoint_bad(void)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "", -EINVAL }, { ":5000", -EINVAL }, { "host:5000", -EINVAL },
		{ "192.0.2.1:", -EINVAL }, { "192.0.2.1:0", -EINVAL },
		{ "192.0.2.1:65536", -EINVAL }, { "192.0.2.1:-1", -EINVAL },
		{ "192.0.2.1: 5", -EINVAL }, { "192.0.2.1:5000x", -EINVAL },
		{ "192.0.2.1:000005", -EINVAL }, { "192.0.2:5000", -EINVAL },
		{ "192.0.2.256:5000", -EINVAL }, { "1.2.3.4:5:6", -EINVAL },
		{ "2001:db8::1", -EINVAL }, { "[2001:db8::1", -EINVAL },
		{ "[2001:db8::1]5000", -EINVAL }, { "[]:5000", -EINVAL },
		{ "[192.0.2.1]:5000", -EINVAL }, { "[::1]]:5000", -EINVAL },
		{ "[fe80::1%]:5000", -ENODEV },
		{ "[fe80::1%nosuchdev]:5000", -ENODEV },
		{ "[::1]:", -EINVAL },
		{ "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%"
		  "123456789012345678901234567890]:5000", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ucsec_endpoint ep = { .port = 77 };
		const char *why = NULL;
		int err = ucsec_endpoint_parse(rows[i].text, &ep, &why);

		ok(err == rows[i].err && why && ep.port == 77,
		   "endpoint '%s' is refused: %s", rows[i].text,
		   why ? why : "without a reason");
	}
}

static void test_names(void)
{
	int suites = 0, drops = 0;

	for (int i = 1; ucsec_suite_name(i); i++, suites++)
		ok(ucsec_suite_parse(ucsec_suite_name(i)) == i &&
		   ucsec_suite_material_len(i) >= 28 &&
		   ucsec_suite_material_len(i) <= UCSEC_MAX_KEY_LEN,
		   "suite %s", ucsec_suite_name(i));
	ok(suites == 10, "ten suites");
	ok(!ucsec_suite_name(0) && !ucsec_suite_name(11) &&
	   !ucsec_suite_name(-1), "other numbers are no suite");
	ok(ucsec_suite_parse("aes_cm_128_hmac_sha1_80") == -EINVAL &&
	   ucsec_suite_parse("") == -EINVAL, "other names are no suite");
	ok(!ucsec_suite_material_len(0) && !ucsec_suite_material_len(99),
	   "nor have they a length");
	for (int i = 0; ucsec_drop_name(i); i++, drops++)
		if (!ucsec_drop_about(i))
			ok(false, "drop %d has a sentence", i);
	ok(drops == 19 && !strcmp(ucsec_drop_name(UCSEC_DROP_NOT_RTP),
				  "not-rtp"), "19 drops");
	ok(!ucsec_event_name(0) && !strcmp(ucsec_event_name(7), "ssrc-limit") &&
	   ucsec_event_about(1) && !ucsec_event_name(10), "events");
	for (uint32_t bit = 1; bit <= UCSEC_F_HAND_UP; bit <<= 1)
		ok(ucsec_flag_parse(ucsec_flag_name(bit)) == (int)bit,
		   "flag %s", ucsec_flag_name(bit));
	ok(!ucsec_flag_name(128) && !ucsec_flag_name(3) &&
	   ucsec_flag_parse("x") == -EINVAL, "other flags");
	for (int i = 1; i < UCSEC_PARAM_COUNT; i++)
		ok(ucsec_param_parse(ucsec_param_name(i)) == i, "parameter %s",
		   ucsec_param_name(i));
	ok(ucsec_param_parse("x") == -EINVAL && !ucsec_param_name(0) &&
	   !ucsec_param_name(UCSEC_PARAM_COUNT), "other parameters");
}

static bool no_key_left(const struct ucsec_crypto *crypto)
{
	static const struct ucsec_key zero[UCSEC_MAX_KEYS];

	return !crypto->key_count &&
		!memcmp(crypto->keys, zero, sizeof(zero));
}

static bool counts_up(const struct ucsec_key *key)
{
	for (int i = 0; i < key->material_len; i++)
		if (key->material[i] != i)
			return false;
	return true;
}

static void test_keys_good(void)
{
	static const struct {
		const char *text;
		enum ucsec_suite suite;
		uint32_t count;
		const char *mki;	/* of the last key */
		uint8_t mki_len;
	} rows[] = {
		{ KEY30, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 1, "", 0 },
		{ "inline:" KEY30 "\n", UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32,
		  1, "", 0 },
		{ "# a\n\n \t" KEY30 " \r\n#b", UCSEC_SUITE_NULL_HMAC_SHA1_80,
		  1, "", 0 },
		{ KEY38, UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80, 1, "", 0 },
		{ KEY38 "=\n", UCSEC_SUITE_AES_192_CM_HMAC_SHA1_32, 1, "", 0 },
		{ KEY46, UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80, 1, "", 0 },
		{ KEY46 "==", UCSEC_SUITE_AES_256_CM_HMAC_SHA1_32, 1, "", 0 },
		{ "inline:" KEY28 "==", UCSEC_SUITE_AEAD_AES_128_GCM, 1, "",
		  0 },
		{ KEY44 "=", UCSEC_SUITE_AEAD_AES_256_GCM, 1, "", 0 },
		{ KEY44 "|2^31", UCSEC_SUITE_AEAD_AES_256_GCM, 1, "", 0 },
		{ KEY28 "|1048576", UCSEC_SUITE_AEAD_AES_128_GCM, 1, "", 0 },
		{ KEY28 "|1:4", UCSEC_SUITE_AEAD_AES_128_GCM, 1, "\0\0\0\1",
		  4 },
		{ KEY28 "|2^20|258:2", UCSEC_SUITE_AEAD_AES_128_GCM, 1,
		  "\1\2", 2 },
		{ KEY28 "|255:1", UCSEC_SUITE_AEAD_AES_128_GCM, 1, "\377", 1 },
		{ KEY28 "|340282366920938463463374607431768211455:16",
		  UCSEC_SUITE_AEAD_AES_128_GCM, 1,
		  "\377\377\377\377\377\377\377\377"
		  "\377\377\377\377\377\377\377\377", 16 },
		{ KEY28 "|1:1\n" KEY28 "|2:1\n#\n" KEY28 "|3:1\n",
		  UCSEC_SUITE_AEAD_AES_128_GCM, 3, "\3", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ucsec_crypto crypto = { .suite = rows[i].suite };
		const char *why = "";
		int err = ucsec_keys_parse(rows[i].text, strlen(rows[i].text),
					   &crypto, &why);
		const struct ucsec_key *key =
			&crypto.keys[crypto.key_count ? crypto.key_count - 1 :
				     0];

		ok(!err && crypto.key_count == rows[i].count &&
		   key->material_len == ucsec_suite_material_len(crypto.suite) &&
		   counts_up(key) && key->mki_len == rows[i].mki_len &&
		   !memcmp(key->mki, rows[i].mki, rows[i].mki_len),
		   "key file %zu for %s %s", i, ucsec_suite_name(crypto.suite),
		   why);
	}
}

static void test_keys_bad(void)
{
	static const struct {
		const char *text;
		enum ucsec_suite suite;
	} rows[] = {
		{ "", 7 }, { "\n#\n", 7 }, { KEY28, 0 }, { KEY28, 99 },
		{ KEY30, 7 }, { KEY28, 1 }, { KEY44, 5 }, { KEY46, 8 },
		{ KEY46 "AAAA", 5 }, { "inline:", 7 }, { "inline", 7 },
		{ KEY28 "=", 7 }, { KEY28 "===", 7 }, { KEY44 "==", 8 },
		{ "INLINE:" KEY28, 7 }, { KEY28 "|", 7 }, { KEY28 "|x", 7 },
		{ KEY28 "|2^", 7 }, { KEY28 "|2^x", 7 }, { KEY28 "|-1", 7 },
		{ KEY28 "||1:4", 7 }, { KEY28 "|1:0", 7 },
		{ KEY28 "|1:17", 7 }, { KEY28 "|1:", 7 }, { KEY28 "|:1", 7 },
		{ KEY28 "|256:1", 7 }, { KEY28 "|a:1", 7 },
		{ KEY28 "|1:4|2^20", 7 }, { KEY28 "|1:4|", 7 },
		{ KEY28 "|2^20|", 7 },
		{ KEY28 "|2^20|1:4|1", 7 }, { KEY28 "|1:001", 7 },
		{ KEY28 "|340282366920938463463374607431768211456:16", 7 },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaG!", 7 },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaG-", 7 },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGx", 7 },
		{ "AAECAwQFBgcICQoL DA0ODxAREhMUFRYXGBkaGw", 7 },
		{ KEY28 "\n" KEY28, 7 }, { KEY28 "|1:1\n" KEY28, 7 },
		{ KEY28 "|1:1\n" KEY28 "|2:2", 7 },
		{ KEY28 "|1:1\n" KEY28 "|1:1", 7 },
		{ KEY28 "|1:1\n" KEY28 "|2:1\n" KEY28 "|3:1\n" KEY28 "|4:1\n"
		  KEY28 "|5:1\n" KEY28 "|6:1\n" KEY28 "|7:1\n" KEY28 "|8:1\n"
		  KEY28 "|9:1\n", 7 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ucsec_crypto crypto = { .suite = rows[i].suite };
		const char *why = NULL;

		int err;

		memset(crypto.keys, 0xa5, sizeof(crypto.keys));
		err = ucsec_keys_parse(rows[i].text, strlen(rows[i].text),
				       &crypto, &why);
		ok(err == -EINVAL && why && !strstr(why, "AAEC") &&
		   no_key_left(&crypto),
		   "bad key file %zu: %s", i, why ? why : "no reason");
	}
}

static int read_from_pipe(const char *text, size_t len,
			  struct ucsec_crypto *crypto, const char **why)
{
	int fds[2], err;

	if (pipe(fds))
		return -errno;
	if (write(fds[1], text, len) != (ssize_t)len)
		return -EIO;
	close(fds[1]);
	err = ucsec_keys_read(fds[0], crypto, why);
	close(fds[0]);
	return err;
}

static void test_keys_read(void)
{
	struct ucsec_crypto crypto = {
		.suite = UCSEC_SUITE_AEAD_AES_128_GCM
	};
	const char *why;
	char big[5000];

	memset(big, '#', sizeof(big));
	ok(!read_from_pipe(KEY28 "\n", strlen(KEY28 "\n"), &crypto, &why) &&
	   crypto.key_count == 1 && counts_up(&crypto.keys[0]),
	   "a key from a pipe");
	ok(texts_wiped == 1, "its text is wiped");
	ucsec_crypto_wipe(&crypto);
	ok(no_key_left(&crypto), "and so is the key");
	ok(read_from_pipe(KEY28 "!", strlen(KEY28 "!"), &crypto, &why) ==
	   -EINVAL && texts_wiped == 2, "a bad text is wiped as well");
	ok(read_from_pipe(big, sizeof(big), &crypto, &why) == -EFBIG,
	   "too large a file");
	ok(!read_from_pipe(big, 4096, &crypto, &why) ? false : why != NULL,
	   "the largest file, without a key");
	ok(ucsec_keys_read(-1, &crypto, &why) == -EBADF && !why,
	   "what read(2) says");
	ok(read_from_pipe("AAAA\0\n", 6, &crypto, &why) == -EINVAL,
	   "a zero byte");
}

static void test_mki(void)
{
	static const char *const bad[] = {
		"", "0", "0g", "g0", "000", "0x00", " 00",
		"0102030405060708090a0b0c0d0e0f1011",
	};
	struct ucsec_key key = { 0 };

	ok(!ucsec_mki_parse("00Ffa0", &key, NULL) && key.mki_len == 3 &&
	   !memcmp(key.mki, "\x00\xff\xa0", 3), "MKI 00Ffa0");
	ok(!ucsec_mki_parse("0102030405060708090a0b0c0d0e0f10", &key, NULL) &&
	   key.mki_len == 16, "the longest MKI");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *why = NULL;

		ok(ucsec_mki_parse(bad[i], &key, &why) == -EINVAL && why,
		   "MKI '%s' is refused", bad[i]);
	}
}

int main(void)
{
	test_endpoint_good();
	test_endpoint_bad();
	test_names();
	test_keys_good();
	test_keys_bad();
	test_keys_read();
	test_mki();
	return tap_end();
}
