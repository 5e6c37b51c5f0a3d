// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of address prefixes; ucsecctl links it, too.
 */
#include "store/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { TEXT_SIZE = INET6_ADDRSTRLEN + 4 };

static const char separators[] = ", ";

/* Without sign, blank or leading zero: -1 if it is none. */
static int read_len(const char *text, int most)
{
	int len = 0;

	if (!*text || strlen(text) > 3 || (*text == '0' && text[1]))
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		len = len * 10 + (*text - '0');
	}
	return len <= most ? len : -1;
}

/* The kernel refuses them: who writes 10.0.0.1/8 may mean either. */
static bool has_host_bits(const struct store_prefix *prefix)
{
	int bytes = prefix->family == 4 ? 4 : 16;

	for (int i = 0; i < bytes; i++) {
		int kept = prefix->len - 8 * i;
		uint8_t host = kept <= 0 ? 0xff : kept >= 8 ? 0 : 0xff >> kept;

		if (prefix->addr[i] & host)
			return true;
	}
	return false;
}

static bool is_mapped(const struct store_prefix *prefix)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return prefix->family == 6 && prefix->len >= 96 &&
	       !memcmp(prefix->addr, mapped, sizeof(mapped));
}

static const char *read_one(char *text, struct store_prefix *prefix)
{
	char *slash = strchr(text, '/');
	int most, len;

	memset(prefix, 0, sizeof(*prefix));
	if (slash)
		*slash = '\0';
	if (inet_pton(AF_INET, text, prefix->addr) == 1)
		prefix->family = 4;
	else if (inet_pton(AF_INET6, text, prefix->addr) == 1)
		prefix->family = 6;
	else
		return "not an address, or an address and the length of a "
			"prefix, as in 10.1.0.0/16";
	most = prefix->family == 4 ? 32 : 128;
	len = slash ? read_len(slash + 1, most) : most;
	if (len < 0)
		return "a length is 0 to 32 of IPv4, 0 to 128 of IPv6";
	prefix->len = (uint8_t)len;
	if (has_host_bits(prefix))
		return "an address has bits behind the length of its prefix";
	return is_mapped(prefix) ? "an IPv4 address is written as such" : NULL;
}

int store_prefix_next(const char **list, struct store_prefix *prefix,
		      const char **why)
{
	const char *at = *list + strspn(*list, separators);
	size_t len = strcspn(at, separators);
	char text[TEXT_SIZE];

	*why = NULL;
	*list = at + len;
	if (!len)
		return 0;
	if (len >= sizeof(text)) {
		*why = "too long for a prefix";
		return -EINVAL;
	}
	memcpy(text, at, len);
	text[len] = '\0';
	*why = read_one(text, prefix);
	return *why ? -EINVAL : 1;
}

const char *store_prefixes_check(char *text)
{
	struct store_prefix prefix;
	const char *list = text, *why;

	while (store_prefix_next(&list, &prefix, &why) == 1)
		;
	return why;
}
