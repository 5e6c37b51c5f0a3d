// SPDX-License-Identifier: GPL-2.0
/* REFER within a call: blind and attended transfer, RFC 3515 and RFC 5589. */
#include <stdlib.h>

#include "sip/party-files.h"

enum { SUB_EXPIRES = 180 };

/* The one transfer that a party may have under way. */
struct sip_refer {
	struct sip_refer_sub sub;
	bool is_accepted;	/* 202 has left */
};

void sip_party_forget_refer(struct sip_party *p)
{
	free(p->refer);
	p->refer = NULL;
}

static void notify(struct sip_party *p)
{
	const struct sip_refer_sub *sub = &p->refer->sub;
	bool is_last = sip_refer_sub_is_over(sub);
	osip_message_t *msg;

	if (!sub->is_silent) {
		msg = sip_refer_sub_notify(sub, p->dialog);
		if (msg)
			sip_party_send(p, p->dialog, msg, NULL, 0);
	}
	if (is_last)
		sip_party_forget_refer(p);
}

void sip_party_transferring(struct call_party *party, int status,
			    const char *reason)
{
	struct sip_party *p = sip_party_of(party);

	if (!p->refer || status < 100 || status > 699 ||
	    p->phase != SIP_PARTY_UP)
		return;
	sip_refer_sub_set(&p->refer->sub, status, reason);
	if (p->refer->is_accepted)
		notify(p);
}

static void accept_refer(struct sip_party *p, struct sip_request *req)
{
	osip_message_t *response = sip_response_new(req, 202, NULL);

	if (!response)
		return;
	sip_party_contact(response, req);
	if (p->refer && p->refer->sub.is_silent)
		osip_message_set_header(response, "Refer-Sub", "false");
	sip_respond(req, response);
	if (!p->refer)
		return;
	p->refer->is_accepted = true;
	notify(p);
}

static int ask_transfer(struct sip_party *p, const osip_message_t *msg)
{
	struct sip_party *replaced;
	struct sip_refer_to to;
	int status;

	if (p->phase != SIP_PARTY_UP || p->refer)
		return 491;
	status = sip_refer_to_read(msg, &to);
	if (!status)
		status = sip_refer_to_party(p->all, &p->party, &to, &replaced);
	if (status)
		return status;
	p->refer = calloc(1, sizeof(*p->refer));
	if (!p->refer)
		return 500;
	sip_refer_sub_init(&p->refer->sub, msg, SUB_EXPIRES);
	status = call_transfer(&p->party, to.number,
			       replaced ? &replaced->party : NULL);
	if (status)
		sip_party_forget_refer(p);
	return status;
}

void sip_party_referred(void *arg, struct sip_request *req)
{
	struct sip_party *p;
	int status;

	if (!sip_to_tag(req->msg)) {
		sip_referral_asked(arg, req);
		return;
	}
	p = sip_party_asked(arg, req);
	if (!p)
		return;
	status = ask_transfer(p, req->msg);
	if (status)
		sip_reply(req, status, NULL, NULL);
	else
		accept_refer(p, req);
	sip_party_settle(p);
}
