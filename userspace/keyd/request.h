/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ucsecd asks of ucsec-keyd, over a Unix SOCK_SEQPACKET socket.
 *
 * One packet is one message: a head, the payload of its type, which is of fixed
 * size, and a tail of bytes, whose length is what is left (a certificate, a
 * signature, a file). At most KEYD_MESSAGE_MAX, which fits the kernel's default
 * buffer; both sides ask for a larger one. Integers are in host byte order,
 * spare bytes are zero and checked. Neither side trusts the other: keyd_check()
 * refuses what is not exactly right. Each request gets one KEYD_REPLY with its
 * id, LIST gets KEYD_ITEMs with its id before. Answers may overtake each other:
 * a key takes seconds to make, an LSC waits for the disk, a file for some more.
 * No request comes with descriptors.
 *
 * No answer has a private key in it, and no request has a digest, a certificate
 * to be signed or a file's header in it: what is signed keyd makes itself, or
 * it must be what one side of a TLS handshake signs, byte by byte. A file's
 * content is anybody's, but its header comes first.
 */
#ifndef KEYD_REQUEST_H
#define KEYD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyd/request-sign.h"
#include "keyd/request-token.h"
#include "keyd/service.h"

/* Another one wherever a message or a flag of one means something else. */
#define KEYD_PROTOCOL	0x756b0002u	/* "uk", version 2 */

enum {
	KEYD_MESSAGE_MAX = 128 * 1024,
	KEYD_NAMES = 16,
	KEYD_CHAIN = 8,			/* certificates, the service's first */
	KEYD_CERT_MAX = 8192,		/* DER */
	KEYD_SENTENCE_LEN = 160,
	KEYD_DAYS_MAX = 20 * 366,
};

enum keyd_type {
	KEYD_HELLO = 1,		/* head only */
	KEYD_LIST,		/* head only; one KEYD_ITEM for each key */
	KEYD_MAKE,		/* struct keyd_make; -EEXIST if there is one */
	KEYD_REGENERATE,	/* struct keyd_make; -ENOENT if there is none */
	KEYD_PROMOTE,		/* struct keyd_which of KEYD_NEXT */
	KEYD_REQUEST,		/* struct keyd_csr; reply has a PKCS#10 */
	KEYD_IMPORT,		/* struct keyd_import, certificates */
	KEYD_TLS_SIGN,		/* request-sign.h, this and the rest */
	KEYD_TLS_UNWRAP,
	KEYD_SIGN_LSC,
	KEYD_SIGN_FILE,
	KEYD_SIGN_LIST,
	KEYD_TOKEN_LIST,	/* request-token.h; head only */
	KEYD_TOKEN_REGISTER,
	KEYD_TOKEN_REMOVE,
	KEYD_REQUEST_END,
	KEYD_REPLY = 64,	/* struct keyd_reply, what was asked for */
	KEYD_ITEM,		/* struct keyd_item, certificates */
};

struct keyd_head {
	uint32_t protocol;	/* KEYD_PROTOCOL */
	uint32_t len;		/* of the whole message, bytes */
	uint32_t id;		/* of the request, not 0 */
	uint16_t type;
	uint16_t spare;
};

/*
 * NUL-terminated, zeros behind. Printable ASCII without ; , = + " \ < >, as
 * phones get names as text with semicolons between, and nobody knows how to
 * escape one. cn is needed, c is empty or two capital letters.
 */
struct keyd_subject {
	char cn[KEYD_TEXT], ou[KEYD_TEXT], o[KEYD_TEXT], l[KEYD_TEXT],
	     st[KEYD_TEXT];
	char c[3];
};

enum keyd_name_kind { KEYD_DNS = 1, KEYD_IP };

struct keyd_names {	/* of the subject, other ones */
	uint32_t count;
	struct keyd_name {
		uint8_t kind;		/* enum keyd_name_kind */
		char text[127];		/* as an address is written */
	} list[KEYD_NAMES];
};

/*
 * A new key and a certificate for it that signs itself, as the service needs
 * it: CAPF's is a CA. Key and certificate change as one, also when keyd is
 * killed. Reply: the certificate.
 */
struct keyd_make {
	struct keyd_which key;
	uint16_t bits;
	uint16_t spare;
	uint32_t days;		/* 1 to KEYD_DAYS_MAX */
	struct keyd_subject subject;
	struct keyd_names names;
};

