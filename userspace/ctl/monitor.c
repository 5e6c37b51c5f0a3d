// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl monitor: events as they come, one a line.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio_ext.h>
#include <string.h>

#include "ctl.h"

static volatile sig_atomic_t interrupted;

struct monitor {
	bool json;
	uint32_t left;		/* events until the end; 0: no end */
	bool done;
	enum status status;
};

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/*
 * Without SA_RESTART: a signal also ends a write to a pipe that nobody empties.
 * A second one kills, should the first have come just before such a write.
 */
static void catch_signals(sigset_t *set)
{
	struct sigaction action = {
		.sa_handler = on_signal, .sa_flags = SA_RESETHAND,
	};

	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/*
 * Waits for events. The signals are blocked from the look at the flag to the
 * sleep, so that none can slip in between. False: go no further.
 */
static bool wait_readable(int fd, const sigset_t *set)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	sigset_t before;

	sigprocmask(SIG_BLOCK, set, &before);
	if (!interrupted)
		ppoll(&pfd, 1, NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !interrupted;
}

static void print_notice(const struct ucsec_notice *notice)
{
	const char *name = ucsec_event_name(notice->event);
	char text[UCSEC_ENDPOINT_TEXT_LEN];

	printf("%s ", name ? name : "unknown");
	if (!is_of_acl(notice))
		printf("stream %u", notice->id);
	else if (notice->have & UCSEC_HAVE_TRUNK)
		printf("trunk %u", notice->trunk);
	else
		fputs("unknown sources", stdout);
	if (notice->have & UCSEC_HAVE_IN) {
		ucsec_endpoint_format(&notice->in, text, sizeof(text));
		printf(" in %s", text);
	}
	if (notice->have & UCSEC_HAVE_LATCHED) {
		ucsec_endpoint_format(&notice->latched, text, sizeof(text));
		printf(" from %s", text);
	}
	if (notice->count)
		printf(" count %" PRIu64, notice->count);
	if (notice->have & UCSEC_HAVE_COOKIE) {
		fputs(" cookie ", stdout);
		print_cookie(notice->cookie, notice->cookie_len);
	}
	putchar('\n');
}

/* What the end of a pipe would keep for itself is of no use: flush. */
static void on_event(const struct ucsec_notice *notice, void *arg)
{
	struct monitor *monitor = arg;

	if (monitor->done || interrupted)
		return;
	if (!monitor->json)
		print_notice(notice);
	else if (print_json(json_of_notice(notice)))
		monitor->status = STATUS_FAILED;
	if (fflush(stdout))
		monitor->done = true;
	if (monitor->left && !--monitor->left)
		monitor->done = true;
}

static void print_lost(const struct ctl *ctl)
{
	uint64_t overruns = ucsec_event_lost(ctl->handle);

	if (ctl->json)
		print_json(json_pack("{s:s,s:I}", "event", "lost", "overruns",
				     (json_int_t)overruns));
	else
		printf("lost overruns %" PRIu64 "\n", overruns);
	fflush(stdout);
}

static enum status watch(struct ctl *ctl, struct monitor *monitor)
{
	int fd = ucsec_event_fd(ctl->handle);
	sigset_t set;
	int err;

	catch_signals(&set);
	fputs("listening\n", stderr);
	while (!monitor->done && wait_readable(fd, &set)) {
		err = ucsec_event_dispatch(ctl->handle, on_event, monitor);
		if (err == -ENOBUFS && !interrupted)
			print_lost(ctl);
		else if (err < 0 && err != -ENOBUFS && err != -EINTR)
			return fail_request(ctl);
	}
	/* A line cut off by the signal would only block again. */
	if (interrupted) {
		__fpurge(stdout);
		clearerr(stdout);
	}
	return monitor->status;
}

enum status cmd_monitor(struct ctl *ctl, char **words)
{
	struct monitor monitor = { .json = ctl->json };

	if (words[0] && strcmp(words[0], "count"))
		return usage_error(ctl, "unknown keyword", words[0]);
	if (words[0] && (!words[1] || words[2] ||
			 parse_u32(words[1], &monitor.left) || !monitor.left))
		return value_error(ctl, "count", "one number above 0 is needed");
	if (ctl_open(ctl))
		return STATUS_FAILED;
	if (ucsec_event_subscribe(ctl->handle))
		return fail_request(ctl);
	return watch(ctl, &monitor);
}
