// SPDX-License-Identifier: GPL-2.0
/*
 * Session descriptions: what is accepted can be written, and read again as the
 * same; nothing that may not cross the gateway is in it.
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

static void check(const struct call_sdp *sdp)
{
	expect(sdp->media_count <= CALL_SDP_MEDIA);
	for (unsigned int i = 0; i < sdp->media_count; i++) {
		const struct call_sdp_media *m = &sdp->media[i];

		expect(m->crypto_count <= CALL_SDP_CRYPTO);
		for (unsigned int j = 0; j < m->crypto_count; j++) {
			const struct call_crypto *c = &m->crypto[j].crypto;

			expect(!m->crypto[j].fault == !!c->suite);
			expect(!c->suite || c->key_count);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char one[2 * CALL_SDP_SIZE], two[2 * CALL_SDP_SIZE];
	struct call_sdp *sdp = NULL, *again = NULL;
	char *exact = malloc(size ? size : 1);
	const char *why = NULL;
	unsigned int line;
	ssize_t n;
	int err;

	if (size)
		memcpy(exact, data, size);
	err = call_sdp_parse(exact, size, &sdp, &why, &line);
	free(exact);
	if (err) {
		expect(why && !sdp);
		return 0;
	}
	check(sdp);
	n = call_sdp_write(sdp, one, sizeof(one));
	expect(n > 0);
	expect(!memmem(one, (size_t)n, "\na=candidate:", 13));
	expect(!memmem(one, (size_t)n, "\na=fingerprint:", 15));
	/* Directions and addresses written out may be too much to read. */
	if (n <= CALL_SDP_SIZE &&
	    !call_sdp_parse(one, (size_t)n, &again, &why, &line)) {
		expect(call_sdp_write(again, two, sizeof(two)) == n);
		expect(!memcmp(one, two, (size_t)n));
	}
	call_sdp_free(again);
	call_sdp_free(sdp);
	return 0;
}
