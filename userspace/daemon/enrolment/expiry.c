// SPDX-License-Identifier: GPL-2.0
/*
 * LSCs and MICs that end soon: counted, and told of as their days of warning
 * begin. Of a hundred thousand phones only those are looked at, by an index, and
 * of those that end in one night only as many are read as are told of.
 */
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "enrolment/internal.h"
#include "log.h"
#include "metrics.h"

#define DAY	86400L

/* Lines of a look; phones that were enrolled in one night end in one night. */
enum {
	LINES = 100,
	FULL = 1,
};

static const struct {
	enum store_device_cert kind;
	const char *name;
} kinds[] = {
	{ STORE_LSC, "lsc" },
	{ STORE_MIC, "mic" },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct look {
	const char *kind;
	int64_t now;
	unsigned int lines;
	int64_t others;
};

static int tell(void *ctx, const char *name, int64_t end)
{
	struct look *look = ctx;
	char days[24], until[24] = "";
	time_t seconds = (time_t)end;
	struct tm tm;

	if (look->lines == LINES)
		return FULL;
	look->lines++;
	snprintf(days, sizeof(days), "%ld", (long)(end - look->now) / DAY);
	if (gmtime_r(&seconds, &tm))
		strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end <= look->now)
		log_event(LOG_LEVEL_WARNING, "phone-certificate-expired",
			  "device", name, "kind", look->kind, "since", until,
			  NULL);
	else
		log_event(LOG_LEVEL_WARNING, "phone-certificate-expires",
			  "device", name, "kind", look->kind, "days", days,
			  "until", until, NULL);
	return 0;
}

static int64_t warning_seconds(const struct enrolment *all)
{
	return DAY * store_param(all->config.store,
				 STORE_PARAM_CERTIFICATE_WARNING_DAYS);
}

static int look_from(struct enrolment *all, struct look *look,
		     enum store_device_cert kind, int64_t from, int64_t before)
{
	unsigned int lines = look->lines;
	int64_t count;
	int err = store_device_cert_ends(all->config.store, kind, from, before,
					 tell, look);

	if (err != FULL)
		return err;
	count = store_device_cert_count(all->config.store, kind, from, before);
	if (count < 0)
		return (int)count;
	look->others += count - (look->lines - lines);
	return 0;
}

/*
 * Those that came to a step since the last look; of the first look all that are
 * past one, but for those that have ended: the metric has them.
 */
static int look_at(struct enrolment *all, size_t i, int64_t now)
{
	const int64_t steps[] = {
		warning_seconds(all), 14 * DAY, 7 * DAY, DAY, 0
	};
	struct look look = { .kind = kinds[i].name, .now = now };
	int64_t last = all->looked;
	char count[24];
	int err = 0;

	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]) && !err; s++) {
		/* One of that day, or before it, has its line already. */
		if (s && steps[s] >= steps[0])
			continue;
		err = look_from(all, &look, kinds[i].kind,
				(last ? last + steps[s] : now) + 1,
				now + steps[s] + 1);
		if (!last)
			break;
	}
	if (!look.others)
		return err;
	snprintf(count, sizeof(count), "%" PRId64, look.others);
	log_event(LOG_LEVEL_WARNING, "phone-certificates-expire", "kind",
		  kinds[i].name, "others", count, NULL);
	return err;
}

/* What could not be read is looked for again the next time: once too often. */
void expiry_of_phones(struct enrolment *all, time_t now)
{
	int err = 0;

	for (size_t i = 0; i < KINDS && !err; i++)
		err = look_at(all, i, now);
	if (!err)
		all->looked = now;
}

static void on_day(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	expiry_of_phones(arg, time(NULL));
}

static void write_family(FILE *out, const struct enrolment *all,
			 const char *name, const char *help, int64_t from,
			 int64_t before)
{
	fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help);
	for (size_t i = 0; i < KINDS; i++) {
		int64_t count = store_device_cert_count(all->config.store,
			kinds[i].kind, from, before);

		if (count >= 0)
			fprintf(out, "%s{kind=\"%s\"} %" PRId64 "\n", name,
				kinds[i].name, count);
	}
}

static void write_metrics(FILE *out, void *ctx)
{
	const struct enrolment *all = ctx;
	int64_t now = time(NULL);

	write_family(out, all, "ucsec_phone_certificates_expiring",
		     "Certificates of phones that end within "
		     "certificate_warning_days", now,
		     now + warning_seconds(all));
	write_family(out, all, "ucsec_phone_certificates_expired",
		     "Certificates of phones that have ended", INT64_MIN, now);
}

int expiry_watch_phones(struct enrolment *all)
{
	const struct timeval day = { DAY, 0 };

	all->daily = event_new(all->config.base, -1, EV_PERSIST, on_day, all);
	if (!all->daily || event_add(all->daily, &day))
		return -1;
	metrics_family(write_metrics, all);
	expiry_of_phones(all, time(NULL));
	return 0;
}

void expiry_unwatch_phones(struct enrolment *all)
{
	metrics_family(NULL, all);
	if (all->daily)
		event_free(all->daily);
}
