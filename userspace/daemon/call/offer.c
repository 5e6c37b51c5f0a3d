// SPDX-License-Identifier: GPL-2.0
/* The rounds of offer and answer: who may say what when. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "call/offer-internal.h"

struct call_session *call_session_new(struct call_media *media,
				    struct call_sdp_leg *a, struct call_sdp_leg *b)
{
	struct call_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->media = media;
	session->leg[CALL_LEG_A] = a;
	session->leg[CALL_LEG_B] = b;
	return session;
}

static void end_round(struct call_session *session)
{
	call_sdp_free(session->offer);
	call_sdp_free(session->answer);
	session->offer = NULL;
	session->answer = NULL;
	session->state = OFFER_IDLE;
	session->judged = false;
	for (int leg = 0; leg < 2; leg++)
		offer_forget_text(&session->saying[leg]);
}

void call_session_free(struct call_session *session)
{
	if (!session)
		return;
	end_round(session);
	for (int leg = 0; leg < 2; leg++)
		offer_forget_text(&session->said[leg]);
	free(session);
}

static void print_text(const char *text, size_t len, uint8_t print[32])
{
	if (EVP_Digest(text, len, print, NULL, EVP_sha256(), NULL) != 1)
		memset(print, 0, 32);
}

/* What the leg's peer said of one line, for the streams. */
static int stage_peer(struct call_session *session, unsigned int i,
		      enum call_leg leg, const struct call_sdp_media *m)
{
	const struct offer_side *side = &session->line[i].side[leg];
	struct call_peer peer = {
		.port = m->port,
		.rtcp_port = m->rtcp_port,
		.rtcp_mux = m->rtcp_mux,
		.sends = side->direction & CALL_SDP_SEND,
		.receives = side->direction & CALL_SDP_RECV,
		.video = m->kind == CALL_SDP_VIDEO,
	};
	int err;

	if (!m->hold)
		peer.addr = m->addr;
	for (unsigned int c = 0; side->suite && c < m->crypto_count; c++)
		if (!m->crypto[c].fault && m->crypto[c].tag == side->tag)
			peer.rx = m->crypto[c].crypto;
	err = call_media_stage_peer(session->media, i, leg, &peer);
	call_crypto_wipe(&peer.rx);
	return err;
}

static int stage_offer(struct call_session *session, uint32_t *lines)
{
	int err = 0;

	*lines = 0;
	for (unsigned int i = 0; i < session->offer->media_count; i++) {
		if (!session->line[i].offered) {
			call_media_stage_off(session->media, i);
			continue;
		}
		*lines |= 1u << i;
		err = stage_peer(session, i, session->from,
				 &session->offer->media[i]);
		if (err)
			return err;
	}
	return 0;
}

static int parse(const char *text, size_t len, int status,
		 struct call_sdp **sdp, struct call_verdict *verdict)
{
	unsigned int line;
	const char *why;
	int err = call_sdp_parse(text, len, sdp, &why, &line);

	if (err == -ENOMEM)
		return err;
	if (err)
		offer_refuse(verdict, status, 0, CALL_SDP_MEDIA, why);
	return 0;
}

int call_offer_receive(struct call_session *session, enum call_leg from,
		      const char *text, size_t len, uint32_t *lines,
		      struct call_verdict *verdict)
{
	struct call_sdp_leg *leg = session->leg[from];
	int err;

	memset(verdict, 0, sizeof(*verdict));
	*lines = 0;
	if (session->state != OFFER_IDLE)
		return -EINVAL;
	err = parse(text, len, 400, &session->offer, verdict);
	if (err || verdict->status)
		return err;
	session->from = from;
	session->state = OFFER_RECEIVED;
	if (session->offer->media_count < leg->media_count)
		offer_refuse(verdict, 488, 0, CALL_SDP_MEDIA,
			     "media lines were taken away");
	if (!verdict->status)
		offer_judge_offer(session, verdict);
	if (verdict->status)
		return 0;
	session->before[CALL_LEG_A] = session->leg[CALL_LEG_A]->media_count;
	session->before[CALL_LEG_B] = session->leg[CALL_LEG_B]->media_count;
	session->judged = true;
	leg->media_count = session->offer->media_count;
	print_text(text, len, session->hearing[from]);
	return stage_offer(session, lines);
}

