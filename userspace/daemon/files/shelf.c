// SPDX-License-Identifier: GPL-2.0
/*
 * The directory that TFTP serves: names, and what stands under them.
 */
#include "files/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/shelf-parts.h"

/* Of folders: what is named deeper down would not be found when all is listed. */
enum { DEPTH_MAX = 8 };

bool shelf_name_fits(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	unsigned int depth = 0;
	size_t word;

	if (strlen(name) >= SHELF_NAME_SIZE)
		return false;
	do {
		word = strspn(name, letters);
		if (!word || *name == '.')
			return false;
		name += word;
	} while (*name++ == '/' && depth++ < DEPTH_MAX);
	return !name[-1];
}

bool shelf_name_ends(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len >= n && !strcmp(name + len - n, end);
}

bool shelf_name_hinders(const char *name)
{
	static const char *const made[] = { ".cnf.xml", ".sgn", ".tlv" };
	const char *slash = name;

	while ((slash = strchr(slash + 1, '/'))) {
		for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
			size_t len = strlen(made[i]);

			if ((size_t)(slash - name) >= len &&
			    !memcmp(slash - len, made[i], len))
				return true;
		}
	}
	return false;
}

void shelf_print_take(struct shelf_print *print, const struct stat *st)
{
	*print = (struct shelf_print){
		.dev = st->st_dev, .inode = st->st_ino, .size = st->st_size,
		.changed = st->st_ctim, .written = st->st_mtim,
	};
}

int shelf_file(const struct shelf *shelf, const char *name,
	       struct shelf_print *print)
{
	struct stat st;
	int fd;

	if (!shelf_name_fits(name))
		return -ENOENT;
	fd = shelf_open_at(shelf, name, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -ENOENT;
	}
	shelf_print_take(print, &st);
	return fd;
}

static int read_all(int fd, uint8_t *data, size_t size)
{
	ssize_t n;

	for (size_t at = 0; at < size; at += (size_t)n) {
		n = read(fd, data + at, size - at);
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
	}
	return 0;
}

int shelf_load(const struct shelf *shelf, const char *name, size_t max,
	       uint8_t **data, size_t *len, struct shelf_print *print)
{
	struct shelf_print unwanted;
	int fd, err;

	print = print ?: &unwanted;
	fd = shelf_file(shelf, name, print);
	if (fd < 0)
		return fd;
	err = (uint64_t)print->size > max ? -EFBIG : 0;
	*len = (size_t)print->size;
	*data = err ? NULL : malloc(*len + 1);
	if (!err)
		err = *data ? read_all(fd, *data, *len) : -ENOMEM;
	close(fd);
	if (err) {
		free(*data);
		*data = NULL;
	}
	return err;
}

/* @path has room for a name and ends in a slash, or is empty. */
static int walk(int at, char path[SHELF_NAME_SIZE], unsigned int depth,
		shelf_fn fn, void *arg)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), below;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t len = strlen(path);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -errno;
	}
	while (!err && (entry = readdir(dir))) {
		if (!shelf_name_fits(entry->d_name) ||
		    len + strlen(entry->d_name) + 2 > SHELF_NAME_SIZE)
			continue;
		strcpy(path + len, entry->d_name);
		if (entry->d_type == DT_REG)
			err = fn(arg, path);
		if (entry->d_type != DT_DIR || !depth)
			continue;
		below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY |
			       O_CLOEXEC | O_NOFOLLOW);
		strcat(path, "/");
		err = below < 0 ? -errno : walk(below, path, depth - 1, fn,
						arg);
		if (below >= 0)
			close(below);
	}
	path[len] = '\0';
	closedir(dir);
	return err;
}

int shelf_each(const struct shelf *shelf, shelf_fn fn, void *arg)
{
	char path[SHELF_NAME_SIZE] = "";

	return walk(shelf->dir, path, DEPTH_MAX, fn, arg);
}

/* Of an earlier daemon, which ended before it could name them. */
static void empty_staging(struct shelf *shelf)
{
	int fd = openat(shelf->staging, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(shelf->staging, entry->d_name, 0);
	closedir(dir);
}

/* TFTP's server is somebody else; nobody else needs to see what is staged. */
static int open_directories(struct shelf *shelf, const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	shelf->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (shelf->dir < 0)
		return -errno;
	if (mkdirat(shelf->dir, STAGING, 0700) && errno != EEXIST)
		return -errno;
	shelf->staging = openat(shelf->dir, STAGING, O_RDONLY | O_DIRECTORY |
				O_CLOEXEC | O_NOFOLLOW);
	if (shelf->staging < 0 || fchmod(shelf->dir, 0755) ||
	    fchmod(shelf->staging, 0700))
		return -errno;
	return 0;
}

int shelf_open(struct shelf **out, const char *path, char *why, size_t size)
{
	struct shelf *shelf = calloc(1, sizeof(*shelf));
	int err;

	*out = NULL;
	if (!shelf) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	TAILQ_INIT(&shelf->shown);
	shelf->dir = shelf->staging = -1;
	err = open_directories(shelf, path);
	if (err) {
		snprintf(why, size, "files-directory %s: %s", path,
			 strerror(-err));
		shelf_close(shelf);
		return err;
	}
	empty_staging(shelf);
	*out = shelf;
	return 0;
}

void shelf_close(struct shelf *shelf)
{
	if (!shelf)
		return;
	shelf_hide_all(shelf);
	if (shelf->staging >= 0)
		close(shelf->staging);
	if (shelf->dir >= 0)
		close(shelf->dir);
	free(shelf);
}
