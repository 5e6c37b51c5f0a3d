// SPDX-License-Identifier: GPL-2.0
/*
 * What a line wants of the kernel: two streams, one per sending leg, as
 * requests to mediad.
 */
#include <errno.h>
#include <string.h>

#include "call/media-internal.h"

/* Magic, call, line, leg; the rest is zero. */
void media_cookie(const struct call_media *media, unsigned int line,
		  enum call_leg from, uint8_t cookie[MEDIAD_COOKIE_LEN])
{
	memset(cookie, 0, MEDIAD_COOKIE_LEN);
	memcpy(cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	memcpy(cookie + MEDIAD_MAGIC_LEN, media->id, sizeof(media->id));
	cookie[MEDIAD_MAGIC_LEN + sizeof(media->id)] = (uint8_t)line;
	cookie[MEDIAD_MAGIC_LEN + sizeof(media->id) + 1] = (uint8_t)from;
}

void media_endpoint_set(struct mediad_endpoint *ep,
			const struct call_addr *addr, uint16_t port,
			uint16_t rtcp_port)
{
	memset(ep, 0, sizeof(*ep));
	ep->family = addr->family == AF_INET6 ? 6 : 4;
	memcpy(ep->addr, &addr->v6, ep->family == 4 ? sizeof(addr->v4) :
						      sizeof(addr->v6));
	ep->port = port;
	ep->rtcp_port = rtcp_port;
}

void media_ports_request(const struct call_local *local,
			 union mediad_message *request)
{
	media_endpoint_set(&request->ports.at, &local->addr, local->port,
			   local->rtcp_port);
}

/* Which sides are protected, and multiplexing of what comes in, stay for life. */
bool media_stream_must_go(const struct media_line *line, enum call_leg from)
{
	enum call_leg to = call_other_leg(from);
	struct media_side in, out;
	bool changed;

	if (!line->stage)
		return false;
	if (line->stage->off)
		return true;
	media_side_next(line, from, &in);
	media_side_next(line, to, &out);
	changed = !in.rx != !line->side[from].rx ||
		  in.mux != line->side[from].mux ||
		  (line->stage->has_own[to] && !out.tx != !line->side[to].tx);
	explicit_bzero(&in, sizeof(in));
	explicit_bzero(&out, sizeof(out));
	return changed;
}

/*
 * Whose media is taken. With authentication nothing but the key counts, so
 * that NAT may show whatever address it likes; without it only the port may
 * be another one (MEDIA-6).
 */
static void fill_source(const struct call_media_conf *conf,
			const struct media_side *in, struct mediad_stream *s)
{
	if (conf->latch && in->rx) {
		s->flags |= MEDIAD_LATCH;
		return;
	}
	if (!conf->latch)
		s->flags |= MEDIAD_STRICT;
	media_endpoint_set(&s->from, &in->addr, in->port,
			   in->mux ? 0 : in->rtcp_port);
}

/* All but ids and keys. */
static void fill(const struct call_media *media, unsigned int line,
		 enum call_leg from, bool video, const struct media_side *in,
		 const struct media_side *out, struct mediad_stream *s)
{
	const struct call_media_conf *conf = &media->system->conf;

	memset(s, 0, sizeof(*s));
	media_cookie(media, line, from, s->cookie);
	media_endpoint_set(&s->in, &in->local.addr, in->local.port, 0);
	media_endpoint_set(&s->out, &out->local.addr, out->local.port, 0);
	media_endpoint_set(&s->to, &out->addr, out->port,
			   out->mux ? 0 : out->rtcp_port);
	s->flags = (in->mux ? MEDIAD_RX_MUX : 0) |
		   (out->mux ? MEDIAD_TX_MUX : 0) |
		   (conf->keep_roc ? 0 : MEDIAD_ROC_RESET);
	fill_source(conf, in, s);
	s->dscp = video ? conf->dscp_video : conf->dscp_audio;
	/* On hold silence is no fault. */
	s->idle = in->sends && out->receives ? conf->idle : 0;
}

static void fill_key(struct mediad_key *to, const struct call_key *from)
{
	memcpy(to->material, from->material, sizeof(to->material));
	memcpy(to->mki, from->mki, sizeof(to->mki));
	to->len = from->len;
	to->mki_len = from->mki_len;
}

static void fill_crypto(struct mediad_crypto *to,
			const struct call_suite *suite,
			const struct call_key *keys, unsigned int count)
{
	strncpy(to->suite, suite->name, sizeof(to->suite) - 1);
	to->key_count = count;
	for (unsigned int i = 0; i < count; i++)
		fill_key(&to->keys[i], &keys[i]);
}

/* The peer's keys, if they are new to the stream. */
static int add_rx(const struct media_line *l, enum call_leg from,
		  const struct media_side *in, bool is_new,
		  struct mediad_stream *s)
{
	const struct call_crypto *rx = &l->stage->peer[from].rx;

