/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What token buckets need of the kernel. Host tests put a header of their own
 * in its place, which has the same guard.
 */
#ifndef UCSEC_RATE_INTERNAL_H
#define UCSEC_RATE_INTERNAL_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/types.h>

#endif /* UCSEC_RATE_INTERNAL_H */
