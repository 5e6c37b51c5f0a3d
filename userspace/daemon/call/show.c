// SPDX-License-Identifier: GPL-2.0
/* Calls as an administrator sees them: legs, protection, reasons in words. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "call/internal.h"

static enum call_security level_of(enum store_mode mode)
{
	switch (mode) {
	case STORE_ENCRYPTED:
		return CALL_ENCRYPTED;
	case STORE_AUTHENTICATED:
		return CALL_AUTHENTICATED;
	case STORE_NONSECURE:
		break;
	}
	return CALL_NONSECURE;
}

/* The lowest of all devices that have the line (STATUS-2). */
static void judge_line(struct store *store, const struct call_party *party,
		       struct call_leg_facts *facts)
{
	struct store_buttons buttons;
	struct store_phone phone;
	size_t i;

	facts->line = CALL_NONSECURE;
	if (!store_phone_get(store, party->device, &phone))
		facts->line = level_of(phone.profile.mode);
	if (!party->line || store_line_phones(store, party->line, &buttons))
		return;
	for (i = 0; i < buttons.count; i++) {
		if (buttons.list[i].phone == party->device ||
		    store_phone_get(store, buttons.list[i].phone, &phone) ||
		    level_of(phone.profile.mode) >= facts->line)
			continue;
		facts->is_shared_line = true;
		facts->line = level_of(phone.profile.mode);
	}
	store_buttons_clear(&buttons);
}

static void judge_trunk(struct store *store, const struct call_party *party,
			struct call_leg_facts *facts)
{
	struct store_trunk trunk;

	facts->is_trunk = true;
	facts->has_claim = party->has_claim;
	facts->claim = party->claim;
	if (store_trunk_get(store, party->device, &trunk))
		return;
	facts->profile = level_of(trunk.profile.mode);
	facts->srtp_suffices = trunk.secure_by_srtp_alone;
}

void call_leg_facts_of(const struct call_party *party,
		       struct call_leg_facts *facts)
{
	struct store *store = party->call->system->config.store;
	struct call_protection media = {};

	memset(facts, 0, sizeof(*facts));
	facts->is_trusted_type = party->is_trusted_type;
	facts->signalling = level_of(party->signalling);
	if (party->is_trunk)
		judge_trunk(store, party, facts);
	else
		judge_line(store, party, facts);
	if (party->bridge)
		call_session_security(party->bridge->session, party->side,
				     &media);
	facts->is_media_encrypted = media.encrypted;
	facts->media_reason = media.reason;
}

static const char *mode_name(enum store_mode mode)
{
	return call_security_name(level_of(mode));
}

static json_t *json_addr(const struct call_addr *addr, uint16_t port)
{
	char host[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];

	if (addr->family == AF_UNSPEC ||
	    !inet_ntop(addr->family, &addr->v4, host, sizeof(host)))
		return json_null();
	snprintf(text, sizeof(text),
		 addr->family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, port);
	return json_string(text);
}

static const char *suite_name(const struct call_suite *suite)
{
	return suite ? suite->name : NULL;
}

static json_t *json_media(const struct call_party *party)
{
	json_t *list = json_array(), *item;
	struct call_side_state state;
	unsigned int line;

	for (line = 0; list && line < party->leg.media_count &&
	     line < CALL_LINES; line++) {
		call_media_state(party->bridge->media, line, party->side,
				 &state);
		item = json_pack("{s:i, s:b, s:s?, s:s?, s:o, s:o}",
				 "line", line, "active", state.active,
				 "from_device", suite_name(state.rx),
				 "to_device", suite_name(state.tx),
				 "local", json_addr(&state.local.addr,
						    state.local.port),
				 "device", json_addr(&state.addr,
						     state.port));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *json_leg(const struct call_party *party)
{
	struct call_leg_facts facts;
	enum call_security level;
	char why[200];

	call_leg_facts_of(party, &facts);
	level = call_status_of_leg(&facts, why, sizeof(why));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:o}",
			 "device", party->name,
			 "kind", party->is_trunk ? "trunk" : "phone",
			 "number", party->number,
			 "protocol", party->protocol->name,
			 "signalling", mode_name(party->signalling),
			 "media_encrypted", facts.is_media_encrypted,
			 "status", call_security_name(level),
			 "reason", why, "media", json_media(party));
}

