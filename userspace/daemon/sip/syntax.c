// SPDX-License-Identifier: GPL-2.0
// The grammar of RFC 3261 section 25, where the parser behind is lenient.

#include <string.h>
#include <strings.h>

#include "sip/head.h"

/* A cursor over a value; at == end is the end. */
struct cursor {
	const char *at, *end;
};

static char peek(const struct cursor *c)
{
	return c->at < c->end ? *c->at : '\0';
}

/* Linear white space; folds are checked to be folds by sip_head_next(). */
static void skip_space(struct cursor *c)
{
	while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at)
		c->at++;
}

static bool take(struct cursor *c, char wanted)
{
	if (c->at >= c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* SP around a separator: SEMI, COMMA, EQUAL, SLASH of the grammar. */
static bool take_separator(struct cursor *c, char wanted)
{
	struct cursor ahead = *c;

	skip_space(&ahead);
	if (!take(&ahead, wanted))
		return false;
	skip_space(&ahead);
	*c = ahead;
	return true;
}

static size_t take_token(struct cursor *c)
{
	const char *start = c->at;

	while (c->at < c->end && sip_char_is_token(*c->at))
		c->at++;
	return (size_t)(c->at - start);
}

static bool take_quoted(struct cursor *c)
{
	if (!take(c, '"'))
		return false;
	while (c->at < c->end) {
		char got = *c->at++;

		if (got == '"')
			return true;
		/* quoted-pair: anything but CR and LF */
		if (got == '\\' && (c->at >= c->end || *c->at == '\r' ||
				    *c->at++ == '\n'))
			return false;
	}
	return false;
}

/* token, host (with brackets and colons) or quoted-string */
static bool take_value(struct cursor *c)
{
	const char *start = c->at;

	if (peek(c) == '"')
		return take_quoted(c);
	while (c->at < c->end && (sip_char_is_token(*c->at) ||
				  (*c->at && strchr("[]:", *c->at))))
		c->at++;
	return c->at > start;
}

/* *( SEMI token [ EQUAL value ] ) */
static bool take_params(struct cursor *c)
{
	while (take_separator(c, ';')) {
		if (!take_token(c))
			return false;
		if (take_separator(c, '=') && !take_value(c))
			return false;
	}
	return true;
}

size_t sip_syntax_scheme(struct sip_text text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == ':')
			return i;
		if (!alpha && (!i || !((c >= '0' && c <= '9') || c == '+' ||
				       c == '-' || c == '.')))
			return 0;
	}
	return 0;
}

static bool is_uri(const char *start, const char *end)
{
	struct sip_text text = { start, (size_t)(end - start) };
	size_t scheme = sip_syntax_scheme(text);

	return scheme && scheme + 1 < text.len;
}

/* Between angles: no spaces, not empty, some scheme. */
static bool take_angles(struct cursor *c)
{
	const char *start;

	if (!take(c, '<'))
		return false;
	start = c->at;
	while (c->at < c->end && *c->at != '>') {
		if ((unsigned char)*c->at <= ' ' || *c->at == '<' ||
		    *c->at == '"' || *c->at == 0x7f)
			return false;
		c->at++;
	}
	return is_uri(start, c->at) && take(c, '>');
}

/*
 * Without angles a URI may have neither comma, question mark nor semicolon
 * (section 20): the semicolon begins the header's parameters.
 */
static bool take_bare_uri(struct cursor *c)
{
	const char *start = c->at;

	while (c->at < c->end && (unsigned char)*c->at > ' ' &&
	       !strchr(",;?<>\"", *c->at))
		c->at++;
	return is_uri(start, c->at) && peek(c) != '?' && peek(c) != '<' &&
	       peek(c) != '"';
}

/* [ display-name ] "<" ... ">" is what has an angle before anything else. */
static bool take_address(struct cursor *c, bool only_angles)
{
	struct cursor ahead = *c;

	if (peek(c) == '"') {
		if (!take_quoted(c))
			return false;
		skip_space(c);
		return take_angles(c);
	}
	while (take_token(&ahead))
		skip_space(&ahead);
	if (peek(&ahead) == '<') {
		*c = ahead;
		return take_angles(c);
	}
	return !only_angles && take_bare_uri(c);
}

bool sip_syntax_address(struct sip_text text, bool only_angles)
{
	struct cursor c = { text.at, text.at + text.len };

	if (!take_address(&c, only_angles) || !take_params(&c))
		return false;
	skip_space(&c);
	return c.at == c.end;
}

bool sip_syntax_address_list(struct sip_text text, bool only_angles)
{
	struct cursor c = { text.at, text.at + text.len };

	do {
		if (!take_address(&c, only_angles) || !take_params(&c))
			return false;
	} while (take_separator(&c, ','));
	skip_space(&c);
	return c.at == c.end;
}

/* host [ COLON port ], the host perhaps an IPv6 reference */
static bool take_sent_by(struct cursor *c)
{
	const char *start = c->at;

	if (take(c, '[')) {
		while (c->at < c->end && *c->at != ']' &&
		       strchr("0123456789abcdefABCDEF:.", *c->at) && *c->at)
			c->at++;
		if (!take(c, ']'))
			return false;
	} else {
		while (c->at < c->end && (sip_char_is_token(*c->at)))
			c->at++;
	}
	if (c->at == start)
		return false;
	if (take_separator(c, ':')) {
		start = c->at;
		while (peek(c) >= '0' && peek(c) <= '9')
			c->at++;
		if (c->at == start || c->at - start > 5)
			return false;
	}
	return true;
}

static bool take_via(struct cursor *c)
{
	const char *start = c->at;

	if (take_token(c) != 3 || strncasecmp(start, "SIP", 3) ||
	    !take_separator(c, '/'))
		return false;
	start = c->at;
	if (take_token(c) != 3 || strncmp(start, "2.0", 3) ||
	    !take_separator(c, '/') || !take_token(c))
		return false;
	start = c->at;
	skip_space(c);
	return c->at > start && take_sent_by(c) && take_params(c);
}

bool sip_syntax_via(struct sip_text text)
{
	struct cursor c = { text.at, text.at + text.len };

	do {
		if (!take_via(&c))
			return false;
	} while (take_separator(&c, ','));
	skip_space(&c);
	return c.at == c.end;
}

/* RFC 1123 with GMT and nothing else (section 20.17). */
bool sip_syntax_date(struct sip_text text)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char shape[] = "aaa, 00 aaa 0000 00:00:00 GMT";
	const char *day, *month;
	char three[4] = "";
	size_t i;

	if (text.len != sizeof(shape) - 1)
		return false;
	for (i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (shape[i] == '0' ? c < '0' || c > '9' :
		    shape[i] != 'a' && c != shape[i])
			return false;
	}
	memcpy(three, text.at, 3);
	day = strstr(days, three);
	memcpy(three, text.at + 8, 3);
	month = strstr(months, three);
	return day && month && !((day - days) % 3) && !((month - months) % 3);
}
