// SPDX-License-Identifier: GPL-2.0
/*
 * TAP output, and the few helpers all unit tests of the core share.
 */
#include <stdarg.h>

#include "tap.h"

static int results, failed;

bool tap_ok(bool cond, const char *format, ...)
{
	va_list args;

	failed += !cond;
	printf("%sok %d - ", cond ? "" : "not ", ++results);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return cond;
}

void tap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

int tap_done(void)
{
	printf("1..%d\n", results);
	return failed ? 1 : 0;
}

u32 hex(const char *digits, u8 *out, u32 max)
{
	char pair[3] = "";
	u32 len = 0;

	for (; *digits; digits++) {
		if (*digits == ' ')
			continue;
		if (len == max)
			abort();
		pair[0] = *digits++;
		pair[1] = *digits;
		out[len++] = (u8)strtoul(pair, NULL, 16);
	}
	return len;
}

bool equals_hex(const u8 *data, u32 len, const char *digits)
{
	u8 want[2048];

	return hex(digits, want, sizeof(want)) == len &&
	       !memcmp(data, want, len);
}

u32 lcg_next(struct lcg *g)
{
	g->x = g->x * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(g->x >> 32);
}

u32 lcg_below(struct lcg *g, u32 n)
{
	return (u32)((u64)lcg_next(g) * n >> 32);
}

void lcg_fill(struct lcg *g, u8 *out, u32 len)
{
	while (len--)
		*out++ = (u8)(lcg_next(g) >> 24);
}

struct ucsec_srtp_keyset *keyset_new(u32 suite, const u8 *material, u8 n,
				     u8 mki_len)
{
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);
	struct ucsec_srtp_keyset *ks;
	u8 i;

	ks = calloc(1, sizeof(*ks) + n * sizeof(ks->key[0]));
	if (!ks)
		abort();
	ks->suite = s;
	ks->nkeys = n;
	ks->mki_len = mki_len;
	for (i = 0; i < n; i++) {
		memset(ks->key[i].mki, 0xa0 + i, mki_len);
		if (ucsec_srtp_key_init(&ks->key[i], s, material +
					i * (s->key_len + s->salt_len)))
			abort();
	}
	return ks;
}

void keyset_free(struct ucsec_srtp_keyset *ks)
{
	u8 i;

	if (!ks)
		return;
	for (i = 0; i < ks->nkeys; i++)
		ucsec_srtp_key_exit(&ks->key[i]);
	free(ks);
}

u8 *exact_copy(const u8 *pkt, u32 len)
{
	u8 *copy = malloc(len);

	if (len)
		memcpy(copy, pkt, len);
	return copy;
}
