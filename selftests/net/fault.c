// SPDX-License-Identifier: GPL-2.0
/* Memory that fails on purpose: CONFIG_FAILSLAB, which the debug kernel has. */
#include <fcntl.h>
#include "net.h"

static int nth = -1;

static bool tell(const char *name, const char *value)
{
	char path[96];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/failslab/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = write(fd, value, strlen(value));
	close(fd);
	return n > 0;
}

bool fault_ready(void)
{
	/* A stack for each of thousands of failures would be all there is. */
	if (!tell("verbose", "0") || !tell("times", "-1"))
		return false;
	nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return nth >= 0;
}

void fault_nth(u32 n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	/* Those that may wait fail as well. */
	if (n && !tell("ignore-gfp-wait", "N"))
		die("failslab");
	if (pwrite(nth, text, (size_t)len, 0) != len)
		die("fail-nth");
}

bool fault_hit(void)
{
	char text[16] = "";

	/* What is left to be counted; nothing of it is to hit the test. */
	if (pread(nth, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth");
	fault_nth(0);
	return !atoi(text);
}

void fault_random(u32 percent)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", percent);
	if (!tell("ignore-gfp-wait", "Y") || !tell("probability", text))
		die("failslab");
}
