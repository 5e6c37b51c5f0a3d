// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1: a CTL that security tokens sign (softhsm2), judged by the openssl
 * tool and by the phone in a box; tokens that are pulled out, lie, hang or
 * crash.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tokens-world.h"

static bool pull_out(int n)
{
	return run("mkdir -p out && mv hsm/tokens/$(cat dir%d) out/", n);
}

static bool put_back(int n)
{
	return run("mv out/$(cat dir%d) hsm/tokens/", n);
}

static void check_register(int fd)
{
	ok(flags_of(fd, "token0") == KEYD_TOKEN_PRESENT &&
	   flags_of(fd, "token1") == KEYD_TOKEN_PRESENT, "tokens are there");
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -ENOENT,
		KEYD_WHY_TOKEN, "one that is not registered signs");
	ok(!order(fd, KEYD_TOKEN_REGISTER, 0, 0), "one is registered: %s",
	   heard.m.reply.sentence);
	keep("answered");
	ok(run("cmp answered t0.der"), "its certificate is told");
	refused(order(fd, KEYD_TOKEN_REGISTER, 0, 0), -EEXIST, KEYD_WHY_TOKEN,
		"the same again");
	refused(sign_ctl(fd, 0, "t0.der", "itl.der", KEYD_TLV_SHA512), -EPERM,
		KEYD_WHY_TOKENS, "one alone signs");
	ok(!order(fd, KEYD_TOKEN_REGISTER, 1, 0), "a second one");
	ok(flags_of(fd, "token1") == (KEYD_TOKEN_PRESENT |
				      KEYD_TOKEN_REGISTERED), "it is told");
	refused(order(fd, KEYD_TOKEN_REGISTER, 3, 0), -EKEYREJECTED,
		KEYD_WHY_NOT_CERTIFICATE, "a key of 3072 bits");
	refused(order(fd, KEYD_TOKEN_REGISTER, 4, 0), -EKEYREJECTED,
		KEYD_WHY_TOKEN, "the certificate of another key");
	strcpy(serials[5], "nosuch");
	refused(order(fd, KEYD_TOKEN_REGISTER, 5, 0), -ENOENT, KEYD_WHY_TOKEN,
		"one that is not there");
}

static void check_sign(int fd)
{
	ok(!sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512) &&
	   judge("verify signed t0.crt sha512"), "a CTL, SHA-512: %s",
	   heard.m.reply.sentence);
	ok(judge("records signed | head -2 | cut -d\" \" -f4 | cmp - "
		 "<(sha256sum t0.der t1.der | cut -d\" \" -f1)"),
	   "both are SASTs");
	ok(run("$READER signed"), "the phone in a box takes it");
	ok(!sign_ctl(fd, 1, "t0.der", "t1.der", KEYD_TLV_SHA1) &&
	   judge("verify signed t1.crt sha1") && run("$READER signed"),
	   "by the other one, SHA-1");
	refused(sign_ctl(fd, 0, "t1.der", "itl.der", KEYD_TLV_SHA512), -EINVAL,
		KEYD_WHY_NOT_FILE, "one that is no SAST of the list");
	refused(sign_ctl(fd, 0, "t0.der", "t3.der", KEYD_TLV_SHA512), -EPERM,
		KEYD_WHY_TOKENS, "a SAST that is not ours");
	ok(!sign_ctl(fd, 0, "t0.der", "itl.der", KEYD_TLV_SHA512) &&
	   judge("verify signed t0.crt sha512"), "with ITLRecovery, to go back");
	memset(&m.m, 0, sizeof(m.m));
	strcpy(m.m.list.token, serials[0]);
	m.m.list.kind = KEYD_ITL;
	m.m.list.digest = KEYD_TLV_SHA512;
	m.m.list.count = 1;
	refused(ask(fd, &m, KEYD_SIGN_LIST, 0), -EBADMSG, KEYD_WHY_MESSAGE,
		"an ITL");
	m.m.list.kind = KEYD_CTL;
	m.m.list.key = key_of(KEYD_CALLMANAGER, KEYD_RSA);
	refused(ask(fd, &m, KEYD_SIGN_LIST, 0), -EBADMSG, KEYD_WHY_MESSAGE,
		"a token and a key");
}

