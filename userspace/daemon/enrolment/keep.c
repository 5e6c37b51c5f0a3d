// SPDX-License-Identifier: GPL-2.0
/*
 * What came of an enrolment, written down before the phone hears its end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "enrolment/internal.h"
#include "log.h"

enum {
	/* Seconds in which the same failure of a phone is written down once. */
	SAME_FAILURE = 60,
	/*
	 * One of each phone that enrols. Of those that gave up while the disk
	 * stood still as many more as memory is to be had for.
	 */
	TICKETS_MAX = 8192,
};

/* Stands between the writer and a visit that may end before it answers. */
struct ticket {
	struct visit *visit;		/* NULL: it has ended */
	void (*done)(struct visit *visit, bool good);
};

/* The writer has; it may answer after the service has ended. */
static unsigned int tickets;

static void log_refusal(const struct store_error *error)
{
	log_event(LOG_LEVEL_ERROR, "capf-not-kept", "object", error->object,
		  "reason", error->reason, NULL);
}

static void on_done(void *ctx, struct store_reply *reply)
{
	struct ticket *ticket = ctx;
	struct visit *visit = ticket->visit;

	tickets--;
	if (reply->error.status)
		log_refusal(&reply->error);
	if (visit) {
		visit->ticket = NULL;
		ticket->done(visit, !reply->error.status);
		visit_arm(visit);
	}
	store_reply_clear(reply);
	free(ticket);
}

/* Nobody waits for it. */
static void on_late(void *ctx, struct store_reply *reply)
{
	(void)ctx;
	if (reply->error.status && reply->error.status != 404)
		log_refusal(&reply->error);
	store_reply_clear(reply);
}

static struct ticket *ticket_new(struct visit *visit,
				 void (*done)(struct visit *visit, bool good))
{
	struct ticket *ticket = tickets < TICKETS_MAX ?
		calloc(1, sizeof(*ticket)) : NULL;

	if (!ticket)
		return NULL;
	*ticket = (struct ticket){ visit, done };
	visit->ticket = ticket;
	tickets++;
	return ticket;
}

/* It was not taken. */
static void ticket_free(struct ticket *ticket)
{
	ticket->visit->ticket = NULL;
	tickets--;
	free(ticket);
}

/*
 * What the phone has, it has: were that refused since others' changes wait, it
 * would have to enrol once more. @what is owed to it.
 */
static int submit(struct visit *visit, struct store_enrolment *what,
		  void (*done)(struct visit *visit, bool good))
{
	struct ticket *ticket = ticket_new(visit, done);
	int err;

	if (!ticket)
		return -ENOMEM;
	what->owed = true;
	err = store_enrolment_keep(visit->all->config.store, what, on_done,
				   ticket);
	if (err)
		ticket_free(ticket);
	return err;
}

void visit_forget_ticket(struct visit *visit)
{
	if (visit->ticket)
		visit->ticket->visit = NULL;
	visit->ticket = NULL;
}

static void on_issued_kept(struct visit *visit, bool good)
{
	if (good)
		capf_session_issued(visit->session, visit->issued,
				    visit->issued_len, enrolment_now());
	else
		capf_session_refuse(visit->session, CAPF_REASON_DECLINED,
				    CAPF_RESULT_NO_COMMUNICATION,
				    "the certificate could not be written "
				    "down");
}

/*
 * Who has proved that the last one on its way has arrived may get no other: that
 * one is on record from now on, or it would be nobody's once this one is.
 */
int visit_keep_issued(struct visit *visit)
{
	struct store_enrolment what = {
		.phone = visit->phone,
		.issued = visit->issued,
		.issued_len = visit->issued_len,
	};
	uint8_t *held = NULL;
	int err = 0;

	if (visit->shows_issued && visit->device.mode == CAPF_BY_LSC_FIRST)
		err = store_device_cert(visit->all->config.store, visit->phone,
					STORE_LSC_ISSUED, &held, &what.lsc_len);
	what.lsc = held;
	if (!err)
		err = submit(visit, &what, on_issued_kept);
	free(held);
	return err;
}

