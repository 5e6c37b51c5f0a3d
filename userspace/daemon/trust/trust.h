/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates: our own and those we trust.
 *
 * store_watch() tells of changes of the trusted ones as noun "cert".
 */
#ifndef TRUST_H
#define TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct store;
struct trust;
struct trust_keys;

/*
 * Our two pairs: CallManager (RSA) and CallManager-ECDSA. Makes a self-signed
 * certificate and its key in the state directory for each that there is none
 * of, and says so in the log. If the first was replaced by an EC certificate,
 * there is no second. @why gets a sentence. Where conf names ucsec-keyd nothing
 * of this is done, and trust_use_keys() brings the pairs.
 */
int trust_open(struct trust **trust, struct store *store,
	       const struct conf *conf, char *why, size_t size);
void trust_close(struct trust *trust);
/* The files may have been replaced: shows what is there now. */
int trust_reload(struct trust *trust, char *why, size_t size);

/*
 * The pairs are those of ucsec-keyd's CallManager from now on, also what "cert"
 * shows. NULL: no more, before @keys end. 0 or -errno.
 */
int trust_use_keys(struct trust *trust, struct trust_keys *keys, char *why,
		   size_t size);
/* NULL: ours are files. */
struct trust_keys *trust_own_keys(const struct trust *trust);

/* PEM files for the TLS library; the keys' are 0600. */
const char *trust_cert_path(const struct trust *trust);
const char *trust_key_path(const struct trust *trust);
const char *trust_ecdsa_cert_path(const struct trust *trust);
const char *trust_ecdsa_key_path(const struct trust *trust);
/* The first certificate of @pem has an EC key. */
bool trust_is_ecdsa(const char *pem);

/*
 * Each certificate of CallManager-trust as DER, and with keyd CAPF's own, good
 * during the call. Stops at the first that does not return 0, and returns that.
 */
typedef int (*trust_fn)(void *ctx, const char *name, const uint8_t *der,
			size_t len);
int trust_each(struct trust *trust, trust_fn fn, void *ctx);

#endif /* TRUST_H */
