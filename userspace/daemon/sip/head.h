/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A message before it is parsed: where it ends, what its lines say, whether
 * they may say so. Bytes with lengths, nothing allocated, nothing changed.
 */
#ifndef SIP_HEAD_H
#define SIP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sip_text {
	const char *at;
	size_t len;
};

/* Headers that the strict check knows; all others are SIP_H_OTHER. */
enum sip_header_id {
	SIP_H_OTHER, SIP_H_VIA, SIP_H_FROM, SIP_H_TO, SIP_H_CALL_ID,
	SIP_H_CSEQ, SIP_H_MAX_FORWARDS, SIP_H_CONTENT_LENGTH,
	SIP_H_CONTENT_TYPE, SIP_H_CONTACT, SIP_H_ROUTE, SIP_H_RECORD_ROUTE,
	SIP_H_REQUIRE, SIP_H_PROXY_REQUIRE, SIP_H_EXPIRES, SIP_H_DATE,
	SIP_H_EVENT, SIP_H_REFER_TO, SIP_H_REFERRED_BY, SIP_H_REPLACES,
	SIP_H_SUBJECT, SIP_H_SESSION_EXPIRES, SIP_H_MIN_SE, SIP_H_MIN_EXPIRES,
	SIP_H_MIME_VERSION, SIP_H_CONTENT_DISPOSITION, SIP_H_RACK, SIP_H_RSEQ,
	SIP_H_SUBSCRIPTION_STATE, SIP_H_TIMESTAMP, SIP_H_COUNT,
};

struct sip_line {
	enum sip_header_id id;
	struct sip_text name, value;	/* value: folds and all, trimmed */
};

/* head.c */

/*
 * The line at *at, before end, which is behind the last CRLF of the head.
 * 1, 0 at the end, -EBADMSG for what is no header.
 */
int sip_head_next(const char **at, const char *end, struct sip_line *line);
/* Digits alone, leading zeros allowed: -EBADMSG, -ERANGE above max. */
int sip_head_number(struct sip_text text, uint64_t max, uint64_t *value);
bool sip_text_is(struct sip_text text, const char *word);	/* no case */
bool sip_char_is_token(char c);
struct sip_text sip_text_trim(struct sip_text text);

/* frame.c */

enum { SIP_MESSAGE_MAX = 64 * 1024 };

struct sip_frame {
	size_t skip;			/* CRLFs in front */
	size_t head;			/* start line to empty line, both in */
	size_t body;
};

/* What is known of a message that is not all there; zeros for a new one. */
struct sip_progress {
	size_t seen;			/* where the search goes on */
	size_t whole;			/* its length, once the head is there */
};

/*
 * The first message of a stream. 1: there it is; 0: not yet all, with skip
 * valid. -EBADMSG: the length is missing or wrong, so that all that follows is
 * lost (head is valid then); -EMSGSIZE.
 */
int sip_frame_stream(const char *data, size_t len,
		     struct sip_progress *progress, struct sip_frame *frame);
/* A datagram is one message; a longer body than Content-Length is cut. */
int sip_frame_datagram(const char *data, size_t len, struct sip_frame *frame);

/* via.c: what the first value of a Via says; it has passed sip_syntax_via. */

struct sip_via {
	struct sip_text value;		/* up to the comma, if there is one */
	struct sip_text transport, host, branch;
	uint16_t port;			/* 0: not given */
	bool rport;			/* RFC 3581; rport_end is behind it */
	const char *rport_end;		/* NULL if it has a value already */
};

bool sip_via_scan(struct sip_text text, struct sip_via *via);

/* syntax.c: the grammar of RFC 3261 section 25 where osip is lenient */

bool sip_syntax_address(struct sip_text text, bool only_angles);
bool sip_syntax_address_list(struct sip_text text, bool only_angles);
bool sip_syntax_via(struct sip_text text);
bool sip_syntax_date(struct sip_text text);
/* RFC 3986 scheme before a colon; its length, 0 if there is none. */
size_t sip_syntax_scheme(struct sip_text text);

/* strict.c */

struct sip_fault {
	int status;			/* 0: none */
	const char *reason;
	char unsupported[128];		/* option tags, with 420 */
};

/* What an answer without a parser needs; texts point into the message. */
struct sip_outline {
	bool request;
	struct sip_text method, uri;
	int status;
	struct sip_text via;		/* the first Via line */
	uint64_t cseq;
};

/*
 * False: fault tells what is wrong. A response with a fault is dropped; so is
 * an ACK, which has no answer.
 */
bool sip_strict(const char *data, const struct sip_frame *frame,
		struct sip_outline *outline, struct sip_fault *fault);
bool sip_method_is_known(struct sip_text method);

#endif /* SIP_HEAD_H */
