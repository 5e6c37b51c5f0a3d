// SPDX-License-Identifier: GPL-2.0
/*
 * Media port ranges beside the kernel's ephemeral ports.
 *
 * The kernel hands out local ports from ip_local_port_range: were one of them a
 * media port, a DNS reply would be taken for media.
 */
#include "conf-listen.h"

#include <stdlib.h>
#include <string.h>

/* Does one element of "a,b-c,..." cover all of it? Elements come merged. */
static bool is_reserved(const char *list, unsigned long min, unsigned long max)
{
	while (*list) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list)
			return false;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (first <= min && max <= last)
			return true;
		if (*end != ',')
			return false;
		list = end + 1;
	}
	return false;
}

bool conf_ports_are_ours(const struct conf_media *media, const char *range,
			 const char *reserved, char *why, size_t size)
{
	unsigned long min, max;
	char *end;

	min = strtoul(range, &end, 10);
	max = strtoul(end, NULL, 10);
	if (media->port_max < min || media->port_min > max)
		return true;
	if (min < media->port_min)
		min = media->port_min;
	if (max > media->port_max)
		max = media->port_max;
	if (is_reserved(reserved, min, max))
		return true;
	snprintf(why, size, "ports %lu-%lu are ephemeral ports of this host: "
		 "choose others, or reserve them with sysctl "
		 "net.ipv4.ip_local_reserved_ports=%lu-%lu",
		 min, max, min, max);
	return false;
}
