/* SPDX-License-Identifier: GPL-2.0 */
/* A party as its files share it. */
#ifndef SIP_PARTY_PARTS_H
#define SIP_PARTY_PARTS_H

#include <event2/event.h>

#include "log.h"
#include "sip/party.h"

enum {
	SIP_PARTY_FORKS = 4,	/* early dialogs of one INVITE */
	SIP_PARTY_INFOS = 4,	/* INFOs of a party on their way */
};

enum sip_phase {
	SIP_PARTY_IDLE,		/* nothing sent yet, or that was refused */
	SIP_PARTY_CALLING,	/* our INVITE is out */
	SIP_PARTY_CALLED,	/* its INVITE has no final answer yet */
	SIP_PARTY_UP,		/* a 2xx came or left */
	SIP_PARTY_ENDED,	/* lives on for the wire alone */
};

/* The one offer that may be open. */
enum sip_turn {
	SIP_TURN_NONE,
	SIP_TURN_OURS,		/* offer(): its answer is awaited */
	SIP_TURN_ASKED,		/* solicit(): its offer is awaited */
	SIP_TURN_THEIRS,	/* it offered: answer() or refuse() follows */
	SIP_TURN_WANTED,	/* it wants one: offer() or refuse() follows */
};

/* What waits until an INVITE of ours may leave. */
enum sip_want {
	SIP_WANT_NOTHING, SIP_WANT_OFFER, SIP_WANT_SOLICIT, SIP_WANT_REPEAT,
};

enum sip_timer {
	SIP_TIMER_RETRY,	/* after glare */
	SIP_TIMER_SESSION,
	SIP_TIMER_LINGER,	/* for what may still come to our INVITE */
	SIP_TIMER_RELIABLE,	/* a provisional response without PRACK */
	SIP_TIMER_FAREWELL,	/* a BYE that could not be sent yet */
	SIP_TIMERS,
};

/* Text with keys in it: wiped when freed. */
struct sip_kept {
	char *at;
	size_t len;
};

/* Our first INVITE: until it is answered. */
struct sip_attempt {
	char *uri;			/* where to */
	struct net_conn *conn;
	char call_id[64];
	char tag[24];
	uint32_t cseq;
	uint32_t session, min_se;	/* after a 422; else 0 */
	bool impatient;			/* another target waits */
	struct sip_fork {
		struct sip_dialog *dialog;
		uint32_t rseq;		/* last one that was taken; 0: none */
	} forks[SIP_PARTY_FORKS];
	struct sip_kept early;		/* the last early answer, */
	struct sip_dialog *early_of;	/* and whose it is */
	bool is_settled;		/* it came reliably: none may follow */
	bool is_renewed;		/* another offer did */
};

/* Provisional responses that want a PRACK: RFC 3262. */
struct sip_reliable {
	bool is_open;			/* one has no PRACK yet */
	int status, next_status;	/* next: 0, or what waits behind it */
	uint32_t rseq;
	struct sip_kept sdp, next_sdp;
	bool is_answered;		/* the 2xx waits for PRACK */
	struct sip_kept answer;
	unsigned int wait_ms, waited_ms;
	uint64_t said;			/* digest of an answer PRACKed, or 0 */
};

/* What the base tells of an INVITE; outlives the party if need be. */
struct sip_watch {
	struct sip_party *party;	/* NULL: freed */
	struct sip_watch *next, **prev;
};

/* A request of ours but INVITE and ACK. */
struct sip_errand {
	struct sip_errand *next;
	struct sip_party *party;
	struct sip_client *client;
	uint32_t token;			/* INFO */
};

struct sip_party {
	struct call_party party;
	struct sip_parties *all;
	struct sip_party *next, **prev;
	enum sip_phase phase;
	enum sip_turn turn;
	bool is_let_go;			/* the call wants no events any more */
	bool is_reaped;			/* in the list to be freed */
	struct sip_dialog *dialog;
	struct sip_attempt *attempt;
	struct sip_reliable *reliable;

	struct sip_request *uas;	/* waits for our final answer */
	struct sip_request *early;	/* its offer while it rings waits */
	bool is_early_ours;		/* such a one of ours is out */
	struct sip_request *unacked;	/* its 2xx waits for ACK */
	struct sip_watch *watches;	/* INVITEs that the base will end */
	bool is_withdrawn;		/* the open offer was cancelled */
	bool bye_later;			/* RFC 3261 section 15: after ACK */
	unsigned int farewells;		/* how often a BYE is tried yet */

	bool answer_in_ack;		/* that 2xx had an offer of ours */

	struct sip_client *uac;		/* INVITE of ours */
	struct sip_client *lingering;	/* our first: may be answered again */
	enum sip_want sent;		/* what it is about */
	osip_message_t *ack;		/* that waits for answer() */
	struct sip_errand *errands;

	enum sip_want want;
	struct sip_kept offer;		/* to be sent, or sent again */
	bool wants_update;		/* to show security, or to refresh */
	bool is_updating;

	bool takes_update, takes_100rel, needs_100rel;
	bool is_cisco;			/* some X-cisco tag in Supported */
	bool orientation_to;		/* it called */
	uint8_t hops;			/* Max-Forwards for the other side */
	char *charging;			/* its P-Charging-Vector, or NULL */
	enum call_security shown, status;
	bool has_shown;			/* shown is what it was told last */

	uint32_t interval;		/* of the session, seconds; 0: none */
	bool we_refresh, is_refreshing;
	uint32_t min_se;		/* that it insisted on, or 0 */

	uint32_t info_token;
	struct sip_info {
		uint32_t token;
		struct sip_request *req;	/* NULL: free */
	} infos[SIP_PARTY_INFOS];
	struct sip_refer *refer;
	struct event *timers[SIP_TIMERS];
};

struct sip_parties {
	struct sip_parties_config config;
	struct call_protocol protocol;
	struct sip_dialogs *dialogs;
	struct sip_party *parties;
	size_t count;
	struct sip_referral *referrals;
	size_t farewells;		/* parties that wait to say BYE */
	struct sip_party *dead;		/* freed from the loop, not from within */
	struct event *reaper;
};

static inline struct sip_party *sip_party_of(const struct call_party *party)
{
	return (struct sip_party *)party;
}

#endif /* SIP_PARTY_PARTS_H */
