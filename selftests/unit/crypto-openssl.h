/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switches of the OpenSSL twin of kmod/crypto.c.
 */
#ifndef UCSEC_CRYPTO_OPENSSL_H
#define UCSEC_CRYPTO_OPENSSL_H

/* CTR and GCM take the portable code, as without SIMD in the kernel. */
extern bool ucsec_test_portable;

/*
 * What a call answers instead of doing anything, after letting @ucsec_test_pass
 * calls through; 0 for normal work.
 */
extern int ucsec_test_init_error;
extern int ucsec_test_error;
extern int ucsec_test_pass;

/* OpenSSL contexts that sessions hold. */
extern int ucsec_test_handles;

/* The accelerated cipher again, after key or key_len of a session changed. */
void ucsec_test_rekey(struct ucsec_crypto_session *s);

#endif /* UCSEC_CRYPTO_OPENSSL_H */
