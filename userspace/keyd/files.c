// SPDX-License-Identifier: GPL-2.0
/*
 * Files of the state directory: each is replaced as a whole, and is on the disk
 * when that is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyd/disk.h"

/* One is enough: one thread writes, one file at a time. */
#define TEMPORARY	"write.tmp"

/*
 * After an error the kernel may have dropped what was to be written, and tells
 * so once. What the disk has now the next keyd will see; this one must not go
 * on with what it believes.
 */
void keyd_file_must_sync(int fd)
{
	if (!fsync(fd))
		return;
	fprintf(stderr, "ucsec-keyd: fsync: %s\n", strerror(errno));
	_exit(EXIT_FAILURE);
}

static int read_all(int fd, size_t max, uint8_t **data, size_t *len)
{
	struct stat st;
	size_t done = 0;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	*len = (size_t)st.st_size;
	*data = malloc(*len + 1);
	if (!*data)
		return -ENOMEM;
	while (done < *len) {
		ssize_t n = read(fd, *data + done, *len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(*data);
			*data = NULL;
			return n ? -errno : -EBADMSG;
		}
		done += (size_t)n;
	}
	(*data)[done] = 0;
	return 0;
}

int keyd_file_read(const struct keyd_dir *dir, const char *name, size_t max,
		   uint8_t **data, size_t *len)
{
	int fd = openat(dir->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int err;

	*data = NULL;
	*len = 0;
	if (fd < 0)
		return -errno;
	err = read_all(fd, max, data, len);
	close(fd);
	return err;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) ? -errno : 0;
}

int keyd_file_rename(const struct keyd_dir *dir, const char *from,
		     const char *to)
{
	if (renameat(dir->fd, from, dir->fd, to))
		return -errno;
	keyd_file_must_sync(dir->fd);
	return 0;
}

int keyd_file_write(const struct keyd_dir *dir, const char *name,
		    const void *data, size_t len)
{
	int fd = openat(dir->fd, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC |
			O_CLOEXEC | O_NOFOLLOW, 0600);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	close(fd);
	if (!err)
		err = keyd_file_rename(dir, TEMPORARY, name);
	if (err)
		keyd_file_clean(dir);
	return err;
}

void keyd_file_remove(const struct keyd_dir *dir, const char *name)
{
	unlinkat(dir->fd, name, 0);
}

void keyd_file_clean(const struct keyd_dir *dir)
{
	keyd_file_remove(dir, TEMPORARY);
}
