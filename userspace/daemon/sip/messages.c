// SPDX-License-Identifier: GPL-2.0
/* Messages waiting: what a mailbox tells by NOTIFY, on to the line's phones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/presence-parts.h"
#include "sip/uri.h"

enum { TIDINGS_MAX = 4096, PHONES_MAX = 16 };

void sip_tidings_free(struct sip_tidings *tidings)
{
	LIST_REMOVE(tidings, entry);
	tidings->presence->tidings_count--;
	sip_client_release(tidings->client);
	free(tidings);
}

static void response(void *arg, struct sip_client *client,
		     osip_message_t *response_)
{
	(void)client;
	if (response_->status_code >= 200)
		sip_tidings_free(arg);
}

static void failed(void *arg, struct sip_client *client, int err)
{
	(void)client, (void)err;
	sip_tidings_free(arg);
}

static osip_message_t *new_notify(struct sip_presence *presence,
				  const struct sip_watched *watched,
				  const char *contact)
{
	char uri[SIP_URI_SIZE], text[SIP_URI_SIZE + 64], tag[24], id[48];
	osip_message_t *msg;
	osip_uri_t *to;

	if (osip_message_init(&msg))
		return NULL;
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_message_set_method(msg, osip_strdup("NOTIFY"));
	if (!msg->sip_version || !msg->sip_method || osip_uri_init(&to))
		goto err_free_msg;
	osip_message_set_uri(msg, to);
	sip_uri_of(uri, watched->number, presence->config.domain);
	sip_new_tag(tag, sizeof(tag));
	sip_new_tag(id, 24);
	snprintf(text, sizeof(text), "<%s>;tag=%s", uri, tag);
	if (osip_uri_parse(to, contact) || osip_message_set_from(msg, text))
		goto err_free_msg;
	snprintf(text, sizeof(text), "<%s>", uri);
	if (osip_message_set_to(msg, text) ||
	    osip_message_set_call_id(msg, id) ||
	    osip_message_set_cseq(msg, "1 NOTIFY") ||
	    osip_message_set_header(msg, "Event", "message-summary") ||
	    osip_message_set_header(msg, "Subscription-State", "active") ||
	    osip_message_set_content_type(msg,
			sip_package_names[SIP_MESSAGES].type) ||
	    osip_message_set_body(msg, watched->summary,
				  strlen(watched->summary)))
		goto err_free_msg;
	return msg;

err_free_msg:
	osip_message_free(msg);
	return NULL;
}

static void tell_phone(struct sip_presence *presence,
		       const struct sip_watched *watched,
		       const struct sip_binding *binding)
{
	static const struct sip_client_ops ops = {
		.response = response, .failed = failed,
	};
	struct sip_target target = {
		.kind = SIP_PEER_PHONE, .id = binding->phone,
		.conn = binding->conn, .contact_user = "",
	};
	struct sip_tidings *tidings;
	osip_message_t *msg;

	if (presence->tidings_count >= TIDINGS_MAX)
		return;
	tidings = calloc(1, sizeof(*tidings));
	if (!tidings)
		return;
	msg = new_notify(presence, watched, binding->contact);
	if (!msg || sip_send(presence->config.sip, msg, &target, &ops, tidings,
			     &tidings->client)) {
		free(tidings);
		return;
	}
	tidings->presence = presence;
	LIST_INSERT_HEAD(&presence->tidings, tidings, entry);
	presence->tidings_count++;
}

/* Who has subscribed gets it that way, and not once more without. */
static bool is_subscribed(const struct sip_watched *watched, int64_t phone)
{
	const struct sip_subscription *sub;

	LIST_FOREACH(sub, &watched->subscriptions, entry) {
		if (sub->package == SIP_MESSAGES && !sub->ends &&
		    sub->watcher->id == phone &&
		    sub->watcher->kind == SIP_PEER_PHONE)
			return true;
	}
	return false;
}

static void tell_all(struct sip_presence *presence,
		     struct sip_watched *watched, bool unasked)
{
	const struct sip_binding *bindings[PHONES_MAX];
	struct sip_subscription *sub, *next;
	size_t i, count = 0;

	if (unasked)
		count = sip_location_line(presence->config.sip, watched->line,
					  bindings, PHONES_MAX);
	for (i = 0; i < count && i < PHONES_MAX; i++) {
		if (!is_subscribed(watched, bindings[i]->phone))
			tell_phone(presence, watched, bindings[i]);
	}
	for (sub = LIST_FIRST(&watched->subscriptions); sub; sub = next) {
		next = LIST_NEXT(sub, entry);
		if (sub->package == SIP_MESSAGES && !sub->ends)
			sip_subscription_notify(sub, NULL);
	}
}

/* RFC 3842's headers are text: nothing that a phone could stumble over. */
static bool is_text(const char *body, size_t len)
{
	for (; len; len--, body++) {
		if ((unsigned char)*body < ' ' && !strchr("\r\n\t", *body))
			return false;
		if (!*body)
			return false;
	}
	return true;
}

static const osip_body_t *summary_of(const osip_message_t *msg)
{
	const osip_body_t *body = osip_list_get(&msg->bodies, 0);
	const osip_content_type_t *type = msg->content_type;

	if (!body || !type || !type->type || !type->subtype ||
	    strcasecmp(type->type, "application") ||
	    strcasecmp(type->subtype, "simple-message-summary") ||
	    body->length > SIP_SUMMARY_MAX || !is_text(body->body,
						       body->length))
		return NULL;
	return body;
}

static int find_mailbox(struct sip_presence *presence,
			const struct sip_request *req, struct store_line *line)
{
	const char *user = req->msg->req_uri->username;
	struct store_trunk trunk;

	/* Phones are told, they do not tell. */
	if (req->peer.kind != SIP_PEER_TRUNK)
		return 481;
	if (!user || store_trunk_get(presence->config.store, req->peer.id,
				     &trunk) ||
	    store_line_find(presence->config.store, trunk.css, user, line))
		return 404;
	return 0;
}

void sip_messages_notified(void *arg, struct sip_request *req)
{
	struct sip_presence *presence = arg;
	const char *event = sip_header(req->msg, "Event");
	const osip_body_t *body;
	struct sip_watched *watched;
	struct store_line line;
	int status;

	/* We subscribe to nothing: what comes in a dialog is astray. */
	status = sip_to_tag(req->msg) ? 481 :
		 !event || strncasecmp(event, "message-summary", 15) ? 489 :
		 find_mailbox(presence, req, &line);
	body = status ? NULL : summary_of(req->msg);
	if (!status && !body)
		status = 415;
	if (status) {
		sip_reply(req, status, NULL, NULL);
		return;
	}
	watched = sip_watched_find(presence, line.id, line.number);
	if (!watched) {
		sip_reply(req, 503, NULL, NULL);
		return;
	}
	free(watched->summary);
	watched->summary = strndup(body->body, body->length);
	sip_reply(req, 200, NULL, NULL);
	if (watched->summary)
		tell_all(presence, watched, line.voicemail_indicator);
	else
		sip_watched_settle(watched);
}
