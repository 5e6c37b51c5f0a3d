// SPDX-License-Identifier: GPL-2.0
/*
 * What is accepted of an offer, and of an answer to ours (RFC 3264 6, RFC 4568
 * 7.1). Phones answer wrongly: with suites nobody offered, with two keys, with
 * our own key. Such an answer ends the call, it is not guessed at.
 */
#include <stdlib.h>
#include <string.h>

#include "call/offer-internal.h"
#include "call/sdp-internal.h"

void offer_refuse(struct call_verdict *verdict, int status, uint16_t warning,
		  unsigned int line, const char *reason)
{
	/* The first fault is the one that is told. */
	if (verdict->status)
		return;
	*verdict = (struct call_verdict){ status, warning, line, reason };
}

bool offer_is_usable(const struct call_sdp_media *m)
{
	return m->port && m->kind != CALL_SDP_OTHER &&
	       m->proto != CALL_SDP_FOREIGN;
}

enum offer_reason offer_may_encrypt(const struct call_policy *policy)
{
	if (!policy->srtp_allowed)
		return OFFER_PROFILE;
	/* KEYS-1: who reads the signalling would have the keys. */
	if (policy->class != CALL_CLASS_ENCRYPTED)
		return OFFER_SIGNALLING;
	return OFFER_ENCRYPTED;
}

static bool has_tag_twice(const struct call_sdp_media *m,
			  const struct call_sdp_crypto *crypto)
{
	for (unsigned int i = 0; i < m->crypto_count; i++)
		if (&m->crypto[i] != crypto && m->crypto[i].tag == crypto->tag)
			return true;
	return false;
}

/*
 * AEAD before the others, the longer key first; among the others the order of
 * the offer, which is its preference (RFC 4568 5.1.2).
 */
static bool is_better(const struct call_suite *suite,
		      const struct call_suite *than)
{
	if (!than)
		return true;
	return suite->aead && call_suite_rank(suite) < call_suite_rank(than);
}

static const struct call_sdp_crypto *choose(const struct call_sdp_media *m,
					   enum call_menu menu,
					   enum offer_reason *why)
{
	const struct call_sdp_crypto *best = NULL;

	*why = m->crypto_count ? OFFER_UNUSABLE_KEYS : OFFER_NO_KEYS;
	for (unsigned int i = 0; i < m->crypto_count; i++) {
		const struct call_sdp_crypto *c = &m->crypto[i];

		if (c->fault || has_tag_twice(m, c))
			continue;
		if (!call_suite_admitted(c->crypto.suite, menu))
			*why = OFFER_MENU;
		else if (is_better(c->crypto.suite,
				   best ? best->crypto.suite : NULL))
			best = c;
	}
	return best;
}

static void take(struct offer_side *side, const struct call_sdp_crypto *c)
{
	side->reason = OFFER_ENCRYPTED;
	side->suite = c->crypto.suite;
	side->tag = c->tag;
}

static void judge_plain(const struct call_policy *policy, unsigned int i,
			const struct call_sdp_media *m,
			struct offer_line *line, struct offer_side *side,
			struct call_verdict *verdict)
{
	side->reason = m->crypto_count ? OFFER_KEYS_WITH_AVP :
					 OFFER_PLAIN_OFFERED;
	line->offered = !policy->srtp_required;
	if (!line->offered)
		offer_refuse(verdict, 488, 305, i,
			     "encryption is required, plain RTP was offered");
}

/* SRTP was offered: with keys, in the clear by the peer's leave, or not. */
static void judge_secure(const struct call_policy *policy, unsigned int i,
			 const struct call_sdp_media *m,
			 struct offer_line *line, struct offer_side *side,
			 struct call_verdict *verdict)
{
	enum offer_reason why = offer_may_encrypt(policy);
	const struct call_sdp_crypto *c = NULL;

	if (why == OFFER_ENCRYPTED)
		c = choose(m, policy->menu, &why);
	if (c) {
		take(side, c);
		line->offered = true;
		return;
	}
	side->reason = why;
	line->offered = policy->peer_fallback && !policy->srtp_required;
	if (!line->offered)
		offer_refuse(verdict, 488, 305, i, offer_reason_text(why));
}

/*
 * Media of a leg is of one family, which the first description decides: a
 * phone may signal over one and talk over the other.
 */
