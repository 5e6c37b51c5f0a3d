// SPDX-License-Identifier: GPL-2.0
/*
 * CAPF as a service: started, stopped, told of changes, operations given up.
 */
#include "enrolment/enrolment.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf.h"
#include "enrolment/internal.h"
#include "log.h"
#include "metrics.h"
#include "phone-service.h"
#include "trust/keys.h"

enum {
	SWEEP_AT_MOST = 3600,	/* seconds: clocks are set, too */
	SWEEP_AGAIN = 5,	/* where the writer had no room */
	/* A part of the writer's queue: phones that enrol must find room, too. */
	SWEEP_COUNT = 64,
};

int64_t enrolment_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static bool is_at_work(const struct enrolment *all, int64_t phone)
{
	const struct visit *visit;

	LIST_FOREACH(visit, &all->visits, entry)
		if (visit->phone == phone && visit->accepted && !visit->closed)
			return true;
	return false;
}

/*
 * Who came in time may end what it is at. Told of when the record is on its way:
 * what finds no room is overdue again the next time.
 */
static int give_up(void *ctx, const struct store_enrolment_state *state)
{
	struct enrolment *all = ctx;
	int err;

	if (is_at_work(all, state->phone))
		return 0;
	if (all->swept++ >= SWEEP_COUNT)
		return -EAGAIN;
	err = enrolment_keep_overdue(all, state);
	if (err)
		return err;
	log_event(LOG_LEVEL_WARNING, "capf", "device", state->name,
		  "operation", store_capf_operations[state->operation],
		  "result", capf_result_name(CAPF_RESULT_TIMED_OUT), NULL);
	metrics_add(all->results[CAPF_RESULT_TIMED_OUT], 1);
	return 0;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct enrolment *all = arg;
	int64_t now = time(NULL), next;
	struct timeval tv = { SWEEP_AT_MOST, 0 };

	(void)fd;
	(void)what;
	all->sweeping = false;
	all->swept = 0;
	if (store_enrolment_overdue(all->config.store, now, give_up, all,
				    &next))
		tv.tv_sec = SWEEP_AGAIN;
	else if (next && next - now < tv.tv_sec)
		tv.tv_sec = next - now + 1;
	evtimer_add(all->sweep, &tv);
}

/* Of ten thousand changes at once, once. */
void enrolment_sweep_soon(struct enrolment *all)
{
	const struct timeval tv = { 0, 500000 };

	if (!all->sweeping)
		all->sweeping = !evtimer_add(all->sweep, &tv);
}

static void on_change(void *ctx, const struct store_change *change)
{
	struct enrolment *all = ctx;
	bool any = !strcmp(change->noun, "*");
	struct capf_guard_limits guard;

	if (any || !strcmp(change->noun, "cert"))
		all->anchors.fresh = false;
	if (any || !strcmp(change->noun, "phone"))
		enrolment_sweep_soon(all);
	if (any || !strcmp(change->noun, "param")) {
		policy_guard(all, &guard);
		capf_guard_limit(all->guard, &guard);
	}
}

static void on_keys(void *arg, bool up)
{
	struct enrolment *all = arg;

	(void)up;
	all->anchors.fresh = false;
}

static int64_t count_visits(void *ctx)
{
	return ctx ? (int64_t)((struct enrolment *)ctx)->count : 0;
}

static int64_t count_shed(void *ctx)
{
	const struct enrolment *all = ctx;

	return all && all->service ?
		(int64_t)net_counters(phone_service_net(all->service))->shed : 0;
}

/* Not of who is not there: NULL, at the end. */
static void read_metrics(struct enrolment *all)
{
	metrics_gauge_read("ucsec_capf_connections",
			   "phones that are enrolling", NULL, count_visits,
			   all);
	metrics_counter_read("ucsec_capf_shed",
			     "connections ended to make room for others", NULL,
			     count_shed, all);
}

static void find_metrics(struct enrolment *all)
{
	/* Not copied: the metrics outlive us. */
	static char labels[CAPF_RESULT_COUNT][64];

	for (int i = 0; i < CAPF_RESULT_COUNT; i++) {
		snprintf(labels[i], sizeof(labels[i]), "result=\"%s\"",
			 capf_result_name(i));
		all->results[i] = metrics_counter("ucsec_capf_sessions",
			"enrolments of phones by what came of them",
			labels[i]);
	}
	all->issued = metrics_counter("ucsec_capf_certificates",
				      "LSCs that keyd has issued", NULL);
	read_metrics(all);
}

static int listen_to_phones(struct enrolment *all, char *why, size_t size)
{
	const struct enrolment_config *config = &all->config;
	struct phone_service_config service = {
		.base = config->base,
		.store = config->store,
		.keys = config->keys,
		.service = KEYD_CAPF,
		.listen = &config->conf->trust.capf,
		.legacy = store_param(config->store,
				      STORE_PARAM_CAPF_LEGACY_TLS),
		.limits = policy_net,
		.ops = &visit_net_ops,
		.arg = all,
	};

	return phone_service_open(&all->service, &service, why, size);
}

static int start(struct enrolment *all, char *why, size_t size)
{
	struct capf_guard_limits limits;
	int err;

	policy_guard(all, &limits);
	all->guard = capf_guard_new(&limits);
	all->sweep = evtimer_new(all->config.base, on_sweep, all);
	if (!all->guard || !all->sweep)
		return -ENOMEM;
	find_metrics(all);
	err = guesses_recall(all);
	if (err)
		return err;
	err = listen_to_phones(all, why, size);
	if (!err)
		err = store_watch(all->config.store, on_change, all);
	if (!err)
		err = trust_keys_watch(all->config.keys, on_keys, all);
	if (!err)
		err = show_open(all);
	if (!err && expiry_watch_phones(all))
		err = -ENOMEM;
	if (!err)
		enrolment_sweep_soon(all);
	return err;
}

int enrolment_open(struct enrolment **enrolment,
		   const struct enrolment_config *config, char *why,
		   size_t size)
{
	struct enrolment *all = calloc(1, sizeof(*all));
	int err;

	if (!all)
		return -ENOMEM;
	all->config = *config;
	LIST_INIT(&all->visits);
	err = start(all, why, size);
	if (err) {
		enrolment_close(all);
		return err;
	}
	*enrolment = all;
	return 0;
}

void enrolment_close(struct enrolment *all)
{
	if (!all)
		return;
	expiry_unwatch_phones(all);
	show_close(all);
	trust_keys_unwatch(all->config.keys, on_keys, all);
	store_unwatch(all->config.store, on_change, all);
	if (all->service)
		phone_service_close(all->service);
	read_metrics(NULL);
	if (all->sweep)
		event_free(all->sweep);
	anchors_clear(&all->anchors);
	capf_guard_free(all->guard);
	free(all);
}
