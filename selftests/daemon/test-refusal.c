// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: a source's lines a second, what is left out, many sources at once.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "refusal.h"
#include "tap.h"

static int64_t second = 1000;
static char path[] = "/tmp/ucsec-refusal-XXXXXX";

static int64_t test_clock(void)
{
	return second;
}

static unsigned int admitted(const char *source, unsigned int times)
{
	unsigned int n = 0;

	while (times--)
		n += refusal_admit(source);
	return n;
}

/* Does the security log say it? */
static bool says(const char *text)
{
	static char log[65536];
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(log, 1, sizeof(log) - 1, file) : 0;

	if (file)
		fclose(file);
	log[n] = '\0';
	return strstr(log, text);
}

static void test_source(void)
{
	refusal_set_burst(5);
	ok(admitted("192.0.2.1:5060", 8) == 5, "as many as the burst");
	ok(admitted("192.0.2.1:5061", 1) == 0, "from its other ports, too");
	ok(admitted("192.0.2.2", 8) == 5, "another one has its own");
	ok(admitted("[2001:db8::1]:1", 5) == 5 &&
	   admitted("[2001:db8::1]:2", 1) == 0, "an IPv6 address");
	ok(admitted("[2001:db8::2]:2", 1) == 1, "its neighbour");
	ok(!says("refusals-unseen"), "told when the second is over");
	second++;
	refusal_flush();
	ok(says("event=refusals-unseen peer=192.0.2.1 count=4\n"),
	   "what was left out is counted");
	ok(says("peer=192.0.2.2 count=3\n"), "source by source");
	ok(!says("2001:db8::2"), "and nobody else");
	ok(admitted("192.0.2.1:5060", 1) == 1, "the next second is new");
}

static void test_many(void)
{
	unsigned int lines = 0;
	char source[32];

	second++;
	for (int i = 0; i < 4000; i++) {
		snprintf(source, sizeof(source), "10.0.%d.%d:5060", i / 250,
			 i % 250);
		lines += admitted(source, 1);
	}
	ok(lines > 10 && lines <= 50, "from everywhere: %u lines of 50", lines);
	second++;
	refusal_flush();
	ok(says("event=refusals-unseen count="), "the others as one");
	refusal_set_burst(7);
	ok(admitted("192.0.2.1", 10) == 7, "another burst");
}

int main(void)
{
	int fd = mkstemp(path);

	close(fd);
	log_security_open(path);
	refusal_set_clock(test_clock);
	test_source();
	test_many();
	unlink(path);
	return tap_end();
}
