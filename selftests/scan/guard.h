/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes that end at a page that cannot be read: a read behind them ends the
 * test, also one by a word that the sanitizers take for good.
 */
#ifndef UCSEC_GUARD_H
#define UCSEC_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* A copy in the one guarded buffer, of 64 KiB; good up to the next call. */
const uint8_t *guarded(const void *data, size_t len);

#endif /* UCSEC_GUARD_H */
