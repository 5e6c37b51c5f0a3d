/* SPDX-License-Identifier: GPL-2.0 */
/* SRTP sealing with OpenSSL itself: the cheapest that userspace can do. */
#ifndef BENCH_SEAL_H
#define BENCH_SEAL_H

#include "suite.h"

struct seal;

/* NULL if OpenSSL refuses. */
struct seal *seal_new(const struct side *side);
void seal_free(struct seal *seal);

/*
 * Seals a packet with a 12-byte header in place and returns its new length or
 * -EINVAL. There is no rollover counter and no replay list: a real sender
 * pays a little more than this.
 */
int seal_packet(struct seal *seal, uint8_t *packet, int len);

#endif
