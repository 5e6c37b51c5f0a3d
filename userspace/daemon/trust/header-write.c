// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the header of the phones' files, with room for the signature.
 */
#include "trust/header.h"
#include "trust/tlv.h"

#define ALIGNMENT	4

static void put_signer(struct tlv_writer *w, const struct trust_header *h,
		       enum trust_dialect dialect)
{
	size_t at = tlv_open(w, TRUST_H_SIGNER);

	tlv_put_text(w, TRUST_H_SUBJECT, h->subject);
	if (dialect == TRUST_CERTUTILS)
		tlv_put_text(w, TRUST_H_ISSUER, h->issuer);
	tlv_put(w, TRUST_H_SERIAL, h->serial.data, h->serial.len);
	if (dialect == TRUST_CUCM)
		tlv_put_text(w, TRUST_H_ISSUER, h->issuer);
	tlv_close(w, at);
}

static void put_signature(struct tlv_writer *w, struct trust_header *h)
{
	static const uint8_t room[512];
	size_t info = tlv_open(w, TRUST_H_SIGNATURE_INFO), scheme;

	tlv_put_number(w, TRUST_H_DIGEST, h->digest, 1);
	scheme = tlv_open(w, TRUST_H_SCHEME);
	tlv_put_number(w, TRUST_H_ALGORITHM, h->algorithm, 1);
	tlv_put_number(w, TRUST_H_MODULUS, h->modulus, 1);
	tlv_close(w, scheme);
	tlv_close(w, info);
	h->signature_at = w->len;
	tlv_put(w, TRUST_H_SIGNATURE, h->signature.data ?: room,
		trust_modulus_size(h->modulus));
}

static void put_sealing(struct tlv_writer *w, const struct trust_sealing *s)
{
	size_t all = tlv_open(w, TRUST_H_SEALING), part;

	part = tlv_open(w, TRUST_H_SYMMETRIC);
	tlv_put_number(w, TRUST_H_CIPHER, s->cipher, 1);
	tlv_put(w, TRUST_H_IV, s->iv, TRUST_IV_SIZE);
	tlv_put_number(w, TRUST_H_PAD_COUNT, s->pad_count, 2);
	tlv_close(w, part);
	part = tlv_open(w, TRUST_H_WRAPPING);
	tlv_put_number(w, TRUST_H_WRAP_ALGORITHM, s->algorithm, 1);
	tlv_put_number(w, TRUST_H_WRAP_BITS, s->bits, 2);
	tlv_put_number(w, TRUST_H_WRAP_SCHEME, s->scheme, 1);
	tlv_put(w, TRUST_H_WRAPPED_KEY, s->key.data, s->key.len);
	tlv_close(w, part);
	tlv_close(w, all);
	tlv_put_number(w, TRUST_H_PLAIN_DIGEST, s->digest, 1);
	tlv_put(w, TRUST_H_PLAIN_HASH, s->hash.data, s->hash.len);
}

void trust_header_write(struct tlv_writer *w, struct trust_header *h,
			enum trust_dialect dialect)
{
	static const uint8_t padding[] = {
		TLV_PADDING, TLV_PADDING, TLV_PADDING
	};
	size_t length_at;

	tlv_put_number(w, TRUST_H_VERSION, h->version, 2);
	length_at = tlv_open(w, TRUST_H_LENGTH);
	tlv_put_raw(w, "\0", 2);
	tlv_close(w, length_at);
	if (h->signer_version)
		tlv_put_number(w, TRUST_H_SIGNER_VERSION, h->signer_version, 2);
	put_signer(w, h, dialect);
	put_signature(w, h);
	tlv_put_text(w, TRUST_H_NAME, h->name);
	tlv_put_number(w, TRUST_H_TIME, h->time, 4);
	if (h->sealed)
		put_sealing(w, &h->sealing);
	tlv_put_raw(w, padding, -w->len & (ALIGNMENT - 1));
	tlv_patch_u16(w, length_at, w->len);
	h->length = (uint16_t)w->len;
}
