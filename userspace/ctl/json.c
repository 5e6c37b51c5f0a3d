// SPDX-License-Identifier: GPL-2.0
/*
 * The JSON contract of ucsecctl(8): members never vanish, what is absent is
 * null.
 */
#include <net/if.h>
#include <arpa/inet.h>
#include <string.h>

#include "ctl.h"

/* Out of memory ends in NULL, which print_json() reports. */
static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void set_int(json_t *object, const char *key, uint64_t value)
{
	set(object, key, json_integer(value));
}

static void set_int_if(json_t *object, const char *key, bool have,
		       uint64_t value)
{
	set(object, key, have ? json_integer(value) : json_null());
}

static json_t *json_of_endpoint(const struct ucsec_endpoint *ep, bool have)
{
	char text[INET6_ADDRSTRLEN];
	char dev[IF_NAMESIZE];
	bool scoped = ep->have & UCSEC_EP_IFINDEX;
	json_t *object;

	if (!have)
		return json_null();
	object = json_object();
	set(object, "address", ep->family != AF_UNSPEC &&
	    inet_ntop(ep->family, &ep->addr, text, sizeof(text)) ?
	    json_string(text) : json_null());
	set_int_if(object, "port", ep->have & UCSEC_EP_PORT, ep->port);
	set_int_if(object, "rtcp_port", ep->have & UCSEC_EP_RTCP_PORT,
		   ep->rtcp_port);
	set_int_if(object, "ifindex", scoped, ep->ifindex);
	set(object, "dev", scoped && if_indextoname(ep->ifindex, dev) ?
	    json_string(dev) : json_null());
	return object;
}

static json_t *json_of_crypto(const struct ucsec_crypto *crypto, bool have)
{
	const char *name = ucsec_suite_name(crypto->suite);
	json_t *object;

	if (!have)
		return json_null();
	object = json_object();
	set(object, "suite", name ? json_string(name) : json_null());
	set_int(object, "keys", crypto->key_count);
	set_int(object, "mki_len", crypto->mki_len);
	return object;
}

static json_t *json_of_flags(uint32_t flags)
{
	json_t *array = json_array();
	char unknown[16];

	for (int bit = 0; bit < 32; bit++) {
		const char *name = ucsec_flag_name(1u << bit);

		if (!(flags & 1u << bit))
			continue;
		snprintf(unknown, sizeof(unknown), "flag-%d", bit);
		json_array_append_new(array,
				      json_string(name ? name : unknown));
	}
	return array;
}

json_t *json_of_cookie(const uint8_t *cookie, uint32_t len, bool have)
{
	char text[COOKIE_TEXT_LEN];

	if (!have)
		return json_null();
	format_cookie(cookie, len, text);
	return json_string(text);
}

static json_t *json_of_ssrc(const struct ucsec_ssrc *ssrc)
{
	json_t *object = json_object();
	uint32_t have = ssrc->have;

	set_int(object, "ssrc", ssrc->ssrc);
	set_int_if(object, "out_ssrc", have & UCSEC_SSRC_OUT, ssrc->out_ssrc);
	set_int_if(object, "rx_roc", have & UCSEC_SSRC_RX_ROC, ssrc->rx_roc);
	set_int_if(object, "rx_seq", have & UCSEC_SSRC_RX_SEQ, ssrc->rx_seq);
	set_int_if(object, "rx_rtcp_index", have & UCSEC_SSRC_RX_RTCP,
		   ssrc->rx_rtcp_index);
	set_int_if(object, "tx_roc", have & UCSEC_SSRC_TX_ROC, ssrc->tx_roc);
	set_int_if(object, "tx_seq", have & UCSEC_SSRC_TX_SEQ, ssrc->tx_seq);
	set_int_if(object, "tx_rtcp_index", have & UCSEC_SSRC_TX_RTCP,
		   ssrc->tx_rtcp_index);
	return object;
}

/* Every reason with a name is there, counted or not; others if counted. */
static json_t *json_of_drops(const uint64_t *drops)
{
	json_t *object = json_object();
	char buf[16];

	for (unsigned int i = 0; i < UCSEC_DROP_ROOM; i++)
		if (drops[i] || (i && ucsec_drop_name(i)))
			set_int(object, reason_name(i, buf, sizeof(buf)),
				drops[i]);
	return object;
}

json_t *json_of_stats(const struct ucsec_stats *stats, bool of_namespace)
{
	json_t *object = json_object();

	set_int(object, "rx_packets", stats->rx_packets);
	set_int(object, "rx_bytes", stats->rx_bytes);
	set_int(object, "tx_packets", stats->tx_packets);
	set_int(object, "tx_bytes", stats->tx_bytes);
	set_int(object, "up_packets", stats->up_packets);
	set_int(object, "rtcp_packets", stats->rtcp_packets);
	set_int(object, "restarts", stats->restarts);
	set(object, "drops", json_of_drops(stats->drops));
	if (!of_namespace)
		return object;
	set_int(object, "streams", stats->streams);
	set_int(object, "events_sent", stats->events_sent);
	set_int(object, "events_lost", stats->events_lost);
	return object;
}

