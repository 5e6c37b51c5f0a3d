// SPDX-License-Identifier: GPL-2.0
/* The only place where a private key signs what is no certificate. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "keyd/use.h"

int keyd_sign_pieces(EVP_PKEY *key, const EVP_MD *digest,
		     enum keyd_padding padding,
		     const struct keyd_piece *pieces, size_t count,
		     uint8_t signature[KEYD_SIGNATURE_MAX], size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL;
	int good = ctx && EVP_DigestSignInit(ctx, &key_ctx, digest, NULL,
					     key) == 1;

	/* RFC 8446, 4.2.3: the salt is as long as the digest. */
	if (good && padding == KEYD_PSS)
		good = EVP_PKEY_CTX_set_rsa_padding(key_ctx,
						    RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx,
						RSA_PSS_SALTLEN_DIGEST) == 1;
	for (size_t i = 0; good && i < count; i++)
		good = EVP_DigestSignUpdate(ctx, pieces[i].data,
					    pieces[i].len) == 1;
	*len = KEYD_SIGNATURE_MAX;
	good = good && EVP_DigestSignFinal(ctx, signature, len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good ? 0 : -EIO;
}
