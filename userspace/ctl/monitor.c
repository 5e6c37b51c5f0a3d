// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl monitor: events as they come, one a line.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
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
 * The signals stay blocked but during ppoll(), so that none can slip in
 * between looking at the flag and going to sleep.
 */
static void catch_signals(sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, while_waiting);
	sigdelset(while_waiting, SIGINT);
	sigdelset(while_waiting, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void print_notice(const struct ucsec_notice *notice)
{
	const char *name = ucsec_event_name(notice->event);
	char text[UCSEC_ENDPOINT_TEXT_LEN];

	printf("%s stream %u", name ? name : "unknown", notice->id);
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

	if (monitor->done)
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
	struct pollfd pfd = {
		.fd = ucsec_event_fd(ctl->handle), .events = POLLIN,
	};
	sigset_t while_waiting;
	int err;

	catch_signals(&while_waiting);
	fputs("listening\n", stderr);
	while (!monitor->done && !interrupted) {
		if (ppoll(&pfd, 1, NULL, &while_waiting) < 0 && errno != EINTR)
			return fail(ctl, strerror(errno));
		if (interrupted)
			break;
		err = ucsec_event_dispatch(ctl->handle, on_event, monitor);
		if (err == -ENOBUFS)
			print_lost(ctl);
		else if (err < 0)
			return fail_request(ctl);
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
