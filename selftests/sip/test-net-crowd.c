// SPDX-License-Identifier: GPL-2.0
// Crowds: who goes where there is no room, whose handshake waits for whom.

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "net/net.h"
#include "tap.h"

enum { SILENT = 1000, SOURCES = 250, PHONES = 30 };

static struct event_base *base;
static struct cert certs[3];
enum { CA, SERVER, PHONE };

/* "known": from then on it is somebody. */
static struct seen {
	unsigned int messages, closed;
	int err;
} seen;

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	(void)arg;
	seen.messages++;
	if (len == 5 && !memcmp(data, "known", 5))
		net_conn_known(conn);
	return (ssize_t)len;
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

/* Turns the loop until the condition holds; a test that hangs has failed. */
#define WAIT(condition)						\
	do {							\
		while (!(condition))				\
			event_base_loop(base, EVLOOP_ONCE);	\
	} while (0)

static struct net *make_net(const struct net_limits *limits, int own,
			    enum net_transport transport, struct net_addr *addr)
{
	struct net *net = net_new(base, limits, &ops, NULL);

	memset(&seen, 0, sizeof(seen));
	cert_use(&certs[own], &certs[CA], false, net);
	net_addr_parse(addr, "127.0.0.1", 0);
	if (addr && net_listen(net, transport, false, addr))
		abort();
	return net;
}

/* Of a source, 127.2.@n/250.@n%250. */
static int dial(const struct net_addr *to, unsigned int n)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct net_addr from;
	char text[32];

	snprintf(text, sizeof(text), "127.2.%u.%u", n / 250, n % 250 + 1);
	net_addr_parse(&from, text, 0);
	if (fd < 0 || bind(fd, &from.sa, net_addr_size(&from)) ||
	    connect(fd, &to->sa, net_addr_size(to)))
		abort();
	return fd;
}

static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		printf("# send: %s\n", strerror(errno));
}

