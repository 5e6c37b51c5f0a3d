/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Security tokens that sign the CTL: those that keyd knows, shown, registered and
 * removed by the admin API, and which of them signs next.
 *
 * For the loop's thread.
 */
#ifndef TRUST_TOKENS_H
#define TRUST_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyd/request.h"
#include "trust/list.h"

struct admin;
struct publisher;
struct store;
struct tokens;
struct trust_keys;

enum { TOKENS_MAX = 2 * KEYD_TOKENS, TOKENS_SASTS = 2 };

/* One that is there, or registered, as keyd said last. */
struct token {
	struct keyd_token_item item;
	uint8_t cert[KEYD_TOKEN_CERT_MAX];
};

/* The publisher has the CTL that phones are given. 0 or -ENOMEM. */
int tokens_open(struct tokens **tokens, struct store *store,
		struct trust_keys *keys, struct publisher *publisher,
		struct admin *admin);
/* What was asked and is not answered is not told any more. */
void tokens_close(struct tokens *tokens);

/*
 * Asks keyd what is there now: before a CTL is made, as a token may have been
 * pulled out. @fn once, also on errors, but not after tokens_close().
 */
typedef void (*tokens_fn)(void *arg, int err, const char *why);
void tokens_refresh(struct tokens *tokens, tokens_fn fn, void *arg);

struct tokens_choice {
	/* For SIGN_LIST; "": itlrecovery signs. */
	char token[KEYD_TOKEN_SERIAL];
	/* The SASTs, the signer's first; 0: as they are without tokens. */
	size_t count;
	struct trust_span sasts[TOKENS_SASTS];
	/* Phones are on their way: another CTL has to follow this one. */
	bool step;
};

/*
 * Who signs the next CTL, so that phones that hold @held (NULL: none) believe it:
 * by the parameter ctl_signer, and in two steps where that has changed. What it
 * points to is good until the loop runs on. false: nobody can, with a sentence.
 */
bool tokens_signer(const struct tokens *tokens, const struct trust_list *held,
		   struct tokens_choice *choice, const char **why);

/* tokens-choice.c: the same, of what is given to it */
struct tokens_known {
	bool by_token;			/* what is wanted */
	struct trust_span recovery;	/* itlrecovery's certificate */
	const struct token *list;
	size_t count;
};

bool tokens_choose(const struct tokens_known *known,
		   const struct trust_list *held, struct tokens_choice *choice,
		   const char **why);
/* Without it, is there somebody left who can sign, and whom phones believe? */
bool tokens_may_remove(const struct tokens_known *known,
		       const struct trust_list *held,
		       const struct token *token, const char **why);
bool tokens_is_sast(const struct trust_list *held, const struct token *token);

#endif /* TRUST_TOKENS_H */
