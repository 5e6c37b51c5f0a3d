// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of libucsec: what is sent, what is blamed, and that no key stays.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/genl/genl.h>

#include "fake-kernel.h"
#include "tap.h"

/* Every key in this file is made of this byte, and nothing else is. */
#define KEY_BYTE	0xc7
#define KEY_RUN		12

static unsigned int freed_with_key;
static unsigned int messages_freed;

static bool holds_key(const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		run = bytes[i] == KEY_BYTE ? run + 1 : 0;
		if (run == KEY_RUN)
			return true;
	}
	return false;
}

/* The linker puts these between the library and the allocator. */
void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
	if (memory && holds_key(memory, malloc_usable_size(memory)))
		freed_with_key++;
	__real_free(memory);
}

void __real_nlmsg_free(struct nl_msg *msg);
void __wrap_nlmsg_free(struct nl_msg *msg);
void __wrap_nlmsg_free(struct nl_msg *msg)
{
	messages_freed++;
	if (holds_key(nlmsg_hdr(msg), nlmsg_get_max_size(msg)))
		freed_with_key++;
	__real_nlmsg_free(msg);
}

static struct ucsec_stream full_stream(void)
{
	struct ucsec_stream s = {
		.have = UCSEC_HAVE_IN | UCSEC_HAVE_FROM | UCSEC_HAVE_OUT |
			UCSEC_HAVE_TO | UCSEC_HAVE_RX | UCSEC_HAVE_TX |
			UCSEC_HAVE_FLAGS | UCSEC_HAVE_WINDOW |
			UCSEC_HAVE_MAX_SSRCS | UCSEC_HAVE_COOKIE |
			UCSEC_HAVE_PAIR | UCSEC_HAVE_DSCP | UCSEC_HAVE_IDLE,
		.flags = UCSEC_F_LATCH, .flags_mask = UCSEC_F_LATCH | 1,
		.window = 128, .max_ssrcs = 4, .pair = 9, .dscp = 46,
		.idle = 30, .cookie = "call-1", .cookie_len = 6,
		.ssrc_count = 1,
		.rx = { .suite = UCSEC_SUITE_AEAD_AES_256_GCM, .key_count = 2 },
		.tx = { .suite = UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80,
			.key_count = 1 },
	};

	s.ssrcs[0].ssrc = 0x12345678;
	s.ssrcs[0].rx_roc = 3;
	s.ssrcs[0].have = UCSEC_SSRC_RX_ROC;
	for (int i = 0; i < 2; i++) {
		memset(s.rx.keys[i].material, KEY_BYTE, 44);
		s.rx.keys[i].material_len = 44;
		s.rx.keys[i].mki[0] = i;
		s.rx.keys[i].mki_len = 1;
	}
	memset(s.tx.keys[0].material, KEY_BYTE, 30);
	s.tx.keys[0].material_len = 30;
	ucsec_endpoint_parse("10.0.0.1:5000", &s.in, NULL);
	s.in.rtcp_port = 6000;
	s.in.have |= UCSEC_EP_RTCP_PORT;
	ucsec_endpoint_parse("10.0.0.2", &s.from, NULL);
	ucsec_endpoint_parse("[fe80::1%lo]:7000", &s.out, NULL);
	ucsec_endpoint_parse("[2001:db8::2]:8000", &s.to, NULL);
	return s;
}

static struct nlmsghdr *request(void)
{
	return (struct nlmsghdr *)fake.request;
}

/* Offset of the first attribute with this dotted name; 0 if there is none. */
static size_t offset_of(const char *wanted)
{
	char name[64];

	for (size_t at = 20; at < fake.request_len; at += 4) {
		ucsec_attr_name(request(), at, name, sizeof(name));
		if (!strcmp(name, wanted))
			return at;
	}
	return 0;
}

static void answer_id(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_STREAM_NEW, 0);

	(void)nlh;
	nla_put_u32(msg, UCSEC_A_STREAM_ID, 7);
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
}