/* A request to a CA, for the key that is there. */
struct keyd_csr {
	struct keyd_which key;
	struct keyd_subject subject;
	struct keyd_names names;
};

/*
 * The tail: certificates in DER, the service's own first, then its chain in any
 * order up to the root. -EKEYREJECTED with a reason if they do not do.
 */
struct keyd_import {
	struct keyd_which key;
	uint32_t count;
	uint32_t lens[KEYD_CHAIN];
};

/* Why it was refused, for who translates; the sentence is for people. */
enum keyd_reason {
	KEYD_WHY_NONE,
	KEYD_WHY_MESSAGE,		/* not a request, byte for byte */
	KEYD_WHY_NO_KEY,		/* there is none of that service */
	KEYD_WHY_HAS_KEY,
	KEYD_WHY_BUSY,			/* another key is being made */
	KEYD_WHY_NOT_CERTIFICATE,
	KEYD_WHY_KEY_DIFFERS,		/* certificate of another key */
	KEYD_WHY_CHAIN_INCOMPLETE,
	KEYD_WHY_CHAIN_WRONG,		/* a signature, or not a CA */
	KEYD_WHY_CHAIN_EXTRA,		/* one that belongs to no chain */
	KEYD_WHY_NOT_YET_VALID,
	KEYD_WHY_EXPIRED,
	KEYD_WHY_USAGE,
	KEYD_WHY_WEAK,			/* key or digest */
	KEYD_WHY_NOT_TLS,		/* what is to be signed is no TLS */
	KEYD_WHY_NOT_KEY,		/* SPKI is none, or not sound */
	KEYD_WHY_KEY_OF_ANOTHER,	/* another device has an LSC for it */
	KEYD_WHY_REQUEST_DIFFERS,	/* another LSC under that request */
	KEYD_WHY_FULL,			/* the journal */
	KEYD_WHY_NAME,			/* one that no list can have */
	KEYD_WHY_NOT_FILE,		/* no phone would take such a file */
	KEYD_WHY_SYSTEM,		/* disk, memory, library */
	KEYD_WHY_TOKEN,			/* not there, or not sound */
	KEYD_WHY_PIN,			/* wrong, missing, or tried before */
	KEYD_WHY_TOKENS,		/* too few of them */
	KEYD_WHY_END,
};

struct keyd_reply {
	int32_t error;		/* 0 or -errno */
	uint32_t reason;	/* enum keyd_reason */
	char sentence[KEYD_SENTENCE_LEN];	/* why, NUL-terminated */
};

struct keyd_item {
	struct keyd_which key;
	uint16_t bits;
	uint16_t self_signed;	/* 0, 1 */
	int64_t not_before, not_after;	/* seconds since 1970 */
	uint8_t md5[16], sha1[20], sha256[32];	/* of the certificate */
	uint32_t count;
	uint32_t lens[KEYD_CHAIN];	/* as with import */
};

struct keyd_message {
	struct keyd_head head;
	union {
		struct keyd_make make;
		struct keyd_which which;
		struct keyd_csr csr;
		struct keyd_import import;
		struct keyd_tls_sign tls_sign;
		struct keyd_tls_unwrap tls_unwrap;
		struct keyd_sign_lsc lsc;
		struct keyd_sign_file file;
		struct keyd_sign_list list;
		struct keyd_token_ref token;
		struct keyd_reply reply;
		struct keyd_item item;
	};
};

/* Room for any message; what is behind the payload is its tail. */
union keyd_buffer {
	struct keyd_message m;
	uint8_t bytes[KEYD_MESSAGE_MAX];
};

/* Bytes of head and payload of that type, 0 if there is no such type. */
size_t keyd_size(unsigned int type);
/* Of a message that was checked, or whose type is set. */
const uint8_t *keyd_tail(const union keyd_buffer *message);
uint8_t *keyd_tail_room(union keyd_buffer *message);
size_t keyd_tail_len(const union keyd_buffer *message);
/*
 * Is it, byte for byte, a message that may be sent? from_daemon: a request,
 * else an answer. Returns NULL, or what is wrong as a constant sentence.
 */
const char *keyd_check(const union keyd_buffer *message, size_t len,
		       bool from_daemon);
/* Fills in the head of a message with a tail of that length. */
void keyd_seal(union keyd_buffer *message, unsigned int type, uint32_t id,
	       size_t tail);

#endif /* KEYD_REQUEST_H */
