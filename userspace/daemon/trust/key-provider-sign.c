// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures of handshakes: one shot, as keyd wants the content itself.
 */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "trust/key-provider-parts.h"

enum { SPACES = 64, RANDOMS = 64, NAMED_CURVE = 3 };

struct signing {
	struct key_handle *key;
	const char *digest;		/* of the table; NULL: not begun */
	bool pss;
};

/* As keyd has them, and no other: SignatureSchemes of RFC 8446. */
static const struct scheme {
	const char *digest;
	uint16_t pkcs1, pss, ecdsa;	/* 0: there is none */
} schemes[] = {
	{ "SHA256", 0x0401, 0x0804, 0x0403 },
	{ "SHA384", 0x0501, 0x0805, 0x0503 },
	{ "SHA512", 0, 0x0806, 0x0603 },
};

/* OpenSSL has several names for each, libssl the one with a hyphen or not. */
static const struct scheme *find_scheme(const char *digest)
{
	EVP_MD *md = digest ? EVP_MD_fetch(NULL, digest, NULL) : NULL;
	const struct scheme *found = NULL;

	for (size_t i = 0; md && i < sizeof(schemes) / sizeof(*schemes); i++)
		if (EVP_MD_is_a(md, schemes[i].digest))
			found = &schemes[i];
	EVP_MD_free(md);
	return found;
}

static uint16_t scheme_of(const struct signing *s)
{
	const struct scheme *scheme = find_scheme(s->digest);

	if (!scheme)
		return 0;
	if (s->key->which.kind == KEYD_EC)
		return scheme->ecdsa;
	return s->pss ? scheme->pss : scheme->pkcs1;
}

/* keyd looks closely; here it is only told apart. */
static unsigned int content_of(const uint8_t *data, size_t len)
{
	static const char server[] = "TLS 1.3, server CertificateVerify";
	size_t i = 0;

	while (i < SPACES && i < len && data[i] == ' ')
		i++;
	if (i == SPACES && len > SPACES + sizeof(server))
		return memcmp(data + SPACES, server, sizeof(server)) ?
			KEYD_TLS13_CLIENT : KEYD_TLS13_SERVER;
	/* A client signs two certificates and more; this is shorter. */
	if (len > RANDOMS + 4 && data[RANDOMS] == NAMED_CURVE &&
	    len == RANDOMS + 4u + data[RANDOMS + 3])
		return KEYD_TLS12_SERVER;
	return KEYD_TLS12_CLIENT;
}

static void *new_signing(void *provctx, const char *properties)
{
	(void)provctx;
	(void)properties;
	return calloc(1, sizeof(struct signing));
}

static int set_padding(struct signing *s, const OSSL_PARAM *p)
{
	int mode = 0;

	if (s->key->which.kind != KEYD_RSA)
		return 0;
	if (p->data_type == OSSL_PARAM_UTF8_STRING)
		mode = !strcmp(p->data, OSSL_PKEY_RSA_PAD_MODE_PSS) ?
			RSA_PKCS1_PSS_PADDING :
			!strcmp(p->data, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) ?
			RSA_PKCS1_PADDING : 0;
	else if (!OSSL_PARAM_get_int(p, &mode))
		return 0;
	s->pss = mode == RSA_PKCS1_PSS_PADDING;
	return s->pss || mode == RSA_PKCS1_PADDING;
}

/* As long as the digest, in TLS; keyd has no other. */
static int check_salt(const OSSL_PARAM *p)
{
	int len = 0;

	if (p->data_type == OSSL_PARAM_UTF8_STRING)
		return !strcmp(p->data, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) ||
		       !strcmp(p->data, "-1");
	return OSSL_PARAM_get_int(p, &len) && len == RSA_PSS_SALTLEN_DIGEST;
}

static int set_params(void *ctx, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p;

	if (!params)
		return 1;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
	if (p && !set_padding(ctx, p))
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
	if (p && !check_salt(p))
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	return 1;
}

static const OSSL_PARAM *settable_params(void *ctx, void *provctx)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL,
				       0),
		OSSL_PARAM_END,
	};

	(void)ctx;
	(void)provctx;
	return params;
}

static int begin(void *ctx, const char *digest, void *key,
		 const OSSL_PARAM params[])
{
	const struct scheme *scheme = find_scheme(digest);
	struct signing *s = ctx;

	if (key)
		s->key = key;
	s->digest = scheme ? scheme->digest : NULL;
	s->pss = false;
	if (!s->key || !s->digest)
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	return set_params(s, params);
}

static int sign(void *ctx, unsigned char *sig, size_t *len, size_t size,
		const unsigned char *content, size_t content_len)
{
	struct signing *s = ctx;
	uint16_t scheme = s->digest ? scheme_of(s) : 0;
	union keyd_buffer *request;

	if (!scheme || !content_len || content_len > KEYD_TRANSCRIPT_MAX)
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	if (!sig) {
		*len = (size_t)EVP_PKEY_get_size(s->key->public);
		return 1;
	}
	request = key_provider_request(s->key->provider, KEYD_TLS_SIGN);
	request->m.tls_sign.key = s->key->which;
	request->m.tls_sign.scheme = scheme;
	request->m.tls_sign.content =
		(uint8_t)content_of(content, content_len);
	memcpy(keyd_tail_room(request), content, content_len);
	*len = size;
	return key_provider_ask(s->key->provider, KEYD_TLS_SIGN, content_len,
				sig, len);
}

#define FN(number, function)	{ number, (void (*)(void))(function) }

const OSSL_DISPATCH key_provider_signature[] = {
	FN(OSSL_FUNC_SIGNATURE_NEWCTX, new_signing),
	FN(OSSL_FUNC_SIGNATURE_FREECTX, free),
	FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, begin),
	FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign),
	FN(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),
	FN(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_params),
	{ 0, NULL }
};
