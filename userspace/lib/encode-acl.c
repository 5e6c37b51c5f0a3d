// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Structures of the trunk ACL to attributes.
 */
#include <errno.h>
#include <sys/socket.h>

#include "internal.h"

static int put_prefix(struct nl_msg *msg, const struct ucsec_prefix *prefix)
{
	struct nlattr *start = ucsec_nest(msg, UCSEC_A_TRUNK_PREFIX);
	int err = -EINVAL;

	if (!start)
		return -EMSGSIZE;
	if (prefix->family == AF_INET)
		err = ucsec_put(msg, UCSEC_A_PREFIX_ADDR4, &prefix->addr.addr4,
				sizeof(prefix->addr.addr4));
	else if (prefix->family == AF_INET6)
		err = ucsec_put(msg, UCSEC_A_PREFIX_ADDR6, &prefix->addr.addr6,
				sizeof(prefix->addr.addr6));
	if (!err)
		err = ucsec_put(msg, UCSEC_A_PREFIX_LEN, &prefix->len,
				sizeof(prefix->len));
	return err ? err : ucsec_unnest(msg, start);
}

int ucsec_encode_prefixes(struct nl_msg *msg,
			  const struct ucsec_prefix *prefixes, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++)
		err = put_prefix(msg, &prefixes[i]);
	return err;
}

static int put_ports(struct nl_msg *msg, int type, const uint16_t *ports,
		     uint32_t count)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < count; i++)
		err = ucsec_put_be16(msg, type, ports[i]);
	return err;
}

static int put_rate(struct nl_msg *msg, uint32_t kind,
		    const struct ucsec_rate *rate)
{
	struct nlattr *start = ucsec_nest(msg, UCSEC_A_TRUNK_RATE);
	int err;

	if (!start)
		return -EMSGSIZE;
	err = ucsec_put_u32(msg, UCSEC_A_RATE_KIND, kind);
	if (!err)
		err = ucsec_put_u32(msg, UCSEC_A_RATE_PER_SECOND,
				    rate->per_second);
	if (!err)
		err = ucsec_put_u32(msg, UCSEC_A_RATE_BURST, rate->burst);
	return err ? err : ucsec_unnest(msg, start);
}

static int put_rates(struct nl_msg *msg, const struct ucsec_trunk *trunk)
{
	bool any = false;
	int err = 0;

	for (uint32_t i = 0; !err && i < UCSEC_RATE_ROOM; i++) {
		if (!trunk->rates[i].per_second)
			continue;
		any = true;
		err = put_rate(msg, i, &trunk->rates[i]);
	}
	/* One that is no limit: no rates at all would be rates that stay. */
	return any || err ? err : put_rate(msg, 0, &trunk->rates[0]);
}

