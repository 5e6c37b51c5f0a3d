// SPDX-License-Identifier: GPL-2.0
/* A party as its call's record has it, and back: no keys, no media. */
#include <string.h>

#include "sip/party-files.h"

/*
 * A call is written before its 200 leaves: a caller without that answer yet
 * has its dialog already.
 */
json_t *sip_party_save(const struct call_party *party)
{
	const struct sip_party *p = (const struct sip_party *)party;

	if (!p->dialog ||
	    (p->phase != SIP_PARTY_UP && p->phase != SIP_PARTY_CALLED))
		return NULL;
	return json_pack("{sb sI sI ss ss ss si sb sb sb si sb si sI sb si so}",
		"is_trunk", party->is_trunk,
		"device", (json_int_t)party->device,
		"line", (json_int_t)party->line,
		"name", party->name, "number", party->number,
		"display", party->display,
		"signalling", (int)party->signalling,
		"takes_update", p->takes_update, "is_cisco", p->is_cisco,
		"called_us", p->orientation_to,
		"claim", party->has_claim ? (int)party->claim : -1,
		"is_trusted_type", party->is_trusted_type,
		"status", (int)p->status,
		"interval", (json_int_t)p->interval,
		"we_refresh", p->we_refresh,
		"family", party->family == AF_INET6 ? 6 : 4,
		"dialog", sip_dialog_save(p->dialog));
}

static void copy(char *to, size_t size, const char *from)
{
	if (from && strlen(from) < size)
		strcpy(to, from);
}

static int load(struct sip_party *p, const json_t *json)
{
	int is_trunk, signalling, takes_update, cisco, called_us, claim;
	int trusted, status, we_refresh, family;
	const char *name, *number = NULL, *display;
	json_int_t device, line, interval;
	struct call_party *party = &p->party;
	json_t *dialog;

	if (json_unpack((json_t *)json,
		"{sb sI sI ss ss ss si sb sb sb si sb si sI sb si so}",
		"is_trunk", &is_trunk, "device", &device, "line", &line,
		"name", &name, "number", &number, "display", &display,
		"signalling", &signalling, "takes_update", &takes_update,
		"is_cisco", &cisco, "called_us", &called_us,
		"claim", &claim, "is_trusted_type", &trusted,
		"status", &status, "interval", &interval,
		"we_refresh", &we_refresh, "family", &family,
		"dialog", &dialog))
		return -1;
	if (interval < 0 || interval > 86400 || signalling < 0 ||
	    signalling > STORE_ENCRYPTED || status < 0 ||
	    status > CALL_ENCRYPTED || claim > (int)CALL_ENCRYPTED ||
	    sip_party_remember(p, is_trunk, device))
		return -1;
	sip_party_classify(p, (enum net_class)signalling);
	party->line = line;
	copy(party->number, sizeof(party->number), number);
	copy(party->display, sizeof(party->display), display);
	party->has_claim = claim >= 0;
	party->claim = claim >= 0 ? (enum call_security)claim : CALL_NONSECURE;
	party->family = family == 6 ? AF_INET6 : AF_INET;
	p->takes_update = takes_update;
	p->is_cisco = cisco;
	p->orientation_to = called_us;
	p->status = p->shown = status;
	p->has_shown = true;
	p->interval = interval;
	p->we_refresh = we_refresh;
	p->dialog = sip_dialog_load(p->all->dialogs, dialog, p);
	return p->dialog ? 0 : -1;
}

struct call_party *sip_party_restore(void *arg, const json_t *json)
{
	struct sip_party *p = sip_party_new(arg);

	if (!p)
		return NULL;
	if (load(p, json)) {
		p->phase = SIP_PARTY_ENDED;
		p->is_let_go = true;
		sip_party_settle(p);
		return NULL;
	}
	p->phase = SIP_PARTY_UP;
	p->party.is_connected = true;
	/* How long ago the last refresh was, nobody knows: a whole interval. */
	sip_party_session_start(p);
	return &p->party;
}