static void set_stream_numbers(json_t *object, const struct ucsec_stream *s)
{
	json_t *ssrcs = json_array();

	set_int_if(object, "window", s->have & UCSEC_HAVE_WINDOW, s->window);
	set_int_if(object, "max_ssrcs", s->have & UCSEC_HAVE_MAX_SSRCS,
		   s->max_ssrcs);
	set_int_if(object, "idle", s->have & UCSEC_HAVE_IDLE, s->idle);
	set_int_if(object, "dscp", s->have & UCSEC_HAVE_DSCP, s->dscp);
	set_int_if(object, "memory", s->have & UCSEC_HAVE_MEMORY, s->memory);
	for (uint32_t i = 0; i < s->ssrc_count; i++)
		json_array_append_new(ssrcs, json_of_ssrc(&s->ssrcs[i]));
	set(object, "ssrcs", ssrcs);
}

json_t *json_of_stream(const struct ucsec_stream *s)
{
	json_t *object = json_object();
	uint32_t have = s->have;

	set_int(object, "id", s->id);
	set(object, "cookie", json_of_cookie(s->cookie, s->cookie_len,
					     have & UCSEC_HAVE_COOKIE));
	set_int_if(object, "pair", have & UCSEC_HAVE_PAIR && s->pair, s->pair);
	set(object, "in", json_of_endpoint(&s->in, have & UCSEC_HAVE_IN));
	set(object, "from", json_of_endpoint(&s->from, have & UCSEC_HAVE_FROM));
	set(object, "latched",
	    json_of_endpoint(&s->latched, have & UCSEC_HAVE_LATCHED));
	set(object, "out", json_of_endpoint(&s->out, have & UCSEC_HAVE_OUT));
	set(object, "to", json_of_endpoint(&s->to, have & UCSEC_HAVE_TO));
	set(object, "rx", json_of_crypto(&s->rx, have & UCSEC_HAVE_RX));
	set(object, "tx", json_of_crypto(&s->tx, have & UCSEC_HAVE_TX));
	set(object, "flags", json_of_flags(s->flags));
	set_stream_numbers(object, s);
	set(object, "stats", json_of_stats(&s->stats, false));
	return object;
}

static json_t *json_of_driver(const char *name)
{
	return name[0] ? json_string(name) : json_null();
}

json_t *json_of_suite(const struct ucsec_suite_info *suite)
{
	json_t *object = json_object();

	set(object, "suite", json_string(suite->name));
	set_int(object, "key_len", suite->key_len);
	set_int(object, "salt_len", suite->salt_len);
	set_int(object, "tag_len", suite->tag_len);
	set_int(object, "rtcp_tag_len", suite->rtcp_tag_len);
	set(object, "cipher_driver", json_of_driver(suite->cipher_driver));
	set(object, "auth_driver", json_of_driver(suite->auth_driver));
	return object;
}

/* Named as on the command line, with underscores for jq's sake. */
json_t *json_of_params(const struct ucsec_params *params)
{
	json_t *object = json_object();
	char name[32];

	for (int i = 1; i < UCSEC_PARAM_COUNT; i++) {
		snprintf(name, sizeof(name), "%s", ucsec_param_name(i));
		for (char *dash = name; (dash = strchr(dash, '-'));)
			*dash = '_';
		set_int_if(object, name, params->have & 1u << i,
			   params->value[i]);
	}
	return object;
}

/* Of trunks or unknown sources; all others are of a stream. */
bool is_of_acl(const struct ucsec_notice *notice)
{
	return notice->event == UCSEC_EVENT_DENIAL_BURST ||
		notice->event == UCSEC_EVENT_DENIAL_BURST_OVER;
}

json_t *json_of_notice(const struct ucsec_notice *notice)
{
	const char *name = ucsec_event_name(notice->event);
	json_t *object = json_object();
	uint32_t have = notice->have;

	set(object, "event", json_string(name ? name : "unknown"));
	set_int_if(object, "id", !is_of_acl(notice), notice->id);
	set(object, "cookie", json_of_cookie(notice->cookie, notice->cookie_len,
					     have & UCSEC_HAVE_COOKIE));
	set(object, "in", json_of_endpoint(&notice->in, have & UCSEC_HAVE_IN));
	set(object, "latched", json_of_endpoint(&notice->latched,
						have & UCSEC_HAVE_LATCHED));
	set_int(object, "count", notice->count);
	set_int_if(object, "trunk", have & UCSEC_HAVE_TRUNK, notice->trunk);
	set(object, "verdicts", have & UCSEC_HAVE_VERDICTS ?
	    json_of_verdicts(&notice->verdicts) : json_null());
	return object;
}

/* One line, so that a reader of monitor may split at the ends of lines. */
enum status print_json(json_t *json)
{
	int err = !json || json_dumpf(json, stdout, JSON_COMPACT);

	json_decref(json);
	if (err) {
		fputs("ucsecctl: cannot write JSON\n", stderr);
		return STATUS_FAILED;
	}
	putchar('\n');
	return STATUS_OK;
}
