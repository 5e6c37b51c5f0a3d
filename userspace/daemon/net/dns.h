/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Name look-ups that block: for workers. Touches nothing of the loop's.
 */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "net/net.h"

struct net_found {
	struct net_hop hops[NET_HOPS_MAX];
	size_t n;
	uint32_t ttl;			/* seconds, of the shortest record */
};

/* -ENOENT: there is no such name; -EAGAIN: no server answered. */
int net_dns_lookup(const struct net_query *query,
		   const struct net_addr *server, struct net_found *found);

#endif /* NET_DNS_H */
