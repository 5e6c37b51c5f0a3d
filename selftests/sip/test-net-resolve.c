// SPDX-License-Identifier: GPL-2.0
// RFC 3263 against a DNS server of our own: which hops, in which order.

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "nameserver.h"
#include "net/net.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct record records[] = {
	{ "plain.example", "A 192.0.2.1", 60 },
	{ "plain.example", "AAAA 2001:db8::1", 60 },
	{ "alias.example", "CNAME plain.example", 60 },
	{ "full.example", "NAPTR 20 10 s SIP+D2U _sip._udp.full.example", 60 },
	{ "full.example", "NAPTR 10 20 s SIP+D2T _sip._tcp.full.example", 60 },
	{ "full.example", "NAPTR 10 10 s SIPS+D2T _sips._tcp.full.example",
	  60 },
	{ "full.example", "NAPTR 1 1 u E2U+sip x.full.example", 60 },
	{ "full.example", "NAPTR 1 1 s SIP+D2X x.full.example", 60 },
	{ "_sip._udp.full.example", "SRV 1 1 5070 u.full.example", 60 },
	{ "_sip._tcp.full.example", "SRV 2 1 5080 t2.full.example", 60 },
	{ "_sip._tcp.full.example", "SRV 1 1 5081 t1.full.example", 60 },
	{ "_sips._tcp.full.example", "SRV 1 1 5091 s.full.example", 60 },
	{ "u.full.example", "A 192.0.2.10", 60 },
	{ "t1.full.example", "A 192.0.2.11", 60 },
	{ "t2.full.example", "A 192.0.2.12", 60 },
	{ "s.full.example", "A 192.0.2.13", 60 },
	{ "_sip._tcp.srv.example", "SRV 1 0 5082 t.srv.example", 60 },
	{ "_sip._udp.srv.example", "SRV 1 0 5083 t.srv.example", 60 },
	{ "t.srv.example", "A 192.0.2.20", 60 },
	{ "_sip._udp.off.example", "SRV 0 0 0 .", 60 },
	{ "off.example", "A 192.0.2.30", 60 },
	{ "_sip._udp.weight.example", "SRV 1 10 1001 w1.weight.example", 60 },
	{ "_sip._udp.weight.example", "SRV 1 90 1002 w2.weight.example", 60 },
	{ "_sip._udp.weight.example", "SRV 0 0 1003 w3.weight.example", 60 },
	{ "w1.weight.example", "A 192.0.2.41", 0 },
	{ "w2.weight.example", "A 192.0.2.42", 0 },
	{ "w3.weight.example", "A 192.0.2.43", 0 },
	{ "broken.example", "SERVFAIL", 0 },
	{ "huge.example", "HUGE", 0 },
	{ NULL, NULL, 0 },
};

static struct event_base *base;
static struct net *net;

static struct {
	unsigned int calls;
	int err;
	size_t n;
	struct net_hop hops[NET_HOPS_MAX];
	char text[1024];
} seen;

static void on_resolved(void *arg, int err, const struct net_hop *hops,
			size_t n)
{
	char addr[NET_ADDR_LEN + 8], *at = seen.text;
	size_t i;

	(void)arg;
	seen.calls++;
	seen.err = err;
	seen.n = n;
	*at = '\0';
	for (i = 0; i < n; i++) {
		seen.hops[i] = hops[i];
		at += sprintf(at, "%s%s/%s", i ? " " : "",
			      net_transport_name(hops[i].transport),
			      net_addr_full(&hops[i].addr, addr,
					    sizeof(addr)));
	}
}

static void look_up(const struct net_query *query)
{
	memset(&seen, 0, sizeof(seen));
	if (!net_resolve(net, query, on_resolved, NULL) || seen.calls)
		abort();
	while (!seen.calls)
		event_base_loop(base, EVLOOP_ONCE);
}

