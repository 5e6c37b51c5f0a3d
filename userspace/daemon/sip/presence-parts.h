/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of presence share. */
#ifndef SIP_PRESENCE_PARTS_H
#define SIP_PRESENCE_PARTS_H

#include <event2/event.h>
#include <sys/queue.h>

#include "log.h"
#include "sip/presence.h"

enum sip_package { SIP_PRESENCE, SIP_DIALOG, SIP_MESSAGES, SIP_PACKAGES };

enum {
	SIP_WATCHED_BUCKETS = 1024,
	SIP_SUMMARY_MAX = 1024,		/* of a message summary */
	SIP_PRESENCE_BODY = 2048,
	SIP_MIN_EXPIRES = 60,
};

extern const struct sip_package_names {
	const char *event, *type;
} sip_package_names[SIP_PACKAGES];

/* What is known of a line, as its watchers are told. */
struct sip_line_seen {
	bool is_registered;
	enum call_line_state calls;
};

/* A line that somebody watches, or that has messages. */
struct sip_watched {
	LIST_ENTRY(sip_watched) entry;
	int64_t line;
	char number[STORE_NUMBER_SIZE];
	struct sip_line_seen seen;
	char *summary;			/* as it came last; NULL: none yet */
	LIST_HEAD(, sip_subscription) subscriptions;
};

/* A phone or trunk, as long as it has subscriptions. */
struct sip_watcher {
	LIST_ENTRY(sip_watcher) entry;
	enum sip_peer_kind kind;
	int64_t id;
	unsigned int count;
};

struct sip_subscription {
	LIST_ENTRY(sip_subscription) entry;
	struct sip_presence *presence;
	struct sip_watched *watched;
	struct sip_watcher *watcher;
	enum sip_package package;
	char id[32];			/* of Event, or "" */
	struct sip_dialog *dialog;
	struct sip_client *client;	/* a NOTIFY under way */
	bool is_behind;			/* the next one is due after it */
	const char *ends;		/* reason of the last one; NULL */
	uint32_t version;		/* of dialog-info */
	int64_t expires;		/* ms of the monotonic clock */
	struct event *timer;
};

/* A NOTIFY that belongs to no subscription. */
struct sip_tidings {
	LIST_ENTRY(sip_tidings) entry;
	struct sip_presence *presence;
	struct sip_client *client;
};

struct sip_presence {
	struct sip_presence_config config;
	struct sip_dialogs *dialogs;
	LIST_HEAD(, sip_watched) watched[SIP_WATCHED_BUCKETS];
	LIST_HEAD(, sip_watcher) watchers[SIP_WATCHED_BUCKETS];
	LIST_HEAD(, sip_tidings) tidings;
	size_t tidings_count;
	size_t count;
	struct event *poll;
	size_t poll_next;		/* bucket */
};

/* presence.c */
struct sip_watched *sip_watched_find(struct sip_presence *presence,
				     int64_t line, const char *number);
/* Not needed any more? Then it is freed. */
void sip_watched_settle(struct sip_watched *watched);

/* Made if there is none; NULL without memory. */
struct sip_watcher *sip_watcher_find(struct sip_presence *presence,
				     const struct sip_peer *peer);
void sip_watcher_settle(struct sip_watcher *watcher);

/* subscription.c */
/* With a response to come by the caller. NULL without memory or Contact. */
struct sip_subscription *sip_subscription_new(struct sip_presence *presence,
					      const struct sip_request *req,
					      struct sip_watched *watched,
					      struct sip_watcher *watcher,
					      enum sip_package package);
void sip_subscription_free(struct sip_subscription *sub);
void sip_subscription_extend(struct sip_subscription *sub, uint32_t seconds);
/* The state as it is now; @ends: for the last time, with this reason. */
void sip_subscription_notify(struct sip_subscription *sub, const char *ends);

/* presence-request.c */
/* Is that the package of an Event header, whatever its parameters? */
bool sip_event_is(const char *event, const char *name);
/* These two: 0, or the status that was answered already. */
int sip_subscribe_package(struct sip_request *req, enum sip_package *package);
/* In seconds. */
int sip_subscribe_expires(struct sip_presence *presence,
			  struct sip_request *req, uint32_t *seconds);

/* presence-body.c */
/* Bytes, or -ENOSPC. 0: there is nothing to tell yet. */
int sip_presence_body(const struct sip_subscription *sub, char *buf,
		      size_t size);

/* messages.c */
void sip_messages_notified(void *arg, struct sip_request *req);
void sip_tidings_free(struct sip_tidings *tidings);

#endif /* SIP_PRESENCE_PARTS_H */
