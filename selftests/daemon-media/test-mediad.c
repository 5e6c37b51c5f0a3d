// SPDX-License-Identifier: GPL-2.0
/*
 * The server of ucsec-mediad before a kernel that is none: every field of every
 * request wrong, in turn; strangers' streams; ports; clients that come and go.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-ucsec.h"
#include "mediad/request.h"
#include "tap.h"

#define KEY_LEN	30

static char path[64];
static int control;
static pid_t server;

static int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(addr.sun_path, path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		abort();
	return fd;
}

/* The next message, waited for; false if the server hung up. */
static bool hear(int fd, union mediad_message *m)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, 10000) != 1)
		return false;
	n = recv(fd, m, sizeof(*m), 0);
	return n > 0 && !mediad_check(m, (size_t)n, false);
}

static int ask_raw(int fd, const void *data, size_t len,
		   union mediad_message *reply)
{
	if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    !hear(fd, reply))
		return 1;
	return reply->head.type == MEDIAD_ITEM ? 0 : reply->reply.error;
}

static int ask(int fd, union mediad_message *m, unsigned int type,
	       union mediad_message *reply)
{
	mediad_seal(m, type, 7);
	return ask_raw(fd, m, m->head.len, reply);
}

static void set_endpoint(struct mediad_endpoint *ep, uint32_t host,
			 uint16_t port)
{
	uint32_t addr = htonl(0x7f000000 | host);

	memset(ep, 0, sizeof(*ep));
	ep->family = 4;
	memcpy(ep->addr, &addr, sizeof(addr));
	ep->port = port;
}

static void set_crypto(struct mediad_crypto *c, uint8_t byte)
{
	memset(c, 0, sizeof(*c));
	strcpy(c->suite, "AES_CM_128_HMAC_SHA1_80");
	c->key_count = 1;
	c->keys[0].len = KEY_LEN;
	memset(c->keys[0].material, byte, KEY_LEN);
}

static void good_stream(union mediad_message *m, uint16_t port, uint8_t key)
{
	struct mediad_stream *s = &m->stream;

	memset(m, 0, sizeof(*m));
	memcpy(s->cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	s->cookie[MEDIAD_MAGIC_LEN] = key;
	set_endpoint(&s->in, 1, port);
	set_endpoint(&s->from, 2, 4000);
	set_endpoint(&s->out, 1, port + 1000);
	set_endpoint(&s->to, 3, 4000);
	set_crypto(&s->rx, key);
	set_crypto(&s->tx, key + 100);
	s->dscp = 46;
}

static unsigned int kernel_requests(void)
{
	return fake_ucsec_order(control, (struct fake_message){
				.order = FAKE_COUNT }).requests;
}

/* Each way in which a NEW or SET can be wrong. */
static const struct wrong {
	const char *what;
	size_t at, len;
	uint8_t byte;
} wrongs[] = {
#define S(member, b) { #member, offsetof(union mediad_message, stream.member), \
	sizeof(((union mediad_message *)0)->stream.member), b }
#define B(member, index, b) { #member, offsetof(union mediad_message, \
	stream.member) + (index), 1, b }
	B(cookie, 0, 'x'), B(cookie, 7, 0), S(stream, 9), B(flags, 0, 0xff),
	B(flags, 1, 1), B(flags, 0, MEDIAD_RELATCH), S(dscp, 64), S(spare, 1),
	B(in, 23, 1), S(in, 0), S(in.port, 0), S(in.family, 5),
	B(in, 4, 1), S(out, 0), S(out.port, 0), S(out.family, 6),
	S(to, 0), S(to.port, 0), S(to.family, 0), B(to, 21, 1),
	S(from.family, 6), S(from.family, 0), B(from, 22, 1),
	S(rx.suite, 'A'), B(rx.suite, 0, 0), B(rx.suite, 1, 7),
	B(rx.suite, 39, 1), S(rx.key_count, 0), B(rx.key_count, 0, 9),
	S(rx.key_count, 0xff), B(rx.key_count, 0, 2), S(rx.keys[0].len, 0),
	S(rx.keys[0].len, 47), S(rx.keys[0].len, 29),
	S(rx.keys[0].mki_len, 17), B(rx.keys[0].mki, 0, 1),
	B(rx.keys[7].material, 3, 1), B(tx.key_count, 0, 2),
	S(tx.key_count, 0), B(tx.suite, 0, 0), S(tx.keys[0].len, 255),
	B(tx.keys[1].material, 0, 1),
