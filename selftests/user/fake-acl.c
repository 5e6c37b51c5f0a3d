// SPDX-License-Identifier: GPL-2.0
/*
 * The trunk ACL of the gateway in a box.
 *
 * UCSEC_FAKE_STORE names a file in which a staged set survives, so that what
 * one ucsecctl loads another one dumps. Without it there are two trunks. The
 * verdict on a datagram is what the datagram says: eight numbers, verdict,
 * reason, class, method, needs, in-dialog, fault and trunk, or an errno alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/genl/genl.h>

#include "fake-acl.h"
#include "fake-kernel.h"

static FILE *open_store(const char *mode)
{
	const char *name = getenv("UCSEC_FAKE_STORE");

	return name && *name ? fopen(name, mode) : NULL;
}

/* Requests one after the other: a trunk, and what its prefixes go on with. */
static void append(const struct nlmsghdr *nlh)
{
	FILE *store = open_store("ab");

	if (!store)
		return;
	fwrite(nlh, 1, NLMSG_ALIGN(nlh->nlmsg_len), store);
	fclose(store);
}

static void dump_store(FILE *store)
{
	struct nlmsghdr head;
	struct nl_msg *msg;
	char *data;

	while (fread(&head, sizeof(head), 1, store) == 1) {
		size_t len = NLMSG_ALIGN(head.nlmsg_len) - sizeof(head);

		data = malloc(len);
		if (fread(data, 1, len, store) != len)
			abort();
		msg = fake_msg_of(UCSEC_CMD_TRUNK_GET, NLM_F_MULTI,
				  len + sizeof(head) + 64);
		nlmsg_append(msg, data + GENL_HDRLEN, len - GENL_HDRLEN, 0);
		fake_queue(msg);
		free(data);
	}
}

static void put_denial(struct nl_msg *msg, uint32_t reason, uint64_t packets)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, UCSEC_A_VERDICTS_DENIALS | NLA_F_NESTED);
	nla_put_u32(msg, UCSEC_A_DENIALS_REASON, reason);
	nla_put_u64(msg, UCSEC_A_DENIALS_PACKETS, packets);
	nla_nest_end(msg, nest);
}

static void put_verdicts(struct nl_msg *msg, int type)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	nla_put_u64(msg, UCSEC_A_VERDICTS_REQUESTS, 1ull << 40);
	nla_put_u64(msg, UCSEC_A_VERDICTS_PASSED, 1000);
	nla_put_u64(msg, UCSEC_A_VERDICTS_REJECTED, 5);
	put_denial(msg, UCSEC_DENIAL_REFER, 5);
	put_denial(msg, 77, 1);
	nla_nest_end(msg, nest);
}

static const char *const texts[] = {
	"192.0.2.0/24", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128",
};

static void queue_trunk(uint32_t id)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_TRUNK_GET, NLM_F_MULTI);
	struct ucsec_trunk t = {
		.have = UCSEC_TR_ID | UCSEC_TR_KIND | UCSEC_TR_PORTS |
			UCSEC_TR_TRANSPORTS | UCSEC_TR_RATES,
		.id = id, .kind = UCSEC_TRUNK_LINE,
		.ports = { 5060 }, .port_count = 1, .transports = 1,
	};
	struct ucsec_prefix prefixes[2];

	t.rates[UCSEC_RATE_SOURCE] = (struct ucsec_rate){ 10, 20 };
	if (id == 3) {
		t.kind = UCSEC_TRUNK_TRUNK;
		t.have |= UCSEC_TR_METHODS | UCSEC_TR_BOXES |
			UCSEC_TR_COOKIE | UCSEC_TR_UNPARSED | UCSEC_TR_DENIAL;
		t.methods = 0x7fff & ~(UCSEC_METHOD_REGISTER |
				       UCSEC_METHOD_PUBLISH);
		t.boxes = 7;
		t.ports[t.port_count++] = 65535;
		t.transports = 7;
		t.unparsed = UCSEC_VERDICT_DROP;
		t.denial = UCSEC_VERDICT_REJECT;
		t.rates[0] = (struct ucsec_rate){ 1000000, 1000000 };
		memcpy(t.cookie, "a b\\\1", 5);
		t.cookie_len = 5;
	}
	for (int i = 0; i < 2; i++)
		ucsec_prefix_parse(texts[i], &prefixes[i], NULL);
	ucsec_encode_trunk(msg, &t);
	ucsec_encode_prefixes(msg, prefixes, id == 3 ? 2 : 1);
	put_verdicts(msg, UCSEC_A_TRUNK_VERDICTS);
	fake_queue(msg);
}

static void dump_trunks(const struct nlmsghdr *nlh)
{
	FILE *store = open_store("rb");
	struct ucsec_trunk trunk;

	ucsec_decode_trunk(nlh, &trunk);
	if (store) {
		dump_store(store);
		fclose(store);
	} else {
		for (uint32_t id = 3; id <= 4; id++)
			if (!trunk.id || trunk.id == id)
				queue_trunk(id);
	}
	fake_queue(fake_verdict(NLMSG_DONE, 0, NULL));
}