static const char *state_of(const struct call *call)
{
	if (call->is_up)
		return "connected";
	return call->transfer.kept ? "transferring" : "ringing";
}

/* Who is at an end: by number, for want of one by what was dialled. */
static const char *end_of(const struct call *call, enum call_leg side)
{
	const struct call_party *party;

	if (!call->bridges)
		return "";
	party = call->bridges->party[side];
	if (party->number[0])
		return party->number;
	return side == CALL_LEG_B ? call->number : party->name;
}

static json_t *json_call(const struct call *call)
{
	const struct call_bridge *bridge;
	struct call_leg_facts facts[2];
	json_t *legs = json_array();
	enum call_security status = CALL_NONSECURE;
	int i;

	if (!legs)
		return NULL;
	for (bridge = call->bridges; bridge; bridge = bridge->next) {
		for (i = 0; i < 2; i++) {
			if (bridge->party[i]->bridge != bridge)
				continue;
			json_array_append_new(legs,
					      json_leg(bridge->party[i]));
			call_leg_facts_of(bridge->party[i], &facts[i]);
		}
	}
	if (call->is_up)
		status = call_status(facts, 2);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o}",
			 "id", call->name, "state", state_of(call),
			 "caller", end_of(call, CALL_LEG_A),
			 "callee", end_of(call, CALL_LEG_B),
			 "number", call->number,
			 "status", call_security_name(status),
			 "started", (json_int_t)call->started,
			 "answered", (json_int_t)call->answered,
			 "legs", legs);
}

json_t *call_list(struct call_system *system)
{
	json_t *list = json_array();
	struct call *call;

	for (call = system->calls; list && call; call = call->next)
		json_array_append_new(list, json_call(call));
	return list;
}

/* The document of a call while its counters are on their way. */
struct call_query {
	json_t *json;
	json_t *streams;
	void (*done)(void *arg, json_t *call);
	void *arg;
};

static void finish(struct call_query *query)
{
	json_object_set_new(query->json, "streams", query->streams);
	query->done(query->arg, query->json);
	free(query);
}

void call_query_cancel(struct call_bridge *bridge)
{
	if (bridge->query)
		finish(bridge->query);
	bridge->query = NULL;
}

static json_t *json_counters(unsigned int line, enum call_leg from,
			     const struct call_counters *c)
{
	return json_pack("{s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "line", line,
			 "from", from == CALL_LEG_A ? "caller" : "callee",
			 "rx_packets", (json_int_t)c->rx_packets,
			 "rx_bytes", (json_int_t)c->rx_bytes,
			 "tx_packets", (json_int_t)c->tx_packets,
			 "tx_bytes", (json_int_t)c->tx_bytes,
			 "rtcp_packets", (json_int_t)c->rtcp_packets,
			 "drops", (json_int_t)c->drops,
			 "drop_auth", (json_int_t)c->drop_auth,
			 "drop_replay", (json_int_t)c->drop_replay);
}

static void counted(void *arg, int err, unsigned int line, enum call_leg from,
		    const struct call_counters *counters)
{
	struct call_bridge *bridge = arg;

	if (!bridge->query)
		return;
	if (line == CALL_LINES)
		call_query_cancel(bridge);
	else if (!err && counters)
		json_array_append_new(bridge->query->streams,
				      json_counters(line, from, counters));
}

int call_show_counters(struct call_system *system, const char *id,
		       void (*done)(void *arg, json_t *call), void *arg)
{
	struct call *call = call_by_name(system, id);
	struct call_bridge *bridge = call ? call->bridges : NULL;
	struct call_query *query;

	if (!call)
		return -ENOENT;
	query = calloc(1, sizeof(*query));
	if (!query)
		return -ENOMEM;
	*query = (struct call_query){
		.json = json_call(call), .streams = json_array(),
		.done = done, .arg = arg,
	};
	/* One at a time: who asks meanwhile gets no counters. */
	if (!bridge || bridge->query ||
	    call_media_query(bridge->media, counted, bridge)) {
		finish(query);
		return 0;
	}
	bridge->query = query;
	return 0;
}

int call_clear(struct call_system *system, const char *id)
{
	static const struct call_cause cleared = {
		.text = "cleared by an administrator",
	};
	struct call *call = call_by_name(system, id);

	if (!call)
		return -ENOENT;
	call_end(call, &cleared);
	return 0;
}
