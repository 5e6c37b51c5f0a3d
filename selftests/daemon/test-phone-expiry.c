// SPDX-License-Identifier: GPL-2.0
/*
 * CERT-2: LSCs and MICs that end are told of in each step, and counted.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enrolment/internal.h"
#include "env.h"
#include "log.h"
#include "metrics.h"
#include "tap.h"

#define DAY	86400L

enum { MANY = 300 };

static struct env env;
static unsigned int rows;		/* that were read */

int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt);

int __wrap_sqlite3_step(sqlite3_stmt *stmt)
{
	int code = __real_sqlite3_step(stmt);

	rows += code == SQLITE_ROW;
	return code;
}

static struct enrolment all;

static void sql(const char *format, ...)
{
	char path[CONF_PATH_SIZE + 16], *text;
	va_list args;
	sqlite3 *db;

	va_start(args, format);
	text = sqlite3_vmprintf(format, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/ucsec.db", env.conf.state_dir);
	if (sqlite3_open(path, &db) || sqlite3_busy_timeout(db, 5000) ||
	    sqlite3_exec(db, text, NULL, NULL, NULL))
		abort();
	sqlite3_close(db);
	sqlite3_free(text);
}

static void test_steps(time_t end)
{
	static const struct {
		long days;
		const char *wanted;	/* NULL: nothing is told */
	} steps[] = {
		{ 40, NULL }, { 30, "days=30" }, { 29, NULL }, { 13, "days=13" },
		{ 6, "days=6" }, { 2, NULL }, { 1, "days=1" },
		{ -1, "phone-certificate-expired" }, { -2, NULL },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *text;

		expiry_of_phones(&all, end - steps[i].days * DAY);
		expiry_of_phones(&all, end - steps[i].days * DAY);
		text = env_logged(&env);
		ok(steps[i].wanted ? env_count(text, "phone-certificate") == 1 &&
		   strstr(text, steps[i].wanted) &&
		   strstr(text, "device=SEP000000000001 kind=lsc") : !text[0],
		   "%ld days before: %s", steps[i].days, steps[i].wanted ?
		   "told once" : "nothing new");
	}
	all.looked = 0;
	expiry_of_phones(&all, end - 20 * DAY);
	ok(env_count(env_logged(&env), "days=20") == 1,
	   "told anew by who starts later");
}

/* A warning that begins where another step is. */
static void test_same_step(time_t end)
{
	json_t *days = env_json("{\"value\": 14}");

	ok(env_ask(&env, STORE_SET, NULL, "certificate_warning_days", days,
		   NULL) == 200, "the first warning two weeks before");
	json_decref(days);
	expiry_of_phones(&all, end - 15 * DAY);
	expiry_of_phones(&all, end - 13 * DAY);
	ok(env_count(env_logged(&env), "days=13") == 1, "is one line, not two");
	days = env_json("{\"value\": 30}");
	env_ask(&env, STORE_SET, NULL, "certificate_warning_days", days, NULL);
	json_decref(days);
	all.looked = end - 20 * DAY;
}

static void test_many(time_t end)
{
	const char *text;

	for (int i = 2; i < MANY; i++)
		sql("INSERT INTO phone (id, name, description, model,"
		    " protocol, profile, srtp_required) SELECT %d,"
		    " 'SEP%012X', '', '', 'sip', id, 0 FROM profile LIMIT 1;"
		    "INSERT INTO device_cert (phone, kind, der, not_after)"
		    " VALUES (%d, 'mic', x'00', %lld)", i, i, i,
		    (long long)end);
	rows = 0;
	expiry_of_phones(&all, end - 14 * DAY);
	text = env_logged(&env);
	ok(env_count(text, "kind=mic") == 101 && strstr(text, "others=198"),
	   "many at once: a hundred lines, and how many others there are");
	ok(rows < MANY / 2, "who are not read one by one: %u", rows);
}

static void test_count(void)
{
	time_t now = time(NULL);

	sql("UPDATE device_cert SET not_after = %lld WHERE phone < 11",
	    (long long)now + 10 * DAY);
	sql("UPDATE device_cert SET not_after = %lld WHERE phone < 4",
	    (long long)now - 10);
	ok(store_device_cert_count(env.store, STORE_MIC, now,
				   now + 30 * DAY) == 7 &&
	   store_device_cert_count(env.store, STORE_MIC, INT64_MIN, now) == 2 &&
	   store_device_cert_count(env.store, STORE_LSC, INT64_MIN, now) == 1,
	   "they are counted");
}

static void test_metrics(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	all.config.base = env.base;
	all.looked = 0;
	ok(!expiry_watch_phones(&all) &&
	   env_count(env_logged(&env), "kind=mic") == 7,
	   "at the start those that have ended are not told of");
	metrics_write(out);
	fclose(out);
	ok(strstr(text, "ucsec_phone_certificates_expiring{kind=\"mic\"} 7\n") &&
	   strstr(text, "ucsec_phone_certificates_expired{kind=\"lsc\"} 1\n"),
	   "metrics");
	expiry_unwatch_phones(&all);
	free(text);
}

int main(void)
{
	time_t end = time(NULL) + 3000 * DAY;

	env_open(&env);
	env_log_open(&env);
	all.config.store = env.store;
	sql("INSERT INTO phone (id, name, description, model, protocol,"
	    " profile, srtp_required) SELECT 1, 'SEP000000000001', '', '',"
	    " 'sip', id, 0 FROM profile LIMIT 1;"
	    "INSERT INTO device_cert (phone, kind, der, not_after) VALUES"
	    " (1, 'lsc', x'00', %lld)", (long long)end);
	test_steps(end);
	test_same_step(end);
	test_many(end);
	test_count();
	test_metrics();
	env_close(&env);
	return tap_end();
}
