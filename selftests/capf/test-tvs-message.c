// SPDX-License-Identifier: GPL-2.0
// TVS messages: as recorded and as in the notes, both ways; and what lies.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "tap.h"
#include "trust/tvs-message.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define VECTORS		"selftests/capf/vectors/tvs/"
#define DEVICE		"01 0018 01 \"CP-8861-SEP001122334455\" "
#define SUBJECT		"03 0019 \"CN=ccm1;OU=Lab;O=Example\" 00 "
#define ISSUER		"\"CN=ca1;OU=Lab1;O=Example\" 00 "
#define SERIAL		"0a1b2c3d4e5f60718293a4b5c6d7e8f9 "
#define QUERY_HEAD	"57 01 03 00 000003e9 "
#define QUERY		QUERY_HEAD "0066 " DEVICE SUBJECT "04 0019 " ISSUER \
			"05 0010 " SERIAL

static struct bytes in;
static const char *why;

/* Of a copy without a byte more, so that the sanitizer sees who reads more. */
static int read_copy(const struct bytes *bytes, struct tvs_message *m,
		     uint8_t **copy)
{
	*copy = malloc(bytes->len ?: 1);
	memcpy(*copy, bytes->at, bytes->len);
	why = "";
	return tvs_message_read(*copy, bytes->len, m, &why);
}

static int read_in(struct tvs_message *m)
{
	uint8_t *copy;
	int len = read_copy(&in, m, &copy);

	free(copy);
	return len;
}

static bool survives(const struct bytes *bytes, struct tvs_message *m)
{
	static uint8_t buf[TVS_MESSAGE_MAX];
	uint8_t *copy;
	int len = read_copy(bytes, m, &copy);
	bool good = len > 0 && (size_t)len == bytes->len &&
		    tvs_message_write(m, buf, sizeof(buf)) == len &&
		    bytes_are(bytes, buf, (size_t)len);

	if (!good)
		printf("# %d: %s\n", len, why);
	free(copy);
	return good;
}

static void test_vectors(void)
{
	static const char *const files[] = { "verify-valid", "verify-invalid" };
	struct tvs_message m;
	char path[100];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		struct talk *talk;

		snprintf(path, sizeof(path), VECTORS "%s.txt", files[i]);
		talk = talk_read(path);
		ok(survives(&talk->lines[0].bytes, &m) &&
		   m.command == TVS_VERIFY_REQ && m.certificate.len > 800,
		   "%s: %s asks", files[i], m.device);
		ok(survives(&talk->lines[1].bytes, &m) && m.valid == !i &&
		   m.command == TVS_VERIFY_RES && m.ttl == (i ? 0 : 86400),
		   "%s is answered", files[i]);
		free(talk);
	}
}

static void test_examples(void)
{
	static const char *const rows[] = {
		"57 01 01 00 00000001 0020 " DEVICE "02 0002 3000",
		"57 01 02 00 00000001 0010 07 0001 00 08 0002 01 07 "
		"09 0004 00015180",
		"57 01 02 00 00000001 0004 07 0001 01",
		QUERY,
		"57 01 04 00 000003e9 0015 07 0001 00 02 0002 3000 08 0002 00 "
		"03 09 0004 00015180",
		"57 01 04 00 000003e9 0004 07 0001 01",
	};
	struct tvs_message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bytes_set(&in, rows[i]);
		ok(survives(&in, &m), "example %zu both ways", i);
	}
	bytes_set(&in, QUERY);
	read_in(&m);
	ok(m.session == 0x3e9 && !strcmp(m.device, "CP-8861-SEP001122334455") &&
	   !strcmp(m.subject, "CN=ccm1;OU=Lab;O=Example") &&
	   !strcmp(m.issuer, "CN=ca1;OU=Lab1;O=Example") && m.serial.len == 16,
	   "the query says what it says");
	bytes_set(&in, "57 01 02 f7 00000001 0004 07 0001 01");
	ok(read_in(&m) == 14 && !m.valid, "a reserved byte is not looked at");
	bytes_set(&in, "57 01 01 00 00000001 0024 " DEVICE
		  "07 0001 00 02 0002 3000");
	ok(read_in(&m) == 46 && !m.valid && m.skipped == 1,
	   "an answer's element in a question is not known there");
}

