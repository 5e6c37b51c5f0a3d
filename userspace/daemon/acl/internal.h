/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of acl/.
 */
#ifndef ACL_INTERNAL_H
#define ACL_INTERNAL_H

#include <time.h>

#include "acl/compile.h"

struct event;

struct acl {
	struct acl_config config;
	struct call_mediad *mediad;
	struct event *timer;		/* something is to be done */
	struct event *check;		/* is it still as we left it? */
	int64_t started, due;		/* ms, monotonic; of the timer */

	struct acl_policy policy;	/* of the set */
	struct mediad_acl_params params;
	struct acl_set set;		/* in force, or on its way there */
	uint32_t trunks, prefixes;	/* in the kernel, ours and others' */
	uint32_t generation;		/* that we made */
	uint32_t mark;			/* as we heard it */

	/* The set on its way: what is next, and how much is unanswered. */
	bool running, again;		/* again: changed meanwhile */
	int phase;
	size_t object, prefix;		/* next */
	unsigned int unanswered;
	int err;			/* the first one, and its sentence */
	char why[MEDIAD_SENTENCE_LEN];

	bool in_step;
	time_t since;			/* when it came to be so */
	unsigned int failures;		/* in a row */
	char told[MEDIAD_SENTENCE_LEN];	/* why it is not in step, or "" */
	uint64_t commits, refusals, bursts;
};

/* sync.c: to be done in a moment */
void acl_arm(struct acl *acl, unsigned int ms);
void acl_in_step(struct acl *acl);
void acl_out_of_step(struct acl *acl, const char *why);

/* send.c: a set on its way; ends in acl_sent() */
void acl_send(struct acl *acl);
void acl_sent(struct acl *acl);

#endif /* ACL_INTERNAL_H */
