// SPDX-License-Identifier: GPL-2.0
/*
 * Values of keywords: numbers, switches, cookies.
 */
#include <errno.h>
#include <string.h>

#include "ctl.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Decimal, or hexadecimal behind 0x: as SSRCs are written. */
int parse_u32(const char *text, uint32_t *value)
{
	int base = 10;
	uint64_t sum = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		int digit = digit_of(*text);

		if (digit >= base)
			return -EINVAL;
		sum = sum * base + digit;
		if (sum > UINT32_MAX)
			return -ERANGE;
	}
	*value = sum;
	return 0;
}

/* 1 for on, 0 for off, -EINVAL for any other word. */
int parse_switch(const char *word)
{
	if (!strcmp(word, "on"))
		return 1;
	return strcmp(word, "off") ? -EINVAL : 0;
}

/* Bytes that do not print are \xNN, and a backslash is \\. */
int parse_cookie(const char *text, uint8_t *cookie, uint32_t *len)
{
	for (*len = 0; *text; text++) {
		int byte = (unsigned char)*text;

		if (*len == UCSEC_MAX_COOKIE_LEN)
			return -E2BIG;
		if (*text == '\\' && text[1] == '\\') {
			text++;
		} else if (*text == '\\') {
			if (text[1] != 'x' || digit_of(text[2]) > 15 ||
			    digit_of(text[3]) > 15)
				return -EINVAL;
			byte = digit_of(text[2]) << 4 | digit_of(text[3]);
			text += 3;
		}
		cookie[(*len)++] = byte;
	}
	return *len ? 0 : -EINVAL;
}

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

/* Needs COOKIE_TEXT_LEN bytes; parse_cookie() reads it back. */
void format_cookie(const uint8_t *cookie, uint32_t len, char *text)
{
	for (uint32_t i = 0; i < len; i++) {
		if (cookie[i] == '\\')
			text += sprintf(text, "\\\\");
		else if (!is_printable(cookie[i]))
			text += sprintf(text, "\\x%02x", cookie[i]);
		else
			*text++ = cookie[i];
	}
	*text = '\0';
}

/* For people: in hexadecimal as a whole if there is something unprintable. */
void print_cookie(const uint8_t *cookie, uint32_t len)
{
	char text[COOKIE_TEXT_LEN];
	bool prints = true;

	for (uint32_t i = 0; i < len; i++)
		prints = prints && is_printable(cookie[i]);
	if (prints) {
		format_cookie(cookie, len, text);
		fputs(text, stdout);
		return;
	}
	fputs("0x", stdout);
	for (uint32_t i = 0; i < len; i++)
		printf("%02x", cookie[i]);
}

/* A newer kernel may have reasons that this program has no name for. */
const char *reason_name(unsigned int reason, char *buf, size_t size)
{
	const char *name = reason ? ucsec_drop_name(reason) : "other";

	if (name)
		return name;
	snprintf(buf, size, "reason-%u", reason);
	return buf;
}

const char *denial_name(unsigned int reason, char *buf, size_t size)
{
	const char *name = reason ? ucsec_denial_name(reason) : "other";

	if (name)
		return name;
	snprintf(buf, size, "reason-%u", reason);
	return buf;
}

/* name, or what stands for a bit that has none. */
const char *bit_name(const char *name, int bit, char *buf, size_t size)
{
	if (name)
		return name;
	snprintf(buf, size, "bit-%d", bit);
	return buf;
}
