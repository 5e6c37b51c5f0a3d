// SPDX-License-Identifier: GPL-2.0
/*
 * Whose files are to be looked at, a few at a time; what failed, once more.
 */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "files/publisher-parts.h"
#include "files/tftp-map.h"
#include "log.h"
#include "metrics.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"

enum {
	BUSY_MAX = 32,		/* works at a time: keyd is never idle */
	SLICE_US = 2000,	/* of the loop, then others have their turn */
	PAUSE_MAX = 60,
	CLOCK_SECONDS = 30,
};

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->kind == y->kind ? strcmp(x->name, y->name) :
		(int)x->kind - (int)y->kind;
}

struct item *publisher_find(struct publisher *p, enum item_kind kind,
			    const char *name)
{
	struct item key = { .kind = kind }, **found;

	snprintf(key.name, sizeof(key.name), "%s", name);
	found = tfind(&key, &p->tree, compare);
	return found ? *found : NULL;
}

struct item *publisher_item(struct publisher *p, enum item_kind kind,
			    const char *name)
{
	struct item *item = publisher_find(p, kind, name);

	if (item)
		return item;
	item = calloc(1, sizeof(*item));
	if (item) {
		item->kind = kind;
		snprintf(item->name, sizeof(item->name), "%s", name);
		if (tsearch(item, &p->tree, compare)) {
			item->sweep = p->sweep;
			TAILQ_INSERT_TAIL(&p->all, item, all_link);
			return item;
		}
		free(item);
	}
	publisher_failed_all(p, name, "no memory");
	return NULL;
}

static void item_free(void *arg)
{
	struct item *item = arg;

	free(item->held);
	free(item);
}

void publisher_kick(struct publisher *p)
{
	if (p->pump && !TAILQ_EMPTY(&p->queue) && p->busy < BUSY_MAX)
		event_active(p->pump, 0, 0);
}

void publisher_queue(struct publisher *p, struct item *item)
{
	if (!item)
		return;
	publisher_look_later(p, item);
	switch (item->state) {
	case ITEM_BUSY:
		item->again = true;
		return;
	case ITEM_QUEUED:
		return;
	case ITEM_LATER:
		TAILQ_REMOVE(&p->later, item, link);
		break;
	case ITEM_IDLE:
		p->status.pending++;
		break;
	}
	item->state = ITEM_QUEUED;
	TAILQ_INSERT_TAIL(&p->queue, item, link);
	publisher_kick(p);
}

void publisher_delay(struct publisher *p, struct item *item, const char *why)
{
	struct timeval pause = { .tv_sec = p->pause };

	publisher_failed(p, item, why);
	item->again = false;
	item->state = ITEM_LATER;
	TAILQ_INSERT_TAIL(&p->later, item, link);
	if (p->retry && !event_pending(p->retry, EV_TIMEOUT, NULL))
		event_add(p->retry, &pause);
}

static void tell(struct publisher *p)
{
	char count[24];

	p->pause = 1;
	if (p->told == p->status.signed_files)
		return;
	snprintf(count, sizeof(count), "%llu",
		 (unsigned long long)(p->status.signed_files - p->told));
	p->told = p->status.signed_files;
	log_event(LOG_LEVEL_INFO, "files-signed", "count", count, NULL);
}

void publisher_idle(struct publisher *p, struct item *item, bool exists)
{
	bool again = item->again;

	item->state = ITEM_IDLE;
	item->again = false;
	p->status.pending--;
	if (again) {
		publisher_queue(p, item);
	} else if (!exists && !item->awaited) {
		tdelete(item, &p->tree, compare);
		TAILQ_REMOVE(&p->all, item, all_link);
		publisher_mended(p, item);
		item_free(item);
	}
	if (!p->status.pending)
		tell(p);
}

static bool slice_is_over(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000000 +
		(now.tv_nsec - start->tv_nsec) / 1000 > SLICE_US;
}

