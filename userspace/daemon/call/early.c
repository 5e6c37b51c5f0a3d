// SPDX-License-Identifier: GPL-2.0
/*
 * Further offers while it rings (RFC 3311): the first was answered reliably, so
 * that another may follow it before anybody has picked up.
 *
 * The first round is over then, though its answer is still owed to the caller
 * with his 2xx: it is kept. The others are rounds like any in a call, but for
 * what fails, which leaves all as it was.
 */
#include <stdlib.h>
#include <string.h>
#include "call/internal.h"

bool call_early_open(struct call_bridge *bridge)
{
	struct call_round *round = &bridge->round;
	struct call_early *early = &bridge->early;

	if (bridge->call->is_up || early->is_open)
		return early->is_open;
	if (round->state != CALL_ROUND_OFFERED || !round->is_early ||
	    !round->answer || round->from != CALL_LEG_A)
		return false;
	call_offer_commit(bridge->session);
	*early = (struct call_early){
		.is_open = true,
		.answer = round->answer, .answer_len = round->answer_len,
	};
	round->answer = NULL;
	round->answer_len = 0;
	memset(round, 0, sizeof(*round));
	return true;
}

void call_early_forget(struct call_bridge *bridge)
{
	struct call_early *early = &bridge->early;

	if (early->answer)
		explicit_bzero(early->answer, early->answer_len);
	free(early->answer);
	memset(early, 0, sizeof(*early));
}

bool call_early_answered(struct call_bridge *bridge, enum call_leg from)
{
	struct call_early *early = &bridge->early;

	if (!early->is_open || early->is_answered || from != CALL_LEG_B ||
	    !bridge->party[from]->is_connected)
		return false;
	early->is_answered = true;
	call_early_go_on(bridge);
	return true;
}

void call_early_go_on(struct call_bridge *bridge)
{
	static const struct call_cause failed = {
		.status = 500, .text = "the gateway could not go on with the call",
	};
	struct call_party *caller = bridge->party[CALL_LEG_A];
	struct call_early *early = &bridge->early;
	struct call *call = bridge->call;
	int err;

	if (!early->is_answered || bridge->round.state != CALL_ROUND_IDLE)
		return;
	if (call_bridge_up(bridge)) {
		call_end(call, &failed);
		return;
	}
	call_show_security(call);
	err = caller->ops->answer(caller, early->answer, early->answer_len);
	call_early_forget(bridge);
	if (err)
		call_end(call, &failed);
}

void call_early_refused(struct call_party *party,
			const struct call_cause *cause)
{
	struct call_bridge *bridge = party->bridge;

	if (bridge && bridge->early.is_open)
		call_round_refused(bridge, party->side, cause);
}