/* Both under either tag; zeroes before the number; elements nobody knows. */
static void test_pair(void)
{
	static const struct {
		const char *name, *hex;
		size_t serial;
		int len;
	} rows[] = {
		{ "tags 4 and 5 swapped", QUERY_HEAD "0066 " DEVICE SUBJECT
		  "04 0010 " SERIAL "05 0019 " ISSUER, 16, 112 },
		{ "issuer last", QUERY_HEAD "0066 " DEVICE SUBJECT
		  "05 0010 " SERIAL "04 0019 " ISSUER, 16, 112 },
		{ "zeroes in front", QUERY_HEAD "0069 " DEVICE SUBJECT
		  "04 0019 " ISSUER "05 0013 000000" SERIAL, 16, 115 },
		{ "number zero", QUERY_HEAD "0058 " DEVICE SUBJECT
		  "04 0019 " ISSUER "05 0002 0000", 1, 98 },
		{ "a number like a name", QUERY_HEAD "005a " DEVICE SUBJECT
		  "04 0019 " ISSUER "05 0004 \"a=b\" 00", 4, 100 },
		{ "elements that nobody knows", QUERY_HEAD "006e "
		  DEVICE "06 0002 0101 " SUBJECT "63 0000 "
		  "04 0019 " ISSUER "05 0010 " SERIAL, 16, 120 },
	};
	struct tvs_message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bytes_set(&in, rows[i].hex);
		ok(read_in(&m) == rows[i].len &&
		   !strcmp(m.issuer, "CN=ca1;OU=Lab1;O=Example") &&
		   m.serial.len == rows[i].serial, "%s %s", rows[i].name, why);
	}
	bytes_set(&in, QUERY_HEAD "0037 " DEVICE SUBJECT);
	ok(read_in(&m) == 65 && !*m.issuer && !m.serial.len,
	   "no issuer and no number: they are empty");
}

static void test_lies(void)
{
	static const struct {
		const char *name, *hex;
		int err;
	} rows[] = {
		{ "CAPF", "55", -EPROTO },
		{ "version 2", "57 02", -EPROTO },
		{ "command 0", "57 01 00", -EBADMSG },
		{ "command 5", "57 01 05", -EBADMSG },
		{ "64 KiB", "57 01 01 00 00000001 fff7", -EMSGSIZE },
		{ "no device", "57 01 01 00 00000001 0005 02 0002 3000",
		  -EBADMSG },
		{ "no certificate", "57 01 01 00 00000001 001b " DEVICE,
		  -EBADMSG },
		{ "no subject", QUERY_HEAD "004a " DEVICE "04 0019 " ISSUER
		  "05 0010 " SERIAL, -EBADMSG },
		{ "no status", "57 01 02 00 00000001 0000", -EBADMSG },
		{ "two devices", "57 01 01 00 00000001 003b " DEVICE DEVICE
		  "02 0002 3000", -EBADMSG },
		{ "two certificates", "57 01 01 00 00000001 0025 " DEVICE
		  "02 0002 3000 02 0002 3000", -EBADMSG },
		{ "two subjects", QUERY_HEAD "0053 " DEVICE SUBJECT SUBJECT,
		  -EBADMSG },
		{ "two serial numbers", QUERY_HEAD "003f " DEVICE SUBJECT
		  "05 0001 01 05 0001 01", -EBADMSG },
		{ "a device of kind 2", "57 01 01 00 00000001 000b "
		  "01 0003 02 \"ab\" 02 0002 3000", -EBADMSG },
		{ "a device with a NUL", "57 01 01 00 00000001 000b "
		  "01 0003 01 6100 02 0002 3000", -EBADMSG },
		{ "a device without a name", "57 01 01 00 00000001 0009 "
		  "01 0001 01 02 0002 3000", -EBADMSG },
		{ "an empty certificate", "57 01 01 00 00000001 001e " DEVICE
		  "02 0000", -EBADMSG },
		{ "a subject without NUL", QUERY_HEAD "0021 " DEVICE
		  "03 0003 \"a=b\"", -EBADMSG },
		{ "a subject with two", QUERY_HEAD "0022 " DEVICE
		  "03 0004 \"a=\" 0000", -EBADMSG },
		{ "an issuer that is none", QUERY_HEAD "0042 " DEVICE SUBJECT
		  "04 0004 01020304 05 0001 01", -EBADMSG },
		{ "a long time to live", "57 01 02 00 00000001 000c "
		  "07 0001 00 09 0005 0000015180", -EBADMSG },
		{ "a status of two bytes", "57 01 02 00 00000001 0005 "
		  "07 0002 0000", -EBADMSG },
		{ "an element too long", "57 01 02 00 00000001 0004 "
		  "07 0002 00", -EBADMSG },
		{ "half an element", "57 01 02 00 00000001 0006 07 0001 00 "
		  "07 00", -EBADMSG },
	};
	struct tvs_message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bytes_set(&in, rows[i].hex);
		ok(read_in(&m) == rows[i].err, "%s: %s", rows[i].name, why);
	}
	bytes_set(&in, QUERY_HEAD "00f0 " DEVICE SUBJECT "04 0019 " ISSUER);
	bytes_add_element(&in, TVS_SERIAL, in.at, 65);
	in.at[9] = (in.len - 10) & 0xff;
	ok(read_in(&m) == -EBADMSG, "a serial number of 65 bytes: %s", why);
}

