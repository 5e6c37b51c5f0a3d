// SPDX-License-Identifier: GPL-2.0
/* Pauses of media, in every order: which of them end a call. */
#include <string.h>

#include "../../userspace/daemon/call/alarm.c"
#include "tap.h"

static struct call_system calls;
static struct call call = { .system = &calls };
static struct call_bridge bridge;
static struct call_party parties[2];
static uint64_t sent[2];
static bool held;
static unsigned int ended;

/* Each query is answered at once, leg A first. */
int call_media_query(struct call_media *media, call_counters_fn fn, void *arg)
{
	struct call_counters counters = { 0 };
	int leg;

	(void)media;
	for (leg = 0; leg < 2; leg++) {
		counters.rx_packets = sent[leg];
		fn(arg, 0, 0, (enum call_leg)leg, &counters);
	}
	fn(arg, 0, CALL_LINES, CALL_LEG_A, NULL);
	return 0;
}

void call_session_security(const struct call_session *session,
			   enum call_leg leg,
			   struct call_protection *security)
{
	(void)session;
	(void)leg;
	memset(security, 0, sizeof(*security));
	security->held = held;
}

void call_end_later(struct call *which, const struct call_cause *cause)
{
	(void)which;
	(void)cause;
	ended++;
}

int call_round_solicit(struct call_bridge *which, enum call_leg from)
{
	(void)which;
	(void)from;
	return 0;
}

void call_round_abort(struct call_bridge *which)
{
	(void)which;
}

void call_log(const struct call *which, enum log_level level,
	      const char *event, const char *why)
{
	(void)which;
	(void)level;
	(void)event;
	(void)why;
}

void log_security(const char *event, ...)
{
	(void)event;
}

const char *call_media_event_about(enum call_media_event event)
{
	(void)event;
	return "";
}

/*
 * A letter of a leg: it is told to be silent; a digit: what comes before that is
 * sent, 1 by A, 2 by B; h: the call is held, u: it is not.
 */
static const struct {
	const char *steps;
	unsigned int ends;
} rows[] = {
	{ "12AB", 1 },
	{ "12BA", 1 },
	{ "AB", 1 },			/* never anything */
	{ "12A", 0 },
	{ "12AA", 0 },
	{ "12A2B", 1 },			/* B went on for a while */
	{ "12A1B", 0 },			/* A speaks again */
	{ "12A1BA", 1 },
	{ "12A1B2A", 0 },
	{ "12A1B2AB", 1 },
	{ "12hAB", 0 },
	{ "12hAuB", 1 },
};

static void play(const char *steps)
{
	bridge = (struct call_bridge){ .call = &call,
		.party = { &parties[0], &parties[1] } };
	memset(sent, 0, sizeof(sent));
	held = false;
	ended = 0;
	for (; *steps; steps++) {
		if (*steps == '1' || *steps == '2')
			sent[*steps - '1']++;
		else if (*steps == 'h' || *steps == 'u')
			held = *steps == 'h';
		else
			call_alarm(&bridge, 0, *steps - 'A',
				   CALL_MEDIA_SILENT, 0);
	}
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		play(rows[i].steps);
		ok(ended == rows[i].ends, "%s: %s", rows[i].steps,
		   rows[i].ends ? "dead" : "alive");
	}
	play("12");
	call_alarm(&bridge, 1, CALL_LEG_A, CALL_MEDIA_SILENT, 0);
	call_alarm(&bridge, 1, CALL_LEG_B, CALL_MEDIA_SILENT, 0);
	ok(!ended, "video alone that pauses ends nothing");
	return tap_end();
}