#undef S
#undef B
};

static void check_fields(int fd)
{
	union mediad_message m, reply;
	unsigned int before = kernel_requests();

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		const struct wrong *w = &wrongs[i];

		good_stream(&m, 6000, 1);
		memset((uint8_t *)&m + w->at, w->byte, w->len);
		ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EBADMSG &&
		   reply.reply.sentence[0], "%s: %s", w->what,
		   reply.reply.sentence);
	}
	good_stream(&m, 6000, 1);
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -EBADMSG, "SET without id: %s",
	   reply.reply.sentence);
	memset(&m, 0, sizeof(m));
	ok(ask(fd, &m, MEDIAD_DEL, &reply) == -EBADMSG, "DEL of nothing: %s",
	   reply.reply.sentence);
	memcpy(m.which.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	m.which.cookie_len = MEDIAD_MAGIC_LEN - 1;
	ok(ask(fd, &m, MEDIAD_FLUSH, &reply) == -EBADMSG,
	   "FLUSH beyond the magic: %s", reply.reply.sentence);
	m.which.cookie_len = MEDIAD_COOKIE_LEN + 1;
	ok(ask(fd, &m, MEDIAD_LIST, &reply) == -EBADMSG, "LIST: %s",
	   reply.reply.sentence);
	m.which.cookie_len = MEDIAD_COOKIE_LEN;
	m.which.stream = 3;
	ok(ask(fd, &m, MEDIAD_LIST, &reply) == -EBADMSG, "LIST with id: %s",
	   reply.reply.sentence);
	memset(&m, 0, sizeof(m));
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EBADMSG, "RESERVE: %s",
	   reply.reply.sentence);
	set_endpoint(&m.ports.at, 1, 6000);
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EBADMSG, "no RTCP: %s",
	   reply.reply.sentence);
	ok(kernel_requests() == before, "nothing of that reached the kernel");
}

/* Heads and lengths: named if it can be, else the connection ends. */
static void check_heads(void)
{
	union mediad_message m, reply;
	static uint8_t big[sizeof(m) + 100];
	int fd = dial();

	good_stream(&m, 6000, 1);
	mediad_seal(&m, MEDIAD_NEW, 7);
	ok(ask_raw(fd, &m, m.head.len - 1, &reply) == -EBADMSG, "short: %s",
	   reply.reply.sentence);
	ok(ask_raw(fd, &m, m.head.len + 8 < sizeof(m) ? m.head.len + 8 :
		   m.head.len - 8, &reply) == -EBADMSG, "long: %s",
	   reply.reply.sentence);
	memcpy(big, &m, sizeof(m));
	ok(ask_raw(fd, big, sizeof(big), &reply) == -EBADMSG, "huge: %s",
	   reply.reply.sentence);
	m.head.len--;
	ok(ask_raw(fd, &m, m.head.len + 1, &reply) == -EBADMSG,
	   "lies of its length: %s", reply.reply.sentence);
	mediad_seal(&m, MEDIAD_NEW, 7);
	m.head.spare = 1;
	ok(ask_raw(fd, &m, m.head.len, &reply) == -EBADMSG, "spare: %s",
	   reply.reply.sentence);
	for (unsigned int type = 0; type < 70; type++) {
		if (type >= MEDIAD_HELLO && type <= MEDIAD_SWEEP)
			continue;
		mediad_seal(&m, type, 7);
		m.head.len = sizeof(m);
		if (ask_raw(fd, &m, sizeof(m), &reply) != -EBADMSG)
			ok(false, "type %u: %d", type, reply.reply.error);
	}
	ok(true, "unknown types, and answers as requests");
	mediad_seal(&m, MEDIAD_HELLO, 0);
	ok(ask_raw(fd, &m, m.head.len, &reply) == 1, "no id: it hangs up");
	close(fd);
	fd = dial();
	mediad_seal(&m, MEDIAD_HELLO, 1);
	m.head.protocol++;
	ok(ask_raw(fd, &m, m.head.len, &reply) == 1,
	   "another version: it hangs up");
	close(fd);
	fd = dial();
	ok(ask_raw(fd, "x", 1, &reply) == 1, "one byte: it hangs up");
	close(fd);
}

