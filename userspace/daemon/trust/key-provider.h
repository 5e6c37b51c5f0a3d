/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys of ucsec-keyd as keys of OpenSSL: for the TLS of one event loop.
 *
 * A key has the public part of its certificate and no private one. What TLS
 * does with it is asked of keyd, in the middle of a handshake that is a job of
 * OpenSSL (SSL_MODE_ASYNC). The job pauses meanwhile, and the call-back that
 * SSL_set_async_callback() gave tells when it can go on, from the loop. One
 * that is resumed before it was told gives up: that is how an SSL whose
 * handshake is abandoned has to be emptied before it is freed, as OpenSSL would
 * never free the job. While keyd is away a handshake waits for it, until its own
 * time is up, and asks once more where keyd went with the question. Without a
 * job or a call-back a key refuses; it never blocks.
 *
 * It signs handshakes (RSA: PSS, PKCS #1 with SHA-256 and SHA-384; ECDSA), and
 * decrypts the premaster secret of RSA key exchange. rsa_pkcs1_sha512 and
 * rsa_pkcs1_sha1 it refuses, and they must not be offered.
 */
#ifndef TRUST_KEY_PROVIDER_H
#define TRUST_KEY_PROVIDER_H

#include <openssl/types.h>

struct keyd_client;
struct keyd_which;
struct key_provider;

/* NULL without memory. Ends before the client does. */
struct key_provider *key_provider_new(struct keyd_client *client);
/* The client is up: handshakes that came without it go on. */
void key_provider_up(struct key_provider *provider);
/* After the last of its keys, and the last SSL_CTX and SSL with one. */
void key_provider_free(struct key_provider *provider);

/*
 * For SSL_CTX_use_PrivateKey() and EVP_PKEY_free(). Whether keyd has it, and
 * whether it is this certificate's, shows when it is used. NULL: no memory, or
 * a certificate of a key that is not of the kind.
 */
EVP_PKEY *key_provider_key(struct key_provider *provider,
			   const struct keyd_which *which, X509 *cert);

#endif /* TRUST_KEY_PROVIDER_H */
