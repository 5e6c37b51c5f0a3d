/* SPDX-License-Identifier: GPL-2.0 */
/* UDP sockets of one process in several network namespaces. */
#ifndef BENCH_NETNS_H
#define BENCH_NETNS_H

#include <netinet/in.h>

/* "10.0.0.1:4000" to an address; returns 0 or -EINVAL. */
int endpoint_parse(struct sockaddr_in *address, const char *text);

/*
 * A non-blocking UDP socket in the namespace that `ip netns add NAME` made,
 * bound to "from" and, unless "to" is NULL, connected; both as above. Ends the
 * program where there is none.
 */
int netns_open(const char *name, const char *from, const char *to);

/* "a,b", such as NS,ADDR:PORT, cut in place. Returns 0 or -EINVAL. */
int pair_split(char *text, const char **first, const char **second);

#endif
