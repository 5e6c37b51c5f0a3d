// SPDX-License-Identifier: GPL-2.0
/* Requests about the trunk ACL, byte for byte; see request.c. */
#include <string.h>

#include "mediad/request.h"
#include "mediad/request-check.h"

static const char *check_ports(const uint16_t *ports, unsigned int count,
			       unsigned int least)
{
	if (count < least || count > MEDIAD_ACL_PORTS)
		return "count of ports is out of bounds";
	for (unsigned int i = 0; i < count; i++) {
		if (!ports[i])
			return "a port is 0";
		for (unsigned int j = 0; j < i; j++)
			if (ports[i] == ports[j])
				return "a port is named twice";
	}
	return mediad_is_zero(ports + count, (MEDIAD_ACL_PORTS - count) *
			      sizeof(*ports)) ? NULL :
		"ports beyond their count are not zero";
}

static const char *check_rate(const struct mediad_rate *rate)
{
	if (!rate->per_second != !rate->burst)
		return "a rate is half there";
	return rate->per_second <= MEDIAD_RATE_MOST &&
	       rate->burst <= MEDIAD_RATE_MOST ? NULL :
		"a rate is out of bounds";
}

const char *mediad_check_trunk(const struct mediad_trunk *trunk)
{
	const char *why;

	if (!mediad_has_magic(trunk->cookie))
		return "cookie has not the daemon's magic";
	if (!trunk->id)
		return "trunk has no id";
	if (trunk->kind != MEDIAD_TRUNK && trunk->kind != MEDIAD_LINE)
		return "unknown kind of trunk";
	if (!trunk->transports || trunk->transports & ~MEDIAD_ALL_TRANSPORTS)
		return "transports are none, or unknown";
	if (trunk->boxes & ~MEDIAD_ALL_BOXES ||
	    (trunk->kind == MEDIAD_LINE && trunk->boxes))
		return "unknown boxes, or those of a line";
	if (trunk->unparsed > MEDIAD_REJECT || trunk->denial > MEDIAD_REJECT ||
	    trunk->denial == MEDIAD_PASS)
		return "unknown verdict, or denied and passed";
	if (!mediad_is_zero(trunk->spare, sizeof(trunk->spare)))
		return "spare bytes of a trunk are not zero";
	why = check_ports(trunk->ports, trunk->port_count, 1);
	for (int i = 0; i < MEDIAD_RATES && !why; i++)
		why = check_rate(&trunk->rates[i]);
	return why;
}

static const char *check_prefix(const struct mediad_prefix *prefix)
{
	unsigned int most = prefix->family == 4 ? 32 : 128;
	unsigned int whole = prefix->len / 8, rest = prefix->len % 8;

	if (prefix->family != 4 && prefix->family != 6)
		return "family of a prefix is neither 4 nor 6";
	if (prefix->len > most)
		return "length of a prefix is out of bounds";
	if (!mediad_is_zero(prefix->spare, sizeof(prefix->spare)))
		return "spare bytes of a prefix are not zero";
	if ((rest && prefix->addr[whole] & 0xff >> rest) ||
	    !mediad_is_zero(prefix->addr + whole + !!rest,
			    sizeof(prefix->addr) - whole - !!rest))
		return "an address has bits behind its prefix";
	return NULL;
}

const char *mediad_check_prefixes(const struct mediad_prefixes *prefixes)
{
	const char *why = NULL;

	if (!prefixes->id)
		return "trunk has no id";
	if (!prefixes->count || prefixes->count > MEDIAD_PREFIXES)
		return "count of prefixes is out of bounds";
	for (uint32_t i = 0; i < prefixes->count && !why; i++)
		why = check_prefix(&prefixes->list[i]);
	if (why)
		return why;
	return mediad_is_zero(prefixes->list + prefixes->count,
			      (MEDIAD_PREFIXES - prefixes->count) *
			      sizeof(*prefixes->list)) ? NULL :
		"prefixes beyond their count are not zero";
}

const char *mediad_check_acl_params(const struct mediad_acl_params *params)
{
	if (params->unknown > MEDIAD_UNKNOWN_DROP)
		return "unknown policy for unknown sources";
	if (params->reject_rate > MEDIAD_RATE_MOST ||
	    params->reject_burst > MEDIAD_RATE_MOST)
		return "a rate is out of bounds";
	if (!mediad_is_zero(params->spare, sizeof(params->spare)))
		return "spare bytes of parameters are not zero";
	return check_ports(params->ports, params->port_count, 0);
}
