// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl stream show: is this call in the kernel, and what becomes of it?
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include "ctl.h"

/* What is to be shown, and what was. */
struct show {
	bool json;
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;	/* 0: all streams */
	json_t *array;
	unsigned int count;
};

static void print_endpoint(const char *label, const struct ucsec_endpoint *ep)
{
	char text[UCSEC_ENDPOINT_TEXT_LEN];
	char dev[IF_NAMESIZE];

	ucsec_endpoint_format(ep, text, sizeof(text));
	printf("  %-8s %s", label, text);
	if (ep->have & UCSEC_EP_RTCP_PORT && ep->rtcp_port != ep->port + 1)
		printf(" rtcp %u", ep->rtcp_port);
	if (strchr(text, '%'))
		;	/* the address names its interface */
	else if (ep->have & UCSEC_EP_IFINDEX &&
		 if_indextoname(ep->ifindex, dev))
		printf(" dev %s", dev);
	else if (ep->have & UCSEC_EP_IFINDEX)
		printf(" ifindex %u", ep->ifindex);
	putchar('\n');
}

static void print_crypto(const char *label, const struct ucsec_crypto *crypto,
			 bool is_protected)
{
	const char *name = ucsec_suite_name(crypto->suite);

	if (!is_protected) {
		printf("  %-8s plain RTP\n", label);
		return;
	}
	printf("  %-8s %s, %u key%s", label, name ? name : "unknown suite",
	       crypto->key_count, crypto->key_count == 1 ? "" : "s");
	if (crypto->mki_len)
		printf(", MKI of %u byte%s", crypto->mki_len,
		       crypto->mki_len == 1 ? "" : "s");
	putchar('\n');
}

static void print_flags(uint32_t flags)
{
	if (!flags)
		return;
	printf("  %-8s", "flags");
	for (int bit = 0; bit < 32; bit++) {
		const char *name = ucsec_flag_name(1u << bit);

		if (!(flags & 1u << bit))
			continue;
		if (name)
			printf(" %s", name);
		else
			printf(" flag-%d", bit);
	}
	putchar('\n');
}

static void print_ssrc(const struct ucsec_ssrc *ssrc)
{
	printf("  %-8s 0x%08x", "ssrc", ssrc->ssrc);
	if (ssrc->have & UCSEC_SSRC_OUT && ssrc->out_ssrc != ssrc->ssrc)
		printf(" as 0x%08x", ssrc->out_ssrc);
	if (ssrc->have & UCSEC_SSRC_RX_ROC)
		printf(", rx %u:%u", ssrc->rx_roc, ssrc->rx_seq);
	if (ssrc->have & UCSEC_SSRC_TX_ROC)
		printf(", tx %u:%u", ssrc->tx_roc, ssrc->tx_seq);
	putchar('\n');
}

static void print_limits(const struct ucsec_stream *s)
{
	printf("  %-8s window %u, %u of %u SSRCs, ", "limits", s->window,
	       s->ssrc_count, s->max_ssrcs);
	if (s->have & UCSEC_HAVE_IDLE && s->idle)
		printf("idle %u s, ", s->idle);
	if (s->have & UCSEC_HAVE_DSCP)
		printf("dscp %u, ", s->dscp);
	printf("%u bytes\n", s->memory);
}

void print_drops(const struct ucsec_stats *stats)
{
	uint64_t sum = 0;
	char buf[16];

	for (unsigned int i = 0; i < UCSEC_DROP_ROOM; i++)
		sum += stats->drops[i];
	printf("  %-8s %" PRIu64 " packets\n", "dropped", sum);
	for (unsigned int i = 0; i < UCSEC_DROP_ROOM; i++) {
		const char *about = i ? ucsec_drop_about(i) : NULL;

		if (stats->drops[i])
			printf("    %-12s %10" PRIu64 "%s%s\n",
			       reason_name(i, buf, sizeof(buf)),
			       stats->drops[i], about ? "  " : "",
			       about ? about : "");
	}
}

