/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Offer and answer (RFC 3264) between the two legs of a call, with SDES keys
 * (RFC 4568) of each leg's own.
 *
 * No input or output and no waiting: text in, text out, decisions in words.
 * One round, for an offer from leg X (X may be either leg):
 *
 *	sip_offer_receive(x, text)	judged; lines staged in call_media
 *	call_media_reserve(lines)	wait for it
 *	sip_offer_send(y)		what to offer Y, keys of ours
 *	sip_answer_receive(y, text)	judged against what was offered
 *	sip_answer_send(x)		exactly one key per line
 *	call_media_apply()		then the answer may leave
 *
 * and sip_offer_commit() with the final answer. A 183 and the 200 that follows
 * may both bring an answer: sip_answer_receive and what follows it, apply
 * included, may be repeated in one round. A refused round ends with
 * sip_offer_abort(): all is as before it, but for what was applied. A delayed
 * offer (INVITE without SDP from A) is the same round begun by B's 200. Without
 * anchoring addresses and ports pass through, the rest is the same.
 */
#ifndef SIP_OFFER_H
#define SIP_OFFER_H

#include "sip/sdp.h"

/* What the leg's signalling proved; in the order of enum net_class. */
enum sip_class { SIP_CLASS_CLEAR, SIP_CLASS_AUTHENTICATED, SIP_CLASS_ENCRYPTED };

struct sip_policy {
	enum sip_class class;	/* keys only over encrypted signalling */
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
struct sip_leg {
	struct sip_policy policy;	/* may change between rounds */
	struct call_addr addr;	/* for o=; none: the first media address */
	uint64_t id, version;	/* of our o=; id 0: not chosen yet */
	uint8_t last[32];	/* digest of the last description sent */
	uint8_t media_count;	/* never shrinks within a dialog */
};

/* status 0: go on. line: SIP_SDP_MEDIA if it is about all of them. */
struct sip_verdict {
	int status;		/* for the leg that made the offer, as 488 */
	uint16_t warning;	/* of RFC 3261 20.43, as 304, or 0 */
	unsigned int line;	/* m-line, from 0 */
	const char *reason;	/* constant sentence, never NULL with status */
};

struct sip_session;

/* The legs and the media stay the caller's and must live longer. */
struct sip_session *sip_session_new(struct call_media *media,
				    struct sip_leg *a, struct sip_leg *b);
void sip_session_free(struct sip_session *session);

/*
 * Returns 0, or -ENOMEM, -EINVAL for a call out of order. verdict->status says
 * whether the leg's text will do; lines, for call_media_reserve().
 */
int sip_offer_receive(struct sip_session *session, enum call_leg from,
		      const char *text, size_t len, uint32_t *lines,
		      struct sip_verdict *verdict);
/*
 * Bytes written. -EPERM: the leg must be encrypted and cannot be, see verdict.
 * -ENOSPC, -EIO no random numbers.
 */
ssize_t sip_offer_send(struct sip_session *session, enum call_leg to,
		       char *buf, size_t size, struct sip_verdict *verdict);
int sip_answer_receive(struct sip_session *session, enum call_leg from,
		       const char *text, size_t len,
		       struct sip_verdict *verdict);
ssize_t sip_answer_send(struct sip_session *session, enum call_leg to,
			char *buf, size_t size, struct sip_verdict *verdict);
/* The round is over: agreed (once media was applied), or never was. */
void sip_offer_commit(struct sip_session *session);
void sip_offer_abort(struct sip_session *session);

/*
 * What we said last, again: for a refresh of the session (RFC 4028) that is
 * answered from here. Not during a round. -ENODATA before the first one.
 */
ssize_t sip_session_repeat(struct sip_session *session, enum call_leg to,
			   char *buf, size_t size);
/*
 * Does leg @from say now what it said last? Then a refresh need not trouble
 * the other leg: answer with sip_session_repeat().
 */
bool sip_session_unchanged(const struct sip_session *session,
			   enum call_leg from, const char *text, size_t len);

/* For STATUS: of the round agreed last. */
struct sip_security {
	bool encrypted;		/* every active line of the leg is */
	bool held;		/* no line flows both ways */
	unsigned int lines;	/* active ones */
	const struct call_suite *weakest;	/* NULL if not encrypted */
	const char *reason;	/* in words, why not; or NULL */
};
void sip_session_security(const struct sip_session *session,
			  enum call_leg leg, struct sip_security *security);

/* For the database, as call_media_save(); no keys in it. */
char *sip_session_save(const struct sip_session *session);
int sip_session_restore(struct sip_session *session, const char *text);

#endif /* SIP_OFFER_H */