static int put_policy(struct nl_msg *msg, const struct ucsec_trunk *trunk)
{
	const struct {
		uint32_t have;
		int type;
		uint32_t value;
	} rows[] = {
		{ UCSEC_TR_TRANSPORTS, UCSEC_A_TRUNK_TRANSPORTS,
		  trunk->transports },
		{ UCSEC_TR_METHODS, UCSEC_A_TRUNK_METHODS, trunk->methods },
		{ UCSEC_TR_BOXES, UCSEC_A_TRUNK_BOXES, trunk->boxes },
		{ UCSEC_TR_UNPARSED, UCSEC_A_TRUNK_UNPARSED, trunk->unparsed },
		{ UCSEC_TR_DENIAL, UCSEC_A_TRUNK_DENIAL, trunk->denial },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (trunk->have & rows[i].have)
			err = ucsec_put_u32(msg, rows[i].type, rows[i].value);
	return err;
}

int ucsec_encode_trunk(struct nl_msg *msg, const struct ucsec_trunk *trunk)
{
	int err = 0;

	if (trunk->cookie_len > UCSEC_MAX_COOKIE_LEN ||
	    trunk->port_count > UCSEC_MAX_TRUNK_PORTS)
		return -EINVAL;
	if (trunk->have & UCSEC_TR_ID)
		err = ucsec_put_u32(msg, UCSEC_A_TRUNK_ID, trunk->id);
	if (!err && trunk->have & UCSEC_TR_KIND)
		err = ucsec_put_u32(msg, UCSEC_A_TRUNK_KIND, trunk->kind);
	if (!err && trunk->have & UCSEC_TR_PORTS)
		err = put_ports(msg, UCSEC_A_TRUNK_PORT, trunk->ports,
				trunk->port_count);
	if (!err)
		err = put_policy(msg, trunk);
	if (!err && trunk->have & UCSEC_TR_RATES)
		err = put_rates(msg, trunk);
	if (!err && trunk->have & UCSEC_TR_COOKIE)
		err = ucsec_put(msg, UCSEC_A_TRUNK_COOKIE, trunk->cookie,
				trunk->cookie_len);
	if (!err && trunk->have & UCSEC_TR_STAGE)
		err = ucsec_put_u32(msg, UCSEC_A_TRUNK_STAGE, trunk->stage);
	return err;
}

int ucsec_encode_acl(struct nl_msg *msg, const struct ucsec_acl *acl)
{
	const struct {
		uint32_t have;
		int type;
		uint32_t value;
	} rows[] = {
		{ UCSEC_ACL_UNKNOWN, UCSEC_A_ACL_UNKNOWN, acl->unknown },
		{ UCSEC_ACL_MARK_BITS, UCSEC_A_ACL_MARK, acl->mark },
		{ UCSEC_ACL_REJECT_RATE, UCSEC_A_ACL_REJECT_RATE,
		  acl->reject_rate },
		{ UCSEC_ACL_REJECT_BURST, UCSEC_A_ACL_REJECT_BURST,
		  acl->reject_burst },
		{ UCSEC_ACL_MAX_TRUNKS, UCSEC_A_ACL_MAX_TRUNKS,
		  acl->max_trunks },
		{ UCSEC_ACL_MAX_PREFIXES, UCSEC_A_ACL_MAX_PREFIXES,
		  acl->max_prefixes },
		{ UCSEC_ACL_DENIAL_BURST, UCSEC_A_ACL_DENIAL_BURST,
		  acl->denial_burst },
	};
	static const uint16_t no_port;
	int err = 0;

	if (acl->port_count > UCSEC_MAX_ACL_PORTS)
		return -EINVAL;
	for (size_t i = 0; !err && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (acl->have & rows[i].have)
			err = ucsec_put_u32(msg, rows[i].type, rows[i].value);
	if (!err && acl->have & UCSEC_ACL_PORTS)
		err = acl->port_count ?
			put_ports(msg, UCSEC_A_ACL_PORT, acl->ports,
				  acl->port_count) :
			put_ports(msg, UCSEC_A_ACL_PORT, &no_port, 1);
	return err;
}

/* An address of no family is left out: what lacks is for the kernel to say. */
static int put_addr(struct nl_msg *msg, const struct ucsec_endpoint *ep,
		    int type4, int type6)
{
	switch (ep->family) {
	case AF_INET:
		return ucsec_put(msg, type4, &ep->addr.addr4,
				 sizeof(ep->addr.addr4));
	case AF_INET6:
		return ucsec_put(msg, type6, &ep->addr.addr6,
				 sizeof(ep->addr.addr6));
	case AF_UNSPEC:
		return 0;
	}
	return -EINVAL;
}

int ucsec_encode_trial(struct nl_msg *msg, const struct ucsec_trial *trial)
{
	int err;

	err = put_addr(msg, &trial->from, UCSEC_A_TRIAL_SADDR4,
		       UCSEC_A_TRIAL_SADDR6);
	if (!err)
		err = put_addr(msg, &trial->to, UCSEC_A_TRIAL_DADDR4,
			       UCSEC_A_TRIAL_DADDR6);
	if (!err && trial->to.have & UCSEC_EP_PORT)
		err = ucsec_put_be16(msg, UCSEC_A_TRIAL_DPORT, trial->to.port);
	if (!err && trial->transport)
		err = ucsec_put_u32(msg, UCSEC_A_TRIAL_TRANSPORT,
				    trial->transport);
	if (!err && trial->payload)
		err = ucsec_put(msg, UCSEC_A_TRIAL_PAYLOAD, trial->payload,
				trial->payload_len);
	return err;
}
