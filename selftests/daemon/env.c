// SPDX-License-Identifier: GPL-2.0
/*
 * A store in a directory of its own, asked as the admin API asks it.
 */
#include "env.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	abort();
}

static void open_store(struct env *env)
{
	char why[256];

	if (store_open(&env->store, env->base, &env->conf, why, sizeof(why)))
		die("store_open", why);
}

void env_open(struct env *env)
{
	memset(env, 0, sizeof(*env));
	strcpy(env->conf.state_dir, "/tmp/ucsec-store-XXXXXX");
	if (!mkdtemp(env->conf.state_dir))
		die("mkdtemp", "failed");
	snprintf(env->conf.key_file, sizeof(env->conf.key_file),
		 "%.200s/secret.key", env->conf.state_dir);
	env->base = event_base_new();
	log_set_level(LOG_LEVEL_ERROR);
	open_store(env);
}

void env_restart(struct env *env)
{
	store_close(env->store);
	open_store(env);
}

void env_close(struct env *env)
{
	char command[CONF_PATH_SIZE + 16];

	store_close(env->store);
	event_base_free(env->base);
	snprintf(command, sizeof(command), "rm -rf '%s'", env->conf.state_dir);
	if (system(command))
		die("rm", env->conf.state_dir);
}

struct wait {
	struct store_reply reply;
	bool done;
};

static void on_reply(void *ctx, struct store_reply *reply)
{
	struct wait *wait = ctx;

	wait->reply = *reply;
	wait->done = true;
}

static int ask(struct env *env, struct store_request *request,
	       struct store_reply *reply)
{
	struct wait wait = { 0 };
	int status;

	if (store_submit(env->store, request, on_reply, &wait))
		die("store_submit", "failed");
	while (!wait.done)
		event_base_loop(env->base, EVLOOP_ONCE);
	status = wait.reply.error.status ? wait.reply.error.status : 200;
	if (reply)
		*reply = wait.reply;
	else
		store_reply_clear(&wait.reply);
	return status;
}

int env_ask(struct env *env, enum store_verb verb, const char *noun,
	    const char *key, const json_t *body, struct store_reply *reply)
{
	struct store_request request = {
		.verb = verb,
		.noun = noun ? store_noun_find(noun) : NULL,
		.body = json_deep_copy(body),
	};

	snprintf(request.key, sizeof(request.key), "%s", key ? key : "");
	return ask(env, &request, reply);
}

int env_import(struct env *env, const json_t *document, bool dry_run,
	       struct store_reply *reply)
{
	struct store_request request = {
		.verb = STORE_IMPORT,
		.dry_run = dry_run,
		.body = json_deep_copy(document),
	};

	return ask(env, &request, reply);
}

json_t *env_json(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		die(text, error.text);
	return json;
}

int env_add(struct env *env, const char *noun, const char *text)
{
	struct store_reply reply;
	json_t *body = env_json(text);
	int status = env_ask(env, STORE_ADD, noun, NULL, body, &reply);

	if (status != 200)
		printf("# %s: %s: %s\n", reply.error.object, reply.error.field,
		       reply.error.reason);
	store_reply_clear(&reply);
	json_decref(body);
	return status;
}

json_t *env_export(struct env *env)
{
	struct store_error error = { 0 };
	json_t *document = store_export(env->store, &error);

	if (!document)
		die("export", error.reason);
	return document;
}

json_t *env_sample(void)
{
	const char *path = "selftests/daemon/sample.json";
	json_error_t error;
	json_t *sample = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!sample)
		die(path, error.text);
	return sample;
}

void env_turn(struct env *env)
{
	struct timeval tv = { 0, 5000 };

	event_base_loopexit(env->base, &tv);
	event_base_dispatch(env->base);
}

void env_log_open(struct env *env)
{
	char path[CONF_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%.200s/log", env->conf.state_dir);
	env->log_fd = open(path, O_CREAT | O_RDONLY, 0600);
	dup2(open(path, O_WRONLY | O_APPEND), STDERR_FILENO);
	log_set_level(LOG_LEVEL_WARNING);
}

const char *env_logged(struct env *env)
{
	static char text[65536];
	ssize_t n = read(env->log_fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

unsigned int env_count(const char *text, const char *word)
{
	unsigned int n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}
