// SPDX-License-Identifier: GPL-2.0
/* Offers between a party and its call: whose turn it is, and by what it goes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sip/party-files.h"

/* An INVITE of ours that waits for its moment must make room for theirs. */
static void withdraw(struct sip_party *p)
{
	if (p->want == SIP_WANT_NOTHING)
		return;
	sip_party_timer_stop(p, SIP_TIMER_RETRY);
	if (p->want == SIP_WANT_REPEAT) {
		p->want = SIP_WANT_NOTHING;
		return;
	}
	p->want = SIP_WANT_NOTHING;
	p->turn = SIP_TURN_NONE;
	sip_party_wipe(&p->offer);
	call_refused(&p->party, &(struct call_cause){ .status = 491 });
}

static void reply_later(struct sip_request *req)
{
	unsigned char random;
	char seconds[8];

	if (getrandom(&random, 1, 0) != 1)
		random = 5;
	snprintf(seconds, sizeof(seconds), "%u", random % 11);
	sip_reply(req, 500, NULL, "Retry-After", seconds, NULL);
}

/*
 * Glare, RFC 3261 section 14.2 and RFC 3311 section 5.2: 500 while we have not
 * answered theirs, 491 while they have not answered ours.
 */
static bool is_untimely(struct sip_party *p, struct sip_request *req)
{
	if (p->phase == SIP_PARTY_CALLED || p->uas || p->early ||
	    p->is_withdrawn) {
		reply_later(req);
		return true;
	}
	if (p->phase == SIP_PARTY_UP && !p->uac && !p->answer_in_ack) {
		withdraw(p);
		if (p->phase == SIP_PARTY_UP && p->turn == SIP_TURN_NONE)
			return false;
	}
	sip_reply(req, p->phase == SIP_PARTY_ENDED ? 481 : 491, NULL, NULL);
	return true;
}

/* What every message tells beside its offer. */
static void hear(struct sip_party *p, const osip_message_t *msg)
{
	sip_party_learn(p, msg);
	if (sip_party_hear_security(p, msg))
		call_party_changed(&p->party);
}

static void take_offer(struct sip_party *p, struct sip_request *req,
		       const char *sdp, size_t len)
{
	if (MSG_IS_INVITE(req->msg)) {
		if (sip_party_watch(p, req)) {
			sip_reply(req, 503, NULL, NULL);
			return;
		}
		sip_reply(req, 100, NULL, NULL);
	}
	p->turn = sdp ? SIP_TURN_THEIRS : SIP_TURN_WANTED;
	p->uas = sip_request_get(req);
	hear(p, req->msg);
	if (p->uas)
		call_offered(&p->party, sdp, len);
	sip_party_settle(p);
}

void sip_party_reinvited(struct sip_party *p, struct sip_request *req)
{
	const char *sdp;
	size_t len;
	int status = sip_party_body(req->msg, &sdp, &len);

	if (status) {
		sip_reply(req, status, NULL, "Accept", "application/sdp",
			  NULL);
		return;
	}
	if (is_untimely(p, req) || sip_party_session_asked(p, req))
		return;
	take_offer(p, req, sdp, len);
}

/* Without an offer: target, session timer, status. Any time in a dialog. */
static void refreshed(struct sip_party *p, struct sip_request *req)
{
	osip_message_t *response = sip_response_new(req, 200, NULL);

	if (!response)
		return;
	if (sip_party_contact(response, req) ||
	    sip_party_session_answer(p, response) ||
	    sip_party_dress(p, response)) {
		osip_message_free(response);
		sip_reply(req, 500, NULL, NULL);
		return;
	}
	sip_respond(req, response);
	sip_party_session_start(p);
	hear(p, req->msg);
}

void sip_party_updated(void *arg, struct sip_request *req)
{
	struct sip_party *p = sip_party_asked(arg, req);
	const char *sdp;
	bool is_early;
	size_t len;
	int status;

	if (!p)
		return;
	status = sip_party_body(req->msg, &sdp, &len);
	if (status) {
		sip_reply(req, status, NULL, "Accept", "application/sdp",
			  NULL);
		return;
	}
	is_early = sdp && sip_party_early_may(p, req);
	if (sdp && !is_early && is_untimely(p, req))
		return;
	if (sip_party_session_asked(p, req))
		return;
	if (is_early)
		sip_party_early_offered(p, req, sdp, len);
	else if (sdp)
		take_offer(p, req, sdp, len);
	else
		refreshed(p, req);
}

