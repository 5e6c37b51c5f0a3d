// SPDX-License-Identifier: GPL-2.0
/*
 * A call's media as the daemon knows it: lines, sides, what is agreed and what
 * is being negotiated. Nothing here talks to mediad.
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "call/media-internal.h"

struct call_media *call_media_new(struct call_media_system *system,
				  const uint8_t id[CALL_MEDIA_ID_LEN],
				  call_media_event_fn fn, void *arg)
{
	struct call_media *media = calloc(1, sizeof(*media));

	if (!media)
		return NULL;
	media->system = system;
	media->fn = fn;
	media->arg = arg;
	media->family[CALL_LEG_A] = AF_INET;
	media->family[CALL_LEG_B] = AF_INET;
	memcpy(media->id, id, sizeof(media->id));
	LIST_INIT(&media->queries);
	LIST_INSERT_HEAD(media_bucket(system, id), media, node);
	return media;
}

void media_stage_wipe(struct media_line *line)
{
	if (!line->stage)
		return;
	explicit_bzero(line->stage, sizeof(*line->stage));
	free(line->stage);
	line->stage = NULL;
}

static void forget(struct call_media *media)
{
	for (unsigned int i = 0; i < CALL_LINES; i++) {
		if (!media->lines[i])
			continue;
		media_stage_wipe(media->lines[i]);
		explicit_bzero(media->lines[i], sizeof(*media->lines[i]));
		free(media->lines[i]);
	}
	media_queries_cancel(media);
	if (media->job.tick)
		event_free(media->job.tick);
	LIST_REMOVE(media, node);
	free(media);
}

void call_media_leave(struct call_media *media)
{
	media_job_cancel(media);
	forget(media);
}

/* All streams of the call, those under way included. */
static void flush(struct call_media *media)
{
	union mediad_message request = { 0 };

	request.head.type = MEDIAD_FLUSH;
	memcpy(request.which.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	memcpy(request.which.cookie + MEDIAD_MAGIC_LEN, media->id,
	       sizeof(media->id));
	request.which.cookie_len = MEDIAD_MAGIC_LEN + sizeof(media->id);
	call_mediad_send(media->system->mediad, &request, NULL, NULL, NULL);
}

void call_media_free(struct call_media *media)
{
	bool under_way;

	if (!media)
		return;
	under_way = media->job.kind != JOB_NONE;
	media_job_cancel(media);
	/* A stream whose id has not come yet can only be named by its cookie. */
	if (under_way && media->system->mediad)
		flush(media);
	for (unsigned int i = 0; i < CALL_LINES; i++) {
		for (int leg = 0; media->lines[i] && leg < LEGS; leg++) {
			if (media->lines[i]->stream[leg] && !under_way)
				media_stream_del(media, i, (enum call_leg)leg,
						 NULL, NULL, NULL);
		}
		for (int leg = 0; media->lines[i] && leg < LEGS; leg++)
			media_ports_release(media, &media->lines[i]->side[leg],
					    (enum call_leg)leg);
	}
	forget(media);
}

bool call_media_is_anchored(const struct call_media *media)
{
	return media->system->conf.anchored;
}

void call_media_set_leg(struct call_media *media, enum call_leg leg,
			enum call_realm realm, int family)
{
	media->realm[leg] = realm;
	media->family[leg] = family;
}

struct media_line *media_line_get(struct call_media *media, unsigned int line)
{
	if (line >= CALL_LINES)
		return NULL;
	if (!media->lines[line])
		media->lines[line] = calloc(1, sizeof(**media->lines));
	return media->lines[line];
}

static struct media_stage *stage_of(struct call_media *media,
				    unsigned int line)
{
	struct media_line *l = media_line_get(media, line);

	if (l && !l->stage)
		l->stage = calloc(1, sizeof(*l->stage));
	return l ? l->stage : NULL;
}

const struct call_local *call_media_local(const struct call_media *media,
					  unsigned int line,
					  enum call_leg leg)
{
	static const struct call_local none;

	if (line >= CALL_LINES || !media->lines[line])
		return &none;
	return &media->lines[line]->side[leg].local;
}

int call_media_stage_peer(struct call_media *media, unsigned int line,
			  enum call_leg leg, const struct call_peer *peer)
{
	struct media_stage *stage = stage_of(media, line);

	if (!stage)
		return line < CALL_LINES ? -ENOMEM : -EINVAL;
	stage->off = false;
	stage->peer[leg] = *peer;
	stage->has_peer[leg] = true;
	return 0;
}

void call_media_stage_off(struct call_media *media, unsigned int line)
{
	struct media_stage *stage;

	/* A line that never was needs no end. */
	if (line >= CALL_LINES || !media->lines[line])
		return;
	stage = stage_of(media, line);
	if (stage)
		stage->off = true;
}

/* Of the keys a peer sends with: enough to see whether they are new. */
static void print_keys(const struct call_crypto *crypto,
		       uint8_t print[PRINT_LEN])
{
	if (EVP_Digest(crypto, sizeof(*crypto), print, NULL, EVP_sha256(),
		       NULL) != 1)
		memset(print, 0, PRINT_LEN);
}

void media_side_next(const struct media_line *line, enum call_leg leg,
		     struct media_side *next)
{
	const struct media_stage *stage = line->stage;
	const struct call_peer *peer;

	*next = line->side[leg];
	if (!stage)
		return;
	if (stage->has_peer[leg]) {
		peer = &stage->peer[leg];
		/* On hold the address is none; what was there stays. */
		if (peer->addr.family != AF_UNSPEC) {
			next->addr = peer->addr;
			next->port = peer->port;
			next->rtcp_port = peer->rtcp_mux ? 0 : peer->rtcp_port;
		}
		next->mux = peer->rtcp_mux;
		next->sends = peer->sends;
		next->receives = peer->receives;
		next->rx = peer->rx.suite;
		print_keys(&peer->rx, next->rx_print);
	}
	if (stage->has_own[leg]) {
		next->tx = stage->own[leg];
		memset(&next->key, 0, sizeof(next->key));
		if (next->tx)
			next->key = stage->given[leg]
						[call_suite_rank(next->tx)];
		next->ending = next->ending &&
			call_key_equal(&next->key, &line->side[leg].key);
	}
}

static bool same_addr(const struct call_addr *a, const struct call_addr *b)
{
	if (a->family != b->family)
		return false;
	return !memcmp(&a->v6, &b->v6, a->family == AF_INET ?
		       sizeof(a->v4) : sizeof(a->v6));
}

/*
 * May the leg be told its present key again? Only if the stream that sends to
 * it goes on: a key that was in one stream must not come into another, where
 * the indices start anew (RFC 3711 9.1). And only towards the same transport
 * address: who sits at another one does not know the rollover counter.
 */
static bool key_goes_on(const struct call_media *media,
			const struct media_line *line, enum call_leg leg,
			const struct call_suite *suite)
{
	const struct media_side *side = &line->side[leg];
	const struct media_stage *stage = line->stage;
	enum call_leg from = call_other_leg(leg);

	if (!line->active || side->tx != suite || !side->key.len ||
	    side->ending || media_stream_must_go(line, from))
		return false;
	if (media->system->conf.anchored && !line->stream[from])
		return false;
	if (!stage->has_peer[leg] ||
	    stage->peer[leg].addr.family == AF_UNSPEC)
		return true;
	return same_addr(&stage->peer[leg].addr, &side->addr) &&
	       stage->peer[leg].port == side->port;
}

int call_media_own_key(struct call_media *media, unsigned int line,
		       enum call_leg leg, const struct call_suite *suite,
		       struct call_key *key)
{
	struct media_stage *stage = stage_of(media, line);
	struct call_key *given;
	int err;

	if (!stage)
		return line < CALL_LINES ? -ENOMEM : -EINVAL;
	given = &stage->given[leg][call_suite_rank(suite)];
	if (!given->len) {
		if (key_goes_on(media, media->lines[line], leg, suite)) {
			*given = media->lines[line]->side[leg].key;
		} else {
			err = call_key_new(given, suite);
			if (err)
				return err;
		}
	}
	*key = *given;
	return 0;
}

int call_media_stage_own(struct call_media *media, unsigned int line,
			 enum call_leg leg, const struct call_suite *suite)
{
	struct media_stage *stage = stage_of(media, line);
	struct call_key *given;

	if (!stage)
		return line < CALL_LINES ? -ENOMEM : -EINVAL;
	/*
	 * It was told before. In the second answer of a round that may have
	 * been before the first was applied: then it is the present one.
	 */
	given = suite ? &stage->given[leg][call_suite_rank(suite)] : NULL;
	if (given && !given->len && media->lines[line]->side[leg].tx == suite)
		*given = media->lines[line]->side[leg].key;
	if (given && !given->len)
		return -EINVAL;
	stage->own[leg] = suite;
	stage->has_own[leg] = true;
	return 0;
}

void call_media_rollback(struct call_media *media)
{
	for (unsigned int i = 0; i < CALL_LINES; i++)
		if (media->lines[i])
			media_stage_wipe(media->lines[i]);
}

static bool holds_key(const struct media_line *line,
		      const struct call_key *key)
{
	for (int leg = 0; leg < LEGS; leg++) {
		if (call_key_equal(&line->side[leg].key, key))
			return true;
		for (int i = 0; line->stage && i < CALL_SUITES; i++)
			if (call_key_equal(&line->stage->given[leg][i], key))
				return true;
	}
	return false;
}

bool call_media_is_own_key(const struct call_media *media,
			   const struct call_key *key)
{
	for (unsigned int i = 0; i < CALL_LINES && key->len; i++)
		if (media->lines[i] && holds_key(media->lines[i], key))
			return true;
	return false;
}

void call_media_state(const struct call_media *media, unsigned int line,
		      enum call_leg leg, struct call_side_state *state)
{
	const struct media_side *side;

	memset(state, 0, sizeof(*state));
	if (line >= CALL_LINES || !media->lines[line])
		return;
	side = &media->lines[line]->side[leg];
	state->active = media->lines[line]->active;
	state->rx = side->rx;
	state->tx = side->tx;
	state->local = side->local;
	state->addr = side->addr;
	state->port = side->port;
}

const char *call_media_event_about(enum call_media_event event)
{
	switch (event) {
	case CALL_MEDIA_SILENT:
		return "no media arrives";
	case CALL_MEDIA_LATCHED:
		return "media comes from another source than signalled";
	case CALL_MEDIA_FORGED:
		return "many packets fail authentication";
	case CALL_MEDIA_REPLAYED:
		return "many packets are replays";
	case CALL_MEDIA_KEY_ENDS:
		return "a key nears its last packet";
	case CALL_MEDIA_SSRCS:
		return "more sources than the stream may have";
	case CALL_MEDIA_LOST:
		return "the kernel lost the stream";
	}
	return "unknown event";
}
