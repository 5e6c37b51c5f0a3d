// SPDX-License-Identifier: GPL-2.0
/*
 * All calls' media together: port ranges, events from the kernel, and bringing
 * mediad's knowledge and ours together whenever it or we came anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/media-internal.h"

struct media_list *media_bucket(struct call_media_system *system,
				const uint8_t *id)
{
	/* Ids are random. */
	return &system->medias[(id[0] | id[1] << 8) % MEDIA_BUCKETS];
}

static struct call_media *find(struct call_media_system *system,
			       const uint8_t *cookie)
{
	const uint8_t *id = cookie + MEDIAD_MAGIC_LEN;
	struct call_media *media;

	LIST_FOREACH(media, media_bucket(system, id), node)
		if (!memcmp(media->id, id, sizeof(media->id)))
			return media;
	return NULL;
}

/* The line and leg a cookie names, if the call has them. */
static struct media_line *place(struct call_media *media,
				const uint8_t *cookie, unsigned int *line,
				enum call_leg *from)
{
	const uint8_t *at = cookie + MEDIAD_MAGIC_LEN + CALL_MEDIA_ID_LEN;

	if (at[0] >= CALL_LINES || at[1] >= LEGS)
		return NULL;
	*line = at[0];
	*from = (enum call_leg)at[1];
	return media->lines[at[0]];
}

static void lost(struct call_media *media, unsigned int line,
		 enum call_leg from)
{
	/* A key that was in a lost stream will not come into the next. */
	media->lines[line]->stream[from] = 0;
	if (media->fn)
		media->fn(media->arg, line, from, CALL_MEDIA_LOST, 0);
}

static int event_of(uint32_t kind)
{
	switch (kind) {
	case MEDIAD_GONE:
		return CALL_MEDIA_LOST;
	case MEDIAD_NO_MEDIA:
		return CALL_MEDIA_SILENT;
	case MEDIAD_LATCHED:
		return CALL_MEDIA_LATCHED;
	case MEDIAD_AUTH_BURST:
		return CALL_MEDIA_FORGED;
	case MEDIAD_REPLAY_BURST:
		return CALL_MEDIA_REPLAYED;
	case MEDIAD_KEY_NEAR_END:
		return CALL_MEDIA_KEY_ENDS;
	case MEDIAD_SSRC_LIMIT:
		return CALL_MEDIA_SSRCS;
	}
	return -EINVAL;
}

static void reconcile(struct call_media_system *system);

static void on_event(void *arg, const struct mediad_event *event)
{
	struct call_media_system *system = arg;
	struct call_media *media;
	struct media_line *l;
	enum call_leg from;
	unsigned int line;
	int kind;

	if (event->kind == MEDIAD_EVENTS_LOST) {
		reconcile(system);
		return;
	}
	media = find(system, event->cookie);
	l = media ? place(media, event->cookie, &line, &from) : NULL;
	/* An id that is not ours now: the end of one that we removed. */
	if (!l || l->stream[from] != event->stream)
		return;
	kind = event_of(event->kind);
	if (kind == CALL_MEDIA_KEY_ENDS)
		l->side[call_other_leg(from)].ending = true;
	if (kind == CALL_MEDIA_LOST)
		lost(media, line, from);
	else if (kind >= 0 && media->fn)
		media->fn(media->arg, line, from,
			  (enum call_media_event)kind, event->count);
}

static void del_stranger(struct call_media_system *system,
			 const struct mediad_item *item)
{
	union mediad_message request = { 0 };

	request.head.type = MEDIAD_DEL;
	memcpy(request.which.cookie, item->cookie, MEDIAD_COOKIE_LEN);
	request.which.cookie_len = MEDIAD_COOKIE_LEN;
	request.which.stream = item->stream;
	call_mediad_send(system->mediad, &request, NULL, NULL, NULL);
}

static void meet(struct call_media_system *system,
		 const struct mediad_item *item)
{
	struct call_media *media = find(system, item->cookie);
	struct media_line *l;
	enum call_leg from;
	unsigned int line;

	/* Under way: its ids are not settled yet. */
	if (media && media->job.kind != JOB_NONE)
		return;
	l = media ? place(media, item->cookie, &line, &from) : NULL;
	if (l && l->stream[from] == item->stream)
		l->seen[from] = true;
	else
		del_stranger(system, item);
}

/* Those that were there before the list was asked for, and are not in it. */
static void miss(struct call_media *media)
{
	for (unsigned int i = 0; i < CALL_LINES; i++)
		for (int leg = 0; media->lines[i] && leg < LEGS; leg++)
			if (media->lines[i]->stream[leg] &&
			    !media->lines[i]->seen[leg])
				lost(media, i, (enum call_leg)leg);
}

typedef void (*each_fn)(struct call_media *media);

static void each(struct call_media_system *system, each_fn fn)
{
	struct call_media *media, *next;

	for (int i = 0; i < MEDIA_BUCKETS; i++)
		for (media = LIST_FIRST(&system->medias[i]); media;
		     media = next) {
			next = LIST_NEXT(media, node);
			fn(media);
		}
}

/*
 * A pause is told once. One that began while we did not listen, or before
 * there was another idle time, is told again once that has gone by.
 */