static void check_streams(int fd)
{
	union mediad_message m, reply;
	struct ucsec_stream s;
	uint32_t id, stranger;

	good_stream(&m, 6000, 1);
	m.stream.idle = 30;
	m.stream.flags = MEDIAD_LATCH | MEDIAD_TX_MUX;
	ok(!ask(fd, &m, MEDIAD_NEW, &reply) && reply.reply.stream, "NEW");
	id = reply.reply.stream;
	s = fake_ucsec_show(control, id);
	ok(s.in.port == 6000 && s.to.port == 4000 && s.idle == 30 &&
	   s.dscp == 46 && s.rx.suite == UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80 &&
	   s.rx.keys[0].material_len == KEY_LEN &&
	   s.rx.keys[0].material[29] == 1 && s.tx.keys[0].material[0] == 101 &&
	   s.flags == (UCSEC_F_LATCH | UCSEC_F_TX_RTCP_MUX) &&
	   s.cookie_len == MEDIAD_COOKIE_LEN, "as the kernel has it");
	good_stream(&m, 6002, 2);
	strcpy(m.stream.rx.suite, "NO_SUCH_SUITE");
	memset(m.stream.rx.suite + 13, 0, sizeof(m.stream.rx.suite) - 13);
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EOPNOTSUPP, "unknown suite: %s",
	   reply.reply.sentence);
	good_stream(&m, 6000, 3);
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EADDRINUSE &&
	   !strcmp(reply.reply.sentence, "port is taken"),
	   "the kernel's sentence: %s", reply.reply.sentence);

	good_stream(&m, 6000, 1);
	m.stream.stream = id;
	memset(&m.stream.rx, 0, sizeof(m.stream.rx));
	memset(&m.stream.tx, 0, sizeof(m.stream.tx));
	m.stream.to.port = 4444;
	ok(!ask(fd, &m, MEDIAD_SET, &reply) &&
	   fake_ucsec_show(control, id).to.port == 4444, "SET");
	m.stream.cookie[20] ^= 1;
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -ENOENT,
	   "SET under another cookie");
	m.stream.cookie[20] ^= 1;
	m.stream.in.port = 6004;
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -EADDRNOTAVAIL,
	   "SET of another port");

	stranger = fake_ucsec_order(control, (struct fake_message){
				    .order = FAKE_ADD }).stream;
	good_stream(&m, 6000, 1);
	m.stream.stream = stranger;
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -ENOENT, "SET of a stranger's");
	memset(&m, 0, sizeof(m));
	memcpy(m.which.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	m.which.cookie[MEDIAD_MAGIC_LEN] = 1;
	m.which.cookie_len = MEDIAD_COOKIE_LEN;
	m.which.stream = stranger;
	ok(ask(fd, &m, MEDIAD_DEL, &reply) == -ENOENT, "DEL of a stranger's");
	ok(ask(fd, &m, MEDIAD_GET, &reply) == -ENOENT, "GET of a stranger's");
	m.which.stream = id;
	ok(!ask(fd, &m, MEDIAD_GET, &reply) && reply.head.type == MEDIAD_ITEM &&
	   reply.item.stream == id && reply.item.rx_packets == id &&
	   !strcmp(reply.item.tx_suite, "AES_CM_128_HMAC_SHA1_80") &&
	   hear(fd, &reply) && !reply.reply.error, "GET");
	m.which.stream = 0;
	m.which.cookie_len = MEDIAD_MAGIC_LEN;
	memset(m.which.cookie + MEDIAD_MAGIC_LEN, 0, 24);
	ok(!ask(fd, &m, MEDIAD_LIST, &reply) &&
	   reply.head.type == MEDIAD_ITEM && reply.item.stream == id &&
	   hear(fd, &reply) && reply.head.type == MEDIAD_REPLY,
	   "LIST has ours alone");
	fake_ucsec_order(control, (struct fake_message){ .order = FAKE_EVENT,
			 .stream = stranger, .event = UCSEC_EVENT_LATCHED });
	fake_ucsec_order(control, (struct fake_message){ .order = FAKE_EVENT,
			 .stream = id, .event = UCSEC_EVENT_AUTH_BURST });
	ok(hear(fd, &reply) && reply.head.type == MEDIAD_EVENT &&
	   reply.event.stream == id && reply.event.count == 77 &&
	   reply.event.kind == MEDIAD_AUTH_BURST,
	   "events of ours alone are told");
	ok(!ask(fd, &m, MEDIAD_FLUSH, &reply) &&
	   !fake_ucsec_show(control, id).id &&
	   fake_ucsec_show(control, stranger).id, "FLUSH spares strangers");
}