static void test_new(struct ucsec *h)
{
	struct ucsec_stream s = full_stream(), back;
	uint32_t id = 0;
	size_t at;

	fake_reset();
	fake.on_send = answer_id;
	ok(!ucsec_stream_new(h, &s, &id) && id == 7, "a stream is made");
	ok(!ucsec_error(h)->code && !ucsec_error(h)->sentence[0],
	   "no error is left behind");
	ok(nlmsg_valid_hdr(request(), GENL_HDRLEN) &&
	   request()->nlmsg_type == FAKE_FAMILY &&
	   request()->nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK),
	   "the request has its header");
	ok(holds_key(fake.request, fake.request_len), "it held the keys");
	ok(!ucsec_decode_stream(request(), &back) &&
	   back.have == s.have && back.window == 128 && back.max_ssrcs == 4 &&
	   back.pair == 9 && back.dscp == 46 && back.idle == 30 &&
	   back.flags == UCSEC_F_LATCH && back.flags_mask == 9 &&
	   back.cookie_len == 6 && !memcmp(back.cookie, "call-1", 6),
	   "numbers and cookie come back");
	ok(!memcmp(&back.in, &s.in, sizeof(s.in)) &&
	   !memcmp(&back.from, &s.from, sizeof(s.from)) &&
	   !memcmp(&back.out, &s.out, sizeof(s.out)) &&
	   !memcmp(&back.to, &s.to, sizeof(s.to)), "endpoints come back");
	ok(back.ssrc_count == 1 && back.ssrcs[0].ssrc == 0x12345678 &&
	   back.ssrcs[0].have == UCSEC_SSRC_RX_ROC &&
	   back.ssrcs[0].rx_roc == 3, "SSRC comes back");
	at = offset_of("in.port");
	ok(at && !memcmp(fake.request + at + 4, "\x13\x88", 2),
	   "ports go in network byte order");
	at = offset_of("rx");
	ok(at && *(uint16_t *)(fake.request + at + 2) ==
	   (UCSEC_A_STREAM_RX | NLA_F_NESTED), "nests are marked");
	at = offset_of("rx.key.material");
	ok(at && *(uint16_t *)(fake.request + at) == 4 + 44,
	   "material has its exact length");
	ok(!offset_of("tx.key.mki") && offset_of("rx.key.mki"),
	   "no MKI where none was given");
}

/* The kernel refuses, and the library says what it said. */
static const char *blame;
static int blame_type;

static void answer_refusal(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg = fake_verdict(NLMSG_ERROR, -EINVAL, "No good.");
	size_t at = blame ? offset_of(blame) : 0;

	(void)nlh;
	if (blame_type) {
		nla_put_u32(msg, NLMSGERR_ATTR_MISS_TYPE, blame_type);
		if (at)
			nla_put_u32(msg, NLMSGERR_ATTR_MISS_NEST, at);
	} else if (at) {
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, at);
	}
	fake_queue(msg);
}

static void test_blame(struct ucsec *h)
{
	static const struct {
		const char *blame;
		int missing;
		const char *name;
	} rows[] = {
		{ NULL, 0, "" },
		{ "in", 0, "in" }, { "in.port", 0, "in.port" },
		{ "in.rtcp-port", 0, "in.rtcp-port" },
		{ "out.ifindex", 0, "out.ifindex" },
		{ "to.addr6", 0, "to.addr6" }, { "rx", 0, "rx" },
		{ "rx.suite", 0, "rx.suite" }, { "rx.key", 0, "rx.key" },
		{ "rx.key.material", 0, "rx.key.material" },
		{ "tx.key.material", 0, "tx.key.material" },
		{ "ssrc.rx-roc", 0, "ssrc.rx-roc" },
		{ "window", 0, "window" }, { "cookie", 0, "cookie" },
		{ NULL, UCSEC_A_STREAM_IN, "in" },
		{ "in", UCSEC_A_ENDPOINT_PORT, "in.port" },
		{ "rx", UCSEC_A_CRYPTO_SUITE, "rx.suite" },
		{ "rx.key", UCSEC_A_KEY_MATERIAL, "rx.key.material" },
		{ NULL, 999, "999" },
	};
	struct ucsec_stream s = full_stream();
	const struct ucsec_error *error = ucsec_error(h);
	uint32_t id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_reset();
		fake.on_send = answer_refusal;
		blame = rows[i].blame;
		blame_type = rows[i].missing;
		ok(ucsec_stream_new(h, &s, &id) == -EINVAL &&
		   error->code == -EINVAL &&
		   error->missing == !!rows[i].missing &&
		   !strcmp(error->sentence, "No good.") &&
		   !strcmp(error->attribute, rows[i].name),
		   "%s '%s'", rows[i].missing ? "missing" : "blamed",
		   error->attribute);
	}
}

