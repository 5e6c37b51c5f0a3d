// SPDX-License-Identifier: GPL-2.0
/*
 * Registrations and calls: there after a restart, gone when they should be.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "env.h"
#include "tap.h"

static struct env env;

static int put(int64_t phone, int64_t line, const char *contact,
	       int64_t expires)
{
	struct store_registration r = {
		.phone = phone,
		.line = line,
		.cseq = 4000000000u,
		.expires = expires,
		.mode = STORE_ENCRYPTED,
	};

	snprintf(r.phone_name, sizeof(r.phone_name), "SEP%012d", (int)phone);
	snprintf(r.number, sizeof(r.number), "%d", (int)line);
	snprintf(r.contact, sizeof(r.contact), "%s", contact);
	strcpy(r.path, "tls 192.0.2.7:50000");
	return store_registration_put(env.store, &r);
}

static size_t by_line(int64_t line)
{
	struct store_registrations found;
	size_t count = 0;

	if (store_registration_list(env.store, &found))
		return 999;
	for (size_t i = 0; i < found.count; i++)
		count += found.list[i].line == line;
	store_registrations_clear(&found);
	return count;
}

static void test_registrations(void)
{
	struct store_registrations found;

	ok(!put(1, 10, "sip:a@192.0.2.7", 100) &&
	   !put(2, 10, "sip:a@192.0.2.8", 200) &&
	   !put(2, 11, "sip:b@192.0.2.8", 300), "put");
	ok(!put(1, 10, "sip:a@192.0.2.7", 150) &&
	   store_registration_count(env.store) == 3, "again is no other");
	ok(by_line(10) == 2 && by_line(11) == 1 && by_line(12) == 0,
	   "by line");
	env_restart(&env);
	ok(!store_registration_by_phone(env.store, 1, &found) &&
	   found.count == 1 && found.list[0].expires == 150 &&
	   found.list[0].cseq == 4000000000u &&
	   found.list[0].mode == STORE_ENCRYPTED &&
	   !strcmp(found.list[0].contact, "sip:a@192.0.2.7") &&
	   !strcmp(found.list[0].path, "tls 192.0.2.7:50000"),
	   "there after a restart, all of it");
	store_registrations_clear(&found);
	ok(store_registration_expire(env.store, 149) == 0 &&
	   store_registration_expire(env.store, 150) == 1 && by_line(10) == 1,
	   "expired to the second");
	ok(!store_registration_del(env.store, 2, 10, "sip:other") &&
	   by_line(10) == 1 &&
	   !store_registration_del(env.store, 2, 10, "sip:a@192.0.2.8") &&
	   by_line(10) == 0 && by_line(11) == 1, "one contact removed");
	put(2, 10, "sip:c@192.0.2.8", 400);
	ok(!store_registration_del(env.store, 2, 0, NULL) &&
	   store_registration_count(env.store) == 0, "all of a phone");
}

/* A phone that an administrator removes, or a line. */
static void test_deleted(void)
{
	struct store_phone phone;
	struct store_line line;

	env_add(&env, "line", "{\"number\":\"1\"}");
	env_add(&env, "phone", "{\"name\":\"SEP00000000000A\",\"profile\":"
		"\"Standard SIP Non-Secure Profile\"}");
	store_phone_find(env.store, "SEP00000000000A", &phone);
	store_line_by_name(env.store, "1", NULL, &line);
	put(phone.id, line.id, "sip:x", 500);
	put(phone.id + 1, line.id, "sip:y", 500);
	env_ask(&env, STORE_DEL, "phone", "SEP00000000000A", NULL, NULL);
	ok(store_registration_count(env.store) == 1,
	   "a removed phone is registered no more");
	env_ask(&env, STORE_DEL, "line", "1", NULL, NULL);
	ok(store_registration_count(env.store) == 0, "nor anybody on a line");
	env_add(&env, "line", "{\"number\":\"1\"}");
	ok(!store_line_by_name(env.store, "1", NULL, &line) && line.id > 1,
	   "the line that comes after has another id");
}

/* And one that an import removes. */
static void test_imported(void)
{
	json_t *document = env_json("{\"version\":1,\"phone\":[{\"name\":"
		"\"SEP00000000000B\",\"profile\":"
		"\"Standard SIP Non-Secure Profile\"}]}");
	struct store_phone phone;
	struct store_line line;

	env_import(&env, document, false, NULL);
	store_phone_find(env.store, "SEP00000000000B", &phone);
	store_line_by_name(env.store, "1", NULL, &line);
	put(phone.id, line.id, "sip:x", 500);
	env_import(&env, document, false, NULL);
	ok(store_registration_count(env.store) == 1,
	   "an import that keeps the phone keeps its registration");
	json_array_clear(json_object_get(document, "phone"));
	env_import(&env, document, false, NULL);
	ok(store_registration_count(env.store) == 0,
	   "one that removes it does not");
	json_decref(document);
}

