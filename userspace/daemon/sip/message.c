// SPDX-License-Identifier: GPL-2.0
// Small things that everybody needs on messages.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <osipparser2/osip_port.h>

#include "sip/internal.h"
#include "wipe.h"

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
const char *sip_sent_by(const struct net_conn *conn, char *buf, size_t size)
{
	struct net_addr addr = net_conn_peer(conn)->local;

	net_addr_set_port(&addr, net_conn_listen_port(conn));
	/* An interface means nothing to others. */
	if (addr.sa.sa_family == AF_INET6)
		addr.in6.sin6_scope_id = 0;
	net_addr_full(&addr, buf, size);
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

/* A message may have keys in its body: no copy of it stays behind. */
void sip_parser_start(void)
{
	osip_set_allocators(malloc, wipe_realloc, wipe_free);
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
	char *exact;

	osip_message_force_update(msg);
	if (osip_message_to_str(msg, data, len))
		return -EINVAL;
	/* osip's buffer has thousands to spare; transactions keep this one. */
	exact = osip_realloc(*data, *len + 1);
	if (exact)
		*data = exact;
	return 0;
}

static int copy_vias(osip_message_t *to, const osip_message_t *from)
{
	return osip_list_clone(&from->vias, &to->vias,
			       (int (*)(void *, void **))osip_via_clone);
}

static int copy_dialog(osip_message_t *to, const osip_message_t *from,
		       const char *tag)
{
	int err = osip_from_clone(from->from, &to->from) |
		  osip_to_clone(from->to, &to->to) |
		  osip_call_id_clone(from->call_id, &to->call_id) |
		  osip_cseq_clone(from->cseq, &to->cseq);

	if (!err && tag && !sip_to_tag(to))
		err = osip_to_set_tag(to->to, osip_strdup(tag));
	return err;
}

/* INVITE's, SUBSCRIBE's, NOTIFY's, REFER's answers make dialogs. */
static bool makes_dialog(const osip_message_t *request, int status)
{
	return status > 100 && status < 300 &&
	       (MSG_IS_INVITE(request) || MSG_IS_SUBSCRIBE(request) ||
		MSG_IS_NOTIFY(request) || MSG_IS_REFER(request));
}

osip_message_t *sip_response_new(const struct sip_request *req, int status,
				 const char *reason)
{
	const osip_message_t *request = req->msg;
	osip_message_t *msg;
	int err;

	if (!request || osip_message_init(&msg))
		return NULL;
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_message_set_status_code(msg, status);
	osip_message_set_reason_phrase(msg, osip_strdup(
		reason ?: osip_message_get_reason(status) ?: "Unknown"));
	err = copy_vias(msg, request) |
	      copy_dialog(msg, request, status > 100 ? req->to_tag : NULL);
	if (makes_dialog(request, status))
		err |= osip_list_clone(&request->record_routes,
				       &msg->record_routes,
				       (int (*)(void *, void **))
				       osip_record_route_clone);
	if (!err)
		return msg;
	osip_message_free(msg);
	return NULL;
}

int sip_contact_set(osip_message_t *msg, const char *user,
		    const struct net_conn *conn)
{
	const struct net_peer *peer = net_conn_peer(conn);
	char host[NET_ADDR_LEN + 8], text[256];
	osip_contact_t *old;

	while ((old = osip_list_get(&msg->contacts, 0))) {
		osip_list_remove(&msg->contacts, 0);
		osip_contact_free(old);
	}
	sip_sent_by(conn, host, sizeof(host));
	snprintf(text, sizeof(text), "<sip:%s%s%s%s>", user ?: "",
		 user && *user ? "@" : "", host,
		 peer->transport == NET_TLS ? ";transport=tls" :
		 peer->transport == NET_TCP ? ";transport=tcp" : "");
	return osip_message_set_contact(msg, text) ? -ENOMEM : 0;
}
