/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header of CTL, ITL, .sgn and .enc.sgn, as read and as written.
 */
#ifndef TRUST_HEADER_H
#define TRUST_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/fault.h"

/* Tags of headers; those of records are another numbering space. */
enum trust_header_tag {
	TRUST_H_VERSION = 1,
	TRUST_H_LENGTH,
	TRUST_H_SIGNER,		/* container of the next three */
	TRUST_H_SUBJECT,
	TRUST_H_SERIAL,
	TRUST_H_ISSUER,
	TRUST_H_SIGNATURE_INFO,	/* container of the next two */
	TRUST_H_DIGEST,
	TRUST_H_SCHEME,		/* container of the next two */
	TRUST_H_ALGORITHM,
	TRUST_H_MODULUS,
	TRUST_H_SIGNATURE,
	TRUST_H_PADDING,
	TRUST_H_NAME,
	TRUST_H_TIME,
	TRUST_H_SEALING,	/* container of the next and of WRAPPING */
	TRUST_H_SYMMETRIC,	/* container of the next three */
	TRUST_H_CIPHER,
	TRUST_H_IV,
	TRUST_H_PAD_COUNT,
	TRUST_H_WRAPPING,	/* container of the next four */
	TRUST_H_WRAP_ALGORITHM,
	TRUST_H_WRAP_BITS,
	TRUST_H_WRAP_SCHEME,
	TRUST_H_WRAPPED_KEY,
	TRUST_H_PLAIN_DIGEST,
	TRUST_H_PLAIN_HASH,
	TRUST_H_SIGNER_VERSION,
};

/* As the header numbers them; 2 is SHA-256, which nobody uses. */
enum trust_digest {
	TRUST_SHA1 = 1,
	TRUST_SHA512 = 3,
};

/* Both are taken by phones; what we write by default is the first. */
enum trust_dialect {
	TRUST_CUCM,		/* DNs "CN=x;OU=y", elements in CUCM's order */
	TRUST_CERTUTILS,	/* DNs "CN=x,OU=y", as free tools write them */
};

#define TRUST_VERSION_LIST	0x0102
#define TRUST_VERSION_SIGNED	0x0100
#define TRUST_VERSION_SEALED	0x0200

#define TRUST_IV_SIZE		16
#define TRUST_SERIAL_MAX	64

/* How the content of a .enc.sgn was encrypted. */
struct trust_sealing {
	uint8_t cipher, algorithm, scheme;	/* 0, 0, 1 are known to work */
	const uint8_t *iv;			/* TRUST_IV_SIZE bytes */
	uint16_t pad_count;			/* bytes at the clear text's end */
	uint16_t bits;				/* of the device's key */
	struct trust_span key;			/* wrapped */
	uint8_t digest;				/* of the clear text, unpadded */
	struct trust_span hash;
};

/* Texts and spans lie in the file, or are the writer's caller's. */
struct trust_header {
	uint16_t version;		/* major, minor */
	uint16_t length;		/* up to the content */
	uint16_t signer_version;	/* 0: none; of lists alone */
	const char *subject, *issuer;	/* of the signer's certificate */
	struct trust_span serial;
	uint8_t digest, algorithm, modulus;
	struct trust_span signature;	/* data NULL: room is left for it */
	size_t signature_at;		/* where its tag stands */
	const char *name;		/* of the file */
	uint32_t time;			/* Unix seconds */
	bool sealed;
	struct trust_sealing sealing;
};

/*
 * The header at the start of the @len bytes, which must outlive it. 0, or
 * -EBADMSG and a fault.
 */
int trust_header_read(const uint8_t *file, size_t len,
		      struct trust_header *header, struct trust_fault *fault);

struct tlv_writer;

/*
 * All of it with its padding; sets @header's length and signature_at. What does
 * not fit in 16 bits makes the writer's too_long.
 */
void trust_header_write(struct tlv_writer *w, struct trust_header *header,
			enum trust_dialect dialect);

/* Bytes of a signature by a key of that index; 0: there is none. */
size_t trust_modulus_size(uint8_t index);
/* -1: no index stands for a key of that many bits. */
int trust_modulus_index(unsigned int bits);
/* "SHA-1", or NULL. */
const char *trust_digest_name(uint8_t digest);

#endif /* TRUST_HEADER_H */
