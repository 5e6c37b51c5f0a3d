// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of partners: blind and attended transfer, Replaces.
 *
 * A new call is made for the new pair, while the old one goes on. Whoever is
 * in both belongs to the old one until the new one's round of offer and answer
 * reaches him, and goes back to it if that fails. The new call first asks the
 * new partner for an offer: nobody who speaks is disturbed before there is
 * someone to speak with.
 */
#include <errno.h>
#include <string.h>
#include "call/internal.h"

static struct call *pending(struct call_system *system,
			    const struct call_party *party)
{
	const struct call_transfer *transfer;
	struct call *call = system->transfers ? system->calls : NULL;

	for (; call; call = call->next) {
		transfer = &call->transfer;
		if (transfer->kept &&
		    (transfer->by == party || transfer->kept == party ||
		     transfer->replaced == party))
			return call;
	}
	return NULL;
}

static void begin(struct call *call, struct call_transfer transfer)
{
	call->transfer = transfer;
	call->system->transfers++;
}

static struct call_transfer forget(struct call *call)
{
	struct call_transfer transfer = call->transfer;

	if (transfer.kept)
		call->system->transfers--;
	memset(&call->transfer, 0, sizeof(call->transfer));
	return transfer;
}

static void take_over(struct call *call, struct call_party *party)
{
	struct call_bridge *bridge = call->bridges;

	party->call = call;
	party->bridge = NULL;
	if (bridge)
		call_party_attach(party, bridge,
				  bridge->party[CALL_LEG_B] == party ?
				  CALL_LEG_B : CALL_LEG_A);
}

static void give_back(struct call *old, struct call_party *party)
{
	struct call_bridge *bridge = old ? old->bridges : NULL;

	if (bridge && bridge->party[CALL_LEG_A] == party)
		call_party_attach(party, bridge, CALL_LEG_A);
	else if (bridge && bridge->party[CALL_LEG_B] == party)
		call_party_attach(party, bridge, CALL_LEG_B);
}

static void tell(const struct call *call, int status, const char *reason)
{
	struct call_party *by = call->transfer.by;

	if (by)
		by->ops->transferring(by, status, reason);
}

/* Both were moved: what is left in the old calls has nobody to speak with. */
void call_transfer_done(struct call *call)
{
	struct call_transfer transfer;
	struct call *second = NULL;

	tell(call, 200, NULL);
	transfer = forget(call);
	if (transfer.replaced && transfer.replaced->call != transfer.from)
		second = transfer.replaced->call;
	if (transfer.from)
		call_end(transfer.from, NULL);
	if (second)
		call_end(second, NULL);
}

/* Whoever is left goes on where he was; the new call has nobody then. */
static void undo(struct call *call, const struct call_cause *cause)
{
	struct call_transfer transfer;
	struct call_bridge *bridge;
	struct call_party *party;
	int i;

	call_log(call, LOG_LEVEL_INFO, "transfer-failed", cause->text);
	tell(call, cause->status >= 300 ? cause->status : 503, cause->reason);
	transfer = forget(call);
	for (bridge = call->bridges; bridge; bridge = bridge->next) {
		/* The legs are in the old calls' sessions, too: not later. */
		call_offer_abort(bridge->session);
		for (i = 0; i < 2; i++) {
			party = bridge->party[i];
			if (!party->call)	/* is gone */
				continue;
			/* Back to where it is still written down. */
			give_back(transfer.from, party);
			if (transfer.replaced)
				give_back(transfer.replaced->call, party);
			if (party->call != call)
				call_round_return(party, bridge, cause);
		}
	}
}

void call_transfer_failed(struct call *call, const struct call_cause *cause)
{
	undo(call, cause);
	call_end(call, cause);
}

static bool hangs_on(const struct call_transfer *transfer,
		     const struct call *call)
{
	return transfer->kept &&
	       (transfer->from == call ||
		(transfer->replaced && transfer->replaced->call == call));
}

void call_transfer_left(struct call *call, const struct call_cause *cause)
{
	struct call_system *system = call->system;
	struct call *new = system->transfers ? system->calls : NULL;

	while (new) {
		if (!hangs_on(&new->transfer, call)) {
			new = new->next;
			continue;
		}
		call_transfer_failed(new, cause);
		new = system->transfers ? system->calls : NULL;
	}
}

static const struct call_cause lost = {
	.reason = "the other side is gone",
};

static void lose_kept(struct call *new, const struct call *call)
{
	struct call *from = new->transfer.from;

	if (call != new) {
		call_transfer_failed(new, &lost);
		return;
	}
	/* He was moved: his old call has him on its list still. */
	undo(new, &lost);
	if (from)
		call_end(from, NULL);
}