static bool work_next(struct publisher *p)
{
	struct item *item = TAILQ_FIRST(&p->queue);

	if (!item || p->busy >= BUSY_MAX)
		return false;
	TAILQ_REMOVE(&p->queue, item, link);
	publisher_work(p, item);
	return true;
}

/* What comes first is done before anything of the next is begun. */
static bool (*const steps[])(struct publisher *p) = {
	publisher_sweep_next, publisher_look_next, work_next,
	publisher_round_next,
};

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct publisher *p = arg;
	struct timeval soon = { 0 };
	struct timespec start;

	(void)fd;
	(void)what;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		while (steps[i](p)) {
			if (slice_is_over(&start)) {
				event_add(p->pump, &soon);
				return;
			}
		}
	}
}

static void queue_later(struct publisher *p)
{
	struct item *item;

	p->stalled = false;
	while ((item = TAILQ_FIRST(&p->later)))
		publisher_queue(p, item);
}

/* Who waits for keyd waits until it comes. */
static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct publisher *p = arg;

	(void)fd;
	(void)what;
	p->pause = p->pause < PAUSE_MAX / 2 ? 2 * p->pause : PAUSE_MAX;
	if (keyd_client_is_up(trust_keys_client(p->config.keys)))
		queue_later(p);
}

static bool signer_changed(struct publisher *p)
{
	const struct trust_key *key = trust_keys_find(p->config.keys,
						      KEYD_TFTP, KEYD_RSA,
						      KEYD_CURRENT);

	if (!key || !memcmp(p->signer, key->sha256, sizeof(p->signer)))
		return false;
	memcpy(p->signer, key->sha256, sizeof(p->signer));
	return true;
}

static void on_keys(void *arg, bool up)
{
	struct publisher *p = arg;

	if (signer_changed(p))
		publisher_all(p);
	if (up)
		queue_later(p);
}

static void queue_due(const void *node, VISIT visit, void *arg)
{
	struct item *item = *(struct item *const *)node;

	if ((visit == postorder || visit == leaf) && item->until &&
	    item->until <= time(NULL))
		publisher_queue(arg, item);
}

/* Enrolments that are given up, changes of the clock and of the disk. */
static void on_clock(evutil_socket_t fd, short what, void *arg)
{
	struct publisher *p = arg;

	(void)fd;
	(void)what;
	twalk_r(p->tree, queue_due, p);
	publisher_look(p);
}

void publisher_phone(struct publisher *p, int64_t id)
{
	struct store_phone phone;

	if (!store_phone_get(p->config.store, id, &phone))
		publisher_queue(p, publisher_item(p, ITEM_PHONE,
						   phone.name));
}

struct firmware *publisher_firmware(struct publisher *p)
{
	return p->firmware;
}

static int write_newest(void *arg, const char *name, const char *why,
			size_t count)
{
	struct publisher_status *status = arg;

	(void)count;
	snprintf(status->why, sizeof(status->why), "%.60s: %.90s", name, why);
	return 1;
}

void publisher_status(const struct publisher *p,
		      struct publisher_status *status)
{
	*status = p->status;
	publisher_fault_each(p, write_newest, status);
	status->pending += publisher_sweeps(p);
	status->served = shelf_count(p->shelf);
}

static int64_t read_pending(void *ctx)
{
	const struct publisher *p = ctx;

	return (int64_t)p->status.pending + publisher_sweeps(p);
}

static int64_t read_nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

static void gauge(metrics_reader reader, void *ctx)
{
	metrics_gauge_read("ucsec_files_pending",
			   "Devices whose files are not up to date", NULL,
			   reader, ctx);
}

static void open_metrics(struct publisher *p)
{
	p->signed_metric = metrics_counter("ucsec_files_signed",
		"Phones' files that were signed", NULL);
	p->unchanged_metric = metrics_counter("ucsec_files_unchanged",
		"Phones' files looked at that needed no new signature", NULL);
	p->failed_metric = metrics_counter("ucsec_files_failed",
		"Attempts to renew phones' files that failed", NULL);
	gauge(read_pending, p);
}

