// SPDX-License-Identifier: GPL-2.0
/*
 * Which files of the directory are shown, and whether they still are what they
 * were when they were found good.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/shelf-parts.h"

static int compare(const void *name, const void *shown)
{
	return strcmp(name, ((const struct shown *)shown)->name);
}

static int compare_two(const void *a, const void *b)
{
	return compare(((const struct shown *)a)->name, b);
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool shelf_print_same(const struct shelf_print *a, const struct shelf_print *b)
{
	return a->dev == b->dev && a->inode == b->inode && a->size == b->size &&
		same_time(a->changed, b->changed) &&
		same_time(a->written, b->written);
}

static struct shown *find(const struct shelf *shelf, const char *name)
{
	struct shown **found = tfind(name, &shelf->tree, compare);

	return found ? *found : NULL;
}

static struct shown *add(struct shelf *shelf, const char *name)
{
	size_t size = strlen(name) + 1;
	struct shown *shown = calloc(1, sizeof(*shown) + size);

	if (!shown)
		return NULL;
	memcpy(shown->name, name, size);
	if (!tsearch(shown, &shelf->tree, compare_two)) {
		free(shown);
		return NULL;
	}
	shown->round = shelf->round;
	TAILQ_INSERT_TAIL(&shelf->shown, shown, link);
	shelf->count++;
	return shown;
}

int shelf_show(struct shelf *shelf, const char *name,
	       const struct shelf_print *print)
{
	struct shown *shown = find(shelf, name);

	if (!shown)
		shown = add(shelf, name);
	if (!shown)
		return -ENOMEM;
	shown->printed = print;
	if (print)
		shown->print = *print;
	return 0;
}

void shelf_hide(struct shelf *shelf, const char *name)
{
	struct shown *shown = find(shelf, name);

	if (!shown)
		return;
	tdelete(shown, &shelf->tree, compare_two);
	TAILQ_REMOVE(&shelf->shown, shown, link);
	free(shown);
	shelf->count--;
}

void shelf_hide_all(struct shelf *shelf)
{
	while (!TAILQ_EMPTY(&shelf->shown))
		shelf_hide(shelf, TAILQ_FIRST(&shelf->shown)->name);
}

bool shelf_shows(const struct shelf *shelf, const char *name)
{
	return find(shelf, name);
}

size_t shelf_count(const struct shelf *shelf)
{
	return shelf->count;
}

static int open_shown(const struct shelf *shelf, const struct shown *shown,
		      struct shelf_print *print)
{
	int fd = shelf_file(shelf, shown->name, print);

	if (!shown->printed || (fd < 0 && fd != -ENOENT))
		return fd;
	if (fd >= 0 && shelf_print_same(print, &shown->print))
		return fd;
	if (fd >= 0)
		close(fd);
	return -ESTALE;
}

int shelf_serve(const struct shelf *shelf, const char *name, off_t *size)
{
	const struct shown *shown = find(shelf, name);
	struct shelf_print print;
	int fd = shown ? open_shown(shelf, shown, &print) : -ENOENT;

	if (fd >= 0)
		*size = print.size;
	return fd;
}

void shelf_round(struct shelf *shelf)
{
	shelf->round++;
}

bool shelf_round_next(struct shelf *shelf, char name[SHELF_NAME_SIZE],
		      bool *stale)
{
	struct shown *shown = TAILQ_FIRST(&shelf->shown);
	struct shelf_print print;
	int fd;

	if (!shown || shown->round == shelf->round)
		return false;
	shown->round = shelf->round;
	TAILQ_REMOVE(&shelf->shown, shown, link);
	TAILQ_INSERT_TAIL(&shelf->shown, shown, link);
	strcpy(name, shown->name);
	fd = open_shown(shelf, shown, &print);
	*stale = fd == -ESTALE;
	if (fd >= 0)
		close(fd);
	return true;
}
