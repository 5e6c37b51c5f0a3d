// SPDX-License-Identifier: GPL-2.0
/* Whether media can be served as it is configured. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call/media-internal.h"

enum { PORTS = 65536, FIRST_USER_PORT = 1024, SYSCTL_LEN = 65536 };

struct port_set {
	uint8_t bits[PORTS / 8];
};

static void add(struct port_set *set, unsigned long first, unsigned long last)
{
	for (unsigned long i = first; i <= last && i < PORTS; i++)
		set->bits[i / 8] |= (uint8_t)(1 << i % 8);
}

static bool has(const struct port_set *set, unsigned int port)
{
	return set->bits[port / 8] & 1 << port % 8;
}

/* "8080,9148-9150", as /proc/sys has it. */
static void add_list(struct port_set *set, const char *text)
{
	char *end;

	while (*text) {
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (end == text)
			return;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		add(set, first, last);
		text = *end == ',' ? end + 1 : end;
	}
}

bool media_ports_are_safe(const char *local, const char *reserved,
			  uint16_t first, uint16_t last)
{
	struct port_set *set = calloc(2, sizeof(*set));
	unsigned long from, to;
	bool safe = true;
	char *end;

	if (!set)
		return false;
	from = strtoul(local, &end, 10);
	to = strtoul(end, NULL, 10);
	add(&set[0], from, to);
	add_list(&set[1], reserved);
	for (unsigned int i = first; i <= last && safe; i++)
		safe = !has(&set[0], i) || has(&set[1], i);
	free(set);
	return safe;
}

/* "" if there is none. */
static char *read_sysctl(const char *path)
{
	char *text = calloc(1, SYSCTL_LEN);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (text && fd >= 0 && read(fd, text, SYSCTL_LEN - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

/*
 * Where the kernel takes ports for other sockets from, a resolver's answer
 * could come in on a port that a call gets next.
 */
static bool is_safe(const struct call_range *range)
{
	char *local = read_sysctl("/proc/sys/net/ipv4/ip_local_port_range");
	char *reserved =
		read_sysctl("/proc/sys/net/ipv4/ip_local_reserved_ports");
	bool safe = local && reserved &&
		    media_ports_are_safe(local, reserved, range->first,
					 range->last);

	free(local);
	free(reserved);
	return safe;
}

bool media_ranges_equal(const struct call_range *a, const struct call_range *b)
{
	return a->addr.family == b->addr.family && a->first == b->first &&
	       a->last == b->last &&
	       !memcmp(&a->addr.v6, &b->addr.v6, a->addr.family == AF_INET6 ?
		       sizeof(a->addr.v6) : sizeof(a->addr.v4));
}

static const char *check_range(const struct call_range *range, int family)
{
	if (range->addr.family != family)
		return "a media address is of the wrong family";
	if (range->first < FIRST_USER_PORT)
		return "media ports begin below 1024";
	if (range->last < ((range->first + 1u) & ~1u) + 1)
		return "media ports have no room for a pair";
	return is_safe(range) ? NULL :
		"media ports are in net.ipv4.ip_local_port_range; reserve them "
		"in net.ipv4.ip_local_reserved_ports or choose others";
}

/* Both realms may share one range; parts of one they may not. */
static const char *check_overlap(struct call_range a,
				 const struct call_range *b)
{
	bool apart = a.last < b->first || b->last < a.first;

	if (a.addr.family == AF_UNSPEC || b->addr.family == AF_UNSPEC ||
	    apart || media_ranges_equal(&a, b))
		return NULL;
	a.first = b->first;
	a.last = b->last;
	return media_ranges_equal(&a, b) ?
		"line and trunk media ports overlap on one address" : NULL;
}

int call_media_conf_check(const struct call_media_conf *conf,
			  const char **why)
{
	unsigned int ranges = 0;

	*why = NULL;
	for (int v = 0; v < 2 && !*why; v++) {
		for (int realm = 0; realm < CALL_REALMS && !*why; realm++) {
			const struct call_range *range =
				&conf->ranges[realm][v];

			if (range->addr.family == AF_UNSPEC)
				continue;
			ranges++;
			*why = check_range(range, v ? AF_INET6 : AF_INET);
		}
		if (!*why)
			*why = check_overlap(conf->ranges[CALL_REALM_LINE][v],
				&conf->ranges[CALL_REALM_TRUNK][v]);
	}
	if (!*why && conf->anchored && !ranges)
		*why = "no media address is configured";
	return *why ? -EINVAL : 0;
}
