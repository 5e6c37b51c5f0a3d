/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the firmware share; private to firmware*.c.
 */
#ifndef FILES_FIRMWARE_PARTS_H
#define FILES_FIRMWARE_PARTS_H

#include <sys/queue.h>
#include <sys/stat.h>

#include "files/firmware.h"

struct loaded {
	struct firmware_image image;
	struct stat stat;	/* of the file that was looked at last */
	bool due;		/* to be looked at */
	LIST_ENTRY(loaded) link;
};

struct firmware {
	struct event_base *base;
	struct store *store;
	struct shelf *shelf, *pins;
	LIST_HEAD(loadeds, loaded) images;
	struct firmware_check *check;	/* one at a time */
	struct loaded *checked;		/* whose it is */
	struct upload {
		struct shelf_change change;	/* .fd -1: there is none */
		off_t size, at;
		struct firmware_check *check;
		firmware_uploaded done;
		void *arg;
	} upload;
};

/* firmware.c */
X509 *firmware_signer(struct firmware *firmware, const char *issuer,
		      const uint8_t *serial, size_t len);
struct loaded *firmware_loaded(const struct firmware *firmware,
			       const char *name);
/* A malloc() of the caller's, taken over; its pin is there. */
void firmware_add(struct firmware *firmware, struct loaded *loaded);

/* firmware-pin.c */
int firmware_pins_read(struct firmware *firmware);
int firmware_pin_write(struct firmware *firmware,
		       const struct firmware_image *image);

#endif /* FILES_FIRMWARE_PARTS_H */
