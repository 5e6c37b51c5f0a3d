/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a call and a protocol say to each other about one party of the call.
 *
 * A party is one device that calls or is called: for SIP, one dialog. The call
 * decides, the protocol speaks. They exchange session descriptions as text,
 * RFC 8866, whatever the protocol makes of it.
 *
 * Rules: an op never calls back before it returns. call_*() events may call
 * ops before they return. Text is lent for the call. All of it runs on the
 * event loop's thread.
 *
 * Offers: a party has at most one offer open, in one direction. The protocol
 * refuses what its peer does against that (491, 500) by itself and never shows
 * it here; the call waits for its turn.
 *
 * Lifetime: struct call_party is the first member of the protocol's own. The
 * protocol makes it, hands it in by call_setup() or as the result of
 * call_protocol.reach(), and frees it when both have happened: the call has
 * let go of it (hangup() was called, or the event call_gone() was sent), and
 * nothing that it does on the wire needs it any more.
 */
#ifndef CALL_PARTY_H
#define CALL_PARTY_H

#include <jansson.h>

#include "call/status.h"
#include "call/offer.h"
#include "store/store.h"

struct call;
struct call_party;
struct call_protocol;
struct call_system;

/* Why something ends or is refused. Its strings live as long as the event. */
struct call_cause {
	int status;		/* of SIP, 300 to 699; 0 for a normal end */
	const char *reason;	/* phrase, or NULL for the usual */
	uint16_t warning;	/* RFC 3261 section 20.43, with text; or 0 */
	const char *text;	/* one sentence, for logs and the warning */
	const char *why;	/* what Reason (RFC 3326) says; NULL: the status */
};

/* Whom it speaks for: set by the protocol before the party is handed over. */
struct call_party {
	const struct call_party_ops *ops;
	const struct call_protocol *protocol;

	bool is_trunk;
	int64_t device;			/* id of phone or trunk in the store */
	char name[STORE_NAME_SIZE];	/* of the device */
	int64_t line;			/* phones: id of the line, or 0 */
	char number[STORE_NUMBER_SIZE];	/* its own, as the other side sees it */
	char display[STORE_TEXT_SIZE];
	bool is_screened;		/* we or a network vouch for number */
	enum store_mode signalling;	/* of its connection */
	bool is_trusted_type;
	bool shows_security;		/* takes ops->security() */
	bool has_claim;			/* trunks: its Call-Info said so */
	enum call_security claim;
	struct call_sdp_leg leg;		/* zeroed; policy and addr filled in */
	int family;			/* AF_INET, AF_INET6: where its media is */
	bool is_connected;		/* by a 2xx, in either direction */

	/* For call/ alone. */
	struct call *call;
	struct call_bridge *bridge;
	enum call_leg side;
	struct call_party *next;
};

/*
 * What a call asks of a party. Errors: -errno where nothing was done and
 * nothing will follow; the call then lets go of the party by hangup().
 */
struct call_info;

struct call_party_ops {
	/*
	 * An offer for it: in the first request to it, in the 2xx if it called
	 * without one, else in a re-INVITE or UPDATE. Followed by exactly one
	 * of call_answered(), call_refused(), call_gone().
	 */
	int (*offer)(struct call_party *party, const char *sdp, size_t len);
	/* The same without one: followed by call_offered() instead. */
	int (*solicit)(struct call_party *party);
	/*
	 * It rings at the other end: a provisional status, 180 to 183; with
	 * @sdp NULL or an early answer to its offer.
	 */
	int (*alert)(struct call_party *party, int status, const char *sdp,
		     size_t len);
	/*
	 * The answer to its offer, in whatever waits for it: 2xx to INVITE or
	 * UPDATE, or our ACK. Connects a party that was calling.
	 */
	int (*answer)(struct call_party *party, const char *sdp, size_t len);
	/*
	 * No to its offer; the session goes on as it was. Where that cannot be
	 * said (an offer in its 2xx), the party goes: call_gone() follows.
	 */
	void (*refuse)(struct call_party *party,
		       const struct call_cause *cause);
	/* The end: CANCEL, BYE or an answer to its call. No events after it. */
	void (*hangup)(struct call_party *party,
		       const struct call_cause *cause);
	/*
	 * INFO and the like, passed on; @token is given back in call_info's
	 * counterpart below. NULL: the protocol has no such thing.
	 */
	int (*info)(struct call_party *party, const struct call_info *info);
	/* What became of an INFO that it sent. */
	void (*info_done)(struct call_party *party, uint32_t token,
			  int status);
	/* Show this status; where the protocol cannot now, with the next. */
	void (*security)(struct call_party *party,
			 enum call_security status);
	/* How its transfer goes; @status 200 and above is the last of it. */
	void (*transferring)(struct call_party *party, int status,
			     const char *reason);
	/* What the protocol needs to find it again; the caller decrefs. */
	json_t *(*save)(const struct call_party *party);
};

