/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of the shelf, many at a time and beside the loop: a disk that is slow
 * stops nothing else.
 */
#ifndef FILES_SHELF_WRITER_H
#define FILES_SHELF_WRITER_H

#include "files/shelf.h"
#include "worker.h"

#define SHELF_CHANGES	6

struct event_base;
struct shelf_writer;

/* The caller's; untouched until done() was called. */
struct shelf_job {
	struct worker_job job;
	struct shelf_change changes[SHELF_CHANGES];	/* in this order */
	size_t count;
	/*
	 * On the loop: 0, all of it is on the disk; -errno: from some change on,
	 * nothing is.
	 */
	void (*done)(void *arg, int err);
	void *arg;
	int err;
};

struct shelf_writer *shelf_writer_new(struct event_base *base,
				      struct shelf *shelf);
/* Finishes what it was given and calls each done(). */
void shelf_writer_free(struct shelf_writer *writer);
void shelf_writer_submit(struct shelf_writer *writer, struct shelf_job *job);

#endif /* FILES_SHELF_WRITER_H */
