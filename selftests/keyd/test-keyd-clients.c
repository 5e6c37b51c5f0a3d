// SPDX-License-Identifier: GPL-2.0
/*
 * Clients of ucsec-keyd that come and go, flood it, are not let in, or bring
 * what they should not.
 */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

static union keyd_buffer m;

static int hello(int fd)
{
	return ask(fd, &m, KEYD_HELLO, 0);
}

/* One at a time; the next one when it is gone. */
static void check_second(void)
{
	int fd = dial(), second = dial();

	ok(!hello(fd) && hello(second) == 1, "a second client is shown the "
	   "door");
	close(second);
	ok(!hello(fd), "the first one goes on");
	close(fd);
	fd = dial();
	ok(!hello(fd), "and the next one comes");
	close(fd);
}

/* Nobody waits for that key any more: it is not there. */
static void check_gone(void)
{
	int fd = dial(), tries = 0, err;

	good_make(&m, KEYD_TOMCAT, KEYD_RSA, 3072, "tomcat");
	keyd_seal(&m, KEYD_MAKE, 1, 0);
	send(fd, &m, m.m.head.len, 0);
	close(fd);
	fd = dial();
	do {
		good_make(&m, KEYD_TOMCAT, KEYD_EC, 256, "tomcat");
		err = ask(fd, &m, KEYD_MAKE, 0);
		usleep(10000);
	} while (err == -EBUSY && tries++ < 3000);
	ok(!err && !ask(fd, &m, KEYD_LIST, 0) &&
	   heard.m.head.type == KEYD_ITEM &&
	   heard.m.item.key.kind == KEYD_EC && hear(fd) &&
	   heard.m.head.type == KEYD_REPLY,
	   "a key of who is gone is nobody's");
	close(fd);
}

/* Requests faster than answers are read: it waits, then gives up on it. */
static void check_flood(void)
{
	unsigned int sent = 0, heard_of = 0;
	int fd = dial();

	keyd_seal(&m, KEYD_HELLO, 1, 0);
	while (send(fd, &m, m.m.head.len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0 &&
	       sent < 100000)
		sent++;
	while (heard_of < sent && hear(fd))
		heard_of++;
	ok(sent > 10 && heard_of == sent, "%u requests at once, %u answers",
	   sent, heard_of);
	while (send(fd, &m, m.m.head.len, MSG_NOSIGNAL) > 0)
		;
	close(fd);
	fd = dial();
	ok(!hello(fd), "one that never reads is dropped, the next is served");
	close(fd);
}

/* With a descriptor; the largest there is, and one byte more. */
static void check_odd(void)
{
	static uint8_t big[KEYD_MESSAGE_MAX + 1];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { &m, sizeof(m.m.head) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control) };
	int fd = dial();

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	keyd_seal(&m, KEYD_HELLO, 9, 0);
	ok(sendmsg(fd, &msg, 0) > 0 && hear(fd) &&
	   heard.m.reply.error == -EBADMSG, "descriptors: %s",
	   heard.m.reply.sentence);
	keyd_seal((union keyd_buffer *)big, KEYD_IMPORT, 9, 0);
	((struct keyd_head *)big)->len = KEYD_MESSAGE_MAX;
	ok(ask_raw(fd, big, KEYD_MESSAGE_MAX) == -EBADMSG &&
	   !strstr(heard.m.reply.sentence, "long"),
	   "the longest message arrives: %s", heard.m.reply.sentence);
	ok(ask_raw(fd, big, KEYD_MESSAGE_MAX + 1) == -EBADMSG &&
	   strstr(heard.m.reply.sentence, "long"), "one byte more: %s",
	   heard.m.reply.sentence);
	ok(ask_raw(fd, big, 0) == 1, "an empty one: it hangs up");
	close(fd);
}

/* Bytes by chance behind a right head: each is answered or hung up on. */
static void check_noise(void)
{
	unsigned int answers = 0;
	int fd = dial();

	srandom(7);
	for (int i = 0; i < 3000; i++) {
		size_t len = (size_t)(random() % 6000);

		for (size_t at = 0; at < len + 64; at += 4)
			*(int32_t *)(m.bytes + at) = (int32_t)random();
		keyd_seal(&m, (unsigned int)(1 + random() %
					     KEYD_SIGN_LIST), 3, 0);
		if (m.m.head.len < len)
			m.m.head.len = (uint32_t)len;
		if (m.m.head.type == KEYD_LIST)
			continue;
		answers += ask_raw(fd, &m, m.m.head.len) != 1;
	}
	ok(answers > 2000, "%u answers to noise", answers);
	ok(!hello(fd), "and it goes on");
	close(fd);
}

static void check_other_user(void)
{
	pid_t pid;
	int fd;

	if (getuid() || !getpwnam("nobody")) {
		ok(true, "another user # SKIP not root, or nobody there");
		return;
	}
	pid = start_keyd_for("nobody");
	fd = dial();
	ok(hello(fd) == 1, "another user is shown the door");
	close(fd);
	ok(run("test $(stat -c %%U:%%a sock) = nobody:600"),
	   "the socket is the user's alone");
	stop_keyd(pid, SIGTERM);
}

static void check_usage(void)
{
	static const char *const wrong[] = {
		"", "--user", "--user nobody x", "--nonsense", "--user x --x",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(run("$OLDPWD/build/san/ucsec-keyd %s; test $? = 2",
		       wrong[i]), "wrong usage: '%s'", wrong[i]);
	ok(run("$OLDPWD/build/san/ucsec-keyd --user no-such-user; "
	       "test $? = 1"), "a user that is not there");
	ok(run("$OLDPWD/build/san/ucsec-keyd --help | grep -q -- --secret"),
	   "--help");
}

int main(void)
{
	pid_t pid;

	make_folder("test-keyd-clients");
	pid = start_keyd();
	check_second();
	check_gone();
	check_flood();
	check_odd();
	check_noise();
	ok(stop_keyd(pid, SIGTERM), "it ended when told, without a complaint");
	check_other_user();
	check_usage();
	remove_folder();
	return tap_end();
}
