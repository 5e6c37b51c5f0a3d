// SPDX-License-Identifier: GPL-2.0
/* Is a certificate that a CA signed one for our key and service? */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "keyd/use.h"
#include "trust/dn.h"

/* What OpenSSL found, by our names; depth 0 is the service's own. */
static const struct verdict {
	int code;
	enum keyd_reason reason;
	const char *why;
} verdicts[] = {
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, KEYD_WHY_CHAIN_INCOMPLETE,
	  "the chain does not reach a root" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	  KEYD_WHY_CHAIN_INCOMPLETE, "the chain does not reach a root" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
	  KEYD_WHY_CHAIN_INCOMPLETE, "the chain does not reach a root" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, KEYD_WHY_CHAIN_INCOMPLETE,
	  "the chain does not reach a root" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, KEYD_WHY_NOT_YET_VALID,
	  "a certificate is not valid yet" },
	{ X509_V_ERR_CERT_HAS_EXPIRED, KEYD_WHY_EXPIRED,
	  "a certificate has expired" },
	{ X509_V_ERR_INVALID_PURPOSE, KEYD_WHY_USAGE,
	  "the certificate is not for what the service does" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, KEYD_WHY_WEAK, "a key is too short" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, KEYD_WHY_WEAK, "a key is too short" },
	{ X509_V_ERR_CA_MD_TOO_WEAK, KEYD_WHY_WEAK,
	  "a certificate is signed with a digest that is too weak" },
};

static enum keyd_reason judge(int code, const char **why)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		if (verdicts[i].code == code) {
			*why = verdicts[i].why;
			return verdicts[i].reason;
		}
	}
	/* Signatures that do not fit, issuers that are no CA. */
	*why = X509_verify_cert_error_string(code);
	return KEYD_WHY_CHAIN_WRONG;
}

static int purpose_of(unsigned int uses)
{
	if (uses & KEYD_USE_TLS_SERVER)
		return X509_PURPOSE_SSL_SERVER;
	return 0;
}

/* What OpenSSL's purposes do not say. */
static const char *check_usage(X509 *cert, unsigned int uses)
{
	uint32_t has = X509_get_key_usage(cert);	/* all if unsaid */
	bool is_ca = X509_check_ca(cert) == 1;

	if (uses & KEYD_USE_CA)
		return is_ca && has & KU_KEY_CERT_SIGN ? NULL :
			"CAPF's certificate must be a CA's";
	if (is_ca)
		return "a service's certificate must not be a CA's";
	if (!(has & KU_DIGITAL_SIGNATURE))
		return "the certificate is not for signatures";
	/* It is shown to trunks, where it is the client's. */
	if (uses & KEYD_USE_TLS_CLIENT &&
	    X509_check_purpose(cert, X509_PURPOSE_SSL_CLIENT, 0) != 1)
		return "the certificate is not for TLS clients";
	return NULL;
}

/* With the roots that came with it: whom we trust is not asked here. */
static bool share_out(X509 *const *certs, uint32_t count, X509_STORE *roots,
		      STACK_OF(X509) *rest)
{
	for (uint32_t i = 0; i < count; i++) {
		bool is_root = X509_self_signed(certs[i], 1) == 1;

		if (is_root ? !X509_STORE_add_cert(roots, certs[i]) :
		    i && !sk_X509_push(rest, certs[i]))
			return false;
	}
	return true;
}

static enum keyd_reason verify(X509_STORE_CTX *ctx, X509_STORE *roots,
			       STACK_OF(X509) *rest, X509 *cert,
			       uint32_t count, int purpose, const char **why)
{
	X509_VERIFY_PARAM *param;

	*why = "out of memory";
	if (!X509_STORE_CTX_init(ctx, roots, cert, rest))
		return KEYD_WHY_SYSTEM;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_depth(param, KEYD_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(param, 1);
	if (purpose)
		X509_VERIFY_PARAM_set_purpose(param, purpose);
	if (X509_verify_cert(ctx) != 1)
		return judge(X509_STORE_CTX_get_error(ctx), why);
	if ((uint32_t)sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) != count) {
		*why = "a certificate does not belong to the chain";
		return KEYD_WHY_CHAIN_EXTRA;
	}
	*why = NULL;
	return KEYD_WHY_NONE;
}

static enum keyd_reason check_chain(X509 *const *certs, uint32_t count,
				    int purpose, const char **why)
{
	X509_STORE *roots = X509_STORE_new();
	STACK_OF(X509) *rest = sk_X509_new_null();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum keyd_reason reason = KEYD_WHY_SYSTEM;

	*why = "out of memory";
	if (roots && rest && ctx && share_out(certs, count, roots, rest))
		reason = verify(ctx, roots, rest, certs[0], count, purpose,
				why);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(rest);
	X509_STORE_free(roots);
	ERR_clear_error();
	return reason;
}

/* Each of them stands in a list, or at the head of a file. */
static const char *check_names(X509 *cert)
{
	char text[TRUST_DN_SIZE];
	const char *why = trust_dn_write(X509_get_subject_name(cert),
					 TRUST_CUCM, text);

	return why ? why : trust_dn_write(X509_get_issuer_name(cert),
					  TRUST_CUCM, text);
}

enum keyd_reason keyd_import_check(const struct keyd_which *which,
				   EVP_PKEY *key, X509 *const *certs,
				   uint32_t count, const char **why)
{
	unsigned int uses = keyd_service_uses(which->service);
	enum keyd_reason reason;
	EVP_PKEY *shown = X509_get0_pubkey(certs[0]);

	if (!shown || EVP_PKEY_eq(shown, key) != 1) {
		*why = "the certificate is for another key";
		ERR_clear_error();
		return KEYD_WHY_KEY_DIFFERS;
	}
	reason = check_chain(certs, count, purpose_of(uses), why);
	if (reason)
		return reason;
	*why = check_usage(certs[0], uses);
	if (*why)
		return KEYD_WHY_USAGE;
	*why = check_names(certs[0]);
	return *why ? KEYD_WHY_NAME : KEYD_WHY_NONE;
}
