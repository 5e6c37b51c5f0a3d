// SPDX-License-Identifier: GPL-2.0
/* TRUST-1: no PIN of a security token is tried twice, whatever ends meanwhile. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tokens-world.h"

static void restart(pid_t *pid, int *fd, int signal)
{
	if (*pid) {
		close(*fd);
		stop_keyd(*pid, signal);
	}
	*pid = start_tokens();
	*fd = dial();
}

static void check_pins(int fd, bool again)
{
	size_t before = logins();

	refused(order(fd, KEYD_TOKEN_REGISTER, 2, 0), -EACCES, KEYD_WHY_PIN,
		"a wrong PIN");
	ok(logins() == before + !again, "it was tried %s",
	   again ? "before" : "once");
	refused(order(fd, KEYD_TOKEN_REGISTER, 2, 0), -EACCES, KEYD_WHY_PIN,
		"the same");
	ok(logins() == before + !again, "and not again");
	if (again) {
		refused(order(fd, KEYD_TOKEN_REGISTER, 2,
			      KEYD_TOKEN_RETRY_PIN), -EACCES, KEYD_WHY_PIN,
			"unless told to");
		ok(logins() == before + 1, "which it does once");
	}
}

/* Whether the token counted that PIN as a wrong one nobody knows. */
static void check_untold(int fd, const char *what)
{
	size_t before;

	trick(what);
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -EIO,
		KEYD_WHY_TOKEN, what);
	trick("");
	before = logins();
	refused(sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -EACCES,
		KEYD_WHY_PIN, "the same PIN once more");
	ok(logins() == before, "it is not tried");
	ok(!order(fd, KEYD_TOKEN_REGISTER, 0, KEYD_TOKEN_RETRY_PIN) &&
	   !sign_ctl(fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512),
	   "told to, it is: %s", heard.m.reply.sentence);
}

/* keyd ends between question and answer; the next one is told to try, or not. */
static void check_killed(pid_t *pid, int *fd)
{
	size_t before = logins();

	trick("hang at the PIN");
	fill_ctl(0, "t0.der", "t1.der", KEYD_TLV_SHA512);
	keyd_seal(&m, KEYD_SIGN_LIST, 50, list_len);
	ok(send(*fd, &m, m.m.head.len, 0) == (ssize_t)m.m.head.len,
	   "a token is asked");
	for (int i = 0; i < 100 && logins() == before; i++)
		usleep(20000);
	ok(logins() == before + 1 &&
	   sign_ctl(*fd, 1, "t0.der", "t1.der", KEYD_TLV_SHA512) == -EBUSY,
	   "another one is not meanwhile: %s", heard.m.reply.sentence);
	trick("");
	restart(pid, fd, SIGKILL);
	refused(sign_ctl(*fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512), -EACCES,
		KEYD_WHY_PIN, "the next keyd does not try that PIN");
	ok(logins() == before + 1, "by itself");
	ok(!order(*fd, KEYD_TOKEN_REGISTER, 0, KEYD_TOKEN_RETRY_PIN) &&
	   !sign_ctl(*fd, 0, "t0.der", "t1.der", KEYD_TLV_SHA512),
	   "told to, it does: %s", heard.m.reply.sentence);
}

int main(void)
{
	pid_t pid = 0;
	int fd = -1;

	make_folder("test-keyd-pin");
	ok(make_tokens(3), "tokens of softhsm2");
	restart(&pid, &fd, 0);
	ok(look_up_tokens(fd, 3), "keyd sees them");
	restart(&pid, &fd, SIGTERM);
	ok(!order(fd, KEYD_TOKEN_REGISTER, 0, 0) &&
	   !order(fd, KEYD_TOKEN_REGISTER, 1, 0), "two are registered");
	check_pins(fd, false);
	check_untold(fd, "crash at the PIN");
	check_untold(fd, "hang at the PIN");
	check_killed(&pid, &fd);
	restart(&pid, &fd, SIGKILL);
	check_pins(fd, true);
	close(fd);
	stop_keyd(pid, SIGTERM);
	remove_folder();
	return tap_end();
}
