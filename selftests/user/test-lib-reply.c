// SPDX-License-Identifier: GPL-2.0
/*
 * libucsec against a kernel that answers by the book, and off it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/genl/genl.h>

#include "fake-kernel.h"
#include "tap.h"

/* Acknowledgements that lack this or that. */
static void test_odd_acks(struct ucsec *h)
{
	struct nl_msg *msg;
	struct nlmsghdr *nlh;
	int err = -EPERM;

	fake_reset();
	msg = nlmsg_alloc();
	nlmsg_put(msg, 1, 1, NLMSG_ERROR, sizeof(err), 0);
	nlh = nlmsg_hdr(msg);
	memcpy(nlmsg_data(nlh), &err, sizeof(err));
	nlh->nlmsg_seq = 0;
	fake_queue(msg);
	ok(ucsec_stream_del(h, 1) == -EPERM &&
	   !strcmp(ucsec_error(h)->sentence, strerror(EPERM)),
	   "an error cut off behind its number");

	fake_reset();
	msg = nlmsg_alloc();
	nlmsg_put(msg, 1, 0, NLMSG_ERROR, 0, 0);
	nlmsg_hdr(msg)->nlmsg_seq = 0;
	fake_queue(msg);
	ok(ucsec_stream_del(h, 1) == -EPROTO, "an error without a number");

	fake_reset();
	msg = fake_verdict(NLMSG_ERROR, 5, NULL);
	fake_queue(msg);
	ok(ucsec_stream_del(h, 1) == -EPROTO, "an error that is positive");

	fake_reset();
	msg = fake_verdict(NLMSG_ERROR, -EBUSY, "Sentence.");
	((struct nlattr *)nlmsg_tail(nlmsg_hdr(msg)))[-3].nla_len = 600;
	fake_queue(msg);
	ok(ucsec_stream_del(h, 1) == -EBUSY, "an attribute that lies");

	fake_reset();
	fake_queue_raw("xy", 2);
	fake_queue(fake_verdict(NLMSG_ERROR, -ENOENT, "No such stream."));
	ok(ucsec_stream_del(h, 1) == -ENOENT &&
	   !strcmp(ucsec_error(h)->sentence, "No such stream."),
	   "a datagram too short to be one");

	fake_reset();
	msg = fake_verdict(NLMSG_ERROR, -ENOENT, "Of an older request.");
	nlmsg_hdr(msg)->nlmsg_seq = -1;
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
	ok(!ucsec_stream_del(h, 1), "an answer to an older request");

	fake_reset();
	fake.send_err = -EPERM;
	ok(ucsec_stream_del(h, 1) == -EPERM && ucsec_error(h)->sentence[0],
	   "the request cannot be sent");

	fake_reset();
	fake_queue_err(-ENOBUFS);
	ok(ucsec_stream_del(h, 1) == -ENOBUFS, "the answer is lost");

	fake_reset();
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
	ok(ucsec_stream_get(h, 1, &(struct ucsec_stream){ 0 }) == -EPROTO,
	   "an acknowledgement in place of an answer");
}

static int dump_flags;
static unsigned int interruptions;

static void answer_dump(const struct nlmsghdr *nlh)
{
	struct nl_msg *msg;

	(void)nlh;
	for (uint32_t id = 1; id <= 3; id++) {
		msg = fake_msg(UCSEC_CMD_STREAM_GET, NLM_F_MULTI | dump_flags);
		nla_put_u32(msg, UCSEC_A_STREAM_ID, id);
		fake_queue(msg);
	}
	msg = fake_verdict(NLMSG_DONE, 0, NULL);
	if (interruptions) {
		interruptions--;
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP_INTR;
	}
	fake_queue(msg);
}

static int count_stream(const struct ucsec_stream *stream, void *arg)
{
	unsigned int *count = arg;

	return stream->id == ++*count ? 0 : -EBADMSG;
}

static int stop_at_two(const struct ucsec_stream *stream, void *arg)
{
	(void)arg;
	return stream->id == 2 ? 42 : 0;
}

static void test_dump(struct ucsec *h)
{
	unsigned int count = 0;

	fake_reset();
	fake.on_send = answer_dump;
	ok(!ucsec_stream_dump(h, count_stream, &count) && count == 3 &&
	   fake.requests == 1, "a dump of three");
	ok((((struct nlmsghdr *)fake.request)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP,
	   "was asked for as a dump");
	interruptions = 2;
	count = 0;
	fake_reset();
	fake.on_send = answer_dump;
	ok(!ucsec_stream_dump(h, count_stream, &count) && count == 3 &&
	   fake.requests == 3, "two interrupted, repeated");
	interruptions = 100;
	count = 0;
	fake_reset();
	fake.on_send = answer_dump;
	ok(ucsec_stream_dump(h, count_stream, &count) == -EINTR &&
	   count == 3 && fake.requests == 8, "given up, but shown");
	interruptions = 0;
	fake_reset();
	fake.on_send = answer_dump;
	ok(ucsec_stream_dump(h, stop_at_two, NULL) == 42, "stopped by caller");

	fake_reset();
	fake_queue(fake_verdict(NLMSG_DONE, -EPERM, "Not you."));
	ok(ucsec_stream_dump(h, count_stream, &count) == -EPERM &&
	   !strcmp(ucsec_error(h)->sentence, "Not you."),
	   "refused by its end");
}

static void put_drop(struct nl_msg *msg, uint32_t reason, uint64_t packets)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, UCSEC_A_STATS_DROPS | NLA_F_NESTED);
	nla_put_u32(msg, UCSEC_A_DROPS_REASON, reason);
	nla_put_u64(msg, UCSEC_A_DROPS_PACKETS, packets);
	nla_nest_end(msg, nest);
}

