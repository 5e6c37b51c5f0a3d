// SPDX-License-Identifier: GPL-2.0
// What a message must be before it is parsed (RFC 3261, RFC 4475).

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sip/head.h"

enum {
	CSEQ_MAX = 0x7fffffff,		/* section 8.1.1.5 */
	HEADERS_MAX = 512,
	VIAS_MAX = 64,			/* lines; a loop is found long before */
	SEPARATORS_MAX = 2048,		/* of values, parameters and the like */
};

/* Option tags that a request may require of us. */
static const char *const extensions[] = {
	"100rel", "timer", "replaces", "norefersub", "from-change",
	"X-cisco-srtp-fallback", "X-cisco-serviceuri", "X-cisco-callinfo",
};

static const char *const methods[] = {
	"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK",
	"UPDATE", "INFO", "MESSAGE", "PUBLISH", "SUBSCRIBE", "NOTIFY", "REFER",
};

/* Those that may come once only; a second value would mean two things. */
static const bool single[SIP_H_COUNT] = {
	[SIP_H_FROM] = true, [SIP_H_TO] = true, [SIP_H_CALL_ID] = true,
	[SIP_H_CSEQ] = true, [SIP_H_MAX_FORWARDS] = true,
	[SIP_H_CONTENT_LENGTH] = true, [SIP_H_CONTENT_TYPE] = true,
	[SIP_H_EXPIRES] = true, [SIP_H_DATE] = true, [SIP_H_EVENT] = true,
	[SIP_H_REFER_TO] = true, [SIP_H_REFERRED_BY] = true,
	[SIP_H_REPLACES] = true, [SIP_H_SUBJECT] = true,
	[SIP_H_SESSION_EXPIRES] = true, [SIP_H_MIN_SE] = true,
	[SIP_H_MIN_EXPIRES] = true, [SIP_H_MIME_VERSION] = true,
	[SIP_H_CONTENT_DISPOSITION] = true, [SIP_H_RACK] = true,
	[SIP_H_RSEQ] = true, [SIP_H_SUBSCRIPTION_STATE] = true,
	[SIP_H_TIMESTAMP] = true,
};

struct check {
	struct sip_outline *outline;
	struct sip_fault *fault;
	unsigned int seen[SIP_H_COUNT], lines;
	bool no_hops;			/* Max-Forwards: 0 */
};

static bool refuse(struct sip_fault *fault, int status, const char *reason)
{
	fault->status = status;
	fault->reason = reason;
	return false;
}

bool sip_method_is_known(struct sip_text method)
{
	size_t i;

	/* Method names have case (section 7.1). */
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strlen(methods[i]) == method.len &&
		    !memcmp(methods[i], method.at, method.len))
			return true;
	}
	return false;
}

static bool check_uri(struct sip_text uri, struct sip_fault *fault)
{
	size_t scheme = sip_syntax_scheme(uri), i;
	struct sip_text name = { uri.at, scheme };
	const char *at;

	for (i = 0; i < uri.len; i++) {
		unsigned char c = (unsigned char)uri.at[i];

		if (c <= ' ' || c >= 0x7f || strchr("<>\"", c))
			return refuse(fault, 400, "Bad Request-URI");
	}
	if (!scheme || scheme + 1 == uri.len)
		return refuse(fault, 400, "Bad Request-URI");
	if (sip_text_is(name, "tel"))
		return true;
	if (!sip_text_is(name, "sip") && !sip_text_is(name, "sips"))
		return refuse(fault, 416, "Unsupported URI Scheme");
	/*
	 * Headers have no place in a Request-URI (section 19.1.1); a question
	 * mark in the user part is none.
	 */
	at = memchr(uri.at, '@', uri.len) ?: uri.at;
	if (memchr(at, '?', uri.len - (size_t)(at - uri.at)))
		return refuse(fault, 400, "Headers in Request-URI");
	return true;
}

/* Method SP Request-URI SP SIP-Version, one space each. */
static bool check_request_line(struct sip_text line,
			       struct sip_outline *outline,
			       struct sip_fault *fault)
{
	const char *first = memchr(line.at, ' ', line.len);
	const char *last = memrchr(line.at, ' ', line.len);
	struct sip_text version;
	size_t i;

	if (!first || first == last || first == line.at)
		return refuse(fault, 400, "Bad Request-Line");
	outline->method = (struct sip_text){ line.at, (size_t)(first - line.at) };
	for (i = 0; i < outline->method.len; i++) {
		if (!sip_char_is_token(line.at[i]))
			return refuse(fault, 400, "Bad Method");
	}
	outline->uri = (struct sip_text){ first + 1, (size_t)(last - first - 1) };
	version.at = last + 1;
	version.len = line.len - (size_t)(version.at - line.at);
	if (version.len < 5 || strncasecmp(version.at, "SIP/", 4))
		return refuse(fault, 400, "Bad Request-Line");
	if (!sip_text_is(version, "SIP/2.0"))
		return refuse(fault, 505, "Version Not Supported");
	return check_uri(outline->uri, fault);
}

