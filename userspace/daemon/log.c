// SPDX-License-Identifier: GPL-2.0
/*
 * Lines in logfmt: on standard error, and in the security log.
 *
 * A line is built on the stack and leaves in one write: threads need no lock,
 * and O_APPEND keeps lines whole.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE	4096
/* One stranger's value must not push the others out of the line. */
#define VALUE_MAX	1024

static const char *const names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_NOTICE] = "notice",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static _Atomic enum log_level current_level = LOG_LEVEL_NOTICE;
static atomic_int security_fd = -1;

struct line {
	char text[LINE_SIZE];
	size_t len;
};

int log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name))
			continue;
		*level = i;
		return 0;
	}
	return -EINVAL;
}

void log_set_level(enum log_level level)
{
	current_level = level;
}

/* Keeps room for the end of the line; what does not fit is cut. */
static void put(struct line *line, const char *text, size_t len)
{
	size_t room = sizeof(line->text) - 1 - line->len;

	if (len > room)
		len = room;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void put_text(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

static bool is_plain(const char *value)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"-_.:/@+*#[]%,;";

	return *value && !value[strspn(value, plain)] &&
		strlen(value) <= VALUE_MAX;
}

/* Whatever is not printable ASCII could change how the line is read. */
static void put_quoted(struct line *line, const char *value)
{
	size_t start = line->len;

	put_text(line, "\"");
	for (const char *c = value; *c; c++) {
		unsigned char byte = *c;
		char escaped[5];

		if (line->len - start > VALUE_MAX) {
			put_text(line, "...");
			break;
		}
		if (byte == '"' || byte == '\\')
			snprintf(escaped, sizeof(escaped), "\\%c", byte);
		else if (byte == '\n')
			strcpy(escaped, "\\n");
		else if (byte == '\r')
			strcpy(escaped, "\\r");
		else if (byte < ' ' || byte > '~')
			snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
		else
			snprintf(escaped, sizeof(escaped), "%c", byte);
		put_text(line, escaped);
	}
	put_text(line, "\"");
}

static void put_pair(struct line *line, const char *name, const char *value)
{
	put_text(line, " ");
	put_text(line, name);
	put_text(line, "=");
	if (is_plain(value))
		put_text(line, value);
	else
		put_quoted(line, value);
}

static void put_pairs(struct line *line, va_list args)
{
	const char *name;

	while ((name = va_arg(args, const char *))) {
		const char *value = va_arg(args, const char *);

		if (value)
			put_pair(line, name, value);
	}
	line->text[line->len++] = '\n';
}

static void put_time(struct line *line)
{
	struct timespec now;
	char text[40];
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, sizeof(text), "time=%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%03ldZ ",
		 now.tv_nsec / 1000000);
	put_text(line, text);
}

static bool write_line(int fd, const struct line *line)
{
	ssize_t n;

	do {
		n = write(fd, line->text, line->len);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)line->len;
}

/* The journal has its own clock and reads the level in front. */
static void start_line(struct line *line, enum log_level level)
{
	static const char priority[] = "34567";
	char text[4];

	line->len = 0;
	if (getenv("JOURNAL_STREAM")) {
		snprintf(text, sizeof(text), "<%c>", priority[level]);
		put_text(line, text);
	} else {
		put_time(line);
	}
	put_text(line, "level=");
	put_text(line, names[level]);
}

void log_event(enum log_level level, const char *event, ...)
{
	struct line line;
	va_list args;

	if (level > current_level)
		return;
	start_line(&line, level);
	put_pair(&line, "event", event);
	va_start(args, event);
	put_pairs(&line, args);
	va_end(args);
	write_line(STDERR_FILENO, &line);
}

int log_security_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	int old;

	if (fd < 0)
		return -errno;
	old = atomic_exchange(&security_fd, fd);
	if (old >= 0)
		close(old);
	return 0;
}

/* A refusal that the file cannot take is told on standard error instead. */
void log_security(const char *event, ...)
{
	int fd = security_fd;
	struct line line;
	va_list args;

	if (fd >= 0) {
		line.len = 0;
		put_time(&line);
		put_text(&line, "level=security");
	} else {
		start_line(&line, LOG_LEVEL_NOTICE);
		put_text(&line, " log=security");
	}
	put_pair(&line, "event", event);
	va_start(args, event);
	put_pairs(&line, args);
	va_end(args);
	if (fd < 0 || !write_line(fd, &line))
		write_line(STDERR_FILENO, &line);
}
