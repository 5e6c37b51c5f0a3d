// SPDX-License-Identifier: GPL-2.0
/* What phones are enrolled with, started and stopped in order. */
#include "provision.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "enrolment/enrolment.h"
#include "files/http.h"
#include "files/publisher.h"
#include "metrics.h"
#include "trust/keys.h"
#include "trust/tokens.h"
#include "trust/lists-admin.h"
#include "trust/lists.h"
#include "trust/trust.h"
#include "trust/tvs.h"

static int64_t read_keyd_up(void *keys)
{
	return keys && trust_keys_is_up(keys, NULL);
}

static void show_keyd_up(struct trust_keys *keys)
{
	metrics_gauge_read("ucsec_keyd_up", "whether ucsec-keyd is there", NULL,
			   read_keyd_up, keys);
}

static int start_keys(struct provision *p, char *why, size_t size)
{
	int err = trust_keys_open(&p->keys, p->base, p->conf, why, size);

	if (err)
		return err;
	show_keyd_up(p->keys);
	return trust_use_keys(p->trust, p->keys, why, size);
}

static void stop_keys(struct provision *p)
{
	show_keyd_up(NULL);
	trust_use_keys(p->trust, NULL, NULL, 0);
	trust_keys_close(p->keys);
}

static int start_tokens(struct provision *p, char *why, size_t size)
{
	(void)why;
	(void)size;
	return tokens_open(&p->tokens, p->store, p->keys, p->publisher,
			   p->admin);
}

static void stop_tokens(struct provision *p)
{
	tokens_close(p->tokens);
}

static int start_publisher(struct provision *p, char *why, size_t size)
{
	const struct publisher_config config = {
		.base = p->base, .store = p->store, .keys = p->keys,
		.conf = p->conf,
	};

	int err = publisher_open(&p->publisher, &config, why, size);

	if (err)
		return err;
	p->files.publisher = p->publisher;
	return files_resource_add(&p->files, p->admin);
}

static void stop_publisher(struct provision *p)
{
	p->files.publisher = NULL;
	publisher_close(p->publisher);
	p->publisher = NULL;
}

static int start_lists(struct provision *p, char *why, size_t size)
{
	const struct lists_config config = {
		.base = p->base, .store = p->store, .keys = p->keys,
		.publisher = p->publisher, .tokens = p->tokens,
		.conf = p->conf,
	};
	int err = lists_open(&p->lists, &config, why, size);

	return err ? err : lists_admin_open(&p->lists_admin, p->lists,
					    p->admin, p->store, p->keys);
}

static void stop_lists(struct provision *p)
{
	lists_close(p->lists);
	lists_admin_close(p->lists_admin);
	p->lists = NULL;
	p->lists_admin = NULL;
}

static int start_http(struct provision *p, char *why, size_t size)
{
	return files_http_open(&p->http, p->base, p->publisher,
			       &p->conf->trust.http, NULL, why, size);
}

static void stop_http(struct provision *p)
{
	files_http_close(p->http);
	p->http = NULL;
}

static int start_capf(struct provision *p, char *why, size_t size)
{
	const struct enrolment_config config = {
		.base = p->base,
		.store = p->store,
		.admin = p->admin,
		.keys = p->keys,
		.conf = p->conf,
	};

	return enrolment_open(&p->enrolment, &config, why, size);
}

static void stop_capf(struct provision *p)
{
	enrolment_close(p->enrolment);
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
	{ "publisher", start_publisher, stop_publisher },
	{ "tokens", start_tokens, stop_tokens },
	{ "lists", start_lists, stop_lists },
	{ "http", start_http, stop_http },
	{ "capf", start_capf, stop_capf },
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
