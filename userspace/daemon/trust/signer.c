// SPDX-License-Identifier: GPL-2.0
/*
 * Signs what has a header, by a callback, and looks at the result.
 */
#include "trust/signer.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "trust/dn.h"
#include "trust/tlv.h"
#include "trust/verify.h"

/* What a header borrows from its signer's certificate. */
struct names {
	char subject[TRUST_DN_SIZE], issuer[TRUST_DN_SIZE];
	uint8_t serial[TRUST_SERIAL_MAX];
};

int trust_cannot(struct trust_fault *fault, const char *why)
{
	fault->why = why;
	return -EINVAL;
}

void trust_bytes_free(struct trust_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct trust_bytes){ 0 };
}

static const char *name_signer(const struct trust_signer *signer,
			       struct names *names, struct trust_header *header)
{
	EVP_PKEY *key = X509_get0_pubkey(signer->cert);
	const char *why;

	why = key ? trust_key_unfit(key) : "the signer's key cannot be read";
	if (!why && signer->digest != TRUST_SHA1 &&
	    signer->digest != TRUST_SHA512)
		why = "phones know SHA-1 and SHA-512 alone";
	if (!why)
		why = trust_dn_write(X509_get_subject_name(signer->cert),
				     signer->dialect, names->subject);
	if (!why)
		why = trust_dn_write(X509_get_issuer_name(signer->cert),
				     signer->dialect, names->issuer);
	if (why)
		return why;
	header->subject = names->subject;
	header->issuer = names->issuer;
	header->serial.data = names->serial;
	header->serial.len = trust_cert_serial(signer->cert, names->serial);
	header->digest = (uint8_t)signer->digest;
	header->algorithm = 0;
	header->modulus = (uint8_t)trust_modulus_index(
		(unsigned int)EVP_PKEY_get_bits(key));
	header->signature = (struct trust_span){ 0 };
	return header->serial.len ? NULL :
		"the signer's serial number is negative or too long";
}

static int lay_out(struct trust_header *header, enum trust_dialect dialect,
		   struct trust_span body, struct trust_bytes *file,
		   struct trust_fault *fault)
{
	struct tlv_writer w = { 0 };

	trust_header_write(&w, header, dialect);
	if (w.too_long)
		return trust_cannot(fault, "a header is longer than the format "
				    "can say");
	w = (struct tlv_writer){ .size = w.len + body.len };
	file->len = w.size;
	file->data = malloc(w.size);
	if (!file->data)
		return -ENOMEM;
	w.buf = file->data;
	trust_header_write(&w, header, dialect);
	tlv_put_raw(&w, body.data, body.len);
	return 0;
}

int trust_sign(struct trust_header *header, const struct trust_signer *signer,
	       struct trust_span body, struct trust_bytes *file,
	       struct trust_fault *fault)
{
	struct trust_span pieces[2];
	struct names names;
	const char *why;
	uint8_t *room;
	int err;

	*file = (struct trust_bytes){ 0 };
	why = name_signer(signer, &names, header);
	if (why)
		return trust_cannot(fault, why);
	err = lay_out(header, signer->dialect, body, file, fault);
	if (err)
		return err;
	trust_signed_pieces(file->data, file->len, header, pieces);
	room = file->data + header->signature_at + TLV_HEAD;
	header->signature.data = room;
	header->signature.len = trust_modulus_size(header->modulus);
	err = signer->sign(signer->ctx, signer->digest, pieces, 2, room,
			   header->signature.len);
	if (err)
		fault->why = "the key could not be used";
	/* A wrong key, or a fault in the signing, is never given out. */
	else if (!signer->proven)
		err = trust_verify(file->data, file->len, header,
				   X509_get0_pubkey(signer->cert), fault);
	if (err)
		trust_bytes_free(file);
	/* They point to what ends here. */
	header->subject = header->issuer = NULL;
	header->serial = header->signature = (struct trust_span){ 0 };
	return err;
}