static void test_reports(struct ucsec *h)
{
	struct ucsec_params params;
	struct ucsec_stats stats;
	struct nl_msg *msg;

	fake_reset();
	msg = fake_msg(UCSEC_CMD_STATS_GET, 0);
	nla_put_u64(msg, UCSEC_A_STATS_RX_PACKETS, 1ull << 40);
	nla_put_u32(msg, UCSEC_A_STATS_STREAMS, 5);
	put_drop(msg, UCSEC_DROP_AUTH, 3);
	put_drop(msg, 63, 4);
	put_drop(msg, 64, 5);
	put_drop(msg, -1, 6);
	nla_put_u32(msg, UCSEC_A_STATS_MAX + 5, 1);
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
	ok(!ucsec_stats_get(h, &stats) && stats.rx_packets == 1ull << 40 &&
	   stats.streams == 5 && stats.drops[UCSEC_DROP_AUTH] == 3 &&
	   stats.drops[63] == 4 && stats.drops[0] == 11 && !stats.tx_bytes,
	   "counters, those of a newer kernel too");

	fake_reset();
	msg = fake_msg(UCSEC_CMD_PARAM_GET, 0);
	nla_put_u32(msg, UCSEC_A_PARAMS_IDLE, 0);
	nla_put_u32(msg, UCSEC_A_PARAMS_WINDOW, 128);
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
	ok(!ucsec_params_get(h, &params) &&
	   params.have == (1 << UCSEC_PARAM_IDLE | 1 << UCSEC_PARAM_WINDOW) &&
	   params.value[UCSEC_PARAM_WINDOW] == 128, "parameters");

	fake_reset();
	msg = fake_msg(UCSEC_CMD_STATS_GET, 0);
	nla_put_u32(msg, UCSEC_A_STATS_RX_PACKETS, 1);
	fake_queue(msg);
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
	ok(ucsec_stats_get(h, &stats) == -EPROTO, "a counter too short");
}

static void count_event(const struct ucsec_notice *notice, void *arg)
{
	unsigned int *count = arg;

	if (notice->id == 7 && notice->event == UCSEC_EVENT_AUTH_BURST &&
	    notice->count == 100 && notice->cookie_len == 2)
		++*count;
}

static void queue_event(void)
{
	struct nl_msg *msg = fake_msg(UCSEC_CMD_STREAM_NTF, 0);

	nla_put_u32(msg, UCSEC_A_STREAM_ID, 7);
	nla_put_u32(msg, UCSEC_A_STREAM_EVENT, UCSEC_EVENT_AUTH_BURST);
	nla_put(msg, UCSEC_A_STREAM_COOKIE, 2, "ab");
	nla_put_u64(msg, UCSEC_A_STREAM_COUNT, 100);
	fake_queue(msg);
}

static void test_events(struct ucsec *h)
{
	unsigned int count = 0;

	fake_reset();
	ok(ucsec_event_fd(h) == -EBADF &&
	   ucsec_event_dispatch(h, count_event, &count) == -EBADF,
	   "not subscribed");
	fake.join_err = -EPERM;
	ok(ucsec_event_subscribe(h) == -EPERM && ucsec_error(h)->sentence[0] &&
	   ucsec_event_fd(h) == -EBADF, "refused to subscribe");
	fake.join_err = 0;
	ok(!ucsec_event_subscribe(h) && ucsec_event_fd(h) >= 0 &&
	   !ucsec_event_subscribe(h), "subscribed, once");
	queue_event();
	queue_event();
	fake_queue_raw("trash", 5);
	fake_queue(fake_msg(UCSEC_CMD_STREAM_NTF, 0));
	fake_queue(fake_msg(UCSEC_CMD_STREAM_GET, 0));
	ok(ucsec_event_dispatch(h, count_event, &count) == 2 && count == 2,
	   "two events among trash");
	queue_event();
	fake_queue_err(-ENOBUFS);
	queue_event();
	ok(ucsec_event_dispatch(h, count_event, &count) == -ENOBUFS &&
	   count == 3 && ucsec_event_lost(h) == 1, "an overrun is told");
	ok(ucsec_event_dispatch(h, count_event, &count) == 1 && count == 4,
	   "and what follows is read");
	ok(ucsec_event_dispatch(h, count_event, &count) == 0, "nothing waits");
}

int main(void)
{
	struct ucsec *h = NULL;

	if (!ok(!ucsec_open(&h), "a handle"))
		return tap_end();
	test_odd_acks(h);
	test_dump(h);
	test_reports(h);
	test_events(h);
	fake_reset();
	ucsec_close(h);
	return tap_end();
}
