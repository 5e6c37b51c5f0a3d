/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates for tests, made when they are wanted.
 */
#ifndef CERTS_H
#define CERTS_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

struct net;

struct cert {
	X509 *x509;
	EVP_PKEY *key;
	char *pem, *key_pem;
};

struct cert_spec {
	const char *o, *cn;		/* o NULL: Example */
	const char *san;		/* "DNS:name,URI:sip:host" or NULL */
	const char *eku;		/* "clientAuth" or NULL */
	const struct cert *issuer;	/* NULL: signs itself */
	bool ca;
	int rsa_bits;			/* 0: P-256 */
	bool sha1;
	int from_days, to_days;		/* from now; both 0: valid for a day */
};

void cert_make(struct cert *cert, const struct cert_spec *spec);
void cert_free(struct cert *cert);
/* Both are of RSA or EC; any suite, NULL ones too if @authenticated. */
void cert_use(const struct cert *own, const struct cert *trusted,
	      bool authenticated, struct net *net);

#endif /* CERTS_H */
