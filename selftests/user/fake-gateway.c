// SPDX-License-Identifier: GPL-2.0
/*
 * A gateway in a box: what the fake kernel answers to ucsecctl.
 *
 * UCSEC_FAKE says how it feels: absent (no module), refuse (every request),
 * exists (every trunk), interrupted (dumps never settle). UCSEC_FAKE_TRACE names a file that gets
 * the attributes of each request, one a line.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/genl/genl.h>

#include "fake-acl.h"
#include "fake-kernel.h"

static bool feels(const char *mood)
{
	const char *now = getenv("UCSEC_FAKE");

	return now && !strcmp(now, mood);
}

static void trace_attrs(FILE *file, const struct nlattr *nla, int len)
{
	const unsigned char *data;
	char name[64];

	for (; nla_ok(nla, len); nla = nla_next(nla, &len)) {
		size_t at = (const unsigned char *)nla - fake.request;

		ucsec_attr_name((struct nlmsghdr *)fake.request, at, name,
				sizeof(name));
		if (nla->nla_type & NLA_F_NESTED) {
			trace_attrs(file, nla_data(nla), nla_len(nla));
			continue;
		}
		fprintf(file, "%s=", name);
		data = nla_data(nla);
		for (int i = 0; i < nla_len(nla); i++)
			fprintf(file, "%02x", data[i]);
		putc('\n', file);
	}
}

static void trace(const struct nlmsghdr *nlh)
{
	const char *name = getenv("UCSEC_FAKE_TRACE");
	const struct genlmsghdr *genl = nlmsg_data(nlh);
	FILE *file = name ? fopen(name, "a") : NULL;

	if (!file)
		return;
	fprintf(file, "cmd %d\n", genl->cmd);
	trace_attrs(file, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0));
	fclose(file);
}

static void put_endpoint(struct nl_msg *msg, int type, const char *addr,
			 uint16_t port)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	unsigned char addr6[16];

	if (inet_pton(AF_INET6, addr, addr6) == 1)
		nla_put(msg, UCSEC_A_ENDPOINT_ADDR6, 16, addr6);
	else
		nla_put_u32(msg, UCSEC_A_ENDPOINT_ADDR4, inet_addr(addr));
	nla_put_u16(msg, UCSEC_A_ENDPOINT_PORT, htons(port));
	nla_put_u16(msg, UCSEC_A_ENDPOINT_RTCP_PORT, htons(port + 1));
	nla_nest_end(msg, nest);
}

static void put_drop(struct nl_msg *msg, uint32_t reason, uint64_t packets)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, UCSEC_A_STATS_DROPS | NLA_F_NESTED);
	nla_put_u32(msg, UCSEC_A_DROPS_REASON, reason);
	nla_put_u64(msg, UCSEC_A_DROPS_PACKETS, packets);
	nla_nest_end(msg, nest);
}

static void put_stats(struct nl_msg *msg)
{
	nla_put_u64(msg, UCSEC_A_STATS_RX_PACKETS, 1007);
	nla_put_u64(msg, UCSEC_A_STATS_RX_BYTES, 1ull << 40);
	nla_put_u64(msg, UCSEC_A_STATS_TX_PACKETS, 1000);
	nla_put_u64(msg, UCSEC_A_STATS_TX_BYTES, 172000);
	nla_put_u64(msg, UCSEC_A_STATS_RTCP_PACKETS, 10);
	put_drop(msg, UCSEC_DROP_AUTH, 5);
	put_drop(msg, UCSEC_DROP_REPLAY, 2);
}

static void put_state(struct nl_msg *msg)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, UCSEC_A_STREAM_SSRC | NLA_F_NESTED);
	nla_put_u32(msg, UCSEC_A_SSRC_SSRC, 0xcafe);
	nla_put_u32(msg, UCSEC_A_SSRC_OUT_SSRC, 0xbeef);
	nla_put_u32(msg, UCSEC_A_SSRC_RX_ROC, 1);
	nla_put_u16(msg, UCSEC_A_SSRC_RX_SEQ, 65535);
	nla_put_u32(msg, UCSEC_A_SSRC_TX_ROC, 2);
	nla_put_u16(msg, UCSEC_A_SSRC_TX_SEQ, 17);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, UCSEC_A_STREAM_STATS | NLA_F_NESTED);
	put_stats(msg);
	nla_nest_end(msg, nest);
}

static void queue_stream(uint32_t id, int flags)
{
	struct nla_bitfield32 mux = { .value = 3, .selector = 127 };
	struct nl_msg *msg = fake_msg(UCSEC_CMD_STREAM_GET, flags);
	struct nlattr *nest;

	nla_put_u32(msg, UCSEC_A_STREAM_ID, id);
	put_endpoint(msg, UCSEC_A_STREAM_IN, "192.0.2.1", 5000);
	put_endpoint(msg, UCSEC_A_STREAM_FROM, "198.51.100.255", 40000);
	put_endpoint(msg, UCSEC_A_STREAM_LATCHED, "198.51.100.255", 40002);
	put_endpoint(msg, UCSEC_A_STREAM_OUT,
		     "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 65532);
	put_endpoint(msg, UCSEC_A_STREAM_TO, "2001:db8::2", 6000);
	nest = nla_nest_start(msg, UCSEC_A_STREAM_RX | NLA_F_NESTED);
	nla_put_u32(msg, UCSEC_A_CRYPTO_SUITE, UCSEC_SUITE_AEAD_AES_256_GCM);
	nla_put_u32(msg, UCSEC_A_CRYPTO_KEYS, 2);
	nla_put_u32(msg, UCSEC_A_CRYPTO_MKI_LEN, 4);
	nla_nest_end(msg, nest);
	nla_put(msg, UCSEC_A_STREAM_FLAGS, sizeof(mux), &mux);
	nla_put_u32(msg, UCSEC_A_STREAM_WINDOW, 128);
	nla_put_u32(msg, UCSEC_A_STREAM_MAX_SSRCS, 4);
	nla_put(msg, UCSEC_A_STREAM_COOKIE, 5, "a\\b\1c");
	nla_put_u32(msg, UCSEC_A_STREAM_PAIR, 9);
	nla_put_u8(msg, UCSEC_A_STREAM_DSCP, 46);
	nla_put_u32(msg, UCSEC_A_STREAM_IDLE, 30);
	nla_put_u32(msg, UCSEC_A_STREAM_MEMORY, 3100);
	put_state(msg);
	fake_queue(msg);
}

static void queue_refusal(const char *sentence, int err)
{
	struct nl_msg *msg = fake_verdict(NLMSG_ERROR, err, sentence);
	char name[64];

	for (size_t at = 20; at < fake.request_len; at += 4) {
		ucsec_attr_name((struct nlmsghdr *)fake.request, at, name,
				sizeof(name));
		if (strcmp(name, "rx.key.material") &&
		    strcmp(name, "prefix.addr4"))
			continue;
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, at);
		break;
	}
	fake_queue(msg);
}

static void dump_streams(void)
{
	struct nl_msg *msg;

	queue_stream(7, NLM_F_MULTI);
	queue_stream(9, NLM_F_MULTI);
	msg = fake_verdict(NLMSG_DONE, 0, NULL);
	if (feels("interrupted"))
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP_INTR;
	fake_queue(msg);
}

static void dump_suites(void)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_SUITE_GET, NLM_F_MULTI);

	nla_put_u32(msg, UCSEC_A_SUITES_SUITE, UCSEC_SUITE_AEAD_AES_128_GCM);
	nla_put_string(msg, UCSEC_A_SUITES_NAME, "AEAD_AES_128_GCM");
	nla_put_u32(msg, UCSEC_A_SUITES_KEY_LEN, 16);
	nla_put_u32(msg, UCSEC_A_SUITES_SALT_LEN, 12);
	nla_put_u32(msg, UCSEC_A_SUITES_TAG_LEN, 16);
	nla_put_u32(msg, UCSEC_A_SUITES_RTCP_TAG_LEN, 16);
	nla_put_string(msg, UCSEC_A_SUITES_CIPHER_DRIVER, "__gcm-aesni");
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_DONE, 0, NULL));
}

static void answer_get(const struct nlmsghdr *nlh)
{
	struct ucsec_stream stream;

	if (nlh->nlmsg_flags & NLM_F_DUMP) {
		dump_streams();
		return;
	}
	ucsec_decode_stream(nlh, &stream);
	if (stream.id != 7) {
		queue_refusal("no such stream", -ENOENT);
		return;
	}
	queue_stream(7, 0);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
}

static void answer(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);
	struct nl_msg *msg = NULL;

	trace(nlh);
	if (feels("refuse")) {
		queue_refusal("the key is weak", -EKEYREJECTED);
		return;
	}
	if (feels("exists") && genl->cmd == UCSEC_CMD_TRUNK_NEW) {
		queue_refusal("another trunk has it", -EEXIST);
		return;
	}
	if (fake_acl_answer(nlh))
		return;
	switch (genl->cmd) {
	case UCSEC_CMD_STREAM_GET:
		answer_get(nlh);
		return;
	case UCSEC_CMD_SUITE_GET:
		dump_suites();
		return;
	case UCSEC_CMD_STREAM_NEW:
		msg = fake_msg(genl->cmd, 0);
		nla_put_u32(msg, UCSEC_A_STREAM_ID, 7);
		break;
	case UCSEC_CMD_STATS_GET:
		msg = fake_msg(genl->cmd, 0);
		put_stats(msg);
		nla_put_u32(msg, UCSEC_A_STATS_STREAMS, 2);
		nla_put_u64(msg, UCSEC_A_STATS_EVENTS_SENT, 12);
		break;
	case UCSEC_CMD_PARAM_GET:
		msg = fake_msg(genl->cmd, 0);
		nla_put_u32(msg, UCSEC_A_PARAMS_WINDOW, 128);
		nla_put_u32(msg, UCSEC_A_PARAMS_REKEY_OVERLAP, 2000);
		break;
	}
	if (msg)
		fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
}

static void queue_events(void)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_STREAM_NTF, 0);

	nla_put_u32(msg, UCSEC_A_STREAM_ID, 7);
	nla_put_u32(msg, UCSEC_A_STREAM_EVENT, UCSEC_EVENT_LATCHED);
	put_endpoint(msg, UCSEC_A_STREAM_IN, "192.0.2.1", 5000);
	put_endpoint(msg, UCSEC_A_STREAM_LATCHED, "198.51.100.7", 40002);
	nla_put(msg, UCSEC_A_STREAM_COOKIE, 6, "call-1");
	fake_queue(msg);
	fake_queue_err(-ENOBUFS);
	msg = fake_msg(UCSEC_CMD_STREAM_NTF, 0);
	nla_put_u32(msg, UCSEC_A_STREAM_ID, 8);
	nla_put_u32(msg, UCSEC_A_STREAM_EVENT, UCSEC_EVENT_AUTH_BURST);
	nla_put_u64(msg, UCSEC_A_STREAM_COUNT, 120);
	fake_queue(msg);
	fake_acl_events();
}

__attribute__((constructor))
static void wake_up(void)
{
	fake.open_err = feels("absent") ? -ENOENT : 0;
	fake.on_send = answer;
	fake.on_join = queue_events;
}
