// SPDX-License-Identifier: GPL-2.0
/* What parties tell: each event finds its call and its bridge. */
#include <stdlib.h>
#include <string.h>
#include "call/internal.h"

static const struct call_cause no_memory = {
	.status = 500, .text = "the gateway is out of memory",
};

static bool is_full(struct call_system *system)
{
	return system->counters.now >=
	       store_param(system->config.store, STORE_PARAM_MAX_CALLS);
}

void call_setup(struct call_system *system, struct call_party *party,
		const char *number, const char *sdp, size_t len)
{
	static const struct call_cause full = {
		.status = 503, .text = "the gateway has its limit of calls",
	};
	const struct call_cause *limit = is_full(system) ? &full :
					 call_device_limit(system, party);
	struct call_cause cause;
	struct call *call;

	if (limit) {
		system->counters.denied++;
		/* A device that has too many is told of by the burst. */
		if (limit == &full)
			call_log_refused(party, number, limit);
		party->ops->hangup(party, limit);
		return;
	}
	call = call_new(system, party, number);
	if (!call) {
		party->ops->hangup(party, &no_memory);
		return;
	}
	call_log(call, LOG_LEVEL_NOTICE, "call-begun", NULL);
	if (sdp) {
		call->offer = malloc(len);
		if (!call->offer) {
			call_end(call, &no_memory);
			return;
		}
		memcpy(call->offer, sdp, len);
		call->offer_len = len;
	}
	if (call_route(call, call_css_of(system, party), number, &cause)) {
		system->counters.denied++;
		call_log_refused(party, number, &cause);
		call_end(call, &cause);
		return;
	}
	call_send_targets(call);
}

void call_trying(struct call_party *party)
{
	if (party->bridge && !party->bridge->call->is_up)
		call_taken(party->bridge->call);
}

void call_alerting(struct call_party *party, int status, const char *sdp,
		   size_t len)
{
	struct call_bridge *bridge = party->bridge;
	struct call_party *caller;
	struct call *call;

	if (!bridge || bridge->call->is_up)
		return;
	call = bridge->call;
	call_taken(call);
	caller = call->caller;
	if (call->transfer.by) {
		call->transfer.by->ops->transferring(call->transfer.by, status,
						     NULL);
		return;
	}
	if (call->transfer.kept)
		return;
	/*
	 * With several places ringing there is no one to hear: the answer of
	 * the first may not become that of another later (RFC 3261 section
	 * 13.2.1), so the caller gets tones of its own.
	 */
	if (sdp && !bridge->next && call->bridges == bridge &&
	    !bridge->early.is_open)
		call_round_answered(bridge, party->side, sdp, len, status);
	else
		caller->ops->alert(caller, sdp && !bridge->early.is_open ?
				   180 : status, NULL, 0);
}

/* Its first 2xx, with an offer or an answer in it: this place has the call. */
static struct call_bridge *bridge_of(struct call_party *party)
{
	struct call_bridge *bridge = party->bridge;

	if (bridge && !bridge->call->is_up && party->is_connected &&
	    party != bridge->call->caller)
		call_bridge_won(bridge);
	return bridge;
}

void call_offered(struct call_party *party, const char *sdp, size_t len)
{
	struct call_bridge *bridge = bridge_of(party);

	if (bridge)
		call_round_begin(bridge, party->side, sdp, len);
}

void call_answered(struct call_party *party, const char *sdp, size_t len)
{
	struct call_bridge *bridge = bridge_of(party);

	if (bridge)
		call_round_answered(bridge, party->side, sdp, len, 0);
}

/*
 * Refused for its SRTP by a place that may have none: once more in the clear,
 * if that is allowed (KEYS-4). RFC 4568 knows no better way to ask.
 */
static bool fall_back(struct call_bridge *bridge, struct call_party *party,
		      const struct call_cause *cause)
{
	struct call_policy *policy = &party->leg.policy;

	if (party->is_connected || !bridge->call->offer ||
	    bridge->early.is_open || policy->srtp_required || policy->plain_only ||
	    !policy->srtp_allowed || policy->class != CALL_CLASS_ENCRYPTED ||
	    (cause->status != 488 && cause->status != 415 &&
	     cause->status != 606))
		return false;
	call_log(bridge->call, LOG_LEVEL_NOTICE, "srtp-fallback",
		 "refused with SRTP, offered again without");
	policy->plain_only = true;
	call_round_abort(bridge);
	call_round_begin(bridge, CALL_LEG_A, bridge->call->offer,
			 bridge->call->offer_len);
	return true;
}

/*
 * Has the called or his side decided, so that another trunk would hear the
 * same or ring anew who was busy? Else the way there has failed, or no one spoke.
 */
static bool is_decision(int status)
{
	return status < 500 ? status != 408 : status >= 600;
}

void call_refused(struct call_party *party, const struct call_cause *cause)
{
	struct call_bridge *bridge = party->bridge;

	if (!bridge || fall_back(bridge, party, cause))
		return;
	if (!party->is_connected && is_decision(cause->status))
		bridge->call->target_next = bridge->call->target_count;
	if (!party->is_connected)
		call_bridge_failed(bridge, cause);
	else
		call_round_refused(bridge, party->side, cause);
}

void call_gone(struct call_party *party, const struct call_cause *cause)
{
	static const struct call_cause lost = {
		.status = 480, .text = "the device is gone",
	};
	struct call_bridge *bridge = party->bridge;
	struct call *call = party->call;
	struct call_system *system;

	if (!call)
		return;
	system = call->system;
	call_info_left(system, party);
	party->call = NULL;
	party->bridge = NULL;
	call_transfer_lost(system, party, call);
	if (!cause)
		cause = &lost;
	if (party == call->caller)
		call->caller = NULL;
	if (!bridge || call->is_up || party->side == CALL_LEG_A)
		call_end(call, cause);
	else
		call_bridge_failed(bridge, cause->status >= 300 ? cause :
								  &lost);
}

void call_party_changed(struct call_party *party)
{
	if (party->call)
		call_show_security(party->call);
}
