// SPDX-License-Identifier: GPL-2.0
/*
 * The ACL of libucsec as a whole: parameters, trials, events.
 */
#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <netlink/genl/genl.h>

#include "fake-kernel.h"
#include "tap.h"

static void answer_acl(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_ACL_GET, 0);
	struct nlattr *nest;

	(void)nlh;
	nla_put_u32(msg, UCSEC_A_ACL_UNKNOWN, UCSEC_UNKNOWN_DROP);
	nla_put_u16(msg, UCSEC_A_ACL_PORT, htons(5060));
	nla_put_u16(msg, UCSEC_A_ACL_PORT, htons(5062));
	nla_put_u32(msg, UCSEC_A_ACL_MARK, UCSEC_ACL_MARK);
	for (int type = UCSEC_A_ACL_REJECT_RATE; type <= UCSEC_A_ACL_SOURCES;
	     type++)
		nla_put_u32(msg, type, 100 + type);
	nla_put_u32(msg, UCSEC_A_ACL_GENERATION, 4711);
	nest = nla_nest_start(msg, UCSEC_A_ACL_VERDICTS);
	nla_put_u64(msg, UCSEC_A_VERDICTS_DROPPED, 5);
	nla_nest_end(msg, nest);
	fake_queue(msg);
	fake_ok();
}

static void answer_ok(const struct nlmsghdr *nlh)
{
	(void)nlh;
	fake_ok();
}

static void test_params(struct ucsec *h)
{
	struct ucsec_acl acl, back;

	fake_reset();
	fake.on_send = answer_acl;
	ok(!ucsec_acl_get(h, &acl) && acl.unknown == UCSEC_UNKNOWN_DROP &&
	   acl.port_count == 2 && acl.ports[1] == 5062 &&
	   acl.mark == UCSEC_ACL_MARK && acl.reject_rate == 104 &&
	   acl.reject_burst == 105 && acl.max_trunks == 106 &&
	   acl.max_prefixes == 107 && acl.denial_burst == 108 &&
	   acl.trunks == 109 && acl.prefixes == 110 && acl.sources == 111 &&
	   acl.generation == 4711 &&
	   acl.verdicts.dropped == 5 && acl.have == 0x1ff, "parameters");
	fake.on_send = answer_ok;
	ok(!ucsec_acl_set(h, &acl) && fake_command() == UCSEC_CMD_ACL_SET &&
	   !ucsec_decode_acl(fake_request(), &back) && back.have == acl.have &&
	   back.denial_burst == 108 && back.port_count == 2 &&
	   back.ports[0] == 5060 && !fake_offset_of("trunks") &&
	   !fake_offset_of("generation") &&
	   !fake_offset_of("verdicts"), "are set again, without the state");
	acl = (struct ucsec_acl){ .have = UCSEC_ACL_PORTS };
	ok(!ucsec_acl_set(h, &acl) && fake.request_len == 20 + 8 &&
	   !memcmp(fake.request + 20 + 4, "\0\0", 2),
	   "no port at all is one 0");
	fake_reset();
	fake_ok();
	ok(ucsec_acl_get(h, &acl) == -EPROTO, "an acknowledgement alone");
}

static void answer_trial(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_ACL_TEST, 0);

	(void)nlh;
	nla_put_u32(msg, UCSEC_A_TRIAL_VERDICT, UCSEC_VERDICT_REJECT);
	nla_put_u32(msg, UCSEC_A_TRIAL_REASON, UCSEC_DENIAL_REFER);
	nla_put_u32(msg, UCSEC_A_TRIAL_CLASS, UCSEC_CLASS_REQUEST);
	nla_put_u32(msg, UCSEC_A_TRIAL_METHOD, UCSEC_METHOD_REFER);
	nla_put_u32(msg, UCSEC_A_TRIAL_NEEDS, UCSEC_BOX_OUT_OF_DIALOG_REFER);
	nla_put_flag(msg, UCSEC_A_TRIAL_IN_DIALOG);
	nla_put_u32(msg, UCSEC_A_TRIAL_FAULT, UCSEC_FAULT_TO);
	nla_put_u32(msg, UCSEC_A_TRIAL_TRUNK, 3);
	nla_put(msg, UCSEC_A_TRIAL_COOKIE, 4, "peer");
	fake_queue(msg);
	fake_ok();
}

