// SPDX-License-Identifier: GPL-2.0
// A DNS server for tests.

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "nameserver.h"

static const struct record *records;
static atomic_uint questions;
static int server = -1, streams = -1, stop_pipe[2];
static pthread_t thread;

static void put16(uint8_t **at, unsigned int value)
{
	*(*at)++ = (uint8_t)(value >> 8);
	*(*at)++ = (uint8_t)value;
}

static void put_name(uint8_t **at, const char *name)
{
	if (!strcmp(name, ".")) {
		*(*at)++ = 0;
		return;
	}
	while (*name) {
		size_t len = strcspn(name, ".");

		*(*at)++ = (uint8_t)len;
		memcpy(*at, name, len);
		*at += len;
		name += len + (name[len] == '.');
	}
	*(*at)++ = 0;
}

static void put_string(uint8_t **at, const char *text)
{
	*(*at)++ = (uint8_t)strlen(text);
	memcpy(*at, text, strlen(text));
	*at += strlen(text);
}

/* The type of a value, and its data behind *at. */
static int put_data(uint8_t **at, const char *value)
{
	char word[5][128];
	unsigned int n[3];

	if (sscanf(value, "AAAA %127s", word[0]) == 1) {
		inet_pton(AF_INET6, word[0], *at);
		*at += 16;
		return ns_t_aaaa;
	}
	if (sscanf(value, "A %127s", word[0]) == 1) {
		inet_pton(AF_INET, word[0], *at);
		*at += 4;
		return ns_t_a;
	}
	if (sscanf(value, "CNAME %127s", word[0]) == 1) {
		put_name(at, word[0]);
		return ns_t_cname;
	}
	if (sscanf(value, "SRV %u %u %u %127s", &n[0], &n[1], &n[2],
		   word[0]) == 4) {
		put16(at, n[0]);
		put16(at, n[1]);
		put16(at, n[2]);
		put_name(at, word[0]);
		return ns_t_srv;
	}
	if (sscanf(value, "NAPTR %u %u %127s %127s %127s", &n[0], &n[1],
		   word[0], word[1], word[2]) == 5) {
		put16(at, n[0]);
		put16(at, n[1]);
		put_string(at, word[0]);
		put_string(at, word[1]);
		put_string(at, "");
		put_name(at, word[2]);
		return ns_t_naptr;
	}
	return 0;
}

static unsigned int put_answers(uint8_t **at, const char *name, int type)
{
	const struct record *record;
	unsigned int n = 0;

	for (record = records; record->name; record++) {
		uint8_t *start = *at, *len;
		int found;

		if (strcasecmp(record->name, name))
			continue;
		put_name(at, name);
		put16(at, 0);		/* type, known later */
		put16(at, ns_c_in);
		put16(at, record->ttl >> 16);
		put16(at, record->ttl & 0xffff);
		len = *at;
		put16(at, 0);
		found = put_data(at, record->value);
		if (found != type && found != ns_t_cname) {
			*at = start;
			continue;
		}
		ns_put16((unsigned int)(*at - len - 2), len);
		ns_put16((unsigned int)found, len - 8);
		n++;
		if (found == ns_t_cname) {
			char target[128];

			sscanf(record->value, "CNAME %127s", target);
			n += put_answers(at, target, type);
		}
	}
	return n;
}

static bool says(const char *name, const char *value)
{
	const struct record *record;

	for (record = records; record->name; record++) {
		if (!strcasecmp(record->name, name) &&
		    !strcmp(record->value, value))
			return true;
	}
	return false;
}

