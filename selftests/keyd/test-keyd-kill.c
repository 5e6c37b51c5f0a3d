// SPDX-License-Identifier: GPL-2.0
/*
 * ucsec-keyd killed at each step of each change: keys and certificates are
 * whole and belong together, and no LSC is issued twice.
 *
 * First with its own files in this process, where each call that changes the
 * disk can be the last one; then the real one, at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "keyd/keyd.h"
#include "mediad/listener.h"
#include "tap.h"

enum { LOOPS = 30, WHEN = 1700000000 };

static union keyd_buffer m, answer;
static int countdown;		/* calls until the last one, 0: none */
static uint8_t spki[KEYD_SPKI_MAX];
static size_t spki_len;

static bool is_last(void)
{
	return countdown && !--countdown;
}

static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
}

#define WRAP(type, name, params, ...) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params \
	{ \
		if (is_last()) \
			die(); \
		return __real_##name(__VA_ARGS__); \
	}

WRAP(int, renameat, (int from, const char *a, int to, const char *b),
     from, a, to, b)
WRAP(int, unlinkat, (int fd, const char *name, int flags), fd, name, flags)
WRAP(int, ftruncate, (int fd, off_t len), fd, len)

static bool unsynced;		/* something of the journal */

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	if (is_last())
		die();
	unsynced = false;
	return __real_fsync(fd);
}

/* Nothing may be told of what is not on the disk. */
ssize_t __real_send(int fd, const void *data, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *data, size_t len, int flags)
{
	if (unsynced)
		die();
	return __real_send(fd, data, len, flags);
}

/* The last one writes half of it. */
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	bool last = is_last();

	if (last)
		len /= 2;
	__real_write(fd, data, len);
	if (last)
		die();
	return (ssize_t)len;
}

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	bool last = is_last();

	if (last)
		len /= 2;
	unsynced = true;
	__real_pwrite(fd, data, len, at);
	if (last)
		die();
	return (ssize_t)len;
}

static bool load(struct keyd_state *state)
{
	char why[256];

	memset(state, 0, sizeof(*state));
	memset(state->dir.secret, 7, sizeof(state->dir.secret));
	state->dir.fd = open(in_folder("state"), O_RDONLY | O_DIRECTORY);
	return state->dir.fd >= 0 && !keyd_state_load(state, why, sizeof(why));
}

static void unload(struct keyd_state *state)
{
	keyd_state_clear(state);
	close(state->dir.fd);
}

static bool made(struct keyd_state *state, unsigned int service,
		 unsigned int slot, const char *cn)
{
	good_make(&m, service, KEYD_EC, 256, cn);
	m.m.make.key.slot = (uint8_t)slot;
	keyd_state_made(state, &m.m.make, EVP_EC_gen("P-256"), &answer);
	return !answer.m.reply.error;
}

static bool regenerate(struct keyd_state *state)
{
	return made(state, KEYD_TVS, KEYD_CURRENT, "new");
}

static bool make_first(struct keyd_state *state)
{
	return made(state, KEYD_TOMCAT, KEYD_CURRENT, "new");
}

static bool promote(struct keyd_state *state)
{
	struct keyd_which which = key_of(KEYD_TVS, KEYD_EC);

	which.slot = KEYD_NEXT;
	keyd_state_promote(state, &which, &answer);
	return !answer.m.reply.error;
}

/* Its own certificate, which is as good a chain as any. */
static bool import(struct keyd_state *state)
{
	struct keyd_which which = key_of(KEYD_TVS, KEYD_EC);
	X509 *cert = keyd_state_find(state, &which)->certs[0];
	uint8_t *at;

	memset(&m.m, 0, sizeof(m.m));
	m.m.head.type = KEYD_IMPORT;
	at = keyd_tail_room(&m);
	m.m.import.key = which;
	m.m.import.count = 1;
	m.m.import.lens[0] = (uint32_t)i2d_X509(cert, &at);
	keyd_seal(&m, KEYD_IMPORT, 1, m.m.import.lens[0]);
	keyd_state_import(state, &m, &answer);
	return !answer.m.reply.error;
}

static bool sign(struct keyd_state *state)
{
	good_lsc(&m, 1, "SEP001122334455");
	m.m.lsc.key.kind = KEYD_EC;
	m.m.head.type = KEYD_SIGN_LSC;
	memcpy(keyd_tail_room(&m), spki, spki_len);
	keyd_seal(&m, KEYD_SIGN_LSC, 1, spki_len);
	keyd_handle(state, &m, &answer);
	keyd_journal_sync(state->journal);
	return !answer.m.reply.error;
}

