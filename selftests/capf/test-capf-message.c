// SPDX-License-Identifier: GPL-2.0
// CAPF messages: what others write, both ways; and everything that lies.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "capf/frame.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NAME_HEX	"0d 0010 \"SEP001122334455\" 00 "
#define VECTORS		"selftests/capf/vectors/capf/"

static struct bytes in;

/* Elements in the order of their tags, as all recorded peers write them. */
static int write_again(const struct capf_message *m, uint8_t *buf, size_t size)
{
	struct element_writer to;

	capf_begin(&to, buf, size, m->opcode, m->session);
	if (capf_has(m, CAPF_REASON))
		element_put_u8(&to, CAPF_REASON, m->reason);
	if (capf_has(m, CAPF_CERT_TYPE))
		element_put_u8(&to, CAPF_CERT_TYPE, m->cert_type);
	if (capf_has(m, CAPF_CERTIFICATE))
		capf_put_certificate(&to, m->certificate.at,
				     m->certificate.len);
	if (capf_has(m, CAPF_VERSION))
		element_put_u8(&to, CAPF_VERSION, m->version);
	if (capf_has(m, CAPF_AUTH_TYPE))
		element_put_u8(&to, CAPF_AUTH_TYPE, m->auth_type);
	if (capf_has(m, CAPF_PUBLIC_KEY))
		element_put(&to, CAPF_PUBLIC_KEY, m->public_key.at,
			    m->public_key.len);
	if (capf_has(m, CAPF_KEY_SIZE)) {
		element_begin(&to, CAPF_KEY_SIZE, 2);
		element_put_number(&to, m->key_size, 2);
	}
	if (capf_has(m, CAPF_PASSWORD))
		element_put_text(&to, CAPF_PASSWORD, m->password);
	if (capf_has(m, CAPF_DEVICE_NAME))
		element_put_text(&to, CAPF_DEVICE_NAME, m->name);
	if (capf_has(m, CAPF_KEY_TYPE))
		element_put_u8(&to, CAPF_KEY_TYPE, m->key_type);
	if (capf_has(m, CAPF_CURVE))
		element_put_u8(&to, CAPF_CURVE, m->curve);
	return capf_end(&to);
}

static bool survives(const struct bytes *bytes, struct capf_message *m)
{
	static uint8_t buf[CAPF_WRITE_MAX];
	const char *why = "written otherwise";
	int len;

	if (!capf_message_read(bytes->at, bytes->len, m, &why)) {
		len = write_again(m, buf, sizeof(buf));
		if (len > 0 && bytes_are(bytes, buf, (size_t)len))
			return true;
	}
	printf("# %s\n", why);
	return false;
}

static const struct {
	const char *name, *hex;
} examples[] = {
	{ "AUTH_REQ", "55 01 0000002a 0008  07 0001 03  08 0001 00" },
	{ "AUTH_RES", "55 02 0000002a 0025  01 0001 01  07 0001 03 "
		"0b 0007 31 32 33 34 35 36 00 " NAME_HEX },
	{ "AUTH_RES of a null string", "55 02 0000002a 001b  01 0001 01 "
		"07 0001 03 " NAME_HEX },
	{ "KEY_GEN RSA 2048", "55 03 0000002a 0009  0a 0002 0800 11 0001 00" },
	{ "KEY_GEN RSA old", "55 03 0000002a 0005  0a 0002 0400" },
	{ "KEY_GEN P-384", "55 03 0000002a 0008  11 0001 01  12 0001 01" },
	{ "IN_PROGRESS", "55 11 0000002a 0000" },
	{ "STORE_RES", "55 0a 0000002a 0004  01 0001 01" },
	{ "FETCH_REQ", "55 0b 0000002a 0000" },
	{ "DELETE_REQ", "55 0d 0000002a 0000" },
	{ "END ok", "55 0f 0000002a 0004  01 0001 01" },
	{ "END unknown", "55 0f 0000002a 0004  01 0001 09" },
};

