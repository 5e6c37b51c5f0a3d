// SPDX-License-Identifier: GPL-2.0
/*
 * The provider of OpenSSL whose keys are in ucsec-keyd.
 *
 * It is the only one of a library context that nothing else uses: whoever wants
 * RSA or EC by name, libssl for a peer's certificate for one, cannot get ours,
 * in whatever order providers are looked through. The key brings it along.
 */
#include "trust/key-provider.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "trust/key-provider-parts.h"

static const char name[] = "ucsec-keyd";

static const OSSL_ALGORITHM *query(void *provctx, int operation, int *no_store)
{
	static const char properties[] = "provider=ucsec-keyd";
	static const OSSL_ALGORITHM keys[] = {
		{ "RSA:rsaEncryption:1.2.840.113549.1.1.1", properties,
		  key_provider_rsa_key, NULL },
		{ "EC:id-ecPublicKey:1.2.840.10045.2.1", properties,
		  key_provider_ec_key, NULL },
		{ NULL, NULL, NULL, NULL },
	}, signatures[] = {
		{ KEY_PROVIDER_SIGNATURE, properties, key_provider_signature,
		  NULL },
		{ NULL, NULL, NULL, NULL },
	}, ciphers[] = {
		{ KEY_PROVIDER_UNWRAP, properties, key_provider_unwrap, NULL },
		{ NULL, NULL, NULL, NULL },
	};

	(void)provctx;
	*no_store = 0;
	switch (operation) {
	case OSSL_OP_KEYMGMT:
		return keys;
	case OSSL_OP_SIGNATURE:
		return signatures;
	case OSSL_OP_ASYM_CIPHER:
		return ciphers;
	}
	return NULL;
}

/* What there is to know, the keys know. */
static int init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
		const OSSL_DISPATCH **out, void **provctx)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
		{ 0, NULL },
	};

	(void)in;
	*out = functions;
	*provctx = (void *)handle;
	return 1;
}

int key_provider_fault(enum key_fault fault)
{
	static ERR_STRING_DATA sentences[] = {
		{ KEY_FAULT_NO_JOB, "a key of ucsec-keyd outside of a job" },
		{ KEY_FAULT_NOT_TLS, "ucsec-keyd does not do that" },
		{ KEY_FAULT_NO_KEYD, "ucsec-keyd does not answer" },
		{ KEY_FAULT_REFUSED, "ucsec-keyd refuses" },
		{ KEY_FAULT_GIVEN_UP, "the handshake was given up" },
		{ 0, NULL },
	};
	static int library;

	if (!library) {
		library = ERR_get_next_error_library();
		ERR_load_strings(library, sentences);
	}
	ERR_raise(library, fault);
	return 0;
}

struct key_provider *key_provider_new(struct keyd_client *client)
{
	struct key_provider *provider = calloc(1, sizeof(*provider));

	if (!provider)
		return NULL;
	provider->client = client;
	provider->libctx = OSSL_LIB_CTX_new();
	if (provider->libctx &&
	    OSSL_PROVIDER_add_builtin(provider->libctx, name, init))
		provider->loaded = OSSL_PROVIDER_load(provider->libctx, name);
	if (!provider->loaded) {
		key_provider_free(provider);
		return NULL;
	}
	return provider;
}

void key_provider_free(struct key_provider *provider)
{
	if (!provider)
		return;
	if (provider->loaded)
		OSSL_PROVIDER_unload(provider->loaded);
	OSSL_LIB_CTX_free(provider->libctx);
	free(provider);
}

EVP_PKEY *key_provider_key(struct key_provider *provider,
			   const struct keyd_which *which, X509 *cert)
{
	const char *kind = which->kind == KEYD_EC ? "EC" : "RSA";
	struct key_handle handle = {
		.provider = provider,
		.which = *which,
		.public = X509_get0_pubkey(cert),
	};
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(KEY_PROVIDER_HANDLE, &handle,
					sizeof(handle)),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;

	if (!handle.public || !EVP_PKEY_is_a(handle.public, kind))
		return NULL;
	ctx = EVP_PKEY_CTX_new_from_name(provider->libctx, kind, NULL);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}
