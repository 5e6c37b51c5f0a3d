/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that may have held keys or passwords is wiped before it is given back.
 *
 * Messages with SDES keys pass through the SIP parser, OpenSSL and libevent,
 * which copy as they like: what they free is wiped by the same functions.
 */
#ifndef WIPE_H
#define WIPE_H

#include <stddef.h>

void wipe_free(void *memory);
/* Where it moves, what stood there is wiped. */
void *wipe_realloc(void *memory, size_t size);
/* For OpenSSL and libevent; before the first use of either. */
void wipe_libraries(void);

#endif /* WIPE_H */