static int bind_at(uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int err = bind(fd, (struct sockaddr *)&in, sizeof(in)) ? -errno : 0;

	if (err)
		close(fd);
	return err ? err : fd;
}

static void check_ports(int fd)
{
	union mediad_message m = { 0 }, reply;
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(26000),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int taken = bind_at(26005), probe, sender;

	set_endpoint(&m.ports.at, 1, 26000);
	m.ports.at.rtcp_port = 26001;
	ok(!ask(fd, &m, MEDIAD_RESERVE, &reply), "RESERVE");
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EALREADY, "again: %s",
	   reply.reply.sentence);
	ok(bind_at(26000) == -EADDRINUSE && bind_at(26001) == -EADDRINUSE,
	   "nobody else gets them");
	/* No refusal comes back: the socket is there, and drops. */
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	connect(sender, (struct sockaddr *)&in, sizeof(in));
	ok(send(sender, "x", 1, 0) == 1 && send(sender, "x", 1, 0) == 1,
	   "what is sent there vanishes");
	close(sender);
	m.ports.at.port = 26004;
	m.ports.at.rtcp_port = 26005;
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EADDRINUSE,
	   "the RTCP port is another's: %s", reply.reply.sentence);
	probe = bind_at(26004);
	ok(probe >= 0, "then the RTP port is free again");
	close(probe);
	close(taken);
	ok(!ask(fd, &m, MEDIAD_RESERVE, &reply), "once it is free");
	ok(!ask(fd, &m, MEDIAD_RELEASE, &reply), "RELEASE");
	ok(ask(fd, &m, MEDIAD_RELEASE, &reply) == -ENOENT, "twice: %s",
	   reply.reply.sentence);
	m.ports.at.addr[0] = 192;
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EADDRNOTAVAIL,
	   "not our address: %s", reply.reply.sentence);
}

/* One client at a time; ports outlive it until the next one sweeps. */
static void check_clients(int *fd)
{
	union mediad_message m = { 0 }, reply;
	int second = dial(), probe;

	mediad_seal(&m, MEDIAD_HELLO, 1);
	ok(ask_raw(second, &m, m.head.len, &reply) == 1,
	   "a second client is shown the door");
	close(second);
	set_endpoint(&m.ports.at, 1, 26010);
	m.ports.at.rtcp_port = 26011;
	ok(!ask(*fd, &m, MEDIAD_RESERVE, &reply), "the first one goes on");
	close(*fd);
	*fd = dial();
	set_endpoint(&m.ports.at, 1, 26000);
	m.ports.at.rtcp_port = 26001;
	ok(ask(*fd, &m, MEDIAD_RESERVE, &reply) == -EALREADY &&
	   bind_at(26010) == -EADDRINUSE, "ports outlive their client");
	ok(!ask(*fd, &m, MEDIAD_SWEEP, &reply), "SWEEP");
	probe = bind_at(26010);
	ok(probe >= 0 && bind_at(26000) == -EADDRINUSE,
	   "what was not named goes, what was stays");
	close(probe);
}

