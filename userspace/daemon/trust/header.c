// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the header that the phones' files begin with.
 */
#include "trust/header.h"

#include <errno.h>
#include <string.h>

#include "trust/tlv.h"

#define MAJOR(version)	((version) >> 8)
#define BIT(tag)	(1U << (tag))

static const struct tlv_shape shapes[] = {
	{ TRUST_H_VERSION, 0, TLV_BYTES, 2, 2 },
	{ TRUST_H_LENGTH, 0, TLV_BYTES, 2, 2 },
	{ TRUST_H_SIGNER, 0, TLV_CONTAINER, 0, UINT16_MAX },
	{ TRUST_H_SUBJECT, TRUST_H_SIGNER, TLV_TEXT, 1, UINT16_MAX },
	{ TRUST_H_SERIAL, TRUST_H_SIGNER, TLV_BYTES, 1, TRUST_SERIAL_MAX },
	{ TRUST_H_ISSUER, TRUST_H_SIGNER, TLV_TEXT, 1, UINT16_MAX },
	{ TRUST_H_SIGNATURE_INFO, 0, TLV_CONTAINER, 0, UINT16_MAX },
	{ TRUST_H_DIGEST, TRUST_H_SIGNATURE_INFO, TLV_BYTES, 1, 1 },
	{ TRUST_H_SCHEME, TRUST_H_SIGNATURE_INFO, TLV_CONTAINER,
	  0, UINT16_MAX },
	{ TRUST_H_ALGORITHM, TRUST_H_SCHEME, TLV_BYTES, 1, 1 },
	{ TRUST_H_MODULUS, TRUST_H_SCHEME, TLV_BYTES, 1, 1 },
	{ TRUST_H_SIGNATURE, 0, TLV_BYTES, 64, 512 },
	{ TRUST_H_NAME, 0, TLV_TEXT, 2, 256 },
	{ TRUST_H_TIME, 0, TLV_BYTES, 4, 4 },
	{ TRUST_H_SEALING, 0, TLV_CONTAINER, 0, UINT16_MAX },
	{ TRUST_H_SYMMETRIC, TRUST_H_SEALING, TLV_CONTAINER, 0, UINT16_MAX },
	{ TRUST_H_CIPHER, TRUST_H_SYMMETRIC, TLV_BYTES, 1, 1 },
	{ TRUST_H_IV, TRUST_H_SYMMETRIC, TLV_BYTES,
	  TRUST_IV_SIZE, TRUST_IV_SIZE },
	{ TRUST_H_PAD_COUNT, TRUST_H_SYMMETRIC, TLV_BYTES, 2, 2 },
	{ TRUST_H_WRAPPING, TRUST_H_SEALING, TLV_CONTAINER, 0, UINT16_MAX },
	{ TRUST_H_WRAP_ALGORITHM, TRUST_H_WRAPPING, TLV_BYTES, 1, 1 },
	{ TRUST_H_WRAP_BITS, TRUST_H_WRAPPING, TLV_BYTES, 2, 2 },
	{ TRUST_H_WRAP_SCHEME, TRUST_H_WRAPPING, TLV_BYTES, 1, 1 },
	{ TRUST_H_WRAPPED_KEY, TRUST_H_WRAPPING, TLV_BYTES, 1, 2048 },
	{ TRUST_H_PLAIN_DIGEST, 0, TLV_BYTES, 1, 1 },
	{ TRUST_H_PLAIN_HASH, 0, TLV_BYTES, 20, 64 },
	{ TRUST_H_SIGNER_VERSION, 0, TLV_BYTES, 2, 2 },
};

static const uint32_t needed = BIT(TRUST_H_VERSION) | BIT(TRUST_H_LENGTH) |
	BIT(TRUST_H_SUBJECT) | BIT(TRUST_H_SERIAL) | BIT(TRUST_H_ISSUER) |
	BIT(TRUST_H_DIGEST) | BIT(TRUST_H_ALGORITHM) | BIT(TRUST_H_MODULUS) |
	BIT(TRUST_H_SIGNATURE) | BIT(TRUST_H_NAME) | BIT(TRUST_H_TIME);

/* Those of an encrypted file, the containers among them. */
static const uint32_t sealing = BIT(TRUST_H_SEALING) |
	BIT(TRUST_H_SYMMETRIC) | BIT(TRUST_H_CIPHER) | BIT(TRUST_H_IV) |
	BIT(TRUST_H_PAD_COUNT) | BIT(TRUST_H_WRAPPING) |
	BIT(TRUST_H_WRAP_ALGORITHM) | BIT(TRUST_H_WRAP_BITS) |
	BIT(TRUST_H_WRAP_SCHEME) | BIT(TRUST_H_WRAPPED_KEY) |
	BIT(TRUST_H_PLAIN_DIGEST) | BIT(TRUST_H_PLAIN_HASH);

struct reading {
	const uint8_t *start;
	struct trust_header *header;
};

static struct trust_span span_of(const struct tlv *tlv)
{
	return (struct trust_span){ tlv->value, tlv->len };
}

