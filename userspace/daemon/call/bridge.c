// SPDX-License-Identifier: GPL-2.0
/* A bridge: two parties, the media between them, what they agreed on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "call/internal.h"

/*
 * A party that is in another bridge stays there: in a transfer it belongs to
 * the old one until the new one needs it.
 */
struct call_bridge *call_bridge_new(struct call *call, struct call_party *a,
				    struct call_party *b)
{
	struct call_bridge *bridge = calloc(1, sizeof(*bridge));
	struct call_party *party[2] = { a, b };
	int i;

	if (!bridge)
		return NULL;
	bridge->call = call;
	bridge->media = call_media_new(call->system->config.media, call->id,
				       call_alarm, bridge);
	if (!bridge->media)
		goto err_free;
	bridge->session = call_session_new(bridge->media, &a->leg, &b->leg);
	if (!bridge->session)
		goto err_media;
	for (i = 0; i < 2; i++) {
		bridge->party[i] = party[i];
		call_media_set_leg(bridge->media, i, party[i]->is_trunk ?
				   CALL_REALM_TRUNK : CALL_REALM_LINE,
				   party[i]->family);
		if (!party[i]->bridge)
			call_party_attach(party[i], bridge, i);
	}
	bridge->next = call->bridges;
	call->bridges = bridge;
	call_line_count(bridge, true);
	return bridge;

err_media:
	call_media_free(bridge->media);
err_free:
	free(bridge);
	return NULL;
}

void call_bridge_free(struct call_bridge *bridge)
{
	struct call_bridge **link = &bridge->call->bridges;
	int i;

	while (*link && *link != bridge)
		link = &(*link)->next;
	if (*link)
		*link = bridge->next;
	for (i = 0; i < 2; i++)
		if (bridge->party[i] && bridge->party[i]->bridge == bridge)
			bridge->party[i]->bridge = NULL;
	call_query_cancel(bridge);
	if (bridge->media) {
		call_round_abort(bridge);
		call_media_free(bridge->media);
	}
	call_early_forget(bridge);
	call_session_free(bridge->session);
	call_line_count(bridge, false);
	free(bridge);
}

void call_party_attach(struct call_party *party, struct call_bridge *bridge,
		       enum call_leg side)
{
	party->bridge = bridge;
	party->call = bridge->call;
	party->side = side;
}

struct call_party *call_other_party(const struct call_party *party)
{
	if (!party->bridge)
		return NULL;
	return party->bridge->party[call_other_leg(party->side)];
}

const struct call_party *call_party_beside(const struct call_party *party)
{
	return call_other_party(party);
}

ssize_t call_party_describe(struct call_party *party, char *buf, size_t size)
{
	if (!party->bridge || !party->call->is_up ||
	    party->bridge->round.state != CALL_ROUND_IDLE)
		return -EBUSY;
	return call_session_repeat(party->bridge->session, party->side, buf,
				  size);
}
