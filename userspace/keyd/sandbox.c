// SPDX-License-Identifier: GPL-2.0
/*
 * What ucsec-keyd gives up once all is open: capabilities, new privileges, the
 * network, every file but those of one directory, and all system calls it has
 * no use for.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keyd/keyd.h"
#include "mediad/filter.h"

int keyd_sandbox_identity(uid_t run_as, gid_t group, const char **why)
{
	capng_clear(CAPNG_SELECT_ALL);
	*why = "cannot become the user to run as";
	if (run_as != (uid_t)-1) {
		if (capng_change_id((int)run_as, (int)group,
				    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING |
				    CAPNG_CLEAR_AMBIENT))
			return -EPERM;
	}
	*why = "cannot drop capabilities";
	/* Bounding and ambient sets are root's to change. */
	if (capng_apply(run_as != (uid_t)-1 || geteuid() ?
			CAPNG_SELECT_CAPS : CAPNG_SELECT_ALL) ||
	    capng_get_caps_process() ||
	    capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
		return -EPERM;
	*why = "cannot give up new privileges, or core dumps";
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_DUMPABLE, 0) ? -errno : 0;
}

/* All that version 1 of it knows; later rights need one of these as well. */
static const uint64_t all_rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
static const uint64_t our_rights = LANDLOCK_ACCESS_FS_READ_FILE |
	LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG;

static int restrict_to(int dir_fd)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = all_rights };
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = our_rights, .parent_fd = dir_fd,
	};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr),
			      0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH,
		    &beneath, 0) ||
	    syscall(SYS_landlock_restrict_self, fd, 0))
		err = -errno;
	close(fd);
	return err;
}

int keyd_sandbox_files(int dir_fd, const char **how)
{
	*how = "Landlock";
	if (!restrict_to(dir_fd))
		return 0;
	*how = "a root of its own";
	return fchdir(dir_fd) || chroot(".") ? -ENOSYS : 0;
}

static const int plain_calls[] = {
	SCMP_SYS(accept4), SCMP_SYS(brk), SCMP_SYS(clock_gettime),
	SCMP_SYS(close), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(fdatasync), SCMP_SYS(fstat), SCMP_SYS(fsync),
	SCMP_SYS(ftruncate), SCMP_SYS(futex), SCMP_SYS(getpid),
	SCMP_SYS(getrandom), SCMP_SYS(getsockopt), SCMP_SYS(gettid),
	SCMP_SYS(lseek), SCMP_SYS(madvise), SCMP_SYS(mlock),
	SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(read),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_yield), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(write),
};

/* Names of files count from the directory, and from nowhere else. */
static int allow_files(scmp_filter_ctx ctx, const int *dir_fd)
{
	static const int calls[] = { SCMP_SYS(openat), SCMP_SYS(unlinkat) };
	static const int renames[] = { SCMP_SYS(renameat),
				       SCMP_SYS(renameat2) };
	struct scmp_arg_cmp at = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)*dir_fd);
	int err = 0;

	for (int i = 0; i < 2 && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 1, at);
	for (int i = 0; i < 2 && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, renames[i], 2, at,
			SCMP_A2(SCMP_CMP_EQ, (scmp_datum_t)*dir_fd));
	/* fstat() of newer C libraries. */
	return err ? err : seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
			SCMP_SYS(newfstatat), 1,
			SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
}

static int allow_bounded(scmp_filter_ctx ctx, void *dir_fd)
{
	int err = allow_files(ctx, dir_fd);

	/* The size of a buffer. */
	return err ? err : seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
			SCMP_SYS(setsockopt), 2,
			SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET),
			SCMP_A2(SCMP_CMP_EQ, SO_SNDBUF));
}

int keyd_sandbox_filter(int dir_fd, const char **why)
{
	*why = "cannot filter system calls";
	return filter_load(plain_calls, sizeof(plain_calls) /
			   sizeof(*plain_calls), allow_bounded, &dir_fd);
}
