/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals for the security log: each with its reason, and no flood fills the
 * disk. Of each source as many lines a second as the parameter event_burst
 * says, of all together ten times as many; what is left out is counted, and
 * told source by source when its second is over. For the loop's thread.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * May the caller write a line to the security log? @source: an address, with or
 * without port, or a device's name. Counts in any case.
 */
bool refusal_admit(const char *source);
void refusal_set_burst(unsigned int lines);	/* a second and source */
/* Tells what was left out in seconds that are over; once a second. */
void refusal_flush(void);
/* For tests: another one than CLOCK_MONOTONIC, in seconds. */
void refusal_set_clock(int64_t (*clock)(void));

#endif /* REFUSAL_H */
