/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which certificate does somebody show? For who compares it with what came
 * another way: nothing of it is verified, and nothing but a handshake is said.
 */
#ifndef NET_PEEK_H
#define NET_PEEK_H

#include <openssl/types.h>
#include <stdint.h>

#include "net/net.h"

enum { NET_PEEK_PORTS = 4 };

struct net_peek_query {
	const char *host;			/* name or numeric */
	uint16_t ports[NET_PEEK_PORTS];		/* tried in turn, until a 0 */
};

struct net_peek;

/*
 * Once, from the loop: @cert, which is the callee's to look at alone, and who
 * showed it; or NULL, and a sentence on the last one that was tried.
 */
typedef void net_peek_fn(void *arg, X509 *cert, const struct net_addr *addr,
			 const char *why);
/* Each try takes 4 seconds at most, all 15. NULL without memory. */
struct net_peek *net_peek(struct net *net, const struct net_peek_query *query,
			  net_peek_fn *fn, void *arg);
/* Not after fn was called. */
void net_peek_cancel(struct net_peek *peek);

#endif /* NET_PEEK_H */