static void print_stats(const struct ucsec_stats *stats)
{
	printf("  %-8s %" PRIu64 " packets, %" PRIu64 " bytes\n", "received",
	       stats->rx_packets, stats->rx_bytes);
	printf("  %-8s %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64
	       " of them RTCP\n", "sent", stats->tx_packets, stats->tx_bytes,
	       stats->rtcp_packets);
	if (stats->up_packets)
		printf("  %-8s %" PRIu64 " packets\n", "up",
		       stats->up_packets);
	if (stats->restarts)
		printf("  %-8s %" PRIu64 "\n", "restarts", stats->restarts);
	print_drops(stats);
}

void print_stream(const struct ucsec_stream *s)
{
	printf("stream %u", s->id);
	if (s->have & UCSEC_HAVE_PAIR && s->pair)
		printf(" pair %u", s->pair);
	putchar('\n');
	if (s->have & UCSEC_HAVE_COOKIE) {
		printf("  %-8s ", "cookie");
		print_cookie(s->cookie, s->cookie_len);
		putchar('\n');
	}
	print_endpoint("in", &s->in);
	if (s->have & UCSEC_HAVE_FROM)
		print_endpoint("from", &s->from);
	if (s->have & UCSEC_HAVE_LATCHED)
		print_endpoint("latched", &s->latched);
	print_endpoint("out", &s->out);
	print_endpoint("to", &s->to);
	print_crypto("rx", &s->rx, s->have & UCSEC_HAVE_RX);
	print_crypto("tx", &s->tx, s->have & UCSEC_HAVE_TX);
	print_flags(s->flags);
	print_limits(s);
	for (uint32_t i = 0; i < s->ssrc_count; i++)
		print_ssrc(&s->ssrcs[i]);
	print_stats(&s->stats);
}

static bool is_wanted(const struct show *show, const struct ucsec_stream *s)
{
	return !show->cookie_len ||
		(s->cookie_len == show->cookie_len &&
		 !memcmp(s->cookie, show->cookie, show->cookie_len));
}

static int show_one(const struct ucsec_stream *stream, void *arg)
{
	struct show *show = arg;

	if (!is_wanted(show, stream))
		return 0;
	if (show->json) {
		json_array_append_new(show->array, json_of_stream(stream));
	} else {
		if (show->count)
			putchar('\n');
		print_stream(stream);
	}
	show->count++;
	return 0;
}

static enum status show_id(struct ctl *ctl, uint32_t id)
{
	struct ucsec_stream stream;

	if (ctl_open(ctl))
		return STATUS_FAILED;
	if (ucsec_stream_get(ctl->handle, id, &stream))
		return fail_request(ctl);
	if (ctl->json)
		return print_json(json_of_stream(&stream));
	print_stream(&stream);
	return STATUS_OK;
}

/* A list that never settled is shown all the same, and the status tells. */
static enum status show_list(struct ctl *ctl, struct show *show)
{
	enum status status = STATUS_OK;
	int err;

	if (ctl_open(ctl))
		return STATUS_FAILED;
	show->json = ctl->json;
	show->array = ctl->json ? json_array() : NULL;
	err = ucsec_stream_dump(ctl->handle, show_one, show);
	if (err)
		status = fail_request(ctl);
	if (err && err != -EINTR) {
		json_decref(show->array);
		return status;
	}
	if (!err && show->cookie_len && !show->count)
		status = fail(ctl, "no stream has this cookie");
	if (ctl->json && print_json(show->array))
		status = STATUS_FAILED;
	return status;
}

enum status cmd_stream_show(struct ctl *ctl, char **words)
{
	struct show show = { 0 };
	uint32_t id;

	if (!words[0])
		return show_list(ctl, &show);
	if (!strcmp(words[0], "cookie")) {
		if (!words[1] || words[2] ||
		    parse_cookie(words[1], show.cookie, &show.cookie_len))
			return value_error(ctl, "cookie", "one value of 1 to "
					   "32 bytes is needed");
		return show_list(ctl, &show);
	}
	if (parse_u32(words[0], &id))
		return usage_error(ctl, "the id of a stream is a number",
				   words[0]);
	if (words[1])
		return usage_error(ctl, "one word too many", words[1]);
	return show_id(ctl, id);
}
