// SPDX-License-Identifier: GPL-2.0
/* The values of o=, c= and m= (RFC 8866 5.2, 5.7, 5.14). */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "call/sdp-internal.h"

static const char *const protos[] = {
	[CALL_SDP_AVP] = "RTP/AVP",
	[CALL_SDP_SAVP] = "RTP/SAVP",
	[CALL_SDP_AVPF] = "RTP/AVPF",
	[CALL_SDP_SAVPF] = "RTP/SAVPF",
};

const char *call_sdp_proto_name(enum call_sdp_proto proto)
{
	return protos[proto];
}

bool call_sdp_proto_secure(enum call_sdp_proto proto)
{
	return proto == CALL_SDP_SAVP || proto == CALL_SDP_SAVPF;
}

enum call_sdp_proto call_sdp_proto_with(enum call_sdp_proto proto, bool secure)
{
	switch (proto) {
	case CALL_SDP_AVP:
	case CALL_SDP_SAVP:
		return secure ? CALL_SDP_SAVP : CALL_SDP_AVP;
	case CALL_SDP_AVPF:
	case CALL_SDP_SAVPF:
		return secure ? CALL_SDP_SAVPF : CALL_SDP_AVPF;
	case CALL_SDP_FOREIGN:
		break;
	}
	return CALL_SDP_FOREIGN;
}

bool call_span_is(struct call_span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.at, text, span.len);
}

bool call_span_word(struct call_span *in, struct call_span *word)
{
	*word = (struct call_span){ in->at, 0 };
	while (word->len < in->len && in->at[word->len] != ' ')
		word->len++;
	if (!word->len)
		return false;
	in->at += word->len;
	in->len -= word->len;
	while (in->len && *in->at == ' ') {
		in->at++;
		in->len--;
	}
	return true;
}

bool call_span_number(struct call_span in, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;

	if (!in.len)
		return false;
	for (uint32_t i = 0; i < in.len; i++) {
		if (in.at[i] < '0' || in.at[i] > '9' ||
		    __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, in.at[i] - '0', &sum))
			return false;
	}
	*value = sum;
	return sum <= max;
}

bool call_span_port(struct call_span in, uint16_t *port)
{
	uint64_t value;

	if (!call_span_number(in, UINT16_MAX, &value))
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool is_unicast(const struct call_addr *addr)
{
	uint32_t v4 = ntohl(addr->v4.s_addr);

	if (addr->family == AF_INET)
		return v4 >> 28 != 0xe && v4 != INADDR_BROADCAST;
	/* Link-local says nothing without an interface. */
	return !IN6_IS_ADDR_MULTICAST(&addr->v6) &&
	       !IN6_IS_ADDR_LINKLOCAL(&addr->v6) &&
	       !IN6_IS_ADDR_V4MAPPED(&addr->v6);
}

const char *call_sdp_addr_parse(struct call_span in, struct call_addr *addr)
{
	struct call_span net, type, host;
	char text[INET6_ADDRSTRLEN];

	if (!call_span_word(&in, &net) || !call_span_word(&in, &type) ||
	    !call_span_word(&in, &host) || in.len || !call_span_is(net, "IN"))
		return "address is not of the form IN IP4 or IP6 ADDRESS";
	memset(addr, 0, sizeof(*addr));
	if (call_span_is(type, "IP4"))
		addr->family = AF_INET;
	else if (call_span_is(type, "IP6"))
		addr->family = AF_INET6;
	else
		return "address type is neither IP4 nor IP6";
	if (host.len >= sizeof(text))
		return "address is too long";
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	/* A name would need a look-up, a TTL says multicast. */
	if (inet_pton(addr->family, text, &addr->v4) != 1)
		return "address is not numeric";
	return is_unicast(addr) ? NULL : "address is not unicast";
}

/* Its address is a name at times, and never used: only its form counts. */
const char *call_sdp_origin_parse(struct call_span in, struct call_sdp *sdp)
{
	struct call_span id, version, net, type, host;

	if (!call_span_word(&in, &sdp->user) || !call_span_word(&in, &id) ||
	    !call_span_word(&in, &version) || !call_span_word(&in, &net) ||
	    !call_span_word(&in, &type) || !call_span_word(&in, &host) || in.len)
		return "origin has not six parts";
	if (!call_span_number(id, UINT64_MAX, &sdp->id) ||
	    !call_span_number(version, UINT64_MAX, &sdp->version))
		return "origin has no numeric id and version";
	if (!call_span_is(net, "IN") ||
	    (!call_span_is(type, "IP4") && !call_span_is(type, "IP6")))
		return "origin is not of the internet";
	return NULL;
}

/* Payload types 0 to 127, each once (RFC 3551 6). */
static const char *check_formats(struct call_span in)
{
	struct call_span word;
	uint8_t seen[16] = { 0 };
	uint64_t type;

	for (int i = 0; call_span_word(&in, &word); i++) {
		if (i == CALL_SDP_FORMATS)
			return "more than 64 formats";
		if (!call_span_number(word, 127, &type))
			return "format is no RTP payload type";
		if (seen[type / 8] & 1 << type % 8)
			return "payload type twice";
		seen[type / 8] |= (uint8_t)(1 << type % 8);
	}
	return NULL;
}

const char *call_sdp_media_parse(struct call_span in, struct call_sdp_media *m)
{
	struct call_span port, count;
	const char *slash;
	uint64_t ports = 1;

	if (!call_span_word(&in, &m->name) || !call_span_word(&in, &port) ||
	    !call_span_word(&in, &m->proto_name) || !in.len)
		return "media line has not four parts";
	m->formats = in;
	slash = memchr(port.at, '/', port.len);
	if (slash) {
		count.at = slash + 1;
		count.len = port.len - (uint32_t)(count.at - port.at);
		port.len = (uint32_t)(slash - port.at);
		if (!call_span_number(count, UINT16_MAX, &ports) || !ports)
			return "media line has no count of ports";
	}
	if (!call_span_port(port, &m->port))
		return "media line has no port";
	if (call_span_is(m->name, "audio"))
		m->kind = CALL_SDP_AUDIO;
	else if (call_span_is(m->name, "video"))
		m->kind = CALL_SDP_VIDEO;
	for (int i = CALL_SDP_AVP; i <= CALL_SDP_SAVPF; i++)
		if (call_span_is(m->proto_name, protos[i]))
			m->proto = (enum call_sdp_proto)i;
	/* Layered encodings: several port pairs for one line. */
	if (ports > 1)
		m->proto = CALL_SDP_FOREIGN;
	if (m->kind == CALL_SDP_OTHER || m->proto == CALL_SDP_FOREIGN)
		return NULL;
	return m->port ? check_formats(in) : NULL;
}
