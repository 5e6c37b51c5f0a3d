// SPDX-License-Identifier: GPL-2.0
/*
 * CAPF-1, CERT-3: certificates of phones and the history of enrolments: kept, and kept whole.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "env.h"
#include "store/enrolment.h"
#include "tap.h"

#define NAME	"SEP001122334455"

enum { MANY = 600 };

static struct env env;
static int64_t phone;
static unsigned int told;

static void on_change(void *ctx, const struct store_change *change)
{
	(void)ctx;
	told += !strcmp(change->noun, "phone") &&
		!strcmp(change->verb, "set") && !strcmp(change->key, NAME) &&
		change->id == phone;
}

static void on_done(void *ctx, struct store_reply *reply)
{
	int *status = ctx;

	*status = reply->error.status ? reply->error.status : 200;
	store_reply_clear(reply);
}

static int keep(const struct store_enrolment *enrolment)
{
	int status = 0;

	if (store_enrolment_keep(env.store, enrolment, on_done, &status))
		return 0;
	while (!status)
		event_base_loop(env.base, EVLOOP_ONCE);
	return status;
}

static bool has(enum store_device_cert kind, const char *text)
{
	uint8_t *der;
	size_t len;
	int err = store_device_cert(env.store, phone, kind, &der, &len);
	bool same = text ? !err && len == strlen(text) &&
			!memcmp(der, text, len) : err == -ENOENT;

	free(der);
	return same;
}

#define BYTES(text)	(const uint8_t *)(text), sizeof(text) - 1

static struct store_enrolment with(enum store_device_cert kind,
				   const uint8_t *der, size_t len)
{
	struct store_enrolment e = { .phone = phone };

	if (kind == STORE_LSC)
		e.lsc = der, e.lsc_len = len;
	else if (kind == STORE_MIC)
		e.mic = der, e.mic_len = len;
	else
		e.issued = der, e.issued_len = len;
	return e;
}

static void test_certificates(void)
{
	struct store_enrolment e = with(STORE_MIC, BYTES("factory"));

	ok(has(STORE_LSC, NULL) && has(STORE_MIC, NULL), "none at first");
	ok(keep(&e) == 200 && has(STORE_MIC, "factory"), "a MIC");
	e = with(STORE_MIC, BYTES("another"));
	ok(keep(&e) == 200 && has(STORE_MIC, "factory"),
	   "that is never overwritten");
	e = with(STORE_LSC_ISSUED, BYTES("new"));
	ok(keep(&e) == 200 && has(STORE_LSC_ISSUED, "new") &&
	   has(STORE_LSC, NULL), "an LSC on its way is not there yet");
	e = with(STORE_LSC, BYTES("new"));
	ok(keep(&e) == 200 && has(STORE_LSC, "new") &&
	   has(STORE_LSC_ISSUED, NULL), "an LSC that has arrived");
	e = with(STORE_LSC, BYTES("newer"));
	ok(keep(&e) == 200 && has(STORE_LSC, "newer"), "takes another's place");
	e = (struct store_enrolment){ .phone = phone, .remove_lsc = true };
	ok(keep(&e) == 200 && has(STORE_LSC, NULL) &&
	   has(STORE_MIC, "factory"), "deleted; the MIC stays");
}

static bool is_shown(const char *text, enum store_shown wanted)
{
	enum store_shown shown;
	uint8_t sha256[32];

	return EVP_Digest(text, strlen(text), sha256, NULL, EVP_sha256(),
			  NULL) &&
		!store_shown_cert(env.store, phone, sha256, &shown) &&
		shown == wanted;
}

static void test_shown(void)
{
	struct store_enrolment e = with(STORE_LSC, BYTES("first"));

	ok(is_shown("factory", STORE_SHOWN_NO_LSC) &&
	   is_shown("stranger", STORE_SHOWN_NO_LSC) &&
	   is_shown("newer", STORE_SHOWN_PAST) &&
	   is_shown("new", STORE_SHOWN_PAST),
	   "without an LSC, only those that it was");
	keep(&e);
	ok(is_shown("first", STORE_SHOWN_LSC) &&
	   is_shown("factory", STORE_SHOWN_MIC) &&
	   is_shown("stranger", STORE_SHOWN_OTHER), "with one, each is told");
	e = with(STORE_LSC_ISSUED, BYTES("second"));
	keep(&e);
	ok(is_shown("first", STORE_SHOWN_LSC) &&
	   is_shown("second", STORE_SHOWN_LSC),
	   "while another is on its way, nobody knows which it has");
	e = with(STORE_LSC, BYTES("second"));
	keep(&e);
	ok(is_shown("first", STORE_SHOWN_PAST) &&
	   is_shown("second", STORE_SHOWN_LSC), "then the first is past");
	e = with(STORE_LSC, BYTES("first"));
	keep(&e);
	ok(is_shown("first", STORE_SHOWN_LSC) &&
	   is_shown("second", STORE_SHOWN_PAST), "unless it comes back");
	e = (struct store_enrolment){ .phone = phone, .remove_lsc = true };
	keep(&e);
	ok(is_shown("first", STORE_SHOWN_PAST), "deleted: past as well");
}

static int count(void *ctx, int64_t when, unsigned int result, bool done,
		 const char *why)
{
	unsigned int *counts = ctx;

	(void)why;
	if (!counts[0])
		counts[1] = result;
	counts[0]++;
	counts[2] += done;
	counts[3] += when > 0;
	return 0;
}

static void test_history(void)
{
	struct store_enrolment e = { .phone = phone, .result = 2, .when = 100,
				     .done = true, .why = "first",
				     .operation = STORE_CAPF_INSTALL };
	struct store_enrolment_state state;
	char text[STORE_CAPF_STRING_SIZE];
	unsigned int counts[4] = { 0 };
	int64_t before = 0, after = 0;

	told = 0;
	store_enrolment_serial(env.store, phone, &before);
	ok(!store_enrolment_state(env.store, phone, &state) && !state.when &&
	   state.operation == STORE_CAPF_INSTALL &&
	   state.completes_by == 4075632000, "pending, nothing happened");
	e.operation = STORE_CAPF_DELETE;
	ok(keep(&e) == 200 && !store_enrolment_state(env.store, phone, &state) &&
	   state.operation == STORE_CAPF_INSTALL && state.result == 2 &&
	   !store_capf_string(env.store, phone, text, NULL),
	   "another operation was ordered meanwhile: that one stays");
	e.operation = STORE_CAPF_INSTALL;
	e.completes_by = 4075632000 - 1;
	ok(keep(&e) == 200 && !store_enrolment_state(env.store, phone, &state) &&
	   state.operation == STORE_CAPF_INSTALL &&
	   state.completes_by == 4075632000,
	   "nor is one given up whose time was put off");
	e.completes_by = 0;
	e.result = 3;
	ok(keep(&e) == 200 && !store_enrolment_state(env.store, phone, &state) &&
	   state.operation == STORE_CAPF_NONE && !state.completes_by &&
	   state.result == 3 && state.when == 100 &&
	   !strcmp(state.why, "first") &&
	   store_capf_string(env.store, phone, text, NULL) == -ENOKEY,
	   "done: none is pending, its string is gone");
	ok(told == 3, "each was told of");
	store_enrolment_serial(env.store, phone, &after);
	ok(after > before, "what is asked for now is another");
	e.done = false;
	for (unsigned int i = 0; i < 40; i++) {
		e.result = i;
		keep(&e);
	}
	store_enrolment_history(env.store, phone, count, counts);
	ok(counts[0] == 19 && counts[1] == 39 && counts[2] == 3 &&
	   counts[3] == 19, "the last ones are remembered, and all done ones");
	before = 0;
	store_enrolment_serial(env.store, phone, &before);
	ok(before == after, "failures ask for nothing new");
}

static void count_done(void *ctx, struct store_reply *reply)
{
	unsigned int *done = ctx;

	*done += !reply->error.status;
	store_reply_clear(reply);
}

/* Nobody writes while this is open. */
static sqlite3 *stop_disk(void)
{
	char path[CONF_PATH_SIZE + 16];
	sqlite3 *sql;

	snprintf(path, sizeof(path), "%s/ucsec.db", env.conf.state_dir);
	if (sqlite3_open(path, &sql) ||
	    sqlite3_busy_timeout(sql, 5000) ||
	    sqlite3_exec(sql, "BEGIN IMMEDIATE", NULL, NULL, NULL))
		abort();
	return sql;
}

