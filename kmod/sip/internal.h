/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam: all that the scanner of SIP needs from the kernel.
 *
 * The daemon and the tests build the same .c files behind a header of their own
 * with this include guard (userspace/daemon/sip/seam.h), given by -include.
 */
#ifndef UCSEC_SIP_INTERNAL_H
#define UCSEC_SIP_INTERNAL_H

#include <linux/types.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/bitops.h>
#include <asm/unaligned.h>

#endif /* UCSEC_SIP_INTERNAL_H */
