/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose a request is, by what its connection proves and its text claims.
 */
#ifndef SIP_IDENTIFY_H
#define SIP_IDENTIFY_H

#include "sip/internal.h"

/* One of the two is filled in, as the kind says. */
struct sip_identity {
	struct store_phone phone;
	struct store_trunk trunk;
};

enum sip_peer_kind sip_identify(struct sip *sip, const struct sip_input *in,
				const osip_message_t *msg,
				struct sip_identity *id);
/* By the connection alone: a request's text is not at hand, or not wanted. */
int sip_identify_phone(struct sip *sip, const struct net_cert *cert,
		       struct store_phone *phone);
/* A profile whose phones share this certificate. */
int sip_identify_profile(struct sip *sip, const struct net_cert *cert,
			 struct store_phone_profile *profile);
int sip_identify_trunk(struct sip *sip, const struct net_conn *conn,
		       struct store_trunk *trunk);
/* SEP and MAC, in capitals, as the request says itself; nobody proved it. */
bool sip_identify_claim(const osip_message_t *msg, char *name, size_t size);
enum store_transport sip_store_transport(enum net_transport transport);

#endif /* SIP_IDENTIFY_H */
