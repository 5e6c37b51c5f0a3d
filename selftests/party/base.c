// SPDX-License-Identifier: GPL-2.0
/* A SIP base without network: who is there, and what comes from them. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base-parts.h"
#include "log.h"
#include "refusal.h"

void log_event(enum log_level level, const char *event, ...)
{
	(void)level, (void)event;
}

bool refusal_admit(const char *source)
{
	(void)source;
	return true;
}

struct net_conn *base_conn(enum net_class class)
{
	struct net_conn *conn = calloc(1, sizeof(*conn));

	assert(conn);
	conn->refs = 1;
	conn->is_open = true;
	conn->peer.class = class;
	conn->peer.local.in.sin_family = AF_INET;
	conn->peer.remote.in.sin_family = AF_INET;
	return conn;
}

void base_conn_close(struct net_conn *conn)
{
	conn->is_open = false;
}

struct net_conn *net_conn_get(struct net_conn *conn)
{
	conn->refs++;
	return conn;
}

void net_conn_put(struct net_conn *conn)
{
	if (conn && !--conn->refs)
		free(conn);
}

const struct net_peer *net_conn_peer(const struct net_conn *conn)
{
	return &conn->peer;
}

bool net_conn_is_open(const struct net_conn *conn)
{
	return conn->is_open;
}

struct sip *base_new(void)
{
	struct sip *sip = calloc(1, sizeof(*sip));

	assert(sip);
	parser_init();
	sip->sent_end = &sip->sent;
	return sip;
}

static void free_request(struct request *request)
{
	struct request **at = &request->sip->requests;

	while (*at != request)
		at = &(*at)->next;
	*at = request->next;
	if (request->req.msg)
		osip_message_free(request->req.msg);
	net_conn_put(request->req.conn);
	free(request);
}

void base_clear(struct sip *sip)
{
	struct sent *sent;

	while ((sent = sip->sent)) {
		sip->sent = sent->next;
		osip_message_free(sent->msg);
		osip_free(sent->text);
		free(sent);
	}
	sip->sent_end = &sip->sent;
	sip->sent_next = NULL;
}

void base_free(struct sip *sip)
{
	struct sip_client *client;

	base_clear(sip);
	while ((client = sip->clients)) {
		assert(client->state.is_released);
		sip->clients = client->next;
		osip_message_free(client->request);
		net_conn_put(client->conn);
		free(client);
	}
	while (sip->requests) {
		base_end(&sip->requests->req, -ESHUTDOWN);
		/* Nobody but the base may hold one to the end. */
		assert(sip->requests->refs == 1);
		free_request(sip->requests);
	}
	free(sip);
}

void base_peer(struct sip *sip, enum sip_peer_kind kind, int64_t id,
	       struct net_conn *conn, enum net_class class)
{
	sip->peer.kind = kind;
	sip->peer.id = id;
	sip->peer.class = class;
	sip->conn = conn;
}

void base_bind(struct sip *sip, int64_t phone, int64_t line,
	       const char *contact, struct net_conn *conn)
{
	assert(sip->binding_count < 8);
	sip->bindings[sip->binding_count++] = (struct sip_binding){
		.phone = phone, .line = line, .name = "",
		.contact = contact, .conn = conn, .q = 1000,
		.class = conn ? conn->peer.class : NET_CLEAR,
	};
}

static size_t find_bindings(struct sip *sip, int64_t phone, int64_t line,
			    const struct sip_binding **bindings, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < sip->binding_count; i++) {
		if ((phone && sip->bindings[i].phone != phone) ||
		    (line && sip->bindings[i].line != line))
			continue;
		if (n < max)
			bindings[n] = &sip->bindings[i];
		n++;
	}
	return n;
}

size_t sip_location_line(struct sip *sip, int64_t line,
			 const struct sip_binding **bindings, size_t max)
{
	return find_bindings(sip, 0, line, bindings, max);
}

