/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of offer and answer.
 */
#ifndef CALL_OFFER_INTERNAL_H
#define CALL_OFFER_INTERNAL_H

#include "call/offer.h"

/* Why a leg's media is not encrypted; sentences in offer-status.c. */
enum offer_reason {
	OFFER_ENCRYPTED,
	OFFER_PROFILE,		/* our profile of it does not allow SRTP */
	OFFER_SIGNALLING,	/* keys would be readable on the way */
	OFFER_PLAIN_OFFERED,
	OFFER_KEYS_WITH_AVP,
	OFFER_NO_KEYS,
	OFFER_UNUSABLE_KEYS,
	OFFER_MENU,
	OFFER_PLAIN_ANSWERED,
	OFFER_SRTP_REFUSED,
	OFFER_REASONS,		/* how many */
};

/* One leg of one line, as far as it is known. */
struct offer_side {
	enum offer_reason reason;
	const struct call_suite *suite;	/* NULL: plain */
	uint32_t tag;			/* of the crypto line agreed on */
	uint8_t direction;		/* of the peer, within bounds */
};

struct offer_line {
	bool offered;		/* to the other leg, with a port */
	bool live;		/* and not refused by its answer */
	struct offer_side side[2];
};

enum offer_state { OFFER_IDLE, OFFER_RECEIVED, OFFER_SENT, OFFER_ANSWERED };

struct call_session {
	struct call_media *media;
	struct call_sdp_leg *leg[2];
	struct offer_line agreed[CALL_SDP_MEDIA];
	char *said[2];		/* from s= on; has keys of ours: wiped */
	uint8_t heard[2][32];	/* digest of the peer's last text */

	/* The round. */
	enum offer_state state;
	enum call_leg from;
	struct offer_line line[CALL_SDP_MEDIA];
	unsigned int sent;	/* m-lines offered to the other leg */
	bool judged;		/* and accepted; before is filled in */
	uint8_t before[2];	/* the legs' media_count */
	struct call_sdp *offer, *answer;
	char *saying[2];
	uint8_t hearing[2][32];
};

/* offer-judge.c: decisions about one line, and about all */

/* Why this leg must not get or use keys; OFFER_ENCRYPTED if it may. */
enum offer_reason offer_may_encrypt(const struct call_policy *policy);
void offer_judge_offer(struct call_session *session,
		       struct call_verdict *verdict);
void offer_judge_answer(struct call_session *session,
			struct call_verdict *verdict);
/* RTP that the gateway can move, and not refused. */
bool offer_is_usable(const struct call_sdp_media *m);
void offer_refuse(struct call_verdict *verdict, int status, uint16_t warning,
		  unsigned int line, const char *reason);

/* offer-write.c */

ssize_t offer_write_offer(struct call_session *session, char *buf,
			  size_t size);
ssize_t offer_write_answer(struct call_session *session, char *buf,
			   size_t size);
/* The o= line, and a version that grows when what follows is new. */
ssize_t offer_write_again(struct call_session *session, enum call_leg to,
			  char *buf, size_t size);
void offer_forget_text(char **text);

/* offer-status.c */

const char *offer_reason_text(enum offer_reason reason);

#endif /* CALL_OFFER_INTERNAL_H */