static bool check_status_line(struct sip_text line,
			      struct sip_outline *outline,
			      struct sip_fault *fault)
{
	struct sip_text code = { line.at + 8, 3 };
	uint64_t value;

	if (line.len < 12 || line.at[11] != ' ' ||
	    sip_head_number(code, 699, &value) || value < 100)
		return refuse(fault, 400, "Bad Status-Line");
	outline->status = (int)value;
	return true;
}

/*
 * No controls but the folds. A quoted-pair may hide any, NUL too; what parses
 * behind us has strings that end there, so it is refused for methods that
 * anything is done about.
 */
static bool check_bytes(const char *data, size_t len, bool known,
			struct sip_fault *fault)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c >= ' ' && c != 0x7f)
			continue;
		if (c == '\t' || (c == '\r' && data[i + 1] == '\n') ||
		    (c == '\n' && i && data[i - 1] == '\r'))
			continue;
		if (i && data[i - 1] == '\\' && !(known && !c))
			continue;
		return refuse(fault, 400, "Control Character");
	}
	return true;
}

static bool check_cseq(struct check *check, struct sip_text text)
{
	struct sip_outline *outline = check->outline;
	struct sip_text digits = text, method;

	digits.len = 0;
	while (digits.len < text.len && text.at[digits.len] >= '0' &&
	       text.at[digits.len] <= '9')
		digits.len++;
	method.at = text.at + digits.len;
	method.len = text.len - digits.len;
	if (sip_head_number(digits, CSEQ_MAX, &outline->cseq) || !method.len ||
	    !strchr(" \t\r", method.at[0]))
		return refuse(check->fault, 400, "Bad CSeq");
	method = sip_text_trim(method);
	if (!outline->request) {
		outline->method = method;
		return method.len ||
		       refuse(check->fault, 400, "Bad CSeq");
	}
	if (method.len != outline->method.len ||
	    memcmp(method.at, outline->method.at, method.len))
		return refuse(check->fault, 400, "CSeq Of Another Method");
	return true;
}

static bool check_max_forwards(struct check *check, struct sip_text text)
{
	uint64_t value;

	if (sip_head_number(text, 255, &value))
		return refuse(check->fault, 400, "Bad Max-Forwards");
	check->no_hops = !value;
	return true;
}

static bool is_extension(struct sip_text tag)
{
	size_t i;

	for (i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		if (sip_text_is(tag, extensions[i]))
			return true;
	}
	return false;
}

/* Collects what we do not know; the refusal comes when all was looked at. */
static void collect_unsupported(struct sip_fault *fault, struct sip_text text)
{
	while (text.len) {
		const char *comma = memchr(text.at, ',', text.len);
		struct sip_text tag = text;
		size_t used = strlen(fault->unsupported), i;

		if (comma)
			tag.len = (size_t)(comma - text.at);
		text.at += tag.len + !!comma;
		text.len -= tag.len + !!comma;
		tag = sip_text_trim(tag);
		for (i = 0; i < tag.len && sip_char_is_token(tag.at[i]); i++)
			;
		if (!tag.len || i < tag.len || is_extension(tag))
			continue;
		snprintf(fault->unsupported + used,
			 sizeof(fault->unsupported) - used, "%s%.*s",
			 used ? ", " : "", (int)tag.len, tag.at);
	}
}

static bool check_text(bool good, struct sip_fault *fault, const char *reason)
{
	return good || refuse(fault, 400, reason);
}

static bool check_line(struct check *check, const struct sip_line *line)
{
	struct sip_fault *fault = check->fault;
	struct sip_text text = line->value;
	uint64_t value;

	switch (line->id) {
	case SIP_H_VIA:
		if (!check->outline->via.at)
			check->outline->via = text;
		return check_text(sip_syntax_via(text), fault, "Bad Via");
	case SIP_H_FROM:
		return check_text(sip_syntax_address(text, false), fault,
				  "Bad From");
	case SIP_H_TO:
		return check_text(sip_syntax_address(text, false), fault,
				  "Bad To");
	case SIP_H_CONTACT:
		return check_text(sip_text_is(text, "*") ||
				  sip_syntax_address_list(text, false), fault,
				  "Bad Contact");
	case SIP_H_ROUTE:
	case SIP_H_RECORD_ROUTE:
		return check_text(sip_syntax_address_list(text, true), fault,
				  "Bad Route");
	case SIP_H_REFER_TO:
	case SIP_H_REFERRED_BY:
		return check_text(sip_syntax_address(text, false), fault,
				  "Bad Refer-To Or Referred-By");
	case SIP_H_CALL_ID:
		return check_text(text.len && !memchr(text.at, ' ', text.len) &&
				  !memchr(text.at, '\t', text.len), fault,
				  "Bad Call-ID");
	case SIP_H_CSEQ:
		return check_cseq(check, text);
	case SIP_H_MAX_FORWARDS:
		return check_max_forwards(check, text);
	case SIP_H_DATE:
		return check_text(sip_syntax_date(text), fault, "Bad Date");
	case SIP_H_EXPIRES:
	case SIP_H_MIN_EXPIRES:
	case SIP_H_RSEQ:
		return check_text(!sip_head_number(text, UINT32_MAX, &value),
				  fault, "Bad Number");
	case SIP_H_REQUIRE:
	case SIP_H_PROXY_REQUIRE:
		collect_unsupported(fault, text);
		return true;
	default:
		return true;
	}
}

