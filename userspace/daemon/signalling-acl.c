// SPDX-License-Identifier: GPL-2.0
/*
 * The ACL's questions, answered by SIP and the network: which ports, which
 * addresses, and to whom it says what a rejected datagram's mark is.
 */
#include "signalling-acl.h"

#include <errno.h>
#include <string.h>

#include "acl/acl.h"
#include "net/net.h"
#include "sip/sip.h"

static enum store_transport transport_of(enum net_transport transport)
{
	return transport == NET_UDP ? STORE_UDP :
	       transport == NET_TCP ? STORE_TCP : STORE_TLS;
}

static size_t places(void *ctx, struct acl_place *list, size_t max)
{
	struct net_place found[ACL_PLACES];
	struct sip **sip = ctx;
	size_t n, i;

	n = net_places(sip_net(*sip), found, max < ACL_PLACES ? max :
		       ACL_PLACES);
	for (i = 0; i < n; i++) {
		list[i].port = found[i].port;
		list[i].transport = transport_of(found[i].transport);
	}
	return n;
}

static size_t addresses(void *ctx, const char *host, struct acl_address *list,
			size_t max)
{
	struct net_addr found[ACL_ADDRESSES];
	struct sip **sip = ctx;
	size_t n, i;

	n = sip_destination_addresses(*sip, host, found, max < ACL_ADDRESSES ?
				      max : ACL_ADDRESSES);
	for (i = 0; i < n; i++) {
		memset(&list[i], 0, sizeof(list[i]));
		if (found[i].sa.sa_family == AF_INET6) {
			list[i].family = 6;
			memcpy(list[i].addr, &found[i].in6.sin6_addr, 16);
		} else {
			list[i].family = 4;
			memcpy(list[i].addr, &found[i].in.sin_addr, 4);
		}
	}
	return n;
}

static bool pending(void *ctx)
{
	struct sip **sip = ctx;

	return sip_hosts_pend(*sip);
}

static bool reads_marks(void *ctx)
{
	struct sip **sip = ctx;

	return net_reads_marks(sip_net(*sip));
}

static void set_mark(void *ctx, uint32_t mark)
{
	struct sip **sip = ctx;

	net_set_mark(sip_net(*sip), mark);
}

int signalling_acl_new(struct acl **acl, struct event_base *base,
		       struct store *store, struct sip **sip)
{
	static const struct acl_ops ops = {
		places, addresses, pending, reads_marks, set_mark,
	};

	*acl = acl_new(&(struct acl_config){ .base = base, .store = store,
					     .ops = &ops, .ctx = sip });
	return *acl ? 0 : -ENOMEM;
}
