// SPDX-License-Identifier: GPL-2.0
/*
 * Calls in the database: written before a caller hears that he is answered,
 * read by the next daemon. Never a key: the kernel has those, and what was lost
 * comes anew with the next offer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "call/internal.h"

static json_t *save_party(const struct call_party *party)
{
	const struct call_policy *policy = &party->leg.policy;

	return json_pack(
		"{s:s, s:o, s:b, s:I, s:s, s:I, s:s, s:s, s:i, s:b, s:b,"
		" s:I, s:I, s:i, s:i, s:[b,b,b,b,b,i], s:i}",
		"protocol", party->protocol->name,
		"state", party->ops->save(party),
		"is_trunk", party->is_trunk,
		"device", (json_int_t)party->device, "name", party->name,
		"line", (json_int_t)party->line, "number", party->number,
		"display", party->display, "signalling", party->signalling,
		"is_trusted_type", party->is_trusted_type,
		"shows_security", party->shows_security,
		"sdp_id", (json_int_t)party->leg.id,
		"sdp_version", (json_int_t)party->leg.version,
		"sdp_media", party->leg.media_count,
		"sdp_family", party->leg.addr.family,
		"policy", policy->srtp_allowed, policy->srtp_required,
		policy->plain_only, policy->peer_fallback,
		policy->own_fallback, policy->menu,
		"family", party->family);
}

int call_record(struct call *call)
{
	struct call_bridge *bridge = call->bridges;
	char *media = call_media_save(bridge->media);
	char *session = call_session_save(bridge->session);
	struct store_call row = {
		.id = call->name, .cookie_len = sizeof(call->id),
		.started = call->started,
		.caller = bridge->party[CALL_LEG_A]->number,
		.callee = bridge->party[CALL_LEG_B]->number,
	};
	int err = -ENOMEM;
	char *blob = NULL;
	json_t *json;

	memcpy(row.cookie, call->id, sizeof(call->id));
	json = json_pack("{s:s, s:I, s:I, s:s, s:s, s:[o,o]}",
			 "number", call->number,
			 "started", (json_int_t)call->started,
			 "answered", (json_int_t)call->answered,
			 "media", media ? media : "",
			 "session", session ? session : "",
			 "parties", save_party(bridge->party[CALL_LEG_A]),
			 save_party(bridge->party[CALL_LEG_B]));
	if (json)
		blob = json_dumps(json, JSON_COMPACT);
	if (blob && media && session) {
		row.blob = blob;
		row.blob_len = strlen(blob);
		err = store_call_put(call->system->config.store, &row);
		call->is_recorded = !err;
	}
	json_decref(json);
	free(blob);
	free(media);
	free(session);
	return err;
}

void call_forget(struct call *call)
{
	if (call->is_recorded)
		store_call_del(call->system->config.store, call->name);
	call->is_recorded = false;
}

static const struct call_protocol *protocol_by_name(struct call_system *system,
						    const char *name)
{
	size_t i;

	for (i = 0; i < system->protocol_count; i++)
		if (!strcmp(system->protocols[i]->name, name))
			return system->protocols[i];
	return NULL;
}

static void copy_text(char *to, size_t size, const json_t *json,
		      const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	snprintf(to, size, "%s", text ? text : "");
}

static struct call_party *load_party(struct call_system *system,
				     const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "protocol"));
	const struct call_protocol *protocol =
		name ? protocol_by_name(system, name) : NULL;
	struct call_party *party = NULL;
	json_int_t device, line, id, version;
	int is_trunk, signalling, trusted, shows, media, addr, family, menu;
	int allowed, required, no_offer, peer, own;
	struct call_policy *policy;

	if (protocol)
		party = protocol->restore(protocol->arg,
					  json_object_get(json, "state"));
	if (!party)
		return NULL;
	if (json_unpack((json_t *)json,
			"{s:b, s:I, s:I, s:i, s:b, s:b, s:I, s:I, s:i, s:i,"
			" s:[b,b,b,b,b,i], s:i}",
			"is_trunk", &is_trunk, "device", &device,
			"line", &line, "signalling", &signalling,
			"is_trusted_type", &trusted, "shows_security", &shows,
			"sdp_id", &id, "sdp_version", &version,
			"sdp_media", &media, "sdp_family", &addr,
			"policy", &allowed, &required, &no_offer, &peer, &own,
			&menu, "family", &family)) {
		party->ops->hangup(party, NULL);
		return NULL;
	}
	copy_text(party->name, sizeof(party->name), json, "name");
	copy_text(party->number, sizeof(party->number), json, "number");
	copy_text(party->display, sizeof(party->display), json, "display");
	party->protocol = protocol;
	party->is_trunk = is_trunk;
	party->device = device;
	party->line = line;
	party->signalling = signalling;
	party->is_trusted_type = trusted;
	party->shows_security = shows;
	party->leg.id = id;
	party->leg.version = version;
	party->leg.media_count = media;
	party->leg.addr.family = addr;
	party->family = family;
	party->is_connected = true;
	policy = &party->leg.policy;
	policy->class = (enum call_class)signalling;
	policy->srtp_allowed = allowed;
	policy->srtp_required = required;
	policy->plain_only = no_offer;
	policy->peer_fallback = peer;
	policy->own_fallback = own;
	policy->menu = menu;
	return party;
}

/* A bridge around media that is in the kernel already. */
static int restore_bridge(struct call *call, struct call_party *a,
			  struct call_party *b, const json_t *json)
{
	const char *media = json_string_value(json_object_get(json, "media"));
	const char *text = json_string_value(json_object_get(json, "session"));
	struct call_bridge *bridge = calloc(1, sizeof(*bridge));
	int err = -ENOMEM;

