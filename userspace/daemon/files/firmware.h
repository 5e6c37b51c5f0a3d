/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Firmware of phones: served as it came, for only its vendor can sign it, and
 * only as long as it is what was imported.
 *
 * The digest is pinned at import. An image that was changed or exchanged since
 * is taken away, and stays on the list with the reason. For the loop's thread.
 */
#ifndef FILES_FIRMWARE_H
#define FILES_FIRMWARE_H

#include "files/firmware-check.h"
#include "files/shelf.h"

struct firmware;
struct shelf_writer;
struct store;

enum firmware_state {
	FIRMWARE_CHECKING,	/* it is not known yet; not served */
	FIRMWARE_SERVED,
	FIRMWARE_REFUSED,
};

#define FIRMWARE_WHY_SIZE	96

struct firmware_image {
	char name[SHELF_NAME_SIZE];
	off_t size;
	uint8_t sha256[32];
	enum firmware_signature signature;
	char signer[256];
	enum firmware_state state;
	char why[FIRMWARE_WHY_SIZE];	/* it is refused */
};

struct firmware_config {
	struct event_base *base;
	struct store *store;
	struct shelf *shelf;		/* where it is served from */
	struct shelf_writer *writer;
	/* Is that the name of another file that is served, or will be? */
	bool (*taken)(void *arg, const char *name);
	void *arg;
};

/* @state is where pins are kept. The writer may end before it is closed. */
int firmware_open(struct firmware **firmware,
		  const struct firmware_config *config, const char *state,
		  char *why, size_t size);
void firmware_close(struct firmware *firmware);

/*
 * Pieces of an image of @size bytes, one after the other from 0 on; another
 * upload forgets the one before. @done is called from the loop or at once, when the
 * piece is written; with the last one when all is checked and on the disk. Until
 * then others are -EBUSY. -EINVAL, -EEXIST, -EBUSY and so on come with a sentence.
 */
typedef void (*firmware_uploaded)(void *arg, int err, const char *why,
				  const struct firmware_image *image);
void firmware_upload(struct firmware *firmware, const char *name, off_t size,
		     off_t at, const uint8_t *data, size_t len,
		     firmware_uploaded done, void *arg);
/* What was waited for is answered with -ESHUTDOWN. */
void firmware_upload_stop(struct firmware *firmware);
/* @done, from the loop or at once: 0, -ENOENT, -EBUSY... */
typedef void (*firmware_removed)(void *arg, int err);
void firmware_remove(struct firmware *firmware, const char *name,
		     firmware_removed done, void *arg);
/* Looks at all of it anew, or at one; -ENOENT. */
int firmware_verify(struct firmware *firmware, const char *name);
/* Looks at what changed on the disk since; every now and then. */
void firmware_look(struct firmware *firmware);

/* NULL: there is none of that name. Good until the next call. */
const struct firmware_image *firmware_find(const struct firmware *firmware,
					   const char *name);
typedef int (*firmware_fn)(void *arg, const struct firmware_image *image);
int firmware_each(const struct firmware *firmware, firmware_fn fn, void *arg);
/* Is there one of that name, or one that was brought and is looked at still? */
bool firmware_claims(const struct firmware *firmware, const char *name);
/* What is shown under that name is another file: true if it was an image. */
bool firmware_changed(struct firmware *firmware, const char *name);

#endif /* FILES_FIRMWARE_H */
