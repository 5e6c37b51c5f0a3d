// SPDX-License-Identifier: GPL-2.0
/*
 * What ucsec-mediad gives up once all is open: every capability but one, new
 * privileges, files, and all system calls it has no use for.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "mediad/filter.h"
#include "mediad/mediad.h"

enum { GENERIC_NETLINK = 16 };	/* NETLINK_GENERIC of <linux/netlink.h> */

int mediad_sandbox_capabilities(uid_t run_as, gid_t group, const char **why)
{
	*why = "CAP_NET_ADMIN is missing; start it as root or with that "
	       "capability";
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
		return -EPERM;
	capng_clear(CAPNG_SELECT_BOTH);
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED |
		     CAPNG_BOUNDING_SET, CAP_NET_ADMIN);
	*why = "cannot become the user to run as";
	if (run_as != (uid_t)-1) {
		if (capng_change_id((int)run_as, (int)group,
				    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_AMBIENT))
			return -EPERM;
	} else if (capng_apply(CAPNG_SELECT_CAPS)) {
		*why = "cannot drop capabilities";
		return -EPERM;
	}
	*why = "cannot give up new privileges";
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

static const int plain_calls[] = {
	SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(brk),
	SCMP_SYS(clock_gettime), SCMP_SYS(close), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(getpid),
	SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(madvise),
	SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(setsockopt), SCMP_SYS(write),
};

/* Sockets for ports, and for the module when it is loaded anew. */
static int allow_bounded(scmp_filter_ctx ctx, void *arg)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 3,
			SCMP_A0(SCMP_CMP_EQ, AF_NETLINK),
			SCMP_A1(SCMP_CMP_EQ, SOCK_RAW | SOCK_CLOEXEC),
			SCMP_A2(SCMP_CMP_EQ, GENERIC_NETLINK));

	if (!err)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
			SCMP_A1(SCMP_CMP_EQ, F_SETFL),
			SCMP_A2(SCMP_CMP_EQ, O_NONBLOCK));

	for (unsigned int i = 0; i < 2 && !err; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]),
			SCMP_A1(SCMP_CMP_EQ, SOCK_DGRAM | SOCK_CLOEXEC));
	(void)arg;
	return err;
}

int mediad_sandbox_filter(const char **why)
{
	*why = "cannot filter system calls";
	return filter_load(plain_calls, sizeof(plain_calls) /
			   sizeof(*plain_calls), allow_bounded, NULL);
}
