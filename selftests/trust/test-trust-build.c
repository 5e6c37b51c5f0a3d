// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1: lists we build, byte for byte, and those that we refuse to build.
 */
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "tap.h"
#include "trust/dn.h"
#include "trust/rules.h"
#include "trust/verify.h"

#define NODE_DN	"C=DE/ST=BE/L=Berlin/O=Example, Inc./OU=Voice/OU=Lab/CN=cm1"

static struct trust_list list;
static struct trust_fault fault;
static struct identity sast, spare, ccm, ec, tvs;
static const uint8_t ip[] = { 192, 0, 2, 1 };

/* The vector's signature, if what is to be signed is what it was made over. */
static int sign_as_vector(void *ctx, enum trust_digest digest,
			  const struct trust_span *pieces, size_t count,
			  uint8_t *signature, size_t size)
{
	const struct trust_bytes *f = ctx;
	struct trust_header h;
	struct trust_span theirs[2];

	if (digest != TRUST_SHA1 || count != 2 || size != 256 ||
	    trust_header_read(f->data, f->len, &h, &fault))
		return -1;
	trust_signed_pieces(f->data, f->len, &h, theirs);
	for (size_t i = 0; i < 2; i++)
		if (pieces[i].len != theirs[i].len ||
		    memcmp(pieces[i].data, theirs[i].data, pieces[i].len))
			return -1;
	memcpy(signature, h.signature.data, size);
	return 0;
}

static void test_rebuild(void)
{
	struct trust_bytes f = read_file(VECTORS "ITL-sha1.tlv"), built;
	struct trust_entry entries[5] = { 0 };
	struct trust_plan plan = {
		.kind = TRUST_ITL, .time = 0x6b01033a, .signer_version = 0x0100,
		.entries = entries, .count = 5,
	};
	struct trust_signer signer = {
		.digest = TRUST_SHA1, .dialect = TRUST_CERTUTILS,
		.sign = sign_as_vector, .ctx = &f,
	};
	int err;

	ok(!trust_list_read(f.data, f.len, &list, &fault), "the vector");
	for (size_t i = 0; i < 5; i++) {
		entries[i].role = list.records[i].role;
		entries[i].cert = trust_record_cert(&list.records[i]);
	}
	signer.cert = entries[0].cert;
	ok(!trust_list_build(&plan, &signer, &built, &fault) &&
	   built.len == f.len && !memcmp(built.data, f.data, f.len),
	   "built again from certificates, byte for byte");
	trust_bytes_free(&built);
	plan.time++;
	err = trust_list_build(&plan, &signer, &built, &fault);
	ok(err && !built.data, "of other content nothing is signed: %s",
	   fault.why);
	for (size_t i = 0; i < 5; i++)
		X509_free(entries[i].cert);
	trust_bytes_free(&f);
}

static struct trust_entry *entries_of(size_t *count)
{
	static struct trust_entry entries[5];

	entries[0] = (struct trust_entry){ TRUST_SAST, sast.cert, NULL, NULL };
	entries[1] = (struct trust_entry){ TRUST_SAST, spare.cert, NULL, NULL };
	entries[2] = (struct trust_entry){ TRUST_CCM_TFTP, ccm.cert, "cm1", ip };
	entries[3] = (struct trust_entry){ TRUST_CCM_TFTP, ec.cert, "cm1", ip };
	entries[4] = (struct trust_entry){ TRUST_TVS, tvs.cert, NULL, NULL };
	*count = 5;
	return entries;
}

/* CUCM's order of elements: 1, [28], 3 {4, 5, 6} and 1 to 10. */
static void test_order(const struct trust_bytes *f)
{
	const struct trust_record *r = &list.records[2];
	const uint8_t *at = f->data + r->offset;
	uint8_t tags[10];

	ok(f->data[10] == TRUST_H_SIGNER_VERSION &&
	   f->data[15] == TRUST_H_SIGNER && f->data[18] == TRUST_H_SUBJECT &&
	   (const uint8_t *)list.header.issuer > list.header.serial.data,
	   "the header's elements in CUCM's order");
	for (size_t i = 0; i < 10; i++) {
		tags[i] = *at;
		at += 3 + (at[1] << 8 | at[2]);
	}
	ok(!memcmp(tags, "\1\2\3\4\5\6\7\10\11\12", 10) &&
	   at == f->data + list.records[3].offset, "and a record's");
	ok(!(list.header.length % 4), "the header is aligned");
}

