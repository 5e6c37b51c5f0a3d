/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of shelves, many at a time and beside the loop: a disk that is slow
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
	/*
	 * In this order. What follows in another shelf waits until what was
	 * before is on the disk.
	 */
	struct shelf_change changes[SHELF_CHANGES];
	size_t count;
	/* In place of those, else NULL: gets another piece, and no name yet. */
	struct shelf_change *onto;
	/*
	 * On the loop, with .err: 0, all of it is on the disk; -errno: from some
	 * change on, nothing is.
	 */
	void (*done)(struct shelf_job *job);
	void *arg;
	int err;
};

struct shelf_writer *shelf_writer_new(struct event_base *base);
/* Finishes what it was given and calls each done(). */
void shelf_writer_free(struct shelf_writer *writer);
/* One more change; @data NULL: removed, if it is there. */
void shelf_job_add(struct shelf_job *job, struct shelf *shelf, const char *name,
		   const uint8_t *data, size_t len);
/* One that is written already, piece by piece: it is taken over. */
void shelf_job_take(struct shelf_job *job, struct shelf_change *change);
/* done() is called at once, with -ESHUTDOWN, if the writer is being freed. */
void shelf_writer_submit(struct shelf_writer *writer, struct shelf_job *job);

#endif /* FILES_SHELF_WRITER_H */
