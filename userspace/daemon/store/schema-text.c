// SPDX-License-Identifier: GPL-2.0
/*
 * Texts: what is printable, and the formats that schema.c names.
 */
#include "store/schema-text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/schema.h"

/*
 * Length of the UTF-8 character, 0 if it is none or not for a text: no control
 * characters, nothing that reorders what stands around it.
 */
static size_t printable_len(const unsigned char *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = c[0] < 0x80 ? 1 : c[0] >= 0xc2 && c[0] < 0xe0 ? 2 :
		(c[0] & 0xf0) == 0xe0 ? 3 : c[0] >= 0xf0 && c[0] < 0xf5 ? 4 : 0;
	uint32_t code;

	if (len < 2)
		return len && c[0] >= ' ' && c[0] != 0x7f;
	code = c[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (c[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || code < 0xa0 ||
	    (code >= 0xd800 && code < 0xe000) ||
	    (code >= 0x200b && code < 0x2010) ||
	    (code >= 0x2028 && code < 0x202f) ||
	    (code >= 0x2060 && code < 0x2070) || code == 0xfeff)
		return 0;
	return len;
}

static const char *check_characters(const struct store_field *field,
				    const char *text, char *why, size_t size)
{
	while (*text) {
		size_t len = printable_len((const unsigned char *)text);
		bool bad = !len;

		/* Ends of lines, where the table names them. */
		if (bad && field->allowed && strchr(field->allowed, *text)) {
			len = 1;
			bad = false;
		}
		if (bad)
			return "a character that is not printable UTF-8";
		if (field->allowed && (len > 1 || !strchr(field->allowed, *text)))
			bad = true;
		if (field->forbidden && len == 1 &&
		    strchr(field->forbidden, *text))
			bad = true;
		if (bad) {
			snprintf(why, size, "the character '%.*s' is not allowed",
				 (int)len, text);
			return why;
		}
		text += len;
	}
	return NULL;
}

const char *store_text_check(const struct store_field *field, char *text,
			     char *why, size_t size)
{
	long len = strlen(text);
	const char *wrong;

	if (len < field->min && field->min == 1)
		return "must not be empty";
	if (len < field->min || len > field->max) {
		snprintf(why, size, "%ld bytes long, %ld to %ld are allowed",
			 len, field->min, field->max);
		return why;
	}
	wrong = check_characters(field, text, why, size);
	if (!wrong && field->check && len)
		wrong = field->check(text);
	return wrong;
}

const char *store_name_check(char *text)
{
	if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
		return "must not begin or end with a blank";
	return NULL;
}

const char *store_device_check(char *text)
{
	for (char *c = text; *c; c++)
		*c = toupper((unsigned char)*c);
	if (strlen(text) != 15 || strncmp(text, "SEP", 3) ||
	    strspn(text + 3, "0123456789ABCDEF") != 12)
		return "a phone is called SEP and the 12 hexadecimal digits "
			"of its MAC address";
	return NULL;
}

const char *store_prefix_check(char *text)
{
	return strrchr(text, '+') > text ? "a + stands in front alone" : NULL;
}

const char *store_number_check(char *text)
{
	if (store_prefix_check(text))
		return store_prefix_check(text);
	if (!strcmp(text, "+"))
		return "a + is followed by digits";
	return NULL;
}

static const char *check_label(const char *label, size_t len)
{
	if (!len || len > 63 || label[0] == '-' || label[len - 1] == '-')
		return "neither an IP address nor a host name";
	return NULL;
}

const char *store_host_check(char *text)
{
	const char *label = text, *dot;
	struct in6_addr address;

	if (inet_pton(AF_INET, text, &address) == 1)
		return NULL;
	if (inet_pton(AF_INET6, text, &address) == 1) {
		/* ::ffff:192.0.2.1 is an IPv4 address, and longer than it. */
		if (IN6_IS_ADDR_V4MAPPED(&address))
			inet_ntop(AF_INET, &address.s6_addr[12], text,
				  strlen(text) + 1);
		return NULL;
	}
	/* A last label of digits alone is a mistyped address. */
	dot = strrchr(text, '.');
	dot = dot ? dot + 1 : text;
	if (strchr(text, ':') || strspn(dot, "0123456789") == strlen(dot))
		return "neither an IP address nor a host name";
	for (; (dot = strchr(label, '.')); label = dot + 1)
		if (check_label(label, dot - label))
			return check_label(label, dot - label);
	return check_label(label, strlen(label));
}

/* A day that there is not, or a second 60, would come back another. */
const char *store_time_check(char *text)
{
	struct tm tm = { 0 };
	char again[32];
	time_t when;

	if (!strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "a time is written 2030-01-31T17:00:00Z";
	when = timegm(&tm);
	if (!gmtime_r(&when, &tm) ||
	    !strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &tm) ||
	    strcmp(again, text))
		return "a time is written 2030-01-31T17:00:00Z";
	return NULL;
}

const char *store_single_check(char *text)
{
	return strcmp(text, STORE_SINGLE) ?
		"there is one alone, called " STORE_SINGLE : NULL;
}

/* [1-5], [^12], [0-9*#] */
static const char *check_set(const char **pattern)
{
	static const char wrong[] =
		"a set is [digits or ranges], such as [1-5] or [^09]";
	const char *c = *pattern + 1;
	const char *start;

	if (*c == '^')
		c++;
	for (start = c; *c && *c != ']'; c++) {
		if (!strchr("0123456789*#", *c))
			return wrong;
		if (c[1] != '-')
			continue;
		if (!isdigit((unsigned char)c[0]) ||
		    !isdigit((unsigned char)c[2]) || c[2] < c[0])
			return wrong;
		c += 2;
	}
	if (*c != ']' || c == start)
		return wrong;
	*pattern = c;
	return NULL;
}

/* What "." marks is what strip_predot removes: it needs both sides. */
const char *store_pattern_check(char *text)
{
	const char *dot = NULL, *why;
	bool has_element = false;

	for (const char *c = text; *c; c++) {
		if (*c == '[') {
			why = check_set(&c);
			if (why)
				return why;
		} else if (*c == ']' || *c == '^' || *c == '-') {
			return "], ^ and - stand within a set [...] alone";
		} else if (*c == '+' && c != text) {
			return "a + stands in front alone";
		} else if (*c == '.') {
			if (dot)
				return "one dot at most";
			dot = c;
			continue;
		}
		has_element = has_element || *c != '+';
	}
	if (!has_element)
		return "matches no number";
	if (dot && (dot == text || !dot[1]))
		return "a dot stands between what is removed and what stays";
	return NULL;
}
