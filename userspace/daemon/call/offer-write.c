// SPDX-License-Identifier: GPL-2.0
/*
 * What a leg is told: the other leg's description, with addresses, ports and
 * keys of ours.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/offer-internal.h"

#define SPAN(text)	((struct call_span){ text, sizeof(text) - 1 })

/* A description in the making; what it points to is others'. */
struct draft {
	struct call_sdp sdp;
	struct call_sdp_media media[CALL_SDP_MEDIA];
	struct call_sdp_crypto *crypto;	/* CALL_SUITES for each line */
	size_t count;
};

static int draft_init(struct draft *draft, const struct call_sdp *from)
{
	memset(draft, 0, sizeof(*draft));
	draft->count = (size_t)from->media_count * CALL_SUITES;
	draft->crypto = calloc(draft->count, sizeof(*draft->crypto));
	if (!draft->crypto)
		return -ENOMEM;
	draft->sdp.lines = from->lines;
	draft->sdp.line_count = from->line_count;
	draft->sdp.media = draft->media;
	return 0;
}

static void draft_wipe(struct draft *draft)
{
	explicit_bzero(draft->crypto, draft->count * sizeof(*draft->crypto));
	free(draft->crypto);
}

void offer_forget_text(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

/* Where the leg shall send to. Not anchored: what the other leg said. */
static int place(const struct call_session *session, unsigned int i,
		 enum call_leg to, const struct call_sdp_media *said,
		 struct call_sdp_media *m)
{
	const struct call_local *local;

	if (!call_media_is_anchored(session->media)) {
		m->addr = said->addr;
		m->port = said->port;
		m->rtcp_port = said->rtcp_port;
		return 0;
	}
	local = call_media_local(session->media, i, to);
	if (!local->port)
		return -EINVAL;
	m->addr = local->addr;
	m->port = local->port;
	m->rtcp_port = 0;
	return 0;
}

static int add_key(struct call_session *session, struct draft *draft,
		   unsigned int i, enum call_leg to,
		   const struct call_suite *suite, uint32_t tag)
{
	struct call_sdp_media *m = &draft->media[i];
	struct call_sdp_crypto *c;

	m->crypto = draft->crypto + i * CALL_SUITES;
	c = &m->crypto[m->crypto_count++];
	c->tag = tag;
	c->crypto.suite = suite;
	c->crypto.key_count = 1;
	return call_media_own_key(session->media, i, to, suite,
				  &c->crypto.keys[0]);
}

/* What the menu admits, by preference; tags from 1. */
static int add_keys(struct call_session *session, struct draft *draft,
		    unsigned int i, enum call_leg to)
{
	const struct call_policy *policy = &session->leg[to]->policy;
	uint32_t tag = 0;
	int err = 0;

	for (unsigned int s = 0; s < CALL_SUITES && !err; s++)
		if (call_suites[s].offered &&
		    call_suite_admitted(&call_suites[s], policy->menu))
			err = add_key(session, draft, i, to, &call_suites[s],
				      ++tag);
	return err;
}

static void turn_off(struct call_sdp_media *m)
{
	m->port = 0;
	m->crypto = NULL;
	m->crypto_count = 0;
}

static bool same_addr(const struct call_addr *a, const struct call_addr *b)
{
	return a->family == b->family &&
	       !memcmp(&a->v6, &b->v6, a->family == AF_INET6 ?
		       sizeof(a->v6) : sizeof(a->v4));
}

/* One c= for all where that will do; a dead line needs none of its own. */
static void join_addrs(struct draft *draft, struct call_sdp_leg *leg)
{
	draft->sdp.addr = leg->addr;
	for (unsigned int i = draft->sdp.media_count; i-- > 0;)
		if (draft->media[i].port)
			draft->sdp.addr = draft->media[i].addr;
	if (draft->sdp.addr.family == AF_UNSPEC)
		draft->sdp.addr.family = AF_INET;
	for (unsigned int i = 0; i < draft->sdp.media_count; i++)
		if (!draft->media[i].port ||
		    same_addr(&draft->media[i].addr, &draft->sdp.addr))
			draft->media[i].addr.family = AF_UNSPEC;
	/* The origin is the dialog's: it does not change with the media. */
	if (leg->addr.family == AF_UNSPEC)
		leg->addr = draft->sdp.addr;
	draft->sdp.origin = leg->addr;
}

/* The text from s= on, behind v= and o=. */
static const char *skip_head(const char *text, size_t len, size_t *left)
{
	const char *at = text;

	for (int i = 0; i < 2; i++)
		at = (const char *)memchr(at, '\n', len - (size_t)(at - text)) + 1;
	*left = len - (size_t)(at - text);
	return at;
}

static int choose_id(struct call_sdp_leg *leg)
{
	uint32_t id;

	if (leg->id)
		return 0;
	if (RAND_bytes((unsigned char *)&id, sizeof(id)) != 1)
		return -EIO;
	/* Some readers keep it in 32 bits with a sign. */
	leg->id = (id & 0x7fffffff) | 1;
	return 0;
}

/* RFC 3264 8: one more whenever what is said is not what was said last. */
static void count_version(struct call_sdp_leg *leg, const char *body, size_t len)
{
	uint8_t print[sizeof(leg->last)];

	if (EVP_Digest(body, len, print, NULL, EVP_sha256(), NULL) != 1)
		memset(print, 0, sizeof(print));
	if (!leg->version || memcmp(print, leg->last, sizeof(print)))
		leg->version++;
	memcpy(leg->last, print, sizeof(print));
}

static ssize_t finish(struct call_session *session, struct draft *draft,
		      enum call_leg to, char *buf, size_t size)
{
	struct call_sdp_leg *leg = session->leg[to];
	uint64_t before = leg->version;
	const char *body;
	size_t left;
	ssize_t n;
	int err = choose_id(leg);

	if (err)
		return err;
	join_addrs(draft, leg);
	draft->sdp.id = leg->id;
	draft->sdp.version = leg->version;
	n = call_sdp_write(&draft->sdp, buf, size);
	if (n < 0)
		return n;
	body = skip_head(buf, (size_t)n, &left);
	count_version(leg, body, left);
	if (leg->version != before) {
		draft->sdp.version = leg->version;
		n = call_sdp_write(&draft->sdp, buf, size);
		if (n < 0)
			return n;
		body = skip_head(buf, (size_t)n, &left);
	}
	if (draft->sdp.media_count > leg->media_count)
		leg->media_count = draft->sdp.media_count;
	offer_forget_text(&session->saying[to]);
	session->saying[to] = strndup(body, left);
	return session->saying[to] ? n : -ENOMEM;
}

static int draft_offer(struct call_session *session, struct draft *draft,
		       enum call_leg to)
{
	const struct call_policy *policy = &session->leg[to]->policy;
	bool secure = offer_may_encrypt(policy) == OFFER_ENCRYPTED &&
		      !policy->plain_only;
	const struct call_sdp *offer = session->offer;
	unsigned int i;
	int err;

	for (i = 0; i < offer->media_count; i++) {
		const struct call_sdp_media *said = &offer->media[i];
		struct call_sdp_media *m = &draft->media[i];

		*m = *said;
		turn_off(m);
		/* Dead or not, SAVP is no word for who may have no keys. */
		if (!secure)
			m->proto = call_sdp_proto_with(said->proto, false);
		if (!session->line[i].offered)
			continue;
		m->proto = call_sdp_proto_with(said->proto, secure);
		err = place(session, i, to, said, m);
		if (!err && secure)
			err = add_keys(session, draft, i, to);
		if (err)
			return err;
	}
	/* A dialog's lines never get fewer (RFC 3264 8). */
	for (; i < session->leg[to]->media_count; i++)
		draft->media[i] = (struct call_sdp_media){
			.kind = CALL_SDP_AUDIO, .proto = CALL_SDP_AVP,
			.name = SPAN("audio"), .formats = SPAN("0"),
		};
	draft->sdp.media_count = (uint8_t)i;
	session->sent = i;
	return 0;
}

ssize_t offer_write_offer(struct call_session *session, char *buf, size_t size)
{
	enum call_leg to = call_other_leg(session->from);
	struct draft draft;
	ssize_t n = draft_init(&draft, session->offer);

	if (n)
		return n;
	n = draft_offer(session, &draft, to);
	if (!n)
		n = finish(session, &draft, to, buf, size);
	draft_wipe(&draft);
	return n;
}

static int draft_answer(struct call_session *session, struct draft *draft)
{
	enum call_leg to = session->from;
	const struct call_sdp *offer = session->offer;
	int err;

	for (unsigned int i = 0; i < offer->media_count; i++) {
		const struct offer_side *side = &session->line[i].side[to];
		const struct call_sdp_media *said = &session->answer->media[i];
		struct call_sdp_media *m = &draft->media[i];

		/* Refused: the offer's line with port 0 (RFC 3264 6). */
		*m = session->line[i].live ? *said : offer->media[i];
		turn_off(m);
		if (!session->line[i].live)
			continue;
		m->proto = call_sdp_proto_with(offer->media[i].proto,
					      side->suite);
		if (call_media_is_anchored(session->media))
			m->rtcp_mux = offer->media[i].rtcp_mux;
		err = place(session, i, to, said, m);
		if (!err && side->suite)
			err = add_key(session, draft, i, to, side->suite,
				      side->tag);
		if (!err)
			err = call_media_stage_own(session->media, i, to,
						   side->suite);
		if (err)
			return err;
	}
	draft->sdp.media_count = offer->media_count;
	return 0;
}

ssize_t offer_write_answer(struct call_session *session, char *buf, size_t size)
{
	struct draft draft;
	ssize_t n = draft_init(&draft, session->answer);

	if (n)
		return n;
	n = draft_answer(session, &draft);
	if (!n)
		n = finish(session, &draft, session->from, buf, size);
	draft_wipe(&draft);
	return n;
}

ssize_t offer_write_again(struct call_session *session, enum call_leg to,
			  char *buf, size_t size)
{
	struct call_sdp_leg *leg = session->leg[to];
	const char *body = session->said[to];
	char addr[INET6_ADDRSTRLEN];
	const struct call_addr *origin = &leg->addr;
	int n;

	if (!body)
		return -ENODATA;
	if (!inet_ntop(origin->family, &origin->v4, addr, sizeof(addr)))
		strcpy(addr, "0.0.0.0");
	count_version(leg, body, strlen(body));
	n = snprintf(buf, size, "v=0\r\no=- %" PRIu64 " %" PRIu64
		     " IN IP%c %s\r\n%s", leg->id, leg->version,
		     origin->family == AF_INET6 ? '6' : '4', addr, body);
	return n < 0 || (size_t)n >= size ? -ENOSPC : n;
}
