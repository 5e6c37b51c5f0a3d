/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of keyd's keys share.
 */
#ifndef TRUST_KEYS_PARTS_H
#define TRUST_KEYS_PARTS_H

#include "trust/keys.h"

struct event;
struct key_provider;

struct key_set {
	struct trust_key *list;
	size_t count;
};

struct key_watcher {
	trust_keys_watcher fn;	/* NULL: gone while others were told */
	void *arg;
};

/* Of the start, until all is there: the loop runs inside of it. */
struct key_opening {
	struct event *patience, *again;
	bool connected, done;
	bool is_last;	/* patience, the second time */
	struct keyd_which making;
	char cn[KEYD_TEXT];		/* of what is being made */
	int err;
	char *why;
	size_t size;
};

struct trust_keys {
	struct event_base *base;
	const struct conf *conf;
	struct keyd_client *client;
	struct key_provider *provider;
	struct key_set now, heard;	/* heard: of a LIST under way */
	int heard_err;
	bool listing, again;		/* again: once more after this LIST */
	bool fresh;			/* connected, and not told yet */
	int64_t since;			/* of being up, or down */
	struct key_watcher *watchers;
	size_t watcher_count;
	struct key_opening *opening;	/* NULL: it is over */
	union keyd_buffer request;	/* between filling and sending alone */
};

/* keys.c: client and provider; 0 or -ENOMEM */
int trust_keys_connect(struct trust_keys *keys, const char *path);
/* keys-make.c: what is missing, one by one; called after each LIST */
void trust_keys_make(struct trust_keys *keys);

#endif /* TRUST_KEYS_PARTS_H */
