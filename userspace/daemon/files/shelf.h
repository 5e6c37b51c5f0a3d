/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory that TFTP serves: under each name a whole file, or none.
 *
 * What is new is written beside it, where nobody but us may look, and takes
 * its name when it is on the disk. Names are as shelf_name_fits() says.
 */
#ifndef FILES_SHELF_H
#define FILES_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define SHELF_NAME_SIZE	256

struct shelf;

/* Makes the directory if there is none. */
int shelf_open(struct shelf **shelf, const char *path, char *why, size_t size);
void shelf_close(struct shelf *shelf);
bool shelf_name_fits(const char *name);
bool shelf_name_ends(const char *name, const char *end);
#define SHELF_NAME_RULE	"a name is words of letters, digits, '.', '_' and '-', " \
			"none beginning with a dot, with '/' between, in " \
			"eight folders at most"

/*
 * Is a folder in it called like a file that is made, a device's or a list? That
 * file could not be written any more.
 */
bool shelf_name_hinders(const char *name);

/*
 * What a file was when it was looked at. Whoever writes to it since cannot put
 * its ctime back.
 */
struct shelf_print {
	dev_t dev;
	ino_t inode;
	off_t size;
	struct timespec changed, written;
};

bool shelf_print_same(const struct shelf_print *a, const struct shelf_print *b);

/*
 * Names that HTTP may be asked for; what else lies in the directory is nobody's
 * or not looked at yet. With @print the file must be that one still. For the
 * loop's thread, as is all without another word.
 */
int shelf_show(struct shelf *shelf, const char *name,
	       const struct shelf_print *print);
void shelf_hide(struct shelf *shelf, const char *name);
bool shelf_shows(const struct shelf *shelf, const char *name);
size_t shelf_count(const struct shelf *shelf);
/* A descriptor; -ENOENT, -ESTALE: it is not what was shown any more. */
int shelf_serve(const struct shelf *shelf, const char *name, off_t *size);
/*
 * Is all that is shown what it was? A round begins; then one name at a time,
 * false: that was all. Names may come and go meanwhile.
 */
void shelf_round(struct shelf *shelf);
bool shelf_round_next(struct shelf *shelf, char name[SHELF_NAME_SIZE],
		      bool *stale);

/* A plain file, no link on the way; -ENOENT, -EFBIG, -ENOMEM... */
int shelf_file(const struct shelf *shelf, const char *name,
	       struct shelf_print *print);
/* @print, of before the first byte was read, may be NULL. */
int shelf_load(const struct shelf *shelf, const char *name, size_t max,
	       uint8_t **data, size_t *len, struct shelf_print *print);
/* The plain files, folder by folder; stops at the first not 0. */
typedef int (*shelf_fn)(void *arg, const char *name);
int shelf_each(const struct shelf *shelf, shelf_fn fn, void *arg);

/* At once, and on the disk: for who has no loop yet, and waits. */
int shelf_put(struct shelf *shelf, const char *name, const uint8_t *data,
	      size_t len);

/*
 * The steps of it, for many at a time; from any thread, but each change by one.
 * A change that is given up before its commit needs shelf_drop(). Names with
 * folders are changed by one thread alone: folders come and go with them.
 */
struct shelf_change {
	struct shelf *shelf;
	char name[SHELF_NAME_SIZE];
	const uint8_t *data;		/* NULL: removed, if it is there */
	size_t len;
	int fd;				/* of what is staged, -1 */
	struct shelf_print print;	/* of what is there, once committed */
	unsigned int number;
};

int shelf_stage(struct shelf_change *change);
/* In place of it for what does not come at once: .data is the next piece. */
int shelf_append(struct shelf_change *change);
int shelf_settle(struct shelf_change *change);
/* In place of it, for all that are staged; also for what else is not written. */
int shelf_settle_all(struct shelf *shelf);
int shelf_commit(struct shelf_change *change);
void shelf_drop(struct shelf_change *change);
int shelf_sync(struct shelf *shelf);

#endif /* FILES_SHELF_H */
