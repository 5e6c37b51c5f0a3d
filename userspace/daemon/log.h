/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of what happens and the security log of what was refused.
 *
 * Both take an event's name and pairs of names and values, ended by NULL; a
 * NULL value leaves its pair out. Values may come from strangers: they are
 * quoted and escaped, one event is one line whatever they contain. Never hand
 * in a key, a password or a digest response.
 */
#ifndef LOG_H
#define LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* 0, or -EINVAL if there is no level of that name. */
int log_level_parse(const char *name, enum log_level *level);
void log_set_level(enum log_level level);
void log_event(enum log_level level, const char *event, ...)
	__attribute__((sentinel));

/*
 * Append-only: opened with O_APPEND, never truncated; opened again on demand
 * after it was rotated. Until it is opened its lines go to the log.
 * Errors: -errno of the open.
 */
int log_security_open(const char *path);
void log_security(const char *event, ...) __attribute__((sentinel));

#endif /* LOG_H */
