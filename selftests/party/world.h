/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A party's surroundings: a base without network, a store of a few devices, a
 * call model that only writes down what it is told.
 */
#ifndef PARTY_WORLD_H
#define PARTY_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "sip/party.h"

enum { T1 = 4 };	/* ms: 64 * T1 is a quarter of a second */

struct world {
	struct event_base *base;
	struct sip *sip;
	struct sip_parties *parties;
	struct net_conn *conn;		/* of the phone and the trunk */
	struct call_party *party;	/* the last that an event was about */
	struct call_party other;	/* who is at its other side */
	char events[4096];
	char text[160];			/* why an offer was refused */
	/* Called within an event, after it was written down. */
	void (*on_event)(struct world *w, struct call_party *party,
			 const char *event);
	int info_status, transfer_status;	/* what these events return */
	const char *unreachable;	/* a number that no call may have */
	char described[64];		/* what a refresh says again */
	uint32_t session_expires, min_se;	/* parameters */
	bool transmits_status;		/* of the trunk's profile */
	unsigned int trying;		/* events of that name: no text */
	const char *model, *options;	/* of the phone */
	enum store_mode phone_mode;
};

extern struct world *world;

int world_set_up(void **state);
int world_tear_down(void **state);
/* Parties that were let go of are freed from the loop: let it turn. */
void world_turn(struct world *w);
/* Until a message was sent, at most two seconds. */
struct sent *world_wait(struct world *w);

/* All that the call was told since the last look. */
void expect_events(struct world *w, const char *events);
/* The next message sent: "INVITE", or "200 INVITE". */
struct sent *expect_sent(struct world *w, const char *what);
/* ... within two seconds */
struct sent *expect_later(struct world *w, const char *what);
void expect_nothing(struct world *w);
void expect_gone(struct world *w);	/* no party is left */
void expect_line(const struct sent *sent, const char *part);
void expect_no_line(const struct sent *sent, const char *part);
/* The value of a header in it; "" if there is none. */
const char *value_of(const struct sent *sent, const char *name);

/* A phone's or trunk's INVITE; body NULL: none. */
struct sip_request *call_in(struct world *w, const char *headers,
			    const char *sdp);
/* A request in the dialog of what call_in() brought. */
struct sip_request *ask(struct world *w, const struct sip_request *invite,
			const char *method, int cseq, const char *headers,
			const char *sdp);
/* A request in the dialog that an INVITE of ours made, from the other end. */
struct sip_request *ask_back(struct world *w, const struct sent *invite,
			     const char *tag, const char *method, int cseq,
			     const char *headers, const char *sdp);
/* A party for the phone or the trunk, the first that reach() gives. */
struct call_party *call_out(struct world *w, bool trunk);
/* Its INVITE, with an offer. */
struct sent *call_out_offer(struct world *w, bool trunk,
			    struct call_party **party);

#define OP(party, op, ...) ((party)->ops->op(party, ##__VA_ARGS__))
#define TEXT(text) (text), strlen(text)

#define THERE "Contact: <sip:1001@10.0.0.9>\n" \
	"Allow: INVITE, ACK, BYE, UPDATE\n"
#define NO_UPDATE "Contact: <sip:1001@10.0.0.9>\nAllow: INVITE, ACK, BYE\n"

/* A call in, up to our 200 and its ACK; *invite is what began it. */
struct call_party *called_us(struct world *w, const char *headers,
			     struct sip_request **invite);
/* The same with 180, each message expected. */
struct sip_request *set_up_call(struct world *w);
/* A call out, up to its 200 with those headers and our ACK. */
struct call_party *was_called(struct world *w, const char *headers,
			      struct sent **invite);

#endif /* PARTY_WORLD_H */
