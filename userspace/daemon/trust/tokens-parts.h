/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of security tokens share.
 */
#ifndef TRUST_TOKENS_PARTS_H
#define TRUST_TOKENS_PARTS_H

#include "trust/tokens.h"

struct admin_request;
struct tokens_ask;
struct tokens_order;

struct tokens {
	struct store *store;
	struct trust_keys *keys;
	struct publisher *publisher;
	struct admin *admin;
	size_t count;
	struct token list[TOKENS_MAX];
	char why[KEYD_SENTENCE_LEN];	/* why those there are not told */
	struct tokens_ask *asks;	/* unanswered */
	struct tokens_order *orders;	/* of the admin API, likewise */
	union keyd_buffer request;	/* between filling and sending alone */
};

/* A register or remove; @fn as tokens_refresh()'s, with keyd's reason. */
void tokens_ask(struct tokens *tokens, unsigned int type, const char *serial,
		unsigned int flags, tokens_fn fn, void *arg);

struct tokens_known tokens_known(const struct tokens *tokens);
/* The CTL that phones are given: 0, -ENOENT, -EBADMSG; free() both. */
int tokens_held(const struct tokens *tokens, struct trust_list **held,
		uint8_t **data);

/* tokens-admin.c */
int tokens_admin_open(struct tokens *tokens);
void tokens_admin_close(struct tokens *tokens);

#endif /* TRUST_TOKENS_PARTS_H */
