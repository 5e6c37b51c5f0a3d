// SPDX-License-Identifier: GPL-2.0
// TLS: our certificates, whom we trust, and what a handshake proved.

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/internal.h"

enum { CHAIN_MAX = 6 };

/* Counted by OpenSSL through its SSL_CTXs; an SSL keeps the one it began with. */
struct net_tls_context {
	SSL_CTX *server, *client;
	bool ecdsa_preferred;
};

static int fault(char *why, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fault(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	ERR_clear_error();
	return -EINVAL;
}

static X509 *read_cert(BIO *bio)
{
	return PEM_read_bio_X509(bio, NULL, NULL, NULL);
}

static EVP_PKEY *take_key(const char *pem, EVP_PKEY *given)
{
	BIO *bio = pem ? BIO_new_mem_buf(pem, -1) : NULL;
	EVP_PKEY *key;

	if (!pem)
		return given && EVP_PKEY_up_ref(given) ? given : NULL;
	key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	return key;
}

/* The first certificate is ours, what follows leads to a root. */
static int use_pair(SSL_CTX *ctx, const char *cert_pem, const char *key_pem,
		    EVP_PKEY *given, char *why, size_t size)
{
	BIO *certs = BIO_new_mem_buf(cert_pem, -1);
	EVP_PKEY *key = take_key(key_pem, given);
	X509 *cert = certs ? read_cert(certs) : NULL;
	int err = 0;

	if (!cert)
		err = fault(why, size, "the certificate is no PEM certificate");
	else if (!key)
		err = fault(why, size, "the private key is no PEM key");
	else if (SSL_CTX_use_certificate(ctx, cert) != 1)
		err = fault(why, size, "the certificate is too weak for TLS");
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
		 SSL_CTX_check_private_key(ctx) != 1)
		err = fault(why, size, "the key is not the certificate's");
	X509_free(cert);
	while (!err && (cert = read_cert(certs))) {
		if (!SSL_CTX_add1_chain_cert(ctx, cert))
			err = -ENOMEM;
		X509_free(cert);
	}
	ERR_clear_error();		/* the end of the PEM is an error */
	EVP_PKEY_free(key);
	BIO_free(certs);
	return err;
}

static int trust(SSL_CTX *ctx, const char *const *trusted, char *why,
		 size_t size)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	size_t i;

	for (i = 0; trusted && trusted[i]; i++) {
		BIO *bio = BIO_new_mem_buf(trusted[i], -1);
		X509 *cert = bio ? read_cert(bio) : NULL;
		int ok = cert && X509_STORE_add_cert(store, cert);

		X509_free(cert);
		BIO_free(bio);
		if (!ok)
			return fault(why, size, "trusted certificate %zu is no "
				     "PEM certificate", i + 1);
	}
	/* A trusted certificate is trusted whoever issued it. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return 0;
}

/*
 * OpenSSL keeps one pair of each kind: a second of the first one's kind would
 * silently take its place.
 */
static int use_pairs(SSL_CTX *ctx, const struct net_tls *tls, char *why,
		     size_t size)
{
	int err = use_pair(ctx, tls->cert_pem, tls->key_pem, tls->key, why,
			   size);
	int first;

	if (err || !tls->ecdsa_cert_pem)
		return err;
	first = EVP_PKEY_get_base_id(SSL_CTX_get0_privatekey(ctx));
	err = use_pair(ctx, tls->ecdsa_cert_pem, tls->ecdsa_key_pem,
		       tls->ecdsa_key, why, size);
	if (err)
		return err;
	if (first == EVP_PKEY_EC ||
	    EVP_PKEY_get_base_id(SSL_CTX_get0_privatekey(ctx)) != EVP_PKEY_EC)
		return fault(why, size, "the second certificate is not the "
			     "only EC one");
	return 0;
}

static SSL_CTX *new_context(const struct net_tls *tls, bool server, char *why,
			    size_t size)
{
	SSL_CTX *ctx = SSL_CTX_new(server ? TLS_server_method() :
					    TLS_client_method());
	int err = ctx ? net_policy_apply(ctx, tls, server) : -ENOMEM;

	if (err) {
		fault(why, size, "OpenSSL refuses the cipher menu");
		goto err_ctx;
	}
	if (use_pairs(ctx, tls, why, size) ||
	    trust(ctx, tls->trusted_pem, why, size))
		goto err_ctx;
	SSL_CTX_set_verify(ctx, server && tls->anonymous ? SSL_VERIFY_NONE :
			   SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			   net_policy_verify);
	SSL_CTX_set_verify_depth(ctx, CHAIN_MAX);
	if (!server)
		SSL_CTX_set_cert_cb(ctx, net_policy_show, NULL);
	return ctx;

err_ctx:
	SSL_CTX_free(ctx);
	return NULL;
}

