// SPDX-License-Identifier: GPL-2.0
/* What phones are enrolled with, started and stopped in order. */
#include "provision.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "trust/keys.h"
#include "trust/trust.h"
#include "trust/tvs.h"

static int start_keys(struct provision *p, char *why, size_t size)
{
	int err = trust_keys_open(&p->keys, p->base, p->conf, why, size);

	return err ? err : trust_use_keys(p->trust, p->keys, why, size);
}

static void stop_keys(struct provision *p)
{
	trust_use_keys(p->trust, NULL, NULL, 0);
	trust_keys_close(p->keys);
}

static int start_tvs(struct provision *p, char *why, size_t size)
{
	struct tvs_config config = {
		.base = p->base, .store = p->store, .keys = p->keys,
		.listen = &p->conf->trust.tvs,
	};

	return tvs_open(&p->tvs, &config, why, size);
}

static void stop_tvs(struct provision *p)
{
	tvs_close(p->tvs);
}

/*
 * In this order; stopped in the other. stop() is called if start() was, with
 * what that left behind. The admin API goes on after all of them: what a stage
 * has added to it says then that the daemon stops.
 */
static const struct {
	const char *name;
	int (*start)(struct provision *p, char *why, size_t size);
	void (*stop)(struct provision *p);
} stages[] = {
	{ "keys", start_keys, stop_keys },
	{ "tvs", start_tvs, stop_tvs },
};

#define STAGE_COUNT	(sizeof(stages) / sizeof(stages[0]))

int provision_open(struct provision *p, char *why, size_t size)
{
	char reason[256];
	int err;

	if (!p->conf->trust.keyd_socket[0])
		return 0;
	while (p->started < STAGE_COUNT) {
		const char *name = stages[p->started].name;

		reason[0] = '\0';
		err = stages[p->started++].start(p, reason, sizeof(reason));
		if (!err)
			continue;
		snprintf(why, size, "%s: %s", name,
			 reason[0] ? reason : strerror(-err));
		return err;
	}
	return 0;
}

void provision_close(struct provision *p)
{
	while (p->started)
		stages[--p->started].stop(p);
}
