/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A real ucsec-keyd with tokens of softhsm2 in the asker's folder; their module is
 * token-trick.c, their names are token0, token1, ...
 */
#ifndef TOKENS_WORLD_H
#define TOKENS_WORLD_H

#include "asker.h"
#include "tap.h"

extern union keyd_buffer m;
extern size_t list_len;		/* the tail's that fill_ctl() made */
extern char serials[6][KEYD_TOKEN_SERIAL];

/* tN.pem, tN.crt, tN.der; false: softhsm2 cannot. Five at most. */
bool make_tokens(int count);
/* With a PIN for each, a wrong one for the third; then start_tokens() anew. */
bool look_up_tokens(int fd, int count);
pid_t start_tokens(void);
/* What the module does from now on, "": nothing. */
void trick(const char *what);
/* How often a PIN was put to a token. */
size_t logins(void);
/* A command of selftests/judge. */
bool judge(const char *what);
/* 0xff: there is no token of that label. */
unsigned int flags_of(int fd, const char *label);
int order(int fd, unsigned int type, int n, unsigned int flags);
/* A CTL by the n-th token, or by itlrecovery (-1); its SASTs by their files. */
void fill_ctl(int n, const char *first, const char *second,
	      unsigned int digest);
int sign_ctl(int fd, int n, const char *first, const char *second,
	     unsigned int digest);
/* Here, as what tap.h counts is counted in each file. */
static inline bool refused(int err, int want, enum keyd_reason reason,
		    const char *what)
{
	return ok(err == want && heard.m.reply.reason == reason,
		  "%s: %d, %s", what, err, heard.m.reply.sentence);
}

#endif /* TOKENS_WORLD_H */
