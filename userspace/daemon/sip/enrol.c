// SPDX-License-Identifier: GPL-2.0
// Auto-registration: an unknown phone gets a number, in nonsecure mode alone
// (SIG-1).

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "refusal.h"
#include "sip/identify.h"
#include "store/object.h"

#define PROFILE "auto-registration"

enum {
	JOBS_MAX = 8, NUMBER_DIGITS_MAX = 18,
	LOOKS_MAX = 64,			/* at numbers, for one request */
};

enum step { ADD_PROFILE, ADD_LINE, ADD_PHONE, DONE };

/* The store answers each step from the loop; sip is NULL if it went before. */
struct job {
	LIST_ENTRY(job) entry;
	struct sip *sip;
	enum step step;
	char name[STORE_NAME_SIZE], number[STORE_NUMBER_SIZE];
};

struct sip_enrolment {
	LIST_HEAD(, job) jobs;
	unsigned int count;
	unsigned long long next;	/* where to look on for a number */
	unsigned long long taken;	/* those seen since one was free */
	unsigned long long start;	/* of the range that it was seen in */
};

static int submit(struct job *job);

static void finish(struct job *job)
{
	if (job->sip) {
		LIST_REMOVE(job, entry);
		job->sip->enrolment->count--;
	}
	free(job);
}

/* What is there already is no fault: two phones came at once, or one twice. */
static void on_done(void *arg, struct store_reply *reply)
{
	struct job *job = arg;
	int status = reply->error.status;

	if (status && status != 409)
		log_event(LOG_LEVEL_WARNING, "auto-registration-failed",
			  "device", job->name, "reason", reply->error.reason,
			  NULL);
	store_reply_clear(reply);
	job->step++;
	if (!job->sip || (status && status != 409) || job->step == DONE) {
		if (!status)
			log_event(LOG_LEVEL_NOTICE, "auto-registered",
				  "device", job->name, "number", job->number,
				  NULL);
		finish(job);
		return;
	}
	if (submit(job))
		finish(job);
}

static json_t *body_of(const struct job *job)
{
	switch (job->step) {
	case ADD_PROFILE:
		return json_pack("{s:s, s:s, s:s}", "name", PROFILE, "kind",
				 "phone", "device_security_mode",
				 "nonsecure");
	case ADD_LINE:
		return json_pack("{s:s}", "number", job->number);
	default:
		return json_pack("{s:s, s:s, s:[{s:s}]}", "name", job->name,
				 "profile", PROFILE, "lines", "number",
				 job->number);
	}
}

static int submit(struct job *job)
{
	static const char *const nouns[] = {
		[ADD_PROFILE] = "profile", [ADD_LINE] = "line",
		[ADD_PHONE] = "phone",
	};
	struct store_request request = {
		.verb = STORE_ADD,
		.noun = store_noun_find(nouns[job->step]),
		.body = body_of(job),
	};
	int err;

	if (!request.body)
		return -ENOMEM;
	err = store_submit(job->sip->store, &request, on_done, job);
	if (err)
		json_decref(request.body);
	return err;
}

static bool is_taken(struct sip *sip, const char *number)
{
	struct sip_enrolment *enrolment = sip->enrolment;
	struct store_buttons buttons;
	struct store_line line;
	struct job *job;
	bool taken;

	LIST_FOREACH(job, &enrolment->jobs, entry) {
		if (!strcmp(job->number, number))
			return true;
	}
	if (store_line_by_name(sip->store, number, NULL, &line) != -ENOENT)
		return true;
	if (store_number_phones(sip->store, number, &buttons))
		return true;
	taken = buttons.count;
	store_buttons_clear(&buttons);
	return taken;
}

/*
 * A free number of the range, with as many digits as its first has. Strangers
 * cause this: a few are looked at, the phone's next request goes on from there.
 */
static int find_number(struct sip *sip, char *number, size_t size)
{
	struct sip_enrolment *seen = sip->enrolment;
	const char *first = store_param_text(
		sip->store, STORE_PARAM_AUTO_REGISTRATION_FIRST);
	const char *last = store_param_text(
		sip->store, STORE_PARAM_AUTO_REGISTRATION_LAST);
	size_t digits = strlen(first);
	unsigned long long start, end;
	int looks;

	if (!digits || digits > NUMBER_DIGITS_MAX ||
	    strspn(first, "0123456789") != digits ||
	    strspn(last, "0123456789") != strlen(last))
		return -EINVAL;
	start = strtoull(first, NULL, 10);
	end = strtoull(last, NULL, 10);
	if (seen->start != start) {
		seen->start = start;
		seen->taken = 0;
	}
	for (looks = 0; looks < LOOKS_MAX && start <= end; looks++) {
		if (seen->next < start || seen->next > end)
			seen->next = start;
		snprintf(number, size, "%0*llu", (int)digits, seen->next++);
		if (!is_taken(sip, number)) {
			seen->taken = 0;
			return 0;
		}
		seen->taken++;
	}
	return start > end || seen->taken > end - start ? -ENOSPC : -EAGAIN;
}

static bool is_under_way(const struct sip *sip, const char *name)
{
	struct job *job;

	LIST_FOREACH(job, &sip->enrolment->jobs, entry) {
		if (!strcmp(job->name, name))
			return true;
	}
	return false;
}

static int start(struct sip *sip, const char *name)
{
	struct job *job;
	int err;

	if (sip->enrolment->count >= JOBS_MAX)
		return -EBUSY;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->sip = sip;
	strcpy(job->name, name);
	err = find_number(sip, job->number, sizeof(job->number));
	if (err == -EAGAIN) {
		free(job);
		return 0;
	}
	if (err) {
		if (refusal_admit(name))
			log_event(LOG_LEVEL_WARNING,
				  "auto-registration-failed", "device", name,
				  "reason", "no number is free", NULL);
		free(job);
		return err;
	}
	LIST_INSERT_HEAD(&sip->enrolment->jobs, job, entry);
	sip->enrolment->count++;
	err = submit(job);
	if (err)
		finish(job);
	return err;
}

bool sip_enrol(struct sip *sip, const osip_message_t *msg)
{
	char name[STORE_NAME_SIZE];

	if (!store_param(sip->store, STORE_PARAM_AUTO_REGISTRATION) ||
	    store_param(sip->store, STORE_PARAM_CLUSTER_SECURITY_MODE) !=
	    STORE_CLUSTER_NONSECURE ||
	    !sip_identify_claim(msg, name, sizeof(name)))
		return false;
	return is_under_way(sip, name) || !start(sip, name);
}

int sip_enrolment_start(struct sip *sip)
{
	sip->enrolment = calloc(1, sizeof(*sip->enrolment));
	return sip->enrolment ? 0 : -ENOMEM;
}

/* What the store is at comes back to a job that is nobody's. */
void sip_enrolment_stop(struct sip *sip)
{
	struct job *job;

	if (!sip->enrolment)
		return;
	while ((job = LIST_FIRST(&sip->enrolment->jobs))) {
		LIST_REMOVE(job, entry);
		job->sip = NULL;
	}
	free(sip->enrolment);
	sip->enrolment = NULL;
}
