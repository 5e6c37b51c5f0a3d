// SPDX-License-Identifier: GPL-2.0
/* Names and lengths of the suites, and the reading of their key files. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"

static const struct suite suites[] = {
	{"AES_CM_128_HMAC_SHA1_80", false, 16, 14, 10},
	{"AES_CM_128_HMAC_SHA1_32", false, 16, 14, 4},
	{"AEAD_AES_128_GCM", true, 16, 12, 16},
	{"AEAD_AES_256_GCM", true, 32, 12, 16},
};

const struct suite *suite_lookup(const char *name)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (!strcmp(name, suites[i].name))
			return &suites[i];
	return NULL;
}

static int sextet(int c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)(p - digits) : -EINVAL;
}

/* Decodes up to the first byte that is no digit; returns the length. */
static ssize_t decode(uint8_t *out, size_t size, const char *text)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t len = 0;

	for (; sextet(*text) >= 0; text++) {
		bits = bits << 6 | (uint32_t)sextet(*text);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (len == size)
			return -EMSGSIZE;
		out[len++] = (uint8_t)(bits >> have);
	}
	while (*text == '=' || isspace((unsigned char)*text))
		text++;
	return *text ? -EINVAL : (ssize_t)len;
}

int side_read_key(struct side *side, const char *file)
{
	size_t want = side->suite->key_len + side->suite->salt_len;
	char text[128];
	ssize_t len;
	FILE *f;

	f = fopen(file, "re");
	if (!f)
		return -errno;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);

	len = decode(side->key, sizeof(side->key), text);
	if (len < 0)
		return (int)len;
	return (size_t)len == want ? 0 : -EINVAL;
}
