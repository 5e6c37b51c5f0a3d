// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of the daemon as calls of libucsec. Only streams whose cookie has
 * the daemon's magic are looked at, changed or removed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mediad/mediad.h"

/* The flags are ours: the kernel's numbers are none of the daemon's business. */
static const struct { uint16_t ours; uint32_t kernel; } flags[] = {
	{ MEDIAD_RX_MUX, UCSEC_F_RX_RTCP_MUX },
	{ MEDIAD_TX_MUX, UCSEC_F_TX_RTCP_MUX },
	{ MEDIAD_STRICT, UCSEC_F_STRICT },
	{ MEDIAD_LATCH, UCSEC_F_LATCH },
	{ MEDIAD_ROC_RESET, UCSEC_F_ROC_RESET },
};

int mediad_kernel_open(struct mediad_kernel *kernel)
{
	int err;

	memset(kernel, 0, sizeof(*kernel));
	err = ucsec_open(&kernel->requests);
	if (!err)
		err = ucsec_open(&kernel->events);
	if (!err)
		err = ucsec_event_subscribe(kernel->events);
	if (err)
		mediad_kernel_close(kernel);
	return err;
}

void mediad_kernel_close(struct mediad_kernel *kernel)
{
	ucsec_close(kernel->requests);
	ucsec_close(kernel->events);
	memset(kernel, 0, sizeof(*kernel));
}

static void to_kernel(const struct mediad_endpoint *from,
		      struct ucsec_endpoint *to)
{
	memset(to, 0, sizeof(*to));
	to->family = from->family == 6 ? AF_INET6 : AF_INET;
	memcpy(&to->addr, from->addr, from->family == 6 ?
	       sizeof(to->addr.addr6) : sizeof(to->addr.addr4));
	to->have = UCSEC_EP_PORT;
	to->port = from->port;
	if (from->rtcp_port) {
		to->have |= UCSEC_EP_RTCP_PORT;
		to->rtcp_port = from->rtcp_port;
	}
}

static void from_kernel(const struct ucsec_endpoint *from,
			struct mediad_endpoint *to)
{
	memset(to, 0, sizeof(*to));
	if (from->family != AF_INET && from->family != AF_INET6)
		return;
	to->family = from->family == AF_INET6 ? 6 : 4;
	memcpy(to->addr, &from->addr, to->family == 6 ?
	       sizeof(from->addr.addr6) : sizeof(from->addr.addr4));
	if (from->have & UCSEC_EP_PORT)
		to->port = from->port;
	if (from->have & UCSEC_EP_RTCP_PORT)
		to->rtcp_port = from->rtcp_port;
}

static int fill_crypto(const struct mediad_crypto *from,
		       struct ucsec_crypto *to)
{
	int suite = ucsec_suite_parse(from->suite);

	if (suite < 0)
		return -EOPNOTSUPP;
	to->suite = (enum ucsec_suite)suite;
	to->key_count = from->key_count;
	for (uint32_t i = 0; i < from->key_count; i++) {
		const struct mediad_key *key = &from->keys[i];

		memcpy(to->keys[i].material, key->material, key->len);
		memcpy(to->keys[i].mki, key->mki, key->mki_len);
		to->keys[i].material_len = key->len;
		to->keys[i].mki_len = key->mki_len;
	}
	return 0;
}

static int fill_stream(const struct mediad_stream *from,
		       struct ucsec_stream *to)
{
	int err = 0;

	memset(to, 0, sizeof(*to));
	to->have = UCSEC_HAVE_TO | UCSEC_HAVE_FLAGS | UCSEC_HAVE_DSCP |
		   UCSEC_HAVE_IDLE;
	to_kernel(&from->to, &to->to);
	if (from->from.family) {
		to->have |= UCSEC_HAVE_FROM;
		to_kernel(&from->from, &to->from);
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		to->flags_mask |= flags[i].kernel;
		if (from->flags & flags[i].ours)
			to->flags |= flags[i].kernel;
	}
	to->dscp = from->dscp;
	to->idle = from->idle;
	if (from->pair) {
		to->have |= UCSEC_HAVE_PAIR;
		to->pair = from->pair;
	}
	if (from->rx.suite[0]) {
		to->have |= UCSEC_HAVE_RX;
		err = fill_crypto(&from->rx, &to->rx);
	}
	if (!err && from->tx.suite[0]) {
		to->have |= UCSEC_HAVE_TX;
		err = fill_crypto(&from->tx, &to->tx);
	}
	return err;
}

