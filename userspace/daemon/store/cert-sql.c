// SPDX-License-Identifier: GPL-2.0
/*
 * What SQL asks of a certificate in DER: cert_sha256(der), and cert_end(der) in
 * seconds since 1970, NULL where it cannot be read.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <time.h>

#include "certificate-der.h"
#include "store/db.h"

static void sha256(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const void *der = sqlite3_value_blob(argv[0]);
	uint8_t digest[32];

	(void)argc;
	if (der && EVP_Digest(der, (size_t)sqlite3_value_bytes(argv[0]),
			      digest, NULL, EVP_sha256(), NULL))
		sqlite3_result_blob(ctx, digest, sizeof(digest),
				    SQLITE_TRANSIENT);
}

static void end(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const void *der = sqlite3_value_blob(argv[0]);
	X509 *cert = der ? certificate_read(der,
			(size_t)sqlite3_value_bytes(argv[0])) : NULL;
	struct tm tm;

	(void)argc;
	if (cert && ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm))
		sqlite3_result_int64(ctx, timegm(&tm));
	X509_free(cert);
	ERR_clear_error();
}

int cert_sql_add(sqlite3 *sql)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC |
		SQLITE_DIRECTONLY;

	return sqlite3_create_function(sql, "cert_sha256", 1, flags, NULL,
				       sha256, NULL, NULL) == SQLITE_OK &&
	       sqlite3_create_function(sql, "cert_end", 1, flags, NULL, end,
				       NULL, NULL) == SQLITE_OK ? 0 : -1;
}
