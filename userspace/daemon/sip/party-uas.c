// SPDX-License-Identifier: GPL-2.0
/* A party that calls: its first INVITE and our answers to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal.h"
#include "sip/party-files.h"

static void cancelled(void *arg, struct sip_request *req,
		      const osip_message_t *cancel)
{
	struct sip_party *p = ((struct sip_watch *)arg)->party;
	struct call_cause cause = { .status = 487 };
	char reason[256];

	if (!p || req != p->uas)
		return;
	sip_request_put(p->uas);
	p->uas = NULL;
	cause.why = sip_party_reason(cancel, reason, sizeof(reason));
	if (p->phase == SIP_PARTY_CALLED)
		sip_party_gone(p, &cause);
	else
		p->is_withdrawn = true;
	sip_party_settle(p);
}

/* The ACK of a 2xx; in it the answer, if the 2xx had an offer of ours. */
static void acked(void *arg, struct sip_request *req, osip_message_t *ack)
{
	struct sip_party *p = ((struct sip_watch *)arg)->party;
	const char *sdp;
	bool is_answer;
	size_t len;

	if (!p || req != p->unacked)
		return;
	is_answer = p->answer_in_ack;
	sip_request_put(p->unacked);
	p->unacked = NULL;
	p->answer_in_ack = false;
	if (p->bye_later) {
		p->bye_later = false;
		sip_party_bye(p, NULL);
	}
	if (p->phase == SIP_PARTY_UP && is_answer) {
		p->turn = SIP_TURN_NONE;
		if (sip_party_body(ack, &sdp, &len))
			sdp = NULL;
		call_answered(&p->party, sdp, len);
	}
	sip_party_go_on(p);
	sip_party_settle(p);
}

static void unlink_watch(struct sip_watch *watch)
{
	if (!watch->party)
		return;
	*watch->prev = watch->next;
	if (watch->next)
		watch->next->prev = watch->prev;
	watch->party = NULL;
}

static void ended(void *arg, struct sip_request *req, int err)
{
	struct sip_watch *watch = arg;
	struct sip_party *p = watch->party;

	unlink_watch(watch);
	free(watch);
	if (!p)
		return;
	if (req == p->unacked) {
		sip_request_put(p->unacked);
		p->unacked = NULL;
		/* RFC 3261 section 13.3.1.4: no ACK, so the session ends. */
		if (p->bye_later) {
			p->bye_later = false;
			sip_party_bye(p, NULL);
		} else if (err) {
			sip_party_give_up(p, 408, "no ACK came for the 200");
		}
		sip_party_go_on(p);
	}
	sip_party_settle(p);
}

int sip_party_watch(struct sip_party *p, struct sip_request *req)
{
	static const struct sip_request_ops ops = {
		.cancelled = cancelled, .acked = acked, .ended = ended,
	};
	struct sip_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->party = p;
	watch->next = p->watches;
	if (watch->next)
		watch->next->prev = &watch->next;
	watch->prev = &p->watches;
	p->watches = watch;
	sip_request_watch(req, &ops, watch);
	return 0;
}

void sip_party_unwatch(struct sip_party *p)
{
	while (p->watches)
		unlink_watch(p->watches);
}

/* What it requires that we do not have, or "": RFC 3261 section 8.2.2.3. */
static void find_unsupported(const osip_message_t *msg, char *tags, size_t size)
{
	static const char *const known[] = {
		"100rel", "timer", "replaces", "norefersub",
		"from-change", "X-cisco-srtp-fallback",
		"X-cisco-serviceuri", "X-cisco-callinfo",
	};
	const osip_header_t *header;
	const char *at;
	size_t i, n, used = 0;
	int pos = 0;

	*tags = '\0';
	while ((pos = osip_message_header_get_byname(msg, "require", pos,
				(osip_header_t **)&header)) >= 0) {
		pos++;
		for (at = header->hvalue; at && *at; at += n) {
			at += strspn(at, ", \t");
			n = strcspn(at, ", \t");
			for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
				if (strlen(known[i]) == n &&
				    !strncasecmp(known[i], at, n))
					break;
			}
			if (!n || i < sizeof(known) / sizeof(known[0]) ||
			    used + n + 3 > size)
				continue;
			used += sprintf(tags + used, "%s%.*s",
					used ? ", " : "", (int)n, at);
		}
	}
}

