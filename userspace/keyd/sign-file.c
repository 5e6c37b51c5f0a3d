// SPDX-License-Identifier: GPL-2.0
/* Files of phones: signed, and encrypted for the device's key. */
#include <errno.h>
#include <string.h>

#include "certificate-der.h"
#include "keyd/use.h"
#include "trust/file.h"

enum { DEVICE_BITS = 1024 };

static int sign(void *ctx, enum trust_digest digest,
		const struct trust_span *pieces, size_t count,
		uint8_t *signature, size_t size)
{
	const struct keyd_piece both[] = {
		{ pieces[0].data, pieces[0].len },
		{ pieces[1].data, pieces[1].len },
	};
	uint8_t room[KEYD_SIGNATURE_MAX];
	size_t len;
	int err;

	if (count != 2)
		return -EINVAL;
	err = keyd_sign_pieces(ctx, digest == TRUST_SHA1 ? EVP_sha1() :
			       EVP_sha512(), KEYD_PKCS1, both, count, room,
			       &len);
	if (!err && len != size)
		err = -EIO;
	if (!err)
		memcpy(signature, room, len);
	return err;
}

void keyd_signer_set(struct trust_signer *signer, const struct keyd_pair *pair,
		     uint8_t digest, uint8_t dialect)
{
	*signer = (struct trust_signer){
		.cert = pair->certs[0],
		.digest = digest == KEYD_TLV_SHA1 ? TRUST_SHA1 : TRUST_SHA512,
		.dialect = dialect == KEYD_CERTUTILS ? TRUST_CERTUTILS :
						       TRUST_CUCM,
		.sign = sign,
		.ctx = pair->key,
	};
}

static int seal(const struct trust_content *content,
		const struct trust_signer *signer, X509 *device,
		struct trust_bytes *file, struct trust_fault *fault,
		enum keyd_reason *reason)
{
	EVP_PKEY *key = X509_get0_pubkey(device);

	if (key && EVP_PKEY_is_a(key, "RSA") &&
	    EVP_PKEY_get_bits(key) < DEVICE_BITS) {
		*reason = KEYD_WHY_WEAK;
		fault->why = "the device's key is too short";
		return -EKEYREJECTED;
	}
	return trust_file_seal(content, signer, device, file, fault);
}

int keyd_file_sign(const struct keyd_pair *pair,
		   const struct keyd_sign_file *request, uint32_t time,
		   const uint8_t *tail, size_t len, struct trust_bytes *file,
		   enum keyd_reason *reason, const char **why)
{
	struct trust_content content = {
		.name = request->name,
		.time = time,
		.data = { tail + request->device_len,
			  len - request->device_len },
	};
	struct trust_fault fault = { 0 };
	struct trust_signer signer;
	X509 *device;
	int err;

	keyd_signer_set(&signer, pair, request->digest, request->dialect);
	/*
	 * No key but the certificate's was ever loaded; OpenSSL looks at what it
	 * computes with the public exponent, so that no fault tells the primes;
	 * and ucsecd verifies the whole file before it serves it.
	 */
	signer.proven = true;
	*reason = KEYD_WHY_NOT_FILE;
	if (request->kind == KEYD_FILE_PLAIN) {
		err = trust_file_sign(&content, &signer, file, &fault);
	} else {
		device = certificate_read(tail, request->device_len);
		if (!device) {
			*reason = KEYD_WHY_NOT_CERTIFICATE;
			*why = "that is no certificate of a device";
			return -EKEYREJECTED;
		}
		err = seal(&content, &signer, device, file, &fault, reason);
		X509_free(device);
	}
	*why = fault.why ? fault.why : "the file cannot be made";
	if (err && err != -EINVAL && err != -EKEYREJECTED)
		*reason = KEYD_WHY_SYSTEM;
	return err;
}