size_t sip_location_phone(struct sip *sip, int64_t phone,
			  const struct sip_binding **bindings, size_t max)
{
	return find_bindings(sip, phone, 0, bindings, max);
}

bool sip_trunk_is_alive(struct sip *sip, int64_t trunk)
{
	(void)sip;
	return trunk != 13;
}

int sip_handle(struct sip *sip, const char *method, sip_request_fn *fn,
	       void *arg)
{
	assert(sip->handler_count < 16);
	sip->handlers[sip->handler_count++] = (struct handler){ method, fn, arg };
	return 0;
}

struct sip_request *base_receive(struct sip *sip, const char *format, ...)
{
	struct request *request = calloc(1, sizeof(*request));
	char lines[8192], text[16384], *to = text;
	va_list args;
	size_t i;

	assert(request);
	va_start(args, format);
	vsnprintf(lines, sizeof(lines), format, args);
	va_end(args);
	for (i = 0; lines[i]; i++) {
		if (lines[i] == '\n' && (!i || lines[i - 1] != '\r'))
			*to++ = '\r';
		*to++ = lines[i];
	}
	request->refs = 1;
	request->sip = sip;
	request->next = sip->requests;
	sip->requests = request;
	request->req.peer = sip->peer;
	request->req.conn = net_conn_get(sip->conn);
	sip_new_tag(request->req.to_tag, sizeof(request->req.to_tag));
	assert(!osip_message_init(&request->req.msg));
	assert(!osip_message_parse(request->req.msg, text, to - text));
	for (i = 0; i < sip->handler_count; i++) {
		if (strcmp(sip->handlers[i].method,
			   request->req.msg->sip_method))
			continue;
		sip->handlers[i].fn(sip->handlers[i].arg, &request->req);
		return &request->req;
	}
	sip_reply(&request->req, 405, NULL, NULL);
	return &request->req;
}

struct sip_request *sip_request_get(struct sip_request *req)
{
	((struct request *)req)->refs++;
	return req;
}

void sip_request_put(struct sip_request *req)
{
	struct request *request = (struct request *)req;

	assert(request->refs > 1);
	request->refs--;
}

void sip_request_watch(struct sip_request *req,
		       const struct sip_request_ops *ops, void *arg)
{
	((struct request *)req)->ops = ops;
	((struct request *)req)->arg = arg;
}

void base_end(struct sip_request *req, int err)
{
	struct request *request = (struct request *)req;
	const struct sip_request_ops *ops = request->ops;

	request->ops = NULL;
	request->status = request->status ? request->status : 1;
	if (ops)
		ops->ended(request->arg, req, err);
}

void base_cancel(struct sip_request *req, const char *reason)
{
	struct request *request = (struct request *)req;
	osip_message_t *cancel;

	sip_reply(req, 487, NULL, NULL);
	assert(!osip_message_clone(req->msg, &cancel));
	if (reason)
		osip_message_set_header(cancel, "Reason", reason);
	if (request->ops)
		request->ops->cancelled(request->arg, req, cancel);
	osip_message_free(cancel);
	base_end(req, 0);
}

void base_ack(struct sip_request *req, const char *sdp)
{
	struct request *request = (struct request *)req;
	osip_message_t *ack;

	assert(!osip_message_clone(req->msg, &ack));
	osip_free(ack->sip_method);
	ack->sip_method = osip_strdup("ACK");
	osip_free(ack->cseq->method);
	ack->cseq->method = osip_strdup("ACK");
	osip_list_special_free(&ack->bodies, (void (*)(void *))osip_body_free);
	osip_list_init(&ack->bodies);
	if (sdp) {
		osip_content_type_free(ack->content_type);
		ack->content_type = NULL;
		osip_message_set_content_type(ack, "application/sdp");
		osip_message_set_body(ack, sdp, strlen(sdp));
	}
	if (request->ops)
		request->ops->acked(request->arg, req, ack);
	osip_message_free(ack);
	base_end(req, 0);
}

int base_status(const struct sip_request *req)
{
	return ((const struct request *)req)->status;
}