/* What the kernel would send for a trial that says so itself. */
static void judge(const struct nlmsghdr *nlh)
{
	static const int types[] = {
		UCSEC_A_TRIAL_VERDICT, UCSEC_A_TRIAL_REASON,
		UCSEC_A_TRIAL_CLASS, UCSEC_A_TRIAL_METHOD, UCSEC_A_TRIAL_NEEDS,
		UCSEC_A_TRIAL_IN_DIALOG, UCSEC_A_TRIAL_FAULT,
		UCSEC_A_TRIAL_TRUNK,
	};
	struct nlattr *nla = nlmsg_find_attr((struct nlmsghdr *)nlh,
					     GENL_HDRLEN,
					     UCSEC_A_TRIAL_PAYLOAD);
	int values[8] = { 0, 0, UCSEC_CLASS_CONNECT, -1, -1, 0, -1, 3 };
	struct nl_msg *msg;
	char text[128] = "";
	int count = 0;

	if (nla)
		snprintf(text, sizeof(text), "%.*s", nla_len(nla),
			 (char *)nla_data(nla));
	for (char *at = text, *end; count < 8; at = end) {
		int value = strtol(at, &end, 0);

		if (end == at)
			break;
		values[count++] = value;
	}
	if (count == 1) {
		fake_queue(fake_verdict(NLMSG_ERROR, -values[0],
					"the ACL does not look at it"));
		return;
	}
	msg = fake_msg(UCSEC_CMD_ACL_TEST, 0);
	for (int i = 0; i < 8; i++)
		if (types[i] == UCSEC_A_TRIAL_IN_DIALOG && values[i])
			nla_put_flag(msg, types[i]);
		else if (types[i] != UCSEC_A_TRIAL_IN_DIALOG && values[i] >= 0)
			nla_put_u32(msg, types[i], values[i]);
	if (values[7] >= 0)
		nla_put(msg, UCSEC_A_TRIAL_COOKIE, 4, "peer");
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
}

static void answer_u32(int cmd, int type, uint32_t value)
{
	struct nl_msg *msg = fake_msg(cmd, 0);

	nla_put_u32(msg, type, value);
	fake_queue(msg);
}

static void queue_acl(void)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_ACL_GET, 0);
	struct ucsec_acl acl = {
		.have = 0xff, .unknown = UCSEC_UNKNOWN_COUNT,
		.ports = { 5060, 5080 }, .port_count = 2,
		.mark = UCSEC_ACL_MARK, .reject_rate = 100, .reject_burst = 200,
		.max_trunks = 16384, .max_prefixes = 262144, .denial_burst = 100,
	};

	ucsec_encode_acl(msg, &acl);
	nla_put_u32(msg, UCSEC_A_ACL_TRUNKS, 2);
	nla_put_u32(msg, UCSEC_A_ACL_PREFIXES, 3);
	nla_put_u32(msg, UCSEC_A_ACL_SOURCES, 65536);
	nla_put_u32(msg, UCSEC_A_ACL_GENERATION, 7);
	put_verdicts(msg, UCSEC_A_ACL_VERDICTS);
	fake_queue(msg);
}

bool fake_acl_answer(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);
	struct ucsec_trunk trunk;
	FILE *store;

	switch (genl->cmd) {
	case UCSEC_CMD_TRUNK_GET:
		dump_trunks(nlh);
		return true;
	case UCSEC_CMD_ACL_TEST:
		judge(nlh);
		return true;
	case UCSEC_CMD_ACL_BEGIN:
		store = open_store("wb");
		if (store)
			fclose(store);
		answer_u32(genl->cmd, UCSEC_A_TRUNK_STAGE, 77);
		break;
	case UCSEC_CMD_TRUNK_NEW:
		append(nlh);
		ucsec_decode_trunk(nlh, &trunk);
		answer_u32(genl->cmd, UCSEC_A_TRUNK_ID,
			   trunk.id ? trunk.id : 3);
		break;
	case UCSEC_CMD_PREFIX_NEW:
		append(nlh);
		break;
	case UCSEC_CMD_ACL_GET:
		queue_acl();
		break;
	case UCSEC_CMD_TRUNK_SET:
	case UCSEC_CMD_TRUNK_DEL:
	case UCSEC_CMD_TRUNK_FLUSH:
	case UCSEC_CMD_PREFIX_DEL:
	case UCSEC_CMD_ACL_COMMIT:
	case UCSEC_CMD_ACL_SET:
		break;
	default:
		return false;
	}
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
	return true;
}

void fake_acl_events(void)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_ACL_NTF, 0);

	nla_put_u32(msg, UCSEC_A_TRUNK_EVENT, UCSEC_EVENT_DENIAL_BURST);
	nla_put_u32(msg, UCSEC_A_TRUNK_ID, 3);
	nla_put(msg, UCSEC_A_TRUNK_COOKIE, 4, "peer");
	nla_put_u64(msg, UCSEC_A_TRUNK_COUNT, 120);
	put_verdicts(msg, UCSEC_A_TRUNK_VERDICTS);
	fake_queue(msg);
	msg = fake_msg(UCSEC_CMD_ACL_NTF, 0);
	nla_put_u32(msg, UCSEC_A_TRUNK_EVENT, UCSEC_EVENT_DENIAL_BURST_OVER);
	nla_put_u64(msg, UCSEC_A_TRUNK_COUNT, 5000);
	fake_queue(msg);
}
