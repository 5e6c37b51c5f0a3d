// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Endpoints as text: 192.0.2.1:5000, [2001:db8::1]:5000, [fe80::1%eth0]:5000.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>

#include "internal.h"

static int refuse(const char **why, const char *sentence)
{
	if (why)
		*why = sentence;
	return -EINVAL;
}

static int parse_port(const char *text, uint16_t *port, const char **why)
{
	unsigned int value = 0;
	size_t len = strlen(text);

	if (len < 1 || len > 5 || strspn(text, "0123456789") != len)
		return refuse(why, "a port is a number from 1 to 65535");
	for (; *text; text++)
		value = value * 10 + (*text - '0');
	if (value < 1 || value > 65535)
		return refuse(why, "a port is a number from 1 to 65535");
	*port = value;
	return 0;
}

static int parse_addr6(char *text, struct ucsec_endpoint *ep, const char **why)
{
	char *dev = strchr(text, '%');

	if (dev)
		*dev++ = '\0';
	if (inet_pton(AF_INET6, text, &ep->addr.addr6) != 1)
		return refuse(why, "not an IPv6 address");
	ep->family = AF_INET6;
	if (!dev)
		return 0;
	ep->ifindex = if_nametoindex(dev);
	ep->have |= UCSEC_EP_IFINDEX;
	if (ep->ifindex)
		return 0;
	refuse(why, "no such interface");
	return -ENODEV;
}

/* Splits [ADDR6]rest, in place; rest is "" or ":PORT". */
static int split6(char *text, char **addr, char **port, const char **why)
{
	char *end = strchr(text, ']');

	if (!end)
		return refuse(why, "no ] after the IPv6 address");
	*addr = text + 1;
	*end++ = '\0';
	if (*end && *end != ':')
		return refuse(why, "after ] comes :PORT or nothing");
	*port = *end ? end + 1 : NULL;
	return 0;
}

static int split4(char *text, char **addr, char **port, const char **why)
{
	char *colon = strchr(text, ':');

	*addr = text;
	if (colon && strchr(colon + 1, ':'))
		return refuse(why, "an IPv6 address needs brackets: "
			      "[2001:db8::1]:5000");
	if (colon)
		*colon++ = '\0';
	*port = colon;
	return 0;
}

int ucsec_endpoint_parse(const char *text, struct ucsec_endpoint *endpoint,
			 const char **why)
{
	struct ucsec_endpoint ep = { .family = AF_UNSPEC };
	char copy[UCSEC_ENDPOINT_TEXT_LEN + 1];
	char *addr, *port;
	int err;

	if (strlen(text) >= sizeof(copy))
		return refuse(why, "not an address");
	strcpy(copy, text);
	if (copy[0] == '[') {
		err = split6(copy, &addr, &port, why);
		if (!err)
			err = parse_addr6(addr, &ep, why);
	} else {
		err = split4(copy, &addr, &port, why);
		if (!err && inet_pton(AF_INET, addr, &ep.addr.addr4) != 1)
			err = refuse(why, "not an IPv4 address");
		ep.family = AF_INET;
	}
	if (!err && port) {
		err = parse_port(port, &ep.port, why);
		ep.have |= UCSEC_EP_PORT;
	}
	if (!err)
		*endpoint = ep;
	return err;
}

static bool wants_scope(const struct ucsec_endpoint *ep)
{
	return ep->have & UCSEC_EP_IFINDEX && ep->family == AF_INET6 &&
		IN6_IS_ADDR_LINKLOCAL(&ep->addr.addr6);
}

/* An interface that is gone is named by its number, as ip(8) does. */
static void format_scope(const struct ucsec_endpoint *ep, char *text,
			 size_t size)
{
	char name[IF_NAMESIZE];

	text[0] = '\0';
	if (!wants_scope(ep))
		return;
	if (if_indextoname(ep->ifindex, name))
		snprintf(text, size, "%%%s", name);
	else
		snprintf(text, size, "%%if%u", ep->ifindex);
}

int ucsec_endpoint_format(const struct ucsec_endpoint *endpoint, char *text,
			  size_t size)
{
	char addr[INET6_ADDRSTRLEN] = "*";
	char scope[IF_NAMESIZE + 2];
	char port[8] = "";
	int len;

	if (endpoint->have & UCSEC_EP_PORT)
		snprintf(port, sizeof(port), ":%u", endpoint->port);
	if (endpoint->family == AF_INET6) {
		inet_ntop(AF_INET6, &endpoint->addr.addr6, addr, sizeof(addr));
		format_scope(endpoint, scope, sizeof(scope));
		len = snprintf(text, size, "[%s%s]%s", addr, scope, port);
	} else {
		if (endpoint->family == AF_INET)
			inet_ntop(AF_INET, &endpoint->addr.addr4, addr,
				  sizeof(addr));
		len = snprintf(text, size, "%s%s", addr, port);
	}
	return len < 0 || (size_t)len >= size ? -ENOSPC : 0;
}
