// SPDX-License-Identifier: GPL-2.0
/*
 * The admin socket and who is at its other end.
 */
#include "admin/peer.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG	64

static void set_address(struct sockaddr_un *addr, const char *path)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
}

/* A socket nobody listens on is left over from a daemon that was killed. */
static bool is_answered(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answered;

	answered = fd >= 0 && !connect(fd, (const void *)addr, sizeof(*addr));
	if (fd >= 0)
		close(fd);
	return answered;
}

static int give_to_group(const struct conf *conf, char *why, size_t size)
{
	const struct group *group;

	if (!conf->admin_group[0])
		return 0;
	group = getgrnam(conf->admin_group);
	if (!group) {
		snprintf(why, size, "there is no group %s", conf->admin_group);
		return -ENOENT;
	}
	if (!chown(conf->admin_socket, -1, group->gr_gid))
		return 0;
	snprintf(why, size, "cannot give %s to group %s: %s",
		 conf->admin_socket, conf->admin_group, strerror(errno));
	return -errno;
}

int peer_listen(const struct conf *conf, char *why, size_t size)
{
	struct sockaddr_un addr;
	mode_t mask;
	int fd, err;

	set_address(&addr, conf->admin_socket);
	if (is_answered(&addr)) {
		snprintf(why, size, "%s: another daemon listens there",
			 conf->admin_socket);
		return -EADDRINUSE;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlink(conf->admin_socket);
	/* Never open for all, not even for a moment. */
	mask = umask(0117);
	err = bind(fd, (const void *)&addr, sizeof(addr)) ? -errno : 0;
	umask(mask);
	if (err)
		snprintf(why, size, "%s: %s", conf->admin_socket,
			 strerror(-err));
	if (!err)
		err = give_to_group(conf, why, size);
	if (!err && listen(fd, BACKLOG)) {
		err = -errno;
		snprintf(why, size, "%s: %s", conf->admin_socket,
			 strerror(-err));
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* The groups the peer had when it connected, as the kernel knows them. */
static bool is_member(int fd, const struct ucred *peer, gid_t gid)
{
	gid_t *groups;
	socklen_t len = 0;
	bool found = peer->gid == gid;

	if (found)
		return true;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) ||
	    errno != ERANGE || !len)
		return false;
	groups = malloc(len);
	if (groups && !getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		for (size_t i = 0; i < len / sizeof(*groups); i++)
			found = found || groups[i] == gid;
	free(groups);
	return found;
}

bool peer_is_allowed(int fd, const struct conf *conf, long *uid, long *pid)
{
	socklen_t len = sizeof(struct ucred);
	const struct group *group;
	struct ucred peer;

	*uid = *pid = -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	*uid = peer.uid;
	*pid = peer.pid;
	if (!peer.uid || peer.uid == geteuid())
		return true;
	group = conf->admin_group[0] ? getgrnam(conf->admin_group) : NULL;
	return group && is_member(fd, &peer, group->gr_gid);
}
