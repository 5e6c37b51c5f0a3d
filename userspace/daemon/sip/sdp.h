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
#ifndef SIP_SDP_H
#define SIP_SDP_H

#include <sys/types.h>
#include "call/media.h"

enum {
	SIP_SDP_SIZE = 16384,	/* longest that is read or written */
	SIP_SDP_LINES = 512,	/* in all */
	SIP_SDP_LINE_LEN = 2048,
	SIP_SDP_MEDIA = CALL_LINES,
	SIP_SDP_CRYPTO = 16,	/* a=crypto lines of one m-line */
	SIP_SDP_FORMATS = 64,	/* of one m-line */
};

/* A part of the text a description was parsed from; no NUL at its end. */
struct sip_span {
	const char *at;
	uint32_t len;
};

enum sip_sdp_kind { SIP_SDP_OTHER, SIP_SDP_AUDIO, SIP_SDP_VIDEO };

enum sip_sdp_proto {
	SIP_SDP_FOREIGN,	/* none of the following */
	SIP_SDP_AVP,
	SIP_SDP_SAVP,
	SIP_SDP_AVPF,
	SIP_SDP_SAVPF,
};

/* Of who wrote the description; both: sendrecv, none: inactive. */
enum { SIP_SDP_SEND = 1, SIP_SDP_RECV = 2, SIP_SDP_SENDRECV = 3 };

/* One a=crypto line. fault: why it must not be used, or NULL. */
struct sip_sdp_crypto {
	uint32_t tag;
	const char *fault;
	struct call_crypto crypto;	/* no keys and no suite if fault */
};

struct sip_sdp_media {
	enum sip_sdp_kind kind;
	enum sip_sdp_proto proto;
	struct sip_span name, proto_name, formats;	/* verbatim */
	uint16_t port;		/* 0: refused, or disabled */
	uint16_t rtcp_port;	/* 0: port + 1, or mux */
	bool rtcp_mux;
	bool hold;		/* address 0.0.0.0 or :: */
	uint8_t direction;
	struct call_addr addr;	/* its own or the session's c= */
	uint16_t first_line, line_count;	/* in sip_sdp.lines */
	uint8_t crypto_count;
	struct sip_sdp_crypto *crypto;
};

struct sip_sdp {
	struct sip_span user, name;	/* of o=, of s= */
	uint64_t id, version;	/* of o=; written as they are */
	struct call_addr origin;	/* written; AF_UNSPEC when parsed */
	struct call_addr addr;	/* of the session's c=, AF_UNSPEC if none */
	uint16_t line_count;	/* the session's, first in lines */
	uint8_t media_count;
	struct sip_sdp_media *media;
	struct sip_span *lines;	/* "b=..." and "a=...", without line ends */
	char *text;		/* our copy */
	size_t size;		/* of it; wiped when freed */
};

/*
 * Errors: -EINVAL, -E2BIG beyond a limit, -ENOMEM; *why is a constant sentence
 * and *line the line it is about, from 1. A bad a=crypto line is no error, it
 * has its fault; nor is an m-line of another kind or protocol.
 */
int sip_sdp_parse(const char *text, size_t len, struct sip_sdp **sdp,
		  const char **why, unsigned int *line);
/* Wipes the keys; NULL is allowed. */
void sip_sdp_free(struct sip_sdp *sdp);
/* Wipes keys now, the text of the crypto lines too; all else stays usable. */
void sip_sdp_forget_keys(struct sip_sdp *sdp);
/*
 * Bytes written, no NUL at the end, or -ENOSPC. Needs only media, lines and
 * the spans they name: a description may be put together by hand.
 */
ssize_t sip_sdp_write(const struct sip_sdp *sdp, char *buf, size_t size);

/*
 * The value of a=crypto, behind the colon. Always fills in *crypto; returns
 * its fault. Policy is in it: lines that ask for no encryption or no
 * authentication have a fault.
 */
const char *sip_sdp_crypto_parse(const char *text, size_t len,
				 struct sip_sdp_crypto *crypto);
/* Bytes written, or -ENOSPC: "1 AES_CM_128_HMAC_SHA1_80 inline:...". */
ssize_t sip_sdp_crypto_write(const struct sip_sdp_crypto *crypto, char *buf,
			     size_t size);

const char *sip_sdp_proto_name(enum sip_sdp_proto proto);
bool sip_sdp_proto_secure(enum sip_sdp_proto proto);
/* With SRTP or without; the feedback profile stays. */
enum sip_sdp_proto sip_sdp_proto_with(enum sip_sdp_proto proto, bool secure);

#endif /* SIP_SDP_H */
