// SPDX-License-Identifier: GPL-2.0
/*
 * From a datagram to the facts that trunk ACLs ask for (ACL-1, ACL-2).
 *
 * Strict where parsers differ: a line ends with CRLF, a name is a token, and
 * one message has one To, one Event, one Refer-To. What hides a header from
 * somebody who reads otherwise is thereby no message at all, but for To, whose
 * absence and repetition are faults as well.
 */
#include "internal.h"
#include <uapi/linux/ucsec.h>
#include "scan.h"
#include "value.h"

struct head {
	const u8 *at, *end;
	struct ucsec_sip_text method;
	struct ucsec_sip_facts *facts;
	bool to, event, refer_to, cseq;
};

#define REPEAT(byte)	((u64)0x0101010101010101 * (byte))

/*
 * Of eight bytes, the high bit of those that seem to be controls or DEL; with
 * the high bit set they are text. None is overlooked: a borrow or a carry makes
 * a neighbour seem to be one, and never hides one.
 */
static inline u64 seem_controls(u64 bytes)
{
	return ((bytes - REPEAT(0x20)) | (bytes + REPEAT(1))) & ~bytes &
	       REPEAT(0x80);
}

/* The first that may be a control character; end if there is none. */
static __always_inline const u8 *find_control(const u8 *at, const u8 *end)
{
	const u8 *words = at + ((size_t)(end - at) & ~(size_t)15);
	u64 found;

	for (; at < words; at += 16) {
		found = seem_controls(get_unaligned_le64(at));
		if (found)
			return at + __ffs64(found) / 8;
		found = seem_controls(get_unaligned_le64(at + 8));
		if (found)
			return at + 8 + __ffs64(found) / 8;
	}
	while (at < end && *at >= ' ' && *at != 0x7f)
		at++;
	return at;
}

/*
 * The CR that ends a line and those that continue it; NULL and a fault if there
 * is none. Behind CR and LF there is a byte then: it tells that the line ends.
 */
static __always_inline const u8 *find_eol(const u8 *at, const u8 *end,
					  int *fault)
{
	for (;;) {
		at = find_control(at, end);
		if (end - at >= 3 && at[0] == '\r' && at[1] == '\n') {
			if (!ucsec_sip_blank(at[2]))
				return at;
			at += 3;
		} else if (at < end && (*at == '\t' ||
					(*at >= ' ' && *at != 0x7f))) {
			at++;
		} else {
			break;
		}
	}
	*fault = at == end || (*at == '\r' && (end - at == 1 ||
						at[1] == '\n')) ?
		 UCSEC_FAULT_NO_END : UCSEC_FAULT_CONTROL;
	return NULL;
}

/* What is no token's character is in each line, its CR at the latest. */
static __always_inline const u8 *skip_token(const u8 *at)
{
	while (ucsec_sip_is(at[0], UCSEC_SIP_TOKEN) &&
	       ucsec_sip_is(at[1], UCSEC_SIP_TOKEN))
		at += 2;
	return at + ucsec_sip_is(at[0], UCSEC_SIP_TOKEN);
}

/* Lower-case name with the same letters? Both are len bytes long. */
static bool is_name(const u8 *at, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		/* Of the characters of a token this folds letters alone. */
		if ((at[i] | 0x20) != (u8)name[i])
			return false;
	}
	return true;
}

static int read_to(struct head *head, struct ucsec_sip_text value)
{
	if (head->to)
		return UCSEC_FAULT_REPEATED;
	head->to = true;
	return ucsec_sip_value_to(value, &head->facts->in_dialog) ?
	       UCSEC_FAULT_NONE : UCSEC_FAULT_TO;
}

static int read_event(struct head *head, struct ucsec_sip_text value)
{
	if (head->event)
		return UCSEC_FAULT_REPEATED;
	head->event = true;
	return ucsec_sip_value_event(value, &head->facts->presence) ?
	       UCSEC_FAULT_NONE : UCSEC_FAULT_EVENT;
}

static int read_refer_to(struct head *head, struct ucsec_sip_text value)
{
	if (head->refer_to)
		return UCSEC_FAULT_REPEATED;
	head->refer_to = true;
	return ucsec_sip_value_refer_to(value, &head->facts->refer_replaces) ?
	       UCSEC_FAULT_NONE : UCSEC_FAULT_REFER_TO;
}

