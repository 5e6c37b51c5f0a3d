// SPDX-License-Identifier: GPL-2.0
/* A certificate out of bytes that somebody sent. */
#include "certificate-der.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>

X509 *certificate_read(const uint8_t *der, size_t len)
{
	const uint8_t *at = der;
	X509 *cert = len && len <= LONG_MAX ? d2i_X509(NULL, &at, (long)len) :
					      NULL;

	/* Errors stay in a queue of the thread, for whoever asks next. */
	ERR_clear_error();
	if (cert && at != der + len) {
		X509_free(cert);
		cert = NULL;
	}
	return cert;
}
