// SPDX-License-Identifier: GPL-2.0
/*
 * To, Event, Refer-To and CSeq, read so that nobody can read them otherwise.
 *
 * What is not of RFC 3261's grammar is not guessed at: parsers differ in how
 * they mend it. Of what is of it, quoted values of parameters are refused where
 * a parser that splits at semicolons or angles first would see others.
 */
#include "internal.h"
#include "scan.h"
#include "value.h"

#define TOKEN	(UCSEC_SIP_TOKEN | UCSEC_SIP_URI | UCSEC_SIP_BARE_URI)
#define SCHEME	(TOKEN | UCSEC_SIP_SCHEME)
#define BARE	(UCSEC_SIP_URI | UCSEC_SIP_BARE_URI)
#define MARK	UCSEC_SIP_MARK
#define SOUGHT	(MARK | UCSEC_SIP_FIRST)

const u8 ucsec_sip_chars[256] = {
	['a' ... 'q'] = SCHEME, ['A' ... 'Q'] = SCHEME, ['0' ... '9'] = SCHEME,
	['s' ... 'z'] = SCHEME, ['S' ... 'Z'] = SCHEME,
	['r'] = SCHEME | UCSEC_SIP_FIRST, ['R'] = SCHEME | UCSEC_SIP_FIRST,
	['-'] = SCHEME, ['.'] = SCHEME, ['!'] = TOKEN, ['%'] = TOKEN | MARK,
	['*'] = TOKEN, ['_'] = TOKEN, ['+'] = SCHEME, ['`'] = TOKEN,
	['\''] = TOKEN, ['~'] = TOKEN,
	['#'] = BARE, ['$'] = BARE, ['('] = BARE, [')'] = BARE,
	['/'] = BARE, [':'] = BARE, ['='] = BARE, ['@'] = BARE,
	['['] = BARE, ['\\'] = BARE, [']'] = BARE, ['^'] = BARE,
	['{'] = BARE, ['|'] = BARE, ['}'] = BARE, [0x80 ... 0xff] = BARE,
	['&'] = BARE | MARK, [';'] = UCSEC_SIP_URI | MARK,
	['?'] = UCSEC_SIP_URI | MARK, [','] = UCSEC_SIP_URI,
	[0 ... '\t' - 1] = MARK, ['\t' + 1 ... ' ' - 1] = MARK,
};

static void skip_space(struct ucsec_sip_text *c)
{
	/* No other controls are in there. */
	while (*c->at <= ' ' && c->at < c->end)
		c->at++;
}

static bool take(struct ucsec_sip_text *c, u8 wanted)
{
	if (*c->at != wanted)
		return false;	/* at the end a CR is what there is */
	c->at++;
	return true;
}

static size_t take_token(struct ucsec_sip_text *c)
{
	const u8 *start = c->at;

	while (ucsec_sip_is(*c->at, UCSEC_SIP_TOKEN))
		c->at++;
	return (size_t)(c->at - start);
}

/* Lower-case word at start, of letters and that length? */
static bool is_word(const u8 *start, size_t len, const char *word)
{
	size_t i;

	for (i = 0; i < len && word[i]; i++) {
		if ((start[i] | 0x20) != word[i])
			return false;
	}
	return i == len && !word[i];
}

/* Behind its opening quote; plain: nothing in it that others split at. */
static bool take_quoted(struct ucsec_sip_text *c, bool plain)
{
	while (c->at < c->end) {
		u8 got = *c->at++;

		if (got == '"')
			return true;
		if (plain && (got == '<' || got == '>' || got == ';' ||
			      got == ',' || got == '\\'))
			return false;
		/* A quoted-pair is of anything but a line's end. */
		if (got == '\\' && (c->at == c->end || *c->at++ == '\r'))
			return false;
	}
	return false;
}

/* A token, a host with brackets and colons, or a quoted string. */
static bool take_value(struct ucsec_sip_text *c)
{
	const u8 *start = c->at;

	if (take(c, '"'))
		return take_quoted(c, true);
	while (c->at < c->end && (ucsec_sip_is(*c->at, UCSEC_SIP_TOKEN) || *c->at == '[' ||
				  *c->at == ']' || *c->at == ':'))
		c->at++;
	return c->at > start;
}

/*
 * *( SEMI token [ EQUAL value ] ) up to the end. Two tags are none that all
 * would agree on; a tag that is empty, quoted or no token is none at all, which
 * is what denies more.
 */
static bool take_params(struct ucsec_sip_text *c, bool *tag)
{
	bool seen = false, is_tag;
	const u8 *start;
	size_t len;

	*tag = false;
	for (skip_space(c); take(c, ';'); skip_space(c)) {
		skip_space(c);
		start = c->at;
		len = take_token(c);
		if (!len)
			return false;
		is_tag = is_word(start, len, "tag");
		if (is_tag && seen)
			return false;
		seen |= is_tag;
		skip_space(c);
		if (!take(c, '='))
			continue;
		skip_space(c);
		start = c->at;
		if (!take_value(c))
			return false;
		if (is_tag) {
			struct ucsec_sip_text value = { start, c->at };

			*tag = take_token(&value) && value.at == value.end;
		}
	}
	return c->at == c->end;
}

/* RFC 3986 scheme, a colon, and something behind it, of that part alone. */
static __always_inline bool take_uri(struct ucsec_sip_text *c, u8 part)
{
	const u8 *at = c->at, *rest;
	u8 first = *at | 0x20;

	if (first < 'a' || first > 'z')
		return false;
	do
		at++;
	while (ucsec_sip_is(*at, UCSEC_SIP_SCHEME));
	if (*at++ != ':')
		return false;
	rest = at;
	while (ucsec_sip_is(at[0], part) && ucsec_sip_is(at[1], part))
		at += 2;
	c->at = at + ucsec_sip_is(at[0], part);
	return c->at > rest;
}

