// SPDX-License-Identifier: GPL-2.0
/*
 * A call's life: set up, ringing at one place or many, answered, ended.
 *
 * What ends a call frees it: after call_end(), call_bridge_failed() and what
 * calls them, a function must not look at the call again.
 */
#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "call/internal.h"
#include "refusal.h"

enum { LOST_SECONDS = 180 };

void call_log(const struct call *call, enum log_level level, const char *event,
	      const char *why)
{
	const struct call_party *callee = call->bridges ?
					  call->bridges->party[CALL_LEG_B] :
					  NULL;

	log_event(level, event, "call", call->name,
		  "caller", call->caller ? call->caller->name : NULL,
		  "number", call->number,
		  "callee", callee ? callee->name : NULL, "reason", why, NULL);
}

void call_log_refused(const struct call_party *party, const char *number,
		      const struct call_cause *cause)
{
	char status[16];

	if (!refusal_admit(party->name))
		return;
	snprintf(status, sizeof(status), "%d", cause->status);
	log_security("call-refused", "device", party->name, "number", number,
		     "status", status, "reason", cause->text, NULL);
}

static int choose_id(struct call *call)
{
	size_t i;

	if (RAND_bytes(call->id, sizeof(call->id)) != 1)
		return -EIO;
	for (i = 0; i < sizeof(call->id); i++)
		snprintf(call->name + 2 * i, 3, "%02x", call->id[i]);
	return 0;
}

struct call *call_new(struct call_system *system, struct call_party *caller,
		      const char *number)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->system = system;
	if (choose_id(call) || call_device_take(call, caller)) {
		free(call);
		return NULL;
	}
	call->caller = caller;
	call->started = time(NULL);
	snprintf(call->number, sizeof(call->number), "%s", number);
	if (!caller->call)
		caller->call = call;
	call->next = system->calls;
	call->prev = &system->calls;
	if (call->next)
		call->next->prev = &call->next;
	system->calls = call;
	system->counters.begun++;
	system->counters.now++;
	return call;
}

static void forget_offer(struct call *call)
{
	if (call->offer)
		explicit_bzero(call->offer, call->offer_len);
	free(call->offer);
	call->offer = NULL;
	call->offer_len = 0;
}

void call_free(struct call *call)
{
	while (call->bridges)
		call_bridge_free(call->bridges);
	forget_offer(call);
	free(call->targets);
	if (call->no_answer)
		event_free(call->no_answer);
	*call->prev = call->next;
	if (call->next)
		call->next->prev = call->prev;
	call->system->counters.now--;
	call_device_give(call);
	free(call);
}

/* The call lets go of a party, and says goodbye. */
static void hang_up(struct call_party *party, const struct call_cause *cause)
{
	if (party->call)
		call_info_left(party->call->system, party);
	party->call = NULL;
	party->bridge = NULL;
	party->ops->hangup(party, cause);
}

static void hang_up_bridge(struct call_bridge *bridge,
			   const struct call_cause *cause)
{
	struct call_party *party[2] = {
		bridge->party[CALL_LEG_A], bridge->party[CALL_LEG_B],
	};
	struct call *call = bridge->call;
	bool is_ours[2];
	int i;

	for (i = 0; i < 2; i++)
		is_ours[i] = party[i]->bridge == bridge &&
			     party[i] != call->caller;
	call_bridge_free(bridge);
	for (i = 0; i < 2; i++)
		if (is_ours[i])
			hang_up(party[i], cause);
}

void call_end(struct call *call, const struct call_cause *cause)
{
	static const struct call_cause normal;
	struct call_party *caller = call->caller;

	if (!cause)
		cause = &normal;
	if (call->transfer.kept) {
		call_transfer_failed(call, cause);
		return;
	}
	call->is_ending = true;
	call_transfer_left(call, cause);
	if (call->is_up)
		call->system->counters.ended++;
	else
		call->system->counters.failed++;
	call_log(call, LOG_LEVEL_NOTICE, "call-ended", cause->text);
	call_forget(call);
	while (call->bridges)
		hang_up_bridge(call->bridges, cause);
	if (caller && caller->call == call)
		hang_up(caller, cause);
	call_free(call);
}

