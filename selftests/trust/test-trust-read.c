// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1, TRUST-2, TRUST-3: what others write is read, and what nobody may
 * write is not.
 */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "tap.h"
#include "trust/file.h"
#include "trust/rules.h"

#define ITL	VECTORS "ITL-sha1.tlv"
#define SGN	VECTORS "sgn-sha1/SEP001122334455.cnf.xml.sgn"
#define SHORT	VECTORS "enc-sha512/SEP001122334455.cnf.xml.sgn"
#define ENC	VECTORS "enc-sha512/SEP001122334455.cnf.xml.enc.sgn"

static struct trust_list list;
static struct trust_fault fault;

static void test_list(void)
{
	static const uint16_t roles[] = { 0, 3, 21, 4, 2 };
	struct trust_bytes f = read_file(ITL);
	const struct trust_header *h = &list.header;
	const struct trust_record *r = list.records;
	enum trust_kind kind = TRUST_CTL;
	size_t seen = 0;

	ok(!trust_list_read(f.data, f.len, &list, &fault), "the ITL is read");
	ok(h->version == 0x0102 && h->length == 400 &&
	   h->signer_version == 0x0100 && h->digest == TRUST_SHA1 &&
	   !h->algorithm && h->modulus == 2, "version, length, algorithms");
	ok(!strcmp(h->subject, "CN=SAST,O=ExampleOrg,OU=Lab") &&
	   !strcmp(h->issuer, h->subject) && h->serial.len == 16 &&
	   h->serial.data[0] == 0xc1, "the signer");
	ok(h->signature_at == 117 && h->signature.len == 256 &&
	   h->time == 0x6b01033a && !strcmp(h->name, "ITLFile.tlv"),
	   "signature, time and name");
	ok(trust_list_kind(&list, &kind) && kind == TRUST_ITL, "it is an ITL");
	for (unsigned int i = 0; i < list.count; i++)
		for (size_t k = 0; k < sizeof(roles) / sizeof(*roles); k++)
			seen += r[i].role == roles[k];
	ok(list.count == 5 && seen == 5, "%u records, their roles known",
	   list.count);
	ok(r[0].offset == 400 && r[1].offset == 1905 && r[0].key.len == 270 &&
	   r[0].signature.len == 256 && !r[0].dns && !r[0].ip.data,
	   "the first record");
	ok(trust_list_signer(&list) == r, "is the signer's");
	ok(!trust_list_verify(f.data, f.len, &list, 0, &fault),
	   "the signature is good");
	ok(!trust_list_is_rollback(&list), "it is no rollback");
	trust_bytes_free(&f);
}

static void test_files(void)
{
	struct trust_bytes itl = read_file(ITL), clear, f;
	const struct trust_held held = { NULL, &list };
	const struct trust_sealing *s;
	struct trust_header h;
	struct trust_span body;
	X509 *device;
	char hash[TRUST_CERT_HASH_SIZE];
	uint8_t *der = NULL;
	int der_len;

	trust_list_read(itl.data, itl.len, &list, &fault);
	f = read_file(SGN);
	clear = read_file(VECTORS "sgn-sha1/SEP001122334455.cnf.xml");
	ok(!trust_file_read(f.data, f.len, &h, &body, &fault) && !h.sealed &&
	   h.version == 0x0100 && body.len == clear.len &&
	   !memcmp(body.data, clear.data, body.len), "the .sgn is read");
	ok(trust_file_judge(f.data, f.len, &h, "SEP001122334455.cnf.xml.sgn",
			    &held, &fault) == TRUST_BY_ITL, "and believed");
	trust_bytes_free(&clear);
	trust_bytes_free(&f);

	f = read_file(ENC);
	s = &h.sealing;
	ok(!trust_file_read(f.data, f.len, &h, &body, &fault) && h.sealed &&
	   h.length == 796 && body.len == 448 && s->pad_count == 7 &&
	   s->bits == 2048 && s->key.len == 256 && s->digest == TRUST_SHA512 &&
	   s->hash.len == 64 && !s->cipher && !s->algorithm && s->scheme == 1,
	   "the .enc.sgn is read");
	ok(trust_file_judge(f.data, f.len, &h,
			    "SEP001122334455.cnf.xml.enc.sgn", &held, &fault) ==
	   TRUST_BY_ITL, "and believed");
	trust_bytes_free(&f);

	f = read_file(SHORT);
	device = vector_cert("device");
	der_len = i2d_X509(device, &der);
	ok(!trust_file_read(f.data, f.len, &h, &body, &fault) &&
	   !trust_cert_hash(der, (size_t)der_len, hash) &&
	   memmem(body.data, body.len, hash, strlen(hash)),
	   "its companion has the device's certHash %s", hash);
	OPENSSL_free(der);
	X509_free(device);
	trust_bytes_free(&f);
	trust_bytes_free(&itl);
}

