// SPDX-License-Identifier: GPL-2.0
/*
 * A PKCS #11 module that is softhsm's, until the file "trick" in the folder of
 * TOKEN_FOLDER names what goes wrong. Logins are counted in "logins".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SOFTHSM	"/usr/lib/softhsm/libsofthsm2.so"

static CK_FUNCTION_LIST *real, ours;

static int open_in(const char *name, int flags)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", getenv("TOKEN_FOLDER"), name);
	return open(path, flags | O_CLOEXEC, 0600);
}

static bool is_trick(const char *name)
{
	char text[32] = "";
	int fd = open_in("trick", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 && !strcmp(text, name);
}

static void note(int fd, const char *what, bool can)
{
	dprintf(fd, "%s: %s\n", what, can ? "yes" : "no");
}

/* In any way in which another process of the same user can be ended. */
static bool reaches(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), ends[2];
	struct rlimit limit;

	return !kill(pid, 0) || !syscall(SYS_tkill, pid, 0) ||
	       !syscall(SYS_tgkill, pid, pid, 0) ||
	       !syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) ||
	       !prlimit(pid, RLIMIT_CPU, NULL, &limit) || pipe(ends) ||
	       !fcntl(ends[0], F_SETOWN, pid) ||
	       !syscall(SYS_fcntl, ends[0], 1L << 32 | F_SETOWN, pid) ||
	       !fcntl(ends[0], F_SETSIG, SIGKILL);
}

static void look_around(void)
{
	int fd = open_in("looked", O_WRONLY | O_CREAT | O_TRUNC);
	char *const none[] = { NULL };

	note(fd, "own file", open_in("trick", O_RDONLY) >= 0);
	note(fd, "network", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	note(fd, "signals", reaches(getppid()));
	note(fd, "tracing", !ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	note(fd, "Landlock", syscall(SYS_landlock_create_ruleset, NULL, 0,
				     LANDLOCK_CREATE_RULESET_VERSION) > 0);
	note(fd, "secret", open_in("../state/secret", O_RDONLY) >= 0);
	note(fd, "PINs", open_in("../pins", O_RDONLY) >= 0);
	note(fd, "program", execv("/bin/true", none) != -1 || errno != EPERM);
	close(fd);
}

static CK_RV initialize(void *args)
{
	if (is_trick("look around"))
		look_around();
	if (is_trick("crash at once"))
		raise(SIGSEGV);
	return real->C_Initialize(args);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user,
		   CK_UTF8CHAR *pin, CK_ULONG len)
{
	int fd = open_in("logins", O_WRONLY | O_CREAT | O_APPEND);

	if (fd < 0 || write(fd, "x", 1) != 1)
		raise(SIGUSR1);
	close(fd);
	if (is_trick("crash at the PIN"))
		raise(SIGSEGV);
	if (is_trick("hang at the PIN"))
		for (;;)
			pause();
	if (is_trick("refuse the PIN"))
		return CKR_PIN_INCORRECT;
	return real->C_Login(session, user, pin, len);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len,
		  CK_BYTE *signature, CK_ULONG *signature_len)
{
	CK_RV rv;

	if (is_trick("crash"))
		raise(SIGSEGV);
	if (is_trick("hang"))
		for (;;)
			pause();
	if (is_trick("pull out"))
		return CKR_DEVICE_REMOVED;
	rv = real->C_Sign(session, data, len, signature, signature_len);
	if (is_trick("lie"))
		signature[0] ^= 1;
	if (is_trick("short"))
		--*signature_len;
	return rv;
}

static CK_RV finalize(void *reserved)
{
	if (is_trick("crash at the end"))
		raise(SIGSEGV);
	return real->C_Finalize(reserved);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	CK_RV (*get)(CK_FUNCTION_LIST **list);
	void *module = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);

	*(void **)&get = module ? dlsym(module, "C_GetFunctionList") : NULL;
	if (!get || get(&real))
		return CKR_GENERAL_ERROR;
	ours = *real;
	ours.C_Initialize = initialize;
	ours.C_Login = login;
	ours.C_Sign = sign;
	ours.C_Finalize = finalize;
	*list = &ours;
	return CKR_OK;
}
