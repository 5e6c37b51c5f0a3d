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
#include "word.h"

struct head {
	const u8 *at, *end;
	const u8 *quick;	/* below it, 16 bytes can be read */
	const u8 *last;		/* below it, 3 bytes can be read */
	struct ucsec_sip_text method;
	struct ucsec_sip_facts *facts;
	bool to, event, refer_to, cseq;
};

#define CRLF	('\r' | '\n' << 8)

/* To the first that is below that one, DEL, or not ASCII, or to the last few. */
static __always_inline const u8 *seek_below(const struct head *head,
					    const u8 *at, u8 least)
{
	u64 found;

	for (; at < head->quick; at += 16) {
		found = ucsec_sip_seem_below(get_unaligned_le64(at), least);
		if (found)
			return at + ucsec_sip_index(found);
		found = ucsec_sip_seem_below(get_unaligned_le64(at + 8), least);
		if (found)
			return at + 8 + ucsec_sip_index(found);
	}
	return at;
}

/*
 * Byte by byte: for folds, tabs, what is not ASCII, and the last few. A line that
 * continues another with blanks alone is the empty line to parsers that trim.
 */
static noinline const u8 *find_odd_eol(const struct head *head, const u8 *at,
				       int *fault)
{
	const u8 *end = head->end;
	bool blank = false;

	for (; at < end; at++) {
		if (at < head->last && get_unaligned_le16(at) == CRLF) {
			if (blank) {
				*fault = UCSEC_FAULT_HEADER;
				return NULL;
			}
			if (!ucsec_sip_blank(at[2]))
				return at;
			at += 2;
			blank = true;
		} else if (*at > ' ' && *at != 0x7f) {
			blank = false;
		} else if (!ucsec_sip_blank(*at)) {
			break;
		}
	}
	*fault = at == end || (*at == '\r' && (end - at == 1 ||
						at[1] == '\n')) ?
		 UCSEC_FAULT_NO_END : UCSEC_FAULT_CONTROL;
	return NULL;
}

/*
 * The CR that ends a line and those that continue it; NULL if there is none.
 * Behind CR and LF there is a byte then: it tells that the line ends.
 */
static __always_inline const u8 *find_eol(const struct head *head,
					  const u8 *at)
{
	int fault;

	at = seek_below(head, at, ' ');
	if (likely(at < head->last && get_unaligned_le16(at) == CRLF &&
		   at[2] > ' '))
		return at;
	return find_odd_eol(head, at, &fault);
}

/* Of the line that begins there: none goes before what is wrong within it. */
static int fault_of_line(const struct head *head, const u8 *at, int within)
{
	int fault;

	return find_odd_eol(head, at, &fault) ? within : fault;
}

/* A name or method with what has to follow; stop: NULL if that does not. */
struct token {
	const u8 *stop;
	size_t len;
};

/* By the table, from at on; before a colon there may be blanks. */
static noinline struct token find_odd_stop(const struct head *head,
					   const u8 *name, const u8 *at,
					   u8 stop)
{
	size_t len;

	while (at < head->end && ucsec_sip_is(*at, UCSEC_SIP_TOKEN))
		at++;
	len = (size_t)(at - name);
	while (stop == ':' && at < head->end && ucsec_sip_blank(*at))
		at++;
	return (struct token){
		at < head->end && *at == stop ? at : NULL, len };
}

/* Letters by the word, and what else is in a token by the table. */
static __always_inline struct token find_stop(const struct head *head,
					      const u8 *name, u8 stop)
{
	const u8 *at = name;

	while (at < head->quick) {
		u64 found = ucsec_sip_no_letters(get_unaligned_le64(at));

		if (!found) {
			at += 8;
			continue;
		}
		at += ucsec_sip_index(found);
		if (likely(*at == stop))
			return (struct token){ at, (size_t)(at - name) };
		if (*at != '-')
			break;
		at++;
	}
	return find_odd_stop(head, name, at, stop);
}

/*
 * Lower-case name with the same letters? Both are len bytes long, 8 at most. Of
 * the characters of a token this folds letters alone.
 */
static __always_inline bool is_name(const u8 *at, const char *name, size_t len)
{
	if (len == 8)
		return (get_unaligned_le64(at) | UCSEC_SIP_REPEAT(0x20)) ==
		       get_unaligned_le64(name);
	if (len & 4) {
		if ((get_unaligned_le32(at) | 0x20202020) !=
		    get_unaligned_le32(name))
			return false;
		at += 4;
		name += 4;
	}
	if (len & 2) {
		if ((get_unaligned_le16(at) | 0x2020) !=
		    get_unaligned_le16(name))
			return false;
		at += 2;
		name += 2;
	}
	return !(len & 1) || (*at | 0x20) == *name;
}

