// SPDX-License-Identifier: GPL-2.0
/* Opens UDP sockets in named network namespaces. */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

int endpoint_parse(struct sockaddr_in *address, const char *text)
{
	char host[INET_ADDRSTRLEN];
	const char *colon = strchr(text, ':');
	char *end;
	long port;

	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';

	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end || port < 1 || port > 65535)
		return -EINVAL;

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &address->sin_addr) == 1 ? 0 : -EINVAL;
}

static int enter(const char *name)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return err;
}

static int udp_socket(const char *name, const struct sockaddr_in *from,
		      const struct sockaddr_in *to)
{
	/* A whole batch must fit, accounted with the skbs' overhead. */
	const int room = 4 << 20;
	int fd, err;

	err = enter(name);
	if (err)
		return err;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (const struct sockaddr *)from, sizeof(*from)) ||
	    (to && connect(fd, (const struct sockaddr *)to, sizeof(*to)))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int netns_open(const char *name, const char *from, const char *to)
{
	struct sockaddr_in local, remote;
	int fd;

	if (endpoint_parse(&local, from) || (to && endpoint_parse(&remote, to)))
		error(2, 0, "not an address with a port: %s %s", from,
		      to ? to : "");
	fd = udp_socket(name, &local, to ? &remote : NULL);
	if (fd < 0)
		error(1, -fd, "socket %s in %s", from, name);
	return fd;
}

int pair_split(char *text, const char **first, const char **second)
{
	char *comma = strchr(text, ',');

	if (!comma)
		return -EINVAL;
	*comma = '\0';
	*first = text;
	*second = comma + 1;
	return 0;
}
