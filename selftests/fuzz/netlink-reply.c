// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of a kernel gone mad, to every kind of request.
 *
 * The first byte chooses the request. Then come messages: a byte for the type,
 * one for the flags, one for the length of the payload, the payload.
 */
#include <stdlib.h>
#include <string.h>
#include <netlink/genl/genl.h>

#include "../user/fake-kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_stream(const struct ucsec_stream *stream, void *arg)
{
	(void)arg;
	if (stream->ssrc_count > UCSEC_MAX_SSRCS ||
	    stream->cookie_len > UCSEC_MAX_COOKIE_LEN)
		abort();
	return 0;
}

static int on_suite(const struct ucsec_suite_info *suite, void *arg)
{
	(void)arg;
	return strlen(suite->name) == 1000;
}

static void on_notice(const struct ucsec_notice *notice, void *arg)
{
	(void)arg;
	if (notice->cookie_len > UCSEC_MAX_COOKIE_LEN)
		abort();
}

static int on_trunk(const struct ucsec_trunk *trunk, void *arg)
{
	(void)arg;
	if (trunk->port_count > UCSEC_MAX_TRUNK_PORTS ||
	    trunk->cookie_len > UCSEC_MAX_COOKIE_LEN)
		abort();
	for (size_t i = 0; i < trunk->prefix_count; i++)
		if (trunk->prefixes[i].len >
		    (trunk->prefixes[i].family == AF_INET ? 32 : 128))
			abort();
	return 0;
}

static void queue_message(const uint8_t *head, size_t len)
{
	static const uint16_t types[] = {
		FAKE_FAMILY, NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN,
		NLMSG_NOOP, FAKE_FAMILY + 1,
	};
	static const uint16_t flags[] = {
		NLM_F_MULTI, NLM_F_DUMP_INTR, NLM_F_CAPPED, NLM_F_ACK_TLVS,
	};
	struct nlmsghdr *nlh = calloc(1, NLMSG_HDRLEN + len);

	nlh->nlmsg_len = NLMSG_HDRLEN + len;
	nlh->nlmsg_type = types[head[0] % 6];
	for (int i = 0; i < 4; i++)
		nlh->nlmsg_flags |= head[1] & 1 << i ? flags[i] : 0;
	/* Now and then the length lies. */
	if (head[1] & 0x80)
		nlh->nlmsg_len += (head[1] & 0x70) - 0x30;
	memcpy(nlmsg_data(nlh), head + 3, len);
	fake_queue_raw(nlh, NLMSG_HDRLEN + len);
	free(nlh);
}

static void ask_acl(struct ucsec *h, uint8_t which)
{
	struct ucsec_prefix prefix = { .family = AF_INET, .len = 32 };
	struct ucsec_trunk trunk = {
		.have = UCSEC_TR_KIND | UCSEC_TR_COOKIE, .cookie_len = 4,
		.prefixes = &prefix, .prefix_count = 1,
	};
	struct ucsec_trial trial = { .payload = "", .payload_len = 1 };
	struct ucsec_judgement judgement;
	struct ucsec_acl acl;
	uint32_t id;
	size_t at;

	switch (which) {
	case 8:
		ucsec_trunk_new(h, &trunk, &id);
		break;
	case 9:
		ucsec_trunk_dump(h, 3, on_trunk, NULL);
		break;
	case 10:
		ucsec_trunk_dump(h, 0, on_trunk, NULL);
		break;
	case 11:
		ucsec_acl_replace(h, "a", 1, &trunk, 1, &at);
		break;
	case 12:
		if (!ucsec_acl_get(h, &acl) &&
		    acl.port_count > UCSEC_MAX_ACL_PORTS)
			abort();
		break;
	case 13:
		if (!ucsec_acl_test(h, &trial, &judgement) &&
		    judgement.cookie_len > UCSEC_MAX_COOKIE_LEN)
			abort();
		break;
	case 14:
		ucsec_prefix_del(h, 3, &prefix, 1);
		break;
	default:
		ucsec_trunk_dump(h, 0, on_trunk, NULL);
	}
	if (strlen(ucsec_error(h)->value) >= sizeof(ucsec_error(h)->value))
		abort();
}

static void ask(struct ucsec *h, uint8_t which)
{
	struct ucsec_stream stream = { .have = UCSEC_HAVE_IN | UCSEC_HAVE_RX };
	struct ucsec_params params = { .have = 2 };
	struct ucsec_stats stats;
	uint32_t id;

	stream.rx.key_count = 2;
	if (which % 16 > 7) {
		ask_acl(h, which % 16);
		return;
	}
	switch (which % 8) {
	case 0:
		ucsec_stream_new(h, &stream, &id);
		break;
	case 1:
		ucsec_stream_get(h, 1, &stream);
		break;
	case 2:
		ucsec_stream_dump(h, on_stream, NULL);
		break;
	case 3:
		ucsec_suite_dump(h, on_suite, NULL);
		break;
	case 4:
		ucsec_stats_get(h, &stats);
		break;
	case 5:
		ucsec_params_get(h, &params);
		break;
	case 6:
		ucsec_params_set(h, &params);
		break;
	case 7:
		ucsec_event_dispatch(h, on_notice, NULL);
		break;
	}
	if (strlen(ucsec_error(h)->sentence) == 1000 ||
	    strlen(ucsec_error(h)->attribute) == 1000)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ucsec *h;
	uint8_t which;
	size_t len;

	if (!size)
		return 0;
	which = *data++;
	size--;
	fake_reset();
	if (ucsec_open(&h))
		abort();
	ucsec_event_subscribe(h);
	for (int i = 0; i < 60 && size > 3; i++) {
		len = data[2] < size - 3 ? data[2] : size - 3;
		queue_message(data, len);
		data += 3 + len;
		size -= 3 + len;
	}
	ask(h, which);
	ucsec_close(h);
	fake_reset();
	return 0;
}
