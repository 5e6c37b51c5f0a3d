/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What must follow when certificates that phones know have changed: the lists,
 * and phones that read them.
 *
 * Kept is what the lists were last written of and what phones were last told;
 * all the rest is the difference to what is there. So nothing is forgotten when
 * the daemon dies between a change and its follow-up.
 */
#ifndef TRUST_FOLLOWUP_H
#define TRUST_FOLLOWUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "keyd/service.h"

struct conf;
struct event_base;
struct followup;
struct store;
struct trust_keys;

/* 0 or -errno with a sentence. */
typedef void (*followup_done)(void *arg, int err, const char *why);

struct followup_config {
	struct event_base *base;
	struct store *store;
	struct trust_keys *keys;
	const struct conf *conf;
	/* CTL and ITL as they should be; calls back once. */
	void (*publish)(void *arg, followup_done done, void *done_arg);
	/* All phones start anew. {"told", "not_registered", ...} or NULL */
	json_t *(*reset)(void *arg);
	void *arg;
};

/* What there is at the first start is known to all. @why gets a sentence. */
int followup_open(struct followup **followup,
		  const struct followup_config *config, char *why, size_t size);
/* What is under way is told -ECANCELED. */
void followup_close(struct followup *followup);

/* {"changed": names, "steps": [{"step", "about"}]}; both empty: all is done. */
json_t *followup_show(const struct followup *followup);

/*
 * Has another one changed that phones believe lists by, and do not know? Then this
 * one must wait. NULL, or a sentence, which is in @why.
 */
const char *followup_waits(const struct followup *followup,
			   enum keyd_service service, char *why, size_t size);

/*
 * May that key change now, so that no phone is locked out? NULL, or why not as a
 * sentence, which is in @why.
 */
const char *followup_forbids(const struct followup *followup,
			     enum keyd_service service, char *why,
			     size_t size);

/*
 * Does the steps that are due. @done once, with what was done of them, a member
 * for each, which it may keep; -EALREADY: it is under way, and never called.
 */
typedef void (*followup_ran)(void *arg, int err, const char *why,
			     json_t *result);
int followup_run(struct followup *followup, followup_ran done, void *arg);

#endif /* TRUST_FOLLOWUP_H */
