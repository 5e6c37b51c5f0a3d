// SPDX-License-Identifier: GPL-2.0
/* The socket of ucsec-mediad or ucsec-keyd: passed by systemd, or made. */
#include "mediad/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_PASSED_FD = 3, BACKLOG = 8 };

static bool is_listener(int fd)
{
	int type = 0, accepts = 0;
	socklen_t len = sizeof(int);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) &&
	       !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len) &&
	       type == SOCK_SEQPACKET && accepts;
}

/* systemd's protocol: one descriptor, the first after standard error. */
int listener_passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");

	if (!pid || !n || strcmp(n, "1") || atol(pid) != (long)getpid())
		return -1;
	if (!is_listener(FIRST_PASSED_FD))
		return -1;
	/* Who connects may be gone before it is taken. */
	fcntl(FIRST_PASSED_FD, F_SETFL, O_NONBLOCK);
	return FIRST_PASSED_FD;
}

/* Made for its owner alone and then given to the user. */
int listener_open(const char *path, uid_t uid)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = socket(AF_UNIX, type, 0), err;
	mode_t mask;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(addr.sun_path, path);
	unlink(path);
	mask = umask(0177);
	err = fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	umask(mask);
	if (err || listen(fd, BACKLOG))
		return -1;
	/* Without CAP_CHOWN its directory has to let the user in. */
	if (uid != geteuid() && chown(path, uid, (gid_t)-1) &&
	    chmod(path, 0666))
		return -1;
	return fd;
}

int listener_get(const char *path, uid_t uid, const char **why)
{
	int fd = path ? listener_open(path, uid) : listener_passed();

	*why = path ? strerror(errno) : "none of the right kind was passed";
	return fd;
}

int listener_accept(int listener, uid_t uid)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (fd < 0)
		return -1;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
	    peer.uid == uid)
		return fd;
	close(fd);
	return -1;
}

/* MSG_CTRUNC: descriptors came with it. Without room for any there is none. */
ssize_t listener_receive(int fd, void *packet, size_t size, bool *had_some)
{
	struct iovec iov = { packet, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_TRUNC);

	*had_some = msg.msg_flags & MSG_CTRUNC;
	return n;
}
