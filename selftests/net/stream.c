// SPDX-License-Identifier: GPL-2.0
/* Streams of the gateway, through libucsec. */
#include "net.h"

void random_keys(struct ucsec_crypto *c, enum ucsec_suite suite, u32 n,
		 u8 mki_len)
{
	u32 i;

	memset(c, 0, sizeof(*c));
	c->suite = suite;
	c->key_count = n;
	c->mki_len = mki_len;
	for (i = 0; i < n; i++) {
		struct ucsec_key *key = &c->keys[i];

		key->material_len = (u8)ucsec_suite_material_len(suite);
		random_fill(key->material, key->material_len);
		key->mki_len = mki_len;
		random_fill(key->mki, mki_len);
		if (mki_len)
			key->mki[mki_len - 1] = (u8)i;
	}
}

struct ucsec_stream stream_spec(int family_in, int family_out, u16 port)
{
	struct ucsec_stream s = {
		.have = UCSEC_HAVE_IN | UCSEC_HAVE_OUT | UCSEC_HAVE_TO,
		.in = endpoint(HOST_GA, family_in, port),
		.out = endpoint(HOST_GB, family_out, port),
		.to = endpoint(HOST_B, family_out, port),
	};

	return s;
}

struct ucsec_stream *with_rx(struct ucsec_stream *s, enum ucsec_suite suite)
{
	s->have |= UCSEC_HAVE_RX;
	random_keys(&s->rx, suite, 1, 0);
	return s;
}

struct ucsec_stream *with_tx(struct ucsec_stream *s, enum ucsec_suite suite)
{
	s->have |= UCSEC_HAVE_TX;
	random_keys(&s->tx, suite, 1, 0);
	return s;
}

u32 stream_new(const struct ucsec_stream *s)
{
	u32 id;

	if (ucsec_stream_new(gw, s, &id))
		die("stream_new: %s (%s)", ucsec_error(gw)->sentence,
		    ucsec_error(gw)->attribute);
	return id;
}

void stream_del(u32 id)
{
	if (ucsec_stream_del(gw, id))
		die("stream_del: %s", ucsec_error(gw)->sentence);
}

struct ucsec_stream stream_get(u32 id)
{
	struct ucsec_stream s;

	if (ucsec_stream_get(gw, id, &s))
		die("stream_get: %s", ucsec_error(gw)->sentence);
	return s;
}

struct ucsec_stats stream_stats(u32 id)
{
	return stream_get(id).stats;
}

u64 drops_total(const struct ucsec_stats *s)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < UCSEC_DROP_ROOM; i++)
		sum += s->drops[i];
	return sum;
}

bool adds_up(const struct ucsec_stats *s)
{
	return s->rx_packets == s->tx_packets + s->up_packets + drops_total(s);
}

struct ucsec_stats wait_rx(u32 id, u64 packets)
{
	u64 end = now_ms() + ARRIVAL_MS;
	struct ucsec_stats s;

	do {
		s = stream_stats(id);
		if (s.rx_packets >= packets && adds_up(&s))
			break;
		usleep(2000);
	} while (now_ms() < end);
	return s;
}