static bool is_open(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

static void close_all(int *fd, int count)
{
	while (count--)
		close(fd[count]);
}

static void test_source(void)
{
	struct net_limits limits = { .conns_per_source = 3 };
	struct net_addr addr;
	struct net *net = make_net(&limits, PHONE, NET_TCP, &addr);
	const struct net_counters *counters = net_counters(net);
	int fd[7], i;

	for (i = 0; i < 4; i++) {
		fd[i] = dial(&addr, 1);
		WAIT(counters->accepted == (unsigned int)i + 1);
	}
	ok(counters->conns_now == 3 && counters->shed == 1 && !is_open(fd[0]),
	   "the fourth of a source: the oldest goes");
	ok(seen.closed == 1 && seen.err == -ECONNABORTED, "which is told");
	say(fd[1], "x");
	WAIT(seen.messages == 1);
	fd[4] = dial(&addr, 1);
	WAIT(counters->shed == 2);
	ok(is_open(fd[1]) && !is_open(fd[2]),
	   "who has said something goes after who has not");
	for (i = 1; i < 5; i++)
		if (is_open(fd[i]))
			say(fd[i], "known");
	WAIT(seen.messages == 4);
	fd[5] = dial(&addr, 1);
	WAIT(counters->refused_limit == 1);
	ok(counters->shed == 2 && counters->conns_now == 3 && !is_open(fd[5]),
	   "where all are known, none of them goes for another");
	fd[6] = dial(&addr, 2);
	WAIT(counters->accepted == 6);
	ok(counters->shed == 2, "another source has room");
	close_all(fd, 7);
	net_free(net);
}

static void test_busiest(void)
{
	struct net_limits limits = { .conns = 6 };
	struct net_addr addr;
	struct net *net = make_net(&limits, PHONE, NET_TCP, &addr);
	const struct net_counters *counters = net_counters(net);
	/* The first of the busiest has shown who it is. */
	const unsigned int from[] = { 1, 2, 2, 2, 1, 3, 4, 4 };
	int fd[8], i;

	for (i = 0; i < 8; i++) {
		fd[i] = dial(&addr, from[i]);
		WAIT(counters->accepted == (unsigned int)i + 1);
		if (i == 1) {
			say(fd[i], "known");
			WAIT(seen.messages == 1);
		}
	}
	/* 1 and 2 have two exposed each; 2 had them first. */
	ok(counters->shed == 2 && !is_open(fd[2]) && !is_open(fd[0]),
	   "the oldest of the busiest sources go");
	ok(is_open(fd[1]) && is_open(fd[5]) && is_open(fd[6]) && is_open(fd[7]),
	   "not who is known, nor who has come alone or last");
	close_all(fd, 8);
	net_free(net);
}

/* All of them are there before the loop has seen the first of them. */
static void test_unread(void)
{
	struct net_limits limits = { .conns = 6, .conns_per_source = 3 };
	struct net_addr addr;
	struct net *net = make_net(&limits, PHONE, NET_TCP, &addr);
	const struct net_counters *counters = net_counters(net);
	int fd[24], i;

	for (i = 0; i < 24; i++) {
		fd[i] = dial(&addr, i < 12 ? 1 : i);
		if (i == 0 || i == 12)
			say(fd[i], "x");
	}
	WAIT(counters->accepted == 24);
	for (i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ok(is_open(fd[0]) && is_open(fd[12]) && seen.messages == 2,
	   "what was said and not read yet counts");
	close_all(fd, 24);
	net_free(net);
}

/* A phone's connection to @addr, over mutual TLS, that says nothing. */
static struct net_conn *connect_silent(struct net *phone,
				       const struct net_addr *addr,
				       const char *identity)
{
	struct net_target target = {
		.addr = *addr, .transport = NET_TLS, .class = NET_ENCRYPTED,
		.identity = identity,
	};
	struct net_conn *conn;

	if (net_connect(phone, &target, &conn))
		abort();
	return conn;
}

/* One that says at once who it is. */
static struct net_conn *connect_phone(struct net *phone,
				      const struct net_addr *addr,
				      const char *identity)
{
	struct net_conn *conn = connect_silent(phone, addr, identity);

	net_conn_send(conn, "known", 5);
	return conn;
}

enum { ROOM = 100 };

static void flood(const struct net_addr *addr,
		  const struct net_counters *counters)
{
	uint64_t before = counters->accepted;
	int fd[SOURCES], i;

	for (i = 0; i < SOURCES; i++)
		fd[i] = dial(addr, i);
	WAIT(counters->accepted == before + SOURCES);
	close_all(fd, SOURCES);
}

/* The way of its first message is longer than newcomers need to fill the room. */
static void test_fresh(void)
{
	struct net_limits limits = { .conns = ROOM, .handshake_ms = 600000 };
	static const struct timeval longer = { .tv_usec = 700000 };
	struct net_addr addr, unused;
	struct net *net = make_net(&limits, SERVER, NET_TLS, &addr);
	struct net *phone = make_net(NULL, PHONE, NET_TLS, &unused);
	const struct net_counters *counters = net_counters(net);
	struct net_conn *conn[2];
	int i;

	for (i = 0; i < 2; i++)
		conn[i] = connect_silent(phone, &addr, i ? "a" : "b");
	WAIT(counters->handshakes == 2);
	flood(&addr, counters);
	net_conn_send(conn[0], "known", 5);
	WAIT(seen.messages || !net_conn_is_connected(conn[0]));
	ok(seen.messages == 1, "after its handshake a phone has time to speak");
	event_base_loopexit(base, &longer);
	event_base_dispatch(base);
	flood(&addr, counters);
	WAIT(!net_conn_is_connected(conn[1]));
	ok(net_conn_is_connected(conn[0]), "who does not goes with the others");
	for (i = 0; i < 2; i++)
		net_conn_put(conn[i]);
	net_free(phone);
	net_free(net);
}

static void test_silent(unsigned int conns)
{
	struct net_limits limits = { .conns = conns, .handshake_ms = 600000 };
	struct net_addr addr, unused;
	struct net *net = make_net(&limits, SERVER, NET_TLS, &addr);
	struct net *phone = make_net(NULL, PHONE, NET_TLS, &unused);
	const struct net_counters *counters = net_counters(net);
	bool room = conns > SILENT;
	struct net_conn *conn;
	int fd[SILENT], i;

	for (i = 0; i < SILENT; i++) {
		fd[i] = dial(&addr, i % SOURCES);
		WAIT(counters->accepted == (unsigned int)i + 1);
	}
	conn = connect_phone(phone, &addr, "");
	WAIT(seen.messages);
	ok(counters->handshakes == 1 && !counters->handshake_failures &&
	   counters->conns_now == (room ? SILENT + 1 : conns) &&
	   counters->shed == (room ? 0 : SILENT + 1 - conns),
	   "a phone among %d silent connections, with room for %u", SILENT,
	   conns);
	close_all(fd, SILENT);
	for (i = 0; i < SILENT; i++)
		fd[i] = dial(&addr, i % SOURCES);
	WAIT(counters->accepted == 2 * SILENT + 1);
	net_conn_send(conn, "again", 5);
	WAIT(seen.messages == 2);
	ok(net_conn_is_connected(conn),
	   "which stays among %d others: it said who it is", SILENT);
	net_conn_put(conn);
	close_all(fd, SILENT);
	net_free(phone);
	net_free(net);
}

/* Phones that begin at once, and more of them than may: each has its turn. */
static void test_turns(const char *what, const struct net_limits *limits)
{
	struct net_addr addr, unused;
	struct net *net = make_net(limits, SERVER, NET_TLS, &addr);
	struct net *phone = make_net(NULL, PHONE, NET_TLS, &unused);
	const struct net_counters *counters = net_counters(net);
	struct net_conn *conn[PHONES];
	uint64_t most = 0;
	char name[16];
	int i;

	for (i = 0; i < PHONES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		conn[i] = connect_phone(phone, &addr, name);
	}
	while (seen.messages < PHONES) {
		event_base_loop(base, EVLOOP_ONCE);
		if (counters->handshakes_now > most)
			most = counters->handshakes_now;
	}
	ok(most <= 2 && counters->handshakes == PHONES && !counters->shed &&
	   !counters->refused_limit, "%d phones, two at a time %s: %u at most",
	   PHONES, what, (unsigned int)most);
	for (i = 0; i < PHONES; i++)
		net_conn_put(conn[i]);
	net_free(phone);
	net_free(net);
}

/* They have begun, which makes a difference, and then say no more. */
static void test_stalled(const char *what, const struct net_limits *limits)
{
	struct net_addr addr, unused;
	struct net *net = make_net(limits, SERVER, NET_TLS, &addr);
	struct net *phone = make_net(NULL, PHONE, NET_TLS, &unused);
	const struct net_counters *counters = net_counters(net);
	struct net_conn *conn;
	int fd[3], i;

	for (i = 0; i < 3; i++) {
		fd[i] = dial(&addr, i);
		say(fd[i], "\x16\x03\x01");
	}
	WAIT(counters->handshakes_now == 2);
	for (i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ok(counters->accepted == 3 && counters->handshakes_now == 2 &&
	   !counters->shed, "a third that begins waits");
	conn = connect_phone(phone, &addr, "");
	WAIT(seen.messages);
	ok(counters->shed >= 1 && !counters->handshake_failures,
	   "handshakes that have stalled make room %s", what);
	say(fd[2], "GET / HTTP/1.0\r\n\r\n");
	WAIT(counters->handshake_failures == 1);
	ok(net_conn_is_connected(conn), "what they become is nobody's business");
	net_conn_put(conn);
	close_all(fd, 3);
	net_free(phone);
	net_free(net);
}

/* More phones than there is room for, and each of them begins. */
static void test_begun(void)
{
	struct net_limits limits = { .conns = 4, .handshake_ms = 600000 };
	struct net_addr addr;
	struct net *net = make_net(&limits, SERVER, NET_TLS, &addr);
	const struct net_counters *counters = net_counters(net);
	int fd[10], i;

	for (i = 0; i < 10; i++) {
		fd[i] = dial(&addr, i);
		WAIT(counters->accepted == (unsigned int)i + 1);
		if (i > 2)
			continue;
		say(fd[i], "\x16\x03\x01");
		WAIT(counters->handshakes_now == (unsigned int)i + 1);
	}
	ok(is_open(fd[0]) && is_open(fd[1]) && counters->shed == 6,
	   "whose handshake is under way is not shed for who comes");
	ok(!is_open(fd[2]) && is_open(fd[9]), "in half of the room");
	close_all(fd, 10);
	net_free(net);
}

/* Its first bytes are still there, but nobody who waits for an answer. */
static void test_left(void)
{
	struct net_limits limits = { .handshakes = 1, .handshake_ms = 600000 };
	struct net_addr addr;
	struct net *net = make_net(&limits, SERVER, NET_TLS, &addr);
	const struct net_counters *counters = net_counters(net);
	int fd[2], i;

	for (i = 0; i < 2; i++) {
		fd[i] = dial(&addr, i);
		say(fd[i], i ? "GET / HTTP/1.0\r\n\r\n" : "\x16\x03\x01");
		WAIT(counters->accepted == (unsigned int)i + 1);
	}
	for (i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	close(fd[1]);
	close(fd[0]);
	WAIT(seen.closed == 2);
	ok(counters->handshake_failures == 1 && !counters->shed && !seen.err,
	   "who gave up while he waited has no turn any more");
	net_free(net);
}

int main(void)
{
	int i;

	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	cert_make(&certs[CA], &(struct cert_spec){ .cn = "CA", .ca = true });
	cert_make(&certs[SERVER], &(struct cert_spec){
		.cn = "ccm1", .issuer = &certs[CA], .rsa_bits = 2048 });
	cert_make(&certs[PHONE], &(struct cert_spec){
		.cn = "SEP001122334455", .issuer = &certs[CA],
		.rsa_bits = 2048 });
	test_source();
	test_busiest();
	test_unread();
	test_fresh();
	test_silent(2 * SILENT + 100);
	test_silent(100);
	test_turns("in all", &(struct net_limits){ .handshakes = 2 });
	test_turns("of a source",
		   &(struct net_limits){ .handshakes_per_source = 2 });
	test_left();
	test_begun();
	test_stalled("in all", &(struct net_limits){
		.handshakes = 2, .handshake_ms = 600000 });
	for (i = 0; i < 3; i++)
		cert_free(&certs[i]);
	event_base_free(base);
	return tap_end();
}
