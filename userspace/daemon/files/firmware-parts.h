/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the firmware share; private to firmware*.c.
 */
#ifndef FILES_FIRMWARE_PARTS_H
#define FILES_FIRMWARE_PARTS_H

#include <sys/queue.h>

#include "files/firmware.h"
#include "files/shelf-writer.h"

struct loaded {
	struct firmware_image image;
	struct shelf_print print;	/* of what was looked at last */
	bool due;		/* to be looked at */
	bool held;		/* the disk is asked for it; not looked at */
	LIST_ENTRY(loaded) link;
};

struct firmware_errand;

struct firmware {
	struct firmware_config config;
	struct shelf *pins;
	LIST_HEAD(loadeds, loaded) images;
	struct firmware_check *check;	/* one at a time */
	struct loaded *checked;		/* whose it is */
	struct upload {
		struct shelf_change change;
		off_t size, at;			/* 0: there is none */
		struct firmware_errand *writing;	/* a piece; has .fd */
		struct firmware_check *check;
		firmware_uploaded done;
		void *arg;
		/* It was found good and goes to the disk, NULL: none does. */
		struct firmware_errand *keeping;
	} upload;
};

/* What the disk is asked for; freed when that is done. */
struct firmware_errand {
	struct shelf_job job;
	struct firmware *firmware;
	struct loaded *one;		/* kept: one of its own, else held */
	char why[FIRMWARE_WHY_SIZE];
	firmware_removed removed;
	firmware_uploaded uploaded;
	void *arg;
	char *pin;
	struct shelf_change change;	/* of an upload, and its piece */
	uint8_t *piece;
};

/* firmware.c */
X509 *firmware_signer(struct firmware *firmware, const char *issuer,
		      const uint8_t *serial, size_t len);
struct loaded *firmware_loaded(const struct firmware *firmware,
			       const char *name);
/* NULL without memory; what is left of it is the caller's. */
struct firmware_errand *firmware_errand(struct firmware *firmware,
					struct loaded *one,
					void (*done)(struct shelf_job *job));
void firmware_errand_free(struct firmware_errand *errand);
/* What is being looked at is not what will be there. */
void firmware_hold(struct firmware *firmware, struct loaded *loaded);
void firmware_release(struct firmware *firmware, struct loaded *loaded);
/* A malloc() of the caller's, taken over; its pin is there. */
void firmware_add(struct firmware *firmware, struct loaded *loaded);

/* firmware-pin.c */
int firmware_pins_read(struct firmware *firmware);
/* To be freed; NULL without memory. */
char *firmware_pin_text(const struct firmware_image *image);

#endif /* FILES_FIRMWARE_PARTS_H */
