// SPDX-License-Identifier: GPL-2.0
/* Counters of a call's streams, asked of the kernel one by one. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "call/media-internal.h"

struct media_query {
	LIST_ENTRY(media_query) node;
	struct call_media *media;
	struct event *tick;
	call_counters_fn fn;
	void *arg;
	uint32_t request;
	unsigned int line, leg;
};

static void query_free(struct media_query *query)
{
	if (query->request)
		call_mediad_forget(query->media->system->mediad,
				   query->request);
	LIST_REMOVE(query, node);
	event_free(query->tick);
	free(query);
}

void media_queries_cancel(struct call_media *media)
{
	while (!LIST_EMPTY(&media->queries))
		query_free(LIST_FIRST(&media->queries));
}

static void fill(struct call_counters *to, const struct mediad_item *item)
{
	*to = (struct call_counters){
		.rx_packets = item->rx_packets, .rx_bytes = item->rx_bytes,
		.tx_packets = item->tx_packets, .tx_bytes = item->tx_bytes,
		.drops = item->drops, .drop_auth = item->drop_auth,
		.drop_replay = item->drop_replay,
		.drop_source = item->drop_source,
		.rtcp_packets = item->rtcp_packets,
		.latched_port = item->latched.port,
	};
	if (!item->latched.family)
		return;
	to->latched.family = item->latched.family == 6 ? AF_INET6 : AF_INET;
	memcpy(&to->latched.v6, item->latched.addr, item->latched.family == 6 ?
	       sizeof(to->latched.v6) : sizeof(to->latched.v4));
}

static void answered(void *arg, int err, const union mediad_message *reply)
{
	struct media_query *query = arg;
	struct call_counters counters = { 0 };

	/* The item comes first, its verdict later. */
	if (!err && reply && reply->head.type == MEDIAD_ITEM) {
		fill(&counters, &reply->item);
		query->fn(query->arg, 0, query->line,
			  (enum call_leg)query->leg, &counters);
		return;
	}
	query->request = 0;
	if (err)
		query->fn(query->arg, err, query->line,
			  (enum call_leg)query->leg, &counters);
	query->leg++;
	event_active(query->tick, EV_TIMEOUT, 0);
}

static bool ask(struct media_query *query)
{
	const struct call_media *media = query->media;
	union mediad_message request = { 0 };

	request.head.type = MEDIAD_GET;
	media_cookie(media, query->line, (enum call_leg)query->leg,
		     request.which.cookie);
	request.which.cookie_len = MEDIAD_COOKIE_LEN;
	request.which.stream = media->lines[query->line]->stream[query->leg];
	return !call_mediad_send(media->system->mediad, &request, answered,
				 query, &query->request);
}

static void step(evutil_socket_t fd, short what, void *arg)
{
	struct media_query *query = arg;
	call_counters_fn fn = query->fn;
	void *fn_arg = query->arg;

	(void)fd;
	(void)what;
	for (; query->line < CALL_LINES; query->line++) {
		const struct media_line *l =
			query->media->lines[query->line];

		for (; l && query->leg < LEGS; query->leg++)
			if (l->stream[query->leg] && ask(query))
				return;
		query->leg = 0;
	}
	query_free(query);
	fn(fn_arg, 0, CALL_LINES, CALL_LEG_A, NULL);
}

int call_media_query(struct call_media *media, call_counters_fn fn, void *arg)
{
	struct media_query *query = calloc(1, sizeof(*query));

	if (!query)
		return -ENOMEM;
	query->media = media;
	query->fn = fn;
	query->arg = arg;
	query->tick = event_new(media->system->base, -1, 0, step, query);
	if (!query->tick) {
		free(query);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&media->queries, query, node);
	event_active(query->tick, EV_TIMEOUT, 0);
	return 0;
}
