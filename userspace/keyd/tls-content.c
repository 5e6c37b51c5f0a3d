// SPDX-License-Identifier: GPL-2.0
/*
 * Is it what one side of a TLS handshake signs?
 *
 * Whoever gets hold of ucsecd may have anything signed that passes here, and it
 * must be of no use but in a handshake. What else these keys sign:
 *
 * - Certificates (CAPF's key alone is a CA's), certificate requests and CRLs.
 *   They are one DER SEQUENCE, 0x30 first. TLS 1.3 has a space there, the
 *   transcript of a client the type of a ClientHello, 0x01. The randoms of a
 *   TLS 1.2 server are ucsecd's and a stranger's, and one could make them so
 *   that parameters and point end up in a date and a key of what parses as a
 *   certificate: what does parse as one is refused. (As the y of a point cannot
 *   be chosen, its key would be nobody's. Still.)
 * - Signed files and lists, TLV: by PKCS #1 with SHA-1 or SHA-512, and no
 *   scheme of tls.c signs with either. (Their first bytes, 01 0002, are also
 *   none of a ClientHello, whose version would then begin with a minor number
 *   and the tag 2.)
 * - In CAPF the phone signs, not the server; what it signs is a bare digest,
 *   and nothing here signs without DigestInfo.
 */
#include <openssl/asn1t.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "keyd/use.h"

enum {
	SPACES = 64,
	RANDOMS = 64,
	NAMED_CURVE = 3,
	CLIENT_HELLO = 1, SERVER_HELLO = 2,
	CERTIFICATE = 11, SERVER_KEY_EXCHANGE = 12, CERTIFICATE_REQUEST = 13,
	SERVER_HELLO_DONE = 14, CLIENT_KEY_EXCHANGE = 16,
	CERTIFICATE_STATUS = 22,
};

/* Also beyond its NUL: that is the byte between context and hash. */
static const char server_context[] = "TLS 1.3, server CertificateVerify";
static const char client_context[] = "TLS 1.3, client CertificateVerify";

static const char *check_tls13(const char *context, const uint8_t *data,
			       size_t len)
{
	size_t head = SPACES + sizeof(server_context);

	_Static_assert(sizeof(server_context) == sizeof(client_context), "");
	if (len != head + 32 && len != head + 48)
		return "content of TLS 1.3 is not as long as it must be";
	for (size_t i = 0; i < SPACES; i++)
		if (data[i] != ' ')
			return "content of TLS 1.3 does not begin with spaces";
	return memcmp(data + SPACES, context, sizeof(server_context)) ?
		"content of TLS 1.3 is of another context" : NULL;
}

/* An x only has its y: what follows the randoms cannot be chosen freely. */
static bool is_on_curve(int nid, const uint8_t *point, size_t len)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(nid);
	EC_POINT *p = group ? EC_POINT_new(group) : NULL;
	bool is = p && EC_POINT_oct2point(group, p, point, len, NULL) == 1 &&
		  EC_POINT_is_at_infinity(group, p) == 0;

	EC_POINT_free(p);
	EC_GROUP_free(group);
	ERR_clear_error();
	return is;
}

static bool parses_as(const ASN1_ITEM *item, const uint8_t *data, size_t len)
{
	const uint8_t *at = data;
	ASN1_VALUE *value = ASN1_item_d2i(NULL, &at, (long)len, item);

	ASN1_item_free(value, item);
	ERR_clear_error();
	return value;
}

static const char *check_tls12_server(const uint8_t *data, size_t len)
{
	static const struct {
		uint16_t group;
		uint8_t point;
		int nid;
	} curves[] = {
		{ 0x17, 65, NID_X9_62_prime256v1 }, { 0x18, 97, NID_secp384r1 },
		{ 0x19, 133, NID_secp521r1 }, { 0x1d, 32, 0 }, { 0x1e, 56, 0 },
	};
	const uint8_t *params = data + RANDOMS;
	unsigned int group;
	size_t i = 0;

	if (len < RANDOMS + 4 || params[0] != NAMED_CURVE)
		return "content of TLS 1.2 has no named curve";
	group = (unsigned int)(params[1] << 8 | params[2]);
	while (i < sizeof(curves) / sizeof(*curves) && curves[i].group != group)
		i++;
	if (i == sizeof(curves) / sizeof(*curves))
		return "content of TLS 1.2 is of an unknown curve";
	if (params[3] != curves[i].point || len != RANDOMS + 4u + params[3])
		return "content of TLS 1.2 is not as long as it must be";
	if (curves[i].nid && (params[4] != 4 ||
			      !is_on_curve(curves[i].nid, params + 4,
					   params[3])))
		return "content of TLS 1.2 has no point of its curve";
	if (parses_as(ASN1_ITEM_rptr(X509_CINF), data, len) ||
	    parses_as(ASN1_ITEM_rptr(X509_REQ_INFO), data, len) ||
	    parses_as(ASN1_ITEM_rptr(X509_CRL_INFO), data, len))
		return "content of TLS 1.2 could be taken for a certificate";
	return NULL;
}

/*
 * ClientHello to ClientKeyExchange, each as long as it says (RFC 5246, 7.3);
 * what may be missing may be missing.
 */
static const char *check_tls12_client(const uint8_t *data, size_t len)
{
	static const struct {
		uint8_t type;
		bool needed;
	} order[] = {
		{ CLIENT_HELLO, true }, { SERVER_HELLO, true },
		{ CERTIFICATE, true }, { CERTIFICATE_STATUS, false },
		{ SERVER_KEY_EXCHANGE, false }, { CERTIFICATE_REQUEST, true },
		{ SERVER_HELLO_DONE, true }, { CERTIFICATE, true },
		{ CLIENT_KEY_EXCHANGE, true },
	};
	size_t at = 0, body;

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		if (len - at < 4 || data[at] != order[i].type) {
			if (order[i].needed)
				return "messages of the handshake are not in order";
			continue;
		}
		body = (size_t)data[at + 1] << 16 | data[at + 2] << 8 |
			data[at + 3];
		at += 4;
		if (body > len - at)
			return "a message of the handshake is cut off";
		/* The version comes first; TLS 1.2 is the only one. */
		if (i < 2 && (body < 38 || data[at] != 3 || data[at + 1] != 3))
			return "a hello of the handshake is none of TLS 1.2";
		at += body;
	}
	return at == len ? NULL : "there is more than a handshake has";
}

const char *keyd_tls_check(unsigned int content, const uint8_t *data,
			   size_t len)
{
	switch (content) {
	case KEYD_TLS13_SERVER:
		return check_tls13(server_context, data, len);
	case KEYD_TLS13_CLIENT:
		return check_tls13(client_context, data, len);
	case KEYD_TLS12_SERVER:
		return check_tls12_server(data, len);
	case KEYD_TLS12_CLIENT:
		return check_tls12_client(data, len);
	}
	return "unknown content of a handshake";
}
