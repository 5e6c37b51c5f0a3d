/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TAP output, and the few helpers all unit tests of the core share.
 */
#ifndef UCSEC_UNIT_TAP_H
#define UCSEC_UNIT_TAP_H

#include <stdio.h>
#include <stdlib.h>

#include "srtp.h"

/* One result; tells @cond back. */
bool tap_ok(bool cond, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A remark; those before a failed result explain it. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints the plan. The exit status of main. */
int tap_done(void);

/* Bytes of a string of hex digits and blanks; aborts if there are over @max. */
u32 hex(const char *digits, u8 *out, u32 max);
bool equals_hex(const u8 *data, u32 len, const char *digits);

/*
 * The linear congruential generator of all random input, so that any language
 * can repeat it: x = x * 6364136223846793005 + 1442695040888963407 modulo
 * 2^64, of which the upper 32 bits are used.
 */
struct lcg {
	u64 x;
};

u32 lcg_next(struct lcg *g);
/* Below @n, slightly uneven, which does not matter here. */
u32 lcg_below(struct lcg *g, u32 n);
/* One byte (the uppermost) a step. */
void lcg_fill(struct lcg *g, u8 *out, u32 len);

/*
 * A set of @n keys under @material, one after the other. The MKI of key i is
 * @mki_len bytes of 0xa0 + i.
 */
struct ucsec_srtp_keyset *keyset_new(u32 suite, const u8 *material, u8 n,
				     u8 mki_len);
void keyset_free(struct ucsec_srtp_keyset *ks);

/* A copy in memory that ends where the packet does, for ASan to guard. */
u8 *exact_copy(const u8 *pkt, u32 len);

#endif /* UCSEC_UNIT_TAP_H */
