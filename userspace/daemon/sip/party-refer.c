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

static const char *uri_header(const osip_uri_t *uri, const char *name)
{
	const osip_uri_header_t *header;
	int i;

	for (i = 0; i < osip_list_size(&uri->url_headers); i++) {
		header = osip_list_get(&uri->url_headers, i);
		if (header->gname && !strcasecmp(header->gname, name))
			return header->gvalue ? header->gvalue : "";
	}
	return NULL;
}

/* Whom Refer-To names: a number, or who is in a call already. */
static int read_target(struct sip_party *p, const osip_uri_t *uri,
		       char *number, size_t size, struct sip_party **replaced)
{
	osip_uri_param_t *method = NULL;
	const char *value, *user = uri->username;
	size_t len;

	*replaced = NULL;
	if (uri->scheme && !strcasecmp(uri->scheme, "tel"))
		user = uri->string;
	else if (!uri->scheme || (strcasecmp(uri->scheme, "sip") &&
				  strcasecmp(uri->scheme, "sips")))
		return 416;
	osip_uri_param_get_byname((osip_list_t *)&uri->url_params, "method",
				  &method);
	if (method && (!method->gvalue || strcasecmp(method->gvalue, "INVITE")))
		return 501;
	len = user ? strcspn(user, ";") : 0;
	if (len >= size)
		return 404;
	memcpy(number, user ? user : "", len);
	number[len] = '\0';
	if (!sip_is_dialled(number))
		return 404;
	value = uri_header(uri, "Replaces");
	if (!value)
		return len ? 0 : 484;
	*replaced = sip_party_named(p->all, value);
	if (!*replaced || *replaced == p ||
	    (*replaced)->phase == SIP_PARTY_ENDED)
		return 481;
	/* Its own calls it may join, not those of others. */
	if ((*replaced)->party.device != p->party.device ||
	    (*replaced)->party.is_trunk != p->party.is_trunk) {
		if (sip_access_may_log())
			log_security("transfer-refused", "peer", p->party.name,
				     "replaces", (*replaced)->party.name,
				     NULL);
		return 403;
	}
	return 0;
}

static int read_refer_to(struct sip_party *p, const osip_message_t *msg,
			 char *number, size_t size,
			 struct sip_party **replaced)
{
	const char *value = sip_header(msg, "Refer-To");
	osip_from_t *to;
	int status = 400;

	if (!value || osip_from_init(&to))
		return 400;
	if (!osip_from_parse(to, value) && to->url)
		status = read_target(p, to->url, number, size, replaced);
	osip_from_free(to);
	return status;
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

void sip_party_referred(void *arg, struct sip_request *req)
{
	char number[STORE_TEXT_SIZE];
	struct sip_party *p, *replaced;
	const char *value;
	int status;

	if (!sip_to_tag(req->msg)) {
		/* Who may ask is authz's to say; nobody here does it. */
		sip_reply(req, 405, NULL, "Allow", "INVITE, ACK, BYE, CANCEL, "
			  "OPTIONS, SUBSCRIBE, NOTIFY, REGISTER", NULL);
		return;
	}
	p = sip_party_asked(arg, req);
	if (!p)
		return;
	status = p->phase != SIP_PARTY_UP || p->refer ? 491 :
		 read_refer_to(p, req->msg, number, sizeof(number), &replaced);
	if (!status) {
		p->refer = calloc(1, sizeof(*p->refer));
		status = p->refer ? 0 : 500;
	}
	if (status) {
		sip_reply(req, status, NULL, NULL);
		return;
	}
	value = sip_header(req->msg, "Refer-Sub");
	p->refer->is_silent = value && !strncasecmp(value, "false", 5);
	p->refer->cseq = strtoul(req->msg->cseq->number, NULL, 10);
	p->refer->status = 100;
	strcpy(p->refer->reason, "Trying");
	status = call_transfer(&p->party, number,
			       replaced ? &replaced->party : NULL);
	if (status) {
		sip_party_forget_refer(p);
		sip_reply(req, status, NULL, NULL);
	} else {
		accept_refer(p, req);
	}
	sip_party_settle(p);
}
