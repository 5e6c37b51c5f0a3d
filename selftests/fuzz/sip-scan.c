// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner of requests against a reader that copies, unfolds and searches:
 * whatever the scanner reads as a request has these facts, or needs more.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uapi/linux/ucsec.h>

#include "guard.h"
#include "scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "sip-scan: %s\n", what);
	abort();
}

/* To parsers that trim, a line of blanks alone is the empty one. */
static bool has_blank_line(const char *head)
{
	const char *at = head;

	while ((at = strstr(at, "\r\n"))) {
		size_t blanks = strspn(at += 2, " \t");

		if (blanks && !strncmp(at + blanks, "\r\n", 2))
			return true;
	}
	return false;
}

/* The head as one string, folds made spaces; NULL: it has no end. */
static char *copy_head(const uint8_t *data, size_t size)
{
	char *head = strndup((const char *)data, size), *at, *end;

	for (at = head; at[0] == '\r' && at[1] == '\n'; at += 2)
		;
	memmove(head, at, strlen(at) + 1);
	end = strstr(head, "\r\n\r\n");
	if (!end) {
		free(head);
		return NULL;
	}
	end[2] = '\0';
	check(!has_blank_line(head), "a line of blanks");
	while ((at = strstr(head, "\r\n ")) || (at = strstr(head, "\r\n\t")))
		at[0] = at[1] = ' ';
	return head;
}

static bool is_one_of(const char *name, const char *full, const char *compact)
{
	return !strcasecmp(name, full) || !strcasecmp(name, compact);
}

static bool in_token(char c)
{
	return c && (isalnum((unsigned char)c) || strchr("-.!%*_+`'~", c));
}

/* Any ";tag=" behind what may be an address, with something in it. */
static bool has_tag(const char *value)
{
	const char *at = strrchr(value, '>') ?: value;

	while ((at = strchr(at, ';'))) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, "tag", 3))
			continue;
		at += 3 + strspn(at + 3, " \t");
		if (*at != '=')
			continue;
		at += 1 + strspn(at + 1, " \t");
		if (in_token(*at))
			return true;
	}
	return false;
}

static bool is_presence(const char *value)
{
	value += strspn(value, " \t");
	return !strncasecmp(value, "presence", 8) &&
	       (value[8] == '.' || !in_token(value[8]));
}

/* Undoes escapes until there are none; NUL becomes a line's end. */
static void unescape(char *text)
{
	bool again = true;

	while (again) {
		char *in = text, *out = text;

		again = false;
		while (*in) {
			char digits[3] = { in[0] == '%' ? in[1] : 0,
					   in[0] == '%' && in[1] ? in[2] : 0 };

			if (isxdigit((unsigned char)digits[0]) &&
			    isxdigit((unsigned char)digits[1])) {
				*out = (char)strtoul(digits, NULL, 16);
				if (!*out)
					*out = '\n';
				out++;
				in += 3;
				again = true;
			} else {
				*out++ = *in++;
			}
		}
		*out = '\0';
	}
}

static bool embeds(char *value)
{
	const char *at = value;

	/* Some look for no more than this, and undo no escapes before. */
	if (strcasestr(value, "replaces="))
		return true;
	unescape(value);
	for (; (at = strpbrk(at, "?&\r\n")); at++) {
		const char *name = at + 1 + strspn(at + 1, " \t");

		if (!strncasecmp(name, "replaces", 8) && !in_token(name[8]))
			return true;
	}
	return false;
}

struct seen {
	unsigned int to, event, refer_to;
	bool tag, presence, replaces, embedded;
};

static void read_line(char *line, struct seen *seen)
{
	char *colon = strchr(line, ':'), *end = colon;

	check(colon && colon > line, "a header without a name");
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	if (is_one_of(line, "to", "t")) {
		seen->to++;
		seen->tag = has_tag(colon + 1);
	} else if (is_one_of(line, "event", "o")) {
		seen->event++;
		seen->presence = is_presence(colon + 1);
	} else if (is_one_of(line, "refer-to", "r")) {
		seen->refer_to++;
		seen->embedded = embeds(colon + 1);
	}
	seen->replaces |= !strcasecmp(line, "replaces");
}

static u16 method_of(const char *line)
{
	static const char *const names[] = {
		"INVITE ", "ACK ", "BYE ", "CANCEL ", "OPTIONS ", "REGISTER ",
		"PRACK ", "UPDATE ", "INFO ", "MESSAGE ", "PUBLISH ",
		"SUBSCRIBE ", "NOTIFY ", "REFER ",
	};
	unsigned int i;

	for (i = 0; i < 14; i++) {
		if (strncasecmp(line, names[i], strlen(names[i])))
			continue;
		check(!strncmp(line, names[i], strlen(names[i])),
		      "a method in two cases");
		return (u16)(1 << i);
	}
	return UCSEC_METHOD_OTHER;
}

static void check_request(const uint8_t *data, size_t size,
			  const struct ucsec_sip_facts *f)
{
	char *head = copy_head(data, size), *line, *next;
	struct seen seen = { 0 };

	check(head, "a request without an end");
	next = strstr(head, "\r\n");
	*next = '\0';
	check(f->method == method_of(head), "another method");
	for (line = next + 2; *line; line = next + 2) {
		next = strstr(line, "\r\n");
		*next = '\0';
		check(!strpbrk(line, "\r\n"), "a line within a line");
		read_line(line, &seen);
	}
	check(seen.to == 1, "To is there once");
	check(seen.event <= 1 && seen.refer_to <= 1, "Event or Refer-To twice");
	check(!f->in_dialog || seen.tag, "a tag that is not there");
	check(f->presence == seen.presence, "presence");
	check(f->replaces == seen.replaces, "Replaces");
	check(f->refer_replaces || !seen.embedded, "Replaces in Refer-To");
	check(!(f->method == UCSEC_METHOD_REFER && !seen.tag) ||
	      f->needs & UCSEC_BOX_OUT_OF_DIALOG_REFER, "REFER");
	check(!(f->method == UCSEC_METHOD_NOTIFY && !seen.tag) ||
	      f->needs & UCSEC_BOX_UNSOLICITED_NOTIFICATION, "NOTIFY");
	check(!(f->method == UCSEC_METHOD_SUBSCRIBE && !seen.tag &&
		seen.presence) ||
	      f->needs & UCSEC_BOX_PRESENCE_SUBSCRIPTION, "SUBSCRIBE");
	check(!(seen.replaces || seen.embedded) ||
	      f->needs & UCSEC_BOX_REPLACES_HEADER, "a need of Replaces");
	free(head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ucsec_sip_facts f;
	size_t i;

	if (size > UCSEC_SIP_HEAD_MAX)
		return 0;
	ucsec_sip_scan(guarded(data, size), size, &f);
	switch (f.class) {
	case UCSEC_SIP_REQUEST:
		check_request(data, size, &f);
		break;
	case UCSEC_SIP_KEEPALIVE:
		for (i = 0; i < size; i++)
			check(data[i] == (data[0] ? "\r\n"[i % 2] : 0),
			      "a keepalive with something in it");
		break;
	case UCSEC_SIP_STUN:
		check(size >= 20 && data[0] <= 3, "STUN");
		break;
	case UCSEC_SIP_RESPONSE:
		check(memmem(data, size, "SIP/2.0 ", 8), "a response");
		break;
	default:
		check(f.class == UCSEC_SIP_UNPARSED && f.fault &&
		      f.fault <= UCSEC_FAULT_LENGTH && !f.needs && !f.method,
		      "a fault");
	}
	return 0;
}
