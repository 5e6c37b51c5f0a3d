/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small files of the state directory that are there whole or not at all.
 */
#ifndef STORE_WHOLE_FILE_H
#define STORE_WHOLE_FILE_H

#include <stddef.h>

/*
 * Under another name, to the disk, then in place, for good: 0600. 0 or -errno.
 * The second one never takes the place of a file that is there: -EEXIST.
 */
int whole_file_write(const char *path, const void *data, size_t len);
int whole_file_make(const char *path, const void *data, size_t len);
/* What was made and renamed in it survives a loss of power. -errno. */
int whole_file_sync(const char *dir);

#endif /* STORE_WHOLE_FILE_H */