/* A daemon that ends says what is to go, and waits for nothing. */
static void check_last_words(void)
{
	union mediad_message m, reply;
	uint16_t port = 6100;
	uint32_t ids[4];
	int fd = dial();

	for (int i = 0; i < 4; i++) {
		good_stream(&m, port++, (uint8_t)(50 + i));
		ask(fd, &m, MEDIAD_NEW, &reply);
		ids[i] = reply.reply.stream;
	}
	/* So that something is unread when it closes. */
	mediad_seal(&m, MEDIAD_HELLO, 1);
	send(fd, &m, m.head.len, 0);
	for (int i = 0; i < 4; i++) {
		good_stream(&m, 0, (uint8_t)(50 + i));
		memmove(m.which.cookie, m.stream.cookie, MEDIAD_COOKIE_LEN);
		m.which.cookie_len = MEDIAD_COOKIE_LEN;
		m.which.stream = ids[i];
		mediad_seal(&m, MEDIAD_DEL, 2);
		send(fd, &m, m.head.len, 0);
	}
	close(fd);
	fd = dial();
	mediad_seal(&m, MEDIAD_HELLO, 1);
	ok(!ask_raw(fd, &m, m.head.len, &reply) &&
	   !fake_ucsec_show(control, ids[0]).id &&
	   !fake_ucsec_show(control, ids[3]).id,
	   "the last requests of a client that closed are done");
	close(fd);
}

/* Requests faster than answers are read: it waits, then gives up on it. */
static void check_flood(void)
{
	union mediad_message m = { 0 }, reply;
	unsigned int sent = 0, heard = 0;
	int fd = dial();

	mediad_seal(&m, MEDIAD_HELLO, 1);
	while (send(fd, &m, m.head.len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0 &&
	       sent < 100000)
		sent++;
	while (heard < sent && hear(fd, &reply))
		heard++;
	ok(sent > 10 && heard == sent, "%u requests at once, %u answers",
	   sent, heard);
	while (send(fd, &m, m.head.len, MSG_NOSIGNAL) > 0)
		;
	close(fd);
	fd = dial();
	ok(!ask_raw(fd, &m, m.head.len, &reply),
	   "one that never reads is dropped, the next one is served");
	close(fd);
}

static void check_stranger(void)
{
	char other[80];
	pid_t pid;
	int status, fd;

	if (getuid()) {
		ok(true, "another user # SKIP not root");
		return;
	}
	snprintf(other, sizeof(other), "%s-other", path);
	fd = fake_ucsec_start(other, 12345, &pid);
	strcpy(path, other);
	{
		union mediad_message m = { 0 }, reply;
		int client = dial();

		mediad_seal(&m, MEDIAD_HELLO, 1);
		ok(ask_raw(client, &m, m.head.len, &reply) == 1,
		   "another user is shown the door");
		close(client);
	}
	close(fd);
	waitpid(pid, &status, 0);
	unlink(other);
}

int main(void)
{
	int fd, status;

	snprintf(path, sizeof(path), "/tmp/test-mediad-%d", (int)getpid());
	control = fake_ucsec_start(path, getuid(), &server);
	fd = dial();
	check_fields(fd);
	check_streams(fd);
	check_ports(fd);
	check_clients(&fd);
	close(fd);
	check_heads();
	check_last_words();
	check_flood();
	close(control);
	waitpid(server, &status, 0);
	ok(WIFEXITED(status) && !WEXITSTATUS(status),
	   "the server ended when told, without a complaint");
	unlink(path);
	check_stranger();
	return tap_end();
}