/* Changes of the ITL that its reader must refuse: bytes put, or cut at. */
static const struct change {
	const char *what;
	size_t at, len;
	const char *bytes;
	size_t cut;		/* the length then, if not 0 */
	const char *why;
} changes[] = {
	{ "empty header", 0, 0, "", 5,
	  "it ends within an element's head" },
	{ "another first element", 0, 1, "\2", 0,
	  "it does not begin as" },
	{ "another second element", 5, 1, "\1", 0,
	  "it does not begin as" },
	{ "version of three bytes", 1, 2, "\0\3", 0,
	  "it does not begin as" },
	{ "version 3.2", 3, 1, "\3", 0,
	  "version is not known" },
	{ "version 2.2, not encrypted", 3, 1, "\2", 0,
	  "all about its encryption" },
	{ "header shorter than its own length", 8, 2, "\0\11", 0,
	  "length is too short" },
	{ "header longer than the file", 8, 2, "\xff\xff", 0,
	  "ends within its header" },
	{ "header that ends within padding", 8, 2, "\1\217", 0,
	  "not begin with its length" },
	{ "header that ends within an element", 8, 2, "\1\210", 0,
	  "within an element's head" },
	{ "signer's container a byte short", 16, 2, "\0\x50", 0,
	  "longer than what holds it" },
	{ "signer's container a byte long", 16, 2, "\0\x52", 0,
	  "within an element's head" },
	{ "subject longer than its container", 19, 2, "\0\x60", 0,
	  "longer than what holds it" },
	{ "subject without NUL", 48, 1, "x", 0,
	  "only NUL" },
	{ "subject with two NULs", 30, 1, "\0", 0,
	  "only NUL" },
	{ "two issuers", 18, 1, "\6", 0,
	  "there twice" },
	{ "no serial number", 80, 1, "\xc8", 0,
	  "header is not complete" },
	{ "a digest among the signer's", 80, 1, "\10", 0,
	  "does not belong" },
	{ "signature info's container short", 100, 2, "\0\16", 0,
	  "longer than what holds it" },
	{ "signer's modulus of 3072 bits", 116, 1, "\4", 0,
	  "as long as the signer's key" },
	{ "modulus of 4096 bits, signature of 2048", 116, 1, "\3", 0,
	  "as long as the signer's key" },
	{ "no signature", 117, 1, "\xcc", 0,
	  "header is not complete" },
	{ "padding in place of the signature", 117, 1, "\r", 0,
	  "not at the header's end" },
	{ "time of three bytes", 392, 2, "\0\3", 0,
	  "length that it cannot have" },
	{ "something behind padding", 399, 1, "\1", 0,
	  "follows the padding" },
	{ "record without length", 400, 1, "\2", 0,
	  "not begin with its length" },
	{ "record shorter than its head", 403, 2, "\0\4", 0,
	  "shorter than its head" },
	{ "record of its head alone", 403, 2, "\0\5", 0,
	  "has no role" },
	{ "record a byte short", 403, 2, "\5\340", 0,
	  "longer than what holds it" },
	{ "record a byte long", 403, 2, "\5\342", 0,
	  "within an element's head" },
	{ "record longer than the file", 403, 2, "\xff\xff", 0,
	  "a record is longer than the file" },
	{ "two subjects in a record", 436, 1, "\3", 0,
	  "there twice" },
	{ "record without role", 486, 1, "\xee", 0,
	  "has no role" },
	{ "a byte behind the last record", 0, 0, "", 7913,
	  "within an element's head" },
};

static void test_changes(void)
{
	struct trust_bytes f = read_file(ITL);

	f.data[f.len] = 1;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		const struct change *c = &changes[i];
		size_t len = c->cut ?: f.len;
		uint8_t *file = exact(f.data, len);
		int err;

		memcpy(file + c->at, c->bytes, c->len);
		err = trust_list_read(file, len, &list, &fault);
		ok(err && strstr(fault.why, c->why) && fault.offset <= len,
		   "%s: %s", c->what, err ? fault.why : "taken");
		free(file);
	}
	trust_bytes_free(&f);
}

/* Elements nobody knows are left alone, wherever they stand. */
static void test_unknown(void)
{
	struct trust_bytes f = read_file(ITL);

	f.data[10] = 200;
	ok(!trust_list_read(f.data, f.len, &list, &fault) &&
	   !list.header.signer_version, "an unknown element of the header");
	f.data[405] = 201;
	ok(!trust_list_read(f.data, f.len, &list, &fault) &&
	   !list.records[0].subject, "an unknown element of a record");
	ok(!trust_role_name(99) && !strcmp(trust_role_name(2), "CCM+TFTP"),
	   "roles that are known");
	trust_bytes_free(&f);
}

/* As in lists of nonsecure clusters: a record of 33 bytes without a key. */
static void test_many(void)
{
	static const uint8_t bare[] = {
		1, 0, 2, 0, 33, 2, 0, 11, 'c', 'm', '1', '.', 'e', 'x', 'a',
		'm', 'p', 'l', 0, 4, 0, 2, 0, 2, 10, 0, 4, 192, 0, 2, 1,
		200, 0,
	};
	struct trust_bytes f = read_file(ITL);
	size_t room = f.len + (TRUST_LIST_RECORDS + 1) * sizeof(bare);
	uint8_t *file = calloc(1, room);
	size_t len = f.len;
	int err = 0;

	memcpy(file, f.data, f.len);
	while (!err && len + 34 <= room) {
		memcpy(file + len, bare, sizeof(bare));
		file[len + 4] = 31;
		len += 31;
		err = trust_list_read(file, len, &list, &fault);
	}
	ok(err && list.count == TRUST_LIST_RECORDS, "%u records and no more: %s",
	   list.count, fault.why);
	ok(!strcmp(list.records[5].dns, "cm1.exampl") &&
	   list.records[5].role == TRUST_CCM_TFTP &&
	   list.records[5].ip.len == 4 && !list.records[5].certificate.data,
	   "a bare record");
	free(file);
	trust_bytes_free(&f);
}

int main(void)
{
	test_list();
	test_files();
	test_changes();
	test_unknown();
	test_many();
	return tap_end();
}
