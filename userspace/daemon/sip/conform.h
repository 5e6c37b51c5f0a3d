/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does what a transport proved conform to a device's security profile?
 *
 * Asked for each request, and again of connections and registrations that exist
 * when a profile changes. NULL: it does; else why not, in words.
 */
#ifndef SIP_CONFORM_H
#define SIP_CONFORM_H

#include "sip/internal.h"

const char *sip_trunk_fault(const struct store_trunk *trunk,
			    enum net_class class);
/*
 * @cert: what it shows, or NULL where it shows none. The database may not tell of
 * it: then nobody is let in by it, but neither is anybody turned out.
 */
extern const char sip_not_judged[];
const char *sip_phone_fault(struct store *store,
			    const struct store_phone *phone,
			    enum net_class class, enum net_transport transport,
			    const struct net_cert *cert);
/* Of a profile whose phones share a certificate: its class alone. */
const char *sip_profile_fault(const struct store *store,
			      const struct store_phone_profile *profile,
			      enum net_class class);

#endif /* SIP_CONFORM_H */
