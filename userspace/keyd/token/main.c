// SPDX-License-Identifier: GPL-2.0
/* ucsec-keyd-token MODULE SECONDS [FILES]: started by ucsec-keyd alone. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keyd/token/token.h"

enum { LEAVE_MS = 2000 };	/* to close a session that has its answer */

static struct token_ask ask;
static struct token_answer answer;
static volatile uint32_t *pin;	/* enum token_pin: the workers', shared */

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void work(const char *module, int to)
{
	/* It does not outlive who ends it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(TOKEN_LINK_FD);
	if (token_walls_worker())
		_exit(EXIT_FAILURE);
	token_module_answer(module, &ask, &answer, pin);
	explicit_bzero(&ask, sizeof(ask));
	for (size_t at = 0; at < sizeof(answer); ) {
		ssize_t n = write(to, (char *)&answer + at,
				  sizeof(answer) - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	token_module_end();
	/* Nor does anything that the module left for exit(). */
	_exit(EXIT_SUCCESS);
}

/* Bytes of the answer that came in time; ends with keyd. */
static size_t hear(int from, long until)
{
	struct pollfd p[] = {
		{ .fd = from, .events = POLLIN }, { .fd = TOKEN_LINK_FD },
	};
	size_t at = 0;

	for (;;) {
		long left = until - now_ms();
		char spare;
		ssize_t n;

		if (left <= 0 || poll(p, 2, (int)left) <= 0)
			return at;
		if (p[1].revents)
			exit(EXIT_SUCCESS);
		n = at < sizeof(answer) ?
			read(from, (char *)&answer + at, sizeof(answer) - at) :
			read(from, &spare, 1);
		if (n <= 0 || at == sizeof(answer))
			return at;
		at += (size_t)n;
		if (at == sizeof(answer))
			until = now_ms() + LEAVE_MS;
	}
}

static void explain(int status, bool late)
{
	memset(&answer, 0, sizeof(answer));
	answer.trouble = TOKEN_BROKEN;
	if (late)
		snprintf(answer.why, sizeof(answer.why),
			 "the module of the tokens did not answer in time");
	else if (WIFSIGNALED(status))
		snprintf(answer.why, sizeof(answer.why),
			 "the module of the tokens ended by signal %d",
			 WTERMSIG(status));
	else
		snprintf(answer.why, sizeof(answer.why),
			 "the module of the tokens ended by itself");
}

static void serve(const char *module, long seconds)
{
	long until = now_ms() + seconds * 1000;
	uint32_t turn = ask.turn;
	int ends[2], status = 0;
	pid_t pid;
	size_t got;

	memset(&answer, 0, sizeof(answer));
	*pin = TOKEN_PIN_UNUSED;
	if (pipe2(ends, O_CLOEXEC))
		exit(EXIT_FAILURE);
	pid = fork();
	if (!pid)
		work(module, ends[1]);
	explicit_bzero(&ask, sizeof(ask));
	close(ends[1]);
	got = pid > 0 ? hear(ends[0], until) : 0;
	close(ends[0]);
	if (pid > 0) {
		bool late = got < sizeof(answer) && now_ms() >= until;

		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (got < sizeof(answer))
			explain(status, late);
	} else {
		explain(0, false);
	}
	answer.turn = turn;
	answer.pin = *pin;
}

static bool ask_next(void)
{
	ssize_t n;

	do {
		n = recv(TOKEN_LINK_FD, &ask, sizeof(ask), MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	return n == sizeof(ask);
}

int main(int argc, char **argv)
{
	long seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	struct rlimit none = { 0, 0 };
	const char *why;

	if (argc < 3 || argc > 4 || seconds <= 0) {
		fputs("ucsec-keyd-token is started by ucsec-keyd\n", stderr);
		return 2;
	}
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	pin = mmap(NULL, sizeof(*pin), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	why = pin == MAP_FAILED ? strerror(errno) :
		token_walls(argv[1], argv[3]);
	if (why) {
		fprintf(stderr, "ucsec-keyd-token: %s\n", why);
		return EXIT_FAILURE;
	}
	/* Ready, with an answer to nothing. */
	do {
		if (send(TOKEN_LINK_FD, &answer, sizeof(answer),
			 MSG_NOSIGNAL) != sizeof(answer))
			return EXIT_FAILURE;
		if (!ask_next())
			return EXIT_SUCCESS;
		serve(argv[1], seconds);
	} while (true);
}
