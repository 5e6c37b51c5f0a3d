// SPDX-License-Identifier: GPL-2.0
// Connections: bytes both ways, limits, slow and silent peers, connecting out.

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "net/net.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static struct event_base *base;

/* A message ends with a dot; "!" closes, "?" is an error. */
static struct seen {
	char text[256 * 1024];
	size_t len;
	unsigned int messages, closed;
	int err;
	struct net_conn *conn;		/* a reference to the last one */
} seen;

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	size_t used = 0, i;

	(void)arg;
	for (i = 0; i < len; i++) {
		if (data[i] == '?')
			return -EPROTO;
		if (data[i] == '!')
			net_conn_close(conn);
		if (data[i] != '.')
			continue;
		seen.messages++;
		if (seen.len + i + 1 - used <= sizeof(seen.text)) {
			memcpy(seen.text + seen.len, data + used, i + 1 - used);
			seen.len += i + 1 - used;
		}
		used = i + 1;
	}
	net_conn_put(seen.conn);
	seen.conn = net_conn_get(conn);
	return (ssize_t)used;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg;
	(void)conn;
	seen.closed++;
	seen.err = err;
}

static const struct net_ops ops = {
	.received = on_received,
	.closed = on_closed,
};

static void reset(void)
{
	net_conn_put(seen.conn);
	memset(&seen, 0, sizeof(seen));
}

/* Turns the loop until the condition holds; a test that hangs has failed. */
#define WAIT(condition)						\
	do {							\
		while (!(condition))				\
			event_base_loop(base, EVLOOP_ONCE);	\
	} while (0)

static struct net *make_net(const struct net_limits *limits,
			    enum net_transport transport, const char *host,
			    struct net_addr *addr)
{
	struct net *net = net_new(base, limits, &ops, NULL);

	net_addr_parse(addr, host, 0);
	if (transport != NET_TLS && net_listen(net, transport, false, addr))
		abort();
	return net;
}

static int dial(const struct net_addr *to, int type)
{
	int fd = socket(to->sa.sa_family, type, 0);

	if (fd < 0 || connect(fd, &to->sa, net_addr_size(to)))
		abort();
	return fd;
}

static void put(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		printf("# send: %s\n", strerror(errno));
}

static void test_stream(const char *host)
{
	struct net_addr addr;
	struct net *net = make_net(NULL, NET_TCP, host, &addr);
	int fd = dial(&addr, SOCK_STREAM);
	char buf[8] = "";

	reset();
	put(fd, "one.two.thr");
	WAIT(seen.messages == 2);
	put(fd, "ee.");
	WAIT(seen.messages == 3);
	ok(seen.len == 14 && !memcmp(seen.text, "one.two.three.", 14),
	   "%s: messages over segments", host);
	ok(net_conn_peer(seen.conn)->transport == NET_TCP &&
	   net_conn_peer(seen.conn)->class == NET_CLEAR &&
	   net_addr_equal(&net_conn_peer(seen.conn)->local, &addr),
	   "%s: its facts", host);
	ok(!net_conn_send(seen.conn, "back", 4) &&
	   recv(fd, buf, sizeof(buf), 0) == 4, "%s: and back", host);
	net_conn_close(seen.conn);
	ok(!seen.closed, "%s: the end is told from the loop", host);
	WAIT(seen.closed);
	ok(!seen.err && !recv(fd, buf, sizeof(buf), 0) &&
	   net_conn_send(seen.conn, "x", 1) == -ESHUTDOWN &&
	   !net_conn_is_open(seen.conn), "%s: closed", host);
	close(fd);
	reset();
	fd = dial(&addr, SOCK_STREAM);
	put(fd, "half");
	WAIT(seen.conn);
	close(fd);
	WAIT(seen.closed);
	ok(!seen.err && !seen.messages, "%s: the peer goes", host);
	net_free(net);
	reset();
}

static void test_datagram(const char *host, const char *wildcard)
{
	struct net_addr addr, here;
	struct net *net = make_net(NULL, NET_UDP, wildcard, &addr);
	struct net_target target = { .transport = NET_UDP };
	struct net_conn *conn;
	socklen_t len = sizeof(target.addr);
	char buf[8];
	int fd;

	reset();
	net_addr_parse(&here, host, net_addr_port(&addr));
	fd = dial(&here, SOCK_DGRAM);
	put(fd, "one.");
	WAIT(seen.messages == 1);
	ok(net_addr_equal(&net_conn_peer(seen.conn)->local, &here),
	   "%s: the address that it was for, not the wildcard", host);
	ok(!net_conn_send(seen.conn, "back", 4) &&
	   recv(fd, buf, sizeof(buf), 0) == 4, "%s: and back", host);
	getsockname(fd, &target.addr.sa, &len);
	ok(!net_connect(net, &target, &conn) &&
	   net_addr_equal(&net_conn_peer(conn)->local, &here) &&
	   !net_conn_send(conn, "first", 5) &&
	   recv(fd, buf, sizeof(buf), 0) == 5, "%s: unasked", host);
	net_free(net);
	ok(net_conn_send(conn, "x", 1) == -ESHUTDOWN,
	   "%s: what outlives net is closed", host);
	net_conn_put(conn);
	close(fd);
	reset();
}