/* It is counted in memory where it is not on the disk. */
static void on_guesses_kept(struct visit *visit, bool good)
{
	(void)good;
	capf_session_refuse(visit->session, CAPF_REASON_DECLINED,
			    visit->judgement.result, visit->judgement.why);
}

int visit_keep_guesses(struct visit *visit, const struct store_guesses *guesses,
		       const struct capf_judgement *judgement)
{
	struct store *store = visit->all->config.store;
	struct ticket *ticket;
	int err;

	if (!judgement)
		return store_guesses_keep(store, visit->phone, guesses,
					  on_late, NULL);
	visit->judgement = *judgement;
	ticket = ticket_new(visit, on_guesses_kept);
	if (!ticket)
		return -ENOMEM;
	err = store_guesses_keep(store, visit->phone, guesses, on_done, ticket);
	if (err)
		ticket_free(ticket);
	return err;
}

static void on_kept(struct visit *visit, bool good)
{
	if (good && visit->device.mode == CAPF_BY_STRING)
		capf_guard_spend(visit->all->guard, visit->name,
				 &visit->device.string, enrolment_now());
	capf_session_kept(visit->session, good);
}

void visit_keep(void *arg, enum capf_result result, struct element_bytes der)
{
	struct visit *visit = arg;
	struct store_enrolment what = {
		.phone = visit->phone,
		.result = result,
		.when = time(NULL),
		.done = true,
		.operation = (enum store_capf_operation)
			visit->device.operation,
		.remove_lsc = result == CAPF_RESULT_DELETED,
		.mic = visit->mic,
		.mic_len = visit->mic_len,
	};

	if (result == CAPF_RESULT_INSTALLED) {
		what.lsc = der.at;
		what.lsc_len = der.len;
	} else if (result == CAPF_RESULT_FETCHED) {
		what.fetched = der.at;
		what.fetched_len = der.len;
	}
	if (submit(visit, &what, on_kept))
		capf_session_kept(visit->session, false);
}

struct failure {
	unsigned int result;
	int64_t now;
	bool is_told;
};

/* From the last one back, as far as what was done last. */
static int find_failure(void *ctx, int64_t when, unsigned int result, bool done,
			const char *why)
{
	struct failure *failure = ctx;

	(void)why;
	if (done || when > failure->now || when + SAME_FAILURE <= failure->now)
		return 1;
	failure->is_told = result == failure->result;
	return failure->is_told;
}

/*
 * Who has not shown that it is the phone may fail as often as it likes, and in
 * as many ways by turns, and shall not keep the disk at work with it.
 */
static bool is_told_already(const struct visit *visit, enum capf_result result,
			    int64_t now)
{
	struct failure failure = { .result = result, .now = now };

	if (!visit->accepted)
		store_enrolment_history(visit->all->config.store, visit->phone,
					find_failure, &failure);
	return failure.is_told;
}

void visit_keep_failure(struct visit *visit, enum capf_result result,
			const char *why)
{
	const struct store_enrolment what = {
		.phone = visit->phone,
		.result = result,
		.why = why,
		.when = time(NULL),
		.done = result == CAPF_RESULT_LATE,
		.operation = (enum store_capf_operation)
			visit->device.operation,
		.completes_by = visit->device.completes_by,
	};

	if (!visit->phone || is_told_already(visit, result, what.when))
		return;
	store_enrolment_keep(visit->all->config.store, &what, on_late, NULL);
}

int enrolment_keep_overdue(struct enrolment *all,
			   const struct store_enrolment_state *state)
{
	const struct store_enrolment what = {
		.phone = state->phone,
		.result = CAPF_RESULT_TIMED_OUT,
		.when = time(NULL),
		.done = true,
		.operation = state->operation,
		.completes_by = state->completes_by,
	};

	return store_enrolment_keep(all->config.store, &what, on_late, NULL);
}
