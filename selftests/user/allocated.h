/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much memory the program has allocated, by the address sanitizer that all
 * host tests run under: its header is not in every compiler's package.
 */
#ifndef SELFTEST_ALLOCATED_H
#define SELFTEST_ALLOCATED_H

#include <stddef.h>

size_t __sanitizer_get_current_allocated_bytes(void);

static inline size_t allocated(void)
{
	return __sanitizer_get_current_allocated_bytes();
}

#endif /* SELFTEST_ALLOCATED_H */