static void test_trial(struct ucsec *h)
{
	static char payload[UCSEC_MAX_TRIAL];
	struct ucsec_trial trial = {
		.payload = payload, .payload_len = sizeof(payload),
		.transport = UCSEC_TRANSPORT_UDP,
	};
	struct ucsec_judgement j;
	size_t at;

	ucsec_endpoint_parse("192.0.2.9", &trial.from, NULL);
	ucsec_endpoint_parse("192.0.2.1:5060", &trial.to, NULL);
	fake_reset();
	fake.on_send = answer_trial;
	ok(!ucsec_acl_test(h, &trial, &j) && j.verdict == UCSEC_VERDICT_REJECT &&
	   j.reason == UCSEC_DENIAL_REFER && !j.sip_class &&
	   j.method == UCSEC_METHOD_REFER && j.in_dialog &&
	   j.needs == UCSEC_BOX_OUT_OF_DIALOG_REFER &&
	   j.fault == UCSEC_FAULT_TO && j.trunk == 3 && j.cookie_len == 4 &&
	   j.have == 15, "a judgement on the longest datagram");
	at = fake_offset_of("payload");
	ok(at && *(uint16_t *)(fake.request + at) == 4 + sizeof(payload) &&
	   fake_offset_of("saddr4") && fake_offset_of("daddr4") && fake_offset_of("dport") &&
	   fake_offset_of("transport") && !fake_offset_of("saddr6"), "all of it is sent");
	ucsec_endpoint_parse("[2001:db8::9]", &trial.from, NULL);
	ucsec_endpoint_parse("[2001:db8::1]:5060", &trial.to, NULL);
	trial.payload = NULL;
	trial.payload_len = 0;
	trial.transport = 0;
	ok(!ucsec_acl_test(h, &trial, &j) && fake_offset_of("saddr6") &&
	   fake_offset_of("daddr6") && !fake_offset_of("payload") &&
	   !fake_offset_of("transport"), "IPv6, and nothing in it");
	fake_reset();
	fake_queue(fake_msg(UCSEC_CMD_ACL_TEST, 0));
	fake_ok();
	ok(ucsec_acl_test(h, &trial, &j) == -EPROTO, "no verdict is no answer");
}

static void check_notice(const struct ucsec_notice *n, void *arg)
{
	int *seen = arg;

	if (n->event == UCSEC_EVENT_DENIAL_BURST)
		*seen += n->have == (UCSEC_HAVE_TRUNK | UCSEC_HAVE_COOKIE |
				     UCSEC_HAVE_VERDICTS) &&
			n->trunk == 3 && n->cookie_len == 4 &&
			n->count == 120 && n->verdicts.rejected == 9;
	else if (n->event == UCSEC_EVENT_DENIAL_BURST_OVER)
		*seen += !n->have && n->count == 5000 ? 10 : 0;
}

static void test_events(struct ucsec *h)
{
	struct nl_msg *msg;
	struct nlattr *nest;
	int seen = 0;

	fake_reset();
	ucsec_event_subscribe(h);
	msg = fake_msg(UCSEC_CMD_ACL_NTF, 0);
	nla_put_u32(msg, UCSEC_A_TRUNK_EVENT, UCSEC_EVENT_DENIAL_BURST);
	nla_put_u32(msg, UCSEC_A_TRUNK_ID, 3);
	nla_put(msg, UCSEC_A_TRUNK_COOKIE, 4, "peer");
	nla_put_u64(msg, UCSEC_A_TRUNK_COUNT, 120);
	nest = nla_nest_start(msg, UCSEC_A_TRUNK_VERDICTS);
	nla_put_u64(msg, UCSEC_A_VERDICTS_REJECTED, 9);
	nla_nest_end(msg, nest);
	fake_queue(msg);
	msg = fake_msg(UCSEC_CMD_ACL_NTF, 0);
	nla_put_u32(msg, UCSEC_A_TRUNK_EVENT, UCSEC_EVENT_DENIAL_BURST_OVER);
	nla_put_u64(msg, UCSEC_A_TRUNK_COUNT, 5000);
	fake_queue(msg);
	fake_queue(fake_msg(UCSEC_CMD_ACL_NTF, 0));
	ok(ucsec_event_dispatch(h, check_notice, &seen) == 2 && seen == 11,
	   "a burst of a trunk begins, one of unknown sources ends");
}

int main(void)
{
	struct ucsec *h = NULL;

	if (!ok(!ucsec_open(&h), "a handle"))
		return tap_end();
	test_params(h);
	test_trial(h);
	test_events(h);
	fake_reset();
	ucsec_close(h);
	return tap_end();
}
