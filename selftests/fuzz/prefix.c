// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes: what is taken has no bits behind its length, is written back and
 * taken again; what is corrected is taken then.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ucsec/ucsec.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static size_t size_of(const struct ucsec_prefix *prefix)
{
	return prefix->family == AF_INET ? 4 : 16;
}

static void check_tail(const struct ucsec_prefix *prefix)
{
	const uint8_t *bytes = (const uint8_t *)&prefix->addr;

	expect(prefix->family == AF_INET || prefix->family == AF_INET6);
	expect(prefix->len <= 8 * size_of(prefix));
	for (size_t bit = prefix->len; bit < 8 * size_of(prefix); bit++)
		expect(!(bytes[bit / 8] & 0x80 >> bit % 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ucsec_prefix prefix, again;
	char back[UCSEC_PREFIX_TEXT_LEN];
	const char *why = NULL;
	char *text = malloc(size + 1);
	int err;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	err = ucsec_prefix_parse(text, &prefix, &why);
	free(text);
	expect(!err == !why);
	if (err && err != -ERANGE)
		return 0;
	check_tail(&prefix);
	expect(!ucsec_prefix_format(&prefix, back, sizeof(back)));
	/* IPv4 in IPv6 clothes may come to light when bits are cleared. */
	if (ucsec_prefix_parse(back, &again, NULL)) {
		expect(err == -ERANGE && prefix.family == AF_INET6);
		return 0;
	}
	expect(prefix.family == again.family && prefix.len == again.len &&
	       !memcmp(&prefix.addr, &again.addr, size_of(&prefix)));
	return 0;
}
