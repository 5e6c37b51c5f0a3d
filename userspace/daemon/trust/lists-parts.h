/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lists of one node and the work on them; private to trust/lists*.c.
 */
#ifndef TRUST_LISTS_PARTS_H
#define TRUST_LISTS_PARTS_H

#include "trust/lists-plan.h"
#include "trust/lists.h"

/* Both lists, one after the other, for one who waits for it, or for nobody. */
struct lists_job {
	struct lists_job *next;
	bool itl, ctl;		/* which of them */
	bool asked;		/* a CTL that is out of date is made anew */
	lists_done done;	/* NULL: nobody waits */
	void *arg;
};

/* On its way to the disk; outlives the lists if they are closed meanwhile. */
struct lists_put {
	struct lists *lists;		/* NULL: closed */
};

struct lists {
	struct lists_config config;
	struct event *kick;		/* begins what is to be done */
	struct lists_job *first, *last;	/* waiting */
	struct lists_job *job;		/* under way, NULL: none */
	enum trust_kind kind;		/* of it, the list that is made */
	uint32_t request;		/* that keyd has, 0: none */
	struct lists_put *put;		/* NULL: none */
	bool dirty;			/* something may have changed */
	unsigned int changes;		/* of that kind, so far */
	unsigned int changes_then;	/* when the request was made */
	bool switching, switch_mixed;	/* the mode to be, not the store's */
	bool had_next;			/* ITLRecovery had a next key */
	char why[2][160];		/* why one could not be made; "" */
};

static inline const char *lists_file_name(enum trust_kind kind)
{
	return kind == TRUST_CTL ? "CTLFile.tlv" : "ITLFile.tlv";
}

/* What is published, read: 0, -ENOENT, -EBADMSG. free() *data in any case. */
int lists_read(struct lists *lists, enum trust_kind kind, uint8_t **data,
	       size_t *len, struct trust_list *list);
bool lists_mode(const struct lists *lists);
/*
 * Makes one list if it is not as it should be. -EINPROGRESS: lists_made() is
 * called, else it was not begun, for 0 because there was nothing to do.
 */
int lists_make(struct lists *lists, enum trust_kind kind, bool asked,
	       char *why, size_t size);
void lists_made(struct lists *lists, int err, const char *why);

#endif /* TRUST_LISTS_PARTS_H */
