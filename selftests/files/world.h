/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A store, the real ucsec-keyd and the directory that phones are served from.
 */
#ifndef FILES_WORLD_H
#define FILES_WORLD_H

#include <openssl/types.h>
#include <sys/types.h>

#include "env.h"
#include "files/publisher.h"
#include "trust/keys.h"

struct world {
	struct env env;
	struct trust_keys *keys;
	struct publisher *publisher;
	pid_t keyd;
	int told;		/* 1: not yet */
	char why[160];		/* with it */
};

/* keyd, the store and our keys; aborts if it cannot. */
void world_open(struct world *world, const char *test);
void world_close(struct world *world);
/* On what is there; world_settle() once or never. */
void world_publish(struct world *world);
void world_unpublish(struct world *world);
/* Until nothing is pending. */
void world_settle(struct world *world);
/* Until the publisher says why it failed. */
void world_fail(struct world *world);
struct publisher_status world_status(struct world *world);

/* Single quotes for double ones. Aborts unless it is done. */
void world_set(struct world *world, const char *noun, const char *key,
	       const char *text);
void world_add(struct world *world, const char *noun, const char *text);
void world_del(struct world *world, const char *noun, const char *key);
/* Phones of that profile, SEP000000000001 and on. */
void world_add_phones(struct world *world, unsigned int count,
		      const char *profile);
/* An LSC of that kind of key, self-signed, kept for the phone. */
void world_enrol(struct world *world, const char *phone, const char *kind);
/* TFTP gets another key. */
void world_renew(struct world *world);

/* Its content with a NUL behind, to be freed; NULL: there is none. */
char *world_read(struct world *world, const char *name, size_t *len);
bool world_has(struct world *world, const char *name);
void world_write(struct world *world, const char *name, const char *data,
		 size_t len);
size_t world_count(struct world *world);	/* files that are served */
/* A static file, a list: what became of it when that was told. */
int world_bring(struct world *world, const char *name, const char *text);
int world_take_back(struct world *world, const char *name);
int world_put(struct world *world, const char *name, const char *text);
X509 *world_signer(struct world *world);
/*
 * A file signed by it under its own name: what it says, to be freed; NULL if it
 * is anything else. *sealed: encrypted.
 */
char *world_open_signed(struct world *world, const char *name, X509 *signer,
			bool *sealed);
/* Is it such a file, in clear, with that in it? NULL: by TFTP's key of now. */
bool world_says(struct world *world, const char *name, X509 *signer,
		const char *word);

#endif /* FILES_WORLD_H */