static void free_context(struct net_tls_context *context)
{
	if (!context)
		return;
	SSL_CTX_free(context->server);
	SSL_CTX_free(context->client);
	free(context);
}

/* For the security log (SIG-3): the menu's fault comes first. */
static const char *why_no_null(const struct net_tls *tls)
{
	if (tls->menu != NET_MENU_ALL)
		return "only NULL suites offered: tls_cipher_menu admits no "
		       "phone in authenticated mode";
	if (!tls->authenticated)
		return "only NULL suites offered: no phone profile is "
		       "authenticated in a mixed cluster";
	return NULL;
}

int net_tls_set(struct net *net, const struct net_tls *tls, char *why,
		size_t size)
{
	struct net_tls_context *context = calloc(1, sizeof(*context));

	if (!context)
		return -ENOMEM;
	context->server = new_context(tls, true, why, size);
	context->client = new_context(tls, false, why, size);
	context->ecdsa_preferred = tls->ecdsa_preferred;
	if (!context->server || !context->client) {
		free_context(context);
		return -EINVAL;
	}
	/* In net, which outlives each SSL_CTX that a handshake still uses. */
	net->null_refused = why_no_null(tls);
	SSL_CTX_set_client_hello_cb(context->server, net_policy_hello,
				    &net->null_refused);
	free_context(net->tls);
	net->tls = context;
	return 0;
}

bool net_tls_is_set(const struct net *net)
{
	return net->tls;
}

SSL_CTX *net_tls_context(const struct net *net, bool server)
{
	if (!net->tls)
		return NULL;
	return server ? net->tls->server : net->tls->client;
}

void net_tls_free(struct net *net)
{
	free_context(net->tls);
	net->tls = NULL;
}

SSL *net_tls_accept(struct net *net, bool legacy)
{
	SSL *ssl = SSL_new(net->tls->server);

	if (!ssl)
		return NULL;
	if (legacy && net_policy_legacy(ssl, net->tls->ecdsa_preferred)) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

SSL *net_tls_connect(struct net *net, enum net_class class)
{
	SSL *ssl = net->tls ? SSL_new(net->tls->client) : NULL;

	if (!ssl)
		return NULL;
	if (class == NET_AUTHENTICATED && net_policy_null_only(ssl)) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_connect_state(ssl);
	return ssl;
}

/*
 * By the bits of the cipher in use, whatever anybody meant to have: a session
 * without a cipher is never taken for an encrypted one.
 */
int net_tls_facts(SSL *ssl, struct net_peer *peer)
{
	bool anonymous = SSL_is_server(ssl) &&
			 SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE;
	X509 *cert = SSL_get0_peer_certificate(ssl);

	if (!anonymous &&
	    (!cert || SSL_get_verify_result(ssl) != X509_V_OK))
		return -EACCES;
	peer->class = SSL_get_cipher_bits(ssl, NULL) > 0 ? NET_ENCRYPTED :
							   NET_AUTHENTICATED;
	peer->cipher = SSL_get_cipher_name(ssl);
	if (anonymous)
		return 0;
	peer->cert = net_cert_new(cert);
	return peer->cert ? 0 : -ENOMEM;
}

const char *net_tls_why(SSL *ssl)
{
	unsigned long err = ERR_peek_last_error(), first = ERR_peek_error();
	long result = SSL_get_verify_result(ssl);
	const char *why = SSL_get_app_data(ssl);

	if (why)			/* of our policy */
		return why;
	/* A key that is elsewhere says itself why it failed. */
	if (ERR_GET_LIB(first) >= ERR_LIB_USER)
		return ERR_reason_error_string(first);
	if (result != X509_V_OK)
		return X509_verify_cert_error_string(result);
	why = err ? ERR_reason_error_string(err) : NULL;
	return why ?: "the peer closed the connection";
}
