// SPDX-License-Identifier: GPL-2.0
/*
 * REFER outside a dialog (RFC 3515), by a trunk that may: the number that it is
 * sent to is called and then speaks with whom Refer-To names.
 *
 * Both calls are the trunk's, made with its calling search space. It is no
 * party of the first, so we are, in its name: one without media (RFC 3725
 * section 4), which asks for an offer, answers it as inactive, transfers the
 * call once it stands, and is gone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "call/sdp.h"
#include "refusal.h"
#include "sip/party-files.h"

/* Two calls ring for it, one after the other. */
enum { SUB_EXPIRES = 600 };

struct sip_referral {
	struct call_party party;	/* first: the call's view of it */
	struct sip_parties *all;
	struct sip_referral *next, **prev;
	struct sip_refer_to to;
	struct sip_kept offer;		/* to be answered from the loop */
	bool is_standing;		/* the first call does: transfer it */
	bool is_moving;			/* it is being transferred */
	bool is_let_go;			/* the call wants no events any more */
	struct event *turn;

	struct sip_refer_sub sub;
	struct sip_dialog *dialog;	/* NULL: nobody wants NOTIFYs */
	struct sip_client *client;	/* a NOTIFY under way */
	bool is_behind;			/* the next one is due after it */
};

static struct sip_referral *referral_of(const struct call_party *party)
{
	return (struct sip_referral *)party;
}

static void free_referral(struct sip_referral *r)
{
	*r->prev = r->next;
	if (r->next)
		r->next->prev = r->prev;
	if (r->client)
		sip_client_release(r->client);
	if (r->turn)
		event_free(r->turn);
	sip_dialog_free(r->dialog);
	sip_party_wipe(&r->offer);
	free(r);
}

static void soon(struct sip_referral *r)
{
	event_active(r->turn, EV_TIMEOUT, 0);
}

static void notify(struct sip_referral *r);

static void notified(struct sip_referral *r, bool goes_on)
{
	sip_client_release(r->client);
	r->client = NULL;
	if (!goes_on) {
		sip_dialog_free(r->dialog);
		r->dialog = NULL;
	}
	if (r->is_behind)
		notify(r);
	soon(r);
}

static void notify_response(void *arg, struct sip_client *client,
			    osip_message_t *response)
{
	(void)client;
	if (response->status_code >= 200)
		notified(arg, response->status_code < 300);
}

static void notify_failed(void *arg, struct sip_client *client, int err)
{
	(void)client, (void)err;
	notified(arg, false);
}

/* One at a time, so that the last to arrive is the last there is to say. */
static void notify(struct sip_referral *r)
{
	static const struct sip_client_ops ops = {
		.response = notify_response, .failed = notify_failed,
	};
	osip_message_t *msg;

	if (!r->dialog)
		return;
	r->is_behind = r->client;
	if (r->client)
		return;
	msg = sip_refer_sub_notify(&r->sub, r->dialog);
	if (msg && sip_send(r->all->config.sip, msg,
			    sip_dialog_target(r->dialog), &ops, r, &r->client))
		r->client = NULL;
}

static void tell(struct sip_referral *r, int status, const char *reason)
{
	if (sip_refer_sub_is_over(&r->sub))
		return;
	sip_refer_sub_set(&r->sub, status, reason);
	notify(r);
}

static void give_up(struct sip_referral *r, int status, const char *text)
{
	tell(r, status, NULL);
	if (r->is_let_go)
		return;
	r->is_let_go = true;
	call_gone(&r->party, &(struct call_cause){
		.status = r->sub.status, .text = text });
}

static void answer(struct sip_referral *r)
{
	char sdp[CALL_SDP_SIZE];
	ssize_t len = call_sdp_hold(r->offer.at, r->offer.len, sdp,
				    sizeof(sdp));

	sip_party_wipe(&r->offer);
	if (len < 0) {
		give_up(r, 488, "its offer has no answer without media");
		return;
	}
	r->party.is_connected = true;
	call_answered(&r->party, sdp, len);
}

static void move(struct sip_referral *r)
{
	struct sip_party *replaced;
	int status;

	r->is_moving = true;
	status = sip_refer_to_party(r->all, &r->party, &r->to, &replaced);
	if (!status)
		status = call_transfer(&r->party, r->to.number, replaced ?
				       &replaced->party : NULL);
	if (status)
		tell(r, status, NULL);
}

/* From the loop alone: ops do not call back, and nobody else holds it then. */
static void turn(evutil_socket_t fd, short what, void *arg)
{
	struct sip_referral *r = arg;

	(void)fd, (void)what;
	if (r->offer.at && !r->is_let_go)
		answer(r);
	if (r->is_standing && !r->is_moving && !r->is_let_go)
		move(r);
	/* It led nowhere: who was called has nobody to speak with. */
	if (r->sub.status >= 300)
		give_up(r, r->sub.status, "the transfer by a REFER failed");
	if (r->is_let_go && !r->client)
		free_referral(r);
}

static int on_offer(struct call_party *party, const char *sdp, size_t len)
{
	struct sip_referral *r = referral_of(party);
	int err = sip_party_keep(&r->offer, sdp, len);

	if (!err)
		soon(r);
	return err;
}

static int on_solicit(struct call_party *party)
{
	(void)party;
	return -EOPNOTSUPP;
}

static int on_alert(struct call_party *party, int status, const char *sdp,
		    size_t len)
{
	(void)party, (void)status, (void)sdp, (void)len;
	return 0;
}

/* It never offers anything. */
static int on_answer(struct call_party *party, const char *sdp, size_t len)
{
	(void)party, (void)sdp, (void)len;
	return -EINVAL;
}

