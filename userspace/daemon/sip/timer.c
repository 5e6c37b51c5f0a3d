// SPDX-License-Identifier: GPL-2.0
// Timers in milliseconds, and seconds that no clock change touches.

#include <time.h>

#include "sip/internal.h"

void sip_timer_ms(struct event *timer, unsigned int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(timer, &tv);
}

/* Seconds that go on through a suspension. */
int64_t sip_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}
