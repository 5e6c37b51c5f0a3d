// SPDX-License-Identifier: GPL-2.0
/* The end of a party, whoever wants it and whatever it was doing. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/party-files.h"

enum { REASON_SIZE = 320 };

/* Others wrote it, perhaps: does it fit between quotes as it stands? */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || strchr("\"\\\x7f", *text))
			return false;
	return true;
}

/* RFC 3326: what the other side said, or our own words; NULL: no reason. */
static const char *reason_of(const struct call_cause *cause,
			     char buf[REASON_SIZE])
{
	if (!cause)
		return NULL;
	if (cause->why)
		return cause->why;
	if (cause->status < 300 || cause->status > 699)
		return NULL;
	if (cause->text && is_plain(cause->text))
		snprintf(buf, REASON_SIZE, "SIP;cause=%d;text=\"%.250s\"",
			 cause->status, cause->text);
	else
		snprintf(buf, REASON_SIZE, "SIP;cause=%d", cause->status);
	return buf;
}

/* One value of it, after others. Is it as it should be, and does it fit? */
static bool add_reason(char *buf, size_t size, const char *value)
{
	size_t len = strlen(buf), more = strlen(value);
	bool is_quoted = false;
	const char *at;

	for (at = value; *at; at++) {
		if (*at < ' ' || *at > '~')
			return false;
		if (is_quoted && *at == '\\' && at[1])
			at++;
		else if (*at == '"')
			is_quoted = !is_quoted;
	}
	if (is_quoted || !more || len + more + 3 > size)
		return false;
	snprintf(buf + len, size - len, "%s%s", len ? ", " : "", value);
	return true;
}

const char *sip_party_reason(const osip_message_t *msg, char *buf, size_t size)
{
	osip_header_t *header;
	int pos = 0;

	*buf = '\0';
	while ((pos = osip_message_header_get_byname(msg, "reason", pos,
						     &header)) >= 0) {
		pos++;
		if (header->hvalue)
			add_reason(buf, size, header->hvalue);
	}
	return *buf ? buf : NULL;
}

void sip_party_bye(struct sip_party *p, const struct call_cause *cause)
{
	osip_message_t *bye = sip_dialog_request(p->dialog, "BYE");
	char buf[REASON_SIZE];
	const char *reason = reason_of(cause, buf);

	if (!bye)
		return;
	if (reason)
		osip_message_set_header(bye, "Reason", reason);
	if (sip_party_send(p, p->dialog, bye, NULL, 0) == -ENOTCONN)
		sip_party_farewell(p);
}

/* From here on it only waits for the wire. */
static void quiesce(struct sip_party *p)
{
	static const struct call_cause over = { .status = 487 };
	int i;

	p->phase = SIP_PARTY_ENDED;
	p->turn = SIP_TURN_NONE;
	p->want = SIP_WANT_NOTHING;
	p->wants_update = false;
	sip_party_timer_stop(p, SIP_TIMER_RETRY);
	sip_party_timer_stop(p, SIP_TIMER_SESSION);
	sip_party_forget_reliable(p);
	sip_party_forget_refer(p);
	sip_party_wipe(&p->offer);
	for (i = 0; i < SIP_PARTY_INFOS; i++)
		if (p->infos[i].req)
			sip_party_info_done(&p->party, p->infos[i].token, 481);
	if (p->early)
		sip_party_early_refuse(p, &over);
	if (p->uas) {
		/* RFC 3261 section 15.1.2 */
		sip_party_deny(p, p->uas, &over);
		sip_request_put(p->uas);
		p->uas = NULL;
	}
	if (p->ack)
		sip_party_ack(p, NULL, 0);
	if (p->uac)
		sip_party_timer(p, SIP_TIMER_LINGER,
				64 * p->all->config.t1_ms);
}

/* What the wire must hear, by where it stands. */
static void end(struct sip_party *p, const struct call_cause *cause)
{
	enum sip_phase phase = p->phase;
	char buf[REASON_SIZE];

	switch (phase) {
	case SIP_PARTY_CALLING:
		sip_client_cancel(p->uac, reason_of(cause, buf));
		break;
	case SIP_PARTY_CALLED:
		if (!p->uas)
			break;
		sip_party_deny(p, p->uas, cause);
		sip_request_put(p->uas);
		p->uas = NULL;
		break;
	default:
		break;
	}
	quiesce(p);
	if (phase != SIP_PARTY_UP)
		return;
	/* Who was called must not say BYE before the ACK: section 15. */
	if (p->unacked)
		p->bye_later = true;
	else
		sip_party_bye(p, cause);
}

void sip_party_hangup(struct call_party *party, const struct call_cause *cause)
{
	static const struct call_cause normal = {};
	struct sip_party *p = sip_party_of(party);

	if (p->phase != SIP_PARTY_ENDED)
		end(p, cause ? cause : &normal);
	p->is_let_go = true;
	sip_party_settle(p);
}

static void tell(struct sip_party *p, const struct call_cause *cause)
{
	if (!p->is_let_go) {
		p->is_let_go = true;
		call_gone(&p->party, cause);
	}
	sip_party_settle(p);
}

void sip_party_gone(struct sip_party *p, const struct call_cause *cause)
{
	if (p->phase != SIP_PARTY_ENDED)
		quiesce(p);
	/* It has ended the dialog: no BYE is owed, whatever was not acked. */
	p->bye_later = false;
	if (p->unacked) {
		sip_request_put(p->unacked);
		p->unacked = NULL;
	}
	tell(p, cause);
}

void sip_party_give_up(struct sip_party *p, int status, const char *text)
{
	struct call_cause cause = { .status = status, .text = text };

	if (p->phase == SIP_PARTY_ENDED)
		return;
	log_event(LOG_LEVEL_NOTICE, "party-given-up", "device", p->party.name,
		  "reason", text, NULL);
	end(p, &cause);
	tell(p, &cause);
}
