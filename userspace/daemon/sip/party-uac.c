// SPDX-License-Identifier: GPL-2.0
/* A party that is called: our first INVITE and what becomes of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/party-files.h"

static void forget_forks(struct sip_attempt *attempt)
{
	int i;

	for (i = 0; i < SIP_PARTY_FORKS; i++) {
		sip_dialog_free(attempt->forks[i].dialog);
		attempt->forks[i] = (struct sip_fork){};
	}
	attempt->early_of = NULL;
	attempt->is_settled = attempt->is_renewed = false;
	sip_party_wipe(&attempt->early);
}

void sip_party_forget_attempt(struct sip_party *p)
{
	if (!p->attempt)
		return;
	forget_forks(p->attempt);
	net_conn_put(p->attempt->conn);
	free(p->attempt->uri);
	free(p->attempt);
	p->attempt = NULL;
}

void sip_party_drop_uac(struct sip_party *p)
{
	if (p->uac)
		sip_client_release(p->uac);
	if (p->lingering)
		sip_client_release(p->lingering);
	p->uac = NULL;
	p->lingering = NULL;
}

static struct sip_target target_of(const struct sip_party *p,
				   const char *contact_user)
{
	return (struct sip_target){
		.kind = p->party.is_trunk ? SIP_PEER_TRUNK : SIP_PEER_PHONE,
		.id = p->party.device,
		.conn = p->attempt ? p->attempt->conn : NULL,
		.contact_user = contact_user,
	};
}

/* Second 2xx, or one that comes too late: RFC 3261 sections 13.2.2.4, 15. */
static void end_fork(struct sip_party *p, struct sip_client *client,
		     const osip_message_t *response)
{
	struct sip_target target = target_of(p, "");
	struct sip_dialog *dialog;
	osip_message_t *ack, *bye;

	target.conn = sip_client_conn(client);
	dialog = sip_dialog_new_uac(p->all->dialogs, sip_client_request(client),
				    response, &target, NULL);
	if (!dialog)
		return;
	sip_dialog_used_cseq(dialog, response);
	ack = sip_dialog_ack(dialog, response);
	if (ack)
		sip_send_ack(client, ack, sip_dialog_target(dialog));
	bye = sip_dialog_request(dialog, "BYE");
	if (bye)
		sip_party_send(p, dialog, bye, NULL, 0);
	sip_dialog_free(dialog);
}

static struct sip_fork *find_fork(struct sip_party *p,
				  struct sip_client *client,
				  const osip_message_t *response)
{
	const char *tag = sip_to_tag(response);
	struct sip_fork *fork, *unused = NULL;
	struct sip_target target;
	int i;

	for (i = 0; i < SIP_PARTY_FORKS; i++) {
		fork = &p->attempt->forks[i];
		if (!fork->dialog)
			unused = unused ? unused : fork;
		else if (!strcmp(sip_dialog_remote_tag(fork->dialog),
				 tag ? tag : ""))
			return fork;
	}
	if (!unused)
		return NULL;
	target = target_of(p, NULL);
	target.conn = sip_client_conn(client);
	unused->dialog = sip_dialog_new_uac(p->all->dialogs,
					    sip_client_request(client),
					    response, &target, p);
	if (!unused->dialog)
		return NULL;
	sip_dialog_used_cseq(unused->dialog, response);
	return unused;
}

/* An answer that was said reliably is final: RFC 3262 section 5. */
static bool is_said(const struct sip_party *p, const struct sip_fork *fork)
{
	return p->attempt->is_settled && p->attempt->early_of == fork->dialog;
}

static void ringing(struct sip_party *p, struct sip_client *client,
		    const osip_message_t *response)
{
	struct sip_fork *fork = NULL;
	const char *sdp = NULL;
	size_t len = 0;

	call_trying(&p->party);
	if (response->status_code == 100)
		return;
	if (sip_to_tag(response))
		fork = find_fork(p, client, response);
	sip_party_learn(p, response);
	if (!sip_party_prack(p, fork, response))
		return;
	if (p->turn != SIP_TURN_OURS ||
	    sip_party_body(response, &sdp, &len))
		sdp = NULL;
	/*
	 * The 200 need not say it again once it was said reliably; that of
	 * another fork must. After further offers others are no way to go.
	 */
	if (sdp && fork && (is_said(p, fork) || p->attempt->is_renewed))
		sdp = NULL;
	if (sdp && fork && !sip_party_keep(&p->attempt->early, sdp, len)) {
		p->attempt->early_of = fork->dialog;
		p->attempt->is_settled = sip_header_has(response, "Require",
							"100rel");
	}
	call_alerting(&p->party, response->status_code, sdp, len);
}

int sip_party_prepare_ack(struct sip_party *p, const osip_message_t *response,
			  bool now)
{
	p->ack = sip_dialog_ack(p->dialog, response);
	if (!p->ack)
		return -ENOMEM;
	return now ? sip_party_ack(p, NULL, 0) : 0;
}

