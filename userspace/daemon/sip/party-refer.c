// SPDX-License-Identifier: GPL-2.0
/* REFER within a call: blind and attended transfer, RFC 3515 and RFC 5589. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/party-files.h"

/* The one transfer that a party may have under way. */
struct sip_refer {
	uint32_t cseq;
	bool is_accepted;	/* 202 has left */
	bool is_silent;		/* Refer-Sub: false, RFC 4488 */
	int status;
	char reason[64];
};

void sip_party_forget_refer(struct sip_party *p)
{
	free(p->refer);
	p->refer = NULL;
}

/* The implicit subscription's NOTIFY: section 2.4.4. */
static void notify(struct sip_party *p)
{
	struct sip_refer *refer = p->refer;
	bool is_last = refer->status >= 200;
	char event[32], body[128];
	osip_message_t *msg;
	int len;

	if (!refer->is_silent) {
		msg = sip_dialog_request(p->dialog, "NOTIFY");
		if (!msg)
			return;
		/* All but a dialog's first need the id, and all may have it. */
		snprintf(event, sizeof(event), "refer;id=%u", refer->cseq);
		len = snprintf(body, sizeof(body), "SIP/2.0 %d %s\r\n",
			       refer->status, refer->reason);
		if (osip_message_set_header(msg, "Event", event) ||
		    osip_message_set_header(msg, "Subscription-State",
					    is_last ?
					    "terminated;reason=noresource" :
					    "active;expires=180") ||
		    sip_party_set_body(msg, "message/sipfrag;version=2.0",
				       body, len))
			osip_message_free(msg);
		else
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
	if (!reason)
		reason = osip_message_get_reason(status);
	if (!reason || strpbrk(reason, "\r\n"))
		reason = "Unknown";
	p->refer->status = status;
	snprintf(p->refer->reason, sizeof(p->refer->reason), "%s", reason);
	if (p->refer->is_accepted)
		notify(p);
}

static void accept_refer(struct sip_party *p, struct sip_request *req)
{
	osip_message_t *response = sip_response_new(req, 202, NULL);

	if (!response)
		return;
	sip_party_contact(response, req);
	if (p->refer && p->refer->is_silent)
		osip_message_set_header(response, "Refer-Sub", "false");
	sip_respond(req, response);
	if (!p->refer)
		return;
	p->refer->is_accepted = true;
	notify(p);
}

static int ask_transfer(struct sip_party *p, const osip_message_t *msg)
{
	const char *sub = sip_header(msg, "Refer-Sub");
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
	p->refer->is_silent = sub && !strncasecmp(sub, "false", 5);
	p->refer->cseq = strtoul(msg->cseq->number, NULL, 10);
	p->refer->status = 100;
	strcpy(p->refer->reason, "Trying");
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
