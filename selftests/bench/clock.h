/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's clock, which counts instructions under `-icount shift=0`. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>

int64_t clock_now(void);

/* Ends the program if a nanosecond of the clock is not an instruction. */
void clock_check(void);

/* The median of "count" times, which it sorts. */
int64_t clock_median(int64_t *took, int count);

#endif
