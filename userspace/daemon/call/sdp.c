// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of session descriptions: one pass over a copy, every length
 * checked, the letters in their places (RFC 8866 5 and 9).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/sdp-internal.h"

struct parser {
	struct call_sdp *sdp;
	struct call_sdp_media *media;	/* the m-line we are under, or NULL */
	struct call_span rest;
	struct call_span line;		/* the one at hand, with its letter */
	unsigned int number;
	unsigned int lines;		/* kept so far, of all sections */
	uint8_t direction;		/* of the session */
	bool origin, name, time, connection;
	int err;
	const char *why;
};

static bool refuse(struct parser *p, int err, const char *why)
{
	p->err = err;
	p->why = why;
	return false;
}

/* Printable or not ASCII: bytes of UTF-8 are passed as they are. */
static bool is_text(struct call_span line)
{
	for (uint32_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* The next line, without its end; false at the end of the text or a fault. */
static bool next_line(struct parser *p)
{
	const char *end = memchr(p->rest.at, '\n', p->rest.len);
	uint32_t len = end ? (uint32_t)(end - p->rest.at) : p->rest.len;

	if (!p->rest.len)
		return false;
	p->line = (struct call_span){ p->rest.at, len };
	p->rest.at += len + (end ? 1 : 0);
	p->rest.len -= len + (end ? 1 : 0);
	p->number++;
	if (p->line.len && p->line.at[p->line.len - 1] == '\r')
		p->line.len--;
	if (p->line.len > CALL_SDP_LINE_LEN)
		return refuse(p, -E2BIG, "line is longer than 2048 bytes");
	if (!is_text(p->line))
		return refuse(p, -EINVAL, "control character");
	/* Some end their text with an empty line. */
	if (!p->line.len && !p->rest.len)
		return false;
	if (p->line.len < 2 || p->line.at[1] != '=')
		return refuse(p, -EINVAL, "line is not LETTER=VALUE");
	return true;
}

static struct call_span value_of(const struct parser *p)
{
	return (struct call_span){ p->line.at + 2, p->line.len - 2 };
}

/* For the other leg, as it is. The lines were counted before. */
static void keep_line(struct parser *p)
{
	p->sdp->lines[p->lines++] = p->line;
	if (p->media)
		p->media->line_count++;
	else
		p->sdp->line_count++;
}

static void wipe(struct call_span span)
{
	/* The span is a part of our own copy. */
	explicit_bzero((char *)(uintptr_t)span.at, span.len);
}

static bool take_crypto(struct parser *p, struct call_span value)
{
	struct call_sdp_media *m = p->media;

	/* Only of m-lines (RFC 4568 4); of the session it means nothing. */
	if (m && m->crypto_count == CALL_SDP_CRYPTO)
		return refuse(p, -E2BIG, "more than 16 crypto lines");
	if (m)
		call_sdp_crypto_parse(value.at, value.len,
				     &m->crypto[m->crypto_count++]);
	wipe(value);
	return true;
}

/* RFC 3605. RTCP on another host cannot be served; its usual port it gets. */
static bool take_rtcp(struct parser *p, struct call_span value)
{
	struct call_sdp_media *m = p->media;
	struct call_span port;
	struct call_addr addr;
	uint16_t number;

	if (!m)
		return true;
	if (!call_span_word(&value, &port) || !call_span_port(port, &number) ||
	    !number)
		return refuse(p, -EINVAL, "rtcp attribute has no port");
	if (value.len && call_sdp_addr_parse(value, &addr))
		return refuse(p, -EINVAL, "rtcp attribute has no address");
	m->rtcp_port = number;
	return true;
}

static bool take_attribute(struct parser *p)
{
	static const struct { const char *name; uint8_t direction; } ways[] = {
		{ "sendrecv", CALL_SDP_SENDRECV }, { "sendonly", CALL_SDP_SEND },
		{ "recvonly", CALL_SDP_RECV }, { "inactive", 0 },
	};
	struct call_span value = value_of(p), name = { value.at, 0 };

	while (name.len < value.len && name.at[name.len] != ':')
		name.len++;
	if (!name.len)
		return refuse(p, -EINVAL, "attribute has no name");
	value.at += name.len;
	value.len -= name.len;
	if (value.len) {
		value.at++;
		value.len--;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (call_span_is(name, ways[i].name))
			*(p->media ? &p->media->direction : &p->direction) =
				ways[i].direction;
	if (call_span_is(name, "crypto"))
		return take_crypto(p, value);
	if (call_span_is(name, "rtcp"))
		return take_rtcp(p, value);
	if (call_span_is(name, "rtcp-mux") && p->media)
		p->media->rtcp_mux = true;
	if (call_sdp_attr_passes(name))
		keep_line(p);
	else
		wipe(value);
	return true;
}

static bool take_connection(struct parser *p)
{
	const char *why;

	if (p->connection)
		return refuse(p, -EINVAL, "two connection lines");
	p->connection = true;
	/* Of media that is refused anyway the address does not matter. */
	if (p->media && !p->media->port)
		return true;
	why = call_sdp_addr_parse(value_of(p), p->media ? &p->media->addr :
							 &p->sdp->addr);
	return why ? refuse(p, -EINVAL, why) : true;
}

/* Room for the crypto lines up to the next m-line. */
static bool count_crypto(struct parser *p)
{
	/* No colon: without a value it is a crypto line with a fault. */
	static const char prefix[] = "a=crypto", media[] = "m=";
	const char *at = p->rest.at, *end = at + p->rest.len;
	size_t count = 0;

	while (at < end && memcmp(at, media, (size_t)(end - at) < 2 ?
				  (size_t)(end - at) : 2)) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		count += (size_t)(end - at) >= sizeof(prefix) - 1 &&
			 !memcmp(at, prefix, sizeof(prefix) - 1);
		at = next ? next + 1 : end;
	}
	if (!count)
		return true;
	count = count < CALL_SDP_CRYPTO ? count : CALL_SDP_CRYPTO;
	p->media->crypto = calloc(count, sizeof(*p->media->crypto));
	return p->media->crypto ? true : refuse(p, -ENOMEM, "no memory");
}

static bool take_media(struct parser *p)
{
	const char *why;

	if (p->sdp->media_count == CALL_SDP_MEDIA)
		return refuse(p, -E2BIG, "more than 16 media lines");
	p->media = &p->sdp->media[p->sdp->media_count++];
	p->media->addr = p->sdp->addr;
	p->media->direction = p->direction;
	p->media->first_line = (uint16_t)p->lines;
	p->connection = false;
	why = call_sdp_media_parse(value_of(p), p->media);
	return why ? refuse(p, -EINVAL, why) : count_crypto(p);
}

/* v=, o= and s= come first, in this order. */
static bool take_head(struct parser *p)
{
	const char *why = NULL;

	switch (p->number) {
	case 1:
		if (p->line.at[0] != 'v' || !call_span_is(value_of(p), "0"))
			why = "first line is not v=0";
		break;
	case 2:
		if (p->line.at[0] != 'o')
			why = "second line is no origin";
		else
			why = call_sdp_origin_parse(value_of(p), p->sdp);
		break;
	default:
		if (p->line.at[0] != 's')
			why = "third line is no session name";
		p->sdp->name = value_of(p);
	}
	return why ? refuse(p, -EINVAL, why) : true;
}

/*
 * What follows, in whatever order phones write it. Keys of k= are not for
 * SRTP and not for others; a letter nobody knows spoils the whole (RFC 8866 5).
 */
static bool take_line(struct parser *p)
{
	if (p->number <= 3)
		return take_head(p);
	switch (p->line.at[0]) {
	case 'a':
		return take_attribute(p);
	case 'b':
		keep_line(p);
		return true;
	case 'c':
		return take_connection(p);
	case 'm':
		return take_media(p);
	case 'k':
		wipe(value_of(p));
		return true;
	case 't':
		p->time = true;
		/* fall through */
	case 'u':
	case 'e':
	case 'p':
	case 'r':
	case 'z':
		if (p->media)
			return refuse(p, -EINVAL, "line belongs to the session");
		return true;
	case 'i':
		return true;
	}
	return refuse(p, -EINVAL, "unknown letter");
}

/* What needs the whole: hold, and ports that must have room for RTCP. */
static bool finish_media(struct parser *p, struct call_sdp_media *m)
{
	static const struct in6_addr any6;

	if (!m->port || m->kind == CALL_SDP_OTHER ||
	    m->proto == CALL_SDP_FOREIGN)
		return true;
	if (m->addr.family == AF_UNSPEC)
		return refuse(p, -EINVAL, "media without connection address");
	if (m->port == UINT16_MAX && !m->rtcp_port && !m->rtcp_mux)
		return refuse(p, -EINVAL, "no port left for RTCP");
	m->hold = m->addr.family == AF_INET ? !m->addr.v4.s_addr :
		!memcmp(&m->addr.v6, &any6, sizeof(any6));
	/* RFC 3264 8.4: old phones say so that they do not listen. */
	if (m->hold)
		m->direction &= (uint8_t)~CALL_SDP_RECV;
	return true;
}

static bool parse(struct parser *p)
{
	while (next_line(p))
		if (!take_line(p))
			return false;
	if (p->err)
		return false;
	if (p->number < 3 || !p->time)
		return refuse(p, -EINVAL, "description is not complete");
	for (unsigned int i = 0; i < p->sdp->media_count; i++)
		if (!finish_media(p, &p->sdp->media[i]))
			return false;
	return true;
}

/* A copy of the text, and room for as many lines as it can have. */
static struct call_sdp *make_room(const char *text, size_t len, size_t lines)
{
	struct call_sdp *sdp = calloc(1, sizeof(*sdp));

	if (!sdp)
		return NULL;
	sdp->size = len;
	sdp->text = malloc(len ? len : 1);
	sdp->lines = calloc(lines, sizeof(*sdp->lines));
	sdp->media = calloc(CALL_SDP_MEDIA, sizeof(*sdp->media));
	if (!sdp->text || !sdp->lines || !sdp->media) {
		call_sdp_free(sdp);
		return NULL;
	}
	if (len)
		memcpy(sdp->text, text, len);
	return sdp;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

int call_sdp_parse(const char *text, size_t len, struct call_sdp **sdp,
		  const char **why, unsigned int *line)
{
	struct parser p = { .direction = CALL_SDP_SENDRECV };
	size_t lines;

	*line = 0;
	*why = "description is longer than 16 KiB";
	if (len > CALL_SDP_SIZE)
		return -E2BIG;
	lines = count_lines(text, len);
	*why = "description has more than 512 lines";
	if (lines > CALL_SDP_LINES + 1)
		return -E2BIG;
	*why = "no memory";
	p.sdp = make_room(text, len, lines);
	if (!p.sdp)
		return -ENOMEM;
	p.rest = (struct call_span){ p.sdp->text, (uint32_t)len };
	if (parse(&p)) {
		*sdp = p.sdp;
		return 0;
	}
	*why = p.why;
	*line = p.number;
	call_sdp_free(p.sdp);
	return p.err;
}

void call_sdp_forget_keys(struct call_sdp *sdp)
{
	/* The text lost them while it was read. */
	for (unsigned int i = 0; i < sdp->media_count; i++)
		for (unsigned int j = 0; j < sdp->media[i].crypto_count; j++)
			call_crypto_wipe(&sdp->media[i].crypto[j].crypto);
}

void call_sdp_free(struct call_sdp *sdp)
{
	if (!sdp)
		return;
	call_sdp_forget_keys(sdp);
	for (unsigned int i = 0; i < sdp->media_count; i++)
		free(sdp->media[i].crypto);
	/* A text that was refused half-way may still hold keys. */
	if (sdp->text)
		explicit_bzero(sdp->text, sdp->size);
	free(sdp->text);
	free(sdp->lines);
	free(sdp->media);
	free(sdp);
}
