// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates that end: each step is told of once, and where one looks.
 */
#include "trust/expiry.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/admin.h"
#include "env.h"
#include "metrics.h"
#include "tap.h"

#define DAY	86400L

static struct env env;
static struct admin *admin;
static struct expiry *expiry;

/* The sample's has 100 years. */
static time_t end_of(const char *name)
{
	struct store_error error = { 0 };
	json_t *item = store_object_get(env.store, store_noun_find("cert"),
					name, &error);
	struct tm tm = { 0 };

	strptime(json_string_value(json_object_get(item, "not_after")),
		 "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_decref(item);
	return timegm(&tm);
}

static void test_steps(time_t end)
{
	static const struct {
		long days;
		const char *wanted;	/* NULL: nothing is told */
	} steps[] = {
		{ 40, NULL }, { 30, "days=30" }, { 29, NULL }, { 20, NULL },
		{ 14, "days=14" }, { 8, NULL }, { 6, "days=6" }, { 2, NULL },
		{ 1, "days=1" }, { 0, "certificate-expired" }, { -3, NULL },
	};

	env_logged(&env);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const char *text;

		expiry_look(expiry, end - steps[i].days * DAY);
		expiry_look(expiry, end - steps[i].days * DAY);
		text = env_logged(&env);
		ok(steps[i].wanted ? env_count(text, "certificate-expire") == 1 &&
		   strstr(text, steps[i].wanted) && strstr(text, "test-ca") :
		   !text[0], "%ld days before: %s", steps[i].days,
		   steps[i].wanted ? "told once" : "nothing new");
	}
	expiry_look(expiry, end - 20 * DAY);
	env_logged(&env);
	expiry_look(expiry, end - 14 * DAY);
	ok(strstr(env_logged(&env), "days=14"), "who sets the clock back is told anew");
}

static void set_days(const char *value)
{
	json_t *body = json_pack("{so}", "value", json_integer(atoi(value)));

	env_ask(&env, STORE_SET, NULL, "certificate_warning_days", body, NULL);
	json_decref(body);
}

static void test_param(time_t end)
{
	set_days("5");
	expiry_look(expiry, end - 365 * DAY);
	env_logged(&env);
	expiry_look(expiry, end - 10 * DAY);
	ok(!env_logged(&env)[0], "with 5 days of warning 14 and 7 are no steps");
	expiry_look(expiry, end - 5 * DAY);
	ok(strstr(env_logged(&env), "days=5"), "5 are the first");
	set_days("30");
}

static unsigned int looks;

int __real_store_cert_end_each(struct store *store, store_cert_end_fn fn,
			       void *ctx);
int __wrap_store_cert_end_each(struct store *store, store_cert_end_fn fn,
			       void *ctx);

int __wrap_store_cert_end_each(struct store *store, store_cert_end_fn fn,
			       void *ctx)
{
	looks++;
	return __real_store_cert_end_each(store, fn, ctx);
}

/* A second: longer than changes are waited for. */
static void pass(time_t seconds)
{
	time_t end = time(NULL) + seconds + 1;

	while (time(NULL) < end)
		env_turn(&env);
}

/* As often as others' changes would have it. */
static void test_many(void)
{
	json_t *body = json_pack("{ss}", "description", "x");

	pass(1);
	looks = 0;
	set_days("40");
	for (unsigned int i = 0; i < 20; i++)
		set_days(i % 2 ? "30" : "31");
	ok(!looks, "changes are not looked at one by one");
	ok(ENV_WAIT(&env, looks) && looks == 1, "but soon, at once");
	env_ask(&env, STORE_SET, "phone", "SEP001122334455", body, NULL);
	pass(1);
	ok(looks == 1, "and those of others not at all");
	json_decref(body);
}

static void test_change(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	env_logged(&env);
	env_ask(&env, STORE_DEL, "cert", "test-ca", NULL, NULL);
	ok(!env_logged(&env)[0], "one that goes is not told of");
	metrics_write(out);
	fclose(out);
	ok(!strstr(text, "test-ca"), "and is gone for who asks at once");
	free(text);
}

static void test_metrics(time_t end)
{
	char *text = NULL, *line;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	expiry_look(expiry, time(NULL));
	metrics_write(out);
	fclose(out);
	line = strstr(text, "\nucsec_certificate_expiry_seconds{name=\"test-ca\"} ");
	ok(line && labs(atol(strchr(line, '}') + 1) - (long)(end - time(NULL))) <
	   60, "a metric of seconds");
	free(text);
}

int main(void)
{
	json_t *sample = env_sample();
	char why[256] = "";
	time_t end;

	env_open(&env);
	env_log_open(&env);
	snprintf(env.conf.admin_socket, sizeof(env.conf.admin_socket),
		 "%.90s/s", env.conf.state_dir);
	if (env_import(&env, sample, false, NULL) != 200 ||
	    admin_open(&admin, env.base, env.store, &env.conf, why,
		       sizeof(why)))
		abort();
	end = end_of("test-ca");
	ok(!expiry_open(&expiry, env.base, env.store, admin, why, sizeof(why)) &&
	   !env_logged(&env)[0], "a hundred years are no reason to worry");
	test_steps(end);
	test_param(end);
	test_metrics(end);
	test_many();
	test_change();
	expiry_close(expiry);
	store_stop(env.store);
	admin_close(admin);
	json_decref(sample);
	env_close(&env);
	return tap_end();
}
