/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the SRTP core needs from the kernel, for the host. Given to the compiler
 * by -include, it takes the place of kmod/srtp/internal.h through its guard.
 */
#ifndef UCSEC_SRTP_INTERNAL_H
#define UCSEC_SRTP_INTERNAL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return b[0] << 8 | b[1];
}

static inline u32 get_unaligned_be32(const void *p)
{
	u32 x;

	memcpy(&x, p, sizeof(x));
	return __builtin_bswap32(x);
}

static inline u64 get_unaligned_be64(const void *p)
{
	u64 x;

	memcpy(&x, p, sizeof(x));
	return __builtin_bswap64(x);
}

static inline void put_unaligned_be16(u16 x, void *p)
{
	x = __builtin_bswap16(x);
	memcpy(p, &x, sizeof(x));
}

static inline void put_unaligned_be32(u32 x, void *p)
{
	x = __builtin_bswap32(x);
	memcpy(p, &x, sizeof(x));
}

static inline void put_unaligned_be64(u64 x, void *p)
{
	x = __builtin_bswap64(x);
	memcpy(p, &x, sizeof(x));
}

static inline void put_unaligned_le64(u64 x, void *p)
{
	memcpy(p, &x, sizeof(x));
}

static inline void memzero_explicit(void *p, size_t len)
{
	explicit_bzero(p, len);
}

static inline void crypto_xor(u8 *dst, const u8 *src, unsigned int len)
{
	while (len--)
		*dst++ ^= *src++;
}

static inline int crypto_memneq(const void *a, const void *b, size_t len)
{
	const volatile u8 *x = a, *y = b;
	u8 diff = 0;

	while (len--)
		diff |= *x++ ^ *y++;
	return diff != 0;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the host tests know little-endian hosts only");

#endif /* UCSEC_SRTP_INTERNAL_H */
