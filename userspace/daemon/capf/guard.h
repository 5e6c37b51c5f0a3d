/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Authentication strings compared, and who guessed at them how often.
 */
#ifndef CAPF_GUARD_H
#define CAPF_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capf/message.h"

struct capf_guard;

/*
 * What a device is to say: "" if there is none. The same said anew is another
 * string, by its id: whoever ordered it expects that it works.
 */
struct capf_string {
	char text[CAPF_PASSWORD_SIZE];
	uint64_t id;
};

struct capf_guard_limits {
	unsigned int attempts;		/* wrong ones in a row, then a lock */
	unsigned int lock;		/* seconds */
	unsigned int total;		/* wrong ones, then a new string */
	size_t devices;			/* that are remembered */
};

/* 3 in a row lock for 15 minutes; 12 end the string. */
extern const struct capf_guard_limits capf_guard_limits_default;

enum capf_guess {
	CAPF_GUESS_RIGHT,
	CAPF_GUESS_WRONG,
	CAPF_GUESS_LOCKED,		/* not even looked at */
	CAPF_GUESS_SPENT,		/* used, or guessed at too often */
	CAPF_GUESS_UNSET,		/* there is no string to compare with */
};

struct capf_guard *capf_guard_new(const struct capf_guard_limits *limits);
void capf_guard_free(struct capf_guard *guard);
/* From now on; what was counted stays so. */
void capf_guard_limit(struct capf_guard *guard,
		      const struct capf_guard_limits *limits);

/*
 * What a device that exists said against what was set. now: seconds that only
 * grow. The time the comparison takes tells nothing of the string.
 */
enum capf_guess capf_guard_check(struct capf_guard *guard, const char *device,
				 const struct capf_string *set,
				 const char *said, int64_t now);

/* Wrong guesses at one string. */
struct capf_guard_count {
	unsigned int row, total;
	int64_t until;			/* locked, by the clock of checks */
};

/* Of that string; false: nobody guessed wrong since a right one. */
bool capf_guard_count(const struct capf_guard *guard, const char *device,
		      const struct capf_string *set,
		      struct capf_guard_count *count);
/* What was counted before, by another guard. */
void capf_guard_recall(struct capf_guard *guard, const char *device,
		       const struct capf_string *set,
		       const struct capf_guard_count *count, int64_t now);

/* The operation is done: this string is of no use any more, but another is. */
void capf_guard_spend(struct capf_guard *guard, const char *device,
		      const struct capf_string *set, int64_t now);

#endif /* CAPF_GUARD_H */
