// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates that end soon, and trusted ones that should not be.
 *
 * The database has all of them, our own, too, as keyd or the files have them.
 */
#include "trust/expiry.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "log.h"
#include "metrics.h"
#include "store/object.h"
#include "store/store.h"

#define DAY	86400L

struct row {
	char name[STORE_NAME_SIZE];
	char until[24];
	time_t end;
	bool mic;		/* in callmanager-trust */
};

struct expiry {
	struct store *store;
	struct admin *admin;
	struct event *daily, *soon;
	bool stale;		/* there is something to look at */
	struct row *rows;
	size_t count;
	json_t *steps;		/* fingerprint: the step that was told */
};

/* How many of the days of warning have begun; the last is the end itself. */
static json_int_t step_of(const struct expiry *e, time_t left)
{
	const long days[] = {
		store_param(e->store, STORE_PARAM_CERTIFICATE_WARNING_DAYS),
		14, 7, 1, 0,
	};
	json_int_t step = 0;

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (days[i] <= days[0] && left <= days[i] * DAY)
			step = (json_int_t)i + 1;
	return step;
}

static void tell(const struct row *row, time_t left)
{
	char days[24];

	snprintf(days, sizeof(days), "%ld", (long)left / DAY);
	if (left <= 0)
		log_event(LOG_LEVEL_ERROR, "certificate-expired", "name",
			  row->name, "since", row->until, NULL);
	else
		log_event(LOG_LEVEL_WARNING, "certificate-expires", "name",
			  row->name, "days", days, "until", row->until, NULL);
}

struct look {
	struct expiry *expiry;
	struct row *rows;
	size_t count, size;
	json_t *steps;
	time_t now;
};

static struct row *row_new(struct look *look)
{
	size_t size = look->size ? 2 * look->size : 64;
	struct row *rows = look->rows;

	if (look->count == look->size) {
		rows = reallocarray(rows, size, sizeof(*rows));
		if (!rows)
			return NULL;
		look->rows = rows;
		look->size = size;
	}
	return &rows[look->count];
}

static int take_row(void *ctx, const struct store_cert_end *cert)
{
	struct look *look = ctx;
	struct expiry *e = look->expiry;
	struct row *row = row_new(look);
	struct tm tm = { 0 };
	json_int_t step;

	if (!row)
		return -ENOMEM;
	snprintf(row->name, sizeof(row->name), "%s", cert->name);
	snprintf(row->until, sizeof(row->until), "%s", cert->not_after);
	if (!strptime(row->until, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return 0;
	look->count++;
	row->end = timegm(&tm);
	row->mic = !strcmp(cert->purpose, "callmanager-trust") &&
		store_cert_is_mic_root(cert->subject);
	step = step_of(e, row->end - look->now);
	/* A later one than was told, of that name and certificate. */
	if (step > json_integer_value(json_object_get(e->steps,
						      cert->fingerprint)))
		tell(row, row->end - look->now);
	json_object_set_new(look->steps, cert->fingerprint,
			    json_integer(step));
	return 0;
}

void expiry_look(struct expiry *e, time_t now)
{
	struct look look = { .expiry = e, .steps = json_object(), .now = now };

	e->stale = false;
	if (look.steps && !store_cert_end_each(e->store, take_row, &look)) {
		free(e->rows);
		e->rows = look.rows;
		e->count = look.count;
		json_decref(e->steps);
		e->steps = look.steps;
		return;
	}
	free(look.rows);
	json_decref(look.steps);
}

/* Whoever asks hears of what has changed. */
static void refresh(struct expiry *e)
{
	if (e->stale)
		expiry_look(e, time(NULL));
}

static void on_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	refresh(arg);
}

static void on_day(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	expiry_look(arg, time(NULL));
}

/* Of a thousand changes at once, once. */
static void on_change(void *ctx, const struct store_change *change)
{
	const struct timeval tv = { 0, 500000 };
	struct expiry *e = ctx;
	bool is_days = !strcmp(change->noun, "param") &&
		!strcmp(change->key, "certificate_warning_days");

	if (!is_days && strcmp(change->noun, "*") &&
	    strcmp(change->noun, "cert"))
		return;
	if (!e->stale)
		e->stale = !evtimer_add(e->soon, &tv);
}

__attribute__((format(printf, 2, 3)))
static void warn(json_t *warnings, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_array_append_new(warnings, json_vsprintf(format, args));
	va_end(args);
}

/* Beside what others may have to warn of. */
static void add_warnings(void *ctx, json_t *item)
{
	json_t *warnings = json_object_get(item, "warnings");
	struct expiry *e = ctx;
	time_t now = time(NULL);

	refresh(e);
	if (!warnings) {
		warnings = json_array();
		json_object_set_new(item, "warnings", warnings);
	}
	for (size_t i = 0; i < e->count; i++) {
		const struct row *row = &e->rows[i];
		time_t left = row->end - now;

		if (left <= 0)
			warn(warnings, "certificate %s has expired, %s",
			     row->name, row->until);
		else if (step_of(e, left))
			warn(warnings, "certificate %s expires in %ld day%s, "
			     "%s", row->name, (long)(left / DAY),
			     left / DAY == 1 ? "" : "s", row->until);
		if (row->mic)
			warn(warnings, "certificate %s: %s", row->name,
			     STORE_MIC_ROOT_WARNING);
	}
}

static void write_metrics(FILE *out, void *ctx)
{
	struct expiry *e = ctx;
	time_t now = time(NULL);

	refresh(e);
	fputs("# TYPE ucsec_certificate_expiry_seconds gauge\n"
	      "# HELP ucsec_certificate_expiry_seconds Until a certificate "
	      "ends, negative since it has\n", out);
	for (size_t i = 0; i < e->count; i++) {
		fputs("ucsec_certificate_expiry_seconds{name=\"", out);
		metrics_write_label(out, e->rows[i].name);
		fprintf(out, "\"} %" PRId64 "\n",
			(int64_t)(e->rows[i].end - now));
	}
}

int expiry_open(struct expiry **out, struct event_base *base,
		struct store *store, struct admin *admin, char *why,
		size_t size)
{
	struct expiry *e = calloc(1, sizeof(*e));
	struct timeval day = { DAY, 0 };
	int err = -ENOMEM;

	if (!e)
		return -ENOMEM;
	e->store = store;
	e->admin = admin;
	e->steps = json_object();
	e->daily = event_new(base, -1, EV_PERSIST, on_day, e);
	e->soon = evtimer_new(base, on_soon, e);
	if (e->steps && e->daily && e->soon && !event_add(e->daily, &day))
		err = store_watch(store, on_change, e);
	if (!err)
		err = admin_adorn(admin, "status", add_warnings, e);
	if (!err)
		err = admin_adorn_list(admin, "cert", add_warnings, e);
	if (err) {
		snprintf(why, size, "%s", strerror(-err));
		expiry_close(e);
		return err;
	}
	metrics_family(write_metrics, e);
	expiry_look(e, time(NULL));
	*out = e;
	return 0;
}

void expiry_close(struct expiry *e)
{
	metrics_family(NULL, e);
	admin_adorn(e->admin, "status", NULL, e);
	admin_adorn_list(e->admin, "cert", NULL, NULL);
	store_unwatch(e->store, on_change, e);
	if (e->daily)
		event_free(e->daily);
	if (e->soon)
		event_free(e->soon);
	json_decref(e->steps);
	free(e->rows);
	free(e);
}
