/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Those who are connected, by source: how many there are of each, and who goes
 * when there is no room for another.
 *
 * Who has not shown yet that he is somebody is exposed. Of the source that has the
 * most of those goes the one who has been silent the longest: a flood from one
 * place makes room for itself alone. Who has said what nobody has read yet is not
 * silent: the loop may have had no time for it. For the loop's thread.
 */
#ifndef CROWD_H
#define CROWD_H

#include <stdbool.h>
#include <sys/queue.h>

struct crowd;
struct crowd_source;
struct sockaddr;

struct crowd_member {			/* a part of what is connected */
	TAILQ_ENTRY(crowd_member) entry;
	struct crowd_source *source;	/* NULL: it is in no crowd */
	int fd;
	bool kept;
};

struct crowd *crowd_new(void);		/* NULL without memory */
void crowd_free(struct crowd *crowd);	/* NULL is allowed; all have left */

/* @member is exposed from here on, and speaks by @fd. False without memory. */
bool crowd_enter(struct crowd *crowd, struct crowd_member *member, int fd,
		 const struct sockaddr *from);
/* These do nothing for who is in no crowd. */
void crowd_leave(struct crowd *crowd, struct crowd_member *member);
/* It is not the one to go; or it is exposed, as one who has just been heard. */
void crowd_keep(struct crowd *crowd, struct crowd_member *member, bool kept);
/* It said something that makes sense. */
void crowd_heard(struct crowd *crowd, struct crowd_member *member);

/*
 * @newcomer has entered: who has to go? Of his source, if that has more than
 * @per_source; else of the busiest one, if the crowd is @full; else NULL. It may
 * be @newcomer, where all the others are kept.
 */
struct crowd_member *crowd_pick(struct crowd *crowd,
				const struct crowd_member *newcomer, bool full,
				unsigned int per_source);
/* One had to go: a line in the security log, of all within a minute. */
void crowd_tell(struct crowd *crowd, const char *peer, const char *local);

#endif /* CROWD_H */
