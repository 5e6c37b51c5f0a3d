// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that are ours: two bound sockets for each pair. The module takes media
 * in PREROUTING, before sockets are looked up; what gets past it, after the end
 * of a call for instance, meets a filter that accepts nothing and goes nowhere.
 */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mediad/mediad.h"

enum { BUCKETS = 4096 };

struct pair {
	LIST_ENTRY(pair) node;
	struct mediad_endpoint at;
	int fds[2];
	unsigned int client;	/* that named it last */
};

struct mediad_port_table {
	unsigned int client, count;
	LIST_HEAD(, pair) buckets[BUCKETS];
};

struct mediad_port_table *mediad_ports_new(void)
{
	struct mediad_port_table *table = calloc(1, sizeof(*table));

	for (int i = 0; table && i < BUCKETS; i++)
		LIST_INIT(&table->buckets[i]);
	return table;
}

static void pair_free(struct mediad_port_table *table, struct pair *pair)
{
	for (int i = 0; i < 2; i++)
		if (pair->fds[i] >= 0)
			close(pair->fds[i]);
	LIST_REMOVE(pair, node);
	table->count--;
	free(pair);
}

void mediad_ports_free(struct mediad_port_table *table)
{
	for (int i = 0; table && i < BUCKETS; i++)
		while (!LIST_EMPTY(&table->buckets[i]))
			pair_free(table, LIST_FIRST(&table->buckets[i]));
	free(table);
}

static struct pair *find(struct mediad_port_table *table,
			 const struct mediad_endpoint *at)
{
	struct pair *pair;

	LIST_FOREACH(pair, &table->buckets[at->port / 2 % BUCKETS], node)
		if (!memcmp(&pair->at, at, sizeof(*at)))
			return pair;
	return NULL;
}

static socklen_t fill_address(const struct mediad_endpoint *at, uint16_t port,
			      struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

	memset(ss, 0, sizeof(*ss));
	if (at->family == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, at->addr, sizeof(in->sin_addr));
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, at->addr, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/* The filter is there before the port is: nothing ever gets in. */
static int hold(const struct mediad_endpoint *at, uint16_t port)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = { .len = 1, .filter = &nothing };
	struct sockaddr_storage ss;
	socklen_t len = fill_address(at, port, &ss);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
		       sizeof(filter)) ||
	    set(fd, SOL_SOCKET, SO_LOCK_FILTER, 1) ||
	    set(fd, SOL_SOCKET, SO_RCVBUF, 0) ||
	    (at->family == 6 && set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
	    bind(fd, (struct sockaddr *)&ss, len)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int mediad_ports_reserve(struct mediad_port_table *table,
			 const struct mediad_endpoint *at)
{
	struct pair *pair = find(table, at);
	int err;

	if (pair) {
		pair->client = table->client;
		return -EALREADY;
	}
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return -ENOMEM;
	pair->at = *at;
	pair->client = table->client;
	pair->fds[1] = -1;
	LIST_INSERT_HEAD(&table->buckets[at->port / 2 % BUCKETS], pair, node);
	table->count++;
	pair->fds[0] = hold(at, at->port);
	err = pair->fds[0] < 0 ? pair->fds[0] : 0;
	if (!err) {
		pair->fds[1] = hold(at, at->rtcp_port);
		err = pair->fds[1] < 0 ? pair->fds[1] : 0;
	}
	if (err)
		pair_free(table, pair);
	return err;
}

int mediad_ports_release(struct mediad_port_table *table,
			 const struct mediad_endpoint *at)
{
	struct pair *pair = find(table, at);

	if (!pair)
		return -ENOENT;
	pair_free(table, pair);
	return 0;
}

bool mediad_ports_have(const struct mediad_port_table *table,
		       const struct mediad_endpoint *at)
{
	const struct pair *pair;

	LIST_FOREACH(pair, &table->buckets[at->port / 2 % BUCKETS], node)
		if (pair->at.family == at->family &&
		    !memcmp(pair->at.addr, at->addr, sizeof(at->addr)) &&
		    pair->at.port == at->port &&
		    (!at->rtcp_port || pair->at.rtcp_port == at->rtcp_port))
			return true;
	return false;
}

void mediad_ports_next_client(struct mediad_port_table *table)
{
	table->client++;
}

void mediad_ports_sweep(struct mediad_port_table *table)
{
	for (int i = 0; i < BUCKETS; i++) {
		struct pair *pair, *next;

		for (pair = LIST_FIRST(&table->buckets[i]); pair; pair = next) {
			next = LIST_NEXT(pair, node);
			if (pair->client != table->client)
				pair_free(table, pair);
		}
	}
}

unsigned int mediad_ports_count(const struct mediad_port_table *table)
{
	return table->count;
}