struct call_info {
	const char *type;		/* Content-Type */
	const char *package;		/* Info-Package, or NULL */
	const char *body;
	size_t len;
	uint32_t token;			/* of who sent it */
};

/* Where a call may go; filled in by routing. */
struct call_target {
	bool is_trunk;
	int64_t device;			/* phone or trunk */
	int64_t line;			/* phones */
	char number[STORE_TEXT_SIZE];	/* to dial there */
	bool has_next;			/* if it is silent: do not wait long */
};

struct call_protocol {
	const char *name;		/* "sip" */
	/*
	 * Parties for a target, one for each place where the device is now,
	 * ready for offer() or solicit(). Returns how many, at most @max, or
	 * -errno; 0: it is registered nowhere or its trunk is down.
	 */
	int (*reach)(void *arg, const struct call_target *target,
		     struct call_party **parties, size_t max);
	/* A party from what its save() gave. NULL: not possible any more. */
	struct call_party *(*restore)(void *arg, const json_t *json);
	void *arg;
};

/*
 * Events of parties. Before the first one @party belongs to no call.
 */

/*
 * A call comes in: @party wants to speak with @number and has offered @sdp (NULL:
 * wants an offer). It was authenticated and passed the order of checks.
 */
void call_setup(struct call_system *system, struct call_party *party,
		const char *number, const char *sdp, size_t len);
/* It takes @replaced's place in its call (Replaces), with this offer. */
void call_setup_replacing(struct call_system *system, struct call_party *party,
			  struct call_party *replaced, const char *sdp,
			  size_t len);

/* What we offered or asked for has arrived: from now on it may ring. */
void call_trying(struct call_party *party);
/* It rings there; implies the former. */
void call_alerting(struct call_party *party, int status, const char *sdp,
		   size_t len);
/* An offer of its own; @sdp NULL: it wants one, and answers it. */
void call_offered(struct call_party *party, const char *sdp, size_t len);
/* To our offer. @sdp NULL: it was accepted without a description: a fault. */
void call_answered(struct call_party *party, const char *sdp, size_t len);
/*
 * Our offer is refused. A party that is not connected yet waits for another
 * offer(), which tries it anew, or for hangup().
 */
void call_refused(struct call_party *party, const struct call_cause *cause);
/*
 * Our offer while it rings is refused: the call goes on as it was. Offers may
 * be made then, either way, once the first was answered reliably; what the
 * protocol cannot do of it, offer() refuses with -EBUSY.
 */
void call_early_refused(struct call_party *party,
			const struct call_cause *cause);
/* It is gone: hung up, cancelled, lost. Nothing more comes from it. */
void call_gone(struct call_party *party, const struct call_cause *cause);

/* 0, or the status to answer it with at once. */
int call_info(struct call_party *party, const struct call_info *info);
void call_info_done(struct call_party *party, uint32_t token, int status);
/*
 * It wants the party at the other side to speak with @number instead, or with
 * who is at the other side of @replaced. 0: ops->transferring() follows; else
 * the status to refuse it with.
 */
int call_transfer(struct call_party *party, const char *number,
		  struct call_party *replaced);
/* Its class, claim or device has changed: look at the status again. */
void call_party_changed(struct call_party *party);

#endif /* CALL_PARTY_H */