/* A parser may go by the method in there: another one is two requests. */
static int read_cseq(struct head *head, struct ucsec_sip_text value)
{
	if (head->cseq)
		return UCSEC_FAULT_REPEATED;
	head->cseq = true;
	return ucsec_sip_value_cseq(value, head->method) ?
	       UCSEC_FAULT_NONE : UCSEC_FAULT_HEADER;
}

/* Names and compact names (RFC 3261 7.3.3, RFC 3515, RFC 6665, RFC 3891). */
static int read_header(struct head *head, const u8 *name, size_t len,
		       struct ucsec_sip_text value)
{
	u8 first = name[0] | 0x20;

	switch (len) {
	case 1:
		return first == 't' ? read_to(head, value) :
		       first == 'o' ? read_event(head, value) :
		       first == 'r' ? read_refer_to(head, value) : 0;
	case 2:
		return is_name(name, "to", 2) ? read_to(head, value) : 0;
	case 4:
		return is_name(name, "cseq", 4) ? read_cseq(head, value) : 0;
	case 5:
		return is_name(name, "event", 5) ? read_event(head, value) : 0;
	case 8:
		if (first != 'r')
			return 0;
		if (is_name(name, "replaces", 8))
			head->facts->replaces = true;
		return is_name(name, "refer-to", 8) ?
		       read_refer_to(head, value) : 0;
	default:
		return 0;
	}
}

/*
 * Up to the empty line, which there must be. The CR at a line's end stops
 * whoever looks for its name; behind a line there is a byte at least.
 */
static int scan_headers(struct head *head)
{
	const u8 *at = head->at, *end = head->end;
	int fault = UCSEC_FAULT_NONE;

	while (*at != '\r') {
		const u8 *name = at, *eol = find_eol(at, end, &fault);
		size_t len;

		if (!eol)
			return fault;
		at = skip_token(at);
		len = (size_t)(at - name);
		while (ucsec_sip_blank(*at))
			at++;
		if (!len || *at != ':')
			return UCSEC_FAULT_HEADER;
		if (len <= 8)
			fault = read_header(head, name, len,
					    (struct ucsec_sip_text){
						at + 1, eol });
		if (fault)
			return fault;
		at = eol + 2;
	}
	if (end - at < 2)
		return UCSEC_FAULT_NO_END;
	if (at[1] != '\n')
		return UCSEC_FAULT_CONTROL;
	return head->to ? UCSEC_FAULT_NONE : UCSEC_FAULT_NO_TO;
}

/*
 * 0 for a name in another case: method names have case (section 7.1), but many
 * parsers do not know, and one of the two would be told what the other is.
 */
static u16 method_of(const u8 *at, size_t len)
{
	static const char names[14][10] = {
		"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER",
		"PRACK", "UPDATE", "INFO", "MESSAGE", "PUBLISH", "SUBSCRIBE",
		"NOTIFY", "REFER",
	};
	static const u8 lengths[14] = {
		6, 3, 3, 6, 7, 8, 5, 6, 4, 7, 7, 9, 6, 5,
	};
	unsigned int i, j;

	for (i = 0; i < 14; i++) {
		if (len != lengths[i] ||
		    (at[0] | 0x20) != (names[i][0] | 0x20))
			continue;
		if (!memcmp(at, names[i], len))
			return (u16)(1 << i);
		for (j = 1; j < len; j++) {
			if ((at[j] | 0x20) != (names[i][j] | 0x20))
				break;
		}
		if (j == len)
			return 0;
	}
	return UCSEC_METHOD_OTHER;
}

static bool is_version(const u8 *at)
{
	return is_name(at, "sip/2.0", 7);
}

/* Method SP Request-URI SP SIP-Version CRLF; no header continues it. */
static int scan_request_line(struct head *head)
{
	const u8 *start = head->at, *at = start, *uri, *eol;
	int fault = UCSEC_FAULT_NONE;

	eol = find_eol(start, head->end, &fault);
	if (!eol)
		return fault;
	head->at = eol + 2;
	at = skip_token(at);
	head->method.at = start;
	head->method.end = at;
	if (at == start || *at != ' ')
		return UCSEC_FAULT_START_LINE;
	uri = ++at;
	while (*at > ' ')
		at++;		/* the CR ends it */
	if (at == uri || *at != ' ' || eol - at != 8 || !is_version(at + 1))
		return UCSEC_FAULT_START_LINE;
	head->facts->method = method_of(start, (size_t)(uri - 1 - start));
	return head->facts->method ? UCSEC_FAULT_NONE : UCSEC_FAULT_START_LINE;
}

