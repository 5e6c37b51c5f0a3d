// SPDX-License-Identifier: GPL-2.0
/* re-INVITE and UPDATE of ours: when they may leave, and what comes back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sip/party-files.h"
#include "call/sdp.h"

/*
 * RFC 3261 section 14.1: who owns the Call-ID waits 2.1 to 4 seconds, the
 * other at most 2, in units of 10 ms, so that they do not meet again.
 */
static void retry_later(struct sip_party *p)
{
	unsigned int random, ms;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = 100;
	ms = p->orientation_to ? random % 201 * 10 : 2100 + random % 191 * 10;
	sip_party_timer(p, SIP_TIMER_RETRY,
			(uint64_t)ms * p->all->config.second_ms / 1000);
}

static bool is_waiting(const struct sip_party *p)
{
	return p->timers[SIP_TIMER_RETRY] &&
	       evtimer_pending(p->timers[SIP_TIMER_RETRY], NULL);
}

static void update_response(void *arg, struct sip_client *client,
			    osip_message_t *response)
{
	struct sip_errand *errand = arg;
	struct sip_party *p = errand->party;
	char text[SIP_CAUSE_TEXT];
	struct call_cause cause = sip_cause_of(response, text);
	uint32_t min_se;

	(void)client;
	if (cause.status < 200)
		return;
	sip_errand_done(errand);
	p->is_updating = false;
	if (p->phase != SIP_PARTY_UP) {
		sip_party_settle(p);
		return;
	}
	if (cause.status < 300) {
		sip_dialog_used_cseq(p->dialog, response);
		sip_dialog_refresh(p->dialog, response);
		sip_party_session_agreed(p, response);
		if (sip_party_hear_security(p, response))
			call_party_changed(&p->party);
	} else if (cause.status == 481) {
		sip_party_gone(p, &cause);
	} else if (cause.status == 408) {
		sip_party_give_up(p, 408, "it answers no more");
	} else if (cause.status == 405 || cause.status == 501) {
		p->takes_update = false;
		p->wants_update = true;
	} else if (cause.status == 422) {
		min_se = sip_uint(sip_header(response, "Min-SE"));
		if (min_se != UINT32_MAX && min_se > p->interval &&
		    min_se <= 86400) {
			p->min_se = p->interval = min_se;
			p->wants_update = true;
		}
	} else if (cause.status == 491 || cause.status == 500) {
		p->wants_update = true;
		retry_later(p);
	}
	sip_party_go_on(p);
	sip_party_settle(p);
}

static void update_failed(void *arg, struct sip_client *client, int err)
{
	struct sip_errand *errand = arg;
	struct sip_party *p = errand->party;

	(void)client;
	sip_errand_done(errand);
	p->is_updating = false;
	/* Section 12.2.1.2. A phone between two connections is not dead. */
	if (p->phase == SIP_PARTY_UP && err == -ETIMEDOUT)
		sip_party_give_up(p, 408, "it answers no more");
	sip_party_settle(p);
}

static int send_update(struct sip_party *p)
{
	static const struct sip_client_ops ops = {
		.response = update_response, .failed = update_failed,
	};
	osip_message_t *msg = sip_dialog_request(p->dialog, "UPDATE");
	int err;

	if (!msg)
		return -ENOMEM;
	if (sip_party_dress(p, msg) || sip_party_session_ask(p, msg)) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	err = sip_party_send(p, p->dialog, msg, &ops, 0);
	p->is_updating = !err;
	return err;
}

/* For who takes no UPDATE, a re-INVITE: where it is worth the trouble. */
static void choose_update(struct sip_party *p)
{
	if (!p->wants_update || p->is_updating)
		return;
	p->wants_update = false;
	if (p->takes_update) {
		/* A phone between two connections: later. */
		if (send_update(p)) {
			p->wants_update = true;
			sip_party_timer(p, SIP_TIMER_RETRY,
					4 * p->all->config.second_ms);
		}
	} else if ((p->is_refreshing || p->is_cisco) &&
		 p->want == SIP_WANT_NOTHING) {
		p->want = SIP_WANT_REPEAT;
	}
}

static void take_answer(struct sip_party *p, const osip_message_t *response)
{
	enum sip_want sent = p->sent;
	const char *sdp;
	size_t len;

	if (sip_party_body(response, &sdp, &len))
		sdp = NULL;
	if (sip_party_prepare_ack(p, response, sent != SIP_WANT_SOLICIT ||
				  !sdp)) {
		sip_party_give_up(p, 500, "the ACK could not be sent");
		return;
	}
	switch (sent) {
	case SIP_WANT_OFFER:
		p->turn = SIP_TURN_NONE;
		sip_party_wipe(&p->offer);
		call_answered(&p->party, sdp, len);
		break;
	case SIP_WANT_SOLICIT:
		p->turn = SIP_TURN_THEIRS;
		if (sdp)
			call_offered(&p->party, sdp, len);
		else
			sip_party_give_up(p, 488,
					  "no offer came, though asked for");
		break;
	default:
		break;
	}
}

static void say_refused(struct sip_party *p, const struct call_cause *cause)
{
	if (p->sent == SIP_WANT_REPEAT)
		return;
	p->turn = SIP_TURN_NONE;
	sip_party_wipe(&p->offer);
	call_refused(&p->party, cause);
}

