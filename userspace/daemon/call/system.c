// SPDX-License-Identifier: GPL-2.0
/* All calls of the daemon. */
#include <errno.h>
#include <stdlib.h>
#include "call/internal.h"

struct call_system *call_system_new(const struct call_system_config *config)
{
	struct call_system *system = calloc(1, sizeof(*system));

	if (system)
		system->config = *config;
	return system;
}

void call_system_free(struct call_system *system)
{
	struct call_bridge *bridge;

	if (!system)
		return;
	while (system->calls) {
		/* The kernel goes on with it. */
		for (bridge = system->calls->bridges;
		     system->calls->is_recorded && bridge;
		     bridge = bridge->next) {
			call_round_abort(bridge);
			call_media_leave(bridge->media);
			bridge->media = NULL;
		}
		call_free(system->calls);
	}
	call_info_forget(system);
	free(system);
}

int call_protocol_add(struct call_system *system,
		      const struct call_protocol *protocol)
{
	size_t max = sizeof(system->protocols) / sizeof(system->protocols[0]);

	if (system->protocol_count == max)
		return -ENOSPC;
	system->protocols[system->protocol_count++] = protocol;
	return 0;
}

const struct call_counters_total *
call_system_counters(const struct call_system *system)
{
	return &system->counters;
}
