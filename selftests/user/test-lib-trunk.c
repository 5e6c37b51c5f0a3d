// SPDX-License-Identifier: GPL-2.0
/*
 * Trunks of libucsec: what is sent, what comes back, what is blamed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/genl/genl.h>

#include "fake-kernel.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MANY		100000

static struct ucsec_prefix prefix(const char *text)
{
	struct ucsec_prefix p;

	if (ucsec_prefix_parse(text, &p, NULL))
		abort();
	return p;
}

/* 100.0.0.0/32 upwards, every third of them IPv6. */
static struct ucsec_prefix *many_prefixes(size_t count)
{
	struct ucsec_prefix *list = calloc(count, sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		uint32_t number = htonl(i);

		list[i].family = i % 3 ? AF_INET : AF_INET6;
		list[i].len = i % 3 ? 32 : 128;
		if (i % 3) {
			list[i].addr.addr4.s_addr = htonl(100u << 24 | i);
		} else {
			list[i].addr.addr6.s6_addr[0] = 0x20;
			memcpy(&list[i].addr.addr6.s6_addr[12], &number, 4);
		}
	}
	return list;
}

/* The kernel keeps what it is told, and counts. */
static struct {
	struct ucsec_prefix *prefixes;
	size_t count, messages, largest;
	uint32_t stage;
	int commands[64];
} kernel;

static void kernel_reset(void)
{
	free(kernel.prefixes);
	memset(&kernel, 0, sizeof(kernel));
	fake_reset();
}

static void answer_u32(int type, uint32_t value)
{
	struct nl_msg *msg = fake_msg(fake_command(), 0);

	nla_put_u32(msg, type, value);
	fake_queue(msg);
	fake_ok();
}

static void learn(const struct nlmsghdr *nlh)
{
	ssize_t count = ucsec_decode_prefixes(nlh, NULL);
	struct ucsec_trunk trunk;

	ucsec_decode_trunk(nlh, &trunk);
	kernel.commands[kernel.messages++ % 64] = fake_command();
	if (nlh->nlmsg_len > kernel.largest)
		kernel.largest = nlh->nlmsg_len;
	if (trunk.have & UCSEC_TR_STAGE)
		kernel.stage = trunk.stage;
	kernel.prefixes = reallocarray(kernel.prefixes, kernel.count + count + 1,
				       sizeof(*kernel.prefixes));
	ucsec_decode_prefixes(nlh, kernel.prefixes + kernel.count);
	kernel.count += count;
}

static void answer_all(const struct nlmsghdr *nlh)
{
	learn(nlh);
	switch (fake_command()) {
	case UCSEC_CMD_TRUNK_NEW:
		answer_u32(UCSEC_A_TRUNK_ID, 3);
		break;
	case UCSEC_CMD_ACL_BEGIN:
		answer_u32(UCSEC_A_TRUNK_STAGE, 77);
		break;
	default:
		fake_ok();
	}
}

static struct ucsec_trunk full_trunk(const struct ucsec_prefix *prefixes,
				     size_t count)
{
	struct ucsec_trunk t = {
		.have = UCSEC_TR_ID | UCSEC_TR_KIND | UCSEC_TR_PORTS |
			UCSEC_TR_TRANSPORTS | UCSEC_TR_METHODS |
			UCSEC_TR_BOXES | UCSEC_TR_UNPARSED | UCSEC_TR_DENIAL |
			UCSEC_TR_RATES | UCSEC_TR_COOKIE,
		.id = 3, .kind = UCSEC_TRUNK_TRUNK,
		.prefixes = prefixes, .prefix_count = count,
		.ports = { 5060, 5080 }, .port_count = 2,
		.transports = UCSEC_TRANSPORT_UDP | UCSEC_TRANSPORT_TLS,
		.methods = UCSEC_METHOD_INVITE | UCSEC_METHOD_OTHER,
		.boxes = UCSEC_BOX_REPLACES_HEADER,
		.unparsed = UCSEC_VERDICT_PASS, .denial = UCSEC_VERDICT_REJECT,
		.cookie = "peer", .cookie_len = 4,
	};

	t.rates[UCSEC_RATE_REQUESTS] = (struct ucsec_rate){ 100, 200 };
	t.rates[UCSEC_RATE_SOURCE] = (struct ucsec_rate){ 1, UCSEC_MAX_RATE };
	return t;
}

