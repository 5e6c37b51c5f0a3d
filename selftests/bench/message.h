/* SPDX-License-Identifier: GPL-2.0 */
/* SIP requests of a given size, as a scanner or a trunk would send them. */
#ifndef BENCH_MESSAGE_H
#define BENCH_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGE_MIN 560
#define MESSAGE_MAX 1400

/*
 * The "number"-th request of that method out of any dialog; INVITE has a
 * description of media. Writes exactly "size" bytes, which MESSAGE_MIN and
 * MESSAGE_MAX bound; returns it or -EINVAL.
 */
int message_make(uint8_t *out, size_t size, const char *method,
		 uint32_t number);

#endif