/* A trunk's far side may fork: more 2xx may come for 64 * T1 (13.2.2.4). */
int sip_party_ack(struct sip_party *p, const char *sdp, size_t len)
{
	osip_message_t *ack = p->ack;
	int err = 0;

	p->ack = NULL;
	if (sdp)
		err = sip_party_set_body(ack, "application/sdp", sdp, len);
	if (err)
		osip_message_free(ack);
	else
		err = sip_send_ack(p->uac, ack, sip_dialog_target(p->dialog));
	if (p->attempt && p->party.is_trunk) {
		p->lingering = p->uac;
		sip_party_timer(p, SIP_TIMER_LINGER,
				64 * p->all->config.t1_ms);
	} else {
		sip_client_release(p->uac);
	}
	p->uac = NULL;
	sip_party_forget_attempt(p);
	return err;
}

/* The dialog of this 2xx becomes the party's, all others end. 0 or -errno. */
static int choose_dialog(struct sip_party *p, struct sip_client *client,
			 const osip_message_t *response)
{
	struct sip_fork *fork = find_fork(p, client, response);
	struct sip_target target = target_of(p, NULL);
	int err = -ENOMEM;

	/* What was agreed on since then is agreed with another place. */
	if (p->attempt->is_renewed &&
	    (!fork || p->attempt->early_of != fork->dialog))
		return -EPROTO;
	if (fork) {
		err = sip_dialog_confirm(fork->dialog, response);
		p->dialog = fork->dialog;
		if (p->attempt->early_of != fork->dialog)
			sip_party_wipe(&p->attempt->early);
		p->attempt->early_of = NULL;
		fork->dialog = NULL;
	} else {
		/* More forks rang than are kept. */
		target.conn = sip_client_conn(client);
		p->dialog = sip_dialog_new_uac(p->all->dialogs,
					       sip_client_request(client),
					       response, &target, p);
		sip_party_wipe(&p->attempt->early);
	}
	if (!p->dialog)
		return -ENOMEM;
	sip_dialog_used_cseq(p->dialog, response);
	sip_dialog_moved(p->dialog, sip_client_conn(client));
	return fork ? err : 0;
}

/* Ours was offered: it says yes, at once or as it did while it rang. */
static void answered(struct sip_party *p, const osip_message_t *response,
		     const char *sdp, size_t len)
{
	struct sip_kept early = p->attempt->early;

	p->attempt->early = (struct sip_kept){};
	p->turn = SIP_TURN_NONE;
	if (sip_party_prepare_ack(p, response, true)) {
		sip_party_give_up(p, 500, "the ACK could not be sent");
	} else if (sdp) {
		call_answered(&p->party, sdp, len);
	} else {
		call_answered(&p->party, early.at, early.len);
	}
	sip_party_wipe(&early);
}

static void connected(struct sip_party *p, struct sip_client *client,
		      const osip_message_t *response)
{
	const char *sdp;
	size_t len;

	if (choose_dialog(p, client, response)) {
		end_fork(p, client, response);
		sip_party_drop_uac(p);
		sip_party_gone(p, &(struct call_cause){ .status = 500 });
		return;
	}
	p->phase = SIP_PARTY_UP;
	p->party.is_connected = true;
	sip_party_wipe(&p->offer);
	sip_party_learn(p, response);
	sip_party_hear_security(p, response);
	sip_party_session_agreed(p, response);
	if (sip_party_body(response, &sdp, &len))
		sdp = NULL;
	if (p->turn == SIP_TURN_OURS) {
		answered(p, response, sdp, len);
		sip_party_go_on(p);
		return;
	}
	p->turn = SIP_TURN_THEIRS;
	if (sip_party_prepare_ack(p, response, !sdp) || !sdp) {
		sip_party_give_up(p, 488, "no offer came, though asked for");
		return;
	}
	call_offered(&p->party, sdp, len);
}

/* Back to where it may be called once more, or let go. */
static void rewind_attempt(struct sip_party *p)
{
	sip_client_release(p->uac);
	p->uac = NULL;
	p->turn = SIP_TURN_NONE;
	if (p->phase == SIP_PARTY_ENDED)
		return;
	forget_forks(p->attempt);
	p->phase = SIP_PARTY_IDLE;
}

/* 422: a longer session, once (RFC 4028 section 7.3). */
static bool ask_longer(struct sip_party *p, const osip_message_t *response)
{
	uint32_t min_se = sip_uint(sip_header(response, "Min-SE"));
	enum sip_turn turn = p->turn;

	if (response->status_code != 422 || min_se == UINT32_MAX ||
	    min_se > 86400 || min_se <= p->min_se)
		return false;
	p->min_se = min_se;
	rewind_attempt(p);
	return !sip_party_call(p, turn == SIP_TURN_OURS ? p->offer.at : NULL,
			       p->offer.len);
}

