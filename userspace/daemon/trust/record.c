// SPDX-License-Identifier: GPL-2.0
/*
 * One record of a list, read and written.
 */
#include "trust/record.h"

#include <string.h>

#include "trust/tlv.h"

static const struct tlv_shape shapes[] = {
	{ TRUST_R_LENGTH, 0, TLV_BYTES, 2, 2 },
	{ TRUST_R_DNS, 0, TLV_TEXT, 1, 256 },
	{ TRUST_R_SUBJECT, 0, TLV_TEXT, 1, UINT16_MAX },
	{ TRUST_R_ROLE, 0, TLV_BYTES, 2, 2 },
	{ TRUST_R_ISSUER, 0, TLV_TEXT, 1, UINT16_MAX },
	{ TRUST_R_SERIAL, 0, TLV_BYTES, 1, TRUST_SERIAL_MAX },
	{ TRUST_R_KEY, 0, TLV_BYTES, 1, UINT16_MAX },
	{ TRUST_R_SIGNATURE, 0, TLV_BYTES, 1, UINT16_MAX },
	{ TRUST_R_CERTIFICATE, 0, TLV_BYTES, 1, UINT16_MAX },
	{ TRUST_R_IP, 0, TLV_BYTES, 4, 4 },
	{ TRUST_R_HASH, 0, TLV_BYTES, 1, 64 },
	{ TRUST_R_HASH_ALGORITHM, 0, TLV_BYTES, 1, 1 },
};

static void store(void *ctx, const struct tlv *tlv)
{
	struct trust_span span = { tlv->value, tlv->len };
	const char *text = (const char *)tlv->value;
	struct trust_record *record = ctx;

	switch (tlv->tag) {
	case TRUST_R_DNS:		record->dns = text; break;
	case TRUST_R_SUBJECT:		record->subject = text; break;
	case TRUST_R_ROLE:		record->role = tlv_u16(tlv->value); break;
	case TRUST_R_ISSUER:		record->issuer = text; break;
	case TRUST_R_SERIAL:		record->serial = span; break;
	case TRUST_R_KEY:		record->key = span; break;
	case TRUST_R_SIGNATURE:		record->signature = span; break;
	case TRUST_R_CERTIFICATE:	record->certificate = span; break;
	case TRUST_R_IP:		record->ip = span; break;
	case TRUST_R_HASH:		record->hash = span; break;
	case TRUST_R_HASH_ALGORITHM:	record->hash_algorithm = *tlv->value; break;
	}
}

int trust_record_read(struct tlv_reader *r, struct trust_record *record)
{
	struct tlv_space space = {
		shapes, sizeof(shapes) / sizeof(*shapes), false, store, record, 0
	};
	struct tlv_reader inner = *r;
	struct tlv tlv;
	int err;

	memset(record, 0, sizeof(*record));
	record->offset = (size_t)(r->at - r->start);
	err = tlv_next(r, &tlv);
	if (err)
		return err;
	if (tlv.tag != TRUST_R_LENGTH || tlv.len != 2)
		return tlv_refuse(&inner, "a record does not begin with its "
				  "length");
	/* Its own element is counted, too. */
	if (tlv_u16(tlv.value) < r->at - inner.at ||
	    tlv_u16(tlv.value) > r->end - inner.at)
		return tlv_refuse(&inner, "a record is longer than the file, "
				  "or shorter than its head");
	inner.end = inner.at + tlv_u16(tlv.value);
	r->at = inner.end;
	err = tlv_read_all(&inner, &space, 0);
	if (!err && !(space.seen & 1U << TRUST_R_ROLE))
		err = tlv_refuse(&inner, "a record has no role");
	return err;
}

static void put_text(struct tlv_writer *w, uint8_t tag, const char *text)
{
	if (text)
		tlv_put_text(w, tag, text);
}

static void put_span(struct tlv_writer *w, uint8_t tag, struct trust_span span)
{
	if (span.data)
		tlv_put(w, tag, span.data, span.len);
}

void trust_record_write(struct tlv_writer *w, const struct trust_record *record,
			enum trust_dialect dialect)
{
	size_t start = w->len, length = tlv_open(w, TRUST_R_LENGTH);
	bool cucm = dialect == TRUST_CUCM;

	tlv_put_raw(w, "\0", 2);
	tlv_close(w, length);
	put_text(w, TRUST_R_DNS, record->dns);
	put_text(w, TRUST_R_SUBJECT, record->subject);
	if (cucm)
		tlv_put_number(w, TRUST_R_ROLE, record->role, 2);
	put_text(w, TRUST_R_ISSUER, record->issuer);
	put_span(w, TRUST_R_SERIAL, record->serial);
	if (!cucm)
		tlv_put_number(w, TRUST_R_ROLE, record->role, 2);
	put_span(w, TRUST_R_KEY, record->key);
	put_span(w, TRUST_R_SIGNATURE, record->signature);
	put_span(w, TRUST_R_CERTIFICATE, record->certificate);
	put_span(w, TRUST_R_IP, record->ip);
	put_span(w, TRUST_R_HASH, record->hash);
	if (record->hash_algorithm)
		tlv_put_number(w, TRUST_R_HASH_ALGORITHM,
			       record->hash_algorithm, 1);
	tlv_patch_u16(w, length, w->len - start);
}
