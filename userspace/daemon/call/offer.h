/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Offer and answer (RFC 3264) between the two legs of a call, with SDES keys
 * (RFC 4568) of each leg's own.
 *
 * No input or output and no waiting: text in, text out, decisions in words.
 * One round, for an offer from leg X (X may be either leg):
 *
 *	call_offer_receive(x, text)	judged; lines staged in call_media
 *	call_media_reserve(lines)	wait for it
 *	call_offer_send(y)		what to offer Y, keys of ours
 *	call_answer_receive(y, text)	judged against what was offered
 *	call_answer_send(x)		exactly one key per line
 *	call_media_apply()		then the answer may leave
 *
 * and call_offer_commit() with the final answer. A 183 and the 200 that follows
 * may both bring an answer: call_answer_receive and what follows it, apply
 * included, may be repeated in one round. A refused round ends with
 * call_offer_abort(): all is as before it, but for what was applied. A delayed
 * offer (INVITE without SDP from A) is the same round begun by B's 200. Without
 * anchoring addresses and ports pass through, the rest is the same.
 */
#ifndef CALL_OFFER_H
#define CALL_OFFER_H

#include "call/sdp.h"

/* What the leg's signalling proved; in the order of enum net_class. */
enum call_class { CALL_CLASS_CLEAR, CALL_CLASS_AUTHENTICATED, CALL_CLASS_ENCRYPTED };

struct call_policy {
	enum call_class class;	/* keys only over encrypted signalling */
	bool srtp_allowed;	/* by the phone's or trunk's profile */
	bool srtp_required;
	bool plain_only;	/* set after a 488 to SRTP: offer plain RTP */
	/*
	 * X-cisco-srtp-fallback in Supported: said by the peer, so that we may
	 * answer its SRTP offer in the clear; said by us, so that it may.
	 */
	bool peer_fallback, own_fallback;
	enum call_menu menu;
};

/* What outlives a round and a partner: one per dialog, zeroed at first. */
struct call_sdp_leg {
	struct call_policy policy;	/* may change between rounds */
	struct call_addr addr;	/* for o=; none: the first media address */
	uint64_t id, version;	/* of our o=; id 0: not chosen yet */
	uint8_t last[32];	/* digest of the last description sent */
	uint8_t media_count;	/* never shrinks within a dialog */
};

/* status 0: go on. line: CALL_SDP_MEDIA if it is about all of them. */
struct call_verdict {
	int status;		/* for the leg that made the offer, as 488 */
	uint16_t warning;	/* of RFC 3261 20.43, as 304, or 0 */
	unsigned int line;	/* m-line, from 0 */
	const char *reason;	/* constant sentence, never NULL with status */
};

struct call_session;

/* The legs and the media stay the caller's and must live longer. */
struct call_session *call_session_new(struct call_media *media,
				    struct call_sdp_leg *a, struct call_sdp_leg *b);
void call_session_free(struct call_session *session);

/*
 * Returns 0, or -ENOMEM, -EINVAL for a call out of order. verdict->status says
 * whether the leg's text will do; lines, for call_media_reserve().
 */
int call_offer_receive(struct call_session *session, enum call_leg from,
		      const char *text, size_t len, uint32_t *lines,
		      struct call_verdict *verdict);
/*
 * Bytes written. -EPERM: the leg must be encrypted and cannot be, see verdict.
 * -ENOSPC, -EIO no random numbers.
 */
ssize_t call_offer_send(struct call_session *session, enum call_leg to,
		       char *buf, size_t size, struct call_verdict *verdict);
int call_answer_receive(struct call_session *session, enum call_leg from,
		       const char *text, size_t len,
		       struct call_verdict *verdict);
ssize_t call_answer_send(struct call_session *session, enum call_leg to,
			char *buf, size_t size, struct call_verdict *verdict);
/* The round is over: agreed (once media was applied), or never was. */
void call_offer_commit(struct call_session *session);
void call_offer_abort(struct call_session *session);

/*
 * What we said last, again: for a refresh of the session (RFC 4028) that is
 * answered from here. Not during a round. -ENODATA before the first one.
 */
ssize_t call_session_repeat(struct call_session *session, enum call_leg to,
			   char *buf, size_t size);
/*
 * Does leg @from say now what it said last? Then a refresh need not trouble
 * the other leg: answer with call_session_repeat().
 */
bool call_session_unchanged(const struct call_session *session,
			   enum call_leg from, const char *text, size_t len);

/* For STATUS: of the round agreed last. */
struct call_protection {
	bool encrypted;		/* every active line of the leg is */
	bool held;		/* no line flows both ways */
	unsigned int lines;	/* active ones */
	const struct call_suite *weakest;	/* NULL if not encrypted */
	const char *reason;	/* in words, why not; or NULL */
};
void call_session_security(const struct call_session *session,
			  enum call_leg leg, struct call_protection *security);

/* For the database, as call_media_save(); no keys in it. */
char *call_session_save(const struct call_session *session);
int call_session_restore(struct call_session *session, const char *text);

#endif /* CALL_OFFER_H */
