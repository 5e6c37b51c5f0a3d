/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter of system calls of ucsec-mediad or ucsec-keyd.
 */
#ifndef MEDIAD_FILTER_H
#define MEDIAD_FILTER_H

#include <seccomp.h>
#include <stddef.h>

/* What of a call its arguments decide; 0 or -errno. */
typedef int (*filter_fn)(scmp_filter_ctx ctx, void *arg);

/*
 * For all threads, and for good: any call but these, those that @more adds, and
 * memory that is not to be run, ends the process. 0 or -errno.
 */
int filter_load(const int *calls, size_t count, filter_fn more, void *arg);

#endif /* MEDIAD_FILTER_H */