int sip_party_offer(struct call_party *party, const char *sdp, size_t len)
{
	struct sip_party *p = sip_party_of(party);
	int err;

	if (p->phase == SIP_PARTY_IDLE)
		return sip_party_call(p, sdp, len);
	if (p->turn == SIP_TURN_WANTED) {
		if (p->is_withdrawn) {
			p->is_withdrawn = false;
			p->turn = SIP_TURN_NONE;
		} else {
			err = sip_party_accept(p, sdp, len);
			if (!err)
				p->turn = SIP_TURN_OURS;
			return err;
		}
	}
	if (p->phase == SIP_PARTY_CALLED || p->phase == SIP_PARTY_CALLING)
		return sip_party_early_offer(p, sdp, len);
	if (p->phase != SIP_PARTY_UP || p->turn != SIP_TURN_NONE)
		return -EBUSY;
	err = sip_party_keep(&p->offer, sdp, len);
	if (err)
		return err;
	p->want = SIP_WANT_OFFER;
	p->turn = SIP_TURN_OURS;
	return sip_party_kick(p);
}

int sip_party_solicit(struct call_party *party)
{
	struct sip_party *p = sip_party_of(party);

	if (p->phase == SIP_PARTY_IDLE)
		return sip_party_call(p, NULL, 0);
	if (p->phase != SIP_PARTY_UP || p->turn != SIP_TURN_NONE)
		return -EBUSY;
	p->want = SIP_WANT_SOLICIT;
	p->turn = SIP_TURN_ASKED;
	return sip_party_kick(p);
}

int sip_party_answer(struct call_party *party, const char *sdp, size_t len)
{
	struct sip_party *p = sip_party_of(party);
	int err;

	if (p->early)
		return sip_party_early_answer(p, sdp, len);
	if (p->turn != SIP_TURN_THEIRS)
		return -EINVAL;
	if (p->is_withdrawn) {
		/*
		 * It cancelled its re-INVITE, but the call has agreed by now:
		 * it is told what holds by a re-INVITE of ours.
		 */
		p->is_withdrawn = false;
		p->turn = SIP_TURN_NONE;
		p->want = SIP_WANT_REPEAT;
		sip_party_timer(p, SIP_TIMER_RETRY, 0);
		return 0;
	}
	if (p->ack) {
		err = sip_party_ack(p, sdp, len);
	} else if (!p->uas) {
		return -ESTALE;
	} else {
		err = sip_party_answer_waits(p, sdp, len);
		if (!err)
			err = sip_party_accept(p, sdp, len);
	}
	if (err < 0)
		return err;
	p->turn = SIP_TURN_NONE;
	sip_party_kick(p);
	return 0;
}

void sip_party_refuse(struct call_party *party, const struct call_cause *cause)
{
	static const struct call_cause usual = { .status = 488 };
	struct sip_party *p = sip_party_of(party);

	if (!cause || cause->status < 400)
		cause = &usual;
	if (p->early) {
		sip_party_early_refuse(p, cause);
		return;
	}
	if (p->turn != SIP_TURN_THEIRS && p->turn != SIP_TURN_WANTED)
		return;
	p->turn = SIP_TURN_NONE;
	p->is_withdrawn = false;
	if (p->uas) {
		sip_party_deny(p, p->uas, cause);
		sip_request_put(p->uas);
		p->uas = NULL;
		if (p->phase == SIP_PARTY_UP) {
			sip_party_kick(p);
			return;
		}
	} else if (p->ack) {
		/* An ACK can say no only by what follows it. */
		sip_party_ack(p, NULL, 0);
		sip_party_bye(p, cause);
	} else {
		return;
	}
	/* Told from the loop: ops do not call back. */
	p->phase = SIP_PARTY_ENDED;
	sip_party_timer(p, SIP_TIMER_RETRY, 0);
}
