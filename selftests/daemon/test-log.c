// SPDX-License-Identifier: GPL-2.0
/*
 * The log: one event is one line, whatever strangers put into its values.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "tap.h"

static char captured[16384];

/* Standard error goes into a file while the call runs. */
#define CAPTURE(call) do {						\
	char name[] = "/tmp/ucsec-log-XXXXXX";				\
	int saved = dup(STDERR_FILENO), fd = mkstemp(name);		\
	ssize_t n;							\
	dup2(fd, STDERR_FILENO);					\
	call;								\
	dup2(saved, STDERR_FILENO);					\
	n = pread(fd, captured, sizeof(captured) - 1, 0);		\
	captured[n > 0 ? n : 0] = '\0';					\
	close(saved);							\
	close(fd);							\
	unlink(name);							\
} while (0)

static const struct {
	const char *value;
	const char *written;
} values[] = {
	{ "plain", " v=plain\n" },
	{ "sip:a@b:5060", " v=sip:a@b:5060\n" },
	{ "", " v=\"\"\n" },
	{ "two words", " v=\"two words\"\n" },
	{ "a=b", " v=\"a=b\"\n" },
	{ "say \"x\"", " v=\"say \\\"x\\\"\"\n" },
	{ "back\\slash", " v=\"back\\\\slash\"\n" },
	{ "a\nlevel=error event=forged", " v=\"a\\nlevel=error event=forged\"\n" },
	{ "a\r\nb", " v=\"a\\r\\nb\"\n" },
	{ "\x1b[2J", " v=\"\\x1b[2J\"\n" },
	{ "\x7f\x80\xff", " v=\"\\x7f\\x80\\xff\"\n" },
};

static void test_values(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		CAPTURE(log_event(LOG_LEVEL_ERROR, "test", "v",
				  values[i].value, NULL));
		ok(strstr(captured, values[i].written) &&
		   strchr(captured, '\n') == captured + strlen(captured) - 1,
		   "value %zu", i);
	}
	CAPTURE(log_event(LOG_LEVEL_ERROR, "test", "gone", NULL, "v", "1",
			  NULL));
	ok(!strstr(captured, "gone") && strstr(captured, "v=1"),
	   "a NULL value leaves its pair out");
}

/* The last pair must be there though the others are long. */
static void test_long(void)
{
	char *text = malloc(100001);

	memset(text, '\n', 100000);
	text[100000] = '\0';
	CAPTURE(log_event(LOG_LEVEL_ERROR, "test", "v", text, "reason", "last",
			  NULL));
	ok(strstr(captured, "...\" reason=last\n"),
	   "a long value is cut, the next pair stays");
	CAPTURE(log_event(LOG_LEVEL_ERROR, "test", "a", text, "b", text, "c",
			  text, "d", text, "e", text, "f", text, NULL));
	ok(strlen(captured) <= 4096 && captured[strlen(captured) - 1] == '\n',
	   "a long line is cut and still ends");
	memset(text, 'a', 100000);
	CAPTURE(log_event(LOG_LEVEL_ERROR, "test", "v", text, "reason", "last",
			  NULL));
	ok(strstr(captured, "...\" reason=last\n"), "so is a plain value");
	free(text);
}

static void test_levels(void)
{
	enum log_level level;

	ok(!log_level_parse("debug", &level) && level == LOG_LEVEL_DEBUG &&
	   log_level_parse("loud", &level) == -EINVAL, "levels have names");
	log_set_level(LOG_LEVEL_WARNING);
	CAPTURE(log_event(LOG_LEVEL_NOTICE, "test", NULL));
	ok(!captured[0], "what is below the level is not written");
	CAPTURE(log_event(LOG_LEVEL_WARNING, "test", NULL));
	ok(strstr(captured, "level=warning event=test\n"), "the level is");
	setenv("JOURNAL_STREAM", "1:2", 1);
	CAPTURE(log_event(LOG_LEVEL_ERROR, "test", NULL));
	ok(!strcmp(captured, "<3>level=error event=test\n"),
	   "the journal gets a priority and no time");
	unsetenv("JOURNAL_STREAM");
}

static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t lines = 0;

	for (int c; file && (c = getc(file)) != EOF;)
		lines += c == '\n';
	if (file)
		fclose(file);
	return lines;
}

static void test_security(void)
{
	char dir[] = "/tmp/ucsec-log-XXXXXX", path[64], moved[64];
	struct stat st;

	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/security.log", dir);
	snprintf(moved, sizeof(moved), "%s/security.log.1", dir);
	CAPTURE(log_security("refused", "why", "x", NULL));
	ok(strstr(captured, "log=security event=refused why=x\n"),
	   "without a file the security log goes to the log");
	ok(log_security_open("/nonexistent/x") == -ENOENT,
	   "a file that cannot be opened is told");
	ok(!log_security_open(path), "open");
	CAPTURE(log_security("refused", NULL));
	ok(!captured[0] && count_lines(path) == 1, "lines go into the file");
	ok(!log_security_open(path), "open again");
	log_security("refused", NULL);
	ok(count_lines(path) == 2, "what is there stays");
	rename(path, moved);
	log_security("refused", NULL);
	ok(count_lines(moved) == 3, "a rotated file is written until reopened");
	ok(!log_security_open(path), "open after rotation");
	log_security("refused", NULL);
	ok(count_lines(moved) == 3 && count_lines(path) == 1,
	   "then the new one is");
	ok(!stat(path, &st) && !(st.st_mode & 07), "not readable for others");
	unlink(path);
	unlink(moved);
	rmdir(dir);
}

int main(void)
{
	test_values();
	test_long();
	test_levels();
	test_security();
	return tap_end();
}