	if (!in->rx || (!is_new && !memcmp(in->rx_print,
					   l->side[from].rx_print,
					   sizeof(in->rx_print))))
		return 0;
	if (!l->stage->has_peer[from])
		return -EINVAL;
	fill_crypto(&s->rx, rx->suite, rx->keys, rx->key_count);
	/* New keys may mean another device: let it show where it is. */
	if (!is_new && s->flags & MEDIAD_LATCH)
		s->flags |= MEDIAD_RELATCH;
	return 0;
}

static int add_tx(const struct media_line *l, enum call_leg to,
		  const struct media_side *out, bool is_new,
		  struct mediad_stream *s)
{
	const struct media_side *old = &l->side[to];
	bool same = out->tx == old->tx && call_key_equal(&out->key, &old->key);

	if (!out->tx || (!is_new && same))
		return 0;
	if (!out->key.len)
		return -EINVAL;
	if (old->key.len && call_key_equal(&out->key, &old->key))
		return -EKEYREJECTED;
	fill_crypto(&s->tx, out->tx, &out->key, 1);
	return 0;
}

static int build(const struct call_media *media, unsigned int line,
		 enum call_leg from, const struct media_side *in,
		 const struct media_side *out, union mediad_message *request)
{
	const struct media_line *l = media->lines[line];
	enum call_leg to = call_other_leg(from);
	struct mediad_stream *s = &request->stream, old;
	bool is_new = !l->stream[from], changed;
	int err;

	fill(media, line, from, l->stage->peer[from].video, in, out, s);
	fill(media, line, from, l->video, &l->side[from], &l->side[to], &old);
	changed = is_new || memcmp(s, &old, sizeof(old));
	err = add_rx(l, from, in, is_new, s);
	err = err ? err : add_tx(l, to, out, is_new, s);
	if (err)
		return err;
	if (!changed && !s->rx.suite[0] && !s->tx.suite[0])
		return 0;
	if (!is_new && memcmp(&s->from, &old.from, sizeof(old.from)))
		s->flags |= MEDIAD_RELATCH;
	request->head.type = is_new ? MEDIAD_NEW : MEDIAD_SET;
	s->stream = l->stream[from];
	s->pair = l->stream[to];
	return 1;
}

int media_stream_request(const struct call_media *media, unsigned int line,
			 enum call_leg from, union mediad_message *request)
{
	const struct media_line *l = media->lines[line];
	struct media_side in, out;
	int ret = 0;

	if (!l->stage || l->stage->off)
		return 0;
	media_side_next(l, from, &in);
	media_side_next(l, call_other_leg(from), &out);
	/* Until both have said where they are there is nothing to join. */
	if (in.addr.family != AF_UNSPEC && out.addr.family != AF_UNSPEC)
		ret = build(media, line, from, &in, &out, request);
	explicit_bzero(&in, sizeof(in));
	explicit_bzero(&out, sizeof(out));
	return ret;
}

bool media_stream_again(const struct call_media *media, unsigned int line,
			enum call_leg from, union mediad_message *request)
{
	const struct media_line *l = media->lines[line];
	enum call_leg to = call_other_leg(from);

	if (!l->stream[from])
		return false;
	fill(media, line, from, l->video, &l->side[from], &l->side[to],
	     &request->stream);
	request->head.type = MEDIAD_SET;
	request->stream.stream = l->stream[from];
	request->stream.pair = l->stream[to];
	return true;
}
