// SPDX-License-Identifier: GPL-2.0
// Addresses: parse, print, compare.

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "net/net.h"

/* "fe80::1%eth0" names its interface. */
static int parse_in6(struct sockaddr_in6 *in6, char *text)
{
	char *zone = strchr(text, '%');

	if (zone) {
		*zone++ = '\0';
		in6->sin6_scope_id = if_nametoindex(zone);
		if (!in6->sin6_scope_id)
			return -EINVAL;
	}
	return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1 ? 0 : -EINVAL;
}

int net_addr_parse(struct net_addr *addr, const char *text, uint16_t port)
{
	char copy[NET_ADDR_LEN];
	size_t len = strlen(text);

	memset(addr, 0, sizeof(*addr));
	if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';

	if (inet_pton(AF_INET, copy, &addr->in.sin_addr) == 1) {
		addr->in.sin_family = AF_INET;
		addr->in.sin_port = htons(port);
		return 0;
	}
	addr->in6.sin6_family = AF_INET6;
	addr->in6.sin6_port = htons(port);
	return parse_in6(&addr->in6, copy);
}

const char *net_addr_host(const struct net_addr *addr, char *buf, size_t size)
{
	char zone[IF_NAMESIZE];
	size_t len;

	if (addr->sa.sa_family == AF_INET) {
		if (!inet_ntop(AF_INET, &addr->in.sin_addr, buf, size))
			buf[0] = '\0';
		return buf;
	}
	if (addr->sa.sa_family != AF_INET6 ||
	    !inet_ntop(AF_INET6, &addr->in6.sin6_addr, buf, size)) {
		buf[0] = '\0';
		return buf;
	}
	len = strlen(buf);
	if (addr->in6.sin6_scope_id &&
	    if_indextoname(addr->in6.sin6_scope_id, zone))
		snprintf(buf + len, size - len, "%%%s", zone);
	return buf;
}

const char *net_addr_full(const struct net_addr *addr, char *buf, size_t size)
{
	char host[NET_ADDR_LEN];
	bool six = addr->sa.sa_family == AF_INET6;

	net_addr_host(addr, host, sizeof(host));
	snprintf(buf, size, "%s%s%s:%u", six ? "[" : "", host, six ? "]" : "",
		 net_addr_port(addr));
	return buf;
}

uint16_t net_addr_port(const struct net_addr *addr)
{
	if (addr->sa.sa_family == AF_INET)
		return ntohs(addr->in.sin_port);
	if (addr->sa.sa_family == AF_INET6)
		return ntohs(addr->in6.sin6_port);
	return 0;
}

void net_addr_set_port(struct net_addr *addr, uint16_t port)
{
	if (addr->sa.sa_family == AF_INET)
		addr->in.sin_port = htons(port);
	else if (addr->sa.sa_family == AF_INET6)
		addr->in6.sin6_port = htons(port);
}

socklen_t net_addr_size(const struct net_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) :
					       sizeof(addr->in6);
}

bool net_addr_same_host(const struct net_addr *a, const struct net_addr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return a->sa.sa_family == AF_INET6 &&
	       a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
	       !memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		       sizeof(a->in6.sin6_addr));
}

bool net_addr_equal(const struct net_addr *a, const struct net_addr *b)
{
	return net_addr_same_host(a, b) &&
	       net_addr_port(a) == net_addr_port(b);
}
