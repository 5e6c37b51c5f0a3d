/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the shelf share; private to shelf*.c.
 */
#ifndef FILES_SHELF_PARTS_H
#define FILES_SHELF_PARTS_H

#include <stdatomic.h>

#include "files/shelf.h"

#define STAGING	".new"

struct shelf {
	int dir, staging;		/* set once */
	atomic_uint numbers;		/* of what is staged */
	void *shown;			/* tree of names; the loop's */
	size_t count;
};

/* Of a name that fits: no symbolic link on the way. A descriptor or -errno. */
int shelf_open_at(const struct shelf *shelf, const char *name, int flags);

#endif /* FILES_SHELF_PARTS_H */