/* Not among what is served. */
static int write_tftp_map(const struct conf *conf, char *why, size_t size)
{
	char path[CONF_PATH_SIZE + 16];
	struct shelf *shelf;
	int err;

	snprintf(path, sizeof(path), "%s/tftpd", conf->state_dir);
	err = shelf_open(&shelf, path, why, size);
	if (err)
		return err;
	err = tftp_map_write(shelf);
	if (err)
		snprintf(why, size, "%s: %s", path, strerror(-err));
	shelf_close(shelf);
	return err;
}

static bool is_static(void *arg, const char *name)
{
	return publisher_find_static(arg, name);
}

static int open_shelves(struct publisher *p, char *why, size_t size)
{
	struct firmware_config firmware = {
		.base = p->config.base, .store = p->config.store,
		.taken = is_static, .arg = p,
	};
	const struct conf *conf = p->config.conf;
	char path[CONF_PATH_SIZE + 16];
	int err;

	err = shelf_open(&p->shelf, conf->trust.files_dir, why, size);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/static-files", conf->state_dir);
	err = shelf_open(&p->sources, path, why, size);
	if (!err)
		err = write_tftp_map(conf, why, size);
	if (err)
		return err;
	p->writer = shelf_writer_new(p->config.base);
	if (!p->writer)
		return -ENOMEM;
	firmware.shelf = p->shelf;
	firmware.writer = p->writer;
	snprintf(path, sizeof(path), "%s/firmware", conf->state_dir);
	return firmware_open(&p->firmware, &firmware, path, why, size);
}

static int open_events(struct publisher *p)
{
	struct timeval clock = { .tv_sec = CLOCK_SECONDS };
	struct event_base *base = p->config.base;

	p->pump = event_new(base, -1, 0, on_pump, p);
	p->retry = event_new(base, -1, 0, on_retry, p);
	p->clock = event_new(base, -1, EV_PERSIST, on_clock, p);
	if (!p->pump || !p->retry || !p->clock ||
	    event_add(p->clock, &clock))
		return -ENOMEM;
	return 0;
}

int publisher_open(struct publisher **out,
		   const struct publisher_config *config, char *why,
		   size_t size)
{
	struct publisher *p = calloc(1, sizeof(*p));
	int err;

	*out = NULL;
	snprintf(why, size, "out of memory");
	if (!p)
		return -ENOMEM;
	p->config = *config;
	p->pause = 1;
	TAILQ_INIT(&p->queue);
	TAILQ_INIT(&p->later);
	TAILQ_INIT(&p->unseen);
	TAILQ_INIT(&p->all);
	TAILQ_INIT(&p->searches);
	TAILQ_INIT(&p->faults);
	LIST_INIT(&p->works);
	phone_site_init(&p->site, config->conf);
	open_metrics(p);
	err = open_shelves(p, why, size);
	if (!err)
		err = open_events(p);
	if (!err)
		err = store_watch(config->store, publisher_on_change, p);
	if (!err)
		err = trust_keys_watch(config->keys, on_keys, p);
	if (err) {
		publisher_close(p);
		return err;
	}
	signer_changed(p);
	publisher_lists_recall(p);
	publisher_look_for_all(p);
	*out = p;
	return 0;
}

static void free_event(struct event **event)
{
	if (*event)
		event_free(*event);
	*event = NULL;
}

void publisher_close(struct publisher *p)
{
	if (!p)
		return;
	gauge(read_nothing, NULL);
	trust_keys_unwatch(p->config.keys, on_keys, p);
	store_unwatch(p->config.store, publisher_on_change, p);
	free_event(&p->pump);
	free_event(&p->retry);
	free_event(&p->clock);
	shelf_writer_free(p->writer);
	publisher_works_forget(p);
	publisher_searches_forget(p);
	publisher_faults_forget(p);
	tdestroy(p->tree, item_free);
	firmware_close(p->firmware);
	shelf_close(p->sources);
	shelf_close(p->shelf);
	explicit_bzero(p, sizeof(*p));
	free(p);
}
