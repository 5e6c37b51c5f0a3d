/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists as the daemon makes them with a real ucsec-keyd, in the asker's folder; the
 * publisher and the choice of a token are the test's.
 */
#ifndef LISTS_WORLD_H
#define LISTS_WORLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "../daemon/env.h"
#include "asker.h"
#include "trust/keys.h"
#include "trust/list.h"
#include "trust/lists.h"
#include "trust/tokens.h"

#define CTL	"CTLFile.tlv"
#define ITL	"ITLFile.tlv"
#define ALL	"0 2 2 3 4 21"

extern struct env env;
extern struct trust_keys *keys;
extern struct lists *lists;
extern pid_t keyd;
extern union keyd_buffer m;
extern char root[4096];

/* The publisher: how often, and what the disk says. */
extern unsigned int puts_done;
extern int put_err;
/* The tokens: who signs, or why nobody does; how often they were looked for. */
extern struct tokens_choice choice;
extern const char *no_choice;
extern unsigned int refreshed;

/* What was heard of the last update(), settled() or switch_to(). */
struct told {
	bool done;
	int err;
	char why[160];
};

extern struct told told;
/* Of lists_update() and the like; @arg is a struct told. */
void told_done(void *arg, int err, const char *why);

void open_lists(void);
int update(void);
/* What follows by itself is done. */
int settled(void);
int switch_to(bool mixed);
bool set(const char *param, const char *value);
struct lists_status status_of(enum trust_kind kind);
/* Of keyd, and until the daemon knows what there is now. */
bool change_key(unsigned int type, enum keyd_service service,
		enum keyd_slot slot);
const struct trust_key *key_at(enum keyd_service service,
			       enum keyd_slot slot);

/* A list of the folder, read; what was read before is gone. */
const struct trust_list *read_file(const char *name);
/* "0 2 2 3 4 21": roles, those without a certificate in brackets. */
bool roles_are(const char *name, const char *wanted);
bool has_cert(const char *name, uint16_t role, const struct trust_key *key);
bool signed_by(const char *name, const struct trust_key *key);
/* The real judge: a phone that knows nothing of this code. */
bool phone_takes(const char *flash, const char *files);
bool copy(const char *from, const char *to);

#endif /* LISTS_WORLD_H */