	if (!bridge || !media || !text)
		goto err_free;
	err = call_media_restore(call->system->config.media, media, call_alarm,
				 bridge, &bridge->media);
	if (err)
		goto err_free;
	bridge->call = call;
	bridge->session = call_session_new(bridge->media, &a->leg, &b->leg);
	err = bridge->session ? call_session_restore(bridge->session, text) :
				-ENOMEM;
	if (err)
		goto err_session;
	bridge->party[CALL_LEG_A] = a;
	bridge->party[CALL_LEG_B] = b;
	call->bridges = bridge;
	call_party_attach(a, bridge, CALL_LEG_A);
	call_party_attach(b, bridge, CALL_LEG_B);
	return 0;

err_session:
	call_session_free(bridge->session);
	call_media_free(bridge->media);
err_free:
	free(bridge);
	return err;
}

static int restore_id(struct call *call, const struct store_call *row)
{
	if (row->cookie_len != sizeof(call->id) ||
	    strlen(row->id) >= sizeof(call->name))
		return -EINVAL;
	memcpy(call->id, row->cookie, sizeof(call->id));
	strcpy(call->name, row->id);
	return 0;
}

static int restore_call(struct call_system *system,
			const struct store_call *row, const json_t *json)
{
	const json_t *parties = json_object_get(json, "parties");
	struct call_party *a, *b = NULL;
	struct call *call = NULL;
	char number[sizeof(call->number)];

	a = load_party(system, json_array_get(parties, 0));
	if (a)
		b = load_party(system, json_array_get(parties, 1));
	copy_text(number, sizeof(number), json, "number");
	if (b)
		call = call_new(system, a, number);
	if (!call) {
		if (a)
			a->ops->hangup(a, NULL);
		if (b)
			b->ops->hangup(b, NULL);
		return -EINVAL;
	}
	call->started = row->started;
	call->answered = json_integer_value(json_object_get(json, "answered"));
	if (restore_id(call, row) || restore_bridge(call, a, b, json)) {
		b->ops->hangup(b, NULL);
		call_end(call, NULL);
		return -EINVAL;
	}
	call->is_up = true;
	call_device_answered(call);
	call_line_count(call->bridges, true);
	call->is_recorded = true;
	return 0;
}

static int adopt(void *arg, const struct store_call *row)
{
	struct call_system *system = arg;
	json_t *json = json_loadb(row->blob, row->blob_len, 0, NULL);
	int err = json ? restore_call(system, row, json) : -EINVAL;

	json_decref(json);
	log_event(err ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE,
		  err ? "call-not-adopted" : "call-adopted", "call", row->id,
		  NULL);
	if (err)
		store_call_del(system->config.store, row->id);
	return 0;
}

int call_system_adopt(struct call_system *system)
{
	int err = store_call_each(system->config.store, adopt, system);

	return err ? err : call_media_system_sweep(system->config.media);
}