static void judge_family(struct call_session *session, enum call_leg leg,
			 const struct call_sdp *sdp, int status,
			 struct call_verdict *verdict)
{
	for (unsigned int i = 0; i < session->offer->media_count; i++) {
		const struct call_sdp_media *m = &sdp->media[i];

		if (session->line[i].live && !m->hold &&
		    !call_media_take_family(session->media, leg,
					    m->addr.family))
			offer_refuse(verdict, status, 301, i,
				     "media of this address family is not "
				     "served there");
	}
}

void offer_judge_offer(struct call_session *session,
		       struct call_verdict *verdict)
{
	const struct call_policy *policy = &session->leg[session->from]->policy;
	const struct call_sdp *sdp = session->offer;
	struct call_verdict first = { 0 };
	unsigned int usable = 0, offered = 0;

	for (unsigned int i = 0; i < sdp->media_count; i++) {
		const struct call_sdp_media *m = &sdp->media[i];
		struct offer_line *line = &session->line[i];
		struct offer_side *side = &line->side[session->from];

		memset(line, 0, sizeof(*line));
		if (!offer_is_usable(m)) {
			if (m->port)
				offer_refuse(&first, 488, 304, i,
					     "neither audio nor video over RTP");
			usable += !!m->port;
			continue;
		}
		usable++;
		side->direction = m->direction;
		if (call_sdp_proto_secure(m->proto))
			judge_secure(policy, i, m, line, side, &first);
		else
			judge_plain(policy, i, m, line, side, &first);
		line->live = line->offered;
		offered += line->offered;
	}
	if (!sdp->media_count)
		offer_refuse(&first, 488, 304, CALL_SDP_MEDIA,
			     "no media is offered");
	/* Single lines are refused by port 0; only nothing at all is a 488. */
	if ((usable && !offered) || !sdp->media_count)
		*verdict = first;
	else
		judge_family(session, session->from, sdp, 488, verdict);
}

static bool has_format(struct call_span formats, struct call_span wanted)
{
	struct call_span word;

	while (call_span_word(&formats, &word))
		if (word.len == wanted.len &&
		    !memcmp(word.at, wanted.at, word.len))
			return true;
	return false;
}

/* a=rtpmap:96 ..., a=fmtp:96 ..., a=rtcp-fb:96 ... of a format not in there. */
static bool is_of_other_format(struct call_span line, struct call_span formats)
{
	static const char *const names[] = {
		"a=rtpmap:", "a=fmtp:", "a=rtcp-fb:",
	};
	struct call_span type;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);

		if (line.len <= len || memcmp(line.at, names[i], len))
			continue;
		line.at += len;
		line.len -= (uint32_t)len;
		return call_span_word(&line, &type) &&
		       !call_span_is(type, "*") && !has_format(formats, type);
	}
	return false;
}

/*
 * An answer may name more than was offered (RFC 3264 6.1), but the other leg
 * was not asked by this one. The answer is our copy: what is too much leaves
 * it. false if nothing is left.
 */
static bool keep_offered_formats(struct call_sdp *answer,
				 struct call_sdp_media *m,
				 struct call_span offered)
{
	struct call_span rest = m->formats, word;
	char *out = answer->text + (m->formats.at - answer->text), *at = out;
	unsigned int kept = 0;

	while (call_span_word(&rest, &word)) {
		if (!has_format(offered, word))
			continue;
		if (at != out)
			*at++ = ' ';
		memmove(at, word.at, word.len);
		at += word.len;
	}
	m->formats.len = (uint32_t)(at - out);
	for (unsigned int i = 0; i < m->line_count; i++) {
		struct call_span *lines = answer->lines + m->first_line;

		if (!is_of_other_format(lines[i], m->formats))
			lines[kept++] = lines[i];
	}
	m->line_count = (uint16_t)kept;
	return m->formats.len;
}

/* The answerer's direction within what the offer left (RFC 3264 6.1). */
static uint8_t clamp(uint8_t answered, uint8_t offered)
{
	uint8_t allowed = 0;

	allowed |= offered & CALL_SDP_SEND ? CALL_SDP_RECV : 0;
	allowed |= offered & CALL_SDP_RECV ? CALL_SDP_SEND : 0;
	return answered & allowed;
}

