// SPDX-License-Identifier: GPL-2.0
/*
 * What follows when certificates change: found by difference, kept, done in
 * order; and which changes would lock phones out. Without keyd: its keys are
 * a list here.
 */
#include "trust/followup.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "tap.h"
#include "trust/keys.h"

const struct trust_key *__wrap_trust_keys_all(const struct trust_keys *all,
					      size_t *count);

static struct env env;
static struct followup *followup;
static struct trust_key keys[8];
static size_t key_count;
static unsigned int published, resets, ran;
static int publish_err, ran_err;
static bool publish_waits;
static followup_done waiting;
static void *waiting_arg;
static char why[512];

const struct trust_key *__wrap_trust_keys_all(const struct trust_keys *all,
					      size_t *count)
{
	(void)all;
	*count = key_count;
	return keys;
}

/* Another certificate of that key; puts it there if there is none. */
static void renew(enum keyd_service service, enum keyd_slot slot)
{
	size_t i;

	for (i = 0; i < key_count; i++)
		if (keys[i].which.service == service &&
		    keys[i].which.slot == slot)
			break;
	if (i == key_count)
		key_count++;
	keys[i].which = (struct keyd_which){ .service = service,
		.kind = KEYD_RSA, .slot = slot };
	keys[i].sha256[0]++;
	keys[i].sha256[1] = (uint8_t)i;
}

static void publish(void *arg, followup_done done, void *done_arg)
{
	(void)arg;
	published++;
	if (publish_waits) {
		waiting = done;
		waiting_arg = done_arg;
	} else {
		done(done_arg, publish_err, publish_err ? "no disk" : NULL);
	}
}

static json_t *reset(void *arg)
{
	(void)arg;
	resets++;
	return json_pack("{si}", "told", 3);
}

static void on_ran(void *arg, int err, const char *reason, json_t *result)
{
	(void)arg, (void)result;
	ran++;
	ran_err = err;
	snprintf(why, sizeof(why), "%s", reason ? reason : "");
}

static void start(void)
{
	struct followup_config config = {
		.base = env.base, .store = env.store, .conf = &env.conf,
		.publish = publish, .reset = reset,
	};

	if (followup_open(&followup, &config, why, sizeof(why)))
		abort();
}

/* Until that many have run. */
static void settle(unsigned int count)
{
	while (ran < count)
		event_base_loop(env.base, EVLOOP_ONCE);
}

static int run_now(void)
{
	unsigned int before = ran;
	int err = followup_run(followup, on_ran, NULL);

	settle(before + 1);
	return err;
}

static void restart(void)
{
	followup_close(followup);
	start();
}

/* Of "changed" and of the steps, with blanks between. */
static bool shows(const char *wanted)
{
	json_t *shown = followup_show(followup), *entry;
	char text[256] = "";
	size_t i;

	json_array_foreach(json_object_get(shown, "changed"), i, entry)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s ", json_string_value(entry));
	json_array_foreach(json_object_get(shown, "steps"), i, entry)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s ", json_string_value(json_object_get(entry,
								  "step")));
	json_decref(shown);
	if (strcmp(text, wanted))
		printf("# %s\n", text);
	return !strcmp(text, wanted);
}

static bool forbids(enum keyd_service service, const char *word)
{
	const char *said = followup_forbids(followup, service, why,
					    sizeof(why));

	return word ? said && strstr(said, word) : !said;
}

static void test_found(void)
{
	start();
	ok(shows(""), "what there is at first is known to all");
	renew(KEYD_TVS, KEYD_CURRENT);
	ok(shows("TVS lists reset "), "a certificate that changed is found");
	restart();
	ok(shows("TVS lists reset "), "also when the daemon died after it");
	renew(KEYD_TOMCAT, KEYD_CURRENT);
	renew(KEYD_CALLMANAGER, KEYD_NEXT);
	ok(shows("TVS lists reset "), "phones do not know of the others");
}

