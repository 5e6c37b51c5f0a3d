// SPDX-License-Identifier: GPL-2.0
/* SUBSCRIBE: who may watch which line, and what becomes of a change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal.h"
#include "sip/presence-parts.h"
#include "sip/uri.h"

enum { POLL_LINES = 512 };	/* looked at each second */

static struct sip_watched *find_line(struct sip_presence *presence,
				     int64_t line)
{
	struct sip_watched *watched;

	LIST_FOREACH(watched,
		     &presence->watched[(uint64_t)line % SIP_WATCHED_BUCKETS],
		     entry) {
		if (watched->line == line)
			return watched;
	}
	return NULL;
}

static struct sip_line_seen look(const struct sip_presence *presence,
				 int64_t line)
{
	const struct sip_presence_config *config = &presence->config;
	const struct sip_binding *binding;

	return (struct sip_line_seen){
		.is_registered = sip_location_line(config->sip, line, &binding,
						   1),
		.calls = config->line_state ?
			 config->line_state(config->arg, line) :
			 CALL_LINE_IDLE,
	};
}

struct sip_watched *sip_watched_find(struct sip_presence *presence,
				     int64_t line, const char *number)
{
	struct sip_watched *watched = find_line(presence, line);

	if (watched)
		return watched;
	watched = calloc(1, sizeof(*watched));
	if (!watched)
		return NULL;
	watched->line = line;
	snprintf(watched->number, sizeof(watched->number), "%s", number);
	watched->seen = look(presence, line);
	LIST_INIT(&watched->subscriptions);
	LIST_INSERT_HEAD(&presence->watched[(uint64_t)line %
					    SIP_WATCHED_BUCKETS],
			 watched, entry);
	return watched;
}

void sip_watched_settle(struct sip_watched *watched)
{
	if (!LIST_EMPTY(&watched->subscriptions) || watched->summary)
		return;
	LIST_REMOVE(watched, entry);
	free(watched);
}

struct sip_watcher *sip_watcher_find(struct sip_presence *presence,
				     const struct sip_peer *peer)
{
	size_t bucket = (uint64_t)peer->id % SIP_WATCHED_BUCKETS;
	struct sip_watcher *watcher;

	LIST_FOREACH(watcher, &presence->watchers[bucket], entry) {
		if (watcher->id == peer->id && watcher->kind == peer->kind)
			return watcher;
	}
	watcher = calloc(1, sizeof(*watcher));
	if (!watcher)
		return NULL;
	watcher->kind = peer->kind;
	watcher->id = peer->id;
	LIST_INSERT_HEAD(&presence->watchers[bucket], watcher, entry);
	return watcher;
}

void sip_watcher_settle(struct sip_watcher *watcher)
{
	if (watcher->count)
		return;
	LIST_REMOVE(watcher, entry);
	free(watcher);
}

/* Messages are told apart, by who brings them. */
static void compare(struct sip_presence *presence, struct sip_watched *watched)
{
	struct sip_line_seen now = look(presence, watched->line);
	struct sip_subscription *sub, *next;

	if (now.is_registered == watched->seen.is_registered &&
	    now.calls == watched->seen.calls)
		return;
	watched->seen = now;
	for (sub = LIST_FIRST(&watched->subscriptions); sub; sub = next) {
		next = LIST_NEXT(sub, entry);
		/* A failing one may take the line with it, if it is the last. */
		if (sub->package != SIP_MESSAGES && !sub->ends)
			sip_subscription_notify(sub, NULL);
	}
}

void sip_presence_changed(struct sip_presence *presence, int64_t line)
{
	struct sip_watched *watched = find_line(presence, line);

	if (watched)
		compare(presence, watched);
}

static void poll_all(evutil_socket_t fd, short what, void *arg)
{
	struct sip_presence *presence = arg;
	struct sip_watched *watched, *next;
	size_t i, bucket, lines = 0;

	(void)fd, (void)what;
	/* Looking costs: many lines take more than one turn. */
	for (i = 0; presence->count && lines < POLL_LINES &&
		    i < SIP_WATCHED_BUCKETS; i++) {
		bucket = presence->poll_next++ % SIP_WATCHED_BUCKETS;
		for (watched = LIST_FIRST(&presence->watched[bucket]); watched;
		     watched = next) {
			next = LIST_NEXT(watched, entry);
			compare(presence, watched);
			lines++;
		}
	}
}

struct watcher {
	int64_t css, group;
};

static int find_watcher(struct sip_presence *presence,
			enum sip_peer_kind kind, int64_t id,
			struct watcher *watcher)
{
	struct store_phone phone;
	struct store_trunk trunk;

	switch (kind) {
	case SIP_PEER_PHONE:
		if (store_phone_get(presence->config.store, id, &phone))
			return 403;
		*watcher = (struct watcher){ phone.css, phone.presence_group };
		return 0;
	case SIP_PEER_TRUNK:
		if (store_trunk_get(presence->config.store, id, &trunk))
			return 403;
		*watcher = (struct watcher){ trunk.css, trunk.presence_group };
		return 0;
	default:
		return 403;
	}
}