static bool sign_file(struct keyd_state *state)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.file.key = key_of(KEYD_TFTP, KEYD_RSA);
	m.m.file.kind = KEYD_FILE_PLAIN;
	m.m.file.digest = KEYD_TLV_SHA512;
	m.m.file.timestamp = WHEN;
	strcpy(m.m.file.name, "x.sgn");
	keyd_seal(&m, KEYD_SIGN_FILE, 1, 0);
	keyd_handle(state, &m, &answer);
	return !answer.m.reply.error &&
	       state->times.last[KEYD_TIME_FILE] == WHEN;
}

static const struct change {
	const char *name;
	bool (*make)(struct keyd_state *state);
} changes[] = {
	{ "a key made anew", regenerate }, { "a first key", make_first },
	{ "a key promoted", promote }, { "certificates imported", import },
	{ "an LSC", sign }, { "a file's time", sign_file },
};

/* The common name of a pair; "" if there is none. */
static const char *name_of(struct keyd_state *state, unsigned int service,
			   unsigned int slot)
{
	static char names[2][64];
	static int turn;
	struct keyd_which which = key_of(service, KEYD_EC);
	struct keyd_pair *pair;

	turn = !turn;
	names[turn][0] = '\0';
	which.slot = (uint8_t)slot;
	pair = keyd_state_find(state, &which);
	if (pair)
		X509_NAME_get_text_by_NID(X509_get_subject_name(pair->certs[0]),
					  NID_commonName, names[turn], 64);
	return names[turn];
}

/* As it was before, or as it is after: nothing between. */
static bool is_sound(struct keyd_state *state, const struct change *change)
{
	const char *current = name_of(state, KEYD_TVS, KEYD_CURRENT);
	const char *next = name_of(state, KEYD_TVS, KEYD_NEXT);

	if (change->make == promote)
		return (!strcmp(current, "old") && !strcmp(next, "next")) ||
		       (!strcmp(current, "next") && !*next);
	if (strcmp(next, "next"))
		return false;
	if (change->make == regenerate)
		return !strcmp(current, "old") || !strcmp(current, "new");
	if (strcmp(current, "old"))
		return false;
	if (state->times.last[KEYD_TIME_FILE] &&
	    (change->make != sign_file ||
	     state->times.last[KEYD_TIME_FILE] != WHEN))
		return false;
	return keyd_journal_count(state->journal) <= 1;
}

/* Nothing lies about, and the change can be made or is made. */
static bool goes_on(struct keyd_state *state, const struct change *change)
{
	if (!run("! ls state | grep -e tmp -e new"))
		return false;
	if (change->make == promote &&
	    !*name_of(state, KEYD_TVS, KEYD_NEXT))
		return true;
	return change->make(state) && is_sound(state, change);
}

/* In a process that ends with its @last call; true: it needed no more. */
static bool change_until(const struct change *change, int last)
{
	static struct keyd_state state;
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (!load(&state))
			_exit(2);
		countdown = last;
		_exit(change->make(&state) ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		ok(false, "%s, step %d: %d", change->name, last,
		   WEXITSTATUS(status));
	return WIFEXITED(status);
}

static void check_steps(const struct change *change)
{
	static struct keyd_state state;
	bool done = false;
	int steps = 0;

	while (!done && steps < 100) {
		run("rm -rf state && cp -a before state");
		done = change_until(change, ++steps);
		if (!load(&state)) {
			ok(false, "%s, step %d: it cannot be loaded",
			   change->name, steps);
			return;
		}
		if (!is_sound(&state, change) || !goes_on(&state, change))
			ok(false, "%s, step %d: current '%s', next '%s'",
			   change->name, steps,
			   name_of(&state, KEYD_TVS, KEYD_CURRENT),
			   name_of(&state, KEYD_TVS, KEYD_NEXT));
		unload(&state);
	}
	ok(done && steps > 1, "%s: killed at each of %d steps", change->name,
	   steps - 1);
}

static void read_spki(void)
{
	run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | "
	    "openssl pkey -pubout -outform DER -out spki");
	spki_len = attach(&m, KEYD_SIGN_LSC, "spki");
	memcpy(spki, keyd_tail(&m), spki_len);
}

static bool make_tftp(struct keyd_state *state)
{
	good_make(&m, KEYD_TFTP, KEYD_RSA, 1024, "tftp");
	keyd_state_made(state, &m.m.make, EVP_RSA_gen(1024), &answer);
	return !answer.m.reply.error;
}

static bool set_up(void)
{
	static struct keyd_state state;
	bool good = run("mkdir -m 700 state") && load(&state) &&
		    made(&state, KEYD_TVS, KEYD_CURRENT, "old") &&
		    made(&state, KEYD_TVS, KEYD_NEXT, "next") &&
		    made(&state, KEYD_CAPF, KEYD_CURRENT, "CAPF") &&
		    make_tftp(&state);

	unload(&state);
	return good && run("cp -a state before");
}

