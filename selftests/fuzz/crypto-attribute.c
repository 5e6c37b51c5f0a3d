// SPDX-License-Identifier: GPL-2.0
/*
 * a=crypto: whatever it says, it is whole keys of a suite or a fault and
 * nothing; what was accepted can be written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "call/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct call_crypto zero;
	struct call_sdp_crypto c, again;
	char *exact = malloc(size ? size : 1), text[256];
	const char *fault;
	ssize_t n;

	if (size)
		memcpy(exact, data, size);
	memset(&c, 0xa5, sizeof(c));
	fault = call_sdp_crypto_parse(exact, size, &c);
	free(exact);
	expect(fault == c.fault);
	if (fault) {
		expect(!memcmp(&c.crypto, &zero, sizeof(zero)));
		return 0;
	}
	expect(c.crypto.key_count >= 1 && c.crypto.key_count <= CALL_KEYS);
	for (unsigned int i = 0; i < c.crypto.key_count; i++) {
		const struct call_key *key = &c.crypto.keys[i];

		expect(key->len == c.crypto.suite->key_len +
				   c.crypto.suite->salt_len);
		expect(key->mki_len == c.crypto.keys[0].mki_len);
		expect(c.crypto.key_count == 1 || key->mki_len);
	}
	n = call_sdp_crypto_write(&c, text, sizeof(text));
	expect(n > 0 && !call_sdp_crypto_parse(text, (size_t)n, &again));
	expect(call_key_equal(&again.crypto.keys[0], &c.crypto.keys[0]));
	return 0;
}
