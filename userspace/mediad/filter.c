// SPDX-License-Identifier: GPL-2.0
/* The filter of system calls of ucsec-mediad or ucsec-keyd. */
#include "mediad/filter.h"

#include <errno.h>
#include <sys/mman.h>

static int allow_memory(scmp_filter_ctx ctx)
{
	int err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS,
				MAP_ANONYMOUS));

	return err ? err : seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
			SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

int filter_load(const int *calls, size_t count, filter_fn more, void *arg)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	/* A thread that is there already is not left out. */
	int err = ctx ? seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1) :
			-ENOMEM;

	for (size_t i = 0; !err && i < count; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	if (!err)
		err = more(ctx, arg);
	if (!err)
		err = allow_memory(ctx);
	if (!err)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	return err;
}
