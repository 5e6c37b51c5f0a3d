// SPDX-License-Identifier: GPL-2.0
/* Where a number leads, for who may call it (AUTHZ-4). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/internal.h"

int64_t call_css_of(struct call_system *system, const struct call_party *party)
{
	struct store *store = system->config.store;
	struct store_trunk trunk;
	struct store_phone phone;
	struct store_line line;

	if (party->is_trunk)
		return store_trunk_get(store, party->device, &trunk) ?
		       0 : trunk.css;
	/* The line's own goes before the device's. */
	if (party->line && !store_line_get(store, party->line, &line) &&
	    line.css)
		return line.css;
	return store_phone_get(store, party->device, &phone) ? 0 : phone.css;
}

static const struct call_cause no_memory = {
	.status = 500, .text = "out of memory",
};

static int make_targets(struct call *call, size_t count)
{
	free(call->targets);
	call->target_count = 0;
	call->targets = calloc(count ?: 1, sizeof(*call->targets));
	return call->targets ? 0 : -ENOMEM;
}

/* All phones that have the line, but for the one that calls itself. */
static int to_line(struct call *call, const struct store_line *line,
		   struct call_cause *cause)
{
	const struct call_party *caller = call->caller;
	struct store_buttons buttons;
	struct call_target *target;
	size_t i;

	if (store_line_phones(call->system->config.store, line->id, &buttons)) {
		*cause = (struct call_cause){
			.status = 500, .text = "the database gave no answer",
		};
		return cause->status;
	}
	if (make_targets(call, buttons.count < CALL_TARGETS_MAX ?
			 buttons.count : CALL_TARGETS_MAX)) {
		store_buttons_clear(&buttons);
		*cause = no_memory;
		return cause->status;
	}
	call->is_parallel = true;
	for (i = 0; i < buttons.count; i++) {
		if (call->target_count == CALL_TARGETS_MAX)
			break;
		if (!caller->is_trunk && caller->line == line->id &&
		    caller->device == buttons.list[i].phone)
			continue;
		target = &call->targets[call->target_count++];
		target->device = buttons.list[i].phone;
		target->line = line->id;
		snprintf(target->number, sizeof(target->number), "%s",
			 line->number);
	}
	store_buttons_clear(&buttons);
	return 0;
}

static int to_trunks(struct call *call, const struct store_route *route,
		     struct call_cause *cause)
{
	struct call_target *target;
	size_t i;

	if (make_targets(call, route->trunk_count)) {
		*cause = no_memory;
		return cause->status;
	}
	for (i = 0; i < route->trunk_count; i++) {
		target = &call->targets[call->target_count++];
		target->is_trunk = true;
		target->device = route->trunks[i];
		snprintf(target->number, sizeof(target->number), "%s",
			 route->called);
	}
	return 0;
}

int call_route(struct call *call, int64_t css, const char *number,
	       struct call_cause *cause)
{
	struct store *store = call->system->config.store;
	struct store_route route;
	struct store_line line;
	int err;

	*cause = (struct call_cause){
		.status = 404, .text = "no line and no route has this number, "
				       "for who called it",
	};
	err = store_line_find(store, css, number, &line);
	if (!err)
		return to_line(call, &line, cause);
	if (err == -ENOENT)
		err = store_route_find(store, css, number, &route);
	/* A line that could not be read must not become a call to a trunk. */
	if (err && err != -ENOENT)
		*cause = (struct call_cause){
			.status = 500, .text = "the database cannot be read",
		};
	if (err)
		return cause->status;
	if (route.block) {
		*cause = (struct call_cause){
			.status = 403, .text = "a route pattern blocks it",
		};
		return cause->status;
	}
	return to_trunks(call, &route, cause);
}

int call_may_reach(struct call_system *system, const struct call_party *party,
		   const char *number)
{
	/* Routing only fills in its targets; this one never begins. */
	struct call probe = {
		.system = system, .caller = (struct call_party *)party,
	};
	struct call_cause cause;
	int status;

	status = call_route(&probe, call_css_of(system, party), number, &cause);
	free(probe.targets);
	return status;
}