/* What is wrong with it, by the message alone: answered then. */
static bool is_refused(struct sip_request *req, char *number, size_t size,
		       const char **sdp, size_t *len)
{
	char unsupported[128], hops[8];
	const char *max = sip_header(req->msg, "Max-Forwards");
	int status;

	snprintf(hops, sizeof(hops), "%s", max ? max : "70");
	find_unsupported(req->msg, unsupported, sizeof(unsupported));
	if (*unsupported) {
		sip_reply(req, 420, NULL, "Unsupported", unsupported, NULL);
		return true;
	}
	status = sip_party_body(req->msg, sdp, len);
	if (status == 415) {
		sip_reply(req, 415, NULL, "Accept", "application/sdp",
			  "Accept-Encoding", "identity", NULL);
		return true;
	}
	/* We are a hop: a loop over trunks must come to an end. */
	if (!status && sip_uint(hops) == 0)
		status = 483;
	if (!status)
		status = sip_party_called(req->msg, number, size);
	if (!status)
		return false;
	sip_reply(req, status, NULL, NULL);
	return true;
}

static const char *param_of(const char *value, const char *name, char *buf,
			    size_t size)
{
	size_t len = strlen(name), n;
	const char *at = value;

	while ((at = strchr(at, ';'))) {
		at++;
		at += strspn(at, " \t");
		if (strncasecmp(at, name, len))
			continue;
		at += len;
		at += strspn(at, " \t");
		if (*at != '=')
			continue;
		at++;
		at += strspn(at, " \t");
		n = strcspn(at, "; \t");
		if (!n || n >= size)
			return NULL;
		memcpy(buf, at, n);
		buf[n] = '\0';
		return buf;
	}
	return NULL;
}

struct sip_party *sip_party_named(const struct sip_parties *parties,
				  const char *replaces)
{
	char id[SIP_DIALOG_TEXT], local[256], remote[256];
	size_t len = strcspn(replaces, "; \t");
	struct sip_dialog *dialog;

	if (!len || len >= sizeof(id) ||
	    !param_of(replaces, "to-tag", local, sizeof(local)) ||
	    !param_of(replaces, "from-tag", remote, sizeof(remote)))
		return NULL;
	memcpy(id, replaces, len);
	id[len] = '\0';
	dialog = sip_dialog_find_tags(parties->dialogs, id, local, remote);
	/* A peer without tags is named by "0" (RFC 3891 section 4). */
	if (!dialog && !strcmp(remote, "0"))
		dialog = sip_dialog_find_tags(parties->dialogs, id, local, "");
	return dialog ? sip_dialog_owner(dialog) : NULL;
}

/*
 * Whose place does it take (RFC 3891 section 3)? 0 with @replaced, NULL if it
 * takes nobody's; else a status. Who takes a place must be who has it: the
 * same device, or another one on the same line.
 */
static int find_replaced(struct sip_party *p, const struct sip_request *req,
			 struct sip_party **replaced)
{
	const char *value = sip_header(req->msg, "Replaces");
	osip_header_t *second = NULL;
	struct sip_party *other;
	int pos;

	*replaced = NULL;
	if (!value)
		return 0;
	pos = osip_message_header_get_byname(req->msg, "replaces", 0, &second);
	if ((pos >= 0 && osip_message_header_get_byname(req->msg, "replaces",
							pos + 1, &second) >= 0) ||
	    sip_header(req->msg, "Join"))
		return 400;
	other = sip_party_named(p->all, value);
	if (!other)
		return 481;
	if (other->party.is_trunk != p->party.is_trunk ||
	    (other->party.device != p->party.device &&
	     (!p->party.line || other->party.line != p->party.line))) {
		if (refusal_admit(req->peer.name))
			log_security("replaces-refused", "peer",
				     req->peer.name, "replaces",
				     other->party.name, "reason",
				     "the call is with another device", NULL);
		return 403;
	}
	if (other->phase == SIP_PARTY_ENDED)
		return 603;
	if (other->phase == SIP_PARTY_UP)
		return strcasestr(value, "early-only") ? 486 :
		       (*replaced = other, 0);
	/* An early dialog can be replaced by who was called, not the caller. */
	if (other->phase != SIP_PARTY_CALLING)
		return 481;
	*replaced = other;
	return 0;
}

static void hand_over(struct sip_party *p, struct sip_party *replaced,
		      const char *number, const char *sdp, size_t len)
{
	p->turn = sdp ? SIP_TURN_THEIRS : SIP_TURN_WANTED;
	if (replaced)
		call_setup_replacing(p->all->config.calls, &p->party,
				     &replaced->party, sdp, len);
	else
		call_setup(p->all->config.calls, &p->party, number, sdp, len);
}

static void drop_new(struct sip_party *p)
{
	p->phase = SIP_PARTY_ENDED;
	p->is_let_go = true;
	sip_party_settle(p);
}

