// SPDX-License-Identifier: GPL-2.0
/* Session descriptions as the gateway says them (RFC 8866). */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "call/sdp.h"

struct writer {
	char *buf;
	size_t size, len;
	bool full;
};

__attribute__((format(printf, 2, 3)))
static void put(struct writer *w, const char *format, ...)
{
	va_list args;
	int n;

	if (w->full)
		return;
	va_start(args, format);
	n = vsnprintf(w->buf + w->len, w->size - w->len, format, args);
	va_end(args);
	/* vsnprintf's NUL must not take the place of a character. */
	if (n < 0 || (size_t)n >= w->size - w->len)
		w->full = true;
	else
		w->len += (size_t)n;
}

static void put_addr(struct writer *w, const struct call_addr *addr)
{
	char text[INET6_ADDRSTRLEN] = "0.0.0.0";

	if (addr->family != AF_UNSPEC)
		inet_ntop(addr->family, &addr->v4, text, sizeof(text));
	put(w, "IN %s %s\r\n", addr->family == AF_INET6 ? "IP6" : "IP4", text);
}

static void put_lines(struct writer *w, const struct call_sdp *sdp,
		      unsigned int first, unsigned int count, char type)
{
	for (unsigned int i = first; i < first + count; i++) {
		const struct call_span *line = &sdp->lines[i];

		if (*line->at == type)
			put(w, "%.*s\r\n", (int)line->len, line->at);
	}
}

static void put_crypto(struct writer *w, const struct call_sdp_crypto *crypto)
{
	ssize_t n;

	if (crypto->fault || !crypto->crypto.key_count)
		return;
	put(w, "a=crypto:");
	if (w->full)
		return;
	n = call_sdp_crypto_write(crypto, w->buf + w->len, w->size - w->len);
	if (n < 0)
		w->full = true;
	else
		w->len += (size_t)n;
	put(w, "\r\n");
}

static const char *const directions[] = {
	[0] = "inactive",
	[CALL_SDP_SEND] = "sendonly",
	[CALL_SDP_RECV] = "recvonly",
	[CALL_SDP_SENDRECV] = "sendrecv",
};

static void put_media(struct writer *w, const struct call_sdp *sdp,
		      const struct call_sdp_media *m)
{
	const char *known = call_sdp_proto_name(m->proto);

	put(w, "m=%.*s %u ", (int)m->name.len, m->name.at, m->port);
	if (known)
		put(w, "%s ", known);
	else
		put(w, "%.*s ", (int)m->proto_name.len, m->proto_name.at);
	put(w, "%.*s\r\n", (int)m->formats.len, m->formats.at);
	if (!m->port)
		return;
	if (m->addr.family != AF_UNSPEC) {
		put(w, "c=");
		put_addr(w, &m->addr);
	}
	put_lines(w, sdp, m->first_line, m->line_count, 'b');
	put_lines(w, sdp, m->first_line, m->line_count, 'a');
	if (m->rtcp_port)
		put(w, "a=rtcp:%u\r\n", m->rtcp_port);
	if (m->rtcp_mux)
		put(w, "a=rtcp-mux\r\n");
	for (unsigned int i = 0; i < m->crypto_count; i++)
		put_crypto(w, &m->crypto[i]);
	put(w, "a=%s\r\n", directions[m->direction & CALL_SDP_SENDRECV]);
}

ssize_t call_sdp_write(const struct call_sdp *sdp, char *buf, size_t size)
{
	struct writer w = { .buf = buf, .size = size };
	struct call_span none = { "-", 1 };
	struct call_span user = sdp->user.len ? sdp->user : none;
	struct call_span name = sdp->name.len ? sdp->name : none;

	put(&w, "v=0\r\no=%.*s %" PRIu64 " %" PRIu64 " ", (int)user.len,
	    user.at, sdp->id, sdp->version);
	put_addr(&w, &sdp->origin);
	put(&w, "s=%.*s\r\n", (int)name.len, name.at);
	if (sdp->addr.family != AF_UNSPEC) {
		put(&w, "c=");
		put_addr(&w, &sdp->addr);
	}
	put_lines(&w, sdp, 0, sdp->line_count, 'b');
	put(&w, "t=0 0\r\n");
	put_lines(&w, sdp, 0, sdp->line_count, 'a');
	for (unsigned int i = 0; i < sdp->media_count; i++)
		put_media(&w, sdp, &sdp->media[i]);
	if (w.full) {
		/* Half a description may hold whole keys. */
		explicit_bzero(buf, size);
		return -ENOSPC;
	}
	return (ssize_t)w.len;
}
