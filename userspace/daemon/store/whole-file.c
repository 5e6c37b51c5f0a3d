// SPDX-License-Identifier: GPL-2.0
/*
 * Small files of the state directory that are there whole or not at all.
 */
#include "store/whole-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int whole_file_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

/* The new name, too, is on the disk. */
static int sync_parent(const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!slash)
		return whole_file_sync(".");
	slash[slash == dir] = '\0';
	return whole_file_sync(dir);
}

static int put(const char *path, const void *data, size_t len,
	       int (*place)(const char *from, const char *to))
{
	char name[PATH_MAX];
	int fd, err = 0;

	if (snprintf(name, sizeof(name), "%s.new", path) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return -errno;
	errno = 0;
	if (write(fd, data, len) != (ssize_t)len || fsync(fd))
		err = errno ? -errno : -ENOSPC;
	close(fd);
	if (!err && place(name, path))
		err = -errno;
	if (err || place != rename)
		unlink(name);
	return err ? err : sync_parent(path);
}

int whole_file_write(const char *path, const void *data, size_t len)
{
	return put(path, data, len, rename);
}

int whole_file_make(const char *path, const void *data, size_t len)
{
	return put(path, data, len, link);
}