/* Byte by byte; and several at once, one behind the other. */
static void test_stream(void)
{
	struct talk *talk = talk_read(VECTORS "verify-valid.txt");
	struct tvs_message m;
	size_t len, waits = 0, at;
	unsigned int n = 0;
	int got;

	for (len = 0; len < talk->lines[0].bytes.len; len++) {
		in = talk->lines[0].bytes;
		in.len = len;
		waits += !read_in(&m);
	}
	ok(waits == len, "each of %zu bytes is waited for", waits);
	in = talk->lines[0].bytes;
	bytes_add(&in, talk->lines[0].bytes.at, talk->lines[0].bytes.len);
	bytes_add(&in, talk->lines[1].bytes.at, talk->lines[1].bytes.len);
	for (at = 0; at < in.len; at += (size_t)got, n++) {
		got = tvs_message_read(in.at + at, in.len - at, &m, &why);
		if (got <= 0)
			break;
	}
	ok(n == 3 && at == in.len, "three in one piece");
	free(talk);
}

static void test_writer(void)
{
	static uint8_t der[TVS_MESSAGE_MAX], buf[2 * TVS_MESSAGE_MAX];
	static const uint8_t role = 1;
	struct tvs_message m = { .command = TVS_QUERY_RES, .valid = true,
				 .roles = { &role, 1 }, .ttl = 86400 };

	m.certificate = (struct element_bytes){ der, 65536 - 10 - 4 - 3 - 11 };
	ok(tvs_message_write(&m, buf, sizeof(buf)) == TVS_MESSAGE_MAX,
	   "64 KiB just fit");
	m.certificate.len++;
	ok(tvs_message_write(&m, buf, sizeof(buf)) == -EMSGSIZE,
	   "not a byte more");
	m.certificate.len = 70000;
	ok(tvs_message_write(&m, buf, sizeof(buf)) == -EMSGSIZE,
	   "and no element beyond 16 bits");
	m.certificate.len = 100;
	ok(tvs_message_write(&m, buf, 50) == -EMSGSIZE, "a small buffer");
	ok(tvs_message_write(&m, buf, 0) == -EMSGSIZE, "none");
	m.valid = false;
	bytes_set(&in, "57 01 04 00 00000000 0004 07 0001 01");
	ok(tvs_message_write(&m, buf, sizeof(buf)) == 14 &&
	   bytes_are(&in, buf, 14), "not found says nothing else");
}

int main(void)
{
	test_vectors();
	test_examples();
	test_pair();
	test_lies();
	test_stream();
	test_writer();
	return tap_end();
}