static void test_build(void)
{
	struct trust_plan plan = {
		.kind = TRUST_CTL, .time = 5, .signer_version = 0x0101,
	};
	struct trust_signer signer = signer_of(&sast, TRUST_SHA512);
	const struct trust_record *r = list.records;
	struct trust_bytes f;

	plan.entries = entries_of(&plan.count);
	ok(!trust_list_build(&plan, &signer, &f, &fault) &&
	   !trust_list_read(f.data, f.len, &list, &fault) && list.count == 5,
	   "a CTL of two SASTs, a node's two certificates, a TVS");
	ok(!trust_list_verify(f.data, f.len, &list, 0, &fault) &&
	   trust_list_signer(&list) == r, "verifies");
	ok(!strcmp(list.header.name, "CTLFile.tlv") && list.header.time == 5 &&
	   list.header.digest == TRUST_SHA512, "its name, time and digest");
	ok(!strcmp(r[2].subject, "CN=cm1;OU=Lab;OU=Voice;O=Example, Inc.;"
		   "L=Berlin;ST=BE;C=DE") &&
	   !strcmp(list.header.subject, r[0].subject),
	   "names begin with what is most specific: %s", r[2].subject);
	ok(r[3].key.len == 65 && r[3].key.data[0] == 4, "an EC record");
	ok(!strcmp(r[2].dns, "cm1") && !memcmp(r[2].ip.data, ip, 4) &&
	   !r[0].dns && !r[0].ip.data, "DNS name and address where given");
	ok(r[4].serial.len == 3 && r[4].serial.data[0] == 0x80,
	   "a serial number without the zero of its sign");
	test_order(&f);
	trust_bytes_free(&f);
}

/* Each signer size, both digests. */
static void test_signers(void)
{
	static const unsigned int bits[] = { 512, 1024, 2048, 3072, 4096, 1536,
					     0 };
	static const char *const why[] = { "512 bits: anyone", "", "",
					   "no number", "", "not 1024", "RSA" };
	struct trust_plan plan = { .kind = TRUST_CTL, .count = 1 };
	struct trust_entry entry = { .role = TRUST_SAST };
	struct identity id;
	struct trust_bytes f;

	plan.entries = &entry;
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		bool fit = bits[i] == 1024 || bits[i] == 2048 ||
			bits[i] == 4096;

		identity_make(&id, "CN=sast", bits[i], 7);
		entry.cert = id.cert;
		for (enum trust_digest d = TRUST_SHA1; d <= TRUST_SHA512; d++) {
			struct trust_signer signer = signer_of(&id, d);
			int err = trust_list_build(&plan, &signer, &f, &fault);

			ok(!err == (fit && d != 2) &&
			   (err || !trust_list_read(f.data, f.len, &list,
						    &fault)) &&
			   (err || !trust_list_verify(f.data, f.len, &list, 0,
						      &fault)) &&
			   (fit || strstr(fault.why, why[i])), "%u bits, digest %u: %s", bits[i], d,
			   err ? fault.why : "signed");
			trust_bytes_free(&f);
		}
		identity_free(&id);
	}
}

static int sign_nothing(void *ctx, enum trust_digest digest,
			const struct trust_span *pieces, size_t count,
			uint8_t *signature, size_t size)
{
	(void)ctx;
	(void)digest;
	(void)pieces;
	(void)count;
	memset(signature, 0, size);
	return 0;
}

static void refused(const struct trust_plan *plan,
		    const struct trust_signer *signer, const char *what)
{
	struct trust_bytes f;
	int err = trust_list_build(plan, signer, &f, &fault);

	ok(err && !f.data && fault.why, "%s: %s", what,
	   err ? fault.why : "built");
	trust_bytes_free(&f);
}