static void test_examples(void)
{
	struct capf_message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		bytes_set(&in, examples[i].hex);
		ok(survives(&in, &m) && m.session == 0x2a, "example: %s",
		   examples[i].name);
	}
	bytes_set(&in, examples[1].hex);
	survives(&in, &m);
	ok(m.opcode == CAPF_AUTH_RES && m.version == 3 && m.reason == 1 &&
	   !strcmp(m.password, "123456") &&
	   !strcmp(m.name, "SEP001122334455") && !m.skipped,
	   "AUTH_RES says what it says");
	bytes_set(&in, examples[5].hex);
	survives(&in, &m);
	ok(m.key_type == CAPF_EC && m.curve == CAPF_P384 &&
	   !capf_has(&m, CAPF_KEY_SIZE), "KEY_GEN_REQ too");
}

static void test_vectors(void)
{
	static const char *const files[] = {
		"delete", "fetch", "install-password-rsa2048", "no-operation",
		"unknown-device", "wrong-password",
	};
	struct capf_message m;
	char path[200];
	size_t i, j, n;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		struct talk *talk;

		snprintf(path, sizeof(path), VECTORS "%s.txt", files[i]);
		talk = talk_read(path);
		for (j = n = 0; j < talk->count; j++)
			n += survives(&talk->lines[j].bytes, &m);
		ok(n == talk->count && n, "%s: %zu messages both ways",
		   files[i], n);
		free(talk);
	}
}

static int read_in(struct capf_message *m)
{
	const char *why = NULL;
	int err = capf_message_read(in.at, in.len, m, &why);

	if (err && !why)
		abort();
	return err;
}

/* In all orders of five elements. */
static void test_order(void)
{
	static const uint8_t tags[] = { CAPF_REASON, CAPF_VERSION,
					CAPF_PASSWORD, CAPF_DEVICE_NAME, 99 };
	static const struct {
		const char *at;
		size_t len;
	} values[] = { { "\1", 1 }, { "\2", 1 }, { "77", 3 },
		       { "CSFjoe", 7 }, { "?", 0 } };
	unsigned int order, good = 0;
	struct capf_message m;

	for (order = 0; order < 5 * 5 * 5 * 5 * 5; order++) {
		unsigned int i, rest = order, seen = 0;

		bytes_capf(&in, CAPF_AUTH_RES, 1);
		for (i = 0; i < 5; i++, rest /= 5) {
			seen |= 1u << rest % 5;
			bytes_add_element(&in, tags[rest % 5],
					  values[rest % 5].at,
					  values[rest % 5].len);
		}
		bytes_capf_done(&in);
		if (seen != 31)
			continue;
		good += !read_in(&m) && m.reason == 1 && m.version == 2 &&
			!strcmp(m.password, "77") &&
			!strcmp(m.name, "CSFjoe") && m.skipped == 1 &&
			m.skipped_tag == 99;
	}
	ok(good == 120, "elements in %u orders of 120", good);
}

static const struct {
	uint8_t tag;
	bool twice;			/* may come twice, to no effect */
	const char *good, *bad[5];
} elements[] = {
	{ CAPF_REASON, false, "01", { "", "0101" } },
	{ 2, true, "61", { NULL } },
	{ CAPF_CERT_TYPE, false, "01", { "", "0001" } },
	{ CAPF_CERTIFICATE, false, "01 0005 0001 303132",
	  { "01 0002 0001", "01 0006 0001 303132", "01 0004 0001 303132",
	    "01 ffff 0001 303132", "" } },
	{ 5, true, "", { NULL } },
	{ CAPF_SIGNED_DATA, false, "00", { "" } },
	{ CAPF_VERSION, false, "03", { "", "0003" } },
	{ CAPF_AUTH_TYPE, false, "00", { "", "0000" } },
	{ CAPF_PUBLIC_KEY, false, "3000", { "" } },
	{ CAPF_KEY_SIZE, false, "0800", { "08", "000800", "" } },
	{ CAPF_PASSWORD, false, "00",
	  { "", "\"1234\"", "\"12\" 00 \"34\" 00", "\"1234\" 0000",
	    "\"12345678901234567\" 00" } },
	{ CAPF_RETRY_DELAY, false, "00000a", { NULL } },
	{ CAPF_DEVICE_NAME, false, "\"SEP001122334455\" 00",
	  { "00", "\"SEP001122334455\"", "\"SEP001122334455\" 0000",
	    "\"SEP00112233445\" 00", "\"SEP00112\" 00 \"334455\" 00" } },
	{ 14, true, "00", { NULL } },
	{ CAPF_SUDI_DATA, false, "00 0001 30",
	  { "", "01 0001 30", "00 0001 30 00 0001 30",
	    "00 0001 30 03 0001 00 03 0001 00", "00 0001 30 01 0002 00" } },
	{ CAPF_KEY_TYPE, false, "00", { "", "0000" } },
	{ CAPF_CURVE, false, "02", { "", "0002" } },
	{ 19, true, "03", { NULL } },
	{ CAPF_SHA2_SIGNED_DATA, false, "03 0001 99",
	  { "03 0000", "03 0002 99", "03 0001 99 99", "03", "" } },
	{ 21, true, "", { NULL } },
	{ 255, true, "ffffff", { NULL } },
};