/* RFC 3261 section 16.7 point 6, for the few that we collect. */
static int rank(int status)
{
	if (status >= 600)
		return 5;
	if (status == 401 || status == 407 || status == 415 || status == 420 ||
	    status == 484 || status == 488)
		return 4;
	/* Nobody spoke: what anybody says is better. */
	if (status == 408)
		return 2;
	if (status >= 400 && status < 500)
		return 3;
	return status != 503;
}

static void remember_failure(struct call *call, const struct call_cause *cause)
{
	struct call_cause *best = &call->failure;

	if (best->status && rank(best->status) >= rank(cause->status))
		return;
	*best = *cause;
	best->why = NULL;
	if (cause->reason) {
		snprintf(call->failure_reason, sizeof(call->failure_reason),
			 "%s", cause->reason);
		best->reason = call->failure_reason;
	}
	if (cause->text) {
		snprintf(call->failure_text, sizeof(call->failure_text), "%s",
			 cause->text);
		best->text = call->failure_text;
	}
	if (best->status < 300)
		best->status = 480;
}

void call_bridge_failed(struct call_bridge *bridge,
			const struct call_cause *cause)
{
	struct call *call = bridge->call;
	bool is_last = call->bridges == bridge && !bridge->next &&
		       !call->untried;
	/* Whom the caller has changed his offer for, nobody else can follow. */
	bool has_more = call->target_next < call->target_count &&
			cause->status < 600 && !bridge->early.is_open;
	struct call_cause why;

	remember_failure(call, cause);
	if (call->transfer.kept && is_last && !has_more) {
		why = call->failure;
		call_transfer_failed(call, &why);
		return;
	}
	hang_up_bridge(bridge, cause);
	if (!is_last)
		return;
	if (has_more) {
		call_send_targets(call);
		return;
	}
	why = call->failure;
	call_end(call, &why);
}

static void no_answer(evutil_socket_t fd, short what, void *arg)
{
	struct call *call = arg;

	(void)fd;
	(void)what;
	if (call->transfer.kept)
		call_transfer_failed(call, call->due);
	else
		call_end(call, call->due);
}

static void arm(struct call *call, long seconds,
		const struct call_cause *cause)
{
	struct timeval wait = { .tv_sec = seconds };

	if (call->is_due)
		return;
	if (!call->no_answer)
		call->no_answer = evtimer_new(call->system->config.base,
					      no_answer, call);
	call->due = cause;
	if (call->no_answer)
		evtimer_add(call->no_answer, &wait);
}

void call_end_later(struct call *call, const struct call_cause *cause)
{
	arm(call, 0, cause);
	/* Who answers in that moment does not put it off. */
	call->is_due = true;
}

/*
 * Trunks have hops that may be dead; until one has the call the protocol's own
 * time runs, hop by hop. This is for a protocol that has lost its way.
 */
static void arm_lost(struct call *call)
{
	static const struct call_cause cause = {
		.status = 408, .text = "no way led to the other side",
	};

	arm(call, LOST_SECONDS, &cause);
}

void call_taken(struct call *call)
{
	static const struct call_cause cause = {
		.status = 480, .text = "nobody answered in time",
	};
	struct store *store = call->system->config.store;
	long seconds = store_param(store, STORE_PARAM_NO_ANSWER_TIMEOUT);
	struct store_line line;

	if (call->is_taken)
		return;
	call->is_taken = true;
	if (call->is_parallel && call->target_count &&
	    !store_line_get(store, call->targets[0].line, &line) &&
	    line.no_answer_timeout)
		seconds = line.no_answer_timeout;
	arm(call, seconds, &cause);
}

/* Nobody is left to try. */
static void give_up(struct call *call, const struct call_cause *cause)
{
	struct call_cause why;

	remember_failure(call, cause);
	why = call->failure;
	if (call->transfer.kept)
		call_transfer_failed(call, &why);
	else
		call_end(call, &why);
}

