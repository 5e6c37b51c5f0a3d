// SPDX-License-Identifier: GPL-2.0
/*
 * Phones' lists and signed files: what is read lies within the file, and is
 * read again as the same when it was written; no change goes through the rules.
 */
#include <stdlib.h>
#include <string.h>

#include "trust/file.h"
#include "trust/record.h"
#include "trust/rules.h"
#include "trust/tlv.h"
#include "trust/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *file;
static size_t len;

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void inside(struct trust_span span)
{
	expect(!span.data || (span.data >= file && span.len <= len &&
			      span.data + span.len <= file + len));
}

static void text_inside(const char *text)
{
	if (text)
		inside((struct trust_span){ (const uint8_t *)text,
					    strlen(text) + 1 });
}

static void check_header(const struct trust_header *h)
{
	struct trust_span pieces[2];

	expect(h->length <= len && h->subject && h->issuer && h->name);
	text_inside(h->subject);
	text_inside(h->issuer);
	text_inside(h->name);
	inside(h->serial);
	inside(h->signature);
	trust_signed_pieces(file, len, h, pieces);
	inside(pieces[0]);
	inside(pieces[1]);
	expect(pieces[0].len + pieces[1].len + h->signature.len + TLV_HEAD ==
	       len);
	if (!h->sealed)
		return;
	inside(h->sealing.key);
	inside(h->sealing.hash);
	inside((struct trust_span){ h->sealing.iv, TRUST_IV_SIZE });
}

static bool same(struct trust_span a, struct trust_span b)
{
	return a.len == b.len && !a.data == !b.data &&
		(!a.len || !memcmp(a.data, b.data, a.len));
}

/* What is not known is left out, so the first writing may differ. */
static void check_again(const struct trust_header *h)
{
	struct trust_header copy = *h, again;
	uint8_t *buf = malloc(2 * UINT16_MAX);
	struct tlv_writer w = { buf, 2 * UINT16_MAX, 0, false };
	struct trust_fault fault;

	trust_header_write(&w, &copy, TRUST_CUCM);
	expect(!w.too_long);
	expect(!trust_header_read(buf, w.len, &again, &fault));
	expect(again.length == w.len && again.version == h->version &&
	       again.signer_version == h->signer_version &&
	       again.digest == h->digest && again.modulus == h->modulus &&
	       again.time == h->time && !strcmp(again.name, h->name) &&
	       !strcmp(again.subject, h->subject) &&
	       same(again.serial, h->serial) &&
	       same(again.signature, h->signature) &&
	       same(again.sealing.key, h->sealing.key) &&
	       same(again.sealing.hash, h->sealing.hash));
	free(buf);
}

static void check_record(const struct trust_record *r)
{
	uint8_t *buf = malloc(2 * UINT16_MAX);
	struct tlv_writer w = { buf, 2 * UINT16_MAX, 0, false };
	struct trust_fault fault;
	struct tlv_reader reader;
	struct trust_record again;

	text_inside(r->dns);
	text_inside(r->subject);
	text_inside(r->issuer);
	inside(r->serial);
	inside(r->key);
	inside(r->signature);
	inside(r->certificate);
	inside(r->ip);
	inside(r->hash);
	trust_record_write(&w, r, TRUST_CERTUTILS);
	expect(!w.too_long);
	reader = (struct tlv_reader){ buf, buf, buf + w.len, &fault };
	expect(!trust_record_read(&reader, &again) && reader.at == reader.end);
	expect(again.role == r->role && same(again.serial, r->serial) &&
	       same(again.certificate, r->certificate) &&
	       same(again.key, r->key) && same(again.ip, r->ip));
	free(buf);
}

static void check_list(void)
{
	static struct trust_list list;
	const struct trust_held held = { NULL, &list };
	struct trust_fault fault;
	enum trust_verdict v;

	if (trust_list_read(file, len, &list, &fault)) {
		expect(fault.why && fault.offset <= len);
		return;
	}
	check_header(&list.header);
	for (unsigned int i = 0; i < list.count; i++)
		check_record(&list.records[i]);
	v = trust_list_judge(file, len, &list, &held, 0, &fault);
	/* A list that is good for itself is good after itself. */
	expect(v == TRUST_REFUSED ? fault.why != NULL : v == TRUST_BY_ITL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exact, so that the sanitizer sees what is read beyond the end. */
	uint8_t *copy = malloc(size ? size : 1);
	struct trust_fault fault;
	struct trust_header header;
	struct trust_span body;

	if (size)
		memcpy(copy, data, size);
	file = copy;
	len = size;
	if (!trust_header_read(file, len, &header, &fault)) {
		check_header(&header);
		check_again(&header);
	}
	if (!trust_file_read(file, len, &header, &body, &fault))
		inside(body);
	check_list();
	free(copy);
	return 0;
}
