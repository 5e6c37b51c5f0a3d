// SPDX-License-Identifier: GPL-2.0
/*
 * A client of ucsec-mediad by hand: requests as bytes, one answer to each.
 */
#include "asker.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-ucsec.h"

char server_path[64];
int control;
static pid_t server;

void start_server(const char *test)
{
	snprintf(server_path, sizeof(server_path), "/tmp/%s-%d", test,
		 (int)getpid());
	control = fake_ucsec_start(server_path, getuid(), &server);
}

bool stop_server(void)
{
	int status;

	close(control);
	waitpid(server, &status, 0);
	unlink(server_path);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(addr.sun_path, server_path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		abort();
	return fd;
}

bool hear(int fd, union mediad_message *m)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, 10000) != 1)
		return false;
	n = recv(fd, m, sizeof(*m), 0);
	return n > 0 && !mediad_check(m, (size_t)n, false);
}

int ask_raw(int fd, const void *data, size_t len,
		   union mediad_message *reply)
{
	if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    !hear(fd, reply))
		return 1;
	return reply->head.type == MEDIAD_ITEM ? 0 : reply->reply.error;
}

int ask(int fd, union mediad_message *m, unsigned int type,
	       union mediad_message *reply)
{
	mediad_seal(m, type, 7);
	return ask_raw(fd, m, m->head.len, reply);
}

uint32_t own_host(void)
{
	return 0x7f000001 | ((uint32_t)getpid() & 0x3fffff) << 1;
}

void set_endpoint(struct mediad_endpoint *ep, uint32_t host,
			 uint16_t port)
{
	uint32_t addr = htonl(host == 1 ? own_host() : 0x7f000000 | host);

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

int reserve_stream(int fd, uint16_t port)
{
	union mediad_message m = { 0 }, reply;
	int err = 0;

	for (int i = 0; i < 2 && !err; i++, port += 1000) {
		set_endpoint(&m.ports.at, 1, port);
		m.ports.at.rtcp_port = port + 1;
		err = ask(fd, &m, MEDIAD_RESERVE, &reply);
	}
	return err;
}

void good_stream(union mediad_message *m, uint16_t port, uint8_t key)
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