static bool is_ours(const uint8_t *cookie, size_t len)
{
	return len == MEDIAD_COOKIE_LEN &&
	       !memcmp(cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
}

static void name_suite(enum ucsec_suite suite, char name[MEDIAD_SUITE_LEN])
{
	const char *known = ucsec_suite_name(suite);

	snprintf(name, MEDIAD_SUITE_LEN, "%s", known ? known : "unknown");
}

static void fill_item(const struct ucsec_stream *s, struct mediad_item *item)
{
	memset(item, 0, sizeof(*item));
	memcpy(item->cookie, s->cookie, MEDIAD_COOKIE_LEN);
	item->stream = s->id;
	item->pair = s->have & UCSEC_HAVE_PAIR ? s->pair : 0;
	item->idle = s->idle;
	item->dscp = s->dscp;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (s->flags & flags[i].kernel)
			item->flags |= flags[i].ours;
	from_kernel(&s->in, &item->in);
	from_kernel(&s->from, &item->from);
	from_kernel(&s->out, &item->out);
	from_kernel(&s->to, &item->to);
	if (s->have & UCSEC_HAVE_LATCHED)
		from_kernel(&s->latched, &item->latched);
	if (s->have & UCSEC_HAVE_RX)
		name_suite(s->rx.suite, item->rx_suite);
	if (s->have & UCSEC_HAVE_TX)
		name_suite(s->tx.suite, item->tx_suite);
	item->rx_packets = s->stats.rx_packets;
	item->rx_bytes = s->stats.rx_bytes;
	item->tx_packets = s->stats.tx_packets;
	item->tx_bytes = s->stats.tx_bytes;
	item->rtcp_packets = s->stats.rtcp_packets;
	item->drop_auth = s->stats.drops[UCSEC_DROP_AUTH];
	item->drop_replay = s->stats.drops[UCSEC_DROP_REPLAY];
	item->drop_source = s->stats.drops[UCSEC_DROP_SOURCE];
	for (int i = 0; i < UCSEC_DROP_ROOM; i++)
		item->drops += s->stats.drops[i];
}

/* Printable ASCII only, as mediad_check() wants it. */
void mediad_kernel_explain(struct mediad_kernel *kernel, int err,
			   struct mediad_reply *reply)
{
	const struct ucsec_error *error = ucsec_error(kernel->requests);

	snprintf(reply->sentence, sizeof(reply->sentence), "%s",
		 error && error->code == err && error->sentence[0] ?
		 error->sentence : strerror(-err));
	for (char *at = reply->sentence; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

/* The stream of that id, if it is the one the cookie says. */
static int get(struct mediad_kernel *kernel, uint32_t id,
	       const uint8_t *cookie, struct ucsec_stream *stream)
{
	int err = ucsec_stream_get(kernel->requests, id, stream);

	if (err)
		return err;
	if (stream->cookie_len != MEDIAD_COOKIE_LEN ||
	    memcmp(stream->cookie, cookie, MEDIAD_COOKIE_LEN))
		return -ENOENT;
	return 0;
}

static int stream_new(struct mediad_kernel *kernel,
		      const struct mediad_stream *request,
		      struct ucsec_stream *stream, uint32_t *id)
{
	int err = fill_stream(request, stream);

	if (err)
		return err;
	stream->have |= UCSEC_HAVE_IN | UCSEC_HAVE_OUT | UCSEC_HAVE_COOKIE;
	to_kernel(&request->in, &stream->in);
	to_kernel(&request->out, &stream->out);
	memcpy(stream->cookie, request->cookie, MEDIAD_COOKIE_LEN);
	stream->cookie_len = MEDIAD_COOKIE_LEN;
	return ucsec_stream_new(kernel->requests, stream, id);
}

static bool same_place(const struct mediad_endpoint *a,
		       const struct ucsec_endpoint *b)
{
	struct mediad_endpoint other;

	from_kernel(b, &other);
	return a->family == other.family && a->port == other.port &&
	       !memcmp(a->addr, other.addr, sizeof(other.addr));
}

static int stream_set(struct mediad_kernel *kernel,
		      const struct mediad_stream *request,
		      struct ucsec_stream *stream)
{
	int err = get(kernel, request->stream, request->cookie, stream);

	if (err)
		return err;
	if (!same_place(&request->in, &stream->in) ||
	    !same_place(&request->out, &stream->out))
		return -EADDRNOTAVAIL;
	err = fill_stream(request, stream);
	if (err)
		return err;
	stream->have |= UCSEC_HAVE_ID;
	stream->id = request->stream;
	if (request->flags & MEDIAD_RELATCH)
		stream->have |= UCSEC_HAVE_RELATCH;
	return ucsec_stream_set(kernel->requests, stream);
}

struct listing {
	const struct mediad_which *which;
	mediad_item_fn fn;
	void *arg;
};

static int list_one(const struct ucsec_stream *stream, void *arg)
{
	struct listing *listing = arg;
	struct mediad_item item;

	if (!is_ours(stream->cookie, stream->cookie_len) ||
	    memcmp(stream->cookie, listing->which->cookie,
		   listing->which->cookie_len))
		return 0;
	fill_item(stream, &item);
	return listing->fn(listing->arg, &item);
}

int mediad_kernel_list(struct mediad_kernel *kernel,
		       const struct mediad_which *which, mediad_item_fn fn,
		       void *arg)
{
	struct listing listing = { which, fn, arg };

	return ucsec_stream_dump(kernel->requests, list_one, &listing);
}

static int flush_one(void *arg, const struct mediad_item *item)
{
	struct mediad_kernel *kernel = arg;
	int err = ucsec_stream_del(kernel->requests, item->stream);

	return err == -ENOENT ? 0 : err;
}

static int stream_get(struct mediad_kernel *kernel,
		      const struct mediad_which *which,
		      struct ucsec_stream *stream, mediad_item_fn fn,
		      void *arg)
{
	struct mediad_item item;
	int err = get(kernel, which->stream, which->cookie, stream);

	if (err)
		return err;
	fill_item(stream, &item);
	return fn(arg, &item);
}

static int stream_del(struct mediad_kernel *kernel,
		      const struct mediad_which *which,
		      struct ucsec_stream *stream)
{
	int err = get(kernel, which->stream, which->cookie, stream);

	return err ? err : ucsec_stream_del(kernel->requests, which->stream);
}

void mediad_kernel_handle(struct mediad_kernel *kernel,
			  union mediad_message *request,
			  struct mediad_reply *reply, mediad_item_fn fn,
			  void *arg)
{
	struct ucsec_stream stream;
	int err = -ENOSYS;

	switch (request->head.type) {
	case MEDIAD_NEW:
		err = stream_new(kernel, &request->stream, &stream,
				 &reply->stream);
		break;
	case MEDIAD_SET:
		err = stream_set(kernel, &request->stream, &stream);
		break;
	case MEDIAD_DEL:
		err = stream_del(kernel, &request->which, &stream);
		break;
	case MEDIAD_GET:
		err = stream_get(kernel, &request->which, &stream, fn, arg);
		break;
	case MEDIAD_LIST:
		err = mediad_kernel_list(kernel, &request->which, fn, arg);
		break;
	case MEDIAD_FLUSH:
		err = mediad_kernel_list(kernel, &request->which, flush_one,
					 kernel);
		break;
	}
	ucsec_stream_wipe(&stream);
	explicit_bzero(request, sizeof(*request));
	reply->error = err;
	if (err)
		mediad_kernel_explain(kernel, err, reply);
}

/* Of unknown sources there is neither trunk nor cookie. */
static bool denial_event(const struct ucsec_notice *notice,
			 struct mediad_event *event)
{
	bool has_trunk = notice->have & UCSEC_HAVE_TRUNK;

	if (has_trunk && !is_ours(notice->cookie, notice->cookie_len))
		return false;
	memset(event, 0, sizeof(*event));
	if (has_trunk) {
		memcpy(event->cookie, notice->cookie, MEDIAD_COOKIE_LEN);
		event->stream = notice->trunk;
	}
	event->kind = notice->event == UCSEC_EVENT_DENIAL_BURST ?
		MEDIAD_DENIAL_BURST : MEDIAD_DENIAL_BURST_OVER;
	event->count = notice->count;
	return true;
}

bool mediad_kernel_event(const struct ucsec_notice *notice,
			 struct mediad_event *event)
{
	static const uint32_t kinds[] = {
		[UCSEC_EVENT_GONE] = MEDIAD_GONE,
		[UCSEC_EVENT_NO_MEDIA] = MEDIAD_NO_MEDIA,
		[UCSEC_EVENT_LATCHED] = MEDIAD_LATCHED,
		[UCSEC_EVENT_AUTH_BURST] = MEDIAD_AUTH_BURST,
		[UCSEC_EVENT_REPLAY_BURST] = MEDIAD_REPLAY_BURST,
		[UCSEC_EVENT_KEY_NEAR_END] = MEDIAD_KEY_NEAR_END,
		[UCSEC_EVENT_SSRC_LIMIT] = MEDIAD_SSRC_LIMIT,
	};

	if (notice->event == UCSEC_EVENT_DENIAL_BURST ||
	    notice->event == UCSEC_EVENT_DENIAL_BURST_OVER)
		return denial_event(notice, event);
	if (!is_ours(notice->cookie, notice->cookie_len) ||
	    (size_t)notice->event >= sizeof(kinds) / sizeof(*kinds) ||
	    !kinds[notice->event])
		return false;
	memset(event, 0, sizeof(*event));
	memcpy(event->cookie, notice->cookie, MEDIAD_COOKIE_LEN);
	event->stream = notice->id;
	event->kind = kinds[notice->event];
	event->count = notice->count;
	if (notice->have & UCSEC_HAVE_LATCHED)
		from_kernel(&notice->latched, &event->latched);
	return true;
}