static void test_refusals(void)
{
	struct trust_plan plan = { .kind = TRUST_CTL };
	struct trust_signer signer = signer_of(&ccm, TRUST_SHA1);
	struct trust_entry *entries = entries_of(&plan.count);
	struct trust_bytes built;
	struct trust_entry *many = calloc(129, sizeof(*many));
	char name[300];

	plan.entries = entries;
	refused(&plan, &signer, "signer not in the list as a SAST");
	signer = signer_of(&sast, TRUST_SHA1);
	entries[4].role = TRUST_SAST;
	refused(&plan, &signer, "three SASTs");
	plan.max_sast = 3;
	signer.ctx = ccm.key;
	refused(&plan, &signer, "a key that is not the certificate's");
	signer.sign = sign_nothing;
	refused(&plan, &signer, "a key that signs nothing");
	/* What a signer looks at himself is not verified once more. */
	signer.proven = true;
	ok(!trust_list_build(&plan, &signer, &built, &fault),
	   "unless the signer is proven");
	trust_bytes_free(&built);
	signer = signer_of(&sast, TRUST_SHA1);
	entries = entries_of(&plan.count);
	entries[1].cert = NULL;
	refused(&plan, &signer, "a SAST without certificate");
	entries = entries_of(&plan.count);
	entries[4].cert = NULL;
	refused(&plan, &signer, "a record with nothing in it");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	entries[4].dns = name;
	refused(&plan, &signer, "a name of 299 bytes");
	for (size_t i = 0; i < 129; i++)
		many[i] = entries_of(&plan.count)[i ? 2 : 0];
	plan.entries = many;
	plan.count = 129;
	refused(&plan, &signer, "129 records");
	free(many);
}

/* Certificates with a comment of @len bytes: lengths are never cut to fit. */
static void refuse_long(size_t len, size_t count, const char *what)
{
	struct trust_plan plan = { .kind = TRUST_CTL, .count = count };
	struct trust_signer signer = signer_of(&sast, TRUST_SHA1);
	struct trust_entry *entries = calloc(count, sizeof(*entries));
	ASN1_OCTET_STRING *text = ASN1_OCTET_STRING_new();
	uint8_t *comment = calloc(1, len);
	X509_EXTENSION *ext;
	struct identity id;

	identity_make(&id, "CN=long", 0, 1);
	ASN1_OCTET_STRING_set(text, comment, (int)len);
	ext = X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, text);
	X509_add_ext(id.cert, ext, -1);
	X509_sign(id.cert, id.key, EVP_sha256());
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct trust_entry){ TRUST_CAPF, id.cert, NULL,
						   NULL };
	entries[0] = (struct trust_entry){ TRUST_SAST, sast.cert, NULL, NULL };
	plan.entries = entries;
	refused(&plan, &signer, what);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(text);
	identity_free(&id);
	free(entries);
	free(comment);
}

static void test_names(void)
{
	struct trust_plan plan = { .kind = TRUST_CTL, .count = 2 };
	struct trust_signer signer = signer_of(&sast, TRUST_SHA1);
	struct trust_entry entries[2] = {
		{ TRUST_SAST, sast.cert, NULL, NULL },
		{ TRUST_CAPF, NULL, NULL, NULL },
	};
	static const char *const bad[] = { "CN=a;b", "CN=a\nb", "O=x/CN=a\177" };
	struct identity id;
	struct trust_bytes f;
	char text[TRUST_DN_SIZE];

	plan.entries = entries;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		identity_make(&id, bad[i], 0, 1);
		entries[1].cert = id.cert;
		refused(&plan, &signer, "a name that cannot be written");
		identity_free(&id);
	}
	identity_make(&id, "DC=com/serialNumber=7/1.2.3.4=x/CN=a", 0, 1);
	ok(!trust_dn_write(X509_get_subject_name(id.cert), TRUST_CUCM, text) &&
	   !strcmp(text, "CN=a;1.2.3.4=x;serialNumber=7;DC=com"),
	   "less usual parts: %s", text);
	entries[1].cert = id.cert;
	ok(!trust_list_build(&plan, &signer, &f, &fault), "can be built");
	trust_bytes_free(&f);
	identity_free(&id);
}

