// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Base64 of RFC 4648 in constant time, for keys.
 *
 * No branch and no table index depends on a character, so that neither the
 * clock nor the cache tells about the key. The length is no secret.
 */
#include <errno.h>

#include "internal.h"

/* All ones if lo <= c <= hi, else 0; for values below 256. */
static unsigned int in_range(unsigned int c, unsigned int lo, unsigned int hi)
{
	return (((lo - 1 - c) & (c - hi - 1)) >> 31) * ~0u;
}

/* The six bits of a character; bad becomes non-zero if it has none. */
static unsigned int sextet(unsigned char c, unsigned int *bad)
{
	unsigned int upper = in_range(c, 'A', 'Z');
	unsigned int lower = in_range(c, 'a', 'z');
	unsigned int digit = in_range(c, '0', '9');
	unsigned int plus = in_range(c, '+', '+');
	unsigned int slash = in_range(c, '/', '/');

	*bad |= ~(upper | lower | digit | plus | slash);
	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) |
	       (digit & (c - '0' + 52)) | (plus & 62) | (slash & 63);
}

/*
 * Padding is where it ends only in texts whose length is a multiple of 4;
 * without padding the length says as much.
 */
static size_t unpadded(const char *text, size_t len)
{
	size_t pad = 0;

	if (len && len % 4 == 0) {
		pad = text[len - 1] == '=';
		pad += pad && text[len - 2] == '=';
	}
	return len - pad;
}

ssize_t ucsec_base64_decode(const char *text, size_t len, uint8_t *out,
			    size_t size)
{
	unsigned int bad = 0, bits = 0, acc = 0;
	size_t used = 0;

	len = unpadded(text, len);
	if (len % 4 == 1 || len / 4 * 3 + len % 4 * 3 / 4 > size)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		acc = acc << 6 | sextet(text[i], &bad);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[used++] = acc >> bits;
			acc &= (1u << bits) - 1;
		}
	}
	/* Bits left over are zero in what an encoder wrote. */
	return bad | acc ? -EINVAL : (ssize_t)used;
}
