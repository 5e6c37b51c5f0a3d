// SPDX-License-Identifier: GPL-2.0
// TLS policy: which suites, versions, keys and signatures are good enough.

#include <errno.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "net/internal.h"

/*
 * Integrity without secrecy (SIG-2), the better hash and exchange first. With it
 * phones are shown the RSA certificate, whatever is preferred, unless we have
 * none; where we connect, the suite's certificate is the other side's.
 */
#define RSA_NULL_SUITES "ECDHE-RSA-NULL-SHA:NULL-SHA256:NULL-SHA"
#define NULL_SUITES "ECDHE-ECDSA-NULL-SHA:" RSA_NULL_SUITES

/*
 * What a peer may sign the handshake with. At security level 0, which NULL
 * suites need, OpenSSL would take SHA-1. In TLS 1.3 no suite names a kind of
 * certificate: the first of these that both have does, so they go by what is
 * preferred like the suites of TLS 1.2.
 */
#define ECDSA_SIGNATURES "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512"
#define OUR_RSA_SIGNATURES \
	"rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:" \
	"RSA+SHA256:RSA+SHA384"
#define RSA_SIGNATURES OUR_RSA_SIGNATURES ":RSA+SHA512"
#define RSA_FIRST RSA_SIGNATURES ":" ECDSA_SIGNATURES
#define ECDSA_FIRST ECDSA_SIGNATURES ":" RSA_SIGNATURES
/* What we sign it with by a key of ucsec-keyd, which signs files by SHA-512. */
#define OUR_RSA_FIRST OUR_RSA_SIGNATURES ":" ECDSA_SIGNATURES
#define OUR_ECDSA_FIRST ECDSA_SIGNATURES ":" OUR_RSA_SIGNATURES

enum {
	RSA_BITS_MIN = 2048,
	EC_BITS_MIN = 256,
};

struct menu {
	const char *rsa, *ecdsa;	/* by what is preferred */
	const char *tls13;
};

/*
 * Whose certificate comes before how strong: with RSA preferred, who can take
 * the RSA certificate gets it, for it may be the only one of ours trusted there.
 */
static const struct menu menus[] = {
	[NET_MENU_STRONGEST] = {
		"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384",
		"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
		"TLS_AES_256_GCM_SHA384",
	},
	[NET_MENU_MEDIUM] = {
		"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
		"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256",
		"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
		"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256",
		"TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
	},
	[NET_MENU_ALL] = {
		"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
		"AES128-SHA:"
		"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256",
		"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
		"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
		"AES128-SHA",
		"TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
	},
};

/*
 * OpenSSL's list of signatures is both of what we sign and of what we take,
 * unless there is one of clients' as well: then each is for one of the two, and
 * which depends on the side.
 */
static int set_signatures(SSL_CTX *ctx, const struct net_tls *tls, bool server)
{
	const char *all = tls->ecdsa_preferred ? ECDSA_FIRST : RSA_FIRST;
	const char *ours = tls->ecdsa_preferred ? OUR_ECDSA_FIRST :
						  OUR_RSA_FIRST;

	if (!tls->key && !tls->ecdsa_key)
		return SSL_CTX_set1_sigalgs_list(ctx, all);
	SSL_CTX_set_mode(ctx, SSL_MODE_ASYNC);
	return SSL_CTX_set1_sigalgs_list(ctx, server ? ours : all) &&
	       SSL_CTX_set1_client_sigalgs_list(ctx, server ? all : ours);
}

int net_policy_apply(SSL_CTX *ctx, const struct net_tls *tls, bool server)
{
	const struct menu *menu = &menus[tls->menu];

	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
			    SSL_OP_NO_COMPRESSION |
			    /* What was read, once it is ours. */
			    SSL_OP_CLEANSE_PLAINTEXT |
			    SSL_OP_CIPHER_SERVER_PREFERENCE);
	/*
	 * No resumption: a resumed session would bring back a certificate
	 * that may have been taken off the trusted list since.
	 */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* Idle phones: no buffers while nothing is on its way. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
			 SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!SSL_CTX_set_num_tickets(ctx, 0) ||
	    !SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(ctx, tls->ecdsa_preferred ? menu->ecdsa :
							       menu->rsa) ||
	    !SSL_CTX_set_ciphersuites(ctx, menu->tls13) ||
	    !set_signatures(ctx, tls, server) ||
	    !SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384:P-521"))
		return -EINVAL;
	return 0;
}

/* Which pair is current means nothing to a server: the suite chooses. */
static bool serves_rsa(SSL *ssl)
{
	return SSL_is_server(ssl) &&
	       SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST) &&
	       EVP_PKEY_get_base_id(SSL_get_privatekey(ssl)) == EVP_PKEY_RSA;
}

/* TLS 1.3 has no NULL suites here: a peer of that version would get AES. */
int net_policy_null_only(SSL *ssl)
{
	SSL_set_security_level(ssl, 0);
	return SSL_set_max_proto_version(ssl, TLS1_2_VERSION) &&
	       SSL_set_cipher_list(ssl, serves_rsa(ssl) ? RSA_NULL_SUITES :
							  NULL_SUITES) ?
		       0 : -EINVAL;
}

