// SPDX-License-Identifier: GPL-2.0
/* Counts instructions by the clock of an emulated machine. */
#include <error.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"

int64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/*
 * Refuses to measure with a clock that does not count instructions. What the
 * kernel does meanwhile may disturb some of the attempts, but not all.
 */
void clock_check(void)
{
	enum { TURNS = 1000000, ATTEMPTS = 100 };
	int64_t start, took, best = INT64_MAX;

	for (int i = 0; i < ATTEMPTS; i++) {
		long turns = TURNS;

		/* Two instructions each. */
		start = clock_now();
		__asm__ volatile("1: dec %0; jnz 1b" : "+r"(turns) : : "cc");
		took = clock_now() - start;
		if (took < best)
			best = took;
	}
	if (best < 2LL * TURNS || best > 2LL * TURNS * 101 / 100)
		error(1, 0, "%d instructions took %lld ns: no icount?",
		      2 * TURNS, (long long)best);
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int64_t clock_median(int64_t *took, int count)
{
	qsort(took, (size_t)count, sizeof(took[0]), compare);
	return (took[count / 2 - 1] + took[count / 2]) / 2;
}
