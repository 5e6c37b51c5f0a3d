// SPDX-License-Identifier: GPL-2.0
/*
 * The premaster secret of RSA key exchange, and nothing else that RSA decrypts.
 */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "trust/key-provider-parts.h"

struct unwrapping {
	struct key_handle *key;
	bool tls;			/* the padding is TLS's */
	unsigned int version;		/* of the ClientHello; 0: not told */
};

static void *new_unwrapping(void *provctx)
{
	(void)provctx;
	return calloc(1, sizeof(struct unwrapping));
}

static int set_params(void *ctx, const OSSL_PARAM params[])
{
	struct unwrapping *u = ctx;
	const OSSL_PARAM *p;
	int mode = 0;

	if (!params)
		return 1;
	/* This padding has a number and no name. */
	p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
	if (p) {
		u->tls = p->data_type != OSSL_PARAM_UTF8_STRING &&
			 OSSL_PARAM_get_int(p, &mode) &&
			 mode == RSA_PKCS1_WITH_TLS_PADDING;
		if (!u->tls)
			return key_provider_fault(KEY_FAULT_NOT_TLS);
	}
	p = OSSL_PARAM_locate_const(params,
				    OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION);
	if (p && !OSSL_PARAM_get_uint(p, &u->version))
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	return 1;
}

static const OSSL_PARAM *settable_params(void *ctx, void *provctx)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_int(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL),
		OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION,
				NULL),
		OSSL_PARAM_END,
	};

	(void)ctx;
	(void)provctx;
	return params;
}

static int begin(void *ctx, void *key, const OSSL_PARAM params[])
{
	struct unwrapping *u = ctx;

	*u = (struct unwrapping){ .key = key };
	if (!u->key || u->key->which.kind != KEYD_RSA)
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	return set_params(u, params);
}

/* A wrong padding is no fault: keyd answers 48 bytes in any case. */
static int unwrap(void *ctx, unsigned char *out, size_t *len, size_t size,
		  const unsigned char *in, size_t in_len)
{
	struct unwrapping *u = ctx;
	union keyd_buffer *request;

	if (!u->key || !u->tls || !u->version || u->version > UINT16_MAX ||
	    in_len != (size_t)EVP_PKEY_get_size(u->key->public) ||
	    (out && size < KEYD_PREMASTER_LEN))
		return key_provider_fault(KEY_FAULT_NOT_TLS);
	*len = KEYD_PREMASTER_LEN;
	if (!out)
		return 1;
	request = key_provider_request(u->key->provider, KEYD_TLS_UNWRAP);
	request->m.tls_unwrap.key = u->key->which;
	request->m.tls_unwrap.version = (uint16_t)u->version;
	memcpy(keyd_tail_room(request), in, in_len);
	return key_provider_ask(u->key->provider, KEYD_TLS_UNWRAP, in_len, out,
				len);
}

#define FN(number, function)	{ number, (void (*)(void))(function) }

const OSSL_DISPATCH key_provider_unwrap[] = {
	FN(OSSL_FUNC_ASYM_CIPHER_NEWCTX, new_unwrapping),
	FN(OSSL_FUNC_ASYM_CIPHER_FREECTX, free),
	FN(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, begin),
	FN(OSSL_FUNC_ASYM_CIPHER_DECRYPT, unwrap),
	FN(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, set_params),
	FN(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, settable_params),
	{ 0, NULL }
};
