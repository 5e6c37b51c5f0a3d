// SPDX-License-Identifier: GPL-2.0
/* A SIP base without network: what is sent, and what becomes of it. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base-parts.h"

static struct sent *note(struct sip *sip, osip_message_t *msg)
{
	struct sent *sent = calloc(1, sizeof(*sent));
	size_t len;

	assert(sent);
	osip_message_force_update(msg);
	assert(!osip_message_to_str(msg, &sent->text, &len));
	sent->msg = msg;
	*sip->sent_end = sent;
	sip->sent_end = &sent->next;
	if (!sip->sent_next)
		sip->sent_next = sent;
	return sent;
}

struct sent *base_next(struct sip *sip)
{
	struct sent *sent = sip->sent_next;

	if (sent)
		sip->sent_next = sent->next;
	return sent;
}

void base_fail_send(struct sip *sip, int err)
{
	sip->send_error = err;
}

osip_message_t *sip_response_new(const struct sip_request *req, int status,
				 const char *reason)
{
	const osip_message_t *msg = req->msg;
	osip_record_route_t *route;
	osip_message_t *response;
	char cseq[64];
	int i;

	assert(!osip_message_init(&response));
	osip_message_set_version(response, osip_strdup("SIP/2.0"));
	osip_message_set_status_code(response, status);
	if (!reason)
		reason = osip_message_get_reason(status);
	osip_message_set_reason_phrase(response,
				       osip_strdup(reason ? reason : "?"));
	assert(!osip_from_clone(msg->from, &response->from));
	assert(!osip_to_clone(msg->to, &response->to));
	if (status > 100 && !sip_to_tag(msg))
		osip_to_set_tag(response->to, osip_strdup(req->to_tag));
	assert(!osip_call_id_clone(msg->call_id, &response->call_id));
	snprintf(cseq, sizeof(cseq), "%s %s", msg->cseq->number,
		 msg->cseq->method);
	osip_message_set_cseq(response, cseq);
	for (i = 0; i < osip_list_size(&msg->record_routes); i++) {
		assert(!osip_record_route_clone(
			osip_list_get(&msg->record_routes, i), &route));
		osip_list_add(&response->record_routes, route, -1);
	}
	return response;
}

int sip_respond(struct sip_request *req, osip_message_t *response)
{
	struct request *request = (struct request *)req;

	if (request->status) {
		osip_message_free(response);
		return -ESTALE;
	}
	if (response->status_code >= 200)
		request->status = response->status_code;
	note(request->sip, response)->req = req;
	return 0;
}

int sip_reply(struct sip_request *req, int status, const char *reason, ...)
{
	osip_message_t *response = sip_response_new(req, status, reason);
	const char *name, *value;
	va_list args;

	va_start(args, reason);
	while ((name = va_arg(args, const char *))) {
		value = va_arg(args, const char *);
		osip_message_set_header(response, name, value);
	}
	va_end(args);
	return sip_respond(req, response);
}

void sip_reply_options(struct sip_request *req)
{
	sip_reply(req, 200, NULL, NULL);
}

int sip_send(struct sip *sip, osip_message_t *request,
	     const struct sip_target *target, const struct sip_client_ops *ops,
	     void *arg, struct sip_client **client)
{
	struct sip_client *new;
	struct sent *sent;

	if (sip->send_error) {
		osip_message_free(request);
		return sip->send_error;
	}
	new = calloc(1, sizeof(*new));
	assert(new && target->id);
	new->sip = sip;
	new->ops = ops;
	new->arg = arg;
	new->next = sip->clients;
	sip->clients = new;
	if (target->conn && target->conn->is_open)
		new->conn = net_conn_get(target->conn);
	if (target->contact_user && !osip_list_size(&request->contacts))
		sip_contact_set(request, target->contact_user, new->conn);
	sent = note(sip, request);
	sent->client = new;
	assert(!osip_message_clone(request, &new->request));
	*client = new;
	return 0;
}

int sip_send_ack(struct sip_client *client, osip_message_t *ack,
		 const struct sip_target *target)
{
	struct sent *sent = note(client->sip, ack);

	(void)target;
	sent->client = client;
	sent->is_ack = true;
	return 0;
}

int sip_client_cancel(struct sip_client *client, const char *reason)
{
	client->state.is_cancelled = true;
	snprintf(client->state.reason, sizeof(client->state.reason), "%s",
		 reason ? reason : "");
	return 0;
}

void sip_client_release(struct sip_client *client)
{
	assert(!client->state.is_released);
	client->state.is_released = true;
}

struct net_conn *sip_client_conn(const struct sip_client *client)
{
	return client->conn;
}

const osip_message_t *sip_client_request(const struct sip_client *client)
{
	return client->request;
}

struct base_client_state base_client(const struct sent *sent)
{
	return sent->client->state;
}

void base_answer(struct sent *sent, int status, const char *tag,
		 const char *headers, const char *sdp)
{
	struct sip_client *client = sent->client;
	char text[4096], *value;
	osip_message_t *response;
	const char *line = headers;

	if (client->state.is_released)
		return;
	assert(!osip_message_init(&response));
	osip_message_set_version(response, osip_strdup("SIP/2.0"));
	osip_message_set_status_code(response, status);
	osip_message_set_reason_phrase(response,
		osip_strdup(osip_message_get_reason(status)));
	assert(!osip_from_clone(client->request->from, &response->from));
	assert(!osip_to_clone(client->request->to, &response->to));
	if (tag && !sip_to_tag(client->request))
		osip_to_set_tag(response->to, osip_strdup(tag));
	assert(!osip_call_id_clone(client->request->call_id,
				   &response->call_id));
	assert(!osip_cseq_clone(client->request->cseq, &response->cseq));
	while (*line) {
		snprintf(text, sizeof(text), "%.*s",
			 (int)strcspn(line, "\n"), line);
		line += strcspn(line, "\n");
		line += *line == '\n';
		value = strstr(text, ": ");
		assert(value);
		*value = '\0';
		assert(!osip_message_set_multiple_header(response, text,
							 value + 2));
	}
	if (sdp) {
		osip_message_set_content_type(response, "application/sdp");
		osip_message_set_body(response, sdp, strlen(sdp));
	}
	client->ops->response(client->arg, client, response);
	osip_message_free(response);
}

void base_time_out(struct sent *sent, int err)
{
	if (!sent->client->state.is_released)
		sent->client->ops->failed(sent->client->arg, sent->client, err);
}
