// SPDX-License-Identifier: GPL-2.0
/*
 * What a module has no use for: nobody knows which calls a module makes, so
 * those are named that it must not make, and the places where its files may be.
 *
 * ucsec-keyd is of the same user, as it has no right to become another one. So
 * its directory and its credentials are in none of these places, and no call
 * reaches another process: neither its memory nor its life.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keyd/token/token.h"

enum { PATH_SIZE = 4096 };

/* All that version 1 of it knows; later rights need one of these as well. */
static const uint64_t all_rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
static const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE |
	LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t writing = LANDLOCK_ACCESS_FS_READ_FILE |
	LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
	LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR;

/* A place that there is not needs no rule. */
static int allow(int rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = rights,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	int err;

	if (beneath.parent_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		      &beneath, 0) ? -errno : 0;
	close(beneath.parent_fd);
	return err;
}

static int allow_all(int rules, const char *module, const char *files)
{
	static const char *const places[] = {
		"/usr", "/lib", "/lib64", "/etc", "/opt",
	};
	char folder[PATH_SIZE];
	const char *slash = strrchr(module, '/');
	int err = allow(rules, "/dev", LANDLOCK_ACCESS_FS_READ_FILE |
			LANDLOCK_ACCESS_FS_READ_DIR |
			LANDLOCK_ACCESS_FS_WRITE_FILE);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !err; i++)
		err = allow(rules, places[i], reading);
	if (!err && slash && slash != module) {
		snprintf(folder, sizeof(folder), "%.*s",
			 (int)(slash - module), module);
		err = allow(rules, folder, reading);
	}
	return err || !files ? err : allow(rules, files, writing);
}

/* Where the kernel has no Landlock, ucsec-keyd has said so. */
static const char *wall_files(const char *module, const char *files)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = all_rights };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr,
				 sizeof(attr), 0);
	int err;

	if (rules < 0)
		return NULL;
	err = allow_all(rules, module, files);
	if (!err && syscall(SYS_landlock_restrict_self, rules, 0))
		err = -errno;
	close(rules);
	return err ? "its files cannot be confined" : NULL;
}

static int refuse_calls(scmp_filter_ctx ctx)
{
	static const int calls[] = {
		SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
		SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
		SCMP_SYS(pidfd_getfd), SCMP_SYS(bpf), SCMP_SYS(keyctl),
		SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(mount),
		SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
		SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(userfaultfd),
		SCMP_SYS(perf_event_open), SCMP_SYS(io_uring_setup),
		/* Of the same user, ucsec-keyd would get each of them. */
		SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo),
		SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(pidfd_send_signal),
		SCMP_SYS(setpriority), SCMP_SYS(ioprio_set),
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i],
				       0);
	/* A socket is pcscd's. */
	return err ? err : seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM),
			SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
}

/* What is done to another process by its number: 0 is who calls. */
static int refuse_others(scmp_filter_ctx ctx)
{
	static const int calls[] = {
		SCMP_SYS(prlimit64), SCMP_SYS(sched_setaffinity),
		SCMP_SYS(sched_setattr), SCMP_SYS(sched_setparam),
		SCMP_SYS(sched_setscheduler),
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i], 1,
				       SCMP_A0(SCMP_CMP_NE, 0));
	return err;
}

/* A signal of any kind to whom a descriptor is said to belong. */
static int refuse_owners(scmp_filter_ctx ctx)
{
	static const struct {
		int call;
		unsigned int how;
	} ways[] = {
		{ SCMP_SYS(fcntl), F_SETOWN }, { SCMP_SYS(fcntl), F_SETOWN_EX },
		{ SCMP_SYS(fcntl), F_SETSIG }, { SCMP_SYS(ioctl), FIOSETOWN },
		{ SCMP_SYS(ioctl), SIOCSPGRP },
	};
	int err = 0;

	/* The kernel sees 32 bits of it. */
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways) && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), ways[i].call,
				       1, SCMP_A1(SCMP_CMP_MASKED_EQ,
						  UINT32_MAX, ways[i].how));
	return err;
}

static int refuse_all(scmp_filter_ctx ctx)
{
	int err = refuse_calls(ctx);

	if (!err)
		err = refuse_others(ctx);
	return err ? err : refuse_owners(ctx);
}

/* raise() and abort() are signals to oneself. */
static int refuse_signals(scmp_filter_ctx ctx)
{
	int err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill),
				   0);

	return err ? err : seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM),
			SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid()));
}

static const char *filter(int (*refuse)(scmp_filter_ctx ctx))
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int err = ctx ? refuse(ctx) : -ENOMEM;

	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err ? "cannot filter system calls" : NULL;
}

const char *token_walls(const char *module, const char *files)
{
	const char *why;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return strerror(errno);
	why = wall_files(module, files);
	return why ? why : filter(refuse_all);
}

const char *token_walls_worker(void)
{
	return filter(refuse_signals);
}