/* Messages are for the phones that have the line, whatever groups say. */
static bool has_line(struct sip_presence *presence,
		     const struct sip_request *req, int64_t line)
{
	enum { MAX = 16 };
	const struct sip_binding *bindings[MAX];
	size_t i, count;

	if (req->peer.kind != SIP_PEER_PHONE)
		return false;
	count = sip_location_phone(presence->config.sip, req->peer.id,
				   bindings, MAX);
	for (i = 0; i < count && i < MAX; i++) {
		if (bindings[i]->line == line)
			return true;
	}
	return false;
}

/* AUTHZ-3. 0 and the line, or a status and why. */
static int find_target(struct sip_presence *presence,
		       const struct sip_request *req, enum sip_package package,
		       struct store_line *line, const char **why)
{
	const osip_uri_t *uri = req->msg->req_uri;
	struct watcher watcher;
	int status, may;

	status = find_watcher(presence, req->peer.kind, req->peer.id, &watcher);
	*why = "the watcher is no phone and no trunk of ours";
	if (status)
		return status;
	*why = "no line has this number, for who asks";
	if (!uri->username || store_line_find(presence->config.store,
					      watcher.css, uri->username, line))
		return 404;
	*why = "presence group";
	if (package == SIP_MESSAGES) {
		*why = "messages of a line that the phone has not";
		may = has_line(presence, req, line->id);
	} else {
		may = store_may_watch(presence->config.store, watcher.group,
				      line->presence_group);
	}
	if (may < 0)
		*why = "the database cannot be read";
	return may > 0 ? 0 : may ? 500 : 403;
}

static void log_refused(const struct sip_request *req, int status,
			const char *why)
{
	const char *line = req->msg->req_uri->username;
	char code[16];

	if (!refusal_admit(req->peer.name))
		return;
	snprintf(code, sizeof(code), "%d", status);
	log_security("subscription-refused", "peer", req->peer.name, "line",
		     line ? line : "", "status", code, "reason", why, NULL);
}

/* Why it has to end now, in RFC 6665's words; NULL: it may go on. */
static const char *reason_to_end(const struct sip_subscription *sub)
{
	struct sip_presence *presence = sub->presence;
	struct store_line line;
	struct watcher watcher;

	if (store_line_get(presence->config.store, sub->watched->line, &line))
		return "noresource";
	if (find_watcher(presence, sub->watcher->kind, sub->watcher->id,
			 &watcher))
		return "rejected";
	if (sub->package == SIP_MESSAGES)
		return NULL;
	return store_may_watch(presence->config.store, watcher.group,
			       line.presence_group) > 0 ? NULL : "rejected";
}

static void recheck_line(struct sip_presence *presence,
			 struct sip_watched *watched)
{
	struct sip_subscription *sub, *next;
	struct store_line line;
	const char *reason;

	if (store_line_get(presence->config.store, watched->line, &line) ==
	    -ENOENT) {
		free(watched->summary);
		watched->summary = NULL;
	}
	if (LIST_EMPTY(&watched->subscriptions)) {
		sip_watched_settle(watched);
		return;
	}
	for (sub = LIST_FIRST(&watched->subscriptions); sub; sub = next) {
		next = LIST_NEXT(sub, entry);
		reason = sub->ends ? NULL : reason_to_end(sub);
		if (reason)
			sip_subscription_notify(sub, reason);
	}
}

void sip_presence_recheck(struct sip_presence *presence)
{
	struct sip_watched *watched, *next;
	size_t i;

	for (i = 0; i < SIP_WATCHED_BUCKETS; i++) {
		for (watched = LIST_FIRST(&presence->watched[i]); watched;
		     watched = next) {
			next = LIST_NEXT(watched, entry);
			recheck_line(presence, watched);
		}
	}
}

/* Nobody may have so many that nothing is left for others. */
static bool is_full(struct sip_presence *presence,
		    const struct sip_watcher *watcher)
{
	const struct sip_presence_config *config = &presence->config;

	return presence->count >= config->max ||
	       watcher->count >= config->max_of_peer;
}

/* The answer, and at once the state: section 4.2.1.1. */
static void grant(struct sip_subscription *sub, struct sip_request *req,
		  uint32_t seconds)
{
	osip_message_t *response = sip_response_new(req, 200, NULL);
	char text[16];

	snprintf(text, sizeof(text), "%u", seconds);
	if (!response ||
	    sip_contact_set(response, sip_dialog_user(req->msg->req_uri),
			    req->conn) ||
	    osip_message_set_header(response, "Expires", text)) {
		if (response)
			osip_message_free(response);
		sip_reply(req, 500, NULL, NULL);
		sip_subscription_free(sub);
		return;
	}
	sip_respond(req, response);
	if (seconds)
		sip_subscription_extend(sub, seconds);
	sip_subscription_notify(sub, seconds ? NULL : "timeout");
}