/* One place to ring at; the party is gone if nothing came of it. */
static void ring(struct call *call, struct call_party *party)
{
	static const struct call_cause failed = {
		.status = 503, .text = "the device cannot be reached",
	};
	struct call_bridge *bridge = call_bridge_new(call, call->caller,
						     party);

	if (!bridge) {
		hang_up(party, &failed);
		if (!call->bridges && !call->untried)
			give_up(call, &failed);
		return;
	}
	if (call->offer)
		call_round_begin(bridge, CALL_LEG_A, call->offer,
				 call->offer_len);
	else if (call_round_solicit(bridge, CALL_LEG_B))
		call_bridge_failed(bridge, &failed);
}

static const struct call_protocol *protocol_of(struct call_system *system)
{
	return system->protocol_count ? system->protocols[0] : NULL;
}

/*
 * All phones of a line at once; trunks one after the other. A party is made
 * for each before the first is tried: trying may end the call.
 */
void call_send_targets(struct call *call)
{
	static const struct call_cause nowhere = {
		.status = 480, .text = "the device is not registered, "
				       "or the trunk is down",
	};
	const struct call_protocol *protocol = protocol_of(call->system);
	struct call_party *parties[CALL_TARGETS_MAX];
	struct call_target *target;
	size_t count = 0, i;
	int n;

	while (call->target_next < call->target_count &&
	       (call->is_parallel || !count)) {
		target = &call->targets[call->target_next++];
		target->has_next = !call->is_parallel &&
				   call->target_next < call->target_count;
		n = protocol ? protocol->reach(protocol->arg, target,
				parties + count, CALL_TARGETS_MAX - count) : 0;
		if (n > 0)
			count += n;
		if (count == CALL_TARGETS_MAX)
			break;
	}
	if (!count) {
		give_up(call, &nowhere);
		return;
	}
	call->is_taken = false;
	if (call->is_parallel)
		call_taken(call);
	else
		arm_lost(call);
	/* While there are others to try, one that fails is not the end. */
	for (i = 0; i < count; i++) {
		call->untried = count - i - 1;
		ring(call, parties[i]);
	}
}

struct call *call_by_name(struct call_system *system, const char *name)
{
	struct call *call;

	for (call = system->calls; call; call = call->next)
		if (!strcmp(call->name, name))
			return call;
	return NULL;
}

void call_bridge_won(struct call_bridge *bridge)
{
	static const struct call_cause elsewhere = {
		.text = "answered at another place",
		.why = "SIP;cause=200;text=\"Call completed elsewhere\"",
	};
	struct call *call = bridge->call;
	struct call_bridge *other, *next;

	if (call->no_answer && !call->is_due)
		evtimer_del(call->no_answer);
	call->target_next = call->target_count;
	for (other = call->bridges; other; other = next) {
		next = other->next;
		if (other != bridge)
			hang_up_bridge(other, &elsewhere);
	}
	/* Its first bridge may be gone; in a transfer it is still elsewhere. */
	if (!call->transfer.kept)
		call_party_attach(call->caller, bridge, CALL_LEG_A);
	forget_offer(call);
}

int call_bridge_up(struct call_bridge *bridge)
{
	struct call *call = bridge->call;
	int err;

	call->is_up = true;
	call_line_count(bridge, true);
	call->answered = time(NULL);
	call->system->counters.answered++;
	call_device_answered(call);
	call_log(call, LOG_LEVEL_NOTICE, "call-answered", NULL);
	/* Before the old ones are forgotten. */
	err = call_record(call);
	if (!err && call->transfer.kept)
		call_transfer_done(call);
	return err;
}

void call_show_security(struct call *call)
{
	struct call_leg_facts facts[2];
	struct call_party *party;
	enum call_security now;
	int i;

	if (!call->is_up)
		return;
	for (i = 0; i < 2; i++)
		call_leg_facts_of(call->bridges->party[i], &facts[i]);
	now = call_status(facts, 2);
	if (call->is_shown && now == call->security)
		return;
	call->security = now;
	call->is_shown = true;
	for (i = 0; i < 2; i++) {
		party = call->bridges->party[i];
		if (party->shows_security)
			party->ops->security(party, now);
	}
}