static bool is_version(const u8 *at)
{
	return is_name(at, "sip/2.0", 7);
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
	case 0:
		return UCSEC_FAULT_HEADER;
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
		if (is_name(name, "replaces", 8))
			head->facts->replaces = true;
		return is_name(name, "refer-to", 8) ?
		       read_refer_to(head, value) : 0;
	default:
		return 0;
	}
}

/*
 * Who undoes folds before he looks for the empty line does not find it where the
 * body begins with a blank, and reads on there: a header that only counts in
 * these requests may be in it. Bodies of others may begin so.
 */
static bool is_judged_by_headers(const struct head *head)
{
	return head->facts->method & (UCSEC_METHOD_INVITE | UCSEC_METHOD_REFER |
				      UCSEC_METHOD_SUBSCRIBE);
}

/* The lengths of the names that are read, and 0. */
#define LENGTHS	(1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8)

/*
 * Up to the empty line, which there must be. A name has no control in it, so
 * that its line's end is behind it; behind a line there is a byte at least.
 */
static int scan_headers(struct head *head)
{
	const u8 *at = head->at, *end = head->end, *eol;
	struct token name;
	int fault;

	for (; *at != '\r'; at = eol + 2) {
		name = find_stop(head, at, ':');
		eol = name.stop ? find_eol(head, name.stop) : NULL;
		if (!eol)
			return fault_of_line(head, at, UCSEC_FAULT_HEADER);
		if (name.len > 8 || !(1 << name.len & LENGTHS))
			continue;
		fault = read_header(head, at, name.len,
				    (struct ucsec_sip_text){
					    name.stop + 1, eol });
		if (fault)
			return fault;
	}
	if (end - at < 2)
		return UCSEC_FAULT_NO_END;
	if (at[1] != '\n')
		return UCSEC_FAULT_CONTROL;
	if (end - at > 2 && ucsec_sip_blank(at[2]) &&
	    is_judged_by_headers(head))
		return UCSEC_FAULT_HEADER;
	return head->to ? UCSEC_FAULT_NONE : UCSEC_FAULT_NO_TO;
}

/*
 * 0 for a name in another case: method names have case (section 7.1), but many
 * parsers do not know, and one of the two would be told what the other is. Of
 * a token's characters only letters become upper-case ones without that bit. A
 * request line has 13 bytes at least.
 */
static u16 method_of(const u8 *at, size_t len)
{
	static const char names[14][10] = {
		"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER",
		"PRACK", "UPDATE", "INFO", "MESSAGE", "PUBLISH", "SUBSCRIBE",
		"NOTIFY", "REFER",
	};
	u64 word = get_unaligned_le64(at), name;
	u8 ninth = len == 9 ? at[8] : '\0';
	unsigned int i;

	if (len > 9)
		return UCSEC_METHOD_OTHER;
	if (len < 8)
		word &= ((u64)1 << 8 * len) - 1;
	for (i = 0; i < 14; i++) {
		name = get_unaligned_le64(names[i]);
		if ((word & ~UCSEC_SIP_REPEAT(0x20)) == name &&
		    (ninth & ~0x20) == names[i][8])
			return word == name && ninth == names[i][8] ?
			       (u16)(1 << i) : 0;
	}
	return UCSEC_METHOD_OTHER;
}

/* Behind the URI: SP SIP-Version CRLF, and no blank that continues the line. */
static bool ends_line(const struct head *head, const u8 *at)
{
	const u64 letters = (u64)0x202020 << 8;

	return head->end - at >= 11 &&
	       (get_unaligned_le64(at) | letters) ==
	       get_unaligned_le64(" sip/2.0") &&
	       get_unaligned_le16(at + 8) == CRLF && !ucsec_sip_blank(at[10]);
}

/* Method SP Request-URI SP SIP-Version CRLF; no header continues it. */
static int scan_request_line(struct head *head)
{
	const u8 *start = head->at, *at, *uri;
	struct token method = find_stop(head, start, ' ');

	if (!method.stop || !method.len)
		return fault_of_line(head, start, UCSEC_FAULT_START_LINE);
	uri = method.stop + 1;
	at = seek_below(head, uri, ' ' + 1);
	while (at < head->end && *at > ' ' && *at != 0x7f)
		at++;
	if (at == uri || !ends_line(head, at))
		return fault_of_line(head, start, UCSEC_FAULT_START_LINE);
	head->at = at + 10;
	head->method = (struct ucsec_sip_text){ start, method.stop };
	head->facts->method = method_of(start, method.len);
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
		.quick = data,
		.last = data,
		.facts = facts,
	};
	int fault;

	if (len >= 16)
		head.quick = head.end - 15;
	if (len >= 3)
		head.last = head.end - 2;
	fault = scan_request_line(&head);
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
