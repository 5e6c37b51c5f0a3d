// SPDX-License-Identifier: GPL-2.0
/* Requests within a party's dialog, both ways: BYE, INFO, and who may ask. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/party-files.h"

/* A dialog's identifiers are no secret: who is not its peer has no part in it. */
static bool is_peer(const struct sip_dialog *dialog,
		    const struct sip_request *req)
{
	const struct sip_target *target = sip_dialog_target(dialog);

	return target->kind == req->peer.kind && target->id == req->peer.id;
}

/* The same device by another connection: less secure ones count at once. */
static void take_class(struct sip_party *p, const struct sip_request *req)
{
	enum store_mode before = p->party.signalling;

	sip_party_classify(p, req->peer.class);
	if (p->party.signalling != before && !p->is_let_go)
		call_party_changed(&p->party);
}

struct sip_party *sip_party_asked(struct sip_parties *parties,
				  struct sip_request *req)
{
	struct sip_dialog *dialog = sip_dialog_find(parties->dialogs, req->msg);
	struct sip_party *p = dialog ? sip_dialog_owner(dialog) : NULL;

	if (!p || !is_peer(dialog, req) ||
	    (p->phase == SIP_PARTY_ENDED &&
	     strcmp(req->msg->sip_method, "BYE"))) {
		sip_reply(req, 481, NULL, NULL);
		return NULL;
	}
	if (sip_dialog_received(dialog, req)) {
		sip_reply(req, 500, NULL, NULL);
		return NULL;
	}
	take_class(p, req);
	return p;
}

/* Within a call it asks whether that still stands: 481 would end it. */
void sip_party_optioned(void *arg, struct sip_request *req)
{
	if (!req->facts.in_dialog || sip_party_asked(arg, req))
		sip_reply_options(req);
}

void sip_errand_done(struct sip_errand *errand)
{
	struct sip_errand **at = &errand->party->errands;

	while (*at != errand)
		at = &(*at)->next;
	*at = errand->next;
	sip_client_release(errand->client);
	free(errand);
}

static void errand_response(void *arg, struct sip_client *client,
			    osip_message_t *response)
{
	struct sip_errand *errand = arg;
	struct sip_party *p = errand->party;

	(void)client;
	if (response->status_code < 200)
		return;
	sip_errand_done(errand);
	sip_party_settle(p);
}

static void errand_failed(void *arg, struct sip_client *client, int err)
{
	struct sip_errand *errand = arg;
	struct sip_party *p = errand->party;

	(void)client, (void)err;
	sip_errand_done(errand);
	sip_party_settle(p);
}

int sip_party_send(struct sip_party *p, struct sip_dialog *dialog,
		   osip_message_t *msg, const struct sip_client_ops *ops,
		   uint32_t token)
{
	static const struct sip_client_ops unheard = {
		.response = errand_response, .failed = errand_failed,
	};
	struct sip_errand *errand = calloc(1, sizeof(*errand));
	int err;

	if (!errand) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	errand->party = p;
	errand->token = token;
	err = sip_send(p->all->config.sip, msg, sip_dialog_target(dialog),
		       ops ? ops : &unheard, errand, &errand->client);
	if (err) {
		free(errand);
		return err;
	}
	errand->next = p->errands;
	p->errands = errand;
	return 0;
}

void sip_party_byed(void *arg, struct sip_request *req)
{
	struct sip_party *p = sip_party_asked(arg, req);
	struct call_cause cause = {};
	char reason[256];

	if (!p)
		return;
	/* Who is called may end an early dialog by its answer alone. */
	if (p->phase == SIP_PARTY_CALLING) {
		sip_reply(req, 481, NULL, NULL);
		return;
	}
	sip_reply(req, 200, NULL, NULL);
	/* Its own BYE is as good as ours. */
	sip_party_forget_farewell(p);
	if (p->phase == SIP_PARTY_CALLED)
		cause.status = 487;
	cause.why = sip_party_reason(req->msg, reason, sizeof(reason));
	sip_party_gone(p, &cause);
}

