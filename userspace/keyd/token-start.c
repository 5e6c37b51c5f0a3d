// SPDX-License-Identifier: GPL-2.0
/*
 * What tokens need before ucsec-keyd gives up the rest: their PINs, and the
 * process that has their module, as that needs files, devices and system calls
 * that keyd does without.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyd/keyd.h"

enum { FILE_MAX = 4096, PATH_SIZE = 4096, START_MS = 20000 };

struct keyd_pins {
	size_t count;
	struct pin {
		char serial[KEYD_TOKEN_SERIAL];	/* empty: any other's */
		char pin[TOKEN_PIN_SIZE];
	} list[KEYD_TOKENS * 2];
};

/* The helper stands beside us, under our name and a bit. */
static bool name_helper(char path[PATH_SIZE])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_SIZE - 8);

	if (len <= 0 || len >= PATH_SIZE - 8)
		return false;
	strcpy(path + len, "-token");
	return true;
}

/* In the child: whom it becomes it does not undo, as privileges stay away. */
static void run_helper(const struct keyd_token_options *o, uid_t run_as,
		       gid_t group, int fd)
{
	const char *arguments[] = {
		"ucsec-keyd-token", o->module, o->seconds,
		o->files ? o->files : NULL, NULL,
	};
	char path[PATH_SIZE];
	const char *why;

	if (!name_helper(path) || dup2(fd, TOKEN_LINK_FD) < 0 ||
	    fcntl(TOKEN_LINK_FD, F_SETFD, 0) ||
	    keyd_sandbox_identity(run_as, group, &why))
		_exit(126);
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("NOTIFY_SOCKET");
	close_range(TOKEN_LINK_FD + 1, ~0U, 0);
	execv(path, (char *const *)arguments);
	_exit(127);
}

/* It says so, with an answer to nothing. */
static bool is_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char first;

	return poll(&p, 1, START_MS) == 1 && recv(fd, &first, 1, 0) == 1;
}

const char *keyd_token_start(const struct keyd_token_options *options,
			     uid_t run_as, gid_t group, int *fd)
{
	int pair[2], size = 4 * KEYD_MESSAGE_MAX;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return strerror(errno);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	pid = fork();
	if (!pid)
		run_helper(options, run_as, group, pair[1]);
	close(pair[1]);
	if (pid > 0 && is_ready(pair[0])) {
		*fd = pair[0];
		return NULL;
	}
	close(pair[0]);
	return "the process of the tokens does not start";
}

/* systemd's credentials are root's, by an entry that shows as the group's. */
static const char *judge(const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_size > FILE_MAX)
		return "that is no file of PINs";
	if (st->st_uid != geteuid() && st->st_uid)
		return "it is another user's";
	return st->st_mode & (st->st_uid || st->st_gid ? 077 : 037) ?
		"others may read it" : NULL;
}

static const char *add(struct keyd_pins *pins, char *line)
{
	char *serial = strtok(line, " \t\r"), *pin = strtok(NULL, " \t\r");
	struct pin *to = &pins->list[pins->count];

	if (!serial || *serial == '#')
		return NULL;
	if (strtok(NULL, " \t\r") || pins->count == KEYD_TOKENS * 2)
		return "a line has more than a serial number and a PIN, or "
		       "there are too many";
	if (!pin) {
		pin = serial;
		serial = "";
	}
	if (strlen(serial) >= sizeof(to->serial) ||
	    strlen(pin) >= sizeof(to->pin))
		return "a serial number or a PIN is too long";
	strcpy(to->serial, serial);
	strcpy(to->pin, pin);
	pins->count++;
	return NULL;
}

static const char *read_lines(int fd, struct keyd_pins *pins)
{
	char text[FILE_MAX + 1], *rest = text, *line;
	ssize_t n = read(fd, text, FILE_MAX);
	const char *why = n < 0 ? strerror(errno) : NULL;

	text[n < 0 ? 0 : n] = 0;
	while (!why && (line = strsep(&rest, "\n")))
		why = add(pins, line);
	explicit_bzero(text, sizeof(text));
	return why;
}

const char *keyd_pins_read(const char *path, struct keyd_pins **pins)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		why = strerror(errno);
	} else {
		why = judge(&st);
		*pins = OPENSSL_secure_zalloc(sizeof(**pins));
		if (!why)
			why = *pins ? read_lines(fd, *pins) : strerror(ENOMEM);
	}
	if (fd >= 0)
		close(fd);
	return why;
}

const char *keyd_pins_find(const struct keyd_pins *pins, const char *serial)
{
	const char *any = NULL;

	for (size_t i = 0; pins && i < pins->count; i++) {
		if (!strcmp(pins->list[i].serial, serial))
			return pins->list[i].pin;
		if (!pins->list[i].serial[0])
			any = pins->list[i].pin;
	}
	return any;
}