static u8 needs_of(const struct ucsec_sip_facts *facts)
{
	u8 needs = 0;

	if (facts->replaces || facts->refer_replaces)
		needs = UCSEC_BOX_REPLACES_HEADER;
	if (facts->in_dialog)
		return needs;
	switch (facts->method) {
	case UCSEC_METHOD_SUBSCRIBE:
		return facts->presence ?
		       needs | UCSEC_BOX_PRESENCE_SUBSCRIPTION : needs;
	case UCSEC_METHOD_REFER:
		return needs | UCSEC_BOX_OUT_OF_DIALOG_REFER;
	case UCSEC_METHOD_NOTIFY:
		return needs | UCSEC_BOX_UNSOLICITED_NOTIFICATION;
	default:
		return needs;
	}
}

static void unparsed(struct ucsec_sip_facts *facts, int fault)
{
	memset(facts, 0, sizeof(*facts));
	facts->class = UCSEC_SIP_UNPARSED;
	facts->fault = (u8)fault;
}

static void scan_request(const u8 *data, size_t len,
			 struct ucsec_sip_facts *facts)
{
	struct head head = {
		.at = data,
		.end = data + min_t(size_t, len, UCSEC_SIP_HEAD_MAX),
		.facts = facts,
	};
	int fault = scan_request_line(&head);

	if (!fault)
		fault = scan_headers(&head);
	if (fault == UCSEC_FAULT_NO_END && len > UCSEC_SIP_HEAD_MAX)
		fault = UCSEC_FAULT_LENGTH;
	if (fault) {
		unparsed(facts, fault);
		return;
	}
	facts->class = UCSEC_SIP_REQUEST;
	facts->needs = needs_of(facts);
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

/* What begins with SIP/ is no request; "SIP" may be the name of a method. */
static bool scan_response(const u8 *data, size_t len,
			  struct ucsec_sip_facts *facts)
{
	if (len < 4 || !is_name(data, "sip/", 4))
		return false;
	if (len >= 12 && !memcmp(data, "SIP/2.0 ", 8) && is_digit(data[8]) &&
	    is_digit(data[9]) && is_digit(data[10]) && data[11] == ' ')
		facts->class = UCSEC_SIP_RESPONSE;
	else
		unparsed(facts, UCSEC_FAULT_START_LINE);
	return true;
}

/* Could somebody who begins anywhere find a start line in it? */
static bool names_version(const u8 *at, size_t len)
{
	size_t i;

	for (i = 0; i + 7 <= len; i++) {
		if ((at[i] | 0x20) == 's' && is_version(at + i))
			return true;
	}
	return false;
}

/* RFC 8489 section 5, of the classes and methods that are in use. */
static bool is_stun(const u8 *data, size_t len)
{
	size_t attributes = len >= 20 ? data[2] << 8 | data[3] : 1;

	return data[0] <= 3 && !(attributes % 4) && attributes <= len - 20 &&
	       data[4] == 0x21 && data[5] == 0x12 && data[6] == 0xa4 &&
	       data[7] == 0x42 && !names_version(data, len);
}

/* Keepalives: nothing, NULs, or CRLFs up to the end (RFC 5626 section 3.5.1). */
static size_t skip_nothing(const u8 *data, size_t len)
{
	size_t skip = 0;

	while (skip < len && !data[skip])
		skip++;
	if (skip)
		return skip == len ? len : 0;
	while (len - skip >= 2 && data[skip] == '\r' && data[skip + 1] == '\n')
		skip += 2;
	return skip;
}

void ucsec_sip_scan(const u8 *data, size_t len, struct ucsec_sip_facts *facts)
{
	size_t skip = skip_nothing(data, len);

	memset(facts, 0, sizeof(*facts));
	if (skip == len)
		facts->class = UCSEC_SIP_KEEPALIVE;
	else if (is_stun(data, len))
		facts->class = UCSEC_SIP_STUN;
	else if (!scan_response(data + skip, len - skip, facts))
		scan_request(data + skip, len - skip, facts);
}
