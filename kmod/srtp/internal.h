/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam: all that the pure SRTP core needs from the kernel.
 *
 * Userspace tests build the same .c files behind a header of their own with
 * this include guard, given to the compiler by -include.
 */
#ifndef UCSEC_SRTP_INTERNAL_H
#define UCSEC_SRTP_INTERNAL_H

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/unaligned.h>
#include <crypto/algapi.h>

#endif /* UCSEC_SRTP_INTERNAL_H */
