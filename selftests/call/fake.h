/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call system with a protocol that only takes notes: what each party was
 * asked to do stands in a transcript, line by line.
 */
#ifndef FAKE_H
#define FAKE_H

#include <event2/event.h>

#include "call/call.h"

struct fake_party {
	struct call_party party;	/* first: the call's view of it */
	char name[16];
	uint32_t token;			/* of the last INFO to it */
	bool is_gone;			/* hung up: nothing may follow */
	bool has_next;			/* another target waited behind it */
	char sdp[4096];			/* of the last offer or answer to it */
	struct fake_party *next;
};

struct fake {
	struct event_base *base;
	struct call_media_system *media;
	struct call_system *system;
	struct fake_party *parties;
	char transcript[4096];
	char lines[512];		/* whose state has changed, and to what */
	const char *unreachable;	/* whom nothing can be sent, or NULL */
	int solicit_error;		/* of each that is asked */
};

extern struct fake fake;

int fake_setup(void **state);
int fake_teardown(void **state);

/* Somebody who calls: "a", phone 1 on line 1; "t", trunk 1. */
struct fake_party *fake_caller(const char *name);
/* By the name that reach() gave: "p2" for phone 2, "t1" for trunk 1. */
struct fake_party *fake_find(const char *name);
/* Lets the loop do what is due. */
void fake_run(void);
/* Since the last time; fails where it is not @expected. */
void fake_expect(const char *expected);

/* A description by @name: audio at port 4000, and a key if @secure. */
const char *fake_sdp(const char *name, bool secure);
/* @p's to the offer that it was given last. */
const char *fake_answer(const struct fake_party *p, bool secure);

/* @name asks for @number; what becomes of it is not waited for. */
struct fake_party *fake_calls(const char *name, const char *number,
			      bool secure);
/* An offer of its own, or its answer to the last one, with keys or not. */
void fake_offers(struct fake_party *p, bool secure);
void fake_answers_by(struct fake_party *p, bool secure);
void fake_refuses(struct fake_party *p, int status);
void fake_goes(struct fake_party *p, int status);
/* What a party with SRTP does: a 2xx with an offer, with an answer; hang up. */
void fake_offered(struct fake_party *p);
void fake_answers(struct fake_party *p);
void fake_gone(struct fake_party *p);
/* @name, on line 1, speaks with @callee at @number. */
struct fake_party *fake_talk(const char *name, const char *number,
			     const char *callee);

/* fake-store.c: two phones and a shared line, two trunks */
enum {
	FAKE_LINE = 1,		/* 1001, phone 1 */
	FAKE_LINE_B,		/* 1002, phone 2 */
	FAKE_LINE_SHARED,	/* 1003, phones 2 and 3 */
};

extern enum store_mode fake_mode[5];	/* of phone 1 to 4's profile */
extern unsigned int fake_records;	/* calls in the database */
extern bool fake_store_fails;
extern int fake_line_error;	/* of looking a line up; 0: none */
extern uint32_t fake_limit[STORE_PARAM_COUNT];	/* 0: the usual */
extern int64_t fake_deleted;	/* a phone that is not there, or 0 */
extern uint32_t fake_no_answer;		/* seconds */
extern struct store_trunk fake_trunk;	/* what both trunks are like */

#endif /* FAKE_H */