/* NULL suites are net_policy_hello()'s to admit, here as well. */
int net_policy_legacy(SSL *ssl, bool ecdsa_preferred)
{
	const char *taken = ecdsa_preferred ? ECDSA_FIRST ":RSA+SHA1" :
					      RSA_FIRST ":RSA+SHA1";

	SSL_set_security_level(ssl, 0);
	/* With keys of keyd the other list is of what we sign. */
	return SSL_set_min_proto_version(ssl, TLS1_VERSION) &&
	       SSL_set_cipher_list(ssl, "AES256-SHA:AES128-SHA") &&
	       (SSL_get_mode(ssl) & SSL_MODE_ASYNC ?
		SSL_set1_client_sigalgs_list(ssl, taken) :
		SSL_set1_sigalgs_list(ssl, taken)) ?
		       0 : -EINVAL;
}

/*
 * OpenSSL does so by itself in TLS 1.3; in 1.2 it would show the pair that was
 * loaded last, whatever is preferred and whatever the server can verify. What
 * is shared is in the order of our own list.
 */
int net_policy_show(SSL *ssl, void *unused)
{
	int kind = EVP_PKEY_RSA, step = SSL_CERT_SET_FIRST;

	(void)unused;
	if (SSL_get_shared_sigalgs(ssl, 0, &kind, NULL, NULL, NULL, NULL) > 0 &&
	    kind == EVP_PKEY_RSA_PSS)
		kind = EVP_PKEY_RSA;
	for (; SSL_set_current_cert(ssl, step); step = SSL_CERT_SET_NEXT)
		if (EVP_PKEY_get_base_id(SSL_get_privatekey(ssl)) == kind)
			return 1;
	/* The only one there is; the server may do without it. */
	SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST);
	return 1;
}

static bool is_null_suite(unsigned int id)
{
	switch (id) {
	case 0x0001:			/* RSA, MD5 */
	case 0x0002:			/* RSA, SHA */
	case 0x003b:			/* RSA, SHA-256 */
	case 0xc001: case 0xc006:	/* ECDH(E)-ECDSA */
	case 0xc00b: case 0xc010:	/* ECDH(E)-RSA */
		return true;
	}
	return false;
}

/* No suites, but signs: renegotiation, fallback, GREASE (RFC 8701). */
static bool is_signal(unsigned int id)
{
	return id == 0x00ff || id == 0x5600 ||
	       ((id & 0x0f0f) == 0x0a0a && id >> 8 == (id & 0xff));
}

static bool offers_null_alone(SSL *ssl)
{
	const unsigned char *suites;
	size_t len = SSL_client_hello_get0_ciphers(ssl, &suites), i;
	bool null = false;

	for (i = 0; i + 1 < len; i += 2) {
		unsigned int id = suites[i] << 8 | suites[i + 1];

		if (is_null_suite(id))
			null = true;
		else if (!is_signal(id))
			return false;
	}
	return null;
}

/*
 * Runs before anything is chosen. Who offers a suite with a cipher never gets
 * one without.
 */
int net_policy_hello(SSL *ssl, int *alert, void *null_refused)
{
	const char *reason = *(const char **)null_refused;

	if (!offers_null_alone(ssl))
		return SSL_CLIENT_HELLO_SUCCESS;
	if (reason) {
		*alert = SSL_AD_HANDSHAKE_FAILURE;
		SSL_set_app_data(ssl, (void *)reason);
		return SSL_CLIENT_HELLO_ERROR;
	}
	if (net_policy_null_only(ssl)) {
		*alert = SSL_AD_INTERNAL_ERROR;
		return SSL_CLIENT_HELLO_ERROR;
	}
	return SSL_CLIENT_HELLO_SUCCESS;
}

static bool is_strong_key(X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	switch (key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return bits >= RSA_BITS_MIN;
	case EVP_PKEY_EC:
		return bits >= EC_BITS_MIN;
	case EVP_PKEY_ED25519:
	case EVP_PKEY_ED448:
		return true;
	}
	return false;
}

static bool is_strong_signature(X509 *cert)
{
	int bits = 0, digest = NID_undef;
	uint32_t flags = 0;

	if (!X509_get_signature_info(cert, &digest, NULL, &bits, &flags))
		return false;
	return digest != NID_sha1 && digest != NID_md5 && bits >= 100;
}

/*
 * The checks of level 2, which level 0 leaves out. A root's own signature
 * proves nothing, as it is trusted by itself.
 */
int net_policy_verify(int ok, X509_STORE_CTX *ctx)
{
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	bool last = chain && depth == sk_X509_num(chain) - 1;

	if (!ok || !cert)
		return ok;
	if (!is_strong_key(cert)) {
		X509_STORE_CTX_set_error(ctx, depth ? X509_V_ERR_CA_KEY_TOO_SMALL :
						      X509_V_ERR_EE_KEY_TOO_SMALL);
		return 0;
	}
	if (!last && !is_strong_signature(cert)) {
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CA_MD_TOO_WEAK);
		return 0;
	}
	return 1;
}