struct seen {
	size_t count;
	char ids[64];
	bool same;
};

static int on_call(void *ctx, const struct store_call *call)
{
	struct seen *seen = ctx;

	seen->count++;
	strcat(seen->ids, call->id);
	seen->same = call->cookie_len == 3 && !memcmp(call->cookie, "\0\1\2",
						      3) &&
		call->blob_len == 8 && !strcmp(call->blob, "{\"a\": 1}") &&
		!strcmp(call->caller, "2001");
	/* What it sees may change. */
	store_call_del(env.store, call->id);
	return 0;
}

static int stop(void *ctx, const struct store_call *call)
{
	(void)call;
	++*(int *)ctx;
	return 7;
}

static void test_calls(void)
{
	struct store_call call = {
		.id = "b",
		.cookie = { 0, 1, 2 },
		.cookie_len = 3,
		.started = 20,
		.caller = "2001",
		.blob = "{\"a\": 1}",
		.blob_len = 8,
	};
	struct seen seen = { 0 };
	int calls = 0;

	ok(!store_call_put(env.store, &call), "put");
	call.id = "a";
	call.started = 30;
	ok(!store_call_put(env.store, &call) &&
	   !store_call_put(env.store, &call), "put twice");
	env_restart(&env);
	ok(store_call_each(env.store, stop, &calls) == 7 && calls == 1,
	   "each stops when told");
	ok(!store_call_each(env.store, on_call, &seen) && seen.count == 2 &&
	   !strcmp(seen.ids, "ba") && seen.same,
	   "all of them after a restart, the oldest first");
	ok(store_call_find(env.store, "a", stop, &calls) == -ENOENT,
	   "and gone when removed on the way");
	call.cookie_len = STORE_COOKIE_MAX + 1;
	ok(store_call_put(env.store, &call) == -EINVAL, "too long a cookie");
}

/* Writes one registration and one call after the other, telling of each. */
static void write_until_killed(int fd, int from)
{
	struct store_call call = { .id = NULL, .blob = "x", .blob_len = 1 };
	char id[24];

	for (int i = from;; i++) {
		snprintf(id, sizeof(id), "call-%d", i);
		call.id = id;
		if (put(i, 1, "sip:k", 1000) ||
		    store_call_put(env.store, &call) ||
		    write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static int count_up(void *ctx, const struct store_call *call)
{
	(void)call;
	++*(int *)ctx;
	return 0;
}

/* How far it came, killed after some tens of writes. */
static int run_round(int from, int count)
{
	int fds[2], last = from, status;
	pid_t pid;

	if (pipe(fds))
		abort();
	store_close(env.store);
	pid = fork();
	if (!pid) {
		env.base = event_base_new();
		env.store = NULL;
		env_restart(&env);
		write_until_killed(fds[1], from + 1);
	}
	close(fds[1]);
	while (last < from + count && read(fds[0], &last, sizeof(last)) > 0)
		;
	kill(pid, SIGKILL);
	/* What it told of before it died counts. */
	while (read(fds[0], &last, sizeof(last)) > 0)
		;
	waitpid(pid, &status, 0);
	close(fds[0]);
	env.store = NULL;
	env_restart(&env);
	return WIFSIGNALED(status) ? last : -1;
}

static int count_calls(void)
{
	int calls = 0;

	store_call_each(env.store, count_up, &calls);
	return calls;
}

/* What was under way when it died may be there, too. */
static bool is_all(int64_t before, int64_t after, int told)
{
	return after >= before + told && after <= before + told + 1;
}

static void test_killed(void)
{
	int64_t registrations, calls;
	int from = 0, last;

	for (int i = 0; i < 25; i++) {
		registrations = store_registration_count(env.store);
		calls = count_calls();
		last = run_round(from, 10 + 7 * (i % 5));
		ok(last > from &&
		   is_all(registrations, store_registration_count(env.store),
			  last - from) &&
		   is_all(calls, count_calls(), last - from),
		   "killed: all of %d are there", last - from);
		/* The one under way has that number. */
		from = last + 1;
	}
}

int main(void)
{
	env_open(&env);
	test_registrations();
	test_deleted();
	test_imported();
	test_calls();
	store_registration_expire(env.store, 100000);
	test_killed();
	env_close(&env);
	return tap_end();
}
