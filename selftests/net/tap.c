// SPDX-License-Identifier: GPL-2.0
/* TAP output, random numbers and the clock. */
#include <stdarg.h>
#include <time.h>
#include "net.h"

static int count, failed;
static u64 rng = 0x9e3779b97f4a7c15;

bool ok(bool passed, const char *name, ...)
{
	va_list args;

	printf("%sok %d - ", passed ? "" : "not ", ++count);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	failed += !passed;
	return passed;
}

void note(const char *text, ...)
{
	va_list args;

	printf("# ");
	va_start(args, text);
	vprintf(text, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void die(const char *text, ...)
{
	va_list args;

	printf("# died: ");
	va_start(args, text);
	vprintf(text, args);
	va_end(args);
	printf(": %s\n", strerror(errno));
	printf("not ok %d - the test came to its end\n1..%d\n", count + 1,
	       count + 1);
	exit(1);
}

int tap_end(void)
{
	printf("1..%d\n", count);
	return failed != 0;
}

/* Repeatable: the linear congruential generator of the unit tests. */
u32 random_u32(void)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(rng >> 32);
}

u32 random_below(u32 n)
{
	return (u32)((u64)random_u32() * n >> 32);
}

void random_fill(void *data, size_t len)
{
	u8 *p = data;

	while (len--)
		*p++ = (u8)(random_u32() >> 24);
}

u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + (u64)ts.tv_nsec / 1000000;
}
