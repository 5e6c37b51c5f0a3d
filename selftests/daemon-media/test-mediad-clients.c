// SPDX-License-Identifier: GPL-2.0
/*
 * Clients of ucsec-mediad that come and go, flood it or are not let in, and
 * the ports it keeps for them.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "fake-ucsec.h"
#include "tap.h"

static int bind_at(uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(own_host()),
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
		.sin_addr.s_addr = htonl(own_host()),
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
	memset(&m.ports.at, 0, sizeof(m.ports.at));
	m.ports.at.family = 6;
	m.ports.at.addr[15] = 1;
	m.ports.at.port = (uint16_t)(26000 + getpid() % 2000 * 2);
	m.ports.at.rtcp_port = m.ports.at.port + 1;
	ok(!ask(fd, &m, MEDIAD_RESERVE, &reply) &&
	   !ask(fd, &m, MEDIAD_RELEASE, &reply), "IPv6, beside IPv4: %s",
	   reply.reply.sentence);
	set_endpoint(&m.ports.at, 1, 26004);
	m.ports.at.rtcp_port = 26005;
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
		reserve_stream(fd, port);
		good_stream(&m, port, (uint8_t)(50 + i));
		port += 2;
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

static void check_other_user(void)
{
	union mediad_message m = { 0 }, reply;
	int client, other, status;
	pid_t pid;

	if (getuid()) {
		ok(true, "another user # SKIP not root");
		return;
	}
	strcat(server_path, "-other");
	other = fake_ucsec_start(server_path, 12345, &pid);
	client = dial();
	mediad_seal(&m, MEDIAD_HELLO, 1);
	ok(ask_raw(client, &m, m.head.len, &reply) == 1,
	   "another user is shown the door");
	close(client);
	close(other);
	waitpid(pid, &status, 0);
	unlink(server_path);
}

int main(void)
{
	int fd;

	start_server("test-mediad-clients");
	fd = dial();
	check_ports(fd);
	check_clients(&fd);
	close(fd);
	check_last_words();
	check_flood();
	ok(stop_server(), "the server ended when told, without a complaint");
	check_other_user();
	return tap_end();
}