/* Whom @replaced speaks with was moved, and his old call does not know. */
static void lose_other(struct call *new, const struct call_party *party)
{
	const struct call_party *replaced = new->transfer.replaced;
	struct call *old = replaced ? replaced->call : NULL;
	const struct call_bridge *bridge = old ? old->bridges : NULL;

	if (!bridge || old == new || (bridge->party[CALL_LEG_A] != party &&
				      bridge->party[CALL_LEG_B] != party))
		return;
	undo(new, &lost);
	call_end(old, NULL);
}

void call_transfer_lost(struct call_system *system, struct call_party *party,
			struct call *call)
{
	struct call *new = pending(system, party);
	struct call_transfer *transfer;

	if (!new) {
		lose_other(call, party);
		return;
	}
	transfer = &new->transfer;
	if (transfer->kept == party) {
		lose_kept(new, call);
		return;
	}
	/* Who wanted it needs not wait for it: hanging up is usual. */
	if (transfer->by == party)
		transfer->by = NULL;
	if (transfer->replaced == party)
		transfer->replaced = NULL;
	if (call == transfer->from) {
		transfer->from = NULL;
		if (transfer->kept->call == call)
			take_over(new, transfer->kept);
	}
}

static int begin_blind(struct call *call, const struct call_party *by,
		       const char *number)
{
	struct call_cause cause;

	/* The rights of who transfers count: he pays for it. */
	if (call_route(call, call_css_of(call->system, by), number, &cause)) {
		forget(call);
		call_end(call, &cause);
		return cause.status;
	}
	call_send_targets(call);
	return 0;
}

static int begin_attended(struct call *call, struct call_party *replaced)
{
	struct call_party *other = call_other_party(replaced);
	struct call_bridge *bridge;

	bridge = call_bridge_new(call, call->caller, other);
	if (bridge && !call_round_solicit(bridge, CALL_LEG_B))
		return 0;
	give_back(replaced->call, other);
	forget(call);
	call_end(call, NULL);
	return 500;
}

int call_transfer(struct call_party *party, const char *number,
		  struct call_party *replaced)
{
	struct call_party *kept = call_other_party(party);
	struct call_system *system;
	struct call *call;

	if (!kept || !party->call->is_up)
		return 481;
	system = party->call->system;
	if (pending(system, party) || pending(system, kept) ||
	    (replaced && pending(system, replaced)))
		return 491;
	if (party->bridge->round.state != CALL_ROUND_IDLE)
		return 491;
	/* One that still rings is not there to be spoken with: call it anew. */
	if (replaced && (!replaced->call || !replaced->call->is_up ||
			 !call_other_party(replaced) ||
			 replaced->call == party->call))
		return 481;
	call = call_new(system, kept, number ? number : "");
	if (!call)
		return 500;
	begin(call, (struct call_transfer){
		.by = party, .kept = kept, .from = party->call,
		.replaced = replaced,
	});
	call_log(call, LOG_LEVEL_NOTICE, "transfer-begun", NULL);
	return replaced ? begin_attended(call, replaced) :
			  begin_blind(call, party, number);
}

void call_setup_replacing(struct call_system *system, struct call_party *party,
			  struct call_party *replaced, const char *sdp,
			  size_t len)
{
	static const struct call_cause gone = {
		.status = 481, .text = "the call to be replaced is not there",
	};
	static const struct call_cause busy = {
		.status = 491, .text = "the call to be replaced is changing",
	};
	static const struct call_cause no_memory = {
		.status = 500, .text = "the gateway is out of memory",
	};
	struct call_party *kept = call_other_party(replaced);
	struct call_bridge *bridge;
	struct call *call;

	if (!kept || !replaced->call->is_up) {
		party->ops->hangup(party, &gone);
		return;
	}
	if (pending(system, replaced) || pending(system, kept) ||
	    replaced->bridge->round.state != CALL_ROUND_IDLE) {
		party->ops->hangup(party, &busy);
		return;
	}
	call = call_new(system, party, kept->number);
	bridge = call ? call_bridge_new(call, party, kept) : NULL;
	if (!bridge) {
		if (call)
			call_end(call, &no_memory);
		else
			party->ops->hangup(party, &no_memory);
		return;
	}
	begin(call, (struct call_transfer){
		.kept = kept, .from = replaced->call, .replaced = replaced,
	});
	call_log(call, LOG_LEVEL_NOTICE, "call-replacing", NULL);
	call_round_begin(bridge, CALL_LEG_A, sdp, len);
}
