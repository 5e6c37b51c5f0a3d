/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The certificate that a phone shows: whose it is, and who stands for it.
 */
#ifndef CAPF_CERTIFICATE_H
#define CAPF_CERTIFICATE_H

#include <openssl/x509.h>
#include <time.h>

#include "capf/message.h"

struct capf_trust {
	X509_STORE *lsc, *mic;		/* what each is signed by; or NULL */
	bool (*is_revoked)(void *arg, X509 *cert); /* or NULL: none is */
	void *arg;
	time_t now;
	bool expired_too;
	int security_level;		/* OpenSSL's; 1 refuses SHA-1 */
};

enum capf_cert_kind { CAPF_CERT_LSC, CAPF_CERT_MIC };

/*
 * CN is the device or CP-<model>-<device>, or there is a URI that is the
 * device among the alternative names.
 */
bool capf_certificate_names(X509 *cert, const char *device);

/*
 * A device's certificate, for signatures, with a chain to one of the stores,
 * within its dates, none of the chain revoked. 0 or -EKEYREJECTED with a
 * sentence. *kind changes to that of the store that knows the issuer.
 */
int capf_certificate_check(X509 *cert, const struct capf_trust *trust,
			   enum capf_cert_kind *kind, const char **why);

#endif /* CAPF_CERTIFICATE_H */
