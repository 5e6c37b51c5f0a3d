// SPDX-License-Identifier: GPL-2.0
/*
 * Offers while it rings, beside the INVITE's, which is answered but for its
 * 2xx: by UPDATE (RFC 3311) either way, and by its PRACK (RFC 3262 section 5).
 */
#include <errno.h>
#include <string.h>

#include "sip/party-files.h"

/* The early dialog whose INVITE's offer was answered reliably, or NULL. */
static struct sip_dialog *settled(const struct sip_party *p)
{
	if (p->phase == SIP_PARTY_CALLED && p->uas && p->reliable &&
	    p->reliable->said && !p->reliable->is_answered)
		return p->dialog;
	if (p->phase == SIP_PARTY_CALLING && p->attempt->is_settled)
		return p->attempt->early_of;
	return NULL;
}

static void begin(struct sip_party *p)
{
	if (p->attempt)
		p->attempt->is_renewed = true;
}

bool sip_party_early_may(const struct sip_party *p,
			 const struct sip_request *req)
{
	struct sip_dialog *dialog = settled(p);

	return dialog && !p->early && !p->is_early_ours &&
	       sip_dialog_find(p->all->dialogs, req->msg) == dialog;
}

void sip_party_early_offered(struct sip_party *p, struct sip_request *req,
			     const char *sdp, size_t len)
{
	begin(p);
	p->early = sip_request_get(req);
	call_offered(&p->party, sdp, len);
	sip_party_settle(p);
}

static void done(struct sip_party *p)
{
	sip_request_put(p->early);
	p->early = NULL;
}

int sip_party_early_answer(struct sip_party *p, const char *sdp, size_t len)
{
	osip_message_t *response = sip_response_new(p->early, 200, NULL);
	int err;

	if (!response)
		return -ENOMEM;
	if (sip_party_contact(response, p->early) ||
	    sip_party_set_body(response, "application/sdp", sdp, len) ||
	    (MSG_IS_UPDATE(p->early->msg) &&
	     sip_party_session_answer(p, response))) {
		osip_message_free(response);
		return -ENOMEM;
	}
	err = sip_respond(p->early, response);
	done(p);
	return err;
}

void sip_party_early_refuse(struct sip_party *p, const struct call_cause *cause)
{
	sip_party_deny(p, p->early, cause);
	done(p);
}

static void refused(struct sip_party *p, const struct call_cause *cause)
{
	if (p->phase != SIP_PARTY_ENDED)
		call_early_refused(&p->party, cause);
	sip_party_settle(p);
}

static void response(void *arg, struct sip_client *client,
		     osip_message_t *response)
{
	struct sip_errand *errand = arg;
	struct sip_party *p = errand->party;
	struct sip_dialog *dialog = p->dialog ? p->dialog : settled(p);
	char text[SIP_CAUSE_TEXT];
	struct call_cause cause = sip_cause_of(response, text);
	const char *sdp;
	size_t len;

	(void)client;
	if (cause.status < 200)
		return;
	sip_errand_done(errand);
	p->is_early_ours = false;
	if (dialog)
		sip_dialog_used_cseq(dialog, response);
	if (cause.status >= 300) {
		refused(p, &cause);
		return;
	}
	if (sip_party_body(response, &sdp, &len))
		sdp = NULL;
	if (p->phase != SIP_PARTY_ENDED)
		call_answered(&p->party, sdp, len);
	sip_party_settle(p);
}

static void failed(void *arg, struct sip_client *client, int err)
{
	struct sip_errand *errand = arg;
	struct sip_party *p = errand->party;
	struct call_cause cause = {
		.status = err == -ETIMEDOUT ? 408 : 503,
		.text = "its answer to an UPDATE did not come",
	};

	(void)client;
	sip_errand_done(errand);
	p->is_early_ours = false;
	refused(p, &cause);
}

int sip_party_early_offer(struct sip_party *p, const char *sdp, size_t len)
{
	static const struct sip_client_ops ops = {
		.response = response, .failed = failed,
	};
	struct sip_dialog *dialog = settled(p);
	osip_message_t *msg;
	int err;

	if (!dialog || p->early || p->is_early_ours || !p->takes_update)
		return -EBUSY;
	msg = sip_dialog_request(dialog, "UPDATE");
	if (!msg)
		return -ENOMEM;
	if (sip_party_set_body(msg, "application/sdp", sdp, len)) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	err = sip_party_send(p, dialog, msg, &ops, 0);
	if (err)
		return err;
	begin(p);
	p->is_early_ours = true;
	return 0;
}
