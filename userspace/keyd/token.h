/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Security tokens: those that are registered, and a thread that asks the process
 * in which their module is.
 */
#ifndef KEYD_TOKEN_H
#define KEYD_TOKEN_H

#include "keyd/disk.h"
#include "keyd/token-link.h"
#include "keyd/use.h"

/* token-store.c: those that may sign, in the order in which they came */

enum {
	TOKEN_MARKS = 16,
	TOKEN_MARK_LEN = 32,
};

struct keyd_token {
	char label[KEYD_TOKEN_LABEL], serial[KEYD_TOKEN_SERIAL];
	uint8_t spare[2];
	uint16_t cert_len;
	uint8_t cert[KEYD_TOKEN_CERT_MAX];
};

struct keyd_tokens {
	uint32_t magic, count;
	uint32_t spare;
	uint32_t next_mark;
	struct keyd_token list[KEYD_TOKENS];
	/* Of PINs that a token has refused, or has been asked about. */
	uint8_t marks[TOKEN_MARKS][TOKEN_MARK_LEN];
};

/* -EBADMSG: damaged. */
int keyd_tokens_load(const struct keyd_dir *dir, struct keyd_tokens *tokens);
/* As *next is, on the disk when it returns, and then in *tokens. */
int keyd_tokens_store(const struct keyd_dir *dir, struct keyd_tokens *tokens,
		      const struct keyd_tokens *next);
/* NULL: not registered. */
struct keyd_token *keyd_tokens_find(struct keyd_tokens *tokens,
				    const char *serial);
const struct keyd_token *keyd_tokens_by_cert(const struct keyd_tokens *tokens,
					     const uint8_t *der, size_t len);
void keyd_tokens_remove(struct keyd_tokens *tokens, struct keyd_token *token);
/* A PIN of a token; what is kept tells neither. */
int keyd_tokens_mark(const struct keyd_dir *dir, const char *serial,
		     const char *pin, uint8_t mark[TOKEN_MARK_LEN]);
bool keyd_tokens_is_marked(const struct keyd_tokens *tokens,
			   const uint8_t mark[TOKEN_MARK_LEN]);
void keyd_tokens_add_mark(struct keyd_tokens *tokens,
			  const uint8_t mark[TOKEN_MARK_LEN]);
void keyd_tokens_unmark(struct keyd_tokens *tokens,
			const uint8_t mark[TOKEN_MARK_LEN]);

/* token-start.c: before the walls, and before there is a key in memory */

struct keyd_token_options {
	const char *module;		/* NULL: there are no tokens */
	const char *pins, *files, *seconds;
};

/* Lines of "SERIAL PIN", or "PIN" for those without; # begins a comment. */
struct keyd_pins;

/* A sentence, or NULL; *fd is the socket to the process. */
const char *keyd_token_start(const struct keyd_token_options *options,
			     uid_t run_as, gid_t group, int *fd);
const char *keyd_pins_read(const char *path, struct keyd_pins **pins);
/* NULL: there is none. */
const char *keyd_pins_find(const struct keyd_pins *pins, const char *serial);

/* token-thread.c: asks one question at a time, as that may take its time */

struct keyd_token_job {
	/* The request. */
	uint32_t id;
	uint16_t type;			/* KEYD_TOKEN_..., KEYD_SIGN_LIST */
	uint32_t session;		/* of the client that waits */
	struct keyd_token token;	/* registered, or a serial number alone */
	char pin[TOKEN_PIN_SIZE];
	uint8_t mark[TOKEN_MARK_LEN];
	bool again;			/* whatever was refused before */
	bool has_pin;			/* it was given one */
	bool marked;			/* for this question alone */
	uint32_t time;			/* of a list */
	union keyd_buffer *list;	/* KEYD_SIGN_LIST, a copy */
	/* What came of it. */
	int err;
	enum keyd_reason reason;
	char why[KEYD_SENTENCE_LEN];
	enum token_pin pin_is;		/* from what the token did */
	struct token_answer answer;
	struct trust_bytes file;
};

struct keyd_token_thread;

/* Before the system calls are filtered; @fd is its own from then on. */
struct keyd_token_thread *keyd_token_thread_new(int fd, unsigned int seconds);
int keyd_token_thread_fd(const struct keyd_token_thread *thread);
/* It is taken over; -EBUSY: too many. */
int keyd_token_thread_ask(struct keyd_token_thread *thread,
			  struct keyd_token_job *job);
/* When the fd is readable; the caller's, keyd_token_job_free(). */
struct keyd_token_job *keyd_token_thread_take(struct keyd_token_thread *thread);
void keyd_token_job_free(struct keyd_token_job *job);

/* token-work.c: what that thread does, with nothing of the other's */
struct keyd_token_work {
	int fd;
	unsigned int seconds;
};

void keyd_token_work(const struct keyd_token_work *work,
		     struct keyd_token_job *job);

/* token-handle.c: what is asked of tokens, and what came of it */

struct keyd_state;

/* true: the answer comes later. */
bool keyd_token_handle(struct keyd_state *state, const union keyd_buffer *m,
		       uint32_t session, union keyd_buffer *reply);
void keyd_token_done(struct keyd_state *state, struct keyd_token_job *job,
		     union keyd_buffer *reply);

#endif /* KEYD_TOKEN_H */
