// SPDX-License-Identifier: GPL-2.0
// Public keys taken apart, DER alone: no second way to write anything.

#include <errno.h>
#include <string.h>

#include "capf/spki.h"

enum { INTEGER = 0x02, BITS = 0x03, OID = 0x06, SEQUENCE = 0x30 };

static const uint8_t rsa_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1,
				   1 };
static const uint8_t ec_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
static const uint8_t no_parameters[] = { 5, 0 };

static const struct {
	uint8_t oid[8], len;
} curves[] = {
	[CAPF_P256] = { { 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 }, 8 },
	[CAPF_P384] = { { 0x2b, 0x81, 4, 0, 0x22 }, 5 },
	[CAPF_P521] = { { 0x2b, 0x81, 4, 0, 0x23 }, 5 },
};

static bool same(struct element_bytes a, const uint8_t *b, size_t len)
{
	return a.len == len && !memcmp(a.at, b, len);
}

/* The shortest form of a length is the only one, and two bytes are plenty. */
static bool take(struct element_bytes *rest, uint8_t tag,
		 struct element_bytes *value)
{
	const uint8_t *at = rest->at;
	size_t head = 2, len;

	if (rest->len < head || at[0] != tag)
		return false;
	len = at[1];
	if (len >= 0x80) {
		head += len - 0x80;
		if ((len != 0x81 && len != 0x82) || rest->len < head)
			return false;
		len = head == 3 ? at[2] : (size_t)at[2] << 8 | at[3];
		if (len < (head == 3 ? 0x80 : 0x100))
			return false;
	}
	if (len > rest->len - head)
		return false;
	*value = (struct element_bytes){ at + head, len };
	rest->at += head + len;
	rest->len -= head + len;
	return true;
}

/* One zero byte, and only where the number would be negative without. */
static bool take_positive(struct element_bytes *rest,
			  struct element_bytes *value)
{
	if (!take(rest, INTEGER, value) || !value->len ||
	    value->at[0] >= 0x80)
		return false;
	if (value->at[0])
		return true;
	value->at++;
	value->len--;
	return value->len && value->at[0] >= 0x80;
}

static bool read_rsa(struct element_bytes parameters, struct element_bytes key,
		     struct capf_spki *spki)
{
	struct element_bytes both;

	return same(parameters, no_parameters, sizeof(no_parameters)) &&
	       take(&key, SEQUENCE, &both) && !key.len &&
	       take_positive(&both, &spki->n) &&
	       take_positive(&both, &spki->e) && !both.len;
}

static bool read_ec(struct element_bytes parameters, struct element_bytes key,
		    struct capf_spki *spki)
{
	struct element_bytes oid;
	size_t i;

	spki->point = key;
	spki->curve = -1;
	spki->has_curve_name = take(&parameters, OID, &oid);
	if (!spki->has_curve_name)
		return true;
	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (same(oid, curves[i].oid, curves[i].len))
			spki->curve = (int)i;
	}
	return !parameters.len;
}

static bool read_parts(struct element_bytes rest, struct capf_spki *spki)
{
	struct element_bytes algorithm, oid, key;

	if (!take(&rest, SEQUENCE, &algorithm) || !take(&rest, BITS, &key) ||
	    rest.len || !take(&algorithm, OID, &oid))
		return false;
	/* Of bits left over there are none. */
	if (!key.len || key.at[0])
		return false;
	key.at++;
	key.len--;
	spki->bits = key;
	if (same(oid, rsa_oid, sizeof(rsa_oid))) {
		spki->type = CAPF_RSA;
		return read_rsa(algorithm, key, spki);
	}
	if (same(oid, ec_oid, sizeof(ec_oid))) {
		spki->type = CAPF_EC;
		return read_ec(algorithm, key, spki);
	}
	return false;
}

int capf_spki_read(struct element_bytes der, struct capf_spki *spki,
		   const char **why)
{
	struct element_bytes whole;

	memset(spki, 0, sizeof(*spki));
	*why = "that is no RSA or EC public key in DER";
	if (!take(&der, SEQUENCE, &whole))
		return -EBADMSG;
	if (der.len) {
		*why = "bytes follow the public key";
		return -EBADMSG;
	}
	return read_parts(whole, spki) ? 0 : -EBADMSG;
}