static bool element_is(uint8_t tag, const struct bytes *value, int times)
{
	struct capf_message m;

	bytes_capf(&in, CAPF_AUTH_RES, 1);
	while (times--)
		bytes_add_element(&in, tag, value->at, value->len);
	bytes_capf_done(&in);
	return !read_in(&m);
}

static void test_elements(void)
{
	static struct bytes value;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(elements); i++) {
		uint8_t tag = elements[i].tag;

		bytes_set(&value, elements[i].good);
		ok(element_is(tag, &value, 1), "element %u", tag);
		ok(element_is(tag, &value, 2) == elements[i].twice,
		   "element %u twice", tag);
		for (j = 0; j < 5 && elements[i].bad[j]; j++) {
			bytes_set(&value, elements[i].bad[j]);
			ok(!element_is(tag, &value, 1),
			   "element %u cannot be %s", tag, elements[i].bad[j]);
		}
	}
	memset(value.at, '1', sizeof(value.at));
	value.len = 9000;
	ok(!element_is(CAPF_CERTIFICATE, &value, 1) &&
	   !element_is(CAPF_SIGNED_DATA, &value, 1) &&
	   !element_is(CAPF_PUBLIC_KEY, &value, 1) &&
	   !element_is(CAPF_SUDI_DATA, &value, 1) &&
	   !element_is(CAPF_SHA2_SIGNED_DATA, &value, 1),
	   "no key, signature or certificate has 9000 bytes");
	ok(element_is(77, &value, 1), "what nobody knows has any length");
}

static void test_names(void)
{
	static const struct {
		const char *name;
		bool valid;
	} names[] = {
		{ "SEP001122334455", true }, { "SEPABCDEF012345", true },
		{ "SEPabcdef012345", false }, { "SEP00112233445G", false },
		{ "SEP0011223344556", false }, { "SEP001122334455x", false },
		{ "SEP", false },
		{ "CSFjoe", true }, { "a.b_c-D9", true }, { "sep1", true },
		{ "a b", false }, { "a/b", false }, { "../x", false },
		{ "a;b", false }, { "", false }, { "\xc3\xa4", false },
	};
	char longest[CAPF_NAME_SIZE + 1];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		ok(capf_name_is_valid(names[i].name) == names[i].valid,
		   "name \"%s\"", names[i].name);
	memset(longest, 'a', sizeof(longest));
	longest[CAPF_NAME_SIZE] = '\0';
	ok(!capf_name_is_valid(longest), "129 characters");
	longest[CAPF_NAME_SIZE - 1] = '\0';
	ok(capf_name_is_valid(longest), "128 characters");
}

/* Every message cut short and every length changed by one, in the payload. */
static void test_lies(void)
{
	struct talk *talk = talk_read(VECTORS "install-password-rsa2048.txt");
	const struct bytes *res = &talk->lines[1].bytes;
	/* 01 0001 xx | 07 0001 xx | 0b 0007 ... | 0d 0010 ... */
	static const size_t borders[] = { 8, 12, 16, 26, 45 };
	struct capf_message m;
	size_t i, cut, good = 0;

	for (cut = 8; cut <= res->len; cut++) {
		bool border = false;

		in = *res;
		in.len = cut;
		bytes_capf_done(&in);
		for (i = 0; i < ARRAY_SIZE(borders); i++)
			border = border || cut == borders[i];
		good += !read_in(&m) == border;
	}
	ok(good == res->len - 7, "cut at each of %zu places", good);
	for (i = 0, good = 0; i + 1 < ARRAY_SIZE(borders); i++) {
		in = *res;
		in.at[borders[i] + 2]++;
		good += read_in(&m) == -EBADMSG;
		in = *res;
		in.at[borders[i] + 1] = 0xff;
		good += read_in(&m) == -EBADMSG;
	}
	ok(good == 8, "each length too long");
	in = *res;
	in.at[7]--;
	ok(read_in(&m) == -EBADMSG, "the header's length is another");
	free(talk);
}

