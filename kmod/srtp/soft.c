// SPDX-License-Identifier: GPL-2.0
/*
 * Portable CTR and GCM, for where the accelerated ciphers may not or need not
 * be used: contexts without SIMD, SRTCP, and packets tried with several keys.
 *
 * GHASH has no table, neither of the key (4 KiB for each of them) nor a shared
 * one, and its time does not depend on data. GCM opens in two passes, so what
 * fails its tag is never touched.
 */
#include "internal.h"
#include "srtp.h"

struct ghash {
	u64 h[3], r[3];		/* key: high, low, both added; bits reversed */
	u64 y[2];		/* state: high, low */
	u8 part[UCSEC_CRYPTO_BLOCK];
	u32 fill;		/* bytes in part */
};

struct gcm {
	struct ucsec_crypto_aes aes;
	struct ghash hash;
	u8 block[UCSEC_CRYPTO_BLOCK];
	u8 mask[UCSEC_CRYPTO_BLOCK];	/* of the tag */
};

/*
 * The lower half of the product of polynomials over GF(2), by multiplication
 * of integers. Each factor is split in four, of every fourth bit, so that the
 * terms of one column add up below the next one: column 4k has at most k + 1
 * terms, that is 15, or 16 in the last one, whose carry is lost.
 */
static u64 multiply_low(u64 x, u64 y)
{
	const u64 m0 = 0x1111111111111111, m1 = m0 << 1;
	const u64 m2 = m0 << 2, m3 = m0 << 3;
	u64 x0 = x & m0, x1 = x & m1, x2 = x & m2, x3 = x & m3;
	u64 y0 = y & m0, y1 = y & m1, y2 = y & m2, y3 = y & m3;

	return (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & m0) |
	       (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & m1) |
	       (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & m2) |
	       (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & m3);
}

static u64 reverse(u64 x)
{
	u8 b[8];

	x = (x & 0x5555555555555555) << 1 | (x >> 1 & 0x5555555555555555);
	x = (x & 0x3333333333333333) << 2 | (x >> 2 & 0x3333333333333333);
	x = (x & 0x0f0f0f0f0f0f0f0f) << 4 | (x >> 4 & 0x0f0f0f0f0f0f0f0f);
	put_unaligned_le64(x, b);
	return get_unaligned_be64(b);
}

/*
 * y * h modulo x^128 + x^7 + x^2 + x + 1. GCM counts bits from the most
 * significant one, so words are read as if reversed: their product comes out
 * one bit to the right, and the polynomial is applied from the other end.
 * The upper half of a product is the lower half of the reversed factors'.
 */
static void ghash_multiply(struct ghash *g)
{
	u64 y1 = g->y[0], y0 = g->y[1], y1r = reverse(y1), y0r = reverse(y0);
	u64 p0, p1, p2, p3, hi, lo, mid, mid_r;

	hi = multiply_low(y1, g->h[0]);
	lo = multiply_low(y0, g->h[1]);
	mid = multiply_low(y1 ^ y0, g->h[2]) ^ hi ^ lo;
	p2 = hi;
	p0 = lo;
	hi = multiply_low(y1r, g->r[0]);
	lo = multiply_low(y0r, g->r[1]);
	mid_r = multiply_low(y1r ^ y0r, g->r[2]) ^ hi ^ lo;
	p3 = reverse(hi) >> 1;
	p2 ^= reverse(mid_r) >> 1;
	p1 = (reverse(lo) >> 1) ^ mid;

	p3 = p3 << 1 | p2 >> 63;
	p2 = p2 << 1 | p1 >> 63;
	p1 = p1 << 1 | p0 >> 63;
	p0 <<= 1;

	p2 ^= p0 ^ p0 >> 1 ^ p0 >> 2 ^ p0 >> 7;
	p1 ^= p0 << 63 ^ p0 << 62 ^ p0 << 57;
	p3 ^= p1 ^ p1 >> 1 ^ p1 >> 2 ^ p1 >> 7;
	p2 ^= p1 << 63 ^ p1 << 62 ^ p1 << 57;
	g->y[0] = p3;
	g->y[1] = p2;
}

static void ghash_block(struct ghash *g, const u8 *block)
{
	g->y[0] ^= get_unaligned_be64(block);
	g->y[1] ^= get_unaligned_be64(block + 8);
	ghash_multiply(g);
}

static void ghash_update(struct ghash *g, const u8 *data, u32 len)
{
	u32 n;

	while (len) {
		if (!g->fill && len >= UCSEC_CRYPTO_BLOCK) {
			ghash_block(g, data);
			n = UCSEC_CRYPTO_BLOCK;
		} else {
			n = UCSEC_CRYPTO_BLOCK - g->fill;
			if (n > len)
				n = len;
			memcpy(g->part + g->fill, data, n);
			g->fill += n;
			if (g->fill == UCSEC_CRYPTO_BLOCK) {
				ghash_block(g, g->part);
				g->fill = 0;
			}
		}
		data += n;
		len -= n;
	}
}