static void refused(struct sip_party *p, const osip_message_t *response)
{
	char text[SIP_CAUSE_TEXT];
	struct call_cause cause = sip_cause_of(response, text);

	if (p->phase != SIP_PARTY_ENDED && ask_longer(p, response))
		return;
	if (p->uac)
		rewind_attempt(p);
	sip_party_wipe(&p->offer);
	if (p->phase != SIP_PARTY_ENDED)
		call_refused(&p->party, &cause);
	sip_party_settle(p);
}

/* Every response to our first INVITE, until its client is released. */
static void invite_response(void *arg, struct sip_client *client,
			    osip_message_t *response)
{
	struct sip_party *p = arg;
	int status = response->status_code;

	if (client == p->lingering || (p->dialog && status >= 200)) {
		/* That which was taken is repeated until our ACK leaves. */
		const char *tag = sip_to_tag(response);

		if (status >= 200 && status < 300 &&
		    (!tag || strcmp(tag, sip_dialog_remote_tag(p->dialog))))
			end_fork(p, client, response);
		return;
	}
	if (status < 200) {
		if (p->phase == SIP_PARTY_CALLING)
			ringing(p, client, response);
		return;
	}
	if (status >= 300) {
		refused(p, response);
		return;
	}
	if (p->phase == SIP_PARTY_CALLING) {
		connected(p, client, response);
		sip_party_settle(p);
		return;
	}
	/* It crossed our CANCEL: more may come, so wait on (section 9.1). */
	end_fork(p, client, response);
}

static void invite_failed(void *arg, struct sip_client *client, int err)
{
	struct sip_party *p = arg;
	struct call_cause cause = {
		.status = err == -ETIMEDOUT ? 408 :
			  p->party.is_trunk ? 503 : 480,
		.text = err == -ETIMEDOUT ? "it did not answer" :
					    "it could not be reached",
	};

	if (client == p->lingering || p->dialog)
		return;
	rewind_attempt(p);
	sip_party_wipe(&p->offer);
	if (p->phase != SIP_PARTY_ENDED)
		call_refused(&p->party, &cause);
	sip_party_settle(p);
}

static const struct sip_client_ops invite_ops = {
	.response = invite_response, .failed = invite_failed,
};

/* The hop is the base's to count down for what we pass on. */
static int set_hops(struct sip_party *p, osip_message_t *msg)
{
	const struct sip_parties_config *config = &p->all->config;
	const struct call_party *other = config->other ?
					 config->other(&p->party) : NULL;
	uint32_t hops = store_param(config->store, STORE_PARAM_MAX_FORWARDS);
	char text[16];

	if (other && other->ops == &sip_party_ops)
		hops = ((const struct sip_party *)other)->hops;
	snprintf(text, sizeof(text), "%u", hops);
	return osip_message_set_header(msg, "Max-Forwards", text);
}

static osip_message_t *new_invite(struct sip_party *p, const char *sdp,
				  size_t len)
{
	struct sip_attempt *attempt = p->attempt;
	osip_message_t *msg;
	osip_uri_t *uri;
	char cseq[32];

	if (osip_message_init(&msg))
		return NULL;
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_message_set_method(msg, osip_strdup("INVITE"));
	if (!msg->sip_version || !msg->sip_method || osip_uri_init(&uri))
		goto err_free_msg;
	osip_message_set_uri(msg, uri);
	snprintf(cseq, sizeof(cseq), "%u INVITE", attempt->cseq + 1);
	if (osip_uri_parse(uri, attempt->uri) || sip_party_name(p, msg) ||
	    osip_message_set_call_id(msg, attempt->call_id) ||
	    osip_message_set_cseq(msg, cseq) || set_hops(p, msg) ||
	    (sdp && sip_party_set_body(msg, "application/sdp", sdp, len)) ||
	    sip_party_dress(p, msg) || sip_party_session_ask(p, msg))
		goto err_free_msg;
	return msg;

err_free_msg:
	osip_message_free(msg);
	return NULL;
}

int sip_party_call(struct sip_party *p, const char *sdp, size_t len)
{
	struct sip_target target;
	char user[STORE_NUMBER_SIZE];
	osip_message_t *msg;
	int err;

	msg = new_invite(p, sdp, len);
	if (!msg)
		return -ENOMEM;
	snprintf(user, sizeof(user), "%s", msg->from->url->username);
	target = target_of(p, user);
	target.impatient = p->attempt->impatient;
	/* For a 422; p->offer itself when that has happened. */
	if (sdp != p->offer.at && sip_party_keep(&p->offer, sdp, len)) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	err = sip_send(p->all->config.sip, msg, &target, &invite_ops, p,
		       &p->uac);
	if (err) {
		p->uac = NULL;
		return err;
	}
	/* Room for the base's answers to challenges. */
	p->attempt->cseq += 4;
	p->phase = SIP_PARTY_CALLING;
	p->turn = sdp ? SIP_TURN_OURS : SIP_TURN_ASKED;
	return 0;
}
