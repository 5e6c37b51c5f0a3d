/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where phones are: bindings in memory, each of them in the store, too.
 */
#ifndef SIP_LOCATION_H
#define SIP_LOCATION_H

#include "sip/internal.h"

int sip_location_start(struct sip *sip);
void sip_location_stop(struct sip *sip);

/* Is it newer than what this contact has (RFC 3261 section 10.3, step 7)? */
bool sip_location_in_order(struct sip *sip,
			   const struct store_registration *row);
/* In the store first. -ENOSPC: as many as there may be, or -errno. */
int sip_location_put(struct sip *sip, const struct store_registration *row,
		     int q, struct net_conn *conn);
/* contact NULL: all of that phone on that line. */
int sip_location_remove(struct sip *sip, int64_t phone, int64_t line,
			const char *contact);
/* All that came by this stream. */
void sip_location_leave(struct sip *sip, const struct net_conn *conn);

/*
 * All bindings, about max of them a call; those that judge says no to are
 * removed. True: there are more. Zero the place to begin.
 */
struct sip_location_place {
	size_t bucket, size;
};

typedef bool sip_location_judge_fn(struct sip *sip,
				   const struct sip_binding *binding);
bool sip_location_walk(struct sip *sip, struct sip_location_place *place,
		       size_t max, sip_location_judge_fn *judge);

/* A connection as text, by which a phone is found again after a restart. */
void sip_location_path(const struct net_conn *conn, char *buf, size_t size);

#endif /* SIP_LOCATION_H */
