// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and port ranges as ucsecd.conf writes them.
 */
#include "conf-listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* Digits alone: strtoul would take signs and blanks too. */
static int parse_port(const char *text, unsigned long min, uint16_t *port)
{
	unsigned long value;

	if (!*text || strspn(text, "0123456789") != strlen(text) ||
	    strlen(text) > 5)
		return -EINVAL;
	value = strtoul(text, NULL, 10);
	if (value < min || value > 65535)
		return -EINVAL;
	*port = value;
	return 0;
}

static int parse_in6(char *text, struct sockaddr_in6 *in6)
{
	char *zone = strchr(text, '%');

	if (zone) {
		*zone++ = '\0';
		in6->sin6_scope_id = if_nametoindex(zone);
		if (!in6->sin6_scope_id)
			return -ENODEV;
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		return -EINVAL;
	in6->sin6_family = AF_INET6;
	return 0;
}

/* "192.0.2.1:5060", "[2001:db8::1]:5060", "[fe80::1%eth0]:5060" */
const char *conf_listen_parse(const char *text, struct conf_listen *listen)
{
	static const char wrong[] =
		"an address is ADDRESS:PORT or [IPV6]:PORT, the port 1 to 65535";
	char copy[CONF_ADDRESS_SIZE];
	char *port, *end;
	uint16_t number;

	if (strlen(text) >= sizeof(copy))
		return wrong;
	strcpy(copy, text);
	port = strrchr(copy, ':');
	if (!port || parse_port(port + 1, 1, &number))
		return wrong;
	*port = '\0';
	strcpy(listen->text, text);
	if (copy[0] == '[') {
		end = strchr(copy, ']');
		if (!end || end[1])
			return wrong;
		*end = '\0';
		switch (parse_in6(copy + 1, &listen->addr.in6)) {
		case 0:
			break;
		case -ENODEV:
			return "no network interface has that name";
		default:
			return wrong;
		}
		listen->addr.in6.sin6_port = htons(number);
		listen->len = sizeof(listen->addr.in6);
		return NULL;
	}
	if (inet_pton(AF_INET, copy, &listen->addr.in.sin_addr) != 1)
		return wrong;
	listen->addr.in.sin_family = AF_INET;
	listen->addr.in.sin_port = htons(number);
	listen->len = sizeof(listen->addr.in);
	return NULL;
}

bool conf_listen_is_loopback(const struct conf_listen *listen)
{
	if (listen->addr.sa.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&listen->addr.in6.sin6_addr);
	return ntohl(listen->addr.in.sin_addr.s_addr) >> 24 == 127;
}

const char *conf_media_address_parse(const char *text, struct conf_media *media)
{
	struct in6_addr in6;
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1) {
		if (media->have_in)
			return "one IPv4 address a side";
		if (in.s_addr == htonl(INADDR_ANY) ||
		    IN_MULTICAST(ntohl(in.s_addr)))
			return "media needs an address of this host";
		media->in = in;
		media->have_in = true;
		return NULL;
	}
	if (inet_pton(AF_INET6, text, &in6) != 1)
		return "neither an IPv4 nor an IPv6 address";
	if (media->have_in6)
		return "one IPv6 address a side";
	if (IN6_IS_ADDR_UNSPECIFIED(&in6) || IN6_IS_ADDR_MULTICAST(&in6) ||
	    IN6_IS_ADDR_LINKLOCAL(&in6))
		return "media needs an address of this host with global scope";
	media->in6 = in6;
	media->have_in6 = true;
	return NULL;
}

/* RTP has the even port, RTCP the odd one after it. */
const char *conf_media_ports_parse(const char *text, struct conf_media *media)
{
	static const char wrong[] =
		"a port range is FIRST-LAST, FIRST even and from 1024, LAST odd";
	char copy[16];
	char *last;

	if (strlen(text) >= sizeof(copy))
		return wrong;
	strcpy(copy, text);
	last = strchr(copy, '-');
	if (!last)
		return wrong;
	*last++ = '\0';
	if (parse_port(copy, 1024, &media->port_min) ||
	    parse_port(last, 1024, &media->port_max))
		return wrong;
	if (media->port_min % 2 || media->port_max % 2 == 0 ||
	    media->port_min > media->port_max)
		return wrong;
	return NULL;
}