static void reinvite_refused(struct sip_party *p, const osip_message_t *response)
{
	char text[SIP_CAUSE_TEXT];
	struct call_cause cause = sip_cause_of(response, text);
	uint32_t min_se;

	switch (cause.status) {
	case 491:
		p->want = p->sent;
		retry_later(p);
		return;
	case 481:
		sip_party_gone(p, &cause);
		return;
	case 408:
		sip_party_give_up(p, 408, "it answers no more");
		return;
	case 422:
		min_se = sip_uint(sip_header(response, "Min-SE"));
		if (min_se == UINT32_MAX || min_se > 86400 ||
		    min_se <= p->interval)
			break;
		p->min_se = p->interval = min_se;
		p->want = p->sent;
		return;
	}
	say_refused(p, &cause);
}

static void reinvite_response(void *arg, struct sip_client *client,
			      osip_message_t *response)
{
	struct sip_party *p = arg;
	int status = response->status_code;
	bool is_news;

	(void)client;
	/* Repeated until our ACK, which waits for the call's answer. */
	if (status < 200 || p->ack)
		return;
	sip_dialog_used_cseq(p->dialog, response);
	if (p->phase == SIP_PARTY_ENDED) {
		/* Our BYE overtook it: RFC 5407 section 3.1.4. */
		if (status < 300)
			sip_party_prepare_ack(p, response, true);
		else
			sip_party_drop_uac(p);
	} else if (status < 300) {
		sip_dialog_refresh(p->dialog, response);
		sip_party_learn(p, response);
		sip_party_session_agreed(p, response);
		/* Told last: whatever the call does then, the ACK has left. */
		is_news = sip_party_hear_security(p, response);
		take_answer(p, response);
		if (is_news && p->phase == SIP_PARTY_UP)
			call_party_changed(&p->party);
	} else {
		sip_client_release(p->uac);
		p->uac = NULL;
		reinvite_refused(p, response);
	}
	sip_party_go_on(p);
	sip_party_settle(p);
}

static void reinvite_failed(void *arg, struct sip_client *client, int err)
{
	struct sip_party *p = arg;
	struct call_cause cause = { .status = 503 };

	(void)client;
	sip_client_release(p->uac);
	p->uac = NULL;
	if (p->phase == SIP_PARTY_UP && err == -ETIMEDOUT)
		sip_party_give_up(p, 408, "it answers no more");
	else if (p->phase == SIP_PARTY_UP)
		say_refused(p, &cause);
	sip_party_go_on(p);
	sip_party_settle(p);
}

static int send_invite(struct sip_party *p, const char *sdp, size_t len)
{
	static const struct sip_client_ops ops = {
		.response = reinvite_response, .failed = reinvite_failed,
	};
	osip_message_t *msg = sip_dialog_request(p->dialog, "INVITE");
	int err;

	if (!msg)
		return -ENOMEM;
	if ((sdp && sip_party_set_body(msg, "application/sdp", sdp, len)) ||
	    sip_party_dress(p, msg) || sip_party_session_ask(p, msg)) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	err = sip_send(p->all->config.sip, msg, sip_dialog_target(p->dialog),
		       &ops, p, &p->uac);
	if (err)
		p->uac = NULL;
	return err;
}

static int send_wanted(struct sip_party *p)
{
	struct call_party *party = &p->party;
	char sdp[CALL_SDP_SIZE];
	ssize_t len;
	int err;

	switch (p->want) {
	case SIP_WANT_OFFER:
		return send_invite(p, p->offer.at, p->offer.len);
	case SIP_WANT_SOLICIT:
		return send_invite(p, NULL, 0);
	default:
		break;
	}
	if (!p->all->config.describe)
		return -ENOSYS;
	len = p->all->config.describe(party, sdp, sizeof(sdp));
	err = len > 0 ? send_invite(p, sdp, len) : -ENODATA;
	explicit_bzero(sdp, sizeof(sdp));
	return err;
}

int sip_party_kick(struct sip_party *p)
{
	int err;

	if (p->phase != SIP_PARTY_UP || is_waiting(p))
		return 0;
	choose_update(p);
	/* Section 14.1: one INVITE at a time, in either direction. */
	if (p->want == SIP_WANT_NOTHING || p->uac || p->ack || p->uas ||
	    p->unacked)
		return 0;
	/* An offer that is open has the floor. */
	if (p->want == SIP_WANT_REPEAT && p->turn != SIP_TURN_NONE)
		return 0;
	if (p->want == SIP_WANT_SOLICIT)
		p->turn = SIP_TURN_ASKED;
	err = send_wanted(p);
	p->sent = p->want;
	p->want = SIP_WANT_NOTHING;
	if (err && p->sent != SIP_WANT_REPEAT) {
		p->turn = SIP_TURN_NONE;
		sip_party_wipe(&p->offer);
	}
	return p->sent == SIP_WANT_REPEAT ? 0 : err;
}

void sip_party_go_on(struct sip_party *p)
{
	if (sip_party_kick(p))
		call_refused(&p->party, &(struct call_cause){
			.status = 503, .text = "it could not be reached" });
}

void sip_party_security(struct call_party *party, enum call_security status)
{
	struct sip_party *p = sip_party_of(party);

	p->status = status;
	if (!party->shows_security || p->phase != SIP_PARTY_UP ||
	    (p->has_shown && p->shown == status))
		return;
	p->wants_update = true;
	/* An offer of the call that waits is told of its failure elsewhere. */
	if (p->want == SIP_WANT_NOTHING)
		sip_party_kick(p);
	else
		choose_update(p);
}