static void store_sealing(struct trust_sealing *s, const struct tlv *tlv)
{
	const uint8_t *v = tlv->value;

	switch (tlv->tag) {
	case TRUST_H_CIPHER:		s->cipher = *v; break;
	case TRUST_H_IV:		s->iv = v; break;
	case TRUST_H_PAD_COUNT:		s->pad_count = tlv_u16(v); break;
	case TRUST_H_WRAP_ALGORITHM:	s->algorithm = *v; break;
	case TRUST_H_WRAP_BITS:		s->bits = tlv_u16(v); break;
	case TRUST_H_WRAP_SCHEME:	s->scheme = *v; break;
	case TRUST_H_WRAPPED_KEY:	s->key = span_of(tlv); break;
	case TRUST_H_PLAIN_DIGEST:	s->digest = *v; break;
	case TRUST_H_PLAIN_HASH:	s->hash = span_of(tlv); break;
	}
}

/* Lengths were checked by the table, texts for their NUL. */
static void store(void *ctx, const struct tlv *tlv)
{
	struct reading *reading = ctx;
	struct trust_header *h = reading->header;
	const uint8_t *v = tlv->value;

	switch (tlv->tag) {
	case TRUST_H_VERSION:	h->version = tlv_u16(v); break;
	case TRUST_H_LENGTH:	h->length = tlv_u16(v); break;
	case TRUST_H_SUBJECT:	h->subject = (const char *)v; break;
	case TRUST_H_SERIAL:	h->serial = span_of(tlv); break;
	case TRUST_H_ISSUER:	h->issuer = (const char *)v; break;
	case TRUST_H_DIGEST:	h->digest = *v; break;
	case TRUST_H_ALGORITHM:	h->algorithm = *v; break;
	case TRUST_H_MODULUS:	h->modulus = *v; break;
	case TRUST_H_SIGNATURE:
		h->signature = span_of(tlv);
		h->signature_at = (size_t)(v - TLV_HEAD - reading->start);
		break;
	case TRUST_H_NAME:	h->name = (const char *)v; break;
	case TRUST_H_TIME:	h->time = tlv_u32(v); break;
	case TRUST_H_SIGNER_VERSION: h->signer_version = tlv_u16(v); break;
	default:
		store_sealing(&h->sealing, tlv);
	}
}

/* The two that say how far the header goes come first. */
static int find_end(struct tlv_reader *r)
{
	static const uint8_t tags[] = { TRUST_H_VERSION, TRUST_H_LENGTH };
	struct tlv_reader ahead = *r;
	struct tlv tlv = { 0 };
	int err = 0;

	if (r->at == r->end)
		return tlv_refuse(r, "it is empty");
	for (size_t i = 0; !err && i < sizeof(tags); i++) {
		err = tlv_next(&ahead, &tlv);
		if (!err && (tlv.tag != tags[i] || tlv.len != 2))
			err = tlv_refuse(r, "it does not begin as a list or "
					 "a signed file does");
	}
	if (err)
		return err;
	if (tlv_u16(tlv.value) > r->end - r->start)
		return tlv_refuse(r, "it ends within its header");
	if (tlv_u16(tlv.value) < ahead.at - r->start)
		return tlv_refuse(r, "its header's length is too short");
	r->end = r->start + tlv_u16(tlv.value);
	return 0;
}

/* 0: not known. */
static size_t digest_size(uint8_t digest)
{
	return digest == TRUST_SHA1 ? 20 : digest == TRUST_SHA512 ? 64 :
		digest == 2 ? 32 : 0;
}

static const char *misfit(const struct trust_header *h, uint32_t seen)
{
	const struct trust_sealing *s = &h->sealing;

	if ((seen & needed) != needed)
		return "its header is not complete";
	if (MAJOR(h->version) != 1 && MAJOR(h->version) != 2)
		return "its version is not known";
	if (h->signature.len != trust_modulus_size(h->modulus))
		return "its signature is not as long as the signer's key";
	if ((seen & sealing) && MAJOR(h->version) != 2)
		return "it is encrypted, and its version is not";
	if (MAJOR(h->version) != 2)
		return NULL;
	if ((seen & sealing) != sealing)
		return "it does not say all about its encryption";
	if (!s->pad_count || s->pad_count > 16)
		return "its padding is not 1 to 16 bytes";
	if (s->key.len != (s->bits + 7U) / 8)
		return "its wrapped key is not as long as the device's key";
	if (s->hash.len != digest_size(s->digest))
		return "its digest is not as long as the algorithm's";
	return NULL;
}

int trust_header_read(const uint8_t *file, size_t len,
		      struct trust_header *header, struct trust_fault *fault)
{
	struct reading reading = { file, header };
	struct tlv_space space = {
		shapes, sizeof(shapes) / sizeof(*shapes), true, store,
		&reading, 0
	};
	struct tlv_reader r = { file, file, file + len, fault };
	const char *why;
	int err;

	memset(header, 0, sizeof(*header));
	memset(fault, 0, sizeof(*fault));
	err = find_end(&r);
	if (!err)
		err = tlv_read_all(&r, &space, 0);
	if (err)
		return err;
	why = misfit(header, space.seen);
	if (why) {
		r.at = r.start;
		return tlv_refuse(&r, why);
	}
	header->sealed = MAJOR(header->version) == 2;
	return 0;
}

size_t trust_modulus_size(uint8_t index)
{
	return index <= 3 ? (size_t)64 << index : 0;
}

int trust_modulus_index(unsigned int bits)
{
	for (uint8_t i = 0; trust_modulus_size(i); i++)
		if (bits == 8 * trust_modulus_size(i))
			return i;
	return -1;
}

const char *trust_digest_name(uint8_t digest)
{
	return digest == TRUST_SHA1 ? "SHA-1" :
		digest == TRUST_SHA512 ? "SHA-512" :
		digest == 2 ? "SHA-256" : NULL;
}
