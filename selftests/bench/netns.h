/* SPDX-License-Identifier: GPL-2.0 */
/* UDP sockets of one process in several network namespaces. */
#ifndef BENCH_NETNS_H
#define BENCH_NETNS_H

#include <netinet/in.h>

/* "10.0.0.1:4000" to an address; returns 0 or -EINVAL. */
int endpoint_parse(struct sockaddr_in *address, const char *text);

/*
 * A non-blocking UDP socket in the namespace that `ip netns add NAME` made,
 * bound to "from" and, unless "to" is NULL, connected. Returns it or -errno.
 */
int netns_udp_socket(const char *name, const struct sockaddr_in *from,
		     const struct sockaddr_in *to);

#endif