ssize_t call_offer_send(struct call_session *session, enum call_leg to,
		       char *buf, size_t size, struct call_verdict *verdict)
{
	const struct call_policy *policy = &session->leg[to]->policy;
	ssize_t n;

	memset(verdict, 0, sizeof(*verdict));
	if (session->state == OFFER_IDLE || to == session->from)
		return -EINVAL;
	if (policy->srtp_required &&
	    (policy->plain_only ||
	     offer_may_encrypt(policy) != OFFER_ENCRYPTED)) {
		offer_refuse(verdict, 488, 305, CALL_SDP_MEDIA,
			     policy->plain_only ?
			     offer_reason_text(OFFER_SRTP_REFUSED) :
			     offer_reason_text(offer_may_encrypt(policy)));
		return -EPERM;
	}
	n = offer_write_offer(session, buf, size);
	if (n > 0)
		session->state = OFFER_SENT;
	return n;
}

static int stage_answer(struct call_session *session, enum call_leg from)
{
	int err = 0;

	for (unsigned int i = 0; i < session->offer->media_count; i++) {
		if (!session->line[i].live) {
			call_media_stage_off(session->media, i);
			continue;
		}
		/* Again: an answer before this one may have been applied. */
		err = stage_peer(session, i, session->from,
				 &session->offer->media[i]);
		if (!err)
			err = stage_peer(session, i, from,
					 &session->answer->media[i]);
		if (!err)
			err = call_media_stage_own(session->media, i, from,
				session->line[i].side[from].suite);
		if (err)
			return err;
	}
	return 0;
}

int call_answer_receive(struct call_session *session, enum call_leg from,
		       const char *text, size_t len,
		       struct call_verdict *verdict)
{
	int err;

	memset(verdict, 0, sizeof(*verdict));
	if ((session->state != OFFER_SENT &&
	     session->state != OFFER_ANSWERED) || from == session->from)
		return -EINVAL;
	call_sdp_free(session->answer);
	session->answer = NULL;
	session->state = OFFER_SENT;
	err = parse(text, len, 502, &session->answer, verdict);
	if (err || verdict->status)
		return err;
	offer_judge_answer(session, verdict);
	if (verdict->status)
		return 0;
	err = stage_answer(session, from);
	if (err == -EINVAL) {
		/* The key it would need left with the first answer. */
		offer_refuse(verdict, 502, 0, CALL_SDP_MEDIA,
			     "a second answer chose another suite");
		return 0;
	}
	print_text(text, len, session->hearing[from]);
	session->state = OFFER_ANSWERED;
	return err;
}

ssize_t call_answer_send(struct call_session *session, enum call_leg to,
			char *buf, size_t size, struct call_verdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	if (session->state != OFFER_ANSWERED || to != session->from)
		return -EINVAL;
	return offer_write_answer(session, buf, size);
}

void call_offer_commit(struct call_session *session)
{
	if (session->state != OFFER_ANSWERED)
		return;
	memset(session->agreed, 0, sizeof(session->agreed));
	memcpy(session->agreed, session->line, session->offer->media_count *
	       sizeof(*session->line));
	for (int leg = 0; leg < 2; leg++) {
		offer_forget_text(&session->said[leg]);
		session->said[leg] = session->saying[leg];
		session->saying[leg] = NULL;
		memcpy(session->heard[leg], session->hearing[leg],
		       sizeof(session->heard[leg]));
	}
	end_round(session);
}

void call_offer_abort(struct call_session *session)
{
	if (session->state == OFFER_IDLE && !session->offer)
		return;
	/* A refused offer added no lines to the dialogs. */
	for (int leg = 0; leg < 2 && session->judged; leg++)
		session->leg[leg]->media_count = session->before[leg];
	call_media_rollback(session->media);
	end_round(session);
}

ssize_t call_session_repeat(struct call_session *session, enum call_leg to,
			   char *buf, size_t size)
{
	return session->state == OFFER_IDLE ?
		offer_write_again(session, to, buf, size) : -EINVAL;
}

bool call_session_unchanged(const struct call_session *session,
			   enum call_leg from, const char *text, size_t len)
{
	uint8_t print[32];

	print_text(text, len, print);
	return session->said[from] &&
	       !memcmp(print, session->heard[from], sizeof(print));
}
