// SPDX-License-Identifier: GPL-2.0
// A phone's certificate: its names, its dates, its chain.

#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "capf/certificate.h"

enum { DEPTH_MAX = 4 };			/* authorities above the phone */

/* A NUL inside makes the lengths differ. */
static bool is_text(const unsigned char *at, int len, const char *text)
{
	return len >= 0 && (size_t)len == strlen(text) &&
	       !memcmp(at, text, (size_t)len);
}

/* CP-8861-SEP001122334455: only phones of the SEP kind are called so. */
static bool is_model_name(const unsigned char *at, int len, const char *device)
{
	size_t tail = strlen(device), i;

	if (strncmp(device, "SEP", 3) || len < 0 ||
	    (size_t)len < strlen("CP-x-") + tail || memcmp(at, "CP-", 3))
		return false;
	for (i = 3; i < (size_t)len - tail; i++) {
		if (at[i] != '-' && !isalnum(at[i]))
			return false;
	}
	return at[i - 1] == '-' && !memcmp(at + i, device, tail);
}

/* More than one CN would leave open which of them is meant. */
static bool cn_names(X509 *cert, const char *device)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	bool same;
	int len;

	if (at < 0 ||
	    X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return false;
	len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(
		X509_NAME_get_entry(subject, at)));
	same = len >= 0 && (is_text(utf8, len, device) ||
			    is_model_name(utf8, len, device));
	OPENSSL_free(utf8);
	return same;
}

static bool uri_names(X509 *cert, const char *device)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL,
					      NULL);
	bool same = false;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all) && !same; i++) {
		GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);
		const ASN1_STRING *uri = name->d.uniformResourceIdentifier;

		same = name->type == GEN_URI &&
		       is_text(ASN1_STRING_get0_data(uri),
			       ASN1_STRING_length(uri), device);
	}
	GENERAL_NAMES_free(all);
	return same;
}

bool capf_certificate_names(X509 *cert, const char *device)
{
	bool names = cn_names(cert, device) || uri_names(cert, device);

	ERR_clear_error();
	return names;
}

static bool chain_is_revoked(X509_STORE_CTX *ctx,
			     const struct capf_trust *trust)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int i;

	for (i = 0; trust->is_revoked && i < sk_X509_num(chain); i++) {
		if (trust->is_revoked(trust->arg, sk_X509_value(chain, i)))
			return true;
	}
	return false;
}

/* Of the phone's own certificate alone: authorities have to be valid. */
static int pass_expired(int good, X509_STORE_CTX *ctx)
{
	return good || (X509_STORE_CTX_get_error(ctx) ==
				X509_V_ERR_CERT_HAS_EXPIRED &&
			!X509_STORE_CTX_get_error_depth(ctx));
}

/*
 * Authorities stand in the store: a phone sends no chain, and of the makers'
 * only the lower ones may have been uploaded (partial chain). Returns
 * OpenSSL's error.
 */
static int verify(X509 *cert, X509_STORE *store,
		  const struct capf_trust *trust)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int err = X509_V_ERR_OUT_OF_MEM;
	X509_VERIFY_PARAM *param;

	if (ctx && X509_STORE_CTX_init(ctx, store, cert, NULL)) {
		param = X509_STORE_CTX_get0_param(ctx);
		if (trust->expired_too)
			X509_STORE_CTX_set_verify_cb(ctx, pass_expired);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(param, trust->now);
		X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
		X509_VERIFY_PARAM_set_auth_level(param, trust->security_level);
		err = X509_verify_cert(ctx) == 1 ? X509_V_OK :
						   X509_STORE_CTX_get_error(ctx);
		if (err == X509_V_OK && chain_is_revoked(ctx, trust))
			err = X509_V_ERR_CERT_REVOKED;
	}
	X509_STORE_CTX_free(ctx);
	return err;
}

/* Does it only say that the store is not the right one? */
static bool is_unknown_issuer(int err)
{
	return err == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       err == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       err == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	       err == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
}

int capf_certificate_check(X509 *cert, const struct capf_trust *trust,
			   enum capf_cert_kind *kind, const char **why)
{
	X509_STORE *stores[] = { [CAPF_CERT_LSC] = trust->lsc,
				 [CAPF_CERT_MIC] = trust->mic };
	int worst = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, err, i;

	*why = "the certificate is an authority's";
	if (X509_check_ca(cert))
		return -EKEYREJECTED;
	*why = "the certificate is not for signatures";
	if (!(X509_get_key_usage(cert) & X509v3_KU_DIGITAL_SIGNATURE))
		return -EKEYREJECTED;
	for (i = CAPF_CERT_LSC; i <= CAPF_CERT_MIC; i++) {
		if (!stores[i])
			continue;
		err = verify(cert, stores[i], trust);
		if (is_unknown_issuer(err))
			continue;
		*kind = i;
		if (err == X509_V_OK)
			break;
		worst = err;
	}
	ERR_clear_error();
	*why = X509_verify_cert_error_string(worst);
	return i <= CAPF_CERT_MIC ? 0 : -EKEYREJECTED;
}
