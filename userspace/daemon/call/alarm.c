// SPDX-License-Identifier: GPL-2.0
/* What the kernel tells of a call's media, and what is done about it. */
#include <string.h>
#include "call/internal.h"

/* What a leg had sent when it was told to be silent, is that still all? */
static bool still_silent(struct call_silence *silence, uint64_t packets)
{
	if (silence->told) {
		silence->told = false;
		silence->is_silent = true;
		silence->packets = packets;
	}
	silence->is_silent &= silence->packets == packets;
	return silence->is_silent;
}

/*
 * Silence of one side is no fault: phones suppress it. A call is dead when
 * neither side has sent anything since it was found silent; the counters tell,
 * as media that goes on again makes no event.
 */
static void counted(void *arg, int err, unsigned int line, enum call_leg from,
		    const struct call_counters *counters)
{
	static const struct call_cause dead = {
		.status = 480, .text = "no media from either side",
	};
	struct call_bridge *bridge = arg;
	struct call_protection security;

	/* Leg B is counted last. */
	if (err || line || !counters ||
	    !still_silent(&bridge->silence[from], counters->rx_packets) ||
	    from == CALL_LEG_A || !bridge->silence[CALL_LEG_A].is_silent)
		return;
	call_session_security(bridge->session, CALL_LEG_A, &security);
	if (security.held)
		return;
	bridge->call->system->counters.dead++;
	call_end_later(bridge->call, &dead);
}

static void refresh_keys(struct call_bridge *bridge)
{
	/* A round under way, or a refusal, leaves it to the next event. */
	if (bridge->call->is_up && bridge->round.state == CALL_ROUND_IDLE &&
	    call_round_solicit(bridge, CALL_LEG_A))
		call_round_abort(bridge);
}

void call_alarm(void *arg, unsigned int line, enum call_leg from,
		enum call_media_event event, uint64_t count)
{
	struct call_bridge *bridge = arg;
	struct call_counters_total *totals = &bridge->call->system->counters;
	struct call_party *party = bridge->party[from];
	char number[24];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)count);
	switch (event) {
	case CALL_MEDIA_SILENT:
		/* The other lines are silent for reasons of their own. */
		if (line)
			return;
		bridge->silence[from].told = true;
		call_media_query(bridge->media, counted, bridge);
		return;
	case CALL_MEDIA_FORGED:
		totals->forged++;
		break;
	case CALL_MEDIA_REPLAYED:
		totals->replayed++;
		break;
	case CALL_MEDIA_KEY_ENDS:
	case CALL_MEDIA_LOST:
		refresh_keys(bridge);
		break;
	case CALL_MEDIA_LATCHED:
		/* What symmetric RTP is for. */
		call_log(bridge->call, LOG_LEVEL_INFO, "media-latched",
			 call_media_event_about(event));
		return;
	case CALL_MEDIA_SSRCS:
		break;
	}
	log_security("media-alarm", "call", bridge->call->name, "device",
		     party->name, "reason", call_media_event_about(event),
		     "count", number, NULL);
}
