// SPDX-License-Identifier: GPL-2.0
/*
 * Rounds of offer and answer, RFC 3264, across a bridge.
 *
 * One round at a time: ask for an offer if nobody has made one, judge it,
 * reserve ports, offer to the other leg, judge its answer, tell the kernel,
 * and only then answer: what a party is told to send to is there already.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "call/internal.h"

static const struct call_cause internal_error = {
	.status = 500, .text = "the gateway could not go on with the call",
};

static struct call_party *offerer(const struct call_bridge *bridge)
{
	return bridge->party[bridge->round.from];
}

static struct call_party *answerer(const struct call_bridge *bridge)
{
	return bridge->party[call_other_leg(bridge->round.from)];
}

static void wipe(char **text, size_t *len)
{
	if (*text)
		explicit_bzero(*text, *len);
	free(*text);
	*text = NULL;
	*len = 0;
}

static void forget(struct call_round *round)
{
	wipe(&round->answer, &round->answer_len);
	wipe(&round->offer, &round->offer_len);
	memset(round, 0, sizeof(*round));
}

void call_round_abort(struct call_bridge *bridge)
{
	struct call_round *round = &bridge->round;

	if (round->state > CALL_ROUND_SOLICITED) {
		call_offer_abort(bridge->session);
		call_media_rollback(bridge->media);
	}
	forget(round);
}

static struct call_cause cause_of(const struct call_verdict *verdict)
{
	return (struct call_cause){
		.status = verdict->status ? verdict->status : 488,
		.warning = verdict->warning,
		.text = verdict->reason,
	};
}

/*
 * The offer cannot be carried over. Who made it is told so, and the bridge
 * stays what it was; a caller that was not connected yet has lost this place.
 */
static void turn_down(struct call_bridge *bridge,
		      const struct call_cause *cause)
{
	struct call_party *from = offerer(bridge);
	bool is_asked = bridge->round.asked;
	struct call_party *other = answerer(bridge);

	call_log(bridge->call, LOG_LEVEL_INFO, "offer-refused", cause->text);
	/* The round goes with the bridge; a transfer looks at it before. */
	if (!bridge->call->is_up && !bridge->early.is_open) {
		call_bridge_failed(bridge, cause);
		return;
	}
	call_round_abort(bridge);
	from->ops->refuse(from, cause);
	if (is_asked)
		other->ops->refuse(other, cause);
	call_early_go_on(bridge);
}

/* What the offerer asks for is not to be had here: encryption, a suite. */
static void refuse(struct call_bridge *bridge, const struct call_cause *cause)
{
	call_log_refused(offerer(bridge), bridge->call->number, cause);
	turn_down(bridge, cause);
}

/* An answer that nobody may give (RFC 4568 section 5.1.2): the call ends. */
static void break_off(struct call_bridge *bridge,
		      const struct call_cause *cause)
{
	log_security("answer-refused", "call", bridge->call->name, "device",
		     answerer(bridge)->name, "reason", cause->text, NULL);
	if (bridge->call->is_up)
		call_end(bridge->call, cause);
	else
		call_bridge_failed(bridge, cause);
}

static void reserved(void *arg, int err, const char *why)
{
	struct call_bridge *bridge = arg;
	struct call_cause cause = internal_error;
	struct call_verdict verdict;
	char sdp[CALL_SDP_SIZE];
	struct call_party *to = answerer(bridge);
	ssize_t len;

	if (err) {
		cause.status = 503;
		cause.text = why;
		turn_down(bridge, &cause);
		return;
	}
	len = call_offer_send(bridge->session,
			     call_other_leg(bridge->round.from), sdp,
			     sizeof(sdp), &verdict);
	if (len == -EPERM)
		cause = cause_of(&verdict);
	if (len < 0) {
		refuse(bridge, &cause);
		return;
	}
	if (to->bridge != bridge)
		call_party_attach(to, bridge,
				  call_other_leg(bridge->round.from));
	bridge->round.state = CALL_ROUND_OFFERED;
	err = to->ops->offer(to, sdp, len);
	explicit_bzero(sdp, sizeof(sdp));
	if (err) {
		cause.status = bridge->early.is_open ? 488 : 503;
		cause.text = "the other side cannot be reached";
		turn_down(bridge, &cause);
	}
}