static void serve(void)
{
	static struct keyd_state state;
	struct keyd_server server = { .uid = getuid(), .state = &state };

	if (!load(&state))
		_exit(2);
	state.generator = keyd_generator_new();
	server.listener = listener_open(in_folder("sock"), getuid());
	keyd_server_run(&server);
	_exit(3);
}

/* Ten requests at once, each of which is in the journal when it is told. */
static void check_told(void)
{
	unsigned int told = 0;
	pid_t pid;
	int fd;

	run("rm -rf state && cp -a before state");
	pid = fork();
	if (!pid)
		serve();
	fd = dial();
	for (uint8_t i = 1; i <= 10; i++) {
		good_lsc(&m, i, "SEP001122334455");
		m.m.lsc.key.kind = KEYD_EC;
		m.m.head.type = KEYD_SIGN_LSC;
		memcpy(keyd_tail_room(&m), spki, spki_len);
		keyd_seal(&m, KEYD_SIGN_LSC, i, spki_len);
		send(fd, &m, m.m.head.len, 0);
	}
	while (told < 10 && hear(fd) && !heard.m.reply.error)
		told++;
	close(fd);
	stop_keyd(pid, SIGTERM);
	ok(told == 10, "on the disk before it is told: %u of 10", told);
}

/* What it told of the first request, whatever happened since. */
static bool tells_same(int fd, uint8_t *told, size_t *len)
{
	good_lsc(&m, 1, "SEP001122334455");
	m.m.lsc.key.kind = KEYD_EC;
	m.m.head.type = KEYD_SIGN_LSC;
	memcpy(keyd_tail_room(&m), spki, spki_len);
	if (ask(fd, &m, KEYD_SIGN_LSC, spki_len))
		return false;
	if (!*len) {
		*len = keyd_tail_len(&heard);
		memcpy(told, keyd_tail(&heard), *len);
	}
	return *len == keyd_tail_len(&heard) &&
	       !memcmp(told, keyd_tail(&heard), *len);
}

static bool has_two_keys(int fd)
{
	unsigned int count = 0;

	if (ask(fd, &m, KEYD_LIST, 0))
		return false;
	for (; heard.m.head.type == KEYD_ITEM; count++)
		if (!hear(fd))
			return false;
	return count == 2;
}

/* One request after the other, until it is dead; what is told counts. */
static void be_busy(int fd, uint8_t round)
{
	for (unsigned int i = 0; i < 1000; i++) {
		good_lsc(&m, round, "SEP001122334455");
		m.m.lsc.request[1] = (uint8_t)i;
		m.m.lsc.request[2] = (uint8_t)(i >> 8);
		m.m.lsc.key.kind = KEYD_EC;
		m.m.head.type = KEYD_SIGN_LSC;
		memcpy(keyd_tail_room(&m), spki, spki_len);
		if (ask(fd, &m, KEYD_SIGN_LSC, spki_len))
			return;
		good_make(&m, KEYD_TVS, KEYD_EC, 256, "tvs");
		if (ask(fd, &m, KEYD_REGENERATE, 0))
			return;
	}
}

static void check_real(void)
{
	uint8_t told[KEYD_CERT_MAX];
	size_t len = 0;
	unsigned int good = 0;

	run("rm -rf state");
	srandom(1);
	for (int i = 0; i < LOOPS; i++) {
		pid_t pid = start_keyd(), killer;
		int fd = dial();

		if (!i) {
			good_make(&m, KEYD_CAPF, KEYD_EC, 256, "CAPF");
			ask(fd, &m, KEYD_MAKE, 0);
			good_make(&m, KEYD_TVS, KEYD_EC, 256, "tvs");
			ask(fd, &m, KEYD_MAKE, 0);
		}
		good += has_two_keys(fd) && tells_same(fd, told, &len);
		killer = fork();
		if (!killer) {
			usleep((unsigned int)(random() % 60000));
			kill(pid, SIGKILL);
			_exit(0);
		}
		random();
		be_busy(fd, (uint8_t)(i + 2));
		close(fd);
		waitpid(killer, NULL, 0);
		stop_keyd(pid, SIGKILL);
	}
	ok(good == LOOPS, "killed %d times at work, sound %u times", LOOPS,
	   good);
}

int main(void)
{
	make_folder("test-keyd-kill");
	read_spki();
	ok(spki_len && set_up(), "keys");
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		check_steps(&changes[i]);
	check_told();
	check_real();
	remove_folder();
	return tap_end();
}
