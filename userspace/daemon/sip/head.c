// SPDX-License-Identifier: GPL-2.0
// Header lines: names, compact names, folding (RFC 3261 section 7.3).

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/head.h"

static const struct {
	const char *name, *compact;
} names[SIP_H_COUNT] = {
	[SIP_H_VIA] = { "Via", "v" },
	[SIP_H_FROM] = { "From", "f" },
	[SIP_H_TO] = { "To", "t" },
	[SIP_H_CALL_ID] = { "Call-ID", "i" },
	[SIP_H_CSEQ] = { "CSeq", NULL },
	[SIP_H_MAX_FORWARDS] = { "Max-Forwards", NULL },
	[SIP_H_CONTENT_LENGTH] = { "Content-Length", "l" },
	[SIP_H_CONTENT_TYPE] = { "Content-Type", "c" },
	[SIP_H_CONTACT] = { "Contact", "m" },
	[SIP_H_ROUTE] = { "Route", NULL },
	[SIP_H_RECORD_ROUTE] = { "Record-Route", NULL },
	[SIP_H_REQUIRE] = { "Require", NULL },
	[SIP_H_PROXY_REQUIRE] = { "Proxy-Require", NULL },
	[SIP_H_EXPIRES] = { "Expires", NULL },
	[SIP_H_DATE] = { "Date", NULL },
	[SIP_H_EVENT] = { "Event", "o" },
	[SIP_H_REFER_TO] = { "Refer-To", "r" },
	[SIP_H_REFERRED_BY] = { "Referred-By", "b" },
	[SIP_H_REPLACES] = { "Replaces", NULL },
	[SIP_H_SUBJECT] = { "Subject", "s" },
	[SIP_H_SESSION_EXPIRES] = { "Session-Expires", "x" },
	[SIP_H_MIN_SE] = { "Min-SE", NULL },
	[SIP_H_MIN_EXPIRES] = { "Min-Expires", NULL },
	[SIP_H_MIME_VERSION] = { "MIME-Version", NULL },
	[SIP_H_CONTENT_DISPOSITION] = { "Content-Disposition", NULL },
	[SIP_H_RACK] = { "RAck", NULL },
	[SIP_H_RSEQ] = { "RSeq", NULL },
	[SIP_H_SUBSCRIPTION_STATE] = { "Subscription-State", NULL },
	[SIP_H_TIMESTAMP] = { "Timestamp", NULL },
};

bool sip_text_is(struct sip_text text, const char *word)
{
	return strlen(word) == text.len && !strncasecmp(text.at, word, text.len);
}

bool sip_char_is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-.!%*_+`'~", c));
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sip_text sip_text_trim(struct sip_text text)
{
	while (text.len && is_space(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len && is_space(text.at[text.len - 1]))
		text.len--;
	return text;
}

static enum sip_header_id id_of(struct sip_text name)
{
	int id;

	for (id = SIP_H_OTHER + 1; id < SIP_H_COUNT; id++) {
		if (sip_text_is(name, names[id].name) ||
		    (names[id].compact && sip_text_is(name, names[id].compact)))
			return id;
	}
	return SIP_H_OTHER;
}

/* The end of a line and of those that continue it; NULL without CRLF. */
static const char *end_of_line(const char *at, const char *end)
{
	const char *lf;

	do {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (!lf || lf == at || lf[-1] != '\r')
			return NULL;
		at = lf + 1;
	} while (at < end && (*at == ' ' || *at == '\t'));
	return lf;
}

int sip_head_next(const char **at, const char *end, struct sip_line *line)
{
	const char *start = *at, *colon, *lf;

	if (start >= end || *start == '\r')
		return 0;
	lf = end_of_line(start, end);
	if (!lf)
		return -EBADMSG;
	line->name.at = start;
	for (colon = start; sip_char_is_token(*colon); colon++)
		;			/* CRLF ends it */
	line->name.len = (size_t)(colon - start);
	while (*colon == ' ' || *colon == '\t')
		colon++;
	if (*colon != ':' || !line->name.len)
		return -EBADMSG;
	line->value.at = colon + 1;
	line->value.len = (size_t)(lf - 1 - line->value.at);
	line->value = sip_text_trim(line->value);
	line->id = id_of(line->name);
	*at = lf + 1;
	return 1;
}

int sip_head_number(struct sip_text text, uint64_t max, uint64_t *value)
{
	size_t i;

	*value = 0;
	if (!text.len)
		return -EBADMSG;
	for (i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return -EBADMSG;
		/* max is far below 2^60: this cannot wrap. */
		if (*value <= max)
			*value = *value * 10 + (uint64_t)(text.at[i] - '0');
	}
	return *value > max ? -ERANGE : 0;
}