static void test_params_blame(struct ucsec *h)
{
	struct ucsec_params params = { .have = 1 << UCSEC_PARAM_IDLE };

	fake_reset();
	fake.on_send = answer_refusal;
	blame = "idle";
	blame_type = 0;
	ok(ucsec_params_set(h, &params) == -EINVAL &&
	   !strcmp(ucsec_error(h)->attribute, "idle"), "blamed 'idle'");
}

static void test_bounds(struct ucsec *h)
{
	struct ucsec_stream s = full_stream();
	uint32_t id;

	fake_reset();
	s.rx.key_count = UCSEC_MAX_KEYS + 1;
	ok(ucsec_stream_new(h, &s, &id) == -EINVAL, "too many keys");
	s = full_stream();
	s.rx.keys[1].material_len = UCSEC_MAX_KEY_LEN + 1;
	ok(ucsec_stream_new(h, &s, &id) == -EINVAL, "too long a key");
	s = full_stream();
	s.tx.keys[0].mki_len = UCSEC_MAX_MKI_LEN + 1;
	ok(ucsec_stream_new(h, &s, &id) == -EINVAL, "too long an MKI");
	s = full_stream();
	s.cookie_len = UCSEC_MAX_COOKIE_LEN + 1;
	ok(ucsec_stream_new(h, &s, &id) == -EINVAL, "too long a cookie");
	s = full_stream();
	s.ssrc_count = UCSEC_MAX_SSRCS + 1;
	ok(ucsec_stream_new(h, &s, &id) == -EINVAL, "too many SSRCs");
	s = full_stream();
	s.to.family = AF_UNIX;
	ok(ucsec_stream_new(h, &s, &id) == -EINVAL, "no such family");
	ok(!fake.requests, "none of them was sent");

	s = full_stream();
	s.rx.key_count = UCSEC_MAX_KEYS;
	s.tx = s.rx;
	for (int i = 0; i < UCSEC_MAX_KEYS; i++) {
		s.rx.keys[i].material_len = UCSEC_MAX_KEY_LEN;
		s.rx.keys[i].mki_len = UCSEC_MAX_MKI_LEN;
	}
	s.ssrc_count = UCSEC_MAX_SSRCS;
	s.cookie_len = UCSEC_MAX_COOKIE_LEN;
	fake.on_send = answer_id;
	ok(!ucsec_stream_new(h, &s, &id), "the largest request fits");
}

static void test_wiping(struct ucsec *h)
{
	struct ucsec_stream s = full_stream();
	void *canary = malloc(64);

	memset(canary, KEY_BYTE, 64);
	__wrap_free(canary);
	ok(freed_with_key == 1, "a key in freed memory is noticed");
	freed_with_key = 0;
	fake_reset();
	fake.send_err = -ENOMEM;
	ucsec_stream_set(h, &s);
	ok(!freed_with_key, "wiped when sending fails");
	ucsec_stream_wipe(&s);
	ok(!holds_key(&s, sizeof(s)) && !s.rx.key_count && !s.tx.key_count,
	   "a stream is wiped");
}

int main(void)
{
	struct ucsec *h = NULL;

	fake.open_err = -ENOENT;
	ok(ucsec_open(&h) == -ENOENT && !h, "the module is not loaded");
	fake_reset();
	ok(!ucsec_open(&h), "the module is loaded");
	test_new(h);
	test_blame(h);
	test_params_blame(h);
	test_bounds(h);
	ok(messages_freed > 10 && !freed_with_key,
	   "no request was freed with a key in it");
	test_wiping(h);
	fake_reset();
	ucsec_close(h);
	ucsec_close(NULL);
	return tap_end();
}
