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

static void check_rate(const struct mediad_rate *rate)
{
	expect(rate->per_second <= 1000000 && rate->burst <= 1000000);
	expect(!rate->per_second == !rate->burst);
}

static void check_ports(const uint16_t *ports, unsigned int count)
{
	expect(count <= MEDIAD_ACL_PORTS);
	for (unsigned int i = 0; i < MEDIAD_ACL_PORTS; i++)
		expect(!ports[i] == (i >= count));
}

static void check_trunk(const struct mediad_trunk *t)
{
	expect(!memcmp(t->cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN) && t->id);
	expect(t->kind == MEDIAD_TRUNK || !t->boxes);
	expect(t->transports && t->transports < 8 && t->boxes < 16);
	expect(t->unparsed <= MEDIAD_REJECT && t->denial <= MEDIAD_REJECT &&
	       t->denial != MEDIAD_PASS && t->port_count);
	check_ports(t->ports, t->port_count);
	for (int i = 0; i < MEDIAD_RATES; i++)
		check_rate(&t->rates[i]);
}

/* As the kernel would look at it, bit by bit. */
static void check_prefixes(const struct mediad_prefixes *p)
{
	expect(p->id && p->count && p->count <= MEDIAD_PREFIXES);
	for (uint32_t i = 0; i < p->count; i++) {
		const struct mediad_prefix *one = &p->list[i];

		expect(one->len <= (one->family == 4 ? 32 : 128) &&
		       (one->family == 4 || one->family == 6));
		for (unsigned int bit = one->len; bit < 128; bit++)
			expect(!(one->addr[bit / 8] & 0x80 >> bit % 8));
	}
}

static void check_payload(const union mediad_message *m)
{
	switch (m->head.type) {
	case MEDIAD_NEW:
	case MEDIAD_SET:
		check_stream(&m->stream);
		break;
	case MEDIAD_ACL_TRUNK:
		check_trunk(&m->trunk);
		break;
	case MEDIAD_ACL_PREFIXES:
		check_prefixes(&m->prefixes);
		break;
	case MEDIAD_ACL_PARAMS:
		expect(m->acl_params.unknown <= MEDIAD_UNKNOWN_DROP);
		check_ports(m->acl_params.ports, m->acl_params.port_count);
		break;
	}
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
		check_payload(m);
	}
	free(m);
	return 0;
}