/* More phones at a time than changes may wait. */
static void test_many(void)
{
	struct store_enrolment e = with(STORE_LSC_ISSUED, BYTES("owed"));
	unsigned int refused = 0, owed = 0, done = 0, others = 0;
	sqlite3 *sql = stop_disk();

	e.owed = true;
	for (unsigned int i = 0; i < MANY; i++)
		owed += !store_enrolment_keep(env.store, &e, count_done,
					      &done);
	ok(owed == MANY, "of phones that wait each is taken");
	e.owed = false;
	ok(!store_enrolment_keep(env.store, &e, count_done, &others),
	   "and they take nobody's room");
	for (unsigned int i = 1; i < MANY; i++)
		refused += !!store_enrolment_keep(env.store, &e, count_done,
						  &others);
	ok(refused, "who is owed nothing waits in a queue that has an end");
	sqlite3_close(sql);
	ok(ENV_WAIT(&env, done == MANY && others == MANY - refused),
	   "and each is answered");
}

static unsigned int guessed[3];

static int see_guesses(void *ctx, int64_t id, const char *name,
		       const struct store_guesses *guesses)
{
	(void)ctx;
	if (id == phone && !strcmp(name, NAME) && guesses->until == 77) {
		guessed[0]++;
		guessed[1] = guesses->row;
		guessed[2] = guesses->total;
	}
	return 0;
}

