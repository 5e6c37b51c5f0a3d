/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A store in a directory of its own, asked as the admin API asks it.
 */
#ifndef DAEMON_ENV_H
#define DAEMON_ENV_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>

#include "conf.h"
#include "store/object.h"
#include "store/store.h"

struct env {
	struct event_base *base;
	struct store *store;
	struct conf conf;
	int log_fd;		/* after env_log_open() */
};

/* Aborts if it cannot. */
void env_open(struct env *env);
void env_close(struct env *env);	/* and removes the directory */
void env_restart(struct env *env);	/* on the same directory */

/*
 * One request, waited for; the status, 200 if it was done. @body is kept.
 * @reply may be NULL; else it is the caller's to clear.
 */
int env_ask(struct env *env, enum store_verb verb, const char *noun,
	    const char *key, const json_t *body, struct store_reply *reply);
/* The same from text. */
int env_add(struct env *env, const char *noun, const char *text);
int env_import(struct env *env, const json_t *document, bool dry_run,
	       struct store_reply *reply);
json_t *env_export(struct env *env);
json_t *env_json(const char *text);

/* What is logged from now on, warnings and worse, can be read; not on stderr. */
void env_log_open(struct env *env);
/* Since it was asked last; good until it is asked again. */
const char *env_logged(struct env *env);
unsigned int env_count(const char *text, const char *word);

/* 5 ms of the loop. */
void env_turn(struct env *env);
/* Turns until it is so, for 30 s at most: is it? */
#define ENV_WAIT(env, condition) ({				\
	bool env_is;						\
								\
	for (int env_left = 6000; !(env_is = (condition)) && env_left;	\
	     env_left--)					\
		env_turn(env);					\
	env_is;							\
})

/* selftests/daemon/sample.json: every field of every noun, all good. */
json_t *env_sample(void);

#endif /* DAEMON_ENV_H */