static void check_tricks(int fd)
{
	static const struct {
		const char *trick;
		int err;
	} tricks[] = {
		{ "crash", -EIO }, { "crash at once", -EIO }, { "hang", -EIO },
		{ "pull out", -ENOENT }, { "short", -EIO },
	};

	for (size_t i = 0; i < sizeof(tricks) / sizeof(*tricks); i++) {
		trick(tricks[i].trick);
		refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512),
			tricks[i].err, KEYD_WHY_TOKEN, tricks[i].trick);
		good_make(&m, KEYD_ITLRECOVERY, KEYD_RSA, 2048, "x");
		ok(ask(fd, &m, KEYD_MAKE, 0) == -EEXIST, "keyd goes on");
	}
	trick("lie");
	ok(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512) < 0,
	   "a wrong signature: %s", heard.m.reply.sentence);
	trick("crash at the end");
	ok(!sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512) &&
	   judge("verify signed t0.crt sha512"), "one that ends badly signs");
	trick("");
	ok(!sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512),
	   "and is well again");
}

/* Whoever waits for a token keeps nobody else waiting. */
static void check_others(int fd)
{
	union keyd_buffer hello = { 0 };

	trick("hang");
	fill_ctl(0, "t0.der", "t1.der", KEYD_TLV_SHA512);
	keyd_seal(&m, KEYD_SIGN_LIST, 40, list_len);
	keyd_seal(&hello, KEYD_HELLO, 41, 0);
	ok(send(fd, &m, m.m.head.len, 0) == (ssize_t)m.m.head.len &&
	   !ask_raw(fd, &hello, hello.m.head.len) && heard.m.head.id == 41,
	   "another answer overtakes");
	ok(hear(fd) && heard.m.head.id == 40 && heard.m.reply.error == -EIO,
	   "that of the token comes, too: %s", heard.m.reply.sentence);
	trick("");
}

static void check_pulled_out(int fd)
{
	ok(pull_out(0) && flags_of(fd, "token0") == KEYD_TOKEN_REGISTERED,
	   "one is pulled out");
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -ENOENT,
		KEYD_WHY_TOKEN, "it signs");
	ok(!sign_ctl(fd, 1, "t0.der", "t1.der", KEYD_TLV_SHA512),
	   "the other one does");
	ok(put_back(0) && !sign_ctl(fd, 0, "t0.der", "t1.der",
				    KEYD_TLV_SHA512), "put back, it signs");
}

/* From ITLRecovery to tokens and back: no list that its phone would refuse. */
static void check_way(int fd)
{
	static const struct {
		int signer;
		const char *first, *second;
	} steps[] = {
		{ -1, "itl.der", NULL }, { -1, "itl.der", "t0.der" },
		{ 0, "t0.der", "t1.der" }, { 1, "t0.der", "t1.der" },
		{ 1, "t1.der", "itl.der" }, { -1, "itl.der", NULL },
	};
	bool good = true;
	char name[16];

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		good &= !sign_ctl(fd, steps[i].signer, steps[i].first,
				  steps[i].second, KEYD_TLV_SHA512);
		snprintf(name, sizeof(name), "way%zu", i);
		keep(name);
	}
	ok(good && run("$READER way0 way1 way2 way3 way4 way5"),
	   "a phone goes from ITLRecovery to tokens and back");
	ok(run("! $READER way0 way2"), "and not without the step between");
}

static void check_remove(int fd)
{
	ok(!sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512) &&
	   !order(fd, KEYD_TOKEN_REMOVE, 1, 0) &&
	   !order(fd, KEYD_TOKEN_REGISTER, 1, 0),
	   "a CTL that may not be published keeps no token here");
	refused(order(fd, KEYD_TOKEN_REMOVE, 2, 0), -ENOENT, KEYD_WHY_TOKEN,
		"one that is not registered");
	run("sed -i 's/99999/12342/' pins");
}

/* After a new keyd with the right PIN: a third one takes the place of one. */
static void check_exchange(int fd)
{
	trick("refuse the PIN");
	refused(order(fd, KEYD_TOKEN_REGISTER, 2, 0), -EACCES, KEYD_WHY_PIN,
		"a right PIN is refused");
	trick("");
	ok(!order(fd, KEYD_TOKEN_REGISTER, 2, KEYD_TOKEN_RETRY_PIN),
	   "a third one, told to: %s", heard.m.reply.sentence);
	ok(!sign_ctl(fd, 2, "t2.der", "itl.der", KEYD_TLV_SHA512),
	   "it signs with the PIN that it took at last: %s",
	   heard.m.reply.sentence);
	trick("refuse the PIN");
	sign_ctl(fd, 2, "t2.der", "itl.der", KEYD_TLV_SHA512);
	trick("");
	refused(sign_ctl(fd, 2, "t2.der", "itl.der", KEYD_TLV_SHA512), -EACCES,
		KEYD_WHY_PIN, "refused as it signs");
	ok(!order(fd, KEYD_TOKEN_REGISTER, 2, KEYD_TOKEN_RETRY_PIN) &&
	   !sign_ctl(fd, 2, "t2.der", "itl.der", KEYD_TLV_SHA512),
	   "and tried again though it is registered: %s",
	   heard.m.reply.sentence);
	ok(!sign_ctl(fd, 0, "t0.der", "t2.der", KEYD_TLV_SHA512) &&
	   !order(fd, KEYD_TOKEN_REMOVE, 0, 0), "after a CTL with another");
	ok(!sign_ctl(fd, -1, "itl.der", NULL, KEYD_TLV_SHA512) &&
	   !order(fd, KEYD_TOKEN_REMOVE, 1, 0) &&
	   !order(fd, KEYD_TOKEN_REMOVE, 2, 0),
	   "all, where ITLRecovery signs");
}