static void watch(struct call_media *media)
{
	union mediad_message request;

	media->watch_due = media->job.kind != JOB_NONE;
	for (unsigned int i = 0; i < CALL_LINES && !media->watch_due; i++) {
		for (int leg = 0; media->lines[i] && leg < LEGS; leg++) {
			memset(&request, 0, sizeof(request));
			if (media_stream_again(media, i, (enum call_leg)leg,
					       &request))
				call_mediad_send(media->system->mediad,
						 &request, NULL, NULL, NULL);
		}
	}
}

void media_watch_later(struct call_media *media)
{
	if (media->watch_due && media->system->mediad)
		watch(media);
}

static void listed(void *arg, int err, const union mediad_message *reply)
{
	struct call_media_system *system = arg;

	if (!err && reply && reply->head.type == MEDIAD_ITEM) {
		meet(system, &reply->item);
	} else if (!err) {
		each(system, miss);
		each(system, watch);
	}
}

static void reserve_again(struct call_media *media)
{
	for (unsigned int i = 0; i < CALL_LINES; i++) {
		for (int leg = 0; media->lines[i] && leg < LEGS; leg++) {
			const struct media_side *side =
				&media->lines[i]->side[leg];
			union mediad_message request = { 0 };

			media->lines[i]->seen[leg] = false;
			if (!side->reserved)
				continue;
			request.head.type = MEDIAD_RESERVE;
			media_ports_request(&side->local, &request);
			call_mediad_send(media->system->mediad, &request,
					 NULL, NULL, NULL);
		}
	}
}

/*
 * Requests are answered in their order: when SWEEP comes all ports of ours are
 * named, when the list ends all that it has is known.
 */
static void reconcile(struct call_media_system *system)
{
	union mediad_message request = { 0 };

	if (!system->swept || !call_mediad_is_up(system->mediad))
		return;
	each(system, reserve_again);
	request.head.type = MEDIAD_SWEEP;
	call_mediad_send(system->mediad, &request, NULL, NULL, NULL);
	memset(&request, 0, sizeof(request));
	request.head.type = MEDIAD_LIST;
	memcpy(request.which.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	request.which.cookie_len = MEDIAD_MAGIC_LEN;
	call_mediad_send(system->mediad, &request, listed, system, NULL);
}

int call_media_system_sweep(struct call_media_system *system)
{
	system->swept = true;
	if (!system->mediad)
		return system->conf.anchored ? -ECONNREFUSED : 0;
	reconcile(system);
	return 0;
}

void call_media_system_set_idle(struct call_media_system *system,
				uint32_t seconds)
{
	if (system->conf.idle == seconds)
		return;
	system->conf.idle = seconds;
	/* Without a connection it is done when there is one. */
	if (system->mediad && call_mediad_is_up(system->mediad))
		each(system, watch);
}

static void on_up(void *arg)
{
	reconcile(arg);
}

static bool ranges_equal(const struct call_range *a, const struct call_range *b)
{
	return a->addr.family == b->addr.family && a->first == b->first &&
	       a->last == b->last &&
	       !memcmp(&a->addr.v6, &b->addr.v6, a->addr.family == AF_INET6 ?
		       sizeof(a->addr.v6) : sizeof(a->addr.v4));
}

static int make_ports(struct call_media_system *system)
{
	for (int realm = 0; realm < CALL_REALMS; realm++) {
		for (int v = 0; v < 2; v++) {
			const struct call_range *range =
				&system->conf.ranges[realm][v];

			if (range->addr.family == AF_UNSPEC)
				continue;
			/* One range for both realms: one set of ports. */
			if (realm == CALL_REALM_TRUNK && ranges_equal(
			    range, &system->conf.ranges[CALL_REALM_LINE][v])) {
				system->ports[realm][v] =
					system->ports[CALL_REALM_LINE][v];
				continue;
			}
			system->ports[realm][v] = call_ports_new(range->first,
								 range->last);
			if (!system->ports[realm][v])
				return -EINVAL;
		}
	}
	return 0;
}

struct call_media_system *
call_media_system_new(struct event_base *base,
		      const struct call_media_conf *conf,
		      struct call_mediad *mediad)
{
	static const struct call_mediad_ops ops = {
		.up = on_up,
		.event = on_event,
	};
	struct call_media_system *system = calloc(1, sizeof(*system));

	if (!system)
		return NULL;
	system->base = base;
	system->conf = *conf;
	system->mediad = mediad;
	for (int i = 0; i < MEDIA_BUCKETS; i++)
		LIST_INIT(&system->medias[i]);
	if (make_ports(system)) {
		call_media_system_free(system);
		return NULL;
	}
	if (mediad)
		call_mediad_follow(mediad, &ops, system);
	return system;
}

void call_media_system_free(struct call_media_system *system)
{
	if (!system)
		return;
	if (system->mediad)
		call_mediad_follow(system->mediad, NULL, NULL);
	for (int v = 0; v < 2; v++) {
		struct call_ports **line = &system->ports[CALL_REALM_LINE][v];
		struct call_ports **trunk = &system->ports[CALL_REALM_TRUNK][v];

		if (*trunk != *line)
			call_ports_free(*trunk);
		call_ports_free(*line);
	}
	free(system);
}