/* Zeros up to the next block, between AAD, text and lengths. */
static void ghash_pad(struct ghash *g)
{
	if (!g->fill)
		return;
	memset(g->part + g->fill, 0, UCSEC_CRYPTO_BLOCK - g->fill);
	ghash_block(g, g->part);
	g->fill = 0;
}

/* Adds the keystream from block @ctr on; @stream is room for one block. */
static void xor_keystream(const struct ucsec_crypto_aes *aes,
			  u8 ctr[UCSEC_CRYPTO_BLOCK],
			  u8 stream[UCSEC_CRYPTO_BLOCK], u8 *data, u32 len)
{
	u32 i, n;

	while (len) {
		n = len < UCSEC_CRYPTO_BLOCK ? len : UCSEC_CRYPTO_BLOCK;
		ucsec_crypto_aes_encrypt(aes, stream, ctr);
		crypto_xor(data, stream, n);
		data += n;
		len -= n;
		for (i = UCSEC_CRYPTO_BLOCK; i-- && !++ctr[i];)
			;
	}
}

int ucsec_srtp_soft_ctr(const struct ucsec_crypto_session *s,
			const u8 iv[UCSEC_CRYPTO_BLOCK], u8 *data, u32 len)
{
	u8 ctr[UCSEC_CRYPTO_BLOCK], stream[UCSEC_CRYPTO_BLOCK];
	struct ucsec_crypto_aes aes;
	int err;

	err = ucsec_crypto_aes_expand(&aes, s->key, s->key_len);
	if (!err) {
		memcpy(ctr, iv, sizeof(ctr));
		xor_keystream(&aes, ctr, stream, data, len);
		memzero_explicit(stream, sizeof(stream));
	}
	memzero_explicit(&aes, sizeof(aes));
	return err;
}

/* The key of GHASH is a block of zeros, encrypted. */
static int gcm_init(struct gcm *gcm, const struct ucsec_crypto_session *s)
{
	struct ghash *g = &gcm->hash;
	int i, err;

	err = ucsec_crypto_aes_expand(&gcm->aes, s->key, s->key_len);
	if (err)
		return err;
	memset(gcm->block, 0, sizeof(gcm->block));
	ucsec_crypto_aes_encrypt(&gcm->aes, gcm->block, gcm->block);
	g->h[0] = get_unaligned_be64(gcm->block);
	g->h[1] = get_unaligned_be64(gcm->block + 8);
	g->h[2] = g->h[0] ^ g->h[1];
	for (i = 0; i < 3; i++)
		g->r[i] = reverse(g->h[i]);
	g->y[0] = 0;
	g->y[1] = 0;
	g->fill = 0;
	return 0;
}

/* Leaves the tag in gcm->block; the AAD is in the hash already. */
static void gcm_tag(struct gcm *gcm, u32 aad_len, const u8 *text, u32 len)
{
	struct ghash *g = &gcm->hash;

	ghash_pad(g);
	ghash_update(g, text, len);
	ghash_pad(g);
	g->y[0] ^= (u64)aad_len * 8;
	g->y[1] ^= (u64)len * 8;
	ghash_multiply(g);
	put_unaligned_be64(g->y[0] ^ get_unaligned_be64(gcm->mask),
			   gcm->block);
	put_unaligned_be64(g->y[1] ^ get_unaligned_be64(gcm->mask + 8),
			   gcm->block + 8);
}

int ucsec_srtp_soft_gcm(const struct ucsec_crypto_session *s,
			const u8 iv[UCSEC_CRYPTO_GCM_IV], const u8 *aad,
			u32 aad_len, const u8 *aad2, u32 aad2_len, u8 *data,
			u32 len, u8 *tag, bool seal)
{
	u8 ctr[UCSEC_CRYPTO_BLOCK];
	struct gcm gcm;
	int err;

	err = gcm_init(&gcm, s);
	if (err)
		goto out;
	/* Counter 1 masks the tag, the text begins at 2. */
	memcpy(ctr, iv, UCSEC_CRYPTO_GCM_IV);
	put_unaligned_be32(1, ctr + UCSEC_CRYPTO_GCM_IV);
	ucsec_crypto_aes_encrypt(&gcm.aes, gcm.mask, ctr);
	put_unaligned_be32(2, ctr + UCSEC_CRYPTO_GCM_IV);

	ghash_update(&gcm.hash, aad, aad_len);
	ghash_update(&gcm.hash, aad2, aad2_len);
	if (seal) {
		xor_keystream(&gcm.aes, ctr, gcm.block, data, len);
		gcm_tag(&gcm, aad_len + aad2_len, data, len);
		memcpy(tag, gcm.block, UCSEC_CRYPTO_GCM_TAG);
	} else {
		gcm_tag(&gcm, aad_len + aad2_len, data, len);
		if (crypto_memneq(tag, gcm.block, UCSEC_CRYPTO_GCM_TAG))
			err = -EBADMSG;
		else
			xor_keystream(&gcm.aes, ctr, gcm.block, data, len);
	}
out:
	memzero_explicit(&gcm, sizeof(gcm));
	return err;
}
