// SPDX-License-Identifier: GPL-2.0
/*
 * What ucsec-keyd cannot do once it serves, each tried in a process of its own
 * behind the same walls; and what the real one shows of itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "keyd/keyd.h"
#include "tap.h"

static int dir_fd;

/* Behind all walls; a filter that is not there would let it go on. */
static int try_in(void (*act)(void), bool filter)
{
	const char *why;
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (keyd_sandbox_files(dir_fd, &why) ||
		    keyd_sandbox_identity((uid_t)-1, (gid_t)-1, &why) ||
		    (filter && keyd_sandbox_filter(dir_fd, &why)))
			syscall(SYS_exit_group, 99);
		act();
		syscall(SYS_exit_group, 0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void use_inet(void)
{
	syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

static void use_unix(void)
{
	syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static void use_netlink(void)
{
	syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 0);
}

static void connect_out(void)
{
	syscall(SYS_connect, 0, NULL, 0);
}

static void open_absolute(void)
{
	syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static void run_program(void)
{
	syscall(SYS_execve, "/bin/true", NULL, NULL);
}

static void make_thread(void)
{
	syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void trace(void)
{
	syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
}

static void make_code(void)
{
	syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void remove_elsewhere(void)
{
	syscall(SYS_unlinkat, AT_FDCWD, "/tmp/x", 0);
}

static void rename_out(void)
{
	syscall(SYS_renameat2, dir_fd, "own", AT_FDCWD, "/tmp/x", 0);
}

static void kill_others(void)
{
	syscall(SYS_kill, 1, 0);
}

/* By a name that begins at the directory and leaves it: 0 if it went well. */
static void open_beside(void)
{
	syscall(SYS_exit_group, syscall(SYS_openat, dir_fd, "../beside",
					O_RDONLY) >= 0 ? 1 : 0);
}

static void open_root(void)
{
	syscall(SYS_exit_group, syscall(SYS_openat, dir_fd, "/etc/passwd",
					O_RDONLY) >= 0 ? 1 : 0);
}

static void write_out(void)
{
	syscall(SYS_exit_group, syscall(SYS_openat, dir_fd, "../beside",
					O_WRONLY | O_CREAT, 0600) >= 0 ? 1 : 0);
}

static void follow_link(void)
{
	syscall(SYS_exit_group, syscall(SYS_openat, dir_fd, "link",
					O_RDONLY) >= 0 ? 1 : 0);
}

static void use_own(void)
{
	syscall(SYS_exit_group, syscall(SYS_openat, dir_fd, "own", O_RDONLY) >=
		0 && syscall(SYS_openat, dir_fd, "new", O_WRONLY | O_CREAT,
			     0600) >= 0 && !syscall(SYS_renameat2, dir_fd,
						    "new", dir_fd, "own", 0) ?
		0 : 1);
}

static void check_deadly(void)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} deadly[] = {
		{ "socket(AF_INET)", use_inet },
		{ "socket(AF_UNIX)", use_unix },
		{ "socket(AF_NETLINK)", use_netlink },
		{ "connect()", connect_out },
		{ "a file by its whole name", open_absolute },
		{ "a program", run_program }, { "a process", make_thread },
		{ "ptrace()", trace }, { "memory to be run", make_code },
		{ "unlink elsewhere", remove_elsewhere },
		{ "rename to elsewhere", rename_out },
		{ "a signal to others", kill_others },
	};

	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		ok(try_in(deadly[i].act, true) == -SIGSYS, "%s ends it",
		   deadly[i].name);
}

static void check_files(void)
{
	int walls = try_in(open_beside, true);

	if (walls == 99) {
		ok(true, "files outside # SKIP neither Landlock nor root");
		return;
	}
	ok(!walls, "a file beside the directory cannot be opened");
	ok(!try_in(open_root, true), "nor one by its whole name");
	ok(!try_in(write_out, true), "nor made");
	ok(!try_in(follow_link, true), "nor by a link");
	ok(!try_in(use_own, true), "its own can be, and renamed");
	/* One wall is as good without the other. */
	ok(!try_in(open_beside, false) && !try_in(open_root, false),
	   "also without the filter");
}

static void check_real(void)
{
	pid_t pid = start_keyd();
	union keyd_buffer m = { 0 };
	int fd = dial();

	ok(!ask(fd, &m, KEYD_LIST, 0), "the real one serves");
	ok(run("grep -q '^CapEff:.0*$' /proc/%d/status && grep -q "
	       "'^CapPrm:.0*$' /proc/%d/status && grep -q '^Seccomp:.2$' "
	       "/proc/%d/task/*/status && grep -q '^NoNewPrivs:.1$' "
	       "/proc/%d/status", pid, pid, pid, pid),
	   "without capabilities, filtered in all threads");
	ok(run("test $(cat /proc/%d/task/*/status | grep -c '^Seccomp:.2$') = "
	       "$(ls /proc/%d/task | wc -l)", pid, pid),
	   "as many filters as threads");
	ok(run("grep -q 'Max core file size *0 *0' /proc/%d/limits", pid),
	   "no core");
	close(fd);
	ok(stop_keyd(pid, SIGTERM), "it ended when told");
}

/* Makes its directory for whom it becomes, and is that user. */
static void check_run_as(void)
{
	union keyd_buffer m = { 0 };
	pid_t pid;
	int fd;

	if (getuid() || run("! getent passwd nobody")) {
		ok(true, "another user # SKIP not root, or nobody there");
		return;
	}
	run("chmod 711 . && rm -rf state");
	pid = start_keyd_as("nobody");
	fd = dial();
	good_make(&m, KEYD_TVS, KEYD_EC, 256, "tvs");
	ok(!ask(fd, &m, KEYD_MAKE, 0) && run("grep -q \"^Uid:.$(id -u "
	   "nobody).$(id -u nobody)\" /proc/%d/status && "
	   "test $(stat -c %%U:%%a state) = nobody:700 && "
	   "test $(stat -c %%U:%%a state/tvs-ec.key) = nobody:600 && "
	   "test $(stat -c %%U:%%a state/secret) = nobody:600", pid),
	   "it becomes who it is told to");
	close(fd);
	stop_keyd(pid, SIGTERM);
	run("rm -rf state");
}

int main(void)
{
	make_folder("test-keyd-sandbox");
	run("mkdir walls && echo x >beside && echo x >walls/own && "
	    "ln -s ../beside walls/link");
	dir_fd = open(in_folder("walls"), O_RDONLY | O_DIRECTORY);
	check_deadly();
	check_files();
	check_real();
	check_run_as();
	remove_folder();
	return tap_end();
}