static bool has_guesses(unsigned int count, unsigned int total)
{
	memset(guessed, 0, sizeof(guessed));
	store_guesses_each(env.store, see_guesses, NULL);
	return guessed[0] == count && guessed[2] == total;
}

static int guess(unsigned int total)
{
	struct store_guesses guesses = { 1, total, 77 };
	int status = 0;

	if (store_guesses_keep(env.store, phone, &guesses, on_done, &status))
		return 0;
	while (!status)
		event_base_loop(env.base, EVLOOP_ONCE);
	return status;
}

static void set_string(const char *text)
{
	json_t *body = json_pack("{ss}", "capf_auth_string", text);

	env_ask(&env, STORE_SET, "phone", NAME, body, NULL);
	json_decref(body);
}

static void test_guesses(void)
{
	ok(guess(1) == 200 && has_guesses(0, 0),
	   "no guesses are counted where there is no string");
	set_string("1234");
	told = 0;
	ok(guess(4) == 200 && has_guesses(1, 4) && guessed[1] == 1,
	   "wrong strings are counted");
	ok(!told, "of which nobody is told");
	env_restart(&env);
	ok(has_guesses(1, 4), "a restart remembers");
	store_watch(env.store, on_change, NULL);
	guess(0);
	ok(has_guesses(0, 0), "a right one forgets them");
	guess(5);
	set_string("4321");
	ok(has_guesses(0, 0), "they say nothing of another string");
}

/* The daemon is killed as soon as it was told. */
static void test_kill(void)
{
	struct store_enrolment e = with(STORE_LSC, BYTES("survivor"));
	pid_t pid;
	int status;

	e.result = 2;
	e.when = 7;
	store_close(env.store);
	pid = fork();
	if (!pid) {
		char why[256];

		if (store_open(&env.store, env.base, &env.conf, why,
			       sizeof(why)) || keep(&e) != 200)
			_exit(1);
		raise(SIGKILL);
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status), "a daemon that was killed");
	event_reinit(env.base);
	{
		char why[256];

		if (store_open(&env.store, env.base, &env.conf, why,
			       sizeof(why)))
			abort();
	}
	ok(has(STORE_LSC, "survivor"), "what it was told of is there");
}

static void test_gone(void)
{
	struct store_enrolment e = with(STORE_LSC, BYTES("late"));
	struct store_enrolment_state state;

	ok(env_ask(&env, STORE_DEL, "phone", NAME, NULL, NULL) == 200 &&
	   has(STORE_LSC, NULL) && has(STORE_MIC, NULL) &&
	   store_enrolment_state(env.store, phone, &state) == -ENOENT,
	   "with the phone all of it goes");
	ok(is_shown("survivor", STORE_SHOWN_PAST),
	   "but who has its LSC is not another phone of that name");
	ok(keep(&e) == 404 && has(STORE_LSC, NULL),
	   "nothing is kept for a phone that is gone");
}

int main(void)
{
	struct store_phone found;

	env_open(&env);
	store_watch(env.store, on_change, NULL);
	ok(env_add(&env, "phone", "{\"name\": \"" NAME "\", \"profile\": "
		   "\"Standard SIP Non-Secure Profile\", \"capf_operation\": "
		   "\"install\", \"capf_completes_by\": "
		   "\"2099-02-24T16:00:00Z\", \"capf_auth_string\": "
		   "\"4711\"}") == 200 &&
	   !store_phone_find(env.store, NAME, &found), "a phone");
	phone = found.id;
	test_certificates();
	test_shown();
	test_history();
	test_many();
	test_guesses();
	test_kill();
	test_gone();
	env_close(&env);
	return tap_end();
}