static bool same_trunk(const struct ucsec_trunk *a, const struct ucsec_trunk *b)
{
	return a->have == b->have && a->id == b->id && a->kind == b->kind &&
		a->port_count == b->port_count &&
		!memcmp(a->ports, b->ports, sizeof(a->ports)) &&
		a->transports == b->transports && a->methods == b->methods &&
		a->boxes == b->boxes && a->unparsed == b->unparsed &&
		a->denial == b->denial &&
		!memcmp(a->rates, b->rates, sizeof(a->rates)) &&
		a->cookie_len == b->cookie_len &&
		!memcmp(a->cookie, b->cookie, sizeof(a->cookie));
}

static void test_new(struct ucsec *h)
{
	struct ucsec_prefix two[] = {
		prefix("192.0.2.0/24"), prefix("2001:db8::/32"),
	};
	struct ucsec_trunk t = full_trunk(two, 2), back;
	uint32_t id = 0;
	size_t at;

	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_trunk_new(h, &t, &id) && id == 3 &&
	   fake_command() == UCSEC_CMD_TRUNK_NEW, "a trunk is made");
	ok(!ucsec_decode_trunk(fake_request(), &back) && same_trunk(&t, &back),
	   "its members come back");
	ok(kernel.count == 2 && !memcmp(kernel.prefixes, two, sizeof(two)),
	   "its prefixes come back");
	at = fake_offset_of("port");
	ok(at && !memcmp(fake.request + at + 4, "\x13\xc4", 2),
	   "ports go in network byte order");
	at = fake_offset_of("prefix");
	ok(at && *(uint16_t *)(fake.request + at + 2) ==
	   (UCSEC_A_TRUNK_PREFIX | NLA_F_NESTED), "nests are marked");
	at = fake_offset_of("rate.per-second");
	ok(at && *(uint32_t *)(fake.request + at + 4) == 100 &&
	   *(uint32_t *)(fake.request + at - 4) == UCSEC_RATE_REQUESTS,
	   "a rate has its kind");

	kernel_reset();
	fake.on_send = answer_all;
	t = (struct ucsec_trunk){ .have = UCSEC_TR_ID | UCSEC_TR_BOXES,
				  .id = 9 };
	ok(!ucsec_trunk_set(h, &t) && fake_command() == UCSEC_CMD_TRUNK_SET &&
	   !kernel.count && fake_offset_of("boxes") && !fake_offset_of("methods"),
	   "a change says what changes");
	ok(!ucsec_trunk_del(h, 9) && fake_command() == UCSEC_CMD_TRUNK_DEL &&
	   fake.request_len == 20 + 8, "a trunk is removed");
	ok(!ucsec_trunk_flush(h, NULL, 0) && fake.request_len == 20 &&
	   fake_command() == UCSEC_CMD_TRUNK_FLUSH, "all are");
	ok(!ucsec_trunk_flush(h, "ab", 2) && fake_offset_of("cookie"),
	   "those of a cookie are");
}

static void test_many(struct ucsec *h)
{
	struct ucsec_prefix *list = many_prefixes(MANY);
	struct ucsec_trunk t = full_trunk(list, MANY);
	uint32_t id;

	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_trunk_new(h, &t, &id) && kernel.messages == 1 &&
	   kernel.count == MANY &&
	   !memcmp(kernel.prefixes, list, MANY * sizeof(*list)),
	   "%d prefixes in force go at once", MANY);
	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_trunk_set(h, &t) && kernel.messages == 1 &&
	   kernel.count == MANY, "and so they are replaced");
	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_prefix_new(h, 3, 0, list, MANY) && kernel.messages == 1 &&
	   fake_command() == UCSEC_CMD_PREFIX_NEW && kernel.count == MANY &&
	   !fake_offset_of("stage"), "added");
	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_prefix_del(h, 3, list, MANY) && kernel.messages == 1 &&
	   fake_command() == UCSEC_CMD_PREFIX_DEL && kernel.count == MANY,
	   "and removed");

	kernel_reset();
	fake.on_send = answer_all;
	t.have |= UCSEC_TR_STAGE;
	t.stage = 5;
	ok(!ucsec_trunk_new(h, &t, &id) && id == 3 && kernel.messages > 1 &&
	   kernel.largest <= 65536 && kernel.stage == 5 &&
	   fake_offset_of("stage") && kernel.count == MANY &&
	   !memcmp(kernel.prefixes, list, MANY * sizeof(*list)),
	   "those of a staged set in %zu messages of at most %zu bytes",
	   kernel.messages, kernel.largest);
	ok(ucsec_prefix_new(h, 3, 0, list, 1u << 30) == -EMSGSIZE,
	   "more than a namespace has");
	free(list);
}

