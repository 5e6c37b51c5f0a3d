/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to use a key: handshakes, LSCs, files of phones, trust lists.
 */
#ifndef KEYD_REQUEST_SIGN_H
#define KEYD_REQUEST_SIGN_H

#include <stdint.h>

#include "keyd/request-token.h"

enum {
	KEYD_TEXT = 65,			/* 64 characters and NUL */
	KEYD_ID_LEN = 16,
	KEYD_SPKI_MAX = 1024,
	KEYD_TRANSCRIPT_MAX = 96 * 1024,
	KEYD_PREMASTER_LEN = 48,
	KEYD_LSC_DAYS_MAX = 3650,
	KEYD_FILE_NAME = 256,		/* 255 characters and NUL */
	KEYD_FILE_MAX = 96 * 1024,
	KEYD_RECORDS = 64,
	KEYD_LIST_MAX = 120 * 1024,
	KEYD_SAST_MAX = 8,
};

struct keyd_which {
	uint8_t service, kind, slot;	/* of service.h */
	uint8_t spare;
};

enum keyd_tls_content {
	/* 64 spaces, context, 0, hash (RFC 8446, 4.4.3) */
	KEYD_TLS13_SERVER = 1,
	KEYD_TLS13_CLIENT,
	/* two randoms, named curve and point (RFC 8422, 5.4) */
	KEYD_TLS12_SERVER,
	/* all messages of the handshake so far (RFC 5246, 7.4.8) */
	KEYD_TLS12_CLIENT,
};

/* The tail: the content, which keyd hashes. Reply: the signature. */
struct keyd_tls_sign {
	struct keyd_which key;
	uint16_t scheme;	/* SignatureScheme of RFC 8446 */
	uint8_t content;	/* enum keyd_tls_content */
	uint8_t spare;
};

/*
 * The tail: EncryptedPreMasterSecret, as long as the modulus. Reply: 48 bytes,
 * in any case: random ones in the place of what was not right (RFC 5246,
 * 7.4.7.1), and nobody but the handshake's end can tell.
 */
struct keyd_tls_unwrap {
	struct keyd_which key;
	uint16_t version;	/* in the ClientHello: 0x0301 to 0x0303 */
	uint16_t spare;
};

enum keyd_lsc_profile {
	KEYD_LSC_PHONE = 1,	/* TLS and IPsec, the name as URI */
	KEYD_LSC_APPLICATION,	/* TLS client */
};

enum {	/* keyd_sign_lsc.flags */
	KEYD_LSC_RSA_1024 = 1 << 0,	/* old phones have no more */
	KEYD_LSC_ALL_FLAGS = (1 << 1) - 1,
};

/*
 * The tail: SubjectPublicKeyInfo of the phone. Reply: its certificate. The same
 * request again gets the same certificate, also from the next keyd; one with
 * anything else in it under the same id is refused.
 */
struct keyd_sign_lsc {
	struct keyd_which key;		/* of CAPF */
	uint8_t request[KEYD_ID_LEN];	/* not all zero */
	char device[KEYD_TEXT];		/* A-Z a-z 0-9 . _ - */
	uint8_t profile;		/* enum keyd_lsc_profile */
	uint16_t days;			/* 1 to KEYD_LSC_DAYS_MAX */
	uint8_t flags;
	uint8_t spare[3];
};

enum keyd_tlv_digest {	/* as the header of a signed file numbers them */
	KEYD_TLV_SHA1 = 1,
	KEYD_TLV_SHA512 = 3,
};

enum keyd_dialect {	/* phones take either; the first is CUCM's own */
	KEYD_CUCM,
	KEYD_CERTUTILS,
};

enum keyd_file_kind {
	KEYD_FILE_PLAIN = 1,		/* .sgn */
	KEYD_FILE_ENCRYPTED,		/* .enc.sgn */
};

/*
 * The tail: the device's certificate in DER, of device_len bytes, which is 0
 * with KEYD_FILE_PLAIN, and then the file's content. keyd makes the header:
 * version, signer from the certificate of the key, digest, name, time; it
 * encrypts for the device and signs. Reply: the whole file. Of callmanager or
 * tftp, RSA.
 */
struct keyd_sign_file {
	struct keyd_which key;
	uint8_t kind;			/* enum keyd_file_kind */
	uint8_t digest;			/* enum keyd_tlv_digest */
	uint8_t dialect;		/* enum keyd_dialect */
	uint8_t spare;
	/* Seconds since 1970; if keyd signed a later one, it is that again. */
	uint32_t timestamp;
	uint32_t device_len;
	/*
	 * As phones ask for it, .sgn included: words as LSC's device, with /
	 * between where it is in a folder; none begins with a dot.
	 */
	char name[KEYD_FILE_NAME];
};

enum keyd_list_kind { KEYD_CTL = 1, KEYD_ITL };

/*
 * The tail: the certificates of the records in DER, one after the other. keyd
 * makes records and header, the signer's from the certificate of the key, and
 * refuses a list in which the signer is not among the SAST records, or in which
 * there are more than max_sast. Reply: the whole file. Of itlrecovery or a token.
 */
struct keyd_sign_list {
	struct keyd_which key;
	uint8_t kind;			/* enum keyd_list_kind */
	uint8_t digest;			/* enum keyd_tlv_digest */
	uint8_t dialect;		/* enum keyd_dialect */
	uint8_t rollback;		/* 1: no key for TVS and TFTP */
	uint16_t signer_version;	/* 0: none, 0x0100, 0x0101 */
	uint8_t max_sast;		/* 2, which is what 0 is, to 8 */
	uint8_t spare;
	uint32_t timestamp;		/* as a file's */
	/*
	 * Of a registered one, which signs in place of a key, whose bytes are
	 * zero then; a CTL alone.
	 */
	char token[KEYD_TOKEN_SERIAL];
	uint8_t token_spare[3];
	uint32_t count;
	struct keyd_record {
		uint16_t function;	/* 0 SAST, 1 CCM, 2 CCM+TFTP ... */
		uint16_t cert_len;	/* 0: a record without certificate */
		uint8_t addr[4];	/* 0.0.0.0: none */
		char dns[KEYD_TEXT];	/* may be empty */
		uint8_t spare[3];
	} records[KEYD_RECORDS];
};

#endif /* KEYD_REQUEST_SIGN_H */
