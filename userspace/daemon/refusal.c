// SPDX-License-Identifier: GPL-2.0
/*
 * How many refusals the security log takes, and what becomes of the others.
 */
#include "refusal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "metrics.h"

enum {
	SOURCES = 128,
	PROBES = 8,
	HOST_SIZE = 72,		/* a device's name, or an address */
	TOGETHER = 10,		/* times what one source may */
};

struct source {
	char host[HOST_SIZE];	/* "": free */
	unsigned int lines, unseen;
};

/* Who finds no room, as many sources came at once, shares the last one. */
static struct source sources[SOURCES + 1];
static unsigned int burst = 100, lines;
static int64_t second;
static struct metric *refused, *left_out;

static int64_t monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static int64_t (*now)(void) = monotonic;

/* Without a port: "192.0.2.1:5060", "[2001:db8::1]:5060". */
static void set_host(char host[HOST_SIZE], const char *source)
{
	const char *colon = strrchr(source, ':');
	size_t len = strlen(source);

	if (colon && (strchr(source, ':') == colon || colon[-1] == ']'))
		len = colon - source;
	snprintf(host, HOST_SIZE, "%.*s", (int)len, source);
}

static struct source *find(const char *host)
{
	uint32_t hash = 2166136261u;	/* FNV-1a: a clash shares a line */

	for (const char *c = host; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	for (unsigned int i = 0; i < PROBES; i++) {
		struct source *s = &sources[(hash + i) % SOURCES];

		if (!s->host[0])
			memcpy(s->host, host, HOST_SIZE);
		if (!strcmp(s->host, host))
			return s;
	}
	return &sources[SOURCES];
}

static void tell(const struct source *s)
{
	char count[16];

	snprintf(count, sizeof(count), "%u", s->unseen);
	log_security("refusals-unseen", "peer", s->host[0] ? s->host : NULL,
		     "count", count, NULL);
}

void refusal_flush(void)
{
	int64_t time = now();

	if (time == second)
		return;
	second = time;
	for (unsigned int i = 0; lines && i <= SOURCES; i++) {
		if (sources[i].unseen)
			tell(&sources[i]);
		sources[i] = (struct source){ 0 };
	}
	lines = 0;
}

static void find_metrics(void)
{
	if (refused)
		return;
	refused = metrics_counter("ucsec_refusals",
				  "refusals for the security log", NULL);
	left_out = metrics_counter("ucsec_refusals_unseen",
				   "of these, counted alone", NULL);
}

bool refusal_admit(const char *source)
{
	char host[HOST_SIZE] = "";
	struct source *s;

	find_metrics();
	refusal_flush();
	set_host(host, source);
	s = find(host);
	metrics_add(refused, 1);
	if (s->lines < burst && lines < burst * TOGETHER) {
		s->lines++;
		lines++;
		return true;
	}
	s->unseen++;
	metrics_add(left_out, 1);
	return false;
}

void refusal_set_clock(int64_t (*clock)(void))
{
	now = clock;
}

void refusal_set_burst(unsigned int count)
{
	burst = count;
	find_metrics();
}