static void test_replace(struct ucsec *h)
{
	static const int wanted[] = {
		UCSEC_CMD_ACL_BEGIN, UCSEC_CMD_TRUNK_NEW, UCSEC_CMD_TRUNK_NEW,
		UCSEC_CMD_ACL_COMMIT,
	};
	struct ucsec_prefix one = prefix("192.0.2.0/24");
	struct ucsec_trunk trunks[] = {
		full_trunk(&one, 1), full_trunk(&one, 1),
	};
	size_t at = 9;

	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_acl_replace(h, "pe", 2, trunks, 2, &at) && at == 2 &&
	   kernel.messages == 4 &&
	   !memcmp(kernel.commands, wanted, sizeof(wanted)) &&
	   kernel.stage == 77, "a set is begun, filled and committed");
	kernel_reset();
	fake.on_send = answer_all;
	ok(!ucsec_acl_replace(h, NULL, 0, NULL, 0, NULL) &&
	   kernel.messages == 2, "an empty one, too");
	kernel_reset();
	fake.on_send = answer_all;
	trunks[1].cookie_len = UCSEC_MAX_COOKIE_LEN + 1;
	ok(ucsec_acl_replace(h, NULL, 0, trunks, 2, &at) == -EINVAL &&
	   at == 1 && kernel.messages == 2, "the second one was wrong");
	ok(ucsec_acl_begin(h, "x", 33, &kernel.stage) == -EINVAL &&
	   kernel.messages == 2, "too long a cookie to replace");
}

/* A dump of one trunk in messages of so many prefixes. */
static struct ucsec_prefix *dumped;
static size_t dumped_count, dumped_step;
static int dump_err;

static void queue_part(size_t from, size_t count)
{
	struct nl_msg *msg = fake_msg_of(UCSEC_CMD_TRUNK_GET, NLM_F_MULTI,
					 65536);
	struct ucsec_trunk t = full_trunk(NULL, 0);
	struct nlattr *nest, *inner;

	t.have = from ? UCSEC_TR_ID : t.have;
	ucsec_encode_trunk(msg, &t);
	ucsec_encode_prefixes(msg, dumped + from, count);
	if (!from) {
		nla_put_u32(msg, UCSEC_A_TRUNK_PREFIXES, dumped_count);
		nest = nla_nest_start(msg, UCSEC_A_TRUNK_VERDICTS);
		nla_put_u64(msg, UCSEC_A_VERDICTS_REQUESTS, 1ull << 40);
		nla_put_u64(msg, UCSEC_A_VERDICTS_REJECTED, 7);
		for (uint32_t reason = 1; reason < 40; reason += 19) {
			inner = nla_nest_start(msg, UCSEC_A_VERDICTS_DENIALS);
			nla_put_u32(msg, UCSEC_A_DENIALS_REASON, reason);
			nla_put_u64(msg, UCSEC_A_DENIALS_PACKETS, reason);
			nla_nest_end(msg, inner);
		}
		nla_nest_end(msg, nest);
	}
	fake_queue(msg);
}

static void answer_dump(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg;

	(void)nlh;
	for (size_t i = 0; i < dumped_count; i += dumped_step)
		queue_part(i, i + dumped_step < dumped_count ? dumped_step :
			   dumped_count - i);
	msg = fake_msg(UCSEC_CMD_TRUNK_GET, NLM_F_MULTI);
	nla_put_u32(msg, UCSEC_A_TRUNK_ID, 4);
	nla_put_u32(msg, UCSEC_A_TRUNK_KIND, UCSEC_TRUNK_LINE);
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_DONE, dump_err, NULL));
}

static int check_dumped(const struct ucsec_trunk *t, void *arg)
{
	struct ucsec_trunk want = full_trunk(NULL, 0);
	int *seen = arg;

	want.have |= UCSEC_TR_VERDICTS;
	if (++*seen == 2)
		return t->id == 4 && t->kind == UCSEC_TRUNK_LINE &&
			!t->prefix_count ? 0 : -EBADMSG;
	return same_trunk(t, &want) && t->prefix_count == dumped_count &&
		!memcmp(t->prefixes, dumped, dumped_count * sizeof(*dumped)) &&
		t->verdicts.requests == 1ull << 40 &&
		t->verdicts.rejected == 7 && t->verdicts.denials[1] == 1 &&
		t->verdicts.denials[20] == 20 &&
		t->verdicts.denials[0] == 39 ? 0 : -EBADMSG;
}

