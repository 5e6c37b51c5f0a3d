// SPDX-License-Identifier: GPL-2.0
/*
 * Keys as OpenSSL manages them: a handle of ucsec-keyd and a public key.
 */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "trust/key-provider-parts.h"

static void *new_key(void *provctx)
{
	(void)provctx;
	return calloc(1, sizeof(struct key_handle));
}

static void free_key(void *data)
{
	struct key_handle *key = data;

	if (!key)
		return;
	EVP_PKEY_free(key->public);
	free(key);
}

/*
 * It has a private part as far as TLS is concerned, though nobody can read it.
 */
static int has(const void *data, int selection)
{
	const struct key_handle *key = data;

	(void)selection;
	return key && key->public;
}

static int match(const void *a, const void *b, int selection)
{
	const struct key_handle *one = a, *other = b;

	(void)selection;
	return has(one, 0) && has(other, 0) &&
	       EVP_PKEY_eq(one->public, other->public) == 1;
}

/* From key_provider_key() alone: other keys do not become ours. */
static int import(void *data, int selection, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params,
						      KEY_PROVIDER_HANDLE);
	struct key_handle *key = data;

	(void)selection;
	if (!key || key->public || !p ||
	    p->data_type != OSSL_PARAM_OCTET_STRING ||
	    p->data_size != sizeof(*key))
		return 0;
	memcpy(key, p->data, sizeof(*key));
	return EVP_PKEY_up_ref(key->public);
}

static const OSSL_PARAM *import_types(int selection)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_octet_string(KEY_PROVIDER_HANDLE, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)selection;
	return types;
}

/* Whatever is wanted, the public part is what there is. */
static int export(void *data, int selection, OSSL_CALLBACK *fn, void *arg)
{
	struct key_handle *key = data;

	(void)selection;
	return has(key, 0) &&
	       EVP_PKEY_export(key->public, EVP_PKEY_PUBLIC_KEY, fn, arg);
}

static const OSSL_PARAM *export_rsa_types(int selection)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)selection;
	return types;
}

static const OSSL_PARAM *export_ec_types(int selection)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)selection;
	return types;
}

static int get_params(void *data, OSSL_PARAM params[])
{
	struct key_handle *key = data;

	return has(key, 0) && EVP_PKEY_get_params(key->public, params);
}

static const OSSL_PARAM *gettable_params(void *provctx)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)provctx;
	return params;
}

static const char *operation_name(int operation)
{
	switch (operation) {
	case OSSL_OP_SIGNATURE:
		return KEY_PROVIDER_SIGNATURE;
	case OSSL_OP_ASYM_CIPHER:
		return KEY_PROVIDER_UNWRAP;
	}
	return NULL;
}

#define FN(number, function)	{ number, (void (*)(void))(function) }
#define KEY_FUNCTIONS(export_types)					\
	FN(OSSL_FUNC_KEYMGMT_NEW, new_key),				\
	FN(OSSL_FUNC_KEYMGMT_FREE, free_key),				\
	FN(OSSL_FUNC_KEYMGMT_HAS, has),					\
	FN(OSSL_FUNC_KEYMGMT_MATCH, match),				\
	FN(OSSL_FUNC_KEYMGMT_IMPORT, import),				\
	FN(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, import_types),		\
	FN(OSSL_FUNC_KEYMGMT_EXPORT, export),				\
	FN(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, export_types),		\
	FN(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),			\
	FN(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),		\
	FN(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_name),	\
	{ 0, NULL }

const OSSL_DISPATCH key_provider_rsa_key[] = {
	KEY_FUNCTIONS(export_rsa_types)
};

const OSSL_DISPATCH key_provider_ec_key[] = {
	KEY_FUNCTIONS(export_ec_types)
};
