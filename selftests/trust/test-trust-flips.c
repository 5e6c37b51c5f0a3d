// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1, TRUST-2, TRUST-3: every truncation and every single changed bit of a
 * CTL, ITL, .sgn and .enc.sgn is refused, by who holds no list, too.
 */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "tap.h"
#include "trust/file.h"
#include "trust/rules.h"

static struct trust_list held_list, list;
static struct trust_fault fault;

static bool takes_list(const uint8_t *data, size_t len)
{
	static const struct trust_held none = { NULL, NULL };

	return !trust_list_read(data, len, &list, &fault) &&
		trust_list_judge(data, len, &list, &none, 0, &fault) !=
		TRUST_REFUSED;
}

/* Not even a question to the TVS: its answer would be about another signer. */
static bool takes_file(const uint8_t *data, size_t len)
{
	static const struct trust_held held = { NULL, &held_list };
	struct trust_header h;
	struct trust_span body;
	enum trust_verdict v;

	if (trust_file_read(data, len, &h, &body, &fault))
		return false;
	v = trust_file_judge(data, len, &h, h.name, &held, &fault);
	return v == TRUST_BY_CTL || v == TRUST_BY_ITL;
}

static void test_file(const char *what, const struct trust_bytes *f,
		      bool (*takes)(const uint8_t *, size_t))
{
	size_t cuts = 0, flips = 0;
	uint8_t *copy;

	ok(takes(f->data, f->len), "%s of %zu bytes is taken", what, f->len);
	for (size_t len = 0; len < f->len; len++) {
		copy = exact(f->data, len);
		cuts += takes(copy, len);
		free(copy);
	}
	ok(!cuts, "none of its %zu truncations is", f->len);
	copy = exact(f->data, f->len);
	for (size_t bit = 0; bit < 8 * f->len; bit++) {
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (takes(copy, f->len)) {
			printf("# bit %zu of byte %zu\n", bit % 8, bit / 8);
			flips++;
		}
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ok(!flips, "none of its %zu changed bits is", 8 * f->len);
	free(copy);
	copy = malloc(f->len + 1);
	memcpy(copy, f->data, f->len);
	copy[f->len] = 0;
	ok(!takes(copy, f->len + 1), "nor a byte more");
	free(copy);
}

/* Small keys: there are that many bits to change. */
static void test_ctl(void)
{
	struct identity sast, ccm;
	struct trust_signer signer;
	struct trust_entry entries[2];
	struct trust_plan plan = {
		.kind = TRUST_CTL, .time = 1, .signer_version = 0x0101,
		.entries = entries, .count = 2,
	};
	static const uint8_t ip[] = { 192, 0, 2, 1 };
	struct trust_bytes f;

	identity_make(&sast, "CN=sast", 1024, 1);
	identity_make(&ccm, "CN=cm1", 0, 2);
	entries[0] = (struct trust_entry){ TRUST_SAST, sast.cert, NULL, NULL };
	entries[1] = (struct trust_entry){ TRUST_CCM_TFTP, ccm.cert, "cm1",
					   ip };
	signer = signer_of(&sast, TRUST_SHA512);
	if (trust_list_build(&plan, &signer, &f, &fault))
		abort();
	test_file("a CTL", &f, takes_list);
	trust_bytes_free(&f);
	identity_free(&sast);
	identity_free(&ccm);
}

int main(void)
{
	struct trust_bytes itl = read_file(VECTORS "ITL-sha1.tlv"), f;

	if (trust_list_read(itl.data, itl.len, &held_list, &fault))
		abort();
	test_ctl();
	f = read_file(VECTORS "sgn-sha1/SEP001122334455.cnf.xml.sgn");
	test_file("a .sgn", &f, takes_file);
	trust_bytes_free(&f);
	f = read_file(VECTORS "enc-sha512/SEP001122334455.cnf.xml.enc.sgn");
	test_file("a .enc.sgn", &f, takes_file);
	trust_bytes_free(&f);
	test_file("an ITL", &itl, takes_list);
	trust_bytes_free(&itl);
	return tap_end();
}