static int stop(const struct ucsec_trunk *t, void *arg)
{
	(void)t;
	++*(int *)arg;
	return 42;
}

static void test_dump(struct ucsec *h)
{
	int seen = 0;

	dumped = many_prefixes(MANY);
	dumped_count = MANY;
	dumped_step = 1500;
	kernel_reset();
	fake.on_send = answer_dump;
	ok(!ucsec_trunk_dump(h, 0, check_dumped, &seen) && seen == 2 &&
	   fake_command() == UCSEC_CMD_TRUNK_GET && !fake_offset_of("id"),
	   "a dump of %d prefixes becomes one trunk", MANY);
	seen = 0;
	dumped_count = 1;
	ok(!ucsec_trunk_dump(h, 3, check_dumped, &seen) && seen == 2 &&
	   fake_offset_of("id"), "of one trunk");
	seen = 0;
	ok(ucsec_trunk_dump(h, 0, stop, &seen) == 42 && seen == 1,
	   "stopped by the caller");
	seen = 0;
	dump_err = -EPERM;
	ok(ucsec_trunk_dump(h, 0, check_dumped, &seen) == -EPERM && !seen,
	   "refused by its end");
	dump_err = 0;
	fake_reset();
	fake_queue(fake_verdict(NLMSG_DONE, 0, NULL));
	ok(ucsec_trunk_dump(h, 3, check_dumped, &seen) == -ENOENT &&
	   !strcmp(ucsec_error(h)->sentence, "no such trunk"), "no such trunk");
	fake_queue(fake_verdict(NLMSG_DONE, 0, NULL));
	ok(!ucsec_trunk_dump(h, 0, check_dumped, &seen), "no trunk at all");
	free(dumped);
}

/* Parts of a trunk that belong to no trunk, or are none. */
static void test_odd_dumps(struct ucsec *h)
{
	static const struct {
		const char *name;
		uint32_t id, kind;
		int prefix;	/* 1: good, 2: no length, 3: /33, 4: no address */
	} rows[] = {
		{ "prefixes without a trunk", 3, 0, 1 },
		{ "a trunk without an id", 0, 1, 0 },
		{ "a prefix without a length", 3, 1, 2 },
		{ "an IPv4 prefix of 33 bits", 3, 1, 3 },
		{ "a prefix without an address", 3, 1, 4 },
	};
	struct nl_msg *msg;
	struct nlattr *nest;
	int seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_reset();
		msg = fake_msg(UCSEC_CMD_TRUNK_GET, NLM_F_MULTI);
		if (rows[i].id)
			nla_put_u32(msg, UCSEC_A_TRUNK_ID, rows[i].id);
		if (rows[i].kind)
			nla_put_u32(msg, UCSEC_A_TRUNK_KIND, rows[i].kind);
		nest = nla_nest_start(msg, UCSEC_A_TRUNK_PREFIX);
		if (rows[i].prefix != 4)
			nla_put_u32(msg, UCSEC_A_PREFIX_ADDR4, 0);
		if (rows[i].prefix != 2)
			nla_put_u8(msg, UCSEC_A_PREFIX_LEN,
				   rows[i].prefix == 3 ? 33 : 0);
		nla_nest_end(msg, nest);
		fake_queue(msg);
		fake_queue(fake_verdict(NLMSG_DONE, 0, NULL));
		ok(ucsec_trunk_dump(h, 0, stop, &seen) == -EPROTO && !seen,
		   "%s", rows[i].name);
	}
	fake_reset();
	msg = fake_msg(UCSEC_CMD_TRUNK_GET, NLM_F_MULTI);
	nla_put_u32(msg, UCSEC_A_TRUNK_ID, 3);
	nla_put_u32(msg, UCSEC_A_TRUNK_KIND, 1);
	for (int i = 0; i < UCSEC_MAX_TRUNK_PORTS + 1; i++)
		nla_put_u16(msg, UCSEC_A_TRUNK_PORT, i);
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_DONE, 0, NULL));
	ok(ucsec_trunk_dump(h, 0, stop, &seen) == -EPROTO && !seen,
	   "more ports than a trunk has");
}