static int repeat(struct call_bridge *bridge, enum call_leg from)
{
	struct call_party *party = bridge->party[from];
	char sdp[CALL_SDP_SIZE];
	ssize_t len = call_session_repeat(bridge->session, from, sdp,
					 sizeof(sdp));

	if (len > 0)
		len = party->ops->answer(party, sdp, len);
	explicit_bzero(sdp, sizeof(sdp));
	return len < 0 ? len : 0;
}

/* Not for long, and without memory that call is lost as it always was. */
static void keep_offer(struct call_round *round, const char *sdp, size_t len)
{
	round->offer = malloc(len);
	if (!round->offer)
		return;
	memcpy(round->offer, sdp, len);
	round->offer_len = len;
}

/* @sdp is an offer of @from; the round is idle or was waiting for it. */
static void carry(struct call_bridge *bridge, enum call_leg from,
		  const char *sdp, size_t len)
{
	struct call_cause cause = internal_error;
	struct call_verdict verdict = {};
	uint32_t lines = 0;
	int err;

	bridge->round.from = from;
	bridge->round.state = CALL_ROUND_RESERVING;
	if (bridge->call->transfer.kept)
		keep_offer(&bridge->round, sdp, len);
	err = call_offer_receive(bridge->session, from, sdp, len, &lines,
				&verdict);
	if (!err && !verdict.status) {
		err = call_media_reserve(bridge->media, lines, reserved,
					 bridge);
		if (!err)
			return;
	} else if (!err) {
		cause = cause_of(&verdict);
	}
	refuse(bridge, &cause);
}

void call_round_begin(struct call_bridge *bridge, enum call_leg from,
		      const char *sdp, size_t len)
{
	static const struct call_cause busy = {
		.status = 491, .text = "another offer is under way",
	};
	struct call_party *party = bridge->party[from];
	struct call_round *round = &bridge->round;

	if (round->state == CALL_ROUND_SOLICITED && round->from == from &&
	    sdp) {
		carry(bridge, from, sdp, len);
		return;
	}
	if (sdp)
		call_early_open(bridge);
	if (round->state != CALL_ROUND_IDLE) {
		party->ops->refuse(party, &busy);
		return;
	}
	if (!sdp) {
		round->asked = true;
		if (call_round_solicit(bridge, call_other_leg(from)))
			turn_down(bridge, &internal_error);
		return;
	}
	/* A refresh of the session is none of the other leg's business. */
	if (bridge->call->is_up &&
	    call_session_unchanged(bridge->session, from, sdp, len) &&
	    !repeat(bridge, from))
		return;
	carry(bridge, from, sdp, len);
}

int call_round_solicit(struct call_bridge *bridge, enum call_leg from)
{
	struct call_party *party = bridge->party[from];

	bridge->round.from = from;
	bridge->round.state = CALL_ROUND_SOLICITED;
	if (party->bridge != bridge)
		call_party_attach(party, bridge, from);
	return party->ops->solicit(party);
}

/* While it rings: nobody is connected by it. */
static void finish_early(struct call_bridge *bridge)
{
	struct call_round *round = &bridge->round;
	struct call_party *from = offerer(bridge);
	int err = from->ops->answer(from, round->answer, round->answer_len);

	forget(round);
	if (err)
		call_bridge_failed(bridge, &internal_error);
	else
		call_early_go_on(bridge);
}

/* The kernel has it: now the answer may leave. */
static void applied(void *arg, int err, const char *why)
{
	struct call_bridge *bridge = arg;
	struct call_round *round = &bridge->round;
	struct call_party *from = offerer(bridge);
	struct call_cause cause = internal_error;

	if (err) {
		cause.text = why;
		break_off(bridge, &cause);
		return;
	}
	if (round->is_early) {
		/* Its final answer is still to come, in the same round. */
		round->state = CALL_ROUND_OFFERED;
		from->ops->alert(from, round->alert_status, round->answer,
				 round->answer_len);
		return;
	}
	call_offer_commit(bridge->session);
	if (bridge->early.is_open) {
		finish_early(bridge);
		return;
	}
	if (!from->is_connected && call_bridge_up(bridge)) {
		break_off(bridge, &internal_error);
		return;
	}
	/* Before the answer, which then tells it in its own 2xx. */
	call_show_security(bridge->call);
	err = from->ops->answer(from, round->answer, round->answer_len);
	forget(round);
	if (err) {
		call_end(bridge->call, &internal_error);
		return;
	}
	if (!bridge->call->is_up && call_bridge_up(bridge))
		call_end(bridge->call, &internal_error);
	else
		call_show_security(bridge->call);
}

