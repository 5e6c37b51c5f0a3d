// SPDX-License-Identifier: GPL-2.0
/* Whether media can be served as it is configured. */
#include <errno.h>
#include <string.h>

#include "call/media-internal.h"

enum { FIRST_USER_PORT = 1024 };

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
	return range->last < ((range->first + 1u) & ~1u) + 1 ?
		"media ports have no room for a pair" : NULL;
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
