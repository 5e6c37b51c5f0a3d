/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory that phones are served from: what is in it, whole, signed, and
 * no older than the last change.
 *
 * Documents of phones are made here; lists and static files are brought. What
 * was asked for is done after the call returns, also by the next daemon.
 */
#ifndef FILES_PUBLISHER_H
#define FILES_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct conf;
struct firmware;
struct event_base;
struct publisher;
struct store;
struct trust_keys;

struct publisher_config {
	struct event_base *base;
	struct store *store;		/* watched for changes */
	struct trust_keys *keys;	/* TFTP's key signs; watched, too */
	const struct conf *conf;
};

int publisher_open(struct publisher **publisher,
		   const struct publisher_config *config, char *why,
		   size_t size);
void publisher_close(struct publisher *publisher);

/*
 * What was asked for is on the disk, or why not: -errno, with a sentence that is
 * good during the call. From the loop or, if it is refused, at once; from
 * publisher_close() at the latest.
 */
typedef void (*publisher_done)(void *arg, int err, const char *why);

/*
 * Puts bytes under a name as they are, for CTLFile.tlv and ITLFile.tlv, which
 * come signed: temporary file, sync, rename, sync. If that fails what was there
 * is there still. Whoever changes them on the disk has them written again.
 */
void publisher_put(struct publisher *publisher, const char *name,
		   const uint8_t *data, size_t len, publisher_done done,
		   void *arg);
/* What was put there last, free(); -ENOENT. */
int publisher_get(struct publisher *publisher, const char *name,
		  uint8_t **data, size_t *len);

/*
 * What is served under exactly that name, also CTLSEP<MAC>.tlv and
 * ITLSEP<MAC>.tlv: a descriptor of the caller's; -ENOENT, also for what is not
 * what was put there.
 */
int publisher_file(struct publisher *publisher, const char *name, off_t *size);

/*
 * Static files: kept as they are brought, served as they are and, under the same
 * name with .sgn, signed. -EINVAL, -EFBIG, -ENOENT...
 */
void publisher_static_put(struct publisher *publisher, const char *name,
			  const uint8_t *data, size_t len, publisher_done done,
			  void *arg);
void publisher_static_remove(struct publisher *publisher, const char *name,
			     publisher_done done, void *arg);
typedef int (*publisher_static_fn)(void *arg, const char *name, off_t size,
				   bool served);
int publisher_static_each(struct publisher *publisher, publisher_static_fn fn,
			  void *arg);

/* Looks at what changed on the disk since; every now and then. */
void publisher_look(struct publisher *publisher);

/* What is served beside it, as it came. */
struct firmware *publisher_firmware(struct publisher *publisher);

#define PUBLISHER_WHY_SIZE	160

struct publisher_status {
	uint64_t signed_files;		/* since it was opened */
	uint64_t unchanged;		/* that were not signed again */
	size_t pending;			/* phones that are not done */
	size_t served;			/* names there are */
	char why[PUBLISHER_WHY_SIZE];	/* of the newest fault, "" if none */
};

/* Why files are not what they should be, newest first: @name and others. */
typedef int (*publisher_fault_fn)(void *arg, const char *name, const char *why,
				  size_t count);
int publisher_fault_each(const struct publisher *publisher,
			 publisher_fault_fn fn, void *arg);

void publisher_status(const struct publisher *publisher,
		      struct publisher_status *status);

#endif /* FILES_PUBLISHER_H */