/* The module tries what it must not, and writes down what it could. */
static void check_module_walls(int fd)
{
	trick("look around");
	flags_of(fd, "token0");
	trick("");
	ok(run("grep -qx 'own file: yes' hsm/looked"), "its files are its");
	ok(run("grep -qx 'network: no' hsm/looked"), "it has no network");
	ok(run("grep -qx 'program: no' hsm/looked"), "it starts no program");
	ok(run("grep -qx 'tracing: no' hsm/looked"), "it traces nobody");
	ok(run("grep -qx 'signals: no' hsm/looked"), "and ends nobody");
	if (run("grep -qx 'Landlock: no' hsm/looked"))
		ok(true, "files of others # SKIP a kernel without Landlock");
	else
		ok(run("grep -qx 'secret: no' hsm/looked && "
		       "grep -qx 'PINs: no' hsm/looked"),
		   "it reads neither keyd's secret nor the PINs");
}

/* What the other process is: found by its name among keyd's children. */
static void check_walls(int fd, pid_t pid)
{
	ok(run("h=$(pgrep -P %d ucsec-keyd-toke) && "
	       "grep -q '^CapEff:.0*$' /proc/$h/status && "
	       "grep -q '^NoNewPrivs:.1$' /proc/$h/status && "
	       "grep -q '^Seccomp:.2$' /proc/$h/status && "
	       "! ls -l /proc/$h/fd | grep -q state", pid),
	   "the module's process has no rights, and none of keyd's files");
	ok(run("test $(grep -h '^Seccomp:.2$' /proc/%d/task/*/status | wc -l) "
	       "= 3 && test $(ls /proc/%d/task | wc -l) = 3", pid, pid),
	   "keyd's threads are filtered, all three");
	check_module_walls(fd);
	ok(run("kill -9 $(pgrep -P %d ucsec-keyd-toke)", pid), "it is killed");
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -EIO,
		KEYD_WHY_TOKEN, "a token signs");
	ok(flags_of(fd, "token0") == KEYD_TOKEN_REGISTERED &&
	   heard.m.reply.sentence[0], "those that are registered are told: %s",
	   heard.m.reply.sentence);
	ok(!sign_ctl(fd, -1, "itl.der", "t0.der", KEYD_TLV_SHA512),
	   "all else goes on");
}

static void check_without(void)
{
	pid_t pid = start_keyd();
	int fd = dial();

	ok(flags_of(fd, "token0") == KEYD_TOKEN_REGISTERED,
	   "without a module: %s", heard.m.reply.sentence);
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -ENODEV,
		KEYD_WHY_TOKEN, "a token signs");
	close(fd);
	stop_keyd(pid, SIGTERM);
	run("chmod 644 pins");
	pid = start_tokens();
	fd = dial();
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -ENODEV,
		KEYD_WHY_TOKEN, "with PINs that others may read");
	close(fd);
	stop_keyd(pid, SIGTERM);
	run("chmod 600 pins");
}

static void check_all(pid_t *pid, int *fd)
{
	check_register(*fd);
	check_sign(*fd);
	check_way(*fd);
	check_tricks(*fd);
	check_others(*fd);
	check_pulled_out(*fd);
	close(*fd);
	ok(stop_keyd(*pid, SIGKILL), "keyd is killed");
	*pid = start_tokens();
	*fd = dial();
	check_remove(*fd);
	close(*fd);
	stop_keyd(*pid, SIGTERM);
	*pid = start_tokens();
	*fd = dial();
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-token");
	ok(make_tokens(5), "tokens of softhsm2");
	pid = start_tokens();
	fd = dial();
	ok(look_up_tokens(fd, 5), "keyd sees them");
	close(fd);
	stop_keyd(pid, SIGTERM);
	pid = start_tokens();
	fd = dial();
	check_all(&pid, &fd);
	check_walls(fd, pid);
	close(fd);
	stop_keyd(pid, SIGTERM);
	check_without();
	pid = start_tokens();
	fd = dial();
	check_exchange(fd);
	close(fd);
	stop_keyd(pid, SIGTERM);
	remove_folder();
	return tap_end();
}