/* Keys in an answer: exactly one line, of a tag and suite that we offered. */
static const char *judge_key(const struct call_session *session,
			     const struct call_sdp_media *m,
			     const struct call_policy *policy,
			     struct offer_side *side)
{
	const struct call_sdp_crypto *c = m->crypto;
	unsigned int tag = 0;

	if (m->crypto_count != 1)
		return m->crypto_count ? "the answer has several keys" :
					 "the answer has no key";
	if (c->fault)
		return c->fault;
	/* Tags count what we offered, from 1: see offer-write.c. */
	for (unsigned int i = 0; i < CALL_SUITES; i++) {
		if (!call_suites[i].offered ||
		    !call_suite_admitted(&call_suites[i], policy->menu))
			continue;
		if (++tag != c->tag)
			continue;
		if (&call_suites[i] != c->crypto.suite)
			return "the answer's suite is not that of its tag";
		/* Two senders under one key: the same key stream twice. */
		for (unsigned int k = 0; k < c->crypto.key_count; k++)
			if (call_media_is_own_key(session->media,
						  &c->crypto.keys[k]))
				return "the answer sends our own key back";
		take(side, c);
		return NULL;
	}
	return "the answer's tag was not offered";
}

static void judge_line(struct call_session *session, unsigned int i,
		       struct call_verdict *verdict)
{
	enum call_leg to = call_other_leg(session->from);
	const struct call_policy *policy = &session->leg[to]->policy;
	const struct call_sdp_media *offered = &session->offer->media[i];
	struct call_sdp_media *m = &session->answer->media[i];
	struct offer_line *line = &session->line[i];
	struct offer_side *side = &line->side[to];
	bool wanted = offer_may_encrypt(policy) == OFFER_ENCRYPTED &&
		      !policy->plain_only;
	const char *why;

	side->suite = NULL;
	if (m->proto == CALL_SDP_FOREIGN) {
		offer_refuse(verdict, 502, 0, i,
			     "the answer is of another protocol");
	} else if (call_sdp_proto_secure(m->proto)) {
		why = wanted ? judge_key(session, m, policy, side) :
			"SRTP was not offered";
		if (why)
			offer_refuse(verdict, 502, 0, i, why);
	} else if (wanted && (policy->srtp_required || !policy->own_fallback)) {
		offer_refuse(verdict, 488, 305, i,
			     "plain RTP in answer to SRTP");
	} else {
		side->reason = wanted ? OFFER_PLAIN_ANSWERED :
			policy->plain_only ? OFFER_SRTP_REFUSED :
			offer_may_encrypt(policy);
	}
	if (!keep_offered_formats(session->answer, m, offered->formats))
		offer_refuse(verdict, 488, 305, i,
			     "the answer has none of the formats offered");
	m->direction = clamp(m->direction, offered->direction);
	m->rtcp_mux = m->rtcp_mux && offered->rtcp_mux;
	side->direction = m->direction;
}

static bool same_kind(const struct call_sdp_media *a,
		      const struct call_sdp_media *b)
{
	return a->name.len == b->name.len &&
	       !memcmp(a->name.at, b->name.at, a->name.len);
}

void offer_judge_answer(struct call_session *session,
			struct call_verdict *verdict)
{
	const struct call_sdp *offer = session->offer;
	unsigned int offered = 0, live = 0;

	if (session->answer->media_count != session->sent) {
		offer_refuse(verdict, 502, 0, CALL_SDP_MEDIA,
			     "the answer has another number of media lines");
		return;
	}
	for (unsigned int i = 0; i < offer->media_count; i++) {
		struct offer_line *line = &session->line[i];
		const struct call_sdp_media *m = &session->answer->media[i];

		line->live = line->offered && m->port;
		offered += line->offered;
		live += line->live;
		if (!same_kind(m, &offer->media[i]))
			offer_refuse(verdict, 502, 0, i,
				     "the answer's media lines are others");
		else if (line->live)
			judge_line(session, i, verdict);
	}
	if (offered && !live)
		offer_refuse(verdict, 488, 304, CALL_SDP_MEDIA,
			     "all media was refused");
	judge_family(session, call_other_leg(session->from), session->answer,
		     502, verdict);
}
