// SPDX-License-Identifier: GPL-2.0
/*
 * What a device has of the gateway's calls: nobody may take all of them, and
 * none outlives its device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "call/internal.h"

enum { BURST_S = 10 };

static size_t bucket_of(bool is_trunk, int64_t id)
{
	return (2 * (uint64_t)id + is_trunk) % CALL_DEVICE_BUCKETS;
}

static struct call_device *find(struct call_system *system, bool is_trunk,
				int64_t id)
{
	struct call_device *device;

	LIST_FOREACH(device, &system->devices[bucket_of(is_trunk, id)],
		     entry) {
		if (device->id == id && device->is_trunk == is_trunk)
			return device;
	}
	return NULL;
}

/* One line for a burst, which says of how many. */
static void tell(struct call_device *device, const struct call_party *party,
		 const struct call_cause *cause)
{
	int64_t now = time(NULL);
	char count[16];

	device->untold++;
	if (device->told && now - device->told < BURST_S)
		return;
	snprintf(count, sizeof(count), "%u", device->untold);
	device->told = now;
	device->untold = 0;
	log_security("call-limit", "device", party->name, "reason",
		     cause->text, "count", count, NULL);
}

const struct call_cause *call_device_limit(struct call_system *system,
					   const struct call_party *party)
{
	static const struct call_cause many = {
		.status = 486,
		.text = "the device has begun as many calls as it may",
	}, early = {
		.status = 486,
		.text = "the device has as many unanswered calls as it may",
	};
	const struct store *store = system->config.store;
	struct call_device *device = find(system, party->is_trunk,
					  party->device);
	const struct call_cause *cause = NULL;

	if (!device)
		return NULL;
	if (device->calls >= store_param(store, party->is_trunk ?
					 STORE_PARAM_MAX_CALLS_PER_TRUNK :
					 STORE_PARAM_MAX_CALLS_PER_PHONE))
		cause = &many;
	else if (device->early >= store_param(store, party->is_trunk ?
					STORE_PARAM_MAX_EARLY_CALLS_PER_TRUNK :
					STORE_PARAM_MAX_EARLY_CALLS_PER_PHONE))
		cause = &early;
	if (!cause)
		return NULL;
	system->counters.over_limit++;
	tell(device, party, cause);
	return cause;
}

int call_device_take(struct call *call, const struct call_party *caller)
{
	struct call_system *system = call->system;
	struct call_device *device;

	if (caller->call) {
		device = caller->call->device;
	} else {
		device = find(system, caller->is_trunk, caller->device);
		call->is_early = true;
	}
	if (!device) {
		device = calloc(1, sizeof(*device));
		if (!device)
			return -ENOMEM;
		device->is_trunk = caller->is_trunk;
		device->id = caller->device;
		LIST_INSERT_HEAD(&system->devices[bucket_of(device->is_trunk,
							    device->id)],
				 device, entry);
	}
	device->calls++;
	device->early += call->is_early;
	call->device = device;
	return 0;
}

void call_device_answered(struct call *call)
{
	call->device->early -= call->is_early;
	call->is_early = false;
}

void call_device_give(struct call *call)
{
	struct call_device *device = call->device;

	call_device_answered(call);
	if (--device->calls)
		return;
	LIST_REMOVE(device, entry);
	free(device);
}

static bool is_gone(struct store *store, const struct call_party *party)
{
	static struct store_trunk trunk;	/* too large for the stack */
	struct store_phone phone;

	return (party->is_trunk ?
		store_trunk_get(store, party->device, &trunk) :
		store_phone_get(store, party->device, &phone)) == -ENOENT;
}

/* Ended from the loop: ending one call may end others. */
void call_devices_recheck(struct call_system *system)
{
	static const struct call_cause cause = {
		.status = 480, .text = "the device was deleted",
	};
	struct store *store = system->config.store;
	struct call_bridge *bridge;
	struct call *call;
	bool gone;

	for (call = system->calls; call; call = call->next) {
		gone = call->caller && is_gone(store, call->caller);
		for (bridge = call->bridges; bridge && !gone;
		     bridge = bridge->next)
			gone = is_gone(store, bridge->party[CALL_LEG_A]) ||
			       is_gone(store, bridge->party[CALL_LEG_B]);
		if (gone)
			call_end_later(call, &cause);
	}
}
