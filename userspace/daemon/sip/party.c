// SPDX-License-Identifier: GPL-2.0
/* Parties as a whole: where they come from, who frees them, their timers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/party-files.h"

void sip_party_wipe(struct sip_kept *text)
{
	if (text->at)
		explicit_bzero(text->at, text->len);
	free(text->at);
	*text = (struct sip_kept){};
}

int sip_party_keep(struct sip_kept *text, const char *sdp, size_t len)
{
	char *copy = NULL;

	if (sdp) {
		copy = malloc(len + 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, sdp, len);
		copy[len] = '\0';
	}
	sip_party_wipe(text);
	*text = (struct sip_kept){ copy, copy ? len : 0 };
	return 0;
}

static void unlink_party(struct sip_party *p)
{
	*p->prev = p->next;
	if (p->next)
		p->next->prev = p->prev;
}

static void link_party(struct sip_party *p, struct sip_party **list)
{
	p->next = *list;
	if (p->next)
		p->next->prev = &p->next;
	p->prev = list;
	*list = p;
}

struct sip_party *sip_party_new(struct sip_parties *parties)
{
	struct sip_party *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->party.ops = &sip_party_ops;
	p->party.protocol = &parties->protocol;
	p->all = parties;
	link_party(p, &parties->parties);
	parties->count++;
	return p;
}

static void free_infos(struct sip_party *p)
{
	int i;

	for (i = 0; i < SIP_PARTY_INFOS; i++) {
		if (p->infos[i].req)
			sip_request_put(p->infos[i].req);
	}
}

static void free_party(struct sip_party *p)
{
	int i;

	unlink_party(p);
	p->all->count--;
	sip_party_forget_farewell(p);
	while (p->errands)
		sip_errand_done(p->errands);
	sip_party_unwatch(p);
	sip_party_drop_uac(p);
	if (p->uas)
		sip_request_put(p->uas);
	if (p->early)
		sip_request_put(p->early);
	if (p->unacked)
		sip_request_put(p->unacked);
	free_infos(p);
	/* What follows stops some of them, too. */
	for (i = 0; i < SIP_TIMERS; i++)
		sip_party_timer_stop(p, i);
	if (p->ack)
		osip_message_free(p->ack);
	sip_party_forget_attempt(p);
	sip_party_forget_reliable(p);
	sip_party_forget_refer(p);
	sip_party_wipe(&p->offer);
	sip_dialog_free(p->dialog);
	free(p->charging);
	free(p);
}

/* From the loop alone: whoever let go of it may still be on the stack. */
static void reap(evutil_socket_t fd, short what, void *arg)
{
	struct sip_parties *parties = arg;

	(void)fd, (void)what;
	while (parties->dead)
		free_party(parties->dead);
}

void sip_party_settle(struct sip_party *p)
{
	if (!p->is_let_go || p->phase != SIP_PARTY_ENDED || p->is_reaped ||
	    p->uas || p->unacked || p->uac || p->lingering || p->errands ||
	    p->farewells)
		return;
	p->is_reaped = true;
	unlink_party(p);
	link_party(p, &p->all->dead);
	event_active(p->all->reaper, EV_TIMEOUT, 0);
}

const struct call_party_ops sip_party_ops = {
	.offer = sip_party_offer,
	.solicit = sip_party_solicit,
	.alert = sip_party_alert,
	.answer = sip_party_answer,
	.refuse = sip_party_refuse,
	.hangup = sip_party_hangup,
	.info = sip_party_inform,
	.info_done = sip_party_info_done,
	.security = sip_party_security,
	.transferring = sip_party_transferring,
	.save = sip_party_save,
};

static void retry(evutil_socket_t fd, short what, void *arg)
{
	struct sip_party *p = arg;

	(void)fd, (void)what;
	if (p->phase == SIP_PARTY_ENDED && !p->is_let_go)
		sip_party_gone(p, &(struct call_cause){ .status = 488 });
	else
		sip_party_go_on(p);
}

static void session(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	sip_party_session_timer(arg);
}

/* Nothing more is expected of our INVITE (RFC 3261 sections 9.1, 13.2.2.4). */
static void linger(evutil_socket_t fd, short what, void *arg)
{
	struct sip_party *p = arg;

	(void)fd, (void)what;
	if (p->lingering)
		sip_client_release(p->lingering);
	p->lingering = NULL;
	if (p->phase == SIP_PARTY_ENDED)
		sip_party_drop_uac(p);
	sip_party_settle(p);
}

static void reliable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	sip_party_reliable_timer(arg);
}

static void farewell(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	sip_party_farewell_timer(arg);
}

/* Without memory for a timer nothing would ever end: a fault of the moment. */
void sip_party_timer(struct sip_party *p, enum sip_timer timer,
		     unsigned int ms)
{
	static const event_callback_fn fns[SIP_TIMERS] = {
		[SIP_TIMER_RETRY] = retry,
		[SIP_TIMER_SESSION] = session,
		[SIP_TIMER_LINGER] = linger,
		[SIP_TIMER_RELIABLE] = reliable,
		[SIP_TIMER_FAREWELL] = farewell,
	};
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (!p->timers[timer])
		p->timers[timer] = evtimer_new(p->all->config.base, fns[timer],
					       p);
	if (!p->timers[timer] || evtimer_add(p->timers[timer], &tv))
		log_event(LOG_LEVEL_ERROR, "no-memory", "for", "timer", NULL);
}