static void test_slow(void)
{
	struct net_limits limits = { .message_ms = 50, .idle_ms = 60000 };
	struct net_addr addr;
	struct net *net = make_net(&limits, NET_TCP, "127.0.0.1", &addr);
	int fd = dial(&addr, SOCK_STREAM), other;

	reset();
	/* A byte at a time, as long as anybody listens. */
	while (!seen.closed) {
		if (send(fd, "x", 1, MSG_NOSIGNAL) < 0)
			break;
		event_base_loop(base, EVLOOP_ONCE);
	}
	WAIT(seen.closed);
	ok(seen.err == -ETIMEDOUT && net_counters(net)->closed_slow == 1,
	   "dripping bytes buys no time");
	close(fd);
	net_free(net);

	limits.message_ms = 60000;
	limits.idle_ms = 50;
	net = make_net(&limits, NET_TCP, "127.0.0.1", &addr);
	fd = dial(&addr, SOCK_STREAM);
	reset();
	WAIT(seen.closed);
	ok(seen.err == -ETIMEDOUT && net_counters(net)->closed_idle == 1,
	   "who is silent for long has gone");
	close(fd);
	net_free(net);

	net = make_net(&limits, NET_TCP, "127.0.0.1", &addr);
	fd = dial(&addr, SOCK_STREAM);
	reset();
	put(fd, "x.");
	WAIT(seen.conn);
	net_conn_hold(seen.conn);
	other = dial(&addr, SOCK_STREAM);
	WAIT(seen.closed);
	ok(net_counters(net)->closed_idle == 1 && net_conn_is_open(seen.conn),
	   "but not while somebody holds it");
	net_conn_release(seen.conn);
	WAIT(seen.closed == 2);
	ok(net_counters(net)->closed_idle == 2, "and then it is its turn");
	close(fd);
	close(other);
	net_free(net);
	reset();
}

static void test_size(void)
{
	struct net_limits limits = { .message_bytes = 1000 };
	struct net_addr addr;
	struct net *net = make_net(&limits, NET_TCP, "127.0.0.1", &addr);
	int fd = dial(&addr, SOCK_STREAM);
	char text[1001];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[999] = '.';
	reset();
	put(fd, text);
	WAIT(seen.messages);
	ok(seen.len == 1000, "as long as it may be");
	text[999] = 'x';
	put(fd, text);
	put(fd, ".");
	WAIT(seen.closed);
	ok(seen.err == -EMSGSIZE && seen.messages == 1, "longer");
	close(fd);
	fd = dial(&addr, SOCK_STREAM);
	reset();
	put(fd, "a?");
	WAIT(seen.closed);
	ok(seen.err == -EPROTO, "refused by who reads");
	close(fd);
	net_free(net);
	reset();
}

static void test_queue(void)
{
	struct net_limits limits = { .queued_bytes = 300000 };
	struct net_addr addr;
	struct net *net = make_net(&limits, NET_TCP, "127.0.0.1", &addr);
	static char block[100000];
	size_t sent = 0, got = 0;
	int fd = dial(&addr, SOCK_STREAM), err = 0;
	ssize_t n;

	reset();
	put(fd, "x.");
	WAIT(seen.messages);
	while (!err) {
		err = net_conn_send(seen.conn, block, sizeof(block));
		sent += err ? 0 : sizeof(block);
	}
	ok(err == -ENOBUFS, "who does not read is not waited for");
	WAIT(seen.closed);
	ok(seen.err == -ENOBUFS && net_counters(net)->closed_queue == 1 &&
	   !net_counters(net)->held_now, "but closed");
	close(fd);

	fd = dial(&addr, SOCK_STREAM);
	reset();
	put(fd, "x.");
	WAIT(seen.messages);
	for (sent = 0; sent < 30; sent++)
		net_conn_send(seen.conn, block, 10000);
	net_conn_close(seen.conn);
	evutil_make_socket_nonblocking(fd);
	do {
		event_base_loop(base, EVLOOP_NONBLOCK);
		n = recv(fd, block, sizeof(block), 0);
		if (n > 0)
			got += (size_t)n;
	} while (n);
	ok(got == 300000 && !net_counters(net)->held_now,
	   "what was queued before the end arrives: %zu", got);
	close(fd);
	net_free(net);
	reset();
}