static void first_invite(struct sip_parties *parties, struct sip_request *req)
{
	struct sip_party *p, *replaced = NULL;
	char number[STORE_TEXT_SIZE];
	uint32_t hops;
	const char *sdp;
	size_t len;
	int status;

	if (is_refused(req, number, sizeof(number), &sdp, &len))
		return;
	p = sip_party_new(parties);
	if (!p) {
		sip_reply(req, 503, NULL, NULL);
		return;
	}
	sip_party_learn(p, req->msg);
	status = sip_party_identify(p, req);
	if (!status)
		status = find_replaced(p, req, &replaced);
	if (!status && sip_party_session_asked(p, req)) {
		drop_new(p);
		return;
	}
	if (!status) {
		p->dialog = sip_dialog_new_uas(parties->dialogs, req, p);
		if (!p->dialog)
			status = 400;
	}
	if (status) {
		sip_reply(req, status, NULL, NULL);
		drop_new(p);
		return;
	}
	if (sip_party_watch(p, req)) {
		sip_reply(req, 503, NULL, NULL);
		drop_new(p);
		return;
	}
	hops = sip_uint(sip_header(req->msg, "Max-Forwards"));
	p->hops = hops > 70 ? 69 : hops - 1;
	p->orientation_to = true;
	p->phase = SIP_PARTY_CALLED;
	p->uas = sip_request_get(req);
	sip_party_hear_security(p, req->msg);
	sip_reply(req, 100, NULL, NULL);
	hand_over(p, replaced, number, sdp, len);
}

void sip_party_invited(void *arg, struct sip_request *req)
{
	struct sip_parties *parties = arg;
	struct sip_party *p;

	if (!sip_to_tag(req->msg)) {
		first_invite(parties, req);
		return;
	}
	p = sip_party_asked(parties, req);
	if (p)
		sip_party_reinvited(p, req);
}

static osip_message_t *new_response(struct sip_party *p, int status,
				    const char *sdp, size_t len)
{
	osip_message_t *response = sip_response_new(p->uas, status, NULL);

	if (!response)
		return NULL;
	if (sip_party_contact(response, p->uas) ||
	    (sdp && sip_party_set_body(response, "application/sdp", sdp,
				       len))) {
		osip_message_free(response);
		return NULL;
	}
	return response;
}

int sip_party_alert(struct call_party *party, int status, const char *sdp,
		    size_t len)
{
	struct sip_party *p = sip_party_of(party);
	osip_message_t *response;

	if (p->phase != SIP_PARTY_CALLED || !p->uas)
		return -ESTALE;
	if (status <= 100 || status >= 200)
		return -EINVAL;
	/*
	 * A reliable response to an INVITE without offer would have to bring
	 * one (RFC 3261 section 13.2.1): there is none before the answer.
	 */
	if (p->turn == SIP_TURN_WANTED && p->needs_100rel)
		return 0;
	if (p->needs_100rel || (p->takes_100rel && sdp))
		return sip_party_alert_reliably(p, status, sdp, len);
	response = new_response(p, status, sdp, len);
	if (!response)
		return -ENOMEM;
	return sip_respond(p->uas, response);
}

int sip_party_accept(struct sip_party *p, const char *sdp, size_t len)
{
	bool is_invite = MSG_IS_INVITE(p->uas->msg);
	struct sip_request *req = p->uas;
	osip_message_t *response;
	int err;

	/*
	 * What was said reliably is not said again, and nothing else would be
	 * heard: RFC 3261 section 13.2.1. For another place's answer it is
	 * asked for a new offer.
	 */
	if (sdp && p->reliable && p->reliable->said) {
		if (!sip_party_has_said(p, sdp, len))
			p->want = SIP_WANT_SOLICIT;
		sdp = NULL;
	}
	response = new_response(p, 200, sdp, len);
	if (!response)
		return -ENOMEM;
	err = sip_party_session_answer(p, response);
	if (!err)
		err = sip_party_dress(p, response);
	if (err) {
		osip_message_free(response);
		return err;
	}
	p->uas = NULL;
	err = sip_respond(req, response);
	if (err) {
		sip_request_put(req);
		return err;
	}
	p->phase = SIP_PARTY_UP;
	p->party.is_connected = true;
	sip_party_forget_reliable(p);
	sip_party_session_start(p);
	if (is_invite) {
		/* One that was never acked is overtaken by this one's ACK. */
		if (p->unacked)
			sip_request_put(p->unacked);
		p->unacked = req;
		p->answer_in_ack = p->turn == SIP_TURN_WANTED;
	} else {
		sip_request_put(req);
	}
	return 0;
}