static __always_inline bool take_address(struct ucsec_sip_text *c)
{
	struct ucsec_sip_text ahead;

	skip_space(c);
	if (take(c, '"')) {
		if (!take_quoted(c, false))
			return false;
		skip_space(c);
		if (!take(c, '<'))
			return false;
	} else if (!take(c, '<')) {
		ahead = *c;
		while (take_token(&ahead))
			skip_space(&ahead);
		if (!take(&ahead, '<'))
			return take_uri(c, UCSEC_SIP_BARE_URI);
		*c = ahead;
	}
	return take_uri(c, UCSEC_SIP_URI) && take(c, '>');
}

bool ucsec_sip_value_to(struct ucsec_sip_text text, bool *tag)
{
	*tag = false;
	return take_address(&text) &&
	       (text.at == text.end || take_params(&text, tag));
}

bool ucsec_sip_value_event(struct ucsec_sip_text text, bool *presence)
{
	const u8 *start;
	size_t len;
	bool tag;

	skip_space(&text);
	start = text.at;
	len = take_token(&text);
	*presence = len >= 8 && is_word(start, 8, "presence") &&
		    (len == 8 || start[8] == '.');
	return len && take_params(&text, &tag);
}

static int hex(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The next character with its escape undone, and those within ("%2552" is an
 * "R" to whoever undoes it twice). -1 at the end and for a bad escape.
 */
static int take_unescaped(struct ucsec_sip_text *c)
{
	const u8 *at = c->at;

	if (at == c->end)
		return -1;
	if (*at != '%')
		return *c->at++;
	for (at++; c->end - at >= 4 && at[0] == '2' && at[1] == '5' &&
	     hex(at[2]) >= 0 && hex(at[3]) >= 0; at += 2)
		;
	if (c->end - at < 2 || hex(at[0]) < 0 || hex(at[1]) < 0)
		return -1;
	c->at = at + 2;
	return hex(at[0]) << 4 | hex(at[1]);
}

/* '?', '&', ';', and the controls but the tab; one that was escaped, too. */
static bool begins_header(int c)
{
	return c >= 0 && c != '%' && ucsec_sip_is((u8)c, UCSEC_SIP_MARK);
}

/*
 * To a mark or an "r": nothing begins, no "Replaces=" either, and nothing is bad
 * before it. The CR behind a line is a mark.
 */
static __always_inline void seek_mark(struct ucsec_sip_text *c)
{
	const u8 *at = c->at;

	while (!ucsec_sip_is(at[0], SOUGHT) && !ucsec_sip_is(at[1], SOUGHT))
		at += 2;
	c->at = at + !ucsec_sip_is(at[0], SOUGHT);
}

static bool ends_name(int c)
{
	return c < 0 || !ucsec_sip_is((u8)c, UCSEC_SIP_TOKEN);
}

/*
 * Does a header of that name begin anywhere? Escaped or not, behind whatever
 * somebody may take for the beginning of one, escaped line ends too; and with
 * an equals sign wherever it is, as some look for that text alone. *bad: an
 * escape that is none, or of NUL, where parsers cut the name or do not.
 */
static bool embeds_replaces(struct ucsec_sip_text c, bool *bad)
{
	static const char word[] = "replaces";
	bool found = false, begun = false;
	size_t matched = 0;

	*bad = false;
	seek_mark(&c);
	while (c.at < c.end) {
		int got = take_unescaped(&c);

		if (got <= 0) {
			*bad = true;
			c.at += got < 0;
		}
		if (matched == sizeof(word) - 1)
			found |= got == '=' || (begun && ends_name(got));
		if (begins_header(got)) {
			begun = true;
			matched = 0;
		} else if ((got | 0x20) == word[matched] &&
			   matched < sizeof(word) - 1) {
			matched++;
		} else if (matched || (got != ' ' && got != '\t')) {
			begun = false;
			matched = (got | 0x20) == word[0];
		}
		if (!begun && !matched)
			seek_mark(&c);
	}
	return found || (begun && matched == sizeof(word) - 1);
}

bool ucsec_sip_value_refer_to(struct ucsec_sip_text text, bool *replaces)
{
	struct ucsec_sip_text whole = text, uri;
	bool tag, bad;

	*replaces = embeds_replaces(whole, &bad);
	skip_space(&text);
	uri = text;
	if (!take_address(&text))
		return false;
	uri.end = text.at;
	/* In the name that is shown, a percent sign is one. */
	if (bad && take(&uri, '"'))
		take_quoted(&uri, false);
	if (bad)
		embeds_replaces(uri, &bad);
	return (!bad || *replaces) && take_params(&text, &tag);
}

bool ucsec_sip_value_cseq(struct ucsec_sip_text text,
			  struct ucsec_sip_text method)
{
	const u8 *start;

	skip_space(&text);
	start = text.at;
	while (*text.at >= '0' && *text.at <= '9')
		text.at++;
	if (text.at == start)
		return false;
	start = text.at;
	skip_space(&text);
	if (text.at == start)
		return false;
	/* At the end is a CR, which is in no method. */
	for (; method.at < method.end; method.at++) {
		if (*text.at++ != *method.at)
			return false;
	}
	skip_space(&text);
	return text.at == text.end;
}