/* As a phone writes what a certificate, or a file's header, says. */
static void test_equal_names(void)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "CN=a;OU=b;OU=b", "OU=b, CN=a , OU=b", true },
		{ "CN=a;OU=b;OU=b", "CN=a;CN=a;OU=b", false },
		{ "CN=a;OU=b", "CN=a", false },
		{ "CN=a", "", false },
		{ "", "", true },
		{ "CN=a;O=b", "cn = a ;; o= b;", true },
		{ "CN=a;O=b", "CN=A;O=b", false },
		{ "serialNumber=7;CN=a", "CN=a,SERIALNUMBER=7", true },
		{ "CN=a b", "CN=ab", false },
		{ "CN=a=b", "CN=a", false },
		{ "O=Lab\\, Inc.;CN=a", "CN=a;O=Lab, Inc.", true },
		{ "O=Lab\\, Z;O=Lab", "O=Lab;O=Lab, Z", true },
		{ "CN", "cn", false },
		{ "C=a;N=b", "CN=ab", false },
		{ "=a", "a", true },	/* neither is one of a certificate */
	};
	char many[4 * 33 + 1] = "", key[TRUST_DN_SIZE];
	char name[TRUST_DN_SIZE + 8] = "CN=";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(trust_dn_equal(rows[i].a, rows[i].b) == rows[i].equal &&
		   trust_dn_equal(rows[i].b, rows[i].a) == rows[i].equal,
		   "\"%s\" and \"%s\": %s", rows[i].a, rows[i].b,
		   rows[i].equal ? "equal" : "not");
	for (int i = 0; i < 32; i++)
		strcat(many, "A=b;");
	ok(trust_dn_key(many, key) && !strcmp(key, many), "32 parts");
	strcat(many, "A=b;");
	ok(!trust_dn_key(many, key), "not one more");
	memset(name + 3, 'a', TRUST_DN_SIZE - 5);
	ok(trust_dn_key(name, key) && strlen(key) == TRUST_DN_SIZE - 1,
	   "as long as there is room");
	name[TRUST_DN_SIZE - 2] = 'a';
	ok(!trust_dn_key(name, key), "not a byte longer");
}

/* Only where it is asked for are phones told to trust everyone. */
static void test_rollback(void)
{
	struct trust_plan plan = { .kind = TRUST_ITL, .count = 3 };
	struct trust_signer signer = signer_of(&sast, TRUST_SHA1);
	struct trust_entry entries[3] = {
		{ TRUST_SAST, sast.cert, NULL, NULL },
		{ TRUST_CCM_TFTP, NULL, "cm1", ip },
		{ TRUST_TVS, NULL, "cm1", NULL },
	};
	struct trust_bytes f;

	plan.entries = entries;
	refused(&plan, &signer, "an ITL without keys, not asked for");
	plan.rollback = true;
	ok(!trust_list_build(&plan, &signer, &f, &fault) &&
	   !trust_list_read(f.data, f.len, &list, &fault) &&
	   trust_list_is_rollback(&list) && list.records[1].dns &&
	   !list.records[1].certificate.data, "the same as a rollback ITL");
	ok(!trust_list_verify(f.data, f.len, &list, 0, &fault), "is signed");
	trust_bytes_free(&f);
	plan.count = 1;
	ok(!trust_list_build(&plan, &signer, &f, &fault) &&
	   !trust_list_read(f.data, f.len, &list, &fault) &&
	   trust_list_is_rollback(&list), "and one of its SAST alone");
	trust_bytes_free(&f);
	plan.count = 3;
	entries[2].cert = tvs.cert;
	refused(&plan, &signer, "a rollback ITL with a TVS's key");
}

int main(void)
{
	identity_make(&sast, "O=Lab/CN=sast", 2048, 1);
	identity_make(&spare, "O=Lab/CN=spare", 2048, 2);
	identity_make(&ccm, NODE_DN, 2048, 3);
	identity_make(&ec, NODE_DN, 0, 4);
	identity_make(&tvs, "CN=tvs", 2048, 0x800001);
	test_rebuild();
	test_build();
	test_signers();
	test_refusals();
	refuse_long(70000, 2, "a certificate of 70,000 bytes");
	refuse_long(65100, 2, "a certificate and what goes with it");
	refuse_long(6000, 128, "128 certificates of 6,000 bytes");
	test_names();
	test_equal_names();
	test_rollback();
	identity_free(&sast);
	identity_free(&spare);
	identity_free(&ccm);
	identity_free(&ec);
	identity_free(&tvs);
	return tap_end();
}
