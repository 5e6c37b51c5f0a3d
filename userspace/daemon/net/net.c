// SPDX-License-Identifier: GPL-2.0
// The whole of net/: made, counted, freed.

#include <stdlib.h>
#include <time.h>

#include "net/internal.h"

static void set_default(unsigned int *value, unsigned int otherwise)
{
	if (!*value)
		*value = otherwise;
}

static void fill_limits(struct net_limits *limits)
{
	set_default(&limits->conns, 32768);
	set_default(&limits->conns_per_source, 512);
	set_default(&limits->handshakes, 256);
	set_default(&limits->handshakes_per_source, 32);
	set_default(&limits->handshake_ms, 10000);
	set_default(&limits->message_ms, 10000);
	set_default(&limits->idle_ms, 900000);
	if (!limits->message_bytes)
		limits->message_bytes = 64 * 1024;
	if (!limits->queued_bytes)
		limits->queued_bytes = 256 * 1024;
	if (!limits->held_bytes)
		limits->held_bytes = 256 * 1024 * 1024;
}

void net_limit(struct net *net, const struct net_limits *limits)
{
	net->limits = limits ? *limits : (struct net_limits){};
	fill_limits(&net->limits);
}

void net_set_mark(struct net *net, uint32_t mark)
{
	net->mark = mark;
}

struct net *net_new(struct event_base *base, const struct net_limits *limits,
		    const struct net_ops *ops, void *arg)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		return NULL;
	net->base = base;
	net->ops = ops;
	net->arg = arg;
	net->refs = 1;
	net_limit(net, limits);
	net_turn_open(net);
	net->crowd = crowd_new();
	net->handshakes = crowd_new();
	/* A datagram of any size must fit. */
	net->buffer_size = 64 * 1024;
	net->buffer = malloc(net->buffer_size);
	if (!net->crowd || !net->handshakes || !net->buffer) {
		net_put(net);
		return NULL;
	}
	return net;
}

void net_hold(struct net *net)
{
	net->refs++;
}

void net_put(struct net *net)
{
	if (--net->refs)
		return;
	crowd_free(net->crowd);
	crowd_free(net->handshakes);
	free(net->buffer);
	free(net);
}

/*
 * Connections that others hold keep net's memory; they are closed, so none of
 * them touches what is freed here.
 */
void net_free(struct net *net)
{
	struct net_stream *stream;

	if (!net)
		return;
	while ((stream = LIST_FIRST(&net->accepted)) ||
	       (stream = LIST_FIRST(&net->outgoing)))
		net_stream_finish(stream, -ESHUTDOWN);
	net->freed = true;
	net_turn_close(net);
	net_review_stop(net);
	net_listeners_free(net);
	net_resolver_free(net->resolver);
	net->resolver = NULL;
	net_tls_free(net);
	net_put(net);
}

const struct net_counters *net_counters(const struct net *net)
{
	return &net->counters;
}

int64_t net_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

const char *net_transport_name(enum net_transport transport)
{
	static const char *const names[] = {
		[NET_ANY] = "any",
		[NET_UDP] = "UDP",
		[NET_TCP] = "TCP",
		[NET_TLS] = "TLS",
	};

	return names[transport];
}
