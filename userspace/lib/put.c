// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Single members of structures to attributes.
 *
 * libnl refuses an attribute only for lack of room, so that each of these
 * functions says 0 or -EMSGSIZE.
 */
#include <errno.h>
#include <arpa/inet.h>
#include <netlink/attr.h>

#include "internal.h"

int ucsec_put(struct nl_msg *msg, int type, const void *data, int len)
{
	return nla_put(msg, type, len, data) ? -EMSGSIZE : 0;
}

int ucsec_put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	return ucsec_put(msg, type, &value, sizeof(value));
}

int ucsec_put_be16(struct nl_msg *msg, int type, uint16_t value)
{
	value = htons(value);
	return ucsec_put(msg, type, &value, sizeof(value));
}

/* The kernel's strict parsing wants the flag that tells a nest. */
struct nlattr *ucsec_nest(struct nl_msg *msg, int type)
{
	return nla_nest_start(msg, type | NLA_F_NESTED);
}

/* An empty nest is sent as such: what it lacks is for the kernel to say. */
int ucsec_unnest(struct nl_msg *msg, struct nlattr *start)
{
	return nla_nest_end_keep_empty(msg, start) ? -EMSGSIZE : 0;
}