static void answer(const uint8_t *query, size_t len,
		   const struct sockaddr_in *from)
{
	uint8_t reply[8192], *at;
	char name[NS_MAXDNAME];
	ns_msg msg;
	ns_rr rr;
	unsigned int n;

	if (ns_initparse(query, (int)len, &msg) ||
	    ns_parserr(&msg, ns_s_qd, 0, &rr))
		return;
	questions++;
	snprintf(name, sizeof(name), "%s", ns_rr_name(rr));
	if (says(name, "SILENT"))
		return;
	memcpy(reply, query, NS_HFIXEDSZ);
	at = reply + NS_HFIXEDSZ;
	put_name(&at, name);
	put16(&at, ns_rr_type(rr));
	put16(&at, ns_c_in);
	n = put_answers(&at, name, ns_rr_type(rr));
	ns_put16(0x8180 | (says(name, "HUGE") ? 0x200 : 0) |
		 (says(name, "SERVFAIL") ? ns_r_servfail :
		  n ? 0 : ns_r_nxdomain), reply + 2);
	ns_put16(1, reply + 4);
	ns_put16(n, reply + 6);
	ns_put16(0, reply + 8);
	ns_put16(0, reply + 10);
	sendto(server, reply, (size_t)(at - reply), 0,
	       (const struct sockaddr *)from, sizeof(*from));
}

/* Two records: one that only fills, then an address. */
static void answer_hugely(void)
{
	static uint8_t reply[2 + 16384 + 4];
	uint8_t query[2 + 512], *at = reply + 2;
	int fd = accept(streams, NULL, NULL);
	ssize_t len = recv(fd, query, sizeof(query), 0);
	size_t filler;

	if (len < 2 + NS_HFIXEDSZ) {
		close(fd);
		return;
	}
	memcpy(at, query + 2, (size_t)len - 2);
	ns_put16(0x8180, at + 2);
	ns_put16(2, at + 6);
	at += len - 2;
	filler = 16384 - 2 * (NS_RRFIXEDSZ + 2) - (size_t)(len - 2);
	put16(&at, 0xc000 | NS_HFIXEDSZ);
	put16(&at, ns_t_txt);
	put16(&at, ns_c_in);
	put16(&at, 0);
	put16(&at, 60);
	put16(&at, (unsigned int)filler);
	at += filler;
	put16(&at, 0xc000 | NS_HFIXEDSZ);
	put16(&at, ns_t_a);
	put16(&at, ns_c_in);
	put16(&at, 0);
	put16(&at, 60);
	put16(&at, 4);
	put16(&at, 0xc000);
	put16(&at, 0x0201);
	ns_put16((unsigned int)(at - reply - 2), reply);
	if (send(fd, reply, (size_t)(at - reply), 0) < 0)
		abort();
	close(fd);
}

static void *serve(void *arg)
{
	struct pollfd fds[3] = { { .fd = server, .events = POLLIN },
				 { .fd = stop_pipe[0], .events = POLLIN },
				 { .fd = streams, .events = POLLIN } };

	(void)arg;
	while (poll(fds, 3, -1) > 0 && !fds[1].revents) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		uint8_t query[512];
		ssize_t len;

		if (fds[2].revents)
			answer_hugely();
		len = recvfrom(server, query, sizeof(query), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &size);
		if (len > 0)
			answer(query, (size_t)len, &from);
	}
	return NULL;
}

void nameserver_start(struct net_addr *addr, const struct record *list)
{
	socklen_t len = sizeof(*addr);

	records = list;
	questions = 0;
	net_addr_parse(addr, "127.0.0.1", 0);
	streams = socket(AF_INET, SOCK_STREAM, 0);
	server = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(streams, &addr->sa, sizeof(addr->in)) ||
	    getsockname(streams, &addr->sa, &len) || listen(streams, 4) ||
	    bind(server, &addr->sa, sizeof(addr->in)) || pipe(stop_pipe) ||
	    pthread_create(&thread, NULL, serve, NULL))
		abort();
}

unsigned int nameserver_questions(void)
{
	return questions;
}

unsigned int nameserver_stop(void)
{
	if (write(stop_pipe[1], "", 1) != 1)
		abort();
	pthread_join(thread, NULL);
	close(server);
	close(streams);
	close(stop_pipe[0]);
	close(stop_pipe[1]);
	return questions;
}