/* The same answer again, as after a reliable 183: nothing is negotiated. */
static bool is_settled(const struct call_round *round, const char *sdp)
{
	return !sdp && round->is_early && round->answer;
}

/*
 * It was offered what a transfer would have led to, and that failed since: it
 * now sends where nobody is. A round anew brings both sides together again.
 */
static bool restart(struct call_bridge *bridge, enum call_leg from)
{
	if (!bridge->call->is_up || bridge->round.state != CALL_ROUND_IDLE)
		return false;
	if (call_round_solicit(bridge, from))
		call_round_abort(bridge);
	return true;
}

void call_round_return(struct call_party *party,
		       const struct call_bridge *lost,
		       const struct call_cause *cause)
{
	const struct call_round *round = &lost->round;
	bool is_offerer = lost->party[round->from] == party;
	struct call_bridge *bridge = party->bridge;
	bool may_go_on = bridge && bridge->call->is_up &&
			 !bridge->call->is_ending &&
			 bridge->round.state == CALL_ROUND_IDLE;

	if (round->state <= CALL_ROUND_SOLICITED)
		return;
	if (!is_offerer) {
		/* One that has not answered yet will, and restart() then. */
		if (may_go_on && round->state == CALL_ROUND_APPLYING)
			restart(bridge, party->side);
	} else if (may_go_on && round->offer) {
		call_round_begin(bridge, party->side, round->offer,
				 round->offer_len);
	} else {
		party->ops->refuse(party, cause);
	}
}

void call_round_answered(struct call_bridge *bridge, enum call_leg from,
			 const char *sdp, size_t len, int alert_status)
{
	struct call_cause cause = internal_error;
	struct call_round *round = &bridge->round;
	struct call_verdict verdict = {};
	char answer[CALL_SDP_SIZE];
	ssize_t n;

	if (!alert_status && call_early_answered(bridge, from))
		return;
	if (round->state != CALL_ROUND_OFFERED ||
	    from == round->from) {
		/* Early answers may overtake what is being applied: drop. */
		if (alert_status || restart(bridge, from))
			return;
		cause.text = "an answer that nobody asked for";
		break_off(bridge, &cause);
		return;
	}
	if (is_settled(round, sdp)) {
		round->is_early = false;
		applied(bridge, 0, NULL);
		return;
	}
	round->state = CALL_ROUND_APPLYING;
	cause.status = 488;
	cause.text = "the offer was accepted without a session description";
	n = -EINVAL;
	if (sdp)
		n = call_answer_receive(bridge->session, from, sdp, len,
				       &verdict);
	if (n || verdict.status) {
		if (verdict.status)
			cause = cause_of(&verdict);
		break_off(bridge, &cause);
		return;
	}
	n = call_answer_send(bridge->session, round->from, answer,
			    sizeof(answer), &verdict);
	if (n == -EPERM)
		cause = cause_of(&verdict);
	wipe(&round->answer, &round->answer_len);
	round->answer = n > 0 ? malloc(n) : NULL;
	if (!round->answer) {
		explicit_bzero(answer, sizeof(answer));
		break_off(bridge, &cause);
		return;
	}
	memcpy(round->answer, answer, n);
	explicit_bzero(answer, sizeof(answer));
	round->answer_len = n;
	round->is_early = alert_status != 0;
	round->alert_status = alert_status;
	if (call_media_apply(bridge->media, applied, bridge))
		break_off(bridge, &internal_error);
}

void call_round_refused(struct call_bridge *bridge, enum call_leg from,
			const struct call_cause *cause)
{
	struct call_round *round = &bridge->round;
	struct call_party *other;

	if (round->state == CALL_ROUND_SOLICITED && round->from == from) {
		other = round->asked ? answerer(bridge) : NULL;
		call_round_abort(bridge);
		if (!bridge->call->is_up)
			call_bridge_failed(bridge, cause);
		else if (other)
			other->ops->refuse(other, cause);
		return;
	}
	if (round->state == CALL_ROUND_OFFERED && round->from != from)
		turn_down(bridge, cause);
}