static void test_order(void)
{
	ok(forbids(KEYD_CALLMANAGER, "TVS has changed") &&
	   forbids(KEYD_ITLRECOVERY, "TVS has changed"),
	   "two of three at once are refused");
	ok(forbids(KEYD_TVS, NULL) &&
	   forbids(KEYD_CAPF, NULL) &&
	   forbids(KEYD_TFTP, NULL),
	   "the same once more is not, nor are others");
}

static void test_run(void)
{
	publish_err = -ENOSPC;
	ok(!followup_run(followup, on_ran, NULL) && ran == 1 &&
	   ran_err == -ENOSPC && !strcmp(why, "no disk") && !resets &&
	   shows("TVS lists reset "), "no reset before lists are there");
	publish_err = 0;
	publish_waits = true;
	ok(!followup_run(followup, on_ran, NULL) && ran == 1 &&
	   followup_run(followup, on_ran, NULL) == -EALREADY,
	   "one at a time");
	renew(KEYD_CAPF, KEYD_CURRENT);
	waiting(waiting_arg, 0, NULL);
	ok(ran == 1, "the loop does not wait for the disk");
	settle(2);
	ok(ran == 2 && !ran_err && resets == 1 && published == 2 &&
	   shows("CAPF lists reset "),
	   "what changes meanwhile is to follow yet");
	publish_waits = false;
	run_now();
	restart();
	ok(ran == 3 && resets == 2 && shows(""), "and is known when it is done");
	run_now();
	ok(ran == 4 && resets == 2 && published == 3,
	   "where nothing is to follow nothing is done");
	ok(forbids(KEYD_CALLMANAGER, NULL),
	   "then the next of the three may change");
}

static void test_signer(void)
{
	ok(forbids(KEYD_ITLRECOVERY, "itl renew"),
	   "the signer of lists does not change at once");
	renew(KEYD_ITLRECOVERY, KEYD_NEXT);
	ok(shows("ITLRecovery (next) lists reset "),
	   "its next one is in lists");
	ok(forbids(KEYD_TVS, NULL), "which stops nobody else");
	run_now();
}

static void test_gone(void)
{
	/* The next one has taken over. */
	keys[0].sha256[0] = keys[key_count - 1].sha256[0];
	keys[0].sha256[1] = keys[key_count - 1].sha256[1];
	key_count--;
	ok(shows("ITLRecovery ITLRecovery (next) lists reset "),
	   "what is there no more is a change, too");
	publish_waits = true;
	followup_run(followup, on_ran, NULL);
	followup_close(followup);
	ran = 0;
	waiting(waiting_arg, -ESHUTDOWN, "stops");
	ok(ran == 1 && ran_err, "lists that are done when all is over");
	publish_waits = false;
	start();
	ok(shows("ITLRecovery ITLRecovery (next) lists reset "),
	   "are to follow at the next start");
	followup_run(followup, on_ran, NULL);
	ran = 0;
	followup_close(followup);
	start();
	ok(ran == 1 && ran_err == -ECANCELED && resets == 3 &&
	   shows("ITLRecovery ITLRecovery (next) reset "),
	   "of lists that go to the disk then the reset follows");
}

static void test_damaged(void)
{
	char path[CONF_PATH_SIZE + 32];

	run_now();
	snprintf(path, sizeof(path), "%s/followup.json", env.conf.state_dir);
	if (truncate(path, 40))
		abort();
	restart();
	ok(!shows("") && !run_now() && shows(""),
	   "with a damaged record all phones are told anew");
	/* Nobody can open it, not even root. */
	if (unlink(path) || symlink(path, path))
		abort();
	restart();
	ok(!shows("") && !run_now() && shows(""),
	   "also with one that cannot be opened");
}

int main(void)
{
	env_open(&env);
	log_set_level(LOG_LEVEL_ERROR);
	renew(KEYD_ITLRECOVERY, KEYD_CURRENT);
	renew(KEYD_CALLMANAGER, KEYD_CURRENT);
	renew(KEYD_TVS, KEYD_CURRENT);
	test_found();
	test_order();
	test_run();
	test_signer();
	test_gone();
	test_damaged();
	followup_close(followup);
	env_close(&env);
	return tap_end();
}
