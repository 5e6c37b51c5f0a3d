/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SIP side of calls: each party of a call is one INVITE usage, as caller or
 * as called, and speaks with call/ by call/party.h.
 *
 * Takes over INVITE, UPDATE, PRACK, BYE, INFO and REFER of the base, and the
 * NOTIFYs of its transfers go out from here. All of it runs on the loop.
 */
#ifndef SIP_PARTY_H
#define SIP_PARTY_H

#include "call/party.h"
#include "sip/dialog.h"

struct sip_parties;

struct sip_parties_config {
	struct event_base *base;
	struct sip *sip;
	struct store *store;
	struct call_system *calls;
	const char *domain;		/* host in the URIs of our numbers */
	unsigned int t1_ms;		/* 0: 500 */
	unsigned int second_ms;		/* of session timers; 0: 1000 */
	/*
	 * What only the call knows. Who is at the party's other side, whose
	 * number and name it is shown: NULL if nobody is yet.
	 */
	const struct call_party *(*other)(const struct call_party *party);
	/*
	 * What the party was told last (call_session_repeat()), for a refresh
	 * of ours that nothing but a re-INVITE can carry. Bytes or -errno.
	 */
	ssize_t (*describe)(struct call_party *party, char *buf, size_t size);
};

/* NULL without memory. What the config points to must live longer. */
struct sip_parties *sip_parties_new(const struct sip_parties_config *config);
/* Before the base. Says nothing to anyone: calls outlive the daemon. */
void sip_parties_free(struct sip_parties *parties);

/* For call_protocol_add(). */
const struct call_protocol *sip_parties_protocol(struct sip_parties *parties);

/* Parties that there are, with those that only wait for the wire. */
size_t sip_parties_count(const struct sip_parties *parties);

#endif /* SIP_PARTY_H */
