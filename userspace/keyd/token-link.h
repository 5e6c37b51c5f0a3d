/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ucsec-keyd says to ucsec-keyd-token, which has the PKCS #11 module, over
 * a socket pair: one question, one answer, both of fixed size.
 *
 * The module is somebody else's: its answers are checked as a stranger's are.
 */
#ifndef KEYD_TOKEN_LINK_H
#define KEYD_TOKEN_LINK_H

#include "keyd/request.h"

enum {
	TOKEN_LINK_FD = 3,	/* the helper's end */
	TOKEN_PIN_SIZE = 64,
	TOKEN_INFO_MAX = 96,	/* DigestInfo: SHA-512 has 83 bytes */
	TOKEN_SIGNATURE_MAX = 512,
};

enum token_question {
	TOKEN_SHOW = 1,		/* all that are there */
	TOKEN_SIGN,
};

struct token_ask {
	uint32_t what;			/* enum token_question */
	uint32_t turn;			/* the answer has the same */
	/* The rest is TOKEN_SIGN's. */
	char serial[KEYD_TOKEN_SERIAL];
	char pin[TOKEN_PIN_SIZE];	/* empty: there is none */
	uint16_t cert_len, info_len;
	uint8_t cert[KEYD_TOKEN_CERT_MAX];	/* its key signs */
	uint8_t info[TOKEN_INFO_MAX];	/* padded by the token, PKCS #1 v1.5 */
};

enum token_trouble {
	TOKEN_GOOD,
	TOKEN_GONE,		/* pulled out */
	TOKEN_BAD_PIN,		/* refused, or none: not to be tried again */
	TOKEN_BROKEN,		/* module or token do not do what they should */
};

/* What became of the PIN; whatever is not known has to count as refused. */
enum token_pin {
	TOKEN_PIN_UNUSED,	/* never put to the token */
	TOKEN_PIN_ASKED,	/* put to it, and not known to be taken */
	TOKEN_PIN_TAKEN,
};

struct token_shown {
	char label[KEYD_TOKEN_LABEL], serial[KEYD_TOKEN_SERIAL];
	uint8_t flags;			/* of keyd_token_item */
	uint16_t cert_len;
	uint8_t cert[KEYD_TOKEN_CERT_MAX];
};

struct token_answer {
	uint32_t turn;
	uint32_t trouble;		/* enum token_trouble */
	uint32_t pin;			/* enum token_pin */
	char why[KEYD_SENTENCE_LEN];
	uint32_t count, signature_len;
	struct token_shown shown[KEYD_TOKENS];
	uint8_t signature[TOKEN_SIGNATURE_MAX];
};

#endif /* KEYD_TOKEN_LINK_H */
