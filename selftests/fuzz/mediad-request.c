// SPDX-License-Identifier: GPL-2.0
/* Messages between ucsecd and ucsec-mediad: what is accepted is in bounds. */
#include <stdlib.h>
#include <string.h>

#include "mediad/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_stream(const struct mediad_stream *s)
{
	expect(!memcmp(s->cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN));
	expect(s->rx.key_count <= MEDIAD_KEYS && s->tx.key_count <= 1);
	expect(memchr(s->rx.suite, 0, sizeof(s->rx.suite)) &&
	       memchr(s->tx.suite, 0, sizeof(s->tx.suite)));
	for (unsigned int i = 0; i < s->rx.key_count; i++)
		expect(s->rx.keys[i].len <= MEDIAD_KEY_LEN &&
		       s->rx.keys[i].mki_len <= MEDIAD_MKI_LEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exact, so that the sanitizer sees what is read beyond the end. */
	union mediad_message *m = malloc(size ? size : 1);
	bool from_daemon = size && data[size - 1] & 1;

	if (size)
		memcpy(m, data, size);
	/* The rest is hard to reach else: a head that fits. */
	if (size > sizeof(m->head) && m->head.protocol != MEDIAD_PROTOCOL) {
		unsigned int type = data[0];

		if (mediad_size(type) && mediad_size(type) <= size) {
			size = mediad_size(type);
			mediad_seal(m, type, type != MEDIAD_EVENT);
			from_daemon = type < MEDIAD_REPLY;
		}
	}
	if (!mediad_check(m, size, from_daemon)) {
		expect(size == mediad_size(m->head.type));
		if (m->head.type == MEDIAD_NEW || m->head.type == MEDIAD_SET)
			check_stream(&m->stream);
	}
	free(m);
	return 0;
}