/* Of several that each keep to their own limit, all together take too much. */
static void test_held(void)
{
	struct net_limits limits = { .held_bytes = 3 * 2048 + 1000 };
	struct net_addr addr;
	struct net *net = make_net(&limits, NET_TCP, "127.0.0.1", &addr);
	const struct net_counters *counters = net_counters(net);
	int fd[4], i;

	reset();
	for (i = 0; i < 3; i++) {
		fd[i] = dial(&addr, SOCK_STREAM);
		put(fd[i], "unfinished");
	}
	WAIT(counters->held_now == 3 * 2048);
	fd[3] = dial(&addr, SOCK_STREAM);
	put(fd[3], "unfinished");
	WAIT(seen.closed);
	ok(seen.err == -ENOBUFS && counters->closed_held == 1 &&
	   counters->held_now == 3 * 2048,
	   "no room is left for what another one begins");
	put(fd[0], ".");
	WAIT(seen.messages);
	ok(counters->held_now == 2 * 2048, "a message that ends makes room");
	put(fd[0], "on");
	WAIT(counters->held_now == 3 * 2048);
	for (i = 0; i < 4; i++)
		close(fd[i]);
	WAIT(seen.closed == 4);
	ok(!counters->held_now, "and who leaves, leaves nothing");
	net_free(net);
	reset();
}

/* Two nets, one connects to the other. */
static struct cert certs[4];
enum { CA, SERVER, CLIENT, OTHER };

static void test_connect_tls(void)
{
	static const char *const good[] = { "a.example", "pbx.example", NULL };
	static const char *const bad[] = { "a.example", NULL };
	const struct {
		const char *name;
		const char *const *names;
		enum net_class class;
		bool admitted;
		int trusted, err;
	} rows[] = {
		{ "encrypted", good, NET_ENCRYPTED, true, CA, 0 },
		{ "authenticated", good, NET_AUTHENTICATED, true, CA, 0 },
		{ "authenticated, not admitted there", good, NET_AUTHENTICATED,
		  false, CA, -EPROTO },
		{ "any name", NULL, NET_ENCRYPTED, true, CA, 0 },
		{ "other name", bad, NET_ENCRYPTED, true, CA, -EPROTO },
		{ "not trusted", good, NET_ENCRYPTED, true, OTHER, -EPROTO },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct net_target target = {
			.transport = NET_TLS, .identity = "pbx",
			.class = rows[i].class, .names = rows[i].names,
		};
		struct net *there = make_net(NULL, NET_TLS, "127.0.0.1",
					     &target.addr);
		struct net *here = net_new(base, NULL, &ops, NULL);
		struct net_conn *conn = NULL, *again = NULL, *other = NULL;
		int err;

		reset();
		cert_use(&certs[SERVER], &certs[CA], rows[i].admitted, there);
		cert_use(&certs[CLIENT], &certs[rows[i].trusted], false,
			 here);
		if (net_listen(there, NET_TLS, false, &target.addr))
			abort();
		err = net_connect(here, &target, &conn);
		net_connect(here, &target, &again);
		target.identity = "other";
		net_connect(here, &target, &other);
		net_conn_send(conn, "early.", 6);
		WAIT(seen.messages || seen.err);
		ok(!err && (rows[i].err ? seen.err == rows[i].err &&
			    !seen.messages : seen.messages == 1 &&
			    net_conn_peer(conn)->class == rows[i].class &&
			    net_conn_peer(seen.conn)->class == rows[i].class &&
			    !strcmp(net_conn_peer(conn)->cert->cn,
				    "pbx.example")),
		   "to a trunk: %s", rows[i].name);
		ok(conn == again && other && other != conn,
		   "shared within a trunk, not between two");
		net_conn_put(conn);
		net_conn_put(again);
		net_conn_put(other);
		net_free(here);
		net_free(there);
	}
	reset();
}

static void test_refused(void)
{
	struct net_target target = { .transport = NET_TCP };
	struct net *net = make_net(NULL, NET_TCP, "127.0.0.1", &target.addr);
	struct net_conn *conn = NULL;

	net_free(net);
	net = net_new(base, NULL, &ops, NULL);
	reset();
	ok(!net_connect(net, &target, &conn) && !seen.closed,
	   "nobody there: known later");
	WAIT(seen.closed);
	ok(seen.err == -ECONNREFUSED, "refused");
	net_conn_put(conn);
	net_free(net);
}

int main(void)
{
	int i;

	base = event_base_new();
	test_stream("127.0.0.1");
	test_stream("::1");
	test_datagram("127.0.0.1", "127.0.0.1");
	test_datagram("127.0.0.1", "0.0.0.0");
	test_datagram("::1", "::");
	test_slow();
	test_size();
	test_queue();
	test_held();
	cert_make(&certs[CA], &(struct cert_spec){ .cn = "CA", .ca = true });
	cert_make(&certs[OTHER], &(struct cert_spec){ .cn = "X", .ca = true });
	cert_make(&certs[SERVER], &(struct cert_spec){
		.cn = "pbx.example", .issuer = &certs[CA], .rsa_bits = 2048 });
	cert_make(&certs[CLIENT], &(struct cert_spec){
		.cn = "ccm1", .issuer = &certs[CA], .rsa_bits = 2048 });
	test_connect_tls();
	test_refused();
	for (i = 0; i < 4; i++)
		cert_free(&certs[i]);
	event_base_free(base);
	return tap_end();
}
