/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CTL and ITL that phones are given: made of our certificates, signed by keyd,
 * published.
 *
 * The ITL follows by itself whatever it is made of. The CTL is made when the
 * cluster's mode changes, and from then on where an administrator asks for it,
 * as phones must be reset then. For the loop's thread.
 */
#ifndef TRUST_LISTS_H
#define TRUST_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/list.h"

struct conf;
struct event_base;
struct lists;
struct publisher;
struct store;
struct tokens;
struct trust_keys;

struct lists_config {
	struct event_base *base;
	struct store *store;		/* watched for changes */
	struct trust_keys *keys;	/* watched, too */
	struct publisher *publisher;
	struct tokens *tokens;		/* who may sign CTLs; NULL: none */
	const struct conf *conf;	/* our name and address */
};

/* Begins with what is not as it should be. @why gets a sentence. */
int lists_open(struct lists **lists, const struct lists_config *config,
	       char *why, size_t size);
/* What was asked for and is not done is told -ESHUTDOWN from within. */
void lists_close(struct lists *lists);

/* err: 0 or -errno, with a sentence that is good during the call. */
typedef void (*lists_done)(void *arg, int err, const char *why);

/*
 * Both lists as they should be; what is so already is not signed again. @done
 * when they are published, or why they are not: not from within the call, but
 * for want of memory.
 */
void lists_update(struct lists *lists, lists_done done, void *arg);
/* The same without a CTL that is out of date: what follows by itself. */
void lists_follow(struct lists *lists, lists_done done, void *arg);
/*
 * The CTL of that mode, whatever the store says: who changes the mode does this
 * first, and lists_settle() when the store has it, or has refused it.
 */
void lists_switch(struct lists *lists, bool mixed, lists_done done, void *arg);
void lists_settle(struct lists *lists);

struct lists_status {
	bool there;		/* it is published */
	bool mixed;		/* a CTL with keys of our services */
	/* what should be in it is something else; of a CTL: update it */
	bool stale;
	char why[160];		/* what is wrong with it, or "" */
};

/* Of what is published now; @data, may be NULL, is to be freed. */
void lists_status(struct lists *lists, enum trust_kind kind,
		  struct lists_status *status, uint8_t **data, size_t *len);

/*
 * May ITLRecovery's next key take over? Phones must have been given lists with
 * it, and the time to fetch them: else they believe no list any more. 0, or
 * -EPERM and a sentence. Whoever has keyd promote it asks here first.
 */
int lists_may_promote(struct lists *lists, char *why, size_t size);
/* When that will be, in seconds since 1970; 0: nobody has been told of it. */
int64_t lists_promotion_time(struct lists *lists);

#endif /* TRUST_LISTS_H */
