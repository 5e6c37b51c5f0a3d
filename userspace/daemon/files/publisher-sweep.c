// SPDX-License-Identifier: GPL-2.0
/*
 * Changes that concern many: whose files are to be looked at is found out bit by
 * bit, with the loop in between.
 */
#include <stdlib.h>

#include "files/publisher-parts.h"

struct search {
	struct publisher *publisher;
	int64_t profile;
	int64_t after;		/* the last that was found */
	bool found;		/* any, on this page */
	TAILQ_ENTRY(search) link;
};

static void begin(struct publisher *p)
{
	if (p->pump)
		event_active(p->pump, 0, 0);
}

void publisher_all(struct publisher *p)
{
	p->sweep++;
	begin(p);
}

void publisher_search(struct publisher *p, int64_t profile)
{
	struct search *search;

	TAILQ_FOREACH(search, &p->searches, link) {
		if (search->profile != profile)
			continue;
		search->after = 0;
		return;
	}
	search = calloc(1, sizeof(*search));
	if (!search) {
		publisher_failed_all(p, "phones", "no memory");
		return;
	}
	search->publisher = p;
	search->profile = profile;
	TAILQ_INSERT_TAIL(&p->searches, search, link);
	begin(p);
}

static int queue_found(void *ctx, int64_t id, const char *name)
{
	struct search *search = ctx;
	struct publisher *p = search->publisher;

	search->after = id;
	search->found = true;
	publisher_queue(p, publisher_item(p, ITEM_PHONE, name));
	return 0;
}

static void end(struct publisher *p, struct search *search)
{
	TAILQ_REMOVE(&p->searches, search, link);
	free(search);
}

/* A page of it. */
static bool search_next(struct publisher *p)
{
	struct search *search = TAILQ_FIRST(&p->searches);
	int err;

	if (!search)
		return false;
	search->found = false;
	err = store_phone_page(p->config.store, search->profile, search->after,
			       queue_found, search);
	if (err)
		publisher_failed_all(p, "phones",
				     "they cannot be listed");
	if (err || !search->found)
		end(p, search);
	return true;
}

static bool all_swept(const struct publisher *p)
{
	const struct item *item = TAILQ_FIRST(&p->all);

	return !item || item->sweep == p->sweep;
}

bool publisher_sweep_next(struct publisher *p)
{
	struct item *item = TAILQ_FIRST(&p->all);

	if (all_swept(p))
		return search_next(p);
	item->sweep = p->sweep;
	TAILQ_REMOVE(&p->all, item, all_link);
	TAILQ_INSERT_TAIL(&p->all, item, all_link);
	publisher_queue(p, item);
	return true;
}

bool publisher_sweeps(const struct publisher *p)
{
	return !all_swept(p) || !TAILQ_EMPTY(&p->searches);
}

void publisher_searches_forget(struct publisher *p)
{
	while (!TAILQ_EMPTY(&p->searches))
		end(p, TAILQ_FIRST(&p->searches));
}