static void test_frames(void)
{
	struct talk *talk = talk_read(VECTORS "install-password-rsa2048.txt");
	static struct bytes stream;
	size_t i, step, messages = 0, same;

	for (i = 0; i < talk->count; i++)
		bytes_add(&stream, talk->lines[i].bytes.at,
			  talk->lines[i].bytes.len);
	for (step = 1; step < stream.len; step = step * 3 + 1) {
		struct capf_frame frame = { 0 };

		messages = same = 0;
		for (i = 0; i < stream.len; i += step) {
			struct element_bytes data = { stream.at + i, step };

			if (data.len > stream.len - i)
				data.len = stream.len - i;
			while (capf_frame_put(&frame, &data) == 1) {
				same += bytes_are(
					&talk->lines[messages++].bytes,
					frame.buf, frame.len);
				capf_frame_next(&frame);
			}
		}
		ok(messages == talk->count && same == messages && !frame.len,
		   "a stream in pieces of %zu", step);
		capf_frame_exit(&frame);
	}
	free(talk);
}

static int put(struct capf_frame *frame, const char *hex)
{
	struct element_bytes data;

	bytes_set(&in, hex);
	data = (struct element_bytes){ in.at, in.len };
	return capf_frame_put(frame, &data);
}

static void test_frame_limits(void)
{
	struct capf_frame frame = { 0 };
	static uint8_t zeroes[20000];
	struct element_bytes data = { zeroes, sizeof(zeroes) };

	ok(put(&frame, "54") == -EPROTO, "not CAPF from the first byte on");
	capf_frame_exit(&frame);
	ok(put(&frame, "55 02 00000001 4001") == -EMSGSIZE, "16 KiB and 1");
	capf_frame_exit(&frame);
	ok(!put(&frame, "55 02 00000001 4000") && frame.size < 1024,
	   "16 KiB announced take no memory");
	ok(capf_frame_put(&frame, &data) == 1 && frame.len == 8 + 16384 &&
	   data.len == sizeof(zeroes) - 16384, "16 KiB come, the rest stays");
	capf_frame_exit(&frame);
	ok(!put(&frame, "") && !frame.buf, "nothing comes");
}

static void test_writer(void)
{
	static uint8_t buf[CAPF_WRITE_MAX], der[CAPF_WRITE_MAX];
	struct element_writer to;
	size_t fits = CAPF_WRITE_MAX - CAPF_HEADER - 4 - 8;

	capf_begin(&to, buf, sizeof(buf), CAPF_STORE_CERT_REQ, 1);
	element_put_u8(&to, CAPF_CERT_TYPE, CAPF_LSC);
	capf_put_certificate(&to, der, fits);
	ok(capf_end(&to) == CAPF_WRITE_MAX, "a message that just fits");
	capf_begin(&to, buf, sizeof(buf), CAPF_STORE_CERT_REQ, 1);
	element_put_u8(&to, CAPF_CERT_TYPE, CAPF_LSC);
	capf_put_certificate(&to, der, fits + 1);
	ok(capf_end(&to) == -EMSGSIZE, "one that does not");
	capf_begin(&to, buf, 3, CAPF_END_SESSION, 1);
	ok(capf_end(&to) == -EMSGSIZE, "not even its header does");
	capf_begin(&to, buf, sizeof(buf), CAPF_STORE_CERT_REQ, 1);
	element_put(&to, CAPF_CERT_TYPE, NULL, 0x10000);
	ok(capf_end(&to) == -EMSGSIZE, "an element of 64 KiB");
}

int main(void)
{
	test_examples();
	test_vectors();
	test_order();
	test_elements();
	test_names();
	test_lies();
	test_frames();
	test_frame_limits();
	test_writer();
	return tap_end();
}
