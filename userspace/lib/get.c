// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Single attributes to members of structures; an absent one changes nothing.
 */
#include <errno.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "internal.h"

void ucsec_get_u32(const struct nlattr *nla, uint32_t *value)
{
	if (nla)
		*value = nla_get_u32(nla);
}

void ucsec_get_u64(const struct nlattr *nla, uint64_t *value)
{
	if (nla)
		*value = nla_get_u64((struct nlattr *)nla);
}

/* For members that a have bit tells of. */
void ucsec_get_u32_bit(const struct nlattr *nla, uint32_t *value,
			uint32_t *have, uint32_t bit)
{
	if (!nla)
		return;
	*value = nla_get_u32(nla);
	*have |= bit;
}

void ucsec_get_u16_bit(const struct nlattr *nla, uint16_t *value,
			uint32_t *have, uint32_t bit)
{
	if (!nla)
		return;
	*value = nla_get_u16(nla);
	*have |= bit;
}

/* The policy of the attribute bounds its length. */
void ucsec_get_cookie(const struct nlattr *nla, uint8_t *cookie,
		      uint32_t *len, uint32_t *have, uint32_t bit)
{
	if (!nla)
		return;
	*len = nla_len(nla);
	memcpy(cookie, nla_data(nla), *len);
	*have |= bit;
}

void ucsec_get_string(const struct nlattr *nla, char *text, size_t size)
{
	size_t len = nla ? strnlen(nla_data(nla), nla_len(nla)) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(text, nla_data(nla), len);
	text[len] = '\0';
}

int ucsec_parse_nest(struct nlattr **tb, int max, const struct nlattr *nla,
		      const struct nla_policy *policy)
{
	return nla_parse(tb, max, nla_data(nla), nla_len(nla), policy) ?
		-EPROTO : 0;
}

int ucsec_parse_message(struct nlattr **tb, int max,
			 const struct nlmsghdr *nlh,
			 const struct nla_policy *policy)
{
	if (nlmsg_datalen(nlh) < (int)GENL_HDRLEN)
		return -EPROTO;
	return nlmsg_parse((struct nlmsghdr *)nlh, GENL_HDRLEN, tb, max,
			   policy) ? -EPROTO : 0;
}