static const char *blame;
static int blame_type;

static void answer_refusal(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg = fake_verdict(NLMSG_ERROR, -EEXIST, "No good.");
	size_t at = blame ? fake_offset_of(blame) : 0;

	(void)nlh;
	if (blame_type)
		nla_put_u32(msg, NLMSGERR_ATTR_MISS_TYPE, blame_type);
	else if (at)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, at);
	fake_queue(msg);
}

static void test_blame(struct ucsec *h)
{
	static const char *const names[] = {
		"id", "kind", "prefix", "prefix.addr4", "prefix.addr6",
		"prefix.len", "port", "transports", "methods", "boxes",
		"unparsed", "denial", "rate", "rate.kind", "rate.per-second",
		"rate.burst", "cookie",
	};
	static const struct ucsec_acl all = { .have = 0xff, .port_count = 1 };
	struct ucsec_prefix two[] = { prefix("1.2.3.4"), prefix("::1") };
	struct ucsec_trunk t = full_trunk(two, 2);
	const struct ucsec_error *error = ucsec_error(h);
	struct ucsec_judgement j;
	uint32_t id;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		fake_reset();
		fake.on_send = answer_refusal;
		blame = names[i];
		ok(ucsec_trunk_new(h, &t, &id) == -EEXIST && !error->missing &&
		   !strcmp(error->sentence, "No good.") &&
		   !strcmp(error->attribute, names[i]) &&
		   !strcmp(error->value, strncmp(names[i], "prefix", 6) ? "" :
			   strcmp(names[i], "prefix.addr6") ? "1.2.3.4/32" :
			   "::1/128"), "blamed '%s' %s", error->attribute,
		   error->value);
	}
	blame = "reject-burst";
	ok(ucsec_acl_set(h, &all) == -EEXIST &&
	   !strcmp(error->attribute, blame), "blamed '%s'", error->attribute);
	blame = NULL;
	blame_type = UCSEC_A_TRIAL_DPORT;
	ok(ucsec_acl_test(h, &(struct ucsec_trial){ 0 }, &j) == -EEXIST &&
	   error->missing && !strcmp(error->attribute, "dport"),
	   "missing '%s'", error->attribute);
	blame_type = 0;
	fake_reset();
}

static void test_bounds(struct ucsec *h)
{
	struct ucsec_prefix p = { .family = AF_UNIX };
	struct ucsec_trunk t = full_trunk(&p, 1);
	struct ucsec_acl acl = { .port_count = UCSEC_MAX_ACL_PORTS + 1 };
	struct ucsec_trial trial = { .payload_len = UCSEC_MAX_TRIAL + 1 };
	struct ucsec_judgement j;
	uint32_t id;

	fake_reset();
	ok(ucsec_trunk_new(h, &t, &id) == -EINVAL, "no such family");
	t = full_trunk(NULL, 0);
	t.port_count = UCSEC_MAX_TRUNK_PORTS + 1;
	ok(ucsec_trunk_new(h, &t, &id) == -EINVAL, "too many ports");
	ok(ucsec_acl_set(h, &acl) == -EINVAL, "too many ports of the ACL");
	ok(ucsec_acl_test(h, &trial, &j) == -EMSGSIZE, "too long a datagram");
	trial = (struct ucsec_trial){ .from.family = AF_UNIX };
	ok(ucsec_acl_test(h, &trial, &j) == -EINVAL, "no family to be from");
	ok(!fake.requests, "none of them was sent");

	t = full_trunk(NULL, 0);
	t.port_count = UCSEC_MAX_TRUNK_PORTS;
	t.cookie_len = UCSEC_MAX_COOKIE_LEN;
	for (int i = 0; i < UCSEC_RATE_ROOM; i++)
		t.rates[i] = (struct ucsec_rate){ 1, 1 };
	t.have |= UCSEC_TR_STAGE;
	fake.on_send = answer_all;
	ok(!ucsec_trunk_new(h, &t, &id), "the largest trunk fits");
}

int main(void)
{
	struct ucsec *h = NULL;

	if (!ok(!ucsec_open(&h), "a handle"))
		return tap_end();
	test_new(h);
	test_many(h);
	test_replace(h);
	test_dump(h);
	test_odd_dumps(h);
	test_blame(h);
	test_bounds(h);
	kernel_reset();
	ucsec_close(h);
	return tap_end();
}
