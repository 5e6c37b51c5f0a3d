/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Session descriptions (RFC 8866) with a=crypto (RFC 4568), as far as a media
 * gateway may pass them on.
 *
 * The parser keeps what can go to the other leg and drops the rest: ICE, DTLS,
 * ZRTP, capability negotiation, groups, keys of other kinds. What decides where
 * media goes and how it is protected becomes members; all else stays verbatim
 * in lines. So the writer, given what the parser made, writes what the gateway
 * may say: parse and write again is the filter.
 */
#ifndef CALL_SDP_H
#define CALL_SDP_H

#include <sys/types.h>
#include "call/media.h"

enum {
	CALL_SDP_SIZE = 16384,	/* longest that is read or written */
	CALL_SDP_LINES = 512,	/* in all */
	CALL_SDP_LINE_LEN = 2048,
	CALL_SDP_MEDIA = CALL_LINES,
	CALL_SDP_CRYPTO = 16,	/* a=crypto lines of one m-line */
	CALL_SDP_FORMATS = 64,	/* of one m-line */
};

/* A part of the text a description was parsed from; no NUL at its end. */
struct call_span {
	const char *at;
	uint32_t len;
};

enum call_sdp_kind { CALL_SDP_OTHER, CALL_SDP_AUDIO, CALL_SDP_VIDEO };

enum call_sdp_proto {
	CALL_SDP_FOREIGN,	/* none of the following */
	CALL_SDP_AVP,
	CALL_SDP_SAVP,
	CALL_SDP_AVPF,
	CALL_SDP_SAVPF,
};

/* Of who wrote the description; both: sendrecv, none: inactive. */
enum { CALL_SDP_SEND = 1, CALL_SDP_RECV = 2, CALL_SDP_SENDRECV = 3 };

/* One a=crypto line. fault: why it must not be used, or NULL. */
struct call_sdp_crypto {
	uint32_t tag;
	const char *fault;
	struct call_crypto crypto;	/* no keys and no suite if fault */
};

struct call_sdp_media {
	enum call_sdp_kind kind;
	enum call_sdp_proto proto;
	struct call_span name, proto_name, formats;	/* verbatim */
	uint16_t port;		/* 0: refused, or disabled */
	uint16_t rtcp_port;	/* 0: port + 1, or mux */
	bool rtcp_mux;
	bool hold;		/* address 0.0.0.0 or :: */
	uint8_t direction;
	struct call_addr addr;	/* its own or the session's c= */
	uint16_t first_line, line_count;	/* in call_sdp.lines */
	uint8_t crypto_count;
	struct call_sdp_crypto *crypto;
};

struct call_sdp {
	struct call_span user, name;	/* of o=, of s= */
	uint64_t id, version;	/* of o=; written as they are */
	struct call_addr origin;	/* written; AF_UNSPEC when parsed */
	struct call_addr addr;	/* of the session's c=, AF_UNSPEC if none */
	uint16_t line_count;	/* the session's, first in lines */
	uint8_t media_count;
	struct call_sdp_media *media;
	struct call_span *lines;	/* "b=..." and "a=...", without line ends */
	char *text;		/* our copy */
	size_t size;		/* of it; wiped when freed */
};

/*
 * Errors: -EINVAL, -E2BIG beyond a limit, -ENOMEM; *why is a constant sentence
 * and *line the line it is about, from 1. A bad a=crypto line is no error, it
 * has its fault; nor is an m-line of another kind or protocol.
 */
int call_sdp_parse(const char *text, size_t len, struct call_sdp **sdp,
		  const char **why, unsigned int *line);
/* Wipes the keys; NULL is allowed. */
void call_sdp_free(struct call_sdp *sdp);
/* Wipes keys now, the text of the crypto lines too; all else stays usable. */
void call_sdp_forget_keys(struct call_sdp *sdp);
/*
 * Bytes written, no NUL at the end, or -ENOSPC. Needs only media, lines and
 * the spans they name: a description may be put together by hand.
 */
ssize_t call_sdp_write(const struct call_sdp *sdp, char *buf, size_t size);

/*
 * The answer to an offer by someone without media, RFC 3725 section 4: all
 * lines are kept and inactive, to 0.0.0.0. Bytes, -ENOSPC, call_sdp_parse()'s
 * errors, -EPROTONOSUPPORT: a line wants SRTP.
 */
ssize_t call_sdp_hold(const char *offer, size_t len, char *buf, size_t size);

/*
 * The value of a=crypto, behind the colon. Always fills in *crypto; returns
 * its fault. Policy is in it: lines that ask for no encryption or no
 * authentication have a fault.
 */
const char *call_sdp_crypto_parse(const char *text, size_t len,
				 struct call_sdp_crypto *crypto);
/* Bytes written, or -ENOSPC: "1 AES_CM_128_HMAC_SHA1_80 inline:...". */
ssize_t call_sdp_crypto_write(const struct call_sdp_crypto *crypto, char *buf,
			     size_t size);

const char *call_sdp_proto_name(enum call_sdp_proto proto);
bool call_sdp_proto_secure(enum call_sdp_proto proto);
/* With SRTP or without; the feedback profile stays. */
enum call_sdp_proto call_sdp_proto_with(enum call_sdp_proto proto, bool secure);

#endif /* CALL_SDP_H */