static struct sip_info *find_info(struct sip_party *p, uint32_t token)
{
	int i;

	for (i = 0; i < SIP_PARTY_INFOS; i++) {
		if (token ? p->infos[i].req && p->infos[i].token == token :
			    !p->infos[i].req)
			return &p->infos[i];
	}
	return NULL;
}

static const char *type_of(const osip_message_t *msg, char *buf, size_t size)
{
	char *text;

	if (!msg->content_type ||
	    osip_content_type_to_str(msg->content_type, &text))
		return "";
	*buf = '\0';
	if (strlen(text) < size)
		strcpy(buf, text);
	osip_free(text);
	return buf;
}

void sip_party_informed(void *arg, struct sip_request *req)
{
	struct sip_party *p = sip_party_asked(arg, req);
	const osip_body_t *body = osip_list_get(&req->msg->bodies, 0);
	struct sip_info *info;
	struct call_info told;
	char type[128];
	int status;

	if (!p)
		return;
	/* One without a body only asks whether we are there: RFC 2976. */
	if (!body || !body->length) {
		sip_reply(req, 200, NULL, NULL);
		return;
	}
	info = find_info(p, 0);
	if (p->phase != SIP_PARTY_UP || !info) {
		sip_reply(req, info ? 481 : 503, NULL, NULL);
		return;
	}
	if (!++p->info_token)
		p->info_token = 1;
	info->token = p->info_token;
	info->req = sip_request_get(req);
	told = (struct call_info){
		.type = type_of(req->msg, type, sizeof(type)),
		.package = sip_header(req->msg, "Info-Package"),
		.body = body->body, .len = body->length,
		.token = info->token,
	};
	status = call_info(&p->party, &told);
	if (status)
		sip_party_info_done(&p->party, told.token, status);
	sip_party_settle(p);
}

void sip_party_info_done(struct call_party *party, uint32_t token, int status)
{
	struct sip_party *p = sip_party_of(party);
	struct sip_info *info = token ? find_info(p, token) : NULL;

	if (!info)
		return;
	if (status < 200 || status > 699)
		status = 500;
	sip_reply(info->req, status, NULL, NULL);
	sip_request_put(info->req);
	info->req = NULL;
}

static void info_over(struct sip_errand *errand, int status)
{
	struct sip_party *p = errand->party;
	uint32_t token = errand->token;

	sip_errand_done(errand);
	if (p->phase == SIP_PARTY_UP) {
		call_info_done(&p->party, token, status);
		/* RFC 6086 section 4.2.2: the dialog is gone there. */
		if (status == 481)
			sip_party_gone(p, &(struct call_cause){
				       .status = 481 });
	}
	sip_party_settle(p);
}

static void info_response(void *arg, struct sip_client *client,
			  osip_message_t *response)
{
	(void)client;
	if (response->status_code >= 200)
		info_over(arg, sip_status_of(response));
}

static void info_failed(void *arg, struct sip_client *client, int err)
{
	(void)client;
	info_over(arg, err == -ETIMEDOUT ? 408 : 503);
}

int sip_party_inform(struct call_party *party, const struct call_info *info)
{
	static const struct sip_client_ops ops = {
		.response = info_response, .failed = info_failed,
	};
	struct sip_party *p = sip_party_of(party);
	osip_message_t *msg;

	if (p->phase != SIP_PARTY_UP)
		return -ENOTCONN;
	msg = sip_dialog_request(p->dialog, "INFO");
	if (!msg)
		return -ENOMEM;
	if ((info->package && osip_message_set_header(msg, "Info-Package",
						      info->package)) ||
	    (info->len && sip_party_set_body(msg, info->type, info->body,
					     info->len))) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	return sip_party_send(p, p->dialog, msg, &ops, info->token);
}
