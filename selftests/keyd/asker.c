// SPDX-License-Identifier: GPL-2.0
/*
 * A client of ucsec-keyd by hand: requests as bytes, one answer to each.
 */
#include "asker.h"

#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

char folder[64];
union keyd_buffer heard;

void make_folder(const char *test)
{
	char path[80];

	snprintf(path, sizeof(path), "/tmp/%s-XXXXXX", test);
	if (!mkdtemp(path))
		abort();
	snprintf(folder, sizeof(folder), "%.63s", path);
}

bool run(const char *format, ...)
{
	char command[4096], rest[3900];
	va_list args;

	va_start(args, format);
	vsnprintf(rest, sizeof(rest), format, args);
	va_end(args);
	snprintf(command, sizeof(command), "cd %s && { %s; } >>log 2>&1",
		 folder, rest);
	return !system(command);
}

void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command))
		abort();
}

const char *in_folder(const char *name)
{
	static char path[4][128];
	static unsigned int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static pid_t start(const char *user, const char *const *options)
{
	const char *all[24] = {
		"ucsec-keyd", "--user", user, "--state", in_folder("state"),
		"--socket", in_folder("sock"),
	};
	pid_t pid = fork();

	if (pid)
		return pid;
	if (!freopen(in_folder("stderr"), "a", stderr))
		abort();
	for (size_t i = 7; options && *options && i < 23; i++)
		all[i] = *options++;
	execv("build/san/ucsec-keyd", (char *const *)all);
	_exit(127);
}

pid_t start_keyd(void)
{
	return start(getpwuid(getuid())->pw_name, NULL);
}

pid_t start_keyd_with(const char *const *options)
{
	return start(getpwuid(getuid())->pw_name, options);
}

pid_t start_keyd_for(const char *user)
{
	return start(user, NULL);
}

pid_t start_keyd_as(const char *user)
{
	return start(getpwuid(getuid())->pw_name,
		     (const char *const []){ "--run-as", user, NULL });
}

bool refuses_to_start(void)
{
	pid_t pid = start_keyd();
	int status;

	for (int i = 0; i < 2000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			unlink(in_folder("sock"));
			return WIFEXITED(status) && WEXITSTATUS(status) == 1;
		}
		usleep(10000);
	}
	stop_keyd(pid, SIGKILL);
	return false;
}

bool stop_keyd(pid_t pid, int signal)
{
	int status = 0;

	kill(pid, signal);
	waitpid(pid, &status, 0);
	unlink(in_folder("sock"));
	return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

void fake_reply(union keyd_buffer *m)
{
	uint32_t id = m->m.head.id;

	memset(&m->m, 0, sizeof(m->m));
	keyd_seal(m, KEYD_REPLY, id, 0);
}

pid_t start_fake(const char *path, fake_fn *play)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0), peer;
	static union keyd_buffer m;
	pid_t pid;

	strcpy(addr.sun_path, path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		abort();
	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	peer = accept(fd, NULL, NULL);
	while (recv(peer, &m, sizeof(m), 0) > 0)
		play(peer, &m);
	_exit(0);
}

int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0), size = 1 << 20;

	strcpy(addr.sun_path, in_folder("sock"));
	for (int i = 0; connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	     i++) {
		if (i > PATIENCE_MS / 10)
			abort();
		usleep(10000);
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

bool hear(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, PATIENCE_MS) != 1)
		return false;
	n = recv(fd, &heard, sizeof(heard), 0);
	return n > 0 && !keyd_check(&heard, (size_t)n, false);
}

int ask_raw(int fd, const void *data, size_t len)
{
	memset(&heard.m, 0, sizeof(heard.m));
	if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len || !hear(fd))
		return 1;
	return heard.m.head.type == KEYD_ITEM ? 0 : heard.m.reply.error;
}

int ask(int fd, union keyd_buffer *m, unsigned int type, size_t tail)
{
	keyd_seal(m, type, 7, tail);
	return ask_raw(fd, m, m->m.head.len);
}

const char *keep(const char *name)
{
	const char *path = in_folder(name);
	FILE *file = fopen(path, "w");

	if (!file || fwrite(keyd_tail(&heard), 1, keyd_tail_len(&heard),
			    file) != keyd_tail_len(&heard))
		abort();
	fclose(file);
	return path;
}

size_t attach(union keyd_buffer *m, unsigned int type, const char *name)
{
	FILE *file = fopen(in_folder(name), "r");
	size_t n;

	if (!file)
		abort();
	m->m.head.type = (uint16_t)type;
	n = fread(keyd_tail_room(m), 1, KEYD_MESSAGE_MAX - keyd_size(type),
		  file);
	fclose(file);
	return n;
}

struct keyd_which key_of(unsigned int service, unsigned int kind)
{
	return (struct keyd_which){ .service = (uint8_t)service,
				    .kind = (uint8_t)kind };
}

void good_make(union keyd_buffer *m, unsigned int service, unsigned int kind,
	       unsigned int bits, const char *cn)
{
	struct keyd_make *make = &m->m.make;

	memset(&m->m, 0, sizeof(m->m));
	make->key = key_of(service, kind);
	make->bits = (uint16_t)bits;
	make->days = 365;
	strcpy(make->subject.cn, cn);
	strcpy(make->subject.o, "Example");
	strcpy(make->subject.c, "DE");
	make->names.count = 2;
	make->names.list[0].kind = KEYD_DNS;
	strcpy(make->names.list[0].text, "cm1.example.org");
	make->names.list[1].kind = KEYD_IP;
	strcpy(make->names.list[1].text, "192.0.2.1");
}

void good_lsc(union keyd_buffer *m, uint8_t request, const char *device)
{
	struct keyd_sign_lsc *lsc = &m->m.lsc;

	memset(&m->m, 0, sizeof(m->m));
	lsc->key = key_of(KEYD_CAPF, KEYD_RSA);
	lsc->request[0] = request;
	strcpy(lsc->device, device);
	lsc->profile = KEYD_LSC_PHONE;
	lsc->days = 100;
}

bool name_judges(void)
{
	char judge[512], reader[512];

	return realpath("selftests/trust/judge.sh", judge) &&
	       realpath("selftests/phone/take-lists", reader) &&
	       !setenv("JUDGE", judge, 1) && !setenv("READER", reader, 1);
}
