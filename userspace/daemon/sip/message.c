// SPDX-License-Identifier: GPL-2.0
// Small things that everybody needs on messages.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <osipparser2/osip_port.h>

#include "sip/internal.h"

static const struct {
	const char *name, *compact;
} compact_names[] = {
	{ "Event", "o" }, { "Refer-To", "r" }, { "Referred-By", "b" },
	{ "Session-Expires", "x" }, { "Supported", "k" },
	{ "Allow-Events", "u" }, { "Subject", "s" },
	{ "Accept-Contact", "a" }, { "Request-Disposition", "d" },
	{ "Reject-Contact", "j" }, { "Identity", "y" },
};

static const char *compact_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(compact_names) / sizeof(compact_names[0]); i++) {
		if (!strcasecmp(compact_names[i].name, name))
			return compact_names[i].compact;
	}
	return NULL;
}

static bool is_name(const osip_header_t *header, const char *name,
		    const char *compact)
{
	return header->hname && (!strcasecmp(header->hname, name) ||
				 (compact && !strcasecmp(header->hname,
							 compact)));
}

const char *sip_header(const osip_message_t *msg, const char *name)
{
	const char *compact = compact_of(name);
	osip_list_iterator_t it;
	osip_header_t *header;

	for (header = osip_list_get_first(&msg->headers, &it);
	     osip_list_iterator_has_elem(it);
	     header = osip_list_get_next(&it)) {
		if (is_name(header, name, compact))
			return header->hvalue ?: "";
	}
	return NULL;
}

static bool has_token(const char *list, const char *token)
{
	size_t len = strlen(token);

	for (;;) {
		size_t n;

		list += strspn(list, ", \t\r\n");
		if (!*list)
			return false;
		n = strcspn(list, ", \t\r\n");
		if (n == len && !strncasecmp(list, token, n))
			return true;
		list += n;
	}
}

bool sip_header_has(const osip_message_t *msg, const char *name,
		    const char *token)
{
	const char *compact = compact_of(name);
	osip_list_iterator_t it;
	osip_header_t *header;

	for (header = osip_list_get_first(&msg->headers, &it);
	     osip_list_iterator_has_elem(it);
	     header = osip_list_get_next(&it)) {
		if (is_name(header, name, compact) && header->hvalue &&
		    has_token(header->hvalue, token))
			return true;
	}
	return false;
}

static const char *tag_of(osip_from_t *from)
{
	osip_generic_param_t *tag = NULL;

	if (!from || osip_from_get_tag(from, &tag) || !tag || !tag->gvalue ||
	    !tag->gvalue[0])
		return NULL;
	return tag->gvalue;
}

const char *sip_from_tag(const osip_message_t *msg)
{
	return tag_of(msg->from);
}

const char *sip_to_tag(const osip_message_t *msg)
{
	return tag_of(msg->to);
}

char *sip_new_tag(char *buf, size_t size)
{
	uint64_t random[2];

	/* 128 bits: never asks for more than the pool has at once. */
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		random[0] = random[1] = (uint64_t)(uintptr_t)buf;
	snprintf(buf, size, "%016llx%04llx", (unsigned long long)random[0],
		 (unsigned long long)random[1] & 0xffff);
	return buf;
}

/* Where conn's peer reaches us, as it stands in Via and Contact. */
const char *sip_sent_by(const struct net_conn *conn, uint16_t port, char *buf,
			size_t size)
{
	struct net_addr addr = net_conn_peer(conn)->local;
	char *zone;

	net_addr_set_port(&addr, port);
	addr.in6.sin6_scope_id = addr.sa.sa_family == AF_INET6 ?
				 0 : addr.in6.sin6_scope_id;
	net_addr_full(&addr, buf, size);
	zone = strchr(buf, '%');
	if (zone)
		memmove(zone, strchr(zone, ']'), strlen(strchr(zone, ']')) + 1);
	return buf;
}

/* The parser's log would show what strangers send: strict.c's reason does. */
static void log_nothing(const char *file, int line, osip_trace_level_t level,
			const char *format, va_list args)
{
	(void)file;
	(void)line;
	(void)level;
	(void)format;
	(void)args;
}

void sip_parser_start(void)
{
	osip_trace_initialize_func(TRACE_LEVEL0, log_nothing);
	parser_init();
}

int sip_parse(const char *data, size_t len, osip_message_t **out)
{
	osip_message_t *msg;

	if (osip_message_init(&msg))
		return -ENOMEM;
	if (osip_message_parse(msg, data, len)) {
		osip_message_free(msg);
		return -EBADMSG;
	}
	*out = msg;
	return 0;
}

/* What only the parser can tell. Errors: -EBADMSG. */
int sip_check_parsed(const osip_message_t *msg)
{
	if (!msg->call_id || !msg->call_id->number || !msg->cseq ||
	    !msg->cseq->number || !msg->cseq->method || !msg->from ||
	    !msg->from->url || !msg->to || !msg->to->url ||
	    osip_list_size(&msg->vias) < 1)
		return -EBADMSG;
	if (MSG_IS_RESPONSE(msg))
		return 0;
	/* osip fills string for schemes that it does not know. */
	return msg->req_uri && msg->sip_method &&
	       (msg->req_uri->host || msg->req_uri->string) ? 0 : -EBADMSG;
}

int sip_to_bytes(osip_message_t *msg, char **data, size_t *len)
{
	osip_message_force_update(msg);
	if (osip_message_to_str(msg, data, len))
		return -EINVAL;
	return 0;
}
