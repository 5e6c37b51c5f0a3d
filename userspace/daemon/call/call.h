/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls: who speaks with whom, over which legs, how safely.
 */
#ifndef CALL_H
#define CALL_H

#include "call/party.h"

struct call_system_config {
	struct event_base *base;
	struct store *store;
	/* Their owner frees them after the system. */
	struct call_media_system *media;
	/*
	 * call_line_state() of a line has changed; or NULL. It must not call
	 * back but for that.
	 */
	void (*line_changed)(void *arg, int64_t line);
	void *arg;
};

struct call_counters_total {
	uint64_t begun, answered, failed, ended, denied;
	uint64_t over_limit;		/* denied: its device had enough */
	uint64_t forged, replayed, dead;	/* media alarms */
	unsigned int now;
};

struct call_system *call_system_new(const struct call_system_config *config);
/* Calls stay in the kernel and in the database, for the next daemon. */
void call_system_free(struct call_system *system);
/* @protocol must live as long as the system. */
int call_protocol_add(struct call_system *system,
		      const struct call_protocol *protocol);
/* Once all protocols are there: takes up the calls of an earlier daemon. */
int call_system_adopt(struct call_system *system);
const struct call_counters_total *
call_system_counters(const struct call_system *system);

/* device.c: ends calls of devices that are no longer in the store. */
void call_devices_recheck(struct call_system *system);

/* show.c: for the admin API; the caller decrefs. NULL: no such call. */
json_t *call_list(struct call_system *system);
/*
 * Legs, devices, suites, status and what keeps it from a lock, in words; with the
 * kernel's counters, which come later: @done gets the document, which it decrefs.
 * Errors: -ENOENT.
 */
int call_show_counters(struct call_system *system, const char *id,
		       void (*done)(void *arg, json_t *call), void *arg);
/* An administrator ends it. Errors: -ENOENT. */
int call_clear(struct call_system *system, const char *id);

/*
 * route.c: would this number lead anywhere, for who calls or transfers? 0, or
 * the status that a call would have been refused with.
 */
int call_may_reach(struct call_system *system, const struct call_party *party,
		   const char *number);

/* Who is at the other side, or NULL. */
const struct call_party *call_party_beside(const struct call_party *party);
/* What it was told last, again; bytes or -errno. */
ssize_t call_party_describe(struct call_party *party, char *buf, size_t size);

/* Is a line in a call (for presence), and does it ring? */
enum call_line_state { CALL_LINE_IDLE, CALL_LINE_RINGS, CALL_LINE_BUSY };
enum call_line_state call_line_state(const struct call_system *system,
				     int64_t line);

#endif /* CALL_H */
