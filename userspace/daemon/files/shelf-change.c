// SPDX-License-Identifier: GPL-2.0
/*
 * How a file comes into the directory that TFTP serves: whole, or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files/shelf-parts.h"

enum { NUMBER_SIZE = 12 };

int shelf_open_at(const struct shelf *shelf, const char *name, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, shelf->dir, name, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

void shelf_drop(struct shelf_change *change)
{
	char number[NUMBER_SIZE];

	if (change->fd < 0)
		return;
	close(change->fd);
	change->fd = -1;
	snprintf(number, sizeof(number), "%u", change->number);
	unlinkat(change->shelf->staging, number, 0);
}

static int begin(struct shelf_change *change)
{
	struct shelf *shelf = change->shelf;
	char number[NUMBER_SIZE];

	change->number = atomic_fetch_add(&shelf->numbers, 1);
	snprintf(number, sizeof(number), "%u", change->number);
	change->fd = openat(shelf->staging, number, O_RDWR | O_CREAT |
			    O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (change->fd < 0)
		return -errno;
	if (!fchmod(change->fd, 0644))
		return 0;
	shelf_drop(change);
	return -EIO;
}

int shelf_append(struct shelf_change *change)
{
	int err = change->fd < 0 ? begin(change) : 0;

	if (!err)
		err = write_all(change->fd, change->data, change->len);

	/* On its way to the disk while the next one is written. */
	if (!err)
		sync_file_range(change->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return err;
}

int shelf_stage(struct shelf_change *change)
{
	int err;

	change->fd = -1;
	if (!change->data)
		return 0;
	err = begin(change);
	if (err)
		return err;
	err = write_all(change->fd, change->data, change->len);
	if (err)
		shelf_drop(change);
	return err;
}

int shelf_settle(struct shelf_change *change)
{
	return change->fd < 0 || !fsync(change->fd) ? 0 : -errno;
}

/* The folder it is in, made if need be; or -errno. */
static int open_parent(struct shelf *shelf, const char *name, bool make)
{
	char path[SHELF_NAME_SIZE];

	for (const char *at = strchr(name, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s", (int)(at - name), name);
		/* What stands there may be a link: that is found below. */
		if (make && !mkdirat(shelf->dir, path, 0755))
			/* Whatever our umask is. */
			fchmodat(shelf->dir, path, 0755, 0);
		else if (make && errno != EEXIST)
			return -errno;
	}
	return shelf_open_at(shelf, path, O_RDONLY | O_DIRECTORY);
}

static int take_name(struct shelf_change *change, int parent, const char *name)
{
	char number[NUMBER_SIZE];
	struct stat st;

	if (!change->data)
		return unlinkat(parent, name, 0) ? -errno : 0;
	snprintf(number, sizeof(number), "%u", change->number);
	if (renameat(change->shelf->staging, number, parent, name))
		return -errno;
	/* The name is a change, too. */
	if (!fstat(change->fd, &st))
		shelf_print_take(&change->print, &st);
	close(change->fd);
	change->fd = -1;
	return 0;
}

/* Folders that nothing is in any more; the first that is not empty stays. */
static void remove_empty(struct shelf *shelf, const char *name)
{
	char path[SHELF_NAME_SIZE];
	char *slash;

	snprintf(path, sizeof(path), "%s", name);
	while ((slash = strrchr(path, '/'))) {
		*slash = '\0';
		if (unlinkat(shelf->dir, path, AT_REMOVEDIR))
			return;
	}
}

int shelf_commit(struct shelf_change *change)
{
	struct shelf *shelf = change->shelf;
	const char *slash = strrchr(change->name, '/');
	int parent, err;

	if (!slash)
		return take_name(change, shelf->dir, change->name);
	parent = open_parent(shelf, change->name, change->data);
	if (parent < 0)
		return parent;
	err = take_name(change, parent, slash + 1);
	if (!err && fsync(parent))
		err = -errno;
	close(parent);
	if (!err && !change->data)
		remove_empty(shelf, change->name);
	return err;
}

int shelf_settle_all(struct shelf *shelf)
{
	return syncfs(shelf->dir) ? -errno : 0;
}

int shelf_sync(struct shelf *shelf)
{
	return fsync(shelf->dir) ? -errno : 0;
}

int shelf_put(struct shelf *shelf, const char *name, const uint8_t *data,
	      size_t len)
{
	struct shelf_change change = {
		.shelf = shelf, .data = data, .len = len,
	};
	int err;

	if (!shelf_name_fits(name))
		return -EINVAL;
	snprintf(change.name, sizeof(change.name), "%s", name);
	err = shelf_stage(&change);
	if (err)
		return err;
	err = shelf_settle(&change);
	if (!err)
		err = shelf_commit(&change);
	shelf_drop(&change);
	return err ? err : shelf_sync(shelf);
}