void sip_party_timer_stop(struct sip_party *p, enum sip_timer timer)
{
	if (!p->timers[timer])
		return;
	event_free(p->timers[timer]);
	p->timers[timer] = NULL;
}

static int new_attempt(struct sip_party *p, const char *uri,
		       struct net_conn *conn)
{
	struct sip_attempt *attempt = calloc(1, sizeof(*attempt));

	if (!attempt)
		return -ENOMEM;
	attempt->uri = strdup(uri);
	if (!attempt->uri) {
		free(attempt);
		return -ENOMEM;
	}
	attempt->conn = conn ? net_conn_get(conn) : NULL;
	/* Random as tags are, so that it cannot be guessed (section 19.3). */
	sip_new_tag(attempt->call_id, 24);
	strcat(attempt->call_id, "-");
	sip_new_tag(attempt->call_id + strlen(attempt->call_id), 24);
	sip_new_tag(attempt->tag, sizeof(attempt->tag));
	p->attempt = attempt;
	return 0;
}

static void discard(struct sip_party *p)
{
	p->phase = SIP_PARTY_ENDED;
	p->is_let_go = true;
	sip_party_settle(p);
}

static int reach_phone(struct sip_parties *parties,
		       const struct call_target *target,
		       struct call_party **found, size_t max)
{
	enum { MAX = 16 };
	const struct sip_binding *bindings[MAX];
	struct sip_party *p;
	size_t i, count, n = 0;

	count = sip_location_phone(parties->config.sip, target->device,
				   bindings, MAX);
	for (i = 0; i < count && i < MAX && n < max; i++) {
		if (target->line && bindings[i]->line != target->line)
			continue;
		p = sip_party_new(parties);
		if (!p)
			break;
		if (sip_party_is_phone(p, bindings[i]) ||
		    new_attempt(p, bindings[i]->contact, bindings[i]->conn)) {
			discard(p);
			continue;
		}
		found[n++] = &p->party;
	}
	return n;
}

static int reach_trunk(struct sip_parties *parties,
		       const struct call_target *target,
		       struct call_party **found)
{
	const char *host = parties->config.domain;
	char uri[SIP_URI_SIZE];
	struct store_trunk trunk;
	struct sip_party *p;
	int err;

	err = store_trunk_get(parties->config.store, target->device, &trunk);
	if (err)
		return err == -ENOENT ? 0 : err;
	if (!sip_trunk_is_alive(parties->config.sip, target->device))
		return 0;
	if (trunk.destination_count)
		host = trunk.destinations[0].host;
	sip_uri_of(uri, target->number, host);
	p = sip_party_new(parties);
	if (!p)
		return -ENOMEM;
	err = sip_party_is_trunk(p, target->device);
	if (!err)
		err = new_attempt(p, uri, NULL);
	if (err) {
		discard(p);
		return err;
	}
	p->attempt->impatient = target->has_next;
	found[0] = &p->party;
	return 1;
}

static int reach(void *arg, const struct call_target *target,
		 struct call_party **parties, size_t max)
{
	if (!max)
		return 0;
	return target->is_trunk ? reach_trunk(arg, target, parties) :
				  reach_phone(arg, target, parties, max);
}

static int handle_all(struct sip_parties *parties)
{
	static const struct {
		const char *method;
		sip_request_fn *fn;
	} handlers[] = {
		{ "INVITE", sip_party_invited },
		{ "UPDATE", sip_party_updated },
		{ "PRACK", sip_party_pracked },
		{ "BYE", sip_party_byed },
		{ "INFO", sip_party_informed },
		{ "REFER", sip_party_referred },
		{ "OPTIONS", sip_party_optioned },
	};
	size_t i;
	int err;

	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		err = sip_handle(parties->config.sip, handlers[i].method,
				 handlers[i].fn, parties);
		if (err)
			return err;
	}
	return 0;
}

struct sip_parties *sip_parties_new(const struct sip_parties_config *config)
{
	struct sip_parties *parties = calloc(1, sizeof(*parties));

	if (!parties)
		return NULL;
	parties->config = *config;
	if (!config->t1_ms)
		parties->config.t1_ms = 500;
	if (!config->second_ms)
		parties->config.second_ms = 1000;
	parties->protocol = (struct call_protocol){
		.name = "sip", .reach = reach, .restore = sip_party_restore,
		.arg = parties,
	};
	parties->dialogs = sip_dialogs_new();
	parties->reaper = evtimer_new(config->base, reap, parties);
	if (!parties->dialogs || !parties->reaper || handle_all(parties)) {
		sip_parties_free(parties);
		return NULL;
	}
	return parties;
}

void sip_parties_free(struct sip_parties *parties)
{
	if (!parties)
		return;
	sip_referrals_free(parties);
	while (parties->dead)
		free_party(parties->dead);
	while (parties->parties)
		free_party(parties->parties);
	sip_dialogs_free(parties->dialogs);
	if (parties->reaper)
		event_free(parties->reaper);
	free(parties);
}

const struct call_protocol *sip_parties_protocol(struct sip_parties *parties)
{
	return &parties->protocol;
}

size_t sip_parties_count(const struct sip_parties *parties)
{
	return parties->count;
}