static void on_refuse(struct call_party *party, const struct call_cause *cause)
{
	(void)party, (void)cause;
}

static void on_hangup(struct call_party *party, const struct call_cause *cause)
{
	struct sip_referral *r = referral_of(party);
	bool is_failure = cause && cause->status >= 300;

	r->is_let_go = true;
	sip_party_wipe(&r->offer);
	tell(r, is_failure ? cause->status : 487,
	     is_failure ? cause->reason : NULL);
	soon(r);
}

/* What the call shows first, it shows once it stands. */
static void on_security(struct call_party *party, enum call_security status)
{
	struct sip_referral *r = referral_of(party);

	(void)status;
	r->is_standing = true;
	soon(r);
}

static void on_transferring(struct call_party *party, int status,
			    const char *reason)
{
	struct sip_referral *r = referral_of(party);

	if (status < 100 || status > 699)
		return;
	tell(r, status, reason);
	soon(r);
}

/* A restart ends it: there is nothing to find again. */
static json_t *on_save(const struct call_party *party)
{
	(void)party;
	return json_object();
}

static const struct call_party_ops ops = {
	.offer = on_offer,
	.solicit = on_solicit,
	.alert = on_alert,
	.answer = on_answer,
	.refuse = on_refuse,
	.hangup = on_hangup,
	.security = on_security,
	.transferring = on_transferring,
	.save = on_save,
};

static struct sip_referral *new_referral(struct sip_parties *parties,
					 const struct sip_request *req,
					 const struct sip_refer_to *to)
{
	struct sip_referral *r = calloc(1, sizeof(*r));
	struct call_party *party;

	if (!r)
		return NULL;
	r->turn = evtimer_new(parties->config.base, turn, r);
	if (!r->turn) {
		free(r);
		return NULL;
	}
	party = &r->party;
	party->ops = &ops;
	party->protocol = &parties->protocol;
	party->is_trunk = true;
	party->device = req->peer.id;
	snprintf(party->name, sizeof(party->name), "%s", req->peer.name);
	/* Whom the one called first will speak with, and is shown. */
	snprintf(party->number, sizeof(party->number), "%.*s",
		 (int)sizeof(party->number) - 1, to->number);
	party->shows_security = true;
	party->family = net_conn_peer(req->conn)->local.sa.sa_family;
	r->all = parties;
	r->to = *to;
	sip_refer_sub_init(&r->sub, req->msg, SUB_EXPIRES);
	r->next = parties->referrals;
	if (r->next)
		r->next->prev = &r->next;
	r->prev = &parties->referrals;
	parties->referrals = r;
	return r;
}

void sip_referrals_free(struct sip_parties *parties)
{
	while (parties->referrals)
		free_referral(parties->referrals);
}

/*
 * Both numbers must be within the trunk's reach before anything rings; what is
 * not is refused as the order of checks has it, with 403. Or another status.
 */
static int judge(struct sip_referral *r, const char *number)
{
	struct call_system *calls = r->all->config.calls;
	struct sip_party *replaced;
	int status = sip_refer_to_party(r->all, &r->party, &r->to, &replaced);

	if (!status && (call_may_reach(calls, &r->party, number) ||
			(!replaced && call_may_reach(calls, &r->party,
						     r->to.number)))) {
		if (refusal_admit(r->party.name))
			log_security("refer-refused", "peer", r->party.name,
				     "number", number, "to", r->to.number,
				     "reason", "not in its calling search "
				     "space", NULL);
		status = 403;
	}
	return status;
}

static bool agree(struct sip_referral *r, struct sip_request *req)
{
	osip_message_t *response;

	/* No party of a call owns it: its only requests are ours. */
	if (!r->sub.is_silent) {
		r->dialog = sip_dialog_new_uas(r->all->dialogs, req, NULL);
		if (!r->dialog)
			return false;
	}
	response = sip_response_new(req, 202, NULL);
	if (!response)
		return false;
	if (sip_party_contact(response, req) ||
	    (r->sub.is_silent &&
	     osip_message_set_header(response, "Refer-Sub", "false"))) {
		osip_message_free(response);
		return false;
	}
	return !sip_respond(req, response);
}

static void begin(struct sip_referral *r, const char *number)
{
	log_event(LOG_LEVEL_NOTICE, "referred", "peer", r->party.name,
		  "number", number, "to", r->to.number, NULL);
	notify(r);
	call_setup(r->all->config.calls, &r->party, number, NULL, 0);
}

void sip_referral_asked(struct sip_parties *parties, struct sip_request *req)
{
	char number[STORE_TEXT_SIZE];
	struct sip_referral *r;
	struct sip_refer_to to;
	int status;

	/* Whether a trunk may was judged before; of phones nobody wants it. */
	if (req->peer.kind != SIP_PEER_TRUNK) {
		sip_reply(req, 405, NULL, "Allow", "INVITE, ACK, BYE, CANCEL, "
			  "OPTIONS, SUBSCRIBE, NOTIFY, REGISTER", NULL);
		return;
	}
	status = sip_party_called(req->msg, number, sizeof(number));
	if (!status)
		status = sip_refer_to_read(req->msg, &to);
	if (status) {
		sip_reply(req, status, NULL, NULL);
		return;
	}
	r = new_referral(parties, req, &to);
	if (!r) {
		sip_reply(req, 503, NULL, NULL);
		return;
	}
	status = judge(r, number);
	if (!status && !agree(r, req))
		status = 400;
	if (status) {
		sip_reply(req, status, NULL, NULL);
		free_referral(r);
		return;
	}
	begin(r, number);
}
