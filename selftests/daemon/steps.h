/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes one after the other on one store, each with what comes of it.
 */
#ifndef DAEMON_STEPS_H
#define DAEMON_STEPS_H

#include "env.h"

/*
 * With status 200 @word is in a warning, "" means that there is none; else it
 * is in the reason, @field is at fault, and nothing changed.
 */
struct step {
	const char *verb, *noun, *key, *body;
	int status;
	const char *field, *word;
};

/* Was it as said? @why gets what came of it. */
bool step_take(struct env *env, const struct step *step, char *why,
	       size_t size);
bool steps_warns(const struct store_reply *reply, const char *word);
/* Single quotes for double ones: tables stay readable. */
json_t *steps_json(const char *text);

/* For those that include tap.h: it counts in each program by itself. */
#define steps_run(env, steps) \
	do { \
		for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) { \
			char why[1024]; \
			bool good = step_take(env, &steps[s], why, \
					      sizeof(why)); \
			if (!ok(good, "step %zu: %s %s %s", s, steps[s].verb, \
				steps[s].noun ? steps[s].noun : "param", \
				steps[s].key)) \
				printf("# %s\n", why); \
		} \
	} while (0)

#endif /* DAEMON_STEPS_H */
