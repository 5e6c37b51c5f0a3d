/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the shelf share; private to shelf*.c.
 */
#ifndef FILES_SHELF_PARTS_H
#define FILES_SHELF_PARTS_H

#include <stdatomic.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include "files/shelf.h"

#define STAGING	".new"

struct shown {
	TAILQ_ENTRY(shown) link;	/* looked at longest ago first */
	unsigned int round;
	bool printed;
	struct shelf_print print;
	char name[];
};

struct shelf {
	int dir, staging;		/* set once */
	atomic_uint numbers;		/* of what is staged */
	void *tree;			/* of what is shown; the loop's */
	TAILQ_HEAD(showns, shown) shown;
	size_t count;
	unsigned int round;
};

/* Of a name that fits: no symbolic link on the way. A descriptor or -errno. */
void shelf_print_take(struct shelf_print *print, const struct stat *st);
int shelf_open_at(const struct shelf *shelf, const char *name, int flags);

/* shelf-shown.c */
void shelf_hide_all(struct shelf *shelf);

#endif /* FILES_SHELF_PARTS_H */