static bool check_lines(struct check *check, const char *at, const char *end)
{
	struct sip_line line;
	int got;

	while ((got = sip_head_next(&at, end, &line)) == 1) {
		if (++check->lines > HEADERS_MAX)
			return refuse(check->fault, 400, "Too Many Headers");
		if (check->seen[line.id]++ && single[line.id])
			return refuse(check->fault, 400, "Header Twice");
		if (!check_line(check, &line))
			return false;
	}
	if (got < 0)
		return refuse(check->fault, 400, "Bad Header");
	if (check->seen[SIP_H_VIA] > VIAS_MAX)
		return refuse(check->fault, 400, "Too Many Vias");
	if (!check->seen[SIP_H_VIA] || !check->seen[SIP_H_FROM] ||
	    !check->seen[SIP_H_TO] || !check->seen[SIP_H_CALL_ID] ||
	    !check->seen[SIP_H_CSEQ])
		return refuse(check->fault, 400, "Mandatory Header Missing");
	return true;
}

/*
 * What makes a request one that we would do something about. ACK and CANCEL
 * cannot be refused for what they require (section 8.2.2.3).
 */
static bool check_request(struct check *check, bool known)
{
	const struct sip_text *method = &check->outline->method;

	if (!known)
		return refuse(check->fault, 501, "Not Implemented");
	if (check->no_hops)
		return refuse(check->fault, 483, "Too Many Hops");
	if (check->fault->unsupported[0] && !sip_text_is(*method, "ACK") &&
	    !sip_text_is(*method, "CANCEL"))
		return refuse(check->fault, 420, "Bad Extension");
	return true;
}

/*
 * libosip2 walks a list from its start for each value, parameter or header of a
 * part that it adds: 32768 of them, which fit into one message, take it more
 * than a second. Quotes could be made to hide them, so they count there, too.
 */
static bool check_separators(const char *data, size_t len, const char *set,
			     struct sip_fault *fault)
{
	unsigned int separators = 0;
	size_t i;

	for (i = 0; i < len; i++)
		separators += data[i] && strchr(set, data[i]);
	return separators <= SEPARATORS_MAX ||
	       refuse(fault, 400, "Too Many Values");
}

static bool has_word(const char *data, size_t len, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= len; i++)
		if (!strncasecmp(data + i, word, n))
			return true;
	return false;
}

static bool is_type_line(const char *line, size_t len)
{
	static const char name[] = "content-type";

	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	return len >= sizeof(name) - 1 &&
	       !strncasecmp(line, name, sizeof(name) - 1);
}

/*
 * libosip2 forgets the first Content-Type of a part that has two, as often as
 * it is sent that. Wherever a part may begin, two between empty lines are one
 * too many. Parts have heads of their own.
 */
static bool check_parts(const char *start, const struct sip_frame *frame,
			struct sip_fault *fault)
{
	const char *at = start + frame->head, *end = at + frame->body, *eol;
	unsigned int types = 0;

	if (!has_word(start, frame->head, "multipart"))
		return true;
	if (!check_separators(at, frame->body, ",;&\r\n", fault))
		return false;
	for (; at < end; at = eol + 1) {
		eol = at;
		while (eol < end && *eol != '\n' && *eol != '\r')
			eol++;
		if (is_type_line(at, (size_t)(eol - at)))
			types++;
		else if (eol == at && (at[-1] == '\r' || at[-1] == '\n') &&
			 !(at[-1] == '\r' && eol < end && *eol == '\n'))
			types = 0;
		if (types > 1)
			return refuse(fault, 400, "Repeated Content-Type");
	}
	return true;
}

bool sip_strict(const char *data, const struct sip_frame *frame,
		struct sip_outline *outline, struct sip_fault *fault)
{
	struct check check = { .outline = outline, .fault = fault };
	const char *start = data + frame->skip;
	const char *end = start + frame->head;
	const char *lf = memchr(start, '\n', frame->head);
	struct sip_text line = { start, (size_t)(lf - start) };
	bool known, good;

	memset(outline, 0, sizeof(*outline));
	memset(fault, 0, sizeof(*fault));
	if (!line.len || start[line.len - 1] != '\r')
		return refuse(fault, 400, "Bad Start Line");
	line.len--;
	outline->request = line.len < 8 || strncasecmp(start, "SIP/2.0 ", 8);
	good = outline->request ? check_request_line(line, outline, fault) :
				  check_status_line(line, outline, fault);
	known = !outline->request || sip_method_is_known(outline->method);
	if (good)
		good = check_bytes(start, frame->head, known, fault);
	if (good)
		good = check_separators(start, frame->head, ",;&", fault);
	if (good)
		good = check_lines(&check, lf + 1, end);
	if (good && outline->request)
		good = check_request(&check, known);
	return good && check_parts(start, frame, fault);
}