static void first(struct sip_presence *presence, struct sip_request *req)
{
	struct sip_subscription *sub;
	struct sip_watched *watched;
	struct sip_watcher *watcher;
	enum sip_package package;
	struct store_line line;
	const char *why;
	uint32_t seconds;
	int status;

	if (sip_subscribe_package(req, &package) ||
	    sip_subscribe_expires(presence, req, &seconds))
		return;
	status = find_target(presence, req, package, &line, &why);
	if (status) {
		log_refused(req, status, why);
		sip_reply(req, status, NULL, NULL);
		return;
	}
	/*
	 * Those who watch it already shall not learn less than this one. It
	 * may end what this very watcher had: so before he is looked up.
	 */
	sip_presence_changed(presence, line.id);
	watcher = sip_watcher_find(presence, &req->peer);
	if (!watcher || is_full(presence, watcher)) {
		if (watcher)
			sip_watcher_settle(watcher);
		log_refused(req, 503, "as many subscriptions as there may be");
		sip_reply(req, 503, NULL, "Retry-After", "60", NULL);
		return;
	}
	watched = sip_watched_find(presence, line.id, line.number);
	if (!watched) {
		sip_watcher_settle(watcher);
		sip_reply(req, 503, NULL, NULL);
		return;
	}
	sub = sip_subscription_new(presence, req, watched, watcher, package);
	if (!sub) {
		sip_reply(req, 400, NULL, NULL);
		return;
	}
	grant(sub, req, seconds);
}

static struct sip_subscription *find(struct sip_presence *presence,
				     const struct sip_request *req)
{
	struct sip_dialog *dialog = sip_dialog_find(presence->dialogs,
						    req->msg);
	struct sip_subscription *sub = dialog ? sip_dialog_owner(dialog) : NULL;

	return sub && !sub->ends && sub->watcher->kind == req->peer.kind &&
	       sub->watcher->id == req->peer.id ? sub : NULL;
}

static void again(struct sip_presence *presence, struct sip_request *req)
{
	struct sip_subscription *sub = find(presence, req);
	const char *event = sip_header(req->msg, "Event");
	uint32_t seconds;

	if (sub) {
		/* May find this one's peer to be gone. */
		sip_presence_changed(presence, sub->watched->line);
		sub = find(presence, req);
	}
	if (!sub) {
		sip_reply(req, 481, NULL, NULL);
		return;
	}
	if (!event || !sip_event_is(event, sip_package_names[sub->package].event)) {
		sip_reply(req, 489, NULL, NULL);
		return;
	}
	if (sip_subscribe_expires(presence, req, &seconds))
		return;
	if (sip_dialog_received(sub->dialog, req)) {
		sip_reply(req, 500, NULL, NULL);
		return;
	}
	grant(sub, req, seconds);
}

static void subscribed(void *arg, struct sip_request *req)
{
	if (sip_to_tag(req->msg))
		again(arg, req);
	else
		first(arg, req);
}

struct sip_presence *sip_presence_new(const struct sip_presence_config *config)
{
	struct sip_presence *presence = calloc(1, sizeof(*presence));
	struct timeval tv;
	uint64_t ms;

	if (!presence)
		return NULL;
	presence->config = *config;
	if (!config->second_ms)
		presence->config.second_ms = 1000;
	if (!config->max)
		presence->config.max = 32768;
	if (!config->max_of_peer)
		presence->config.max_of_peer = 512;
	ms = presence->config.second_ms;
	tv = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	presence->dialogs = sip_dialogs_new();
	presence->poll = event_new(config->base, -1, EV_PERSIST, poll_all,
				   presence);
	if (!presence->dialogs || !presence->poll ||
	    evtimer_add(presence->poll, &tv) ||
	    sip_handle(config->sip, "SUBSCRIBE", subscribed, presence) ||
	    sip_handle(config->sip, "NOTIFY", sip_messages_notified,
		       presence)) {
		sip_presence_free(presence);
		return NULL;
	}
	return presence;
}

static void free_watched(struct sip_watched *watched)
{
	struct sip_subscription *sub, *next;

	free(watched->summary);
	watched->summary = NULL;
	sub = LIST_FIRST(&watched->subscriptions);
	if (!sub)
		sip_watched_settle(watched);
	/* The last of them takes the line with it. */
	for (; sub; sub = next) {
		next = LIST_NEXT(sub, entry);
		sip_subscription_free(sub);
	}
}

void sip_presence_free(struct sip_presence *presence)
{
	size_t i;

	if (!presence)
		return;
	for (i = 0; i < SIP_WATCHED_BUCKETS; i++) {
		while (!LIST_EMPTY(&presence->watched[i]))
			free_watched(LIST_FIRST(&presence->watched[i]));
	}
	while (!LIST_EMPTY(&presence->tidings))
		sip_tidings_free(LIST_FIRST(&presence->tidings));
	if (presence->poll)
		event_free(presence->poll);
	sip_dialogs_free(presence->dialogs);
	free(presence);
}

size_t sip_presence_count(const struct sip_presence *presence)
{
	return presence->count;
}
