/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small files of the state directory that are there whole or not at all.
 */
#ifndef TRUST_WHOLE_FILE_H
#define TRUST_WHOLE_FILE_H

#include <stddef.h>

/* Under another name, to the disk, then in place. 0600. 0 or -errno. */
int whole_file_write(const char *path, const void *data, size_t len);

#endif /* TRUST_WHOLE_FILE_H */
