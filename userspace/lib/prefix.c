// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Prefixes as text: 192.0.2.0/24, 2001:db8::/32, 192.0.2.1.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "internal.h"

static int refuse(const char **why, int err, const char *sentence)
{
	if (why)
		*why = sentence;
	return err;
}

static int parse_len(const char *text, unsigned int max, uint8_t *len)
{
	unsigned int value = 0;
	size_t digits = strlen(text);

	if (digits < 1 || digits > 3 || strspn(text, "0123456789") != digits)
		return -EINVAL;
	for (; *text; text++)
		value = value * 10 + (*text - '0');
	*len = value;
	return value > max ? -EINVAL : 0;
}

/* Clears the bits behind the length; true if there were any. */
static bool clear_tail(uint8_t *bytes, size_t size, unsigned int len)
{
	bool any = false;

	for (size_t i = 0; i < size; i++) {
		unsigned int kept = len >= 8 * (i + 1) ? 8 :
			len > 8 * i ? len - 8 * i : 0;
		uint8_t tail = 0xff >> kept;

		any = any || bytes[i] & tail;
		bytes[i] &= ~tail;
	}
	return any;
}

/* The address decides of what family it is; text is cut at the slash. */
static int parse(char *text, struct ucsec_prefix *prefix, const char **why)
{
	char *slash = strchr(text, '/');
	size_t size = sizeof(prefix->addr.addr4);

	if (slash)
		*slash++ = '\0';
	prefix->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(prefix->family, text, &prefix->addr) != 1)
		return refuse(why, -EINVAL,
			      "a prefix is ADDRESS or ADDRESS/LENGTH, "
			      "without brackets");
	if (prefix->family == AF_INET6) {
		size = sizeof(prefix->addr.addr6);
		if (IN6_IS_ADDR_V4MAPPED(&prefix->addr.addr6))
			return refuse(why, -EINVAL,
				      "write it as an IPv4 prefix");
	}
	prefix->len = 8 * size;
	if (slash && parse_len(slash, 8 * size, &prefix->len))
		return refuse(why, -EINVAL, size == 4 ?
			      "a length of IPv4 is 0 to 32" :
			      "a length of IPv6 is 0 to 128");
	if (clear_tail((uint8_t *)&prefix->addr, size, prefix->len))
		return refuse(why, -ERANGE, "bits are set behind the length");
	return 0;
}

int ucsec_prefix_parse(const char *text, struct ucsec_prefix *prefix,
		       const char **why)
{
	struct ucsec_prefix parsed;
	char copy[UCSEC_PREFIX_TEXT_LEN];
	int err;

	if (strlen(text) >= sizeof(copy))
		return refuse(why, -EINVAL, "not a prefix");
	strcpy(copy, text);
	/* All of it: the caller may compare prefixes as memory. */
	memset(&parsed, 0, sizeof(parsed));
	err = parse(copy, &parsed, why);
	if (!err || err == -ERANGE)
		memcpy(prefix, &parsed, sizeof(parsed));
	return err;
}

int ucsec_prefix_format(const struct ucsec_prefix *prefix, char *text,
			size_t size)
{
	char addr[INET6_ADDRSTRLEN];
	int len;

	if (!inet_ntop(prefix->family, &prefix->addr, addr, sizeof(addr)))
		return -EINVAL;
	len = snprintf(text, size, "%s/%u", addr, prefix->len);
	return len < 0 || (size_t)len >= size ? -ENOSPC : 0;
}
