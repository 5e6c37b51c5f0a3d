/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ucsec-keyd: keeps the private keys and does with them only what is typed.
 *
 * One client. What it is sent was often a stranger's before: public keys,
 * handshakes, encrypted secrets. One thread answers, a second one makes keys
 * and knows no other. All that is kept is in one directory.
 */
#ifndef KEYD_KEYD_H
#define KEYD_KEYD_H

#include <openssl/x509.h>
#include <sys/types.h>

#include "keyd/disk.h"
#include "keyd/request.h"
#include "keyd/token.h"
#include "keyd/use.h"

/* generator.c: a thread that makes one key at a time */

struct keyd_generator;

/* Before the system calls are filtered. */
struct keyd_generator *keyd_generator_new(void);
int keyd_generator_fd(const struct keyd_generator *generator);
bool keyd_generator_is_busy(const struct keyd_generator *generator);
/* When its fd is readable, the key is there to be taken. */
void keyd_generator_start(struct keyd_generator *generator,
			  unsigned int kind, unsigned int bits);
EVP_PKEY *keyd_generator_take(struct keyd_generator *generator);

/* state.c: all keys, and what is asked of them */

struct keyd_state {
	struct keyd_dir dir;
	struct keyd_journal *journal;
	struct keyd_generator *generator;
	struct keyd_times times;
	struct keyd_tokens tokens;
	struct keyd_token_thread *token_thread;
	struct keyd_pins *pins;
	bool pin_asked;		/* a token is, by one of ours */
	const char *no_tokens;	/* a sentence: why there are none now */
	struct keyd_pair pairs[KEYD_SERVICE_END][KEYD_KIND_END][KEYD_SLOT_END];
};

/* 0, or -errno with a sentence in why. */
int keyd_state_load(struct keyd_state *state, char *why, size_t size);
void keyd_state_clear(struct keyd_state *state);
/* NULL: there is none. */
struct keyd_pair *keyd_state_find(struct keyd_state *state,
				  const struct keyd_which *which);
/* true: the generator has begun, and nothing is answered yet. */
bool keyd_state_make(struct keyd_state *state, const struct keyd_message *m,
		     union keyd_buffer *reply);
/* The key is there. */
void keyd_state_made(struct keyd_state *state, const struct keyd_make *make,
		     EVP_PKEY *key, union keyd_buffer *reply);
void keyd_state_promote(struct keyd_state *state,
			const struct keyd_which *which,
			union keyd_buffer *reply);
void keyd_state_import(struct keyd_state *state, const union keyd_buffer *m,
		       union keyd_buffer *reply);
/* false: there is no such pair, and no item. */
bool keyd_state_item(const struct keyd_pair *pair,
		     const struct keyd_which *which, union keyd_buffer *item);

/*
 * handle.c: answers that come at once; the head is the server's. That of
 * SIGN_LSC is not to be told before keyd_journal_sync().
 */

void keyd_handle(struct keyd_state *state, const union keyd_buffer *request,
		 union keyd_buffer *reply);
/* Into a reply; tail bytes are put behind it and counted by head.len. */
void keyd_answer(union keyd_buffer *reply, const void *tail, size_t len);
void keyd_refuse(union keyd_buffer *reply, int err, enum keyd_reason reason,
		 const char *why);

/* server.c */

struct keyd_server {
	int listener;
	uid_t uid;		/* who may connect */
	struct keyd_state *state;
};

/* Until an error that cannot be mended; returns -errno. */
int keyd_server_run(struct keyd_server *server);

/* sandbox.c: after all is open */

/* Errors: -EPERM with a sentence in *why. run_as (uid_t)-1: stay who we are. */
int keyd_sandbox_identity(uid_t run_as, gid_t group, const char **why);
/*
 * Nothing outside the directory can be opened from then on: by Landlock, or by
 * a new root if we may. *how says which; -ENOSYS if there was neither.
 */
int keyd_sandbox_files(int dir_fd, const char **how);
/* All threads. Files are opened relative to dir_fd, or that ends us. */
int keyd_sandbox_filter(int dir_fd, const char **why);

#endif /* KEYD_KEYD_H */