static const struct {
	struct net_query query;
	int err;
	const char *hops;
} rows[] = {
	{ { "192.0.2.9", 0, NET_ANY, false }, 0, "UDP/192.0.2.9:5060" },
	{ { "192.0.2.9", 5099, NET_TCP, false }, 0, "TCP/192.0.2.9:5099" },
	{ { "[2001:db8::9]", 0, NET_ANY, true }, 0,
	  "TLS/[2001:db8::9]:5061" },
	{ { "plain.example", 5070, NET_ANY, false }, 0,
	  "UDP/[2001:db8::1]:5070 UDP/192.0.2.1:5070" },
	{ { "plain.example", 0, NET_ANY, false }, 0,
	  "UDP/[2001:db8::1]:5060 UDP/192.0.2.1:5060" },
	{ { "plain.example", 0, NET_TLS, false }, 0,
	  "TLS/[2001:db8::1]:5061 TLS/192.0.2.1:5061" },
	{ { "PLAIN.example", 0, NET_ANY, true }, 0,
	  "TLS/[2001:db8::1]:5061 TLS/192.0.2.1:5061" },
	{ { "alias.example", 1, NET_UDP, false }, 0,
	  "UDP/[2001:db8::1]:1 UDP/192.0.2.1:1" },
	{ { "full.example", 0, NET_ANY, false }, 0,
	  "TLS/192.0.2.13:5091 TCP/192.0.2.11:5081 TCP/192.0.2.12:5080 "
	  "UDP/192.0.2.10:5070" },
	{ { "full.example", 0, NET_ANY, true }, 0, "TLS/192.0.2.13:5091" },
	{ { "full.example", 0, NET_UDP, false }, 0, "UDP/192.0.2.10:5070" },
	{ { "srv.example", 0, NET_ANY, false }, 0,
	  "TCP/192.0.2.20:5082 UDP/192.0.2.20:5083" },
	{ { "srv.example", 0, NET_ANY, true }, -ENOENT, "" },
	{ { "off.example", 0, NET_UDP, false }, -ENOENT, "" },
	{ { "off.example", 5060, NET_UDP, false }, 0, "UDP/192.0.2.30:5060" },
	{ { "no.example", 0, NET_ANY, false }, -ENOENT, "" },
	{ { "broken.example", 5060, NET_UDP, false }, -EAGAIN, "" },
	{ { "huge.example", 5060, NET_UDP, false }, -ENOENT, "" },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		look_up(&rows[i].query);
		ok(seen.err == rows[i].err && !strcmp(seen.text, rows[i].hops),
		   "%s port %u %s%s: %s", rows[i].query.host,
		   rows[i].query.port,
		   net_transport_name(rows[i].query.transport),
		   rows[i].query.secure ? " secure" : "", seen.text);
	}
}

/* A new cache each time, so that the order is drawn anew. */
static void test_weights(const struct net_addr *server)
{
	const struct net_query query = { "weight.example", 0, NET_UDP, false };
	unsigned int first = 0, heavy = 0, light = 0, i;

	for (i = 0; i < 100; i++) {
		net_resolve_server(net, server);
		look_up(&query);
		if (seen.n != 3)
			continue;
		first += net_addr_port(&seen.hops[0].addr) == 1003;
		heavy += net_addr_port(&seen.hops[1].addr) == 1002;
		light += net_addr_port(&seen.hops[1].addr) == 1001;
	}
	ok(first == 100, "priority before weight");
	ok(heavy > light && light, "by weight: %u to %u", heavy, light);
}

static void test_cache(const struct net_addr *server)
{
	const struct net_query query = { "plain.example", 1, NET_UDP, false };
	const struct net_query none = { "no.example", 1, NET_UDP, false };
	unsigned int before;

	net_resolve_server(net, server);
	look_up(&query);
	look_up(&none);
	before = nameserver_questions();
	look_up(&query);
	ok(!seen.err && seen.n == 2, "from the cache");
	look_up(&none);
	ok(seen.err == -ENOENT, "that there is none, too");
	ok(nameserver_questions() == before, "without a question");
}

int main(void)
{
	static const struct net_ops ops;
	const struct net_query query = { "plain.example", 2, NET_UDP, false };
	struct net_lookup *lookup;
	struct net_addr server;

	base = event_base_new();
	net = net_new(base, NULL, &ops, NULL);
	nameserver_start(&server, records);
	net_resolve_server(net, &server);
	test_rows();
	test_weights(&server);
	test_cache(&server);
	memset(&seen, 0, sizeof(seen));
	lookup = net_resolve(net, &query, on_resolved, NULL);
	net_resolve_cancel(lookup);
	look_up(&(struct net_query){ "plain.example", 3, NET_UDP, false });
	ok(seen.calls == 1 && net_addr_port(&seen.hops[0].addr) == 3,
	   "a cancelled one does not call");
	net_resolve(net, &query, on_resolved, NULL);
	net_free(net);
	ok(seen.calls == 1, "nor one that net does not live to see");
	nameserver_stop();
	event_base_free(base);
	return tap_end();
}
