// SPDX-License-Identifier: GPL-2.0
// Answers made of the request's own bytes: for what is refused before it is
// parsed, challenged or too much. Nothing is remembered (RFC 3261 section
// 8.2.7): a repeated request is answered anew.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/internal.h"

struct writer {
	char *buf;
	size_t len, size;
	bool is_full;		/* too long: sent not at all */
};

static void put(struct writer *w, const char *text, size_t len)
{
	if (w->is_full || len > w->size - w->len) {
		w->is_full = true;
		return;
	}
	memcpy(w->buf + w->len, text, len);
	w->len += len;
}

static void put_string(struct writer *w, const char *text)
{
	put(w, text, strlen(text));
}

/*
 * The first value of the topmost Via gets where it really came from (section
 * 18.2.1, RFC 3581 section 4).
 */
static void put_top_via(struct writer *w, const struct sip_input *in,
			const struct sip_line *line)
{
	const struct net_addr *remote = &net_conn_peer(in->conn)->remote;
	const char *end = in->via.value.at + in->via.value.len;
	const char *rest = line->value.at + line->value.len;
	const char *at = line->value.at;
	char host[NET_ADDR_LEN], text[NET_ADDR_LEN + 16];

	put_string(w, "Via: ");
	if (in->via.rport_end) {
		put(w, at, (size_t)(in->via.rport_end - at));
		snprintf(text, sizeof(text), "=%u", net_addr_port(remote));
		put_string(w, text);
		at = in->via.rport_end;
	}
	put(w, at, (size_t)(end - at));
	net_addr_host(remote, host, sizeof(host));
	snprintf(text, sizeof(text), ";received=%s", host);
	put_string(w, text);
	put(w, end, (size_t)(rest - end));
	put_string(w, "\r\n");
}

static void put_to(struct writer *w, const struct sip_line *line,
		   const char *tag)
{
	struct sip_text value = line->value;

	put_string(w, "To: ");
	put(w, value.at, value.len);
	/* A tag inside a quoted name is a tag too many at worst. */
	if (!memmem(value.at, value.len, "tag", 3) &&
	    !memmem(value.at, value.len, "TAG", 3)) {
		put_string(w, ";tag=");
		put_string(w, tag);
	}
	put_string(w, "\r\n");
}

static void put_lines(struct writer *w, const struct sip_input *in,
		      const char *tag)
{
	const char *end = in->data + in->head, *at, *start;
	bool seen[SIP_H_COUNT] = { false };
	struct sip_line line;

	at = memchr(in->data, '\n', in->head);
	if (!at)
		return;
	for (at++, start = at; sip_head_next(&at, end, &line) == 1;
	     start = at) {
		bool first = !seen[line.id];

		seen[line.id] = true;
		if (line.id == SIP_H_VIA && first && in->via.host.len)
			put_top_via(w, in, &line);
		else if (line.id == SIP_H_TO && first)
			put_to(w, &line, tag);
		else if (line.id == SIP_H_VIA ||
			 (first && (line.id == SIP_H_FROM ||
				    line.id == SIP_H_CALL_ID ||
				    line.id == SIP_H_CSEQ)))
			put(w, start, (size_t)(at - start));
	}
}

void sip_answer_tag(const struct sip *sip, const struct sip_input *in,
		    char *buf, size_t size)
{
	/* Over the whole head: a request that is sent again is the same. */
	snprintf(buf, size, "s%016llx", (unsigned long long)
		 sip_hash(sip->secret, in->data, in->head));
}

struct net_conn *sip_answer_conn(struct sip *sip, struct net_conn *conn,
				 const struct sip_via *via)
{
	const struct net_peer *peer = net_conn_peer(conn);
	struct net_target target = { .transport = NET_UDP };
	struct net_conn *other = NULL;
	uint16_t port = via->port ?: 5060;

	/* maddr is not followed: it would have us send to any host. */
	if (peer->transport != NET_UDP || via->rport || !via->host.len ||
	    port == net_addr_port(&peer->remote))
		return net_conn_get(conn);
	target.addr = peer->remote;
	target.local = peer->local;
	net_addr_set_port(&target.addr, port);
	return net_connect(sip->net, &target, &other) ? NULL : other;
}

void sip_answer(struct sip *sip, const struct sip_input *in, int status,
		const char *reason, const char *extra)
{
	static char buf[SIP_MESSAGE_MAX];
	struct writer w = { buf, 0, sizeof(buf), false };
	struct net_conn *conn;
	char line[128], tag[24];

	/* ACK has no answer. */
	if (!in->outline.request || sip_text_is(in->outline.method, "ACK"))
		return;
	sip_answer_tag(sip, in, tag, sizeof(tag));
	snprintf(line, sizeof(line), "SIP/2.0 %d %s\r\n", status,
		 reason ?: osip_message_get_reason(status) ?: "Refused");
	put_string(&w, line);
	put_lines(&w, in, tag);
	if (extra)
		put_string(&w, extra);
	put_string(&w, "Content-Length: 0\r\n\r\n");
	conn = !w.is_full ? sip_answer_conn(sip, in->conn, &in->via) : NULL;
	if (conn)
		net_conn_send(conn, w.buf, w.len);
	net_conn_put(conn);
}
